//! Rules about what one stack takes from another.

mod duplicate_export;
mod exported_secret;
mod import_cycle;
mod mismatched_stack_parameter;
mod nested_stack_parameters;
mod recursive_stack;
mod undeclared_stack_output;
mod unexported_import;

use super::Rule;

pub(super) const RULES: &[&Rule] = &[
    &duplicate_export::RULE,
    &exported_secret::RULE,
    &import_cycle::RULE,
    &mismatched_stack_parameter::RULE,
    &nested_stack_parameters::RULE,
    &recursive_stack::RULE,
    &undeclared_stack_output::RULE,
    &unexported_import::RULE,
];
