//! The integration tests, one binary so that it links once.

#[allow(dead_code, unreachable_pub)]
mod oracle;
mod syntax;
