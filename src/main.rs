//! The `papergraph` program. Everything it does is in the library: [`papergraph::cli`].

use mimalloc::MiMalloc;

// Extraction makes many small, short-lived lists on every thread: the system's allocator takes an eighth of its time.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> std::process::ExitCode {
    papergraph::cli::main()
}
