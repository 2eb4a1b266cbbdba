//! `overlong-parameter`: a parameter with a name or text that is too long.

use super::super::{Rule, Scope, Sink, Status};
use super::limit::{self, Reach};
use crate::analysis::Analysis;
use crate::diagnostic::Severity;

pub(super) static RULE: Rule = Rule {
    code: "E2011",
    name: "overlong-parameter",
    severity: Severity::Error,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/sections/overlong-parameter.md"),
    scope: Scope::Text,
    options: &[],
    check,
};

fn check(analysis: &Analysis, sink: &mut Sink) {
    limit::names(Reach::Past, analysis.template.parameters.node, "parameter", sink);
    for parameter in analysis.template.parameters.iter() {
        limit::texts(parameter.node, &[("Default", 4_096), ("Description", 4_000), ("AllowedValues", 4_096)], sink);
    }
}
