//! Builds the crate again when a file of the default rules changes, appears or goes: they are embedded in the library.

fn main() {
    println!("cargo::rerun-if-changed=rules");
}
