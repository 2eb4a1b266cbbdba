//! `malformed-or`: something within an `Fn::Or` is no condition.

use super::super::{Rule, Scope, Sink, Status};
use super::logic;
use crate::analysis::Analysis;
use crate::diagnostic::Severity;
use crate::syntax::Function;

pub(super) static RULE: Rule = Rule {
    code: "E8006",
    name: "malformed-or",
    severity: Severity::Error,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/sections/malformed-or.md"),
    scope: Scope::Text,
    options: &[],
    check,
};

fn check(analysis: &Analysis, sink: &mut Sink) {
    logic::report(analysis, &[Function::Or], sink);
}
