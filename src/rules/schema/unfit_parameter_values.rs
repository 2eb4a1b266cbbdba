//! `unfit-parameter-values`: a value that a parameter declares does not fit where the parameter is used.

use super::super::{Rule, Scope, Sink, Status};
use super::each_given;
use crate::analysis::Analysis;
use crate::diagnostic::Severity;
use crate::syntax::Function;

pub(super) static RULE: Rule = Rule {
    code: "W1030",
    name: "unfit-parameter-values",
    severity: Severity::Warning,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/schema/unfit-parameter-values.md"),
    scope: Scope::Text,
    options: &[],
    check,
};

fn check(analysis: &Analysis, sink: &mut Sink) {
    each_given(analysis, sink, Function::Ref, "the parameter's value");
}
