//! `unfit-references`: what `Ref` gives of a resource is not of the format that the property takes.

use super::super::{Rule, Scope, Sink, Status};
use super::each_unfit;
use crate::analysis::Analysis;
use crate::diagnostic::Severity;
use crate::syntax::Function;

pub(super) static RULE: Rule = Rule {
    code: "E1041",
    name: "unfit-references",
    severity: Severity::Error,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/schema/unfit-references.md"),
    scope: Scope::Text,
    options: &[],
    check,
};

fn check(analysis: &Analysis, sink: &mut Sink) {
    each_unfit(analysis, sink, Function::Ref);
}
