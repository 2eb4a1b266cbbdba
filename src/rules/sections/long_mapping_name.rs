//! `long-mapping-name`: a name that is nearly as long as that of a mapping may be.

use super::super::{Rule, Scope, Sink, Status};
use super::limit::{self, Reach};
use crate::analysis::Analysis;
use crate::diagnostic::Severity;

pub(super) static RULE: Rule = Rule {
    code: "I7002",
    name: "long-mapping-name",
    severity: Severity::Info,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/sections/long-mapping-name.md"),
    scope: Scope::Text,
    options: &[],
    check,
};

fn check(analysis: &Analysis, sink: &mut Sink) {
    limit::names(Reach::Near, analysis.template.mappings.node, "mapping", sink);
}
