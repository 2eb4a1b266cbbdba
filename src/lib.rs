//! cfnvet: a static analyzer for AWS CloudFormation templates.
//!
//! ```text
//! bytes ─▶ text ─▶ syntax ─▶ template ─▶ conditions ─▶ values ─▶ graph ─▶ analysis ─▶ rules ─▶ diagnostic ─▶ report
//! ```
//!
//! One way, no back and forth: a module uses only those above it in the list below, which a test enforces.
//! `docs/architecture.md` tells what each is for and what it must never do.

#![forbid(unsafe_code)]

pub mod text;

pub mod diagnostic;

pub mod report;

pub mod config;

pub mod syntax;

pub mod template;

pub mod deployed;

pub mod conditions;

pub mod values;

pub mod graph;

pub mod workspace;

pub mod analysis;

pub mod rules;

pub mod policy;

pub mod suppress;

pub mod check;

pub mod graph_view;

pub mod fix;

pub mod discover;

pub mod lsp;

pub mod cli;
