//! The `paracrine` command, owned by the tests so that they find it.

use std::process::ExitCode;

fn main() -> ExitCode {
    paracrine_cli::main()
}
