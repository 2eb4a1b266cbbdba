//! `unknown-suppressed-rules`: a suppression of a rule that does not exist.

use super::super::{Rule, Scope, Status};
use crate::diagnostic::Severity;

pub(super) static RULE: Rule = Rule {
    code: "SUP102",
    name: "unknown-suppressed-rules",
    severity: Severity::Warning,
    status: Status::Preview { since: "0.1.0" },
    page: include_str!("../../../rules/suppressions/unknown-suppressed-rules.md"),
    scope: Scope::Suppressions,
    options: &[],
    check: super::judged_afterwards,
};
