//! The `papergraph` program: parses arguments, calls the library, turns errors into messages and exit codes.

mod cli;

fn main() -> std::process::ExitCode {
    cli::main()
}
