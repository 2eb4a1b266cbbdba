//! `many-outputs`: nearly as many outputs as a template may have.

use super::super::{Rule, Scope, Sink, Status};
use super::limit::{self, Reach};
use crate::analysis::Analysis;
use crate::diagnostic::Severity;

pub(super) static RULE: Rule = Rule {
    code: "I6010",
    name: "many-outputs",
    severity: Severity::Info,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/sections/many-outputs.md"),
    scope: Scope::Text,
    options: &[],
    check,
};

fn check(analysis: &Analysis, sink: &mut Sink) {
    limit::entries(Reach::Near, &analysis.template.outputs, limit::MAX_ENTRIES, "outputs", sink);
}
