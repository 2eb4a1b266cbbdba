//! `wrong-types`: a value is of another type than its property takes.

use super::super::{Finding, Rule, Scope, Sink, Status};
use super::{each_fault, type_names};
use crate::analysis::Analysis;
use crate::config::{OptionShape, RuleOption};
use crate::diagnostic::Severity;
use crate::syntax::{Node, Scalar, ScalarValue};
use crate::validation::{Fault, Kind};

pub(super) static RULE: Rule = Rule {
    code: "E3012",
    name: "wrong-types",
    severity: Severity::Error,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/schema/wrong-types.md"),
    scope: Scope::Text,
    options: &[RuleOption { name: "strict", shape: OptionShape::Bool }],
    check,
};

fn check(analysis: &Analysis, sink: &mut Sink) {
    each_fault(analysis, sink, diagnostic);
}

fn diagnostic<'t>(fault: &Fault<'t>) -> Option<Finding<'t>> {
    let Kind::WrongType(expected) = fault.kind else { return None };
    let found = type_of(fault.node);
    Some(Finding::at(fault.at, format!("the value is {found}, and must be {}", type_names(expected))))
}

fn type_of(node: Node) -> &'static str {
    if node.function().is_some() {
        return "nothing";
    }
    match node.scalar().map(Scalar::value) {
        None if node.is_mapping() => "a mapping",
        None => "a list",
        Some(ScalarValue::Bool(_)) => "a Boolean",
        Some(ScalarValue::Int(_) | ScalarValue::Float(_)) => "a number",
        Some(ScalarValue::Null) => "empty",
        Some(ScalarValue::String(_)) => "a string",
    }
}
