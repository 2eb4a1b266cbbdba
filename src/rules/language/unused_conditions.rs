//! `unused-conditions`: a condition that nothing depends on.

use rustc_hash::FxHashSet;

use super::super::{Rule, Scope, Sink, Status};
use super::unused;
use crate::analysis::Analysis;
use crate::diagnostic::{Safety, Severity};
use crate::syntax::{Function, Node};

pub(super) static RULE: Rule = Rule {
    code: "W8001",
    name: "unused-conditions",
    severity: Severity::Warning,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/language/unused-conditions.md"),
    scope: Scope::Text,
    options: &[],
    check,
};

fn check(analysis: &Analysis, sink: &mut Sink) {
    let conditions = &analysis.template.conditions;
    if conditions.is_empty() || unused::is_hidden(analysis) {
        return;
    }
    let mut used = FxHashSet::default();
    // Resources, outputs and, with SAM, parts of resources carry a condition beside other keys.
    let written = analysis.tree.mappings_with("Condition").filter_map(|node| node.get("Condition"));
    used.extend(written.filter_map(Node::as_str));
    for call in analysis.template.calls() {
        match call.function {
            Function::If => used.extend(call.argument.items().next().and_then(Node::as_str)),
            Function::Condition => used.extend(call.argument.as_str()),
            _ => {}
        }
    }
    unused::report(conditions, "condition", "Conditions", Safety::Safe, |name| used.contains(name), sink);
}
