//! `constant-comparisons`: `Fn::Equals` whose answer does not depend on anything.

use super::super::{Finding, Rule, Scope, Sink, Status};
use super::place;
use crate::analysis::Analysis;
use crate::diagnostic::Severity;
use crate::syntax::{Function, Kind, MAX_DEPTH, Node, Scalar};
use crate::template::{ConditionFunction, calls};

pub(super) static RULE: Rule = Rule {
    code: "W8003",
    name: "constant-comparisons",
    severity: Severity::Warning,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/language/constant-comparisons.md"),
    scope: Scope::Text,
    options: &[],
    check,
};

fn check(analysis: &Analysis, sink: &mut Sink) {
    if !analysis.source.contains("Equals") {
        return;
    }
    // Elsewhere nothing is compared, whatever is written.
    let template = analysis.template;
    let sections = [template.conditions.node, template.rules.node];
    for call in sections.into_iter().flatten().flat_map(calls).filter(|call| call.function == Function::Equals) {
        let ConditionFunction::Equals(left, right) = ConditionFunction::of(call.node) else { continue };
        let is_text = |node: Node| node.scalar().is_some() && node.function().is_none();
        let always = match (is_text(left), is_text(right)) {
            (true, true) => left.scalar().map(Scalar::canonical) == right.scalar().map(Scalar::canonical),
            (false, false) if same(left, right, 0) => true,
            _ => continue,
        };
        let answer = if always { "true" } else { "false" };
        let at = place::of_value(call.node);
        sink.report(
            Finding::at(at, format!("the comparison is always {answer}"))
                .node(call.node)
                .help("compare with a parameter or a pseudo parameter"),
        );
    }
}

/// Whether two values are written alike.
fn same(left: Node, right: Node, depth: usize) -> bool {
    if left.kind() != right.kind() || left.tag() != right.tag() || left.len() != right.len() || depth > MAX_DEPTH {
        return false;
    }
    match left.kind() {
        Kind::Scalar => left.scalar().map(Scalar::value) == right.scalar().map(Scalar::value),
        Kind::Sequence => left.items().zip(right.items()).all(|(left, right)| same(left, right, depth + 1)),
        Kind::Mapping => left
            .entries()
            .zip(right.entries())
            .all(|(left, right)| left.key.as_str() == right.key.as_str() && same(left.value, right.value, depth + 1)),
    }
}
