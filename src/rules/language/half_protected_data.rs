//! `half-protected-data`: one of `DeletionPolicy` and `UpdateReplacePolicy` without the other.

use super::super::{Finding, Rule, Scope, Sink, Status};
use crate::analysis::Analysis;
use crate::diagnostic::Severity;
use crate::syntax::Node;

pub(super) static RULE: Rule = Rule {
    code: "W3011",
    name: "half-protected-data",
    severity: Severity::Warning,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/language/half-protected-data.md"),
    scope: Scope::Text,
    options: &[],
    check,
};

/// Types whose earlier versions stay by design: only one of the two attributes matters.
const EXEMPT: &[&str] = &["AWS::Lambda::Version", "AWS::Lambda::LayerVersion"];

fn check(analysis: &Analysis, sink: &mut Sink) {
    let kept = |node: Option<Node>| node.is_some_and(|node| node.as_str() != Some("Delete") || node.function().is_some());
    for resource in analysis.template.resources.iter().filter(|resource| !EXEMPT.contains(&resource.resource_type)) {
        let (deletion, replacement) = (resource.node.get("DeletionPolicy"), resource.node.get("UpdateReplacePolicy"));
        let (written, missing, lost) = match (deletion, replacement) {
            (Some(_), None) if kept(deletion) => ("DeletionPolicy", "UpdateReplacePolicy", "replaces"),
            (None, Some(_)) if kept(replacement) => ("UpdateReplacePolicy", "DeletionPolicy", "removes"),
            _ => continue,
        };
        let name = resource.logical_id();
        let mut finding = Finding::at(resource.key.span(), format!("`{name}` has `{written}` and no `{missing}`"))
            .node(resource.node)
            .note(format!("an update that {lost} the resource deletes it"))
            .help(format!("add `{missing}`"));
        if let Some(entry) = resource.node.entry(written) {
            finding = finding.label(entry.key.span(), "protects it in one case only");
        }
        sink.report(finding);
    }
}
