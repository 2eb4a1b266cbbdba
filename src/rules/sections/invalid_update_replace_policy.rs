//! `invalid-update-replace-policy`: an update replace policy that does not exist.

use super::super::{Rule, Scope, Sink, Status};
use super::policy;
use crate::analysis::Analysis;
use crate::diagnostic::Severity;

pub(super) static RULE: Rule = Rule {
    code: "E3036",
    name: "invalid-update-replace-policy",
    severity: Severity::Error,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/sections/invalid-update-replace-policy.md"),
    scope: Scope::Text,
    options: &[],
    check,
};

const VALUES: &[&str] = &["Delete", "Retain"];

fn check(analysis: &Analysis, sink: &mut Sink) {
    policy::check(analysis, "UpdateReplacePolicy", VALUES, sink);
}
