//! Every integration test, in one binary.

#![allow(clippy::disallowed_methods, reason = "tests make folders and run the binary")]

mod cli;
mod conditions;
mod config;
#[allow(dead_code, unreachable_pub)]
mod oracle;
mod reports;
mod syntax;
