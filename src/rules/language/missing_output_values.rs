//! `missing-output-values`: an output without a value.

use super::super::{Finding, Rule, Scope, Sink, Status};
use super::entries;
use crate::analysis::Analysis;
use crate::diagnostic::Severity;
use crate::syntax::Node;

pub(super) static RULE: Rule = Rule {
    code: "E6002",
    name: "missing-output-values",
    severity: Severity::Error,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/language/missing-output-values.md"),
    scope: Scope::Text,
    options: &[],
    check,
};

fn check(analysis: &Analysis, sink: &mut Sink) {
    let template = analysis.template;
    if template.has_unknown_transform() {
        return;
    }
    for entry in template.outputs.node.into_iter().flat_map(Node::entries).filter(|entry| !entries::is_expanded(entry.key)) {
        if entry.value.is_mapping() && entry.value.get("Value").is_none() && entry.value.get("Fn::Transform").is_none() {
            let name = entry.key.as_str().unwrap_or_default();
            sink.report(
                Finding::at(entry.key.span(), format!("output `{name}` has no `Value`")).node(entry.value).help("add `Value`"),
            );
        }
    }
}
