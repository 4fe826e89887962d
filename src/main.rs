//! The `papergraph` program. Everything it does is in the library: [`papergraph::cli`].

fn main() -> std::process::ExitCode {
    papergraph::cli::main()
}
