//! The `papergraph` program: parses arguments, calls the library, turns errors into messages and exit codes.
fn main() {}
