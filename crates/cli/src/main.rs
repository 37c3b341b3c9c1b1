//! The `paracrine` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    paracrine_cli::main()
}
