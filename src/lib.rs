//! cfnvet: a static analyzer for AWS CloudFormation templates.
//!
//! ```text
//! bytes ─▶ text ─▶ syntax ─▶ template ─▶ conditions ─▶ graph ─▶ rules ─▶ diagnostic ─▶ report
//! ```
//!
//! One way, no back and forth: a module uses only those to its left in the order below, which a test enforces.
//! `docs/architecture.md` tells what each is for and what it must never do.

#![forbid(unsafe_code)]

pub mod diagnostic;
pub mod syntax;
pub mod text;
