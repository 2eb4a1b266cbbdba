//! `wrong-types`: a value is of another type than its property takes.

use super::super::{Finding, Rule, Scope, Sink, Status};
use super::{each_fault, type_names};
use crate::analysis::Analysis;
use crate::config::{OptionShape, RuleOption};
use crate::diagnostic::Severity;
use crate::syntax::{Function, Node, Scalar, ScalarValue};
use crate::text::nearest_name;
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
    if let Some((written, meant)) = misspelt_function(fault.node) {
        return Some(Finding::at(fault.at, format!("there is no function `{written}`")).help(format!("write `{meant}`")));
    }
    let found = type_of(fault.node);
    Some(Finding::at(fault.at, format!("the value is {found}, and must be {}", type_names(expected))))
}

/// The function that is called by a name that none has, and the one that is meant, where one is near.
fn misspelt_function(node: Node) -> Option<(String, String)> {
    if let Some(tag) = node.other_tag() {
        let meant = nearest_name(tag, Function::ALL.iter().map(|function| function.short()))?;
        return Some((format!("!{tag}"), format!("!{meant}")));
    }
    let mut entries = node.entries();
    let name = entries.next()?.key.as_str().filter(|name| name.starts_with("Fn::"))?;
    let meant = nearest_name(name, Function::ALL.iter().map(|function| function.long()))?;
    entries.next().is_none().then(|| (name.to_owned(), meant.to_owned()))
}

fn type_of(node: Node) -> &'static str {
    if node.function().is_some() {
        return "nothing";
    }
    match node.scalar().map(Scalar::value) {
        _ if node.is_mapping() || node.other_tag().is_some() => "a mapping",
        None => "a list",
        Some(ScalarValue::Bool(_)) => "a Boolean",
        Some(ScalarValue::Int(_) | ScalarValue::Float(_)) => "a number",
        Some(ScalarValue::Null) => "empty",
        Some(ScalarValue::String(_)) => "a string",
    }
}
