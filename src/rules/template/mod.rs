//! Rules about the template as a text.

mod syntax_error;

use super::Rule;

pub(super) const RULES: &[&Rule] = &[&syntax_error::RULE];
