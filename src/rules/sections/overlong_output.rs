//! `overlong-output`: an output with a name or text that is too long.

use super::super::{Rule, Scope, Sink, Status};
use super::limit::{self, Reach};
use super::shape;
use crate::analysis::Analysis;
use crate::diagnostic::Severity;

pub(super) static RULE: Rule = Rule {
    code: "E6011",
    name: "overlong-output",
    severity: Severity::Error,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/sections/overlong-output.md"),
    scope: Scope::Text,
    options: &[],
    check,
};

fn check(analysis: &Analysis, sink: &mut Sink) {
    limit::names(Reach::Past, analysis.template.outputs.node, "output", sink);
    for (_, output) in analysis.template.outputs.node.into_iter().flat_map(shape::written) {
        limit::texts(output.value, &[("Description", 1_024)], sink);
    }
}
