//! Rules about what suppresses findings. They need the findings of all other rules, which no rule sees: `suppress` judges them.

mod malformed_suppressions;
mod unknown_suppressed_rules;
mod unused_suppressions;

use super::{Rule, Sink};
use crate::analysis::Analysis;

pub(super) const RULES: &[&Rule] = &[&unused_suppressions::RULE, &unknown_suppressed_rules::RULE, &malformed_suppressions::RULE];

/// A template alone does not show them.
fn judged_afterwards(_: &Analysis, _: &mut Sink) {}
