//! Every integration test, in one binary.

#![allow(clippy::disallowed_methods, reason = "tests make folders and run the binary")]

mod architecture;
mod bounds;
mod check;
mod cli;
mod conditions;
mod config;
mod docs;
mod exec;
#[allow(dead_code, unreachable_pub)]
mod fixable;
mod fixes;
mod fixtures;
mod formats;
mod graph;
#[allow(dead_code, unreachable_pub)]
mod half_typed;
mod inspect;
mod launches;
mod layouts;
mod linked;
mod lsp;
mod migration;
#[allow(dead_code, unreachable_pub)]
mod oracle;
mod outputs;
mod packaging;
mod pages;
mod policy;
mod policy_safety;
mod policy_views;
mod recovery;
mod reports;
mod schema;
mod support;
mod suppress;
mod syntax;
mod template;
mod validation;
mod value_files;
mod values;
