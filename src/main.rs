//! The `cfnvet` command.

#![forbid(unsafe_code)]

use std::process::ExitCode;

fn main() -> ExitCode {
    cfnvet::cli::run()
}
