//! `malformed-not`: something within an `Fn::Not` is no condition.

use super::super::{Rule, Scope, Sink, Status};
use super::logic;
use crate::analysis::Analysis;
use crate::diagnostic::Severity;
use crate::syntax::Function;

pub(super) static RULE: Rule = Rule {
    code: "E8005",
    name: "malformed-not",
    severity: Severity::Error,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/sections/malformed-not.md"),
    scope: Scope::Text,
    options: &[],
    check,
};

fn check(analysis: &Analysis, sink: &mut Sink) {
    logic::report(analysis, &[Function::Not], sink);
}
