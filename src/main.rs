//! The `crossover` binary: parse the command line, call the library, print errors, set the exit status.

fn main() -> std::process::ExitCode {
    crossover::cli::main()
}
