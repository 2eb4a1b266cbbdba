//! `undeclared-references`: a call of `Ref` that CloudFormation refuses.

use super::super::{Rule, Scope, Sink, Status};
use super::calls;
use crate::analysis::Analysis;
use crate::diagnostic::Severity;
use crate::syntax::Function;

pub(super) static RULE: Rule = Rule {
    code: "E1020",
    name: "undeclared-references",
    severity: Severity::Error,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/language/undeclared-references.md"),
    scope: Scope::Text,
    options: &[],
    check,
};

fn check(analysis: &Analysis, sink: &mut Sink) {
    calls::report(analysis, Function::Ref, sink);
}
