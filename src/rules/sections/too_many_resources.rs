//! `too-many-resources`: more resources than a template may have.

use super::super::{Rule, Scope, Sink, Status};
use super::limit::{self, Reach};
use crate::analysis::Analysis;
use crate::diagnostic::Severity;

pub(super) static RULE: Rule = Rule {
    code: "E3010",
    name: "too-many-resources",
    severity: Severity::Error,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/sections/too-many-resources.md"),
    scope: Scope::Text,
    options: &[],
    check,
};

fn check(analysis: &Analysis, sink: &mut Sink) {
    limit::entries(Reach::Past, &analysis.template.resources, limit::MAX_RESOURCES, "resources", sink);
}
