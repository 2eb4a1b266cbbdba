//! `malformed-suppressions`: a suppression that cannot be read.

use super::super::{Rule, Scope, Status};
use crate::diagnostic::Severity;

pub(super) static RULE: Rule = Rule {
    code: "SUP103",
    name: "malformed-suppressions",
    severity: Severity::Warning,
    status: Status::Preview { since: "0.1.0" },
    page: include_str!("../../../rules/suppressions/malformed-suppressions.md"),
    scope: Scope::Suppressions,
    options: &[],
    check: super::judged_afterwards,
};
