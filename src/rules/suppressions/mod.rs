//! Rules about what suppresses findings. They need the findings of all other rules, which no rule sees: `suppress` judges them.

mod malformed_suppressions;
mod unknown_suppressed_rules;
mod unused_suppressions;

use super::{Rule, Sink};
use crate::analysis::Analysis;

pub(super) const RULES: &[&Rule] = &[&unused_suppressions::RULE, &unknown_suppressed_rules::RULE, &malformed_suppressions::RULE];

/// Finds nothing, whatever the template: these rules stand in the table so that they have a page, can be selected, and their findings a
/// severity. `suppress::Suppressions::findings` makes the findings, once all other rules have run; `check` runs no rule of this scope.
fn judged_afterwards(_: &Analysis, _: &mut Sink) {}
