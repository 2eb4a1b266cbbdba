//! Rules about the files that give parameters their values.

mod malformed_deployment_file;
mod malformed_parameter_file;
mod written;

use super::Rule;

pub(super) use written::{value_in, values_of};

pub(super) const RULES: &[&Rule] = &[&malformed_deployment_file::RULE, &malformed_parameter_file::RULE];
