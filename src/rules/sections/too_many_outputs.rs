//! `too-many-outputs`: more outputs than a template may have.

use super::super::{Rule, Scope, Sink, Status};
use super::limit::{self, Reach};
use crate::analysis::Analysis;
use crate::diagnostic::Severity;

pub(super) static RULE: Rule = Rule {
    code: "E6010",
    name: "too-many-outputs",
    severity: Severity::Error,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/sections/too-many-outputs.md"),
    scope: Scope::Text,
    options: &[],
    check,
};

fn check(analysis: &Analysis, sink: &mut Sink) {
    limit::entries(Reach::Past, &analysis.template.outputs, limit::MAX_ENTRIES, "outputs", sink);
}
