//! `too-many-parameters`: more parameters than a template may have.

use super::super::{Rule, Scope, Sink, Status};
use super::limit::{self, Reach};
use crate::analysis::Analysis;
use crate::diagnostic::Severity;

pub(super) static RULE: Rule = Rule {
    code: "E2010",
    name: "too-many-parameters",
    severity: Severity::Error,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/sections/too-many-parameters.md"),
    scope: Scope::Text,
    options: &[],
    check,
};

fn check(analysis: &Analysis, sink: &mut Sink) {
    limit::entries(Reach::Past, &analysis.template.parameters, limit::MAX_ENTRIES, "parameters", sink);
}
