//! The program `witdock`.

use std::process::ExitCode;

fn main() -> ExitCode {
    witdock_cli::main()
}
