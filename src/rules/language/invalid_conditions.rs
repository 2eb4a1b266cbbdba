//! `invalid-conditions`: an entry of `Conditions` that is no condition.

use super::super::{Finding, Rule, Scope, Sink, Status};
use super::{calls, entries};
use crate::analysis::Analysis;
use crate::diagnostic::Severity;
use crate::syntax::{Function, ScalarValue};
use crate::template::Named;

pub(super) static RULE: Rule = Rule {
    code: "E8001",
    name: "invalid-conditions",
    severity: Severity::Error,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/language/invalid-conditions.md"),
    scope: Scope::Text,
    options: &[],
    check,
};

fn check(analysis: &Analysis, sink: &mut Sink) {
    calls::report(analysis, Function::Condition, sink);
    if analysis.template.has_unknown_transform() {
        return;
    }
    for condition in analysis.template.conditions.iter().filter(|condition| !entries::is_expanded(condition.key)) {
        let name = condition.name();
        if !entries::is_alphanumeric(name, b"&_") || name.len() > MAX_NAME {
            entries::report_name(condition.key, "a condition", "letters and digits", sink);
        }
        let node = condition.node;
        let function = node.function().map(|(function, _)| function);
        // A constant is taken as it is.
        let is_constant = node.scalar().is_some_and(|scalar| matches!(scalar.value(), ScalarValue::Bool(_)));
        let is_condition = is_constant
            || node.condition().is_some()
            || matches!(function, Some(Function::And | Function::Or | Function::Not | Function::Equals));
        if !is_condition {
            sink.report(
                Finding::at(
                    node.entry(Function::Condition.long()).map_or(condition.key.span(), |entry| entry.key.span()),
                    format!("`{name}` is no condition"),
                )
                .node(node)
                .label(node.span(), "neither true nor false")
                .help("write `Fn::Equals`, `Fn::And`, `Fn::Or`, `Fn::Not` or `Condition`"),
            );
        }
    }
}

/// Longest name of a condition, in bytes.
///
/// Source: `data/schemas/other/conditions/conditions.json` of cfn-lint 1.58.0.
const MAX_NAME: usize = 255;
