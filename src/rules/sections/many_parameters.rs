//! `many-parameters`: nearly as many parameters as a template may have.

use super::super::{Rule, Scope, Sink, Status};
use super::limit::{self, Reach};
use crate::analysis::Analysis;
use crate::diagnostic::Severity;

pub(super) static RULE: Rule = Rule {
    code: "I2010",
    name: "many-parameters",
    severity: Severity::Info,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/sections/many-parameters.md"),
    scope: Scope::Text,
    options: &[],
    check,
};

fn check(analysis: &Analysis, sink: &mut Sink) {
    limit::entries(Reach::Near, &analysis.template.parameters, limit::MAX_ENTRIES, "parameters", sink);
}
