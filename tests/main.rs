//! Every integration test, in one binary.

#![allow(clippy::disallowed_methods, reason = "tests make folders and run the binary")]

mod architecture;
mod check;
mod conditions;
mod docs;
mod fixtures;
mod pages;
mod support;
