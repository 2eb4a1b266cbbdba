//! `missing-resources`: the file is no template, because it has no `Resources`.

use super::super::{Finding, Rule, Scope, Sink, Status};
use crate::analysis::Analysis;
use crate::diagnostic::Severity;
use crate::text::Span;

pub(super) static RULE: Rule = Rule {
    code: "E1001",
    name: "missing-resources",
    severity: Severity::Error,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/template/missing-resources.md"),
    scope: Scope::Text,
    options: &[],
    check,
};

fn check(analysis: &Analysis, sink: &mut Sink) {
    let Some(root) = analysis.tree.root() else { return };
    // A fault in the text may have swallowed the section, and a macro may write it.
    if !analysis.tree.problems().is_empty() || analysis.template.has_unknown_transform() || root.get("Fn::Transform").is_some() {
        return;
    }
    if !root.is_mapping() {
        let finding = Finding::at(root.span(), "the file is no template")
            .here("a template is a mapping of sections, this is not")
            .help("write at least a `Resources` section");
        return sink.report(finding);
    }
    if root.get("Resources").is_none() {
        let first = root.entries().next().map_or(Span::at(root.span().start), |entry| entry.key.span());
        sink.report(Finding::at(first, "the template has no `Resources`").help("declare at least one resource"));
    }
}
