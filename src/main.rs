//! The `sockeye` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    sockeye::cli::main()
}
