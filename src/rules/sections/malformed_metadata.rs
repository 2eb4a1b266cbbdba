//! `malformed-metadata`: metadata that is no mapping, or has an empty value.

use rustc_hash::FxHashSet;

use super::super::{Finding, Rule, Scope, Sink, Status};
use super::shape;
use crate::analysis::Analysis;
use crate::diagnostic::Severity;
use crate::syntax::Node;

pub(super) static RULE: Rule = Rule {
    code: "E4002",
    name: "malformed-metadata",
    severity: Severity::Error,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/sections/malformed-metadata.md"),
    scope: Scope::Text,
    options: &[],
    check,
};

fn check(analysis: &Analysis, sink: &mut Sink) {
    let Some(metadata) = analysis.template.metadata.filter(|_| shape::is_settled(analysis)) else { return };
    if metadata.is_mapping() {
        report_empty(metadata, sink);
    } else if !shape::is_generated(metadata) {
        sink.report(shape::wrong_kind("`Metadata`", "a mapping", metadata));
    }
}

/// Reports the values below `node` that are empty.
pub(super) fn report_empty(node: Node, sink: &mut Sink) {
    let (mut open, mut seen) = (vec![node], FxHashSet::default());
    while let Some(node) = open.pop() {
        if node.is_null() && node.function().is_none() && seen.insert(node.span().start) {
            let finding = Finding::at(shape::at_value(node), "a value in `Metadata` is empty").node(node);
            sink.report(finding.help("write `\"\"` or `{}`, or remove it"));
        }
        open.extend(node.items().chain(node.entries().map(|entry| entry.value)));
    }
}
