//! `long-output-name`: a name that is nearly as long as that of an output may be.

use super::super::{Rule, Scope, Sink, Status};
use super::limit::{self, Reach};
use crate::analysis::Analysis;
use crate::diagnostic::Severity;

pub(super) static RULE: Rule = Rule {
    code: "I6011",
    name: "long-output-name",
    severity: Severity::Info,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/sections/long-output-name.md"),
    scope: Scope::Text,
    options: &[],
    check,
};

fn check(analysis: &Analysis, sink: &mut Sink) {
    limit::names(Reach::Near, analysis.template.outputs.node, "output", sink);
}
