//! `unused-suppressions`: a suppression that keeps no finding back.

use super::super::{Rule, Scope, Status};
use crate::diagnostic::Severity;

pub(super) static RULE: Rule = Rule {
    code: "SUP101",
    name: "unused-suppressions",
    severity: Severity::Warning,
    status: Status::Preview { since: "0.1.0" },
    page: include_str!("../../../rules/suppressions/unused-suppressions.md"),
    scope: Scope::Suppressions,
    options: &[],
    check: super::judged_afterwards,
};
