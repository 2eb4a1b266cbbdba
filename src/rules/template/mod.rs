//! Rules about the template as a text.

mod aliases;
mod merge_keys;
mod syntax_error;

use super::Rule;

pub(super) const RULES: &[&Rule] = &[&syntax_error::RULE, &merge_keys::RULE, &aliases::RULE];
