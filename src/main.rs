//! The `cfnvet` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    cfnvet::cli::run()
}
