//! `invalid-sections`: the file is no template, lacks what every template has, or has what none can have.

use super::super::{Finding, Rule, Scope, Sink, Status};
use crate::analysis::Analysis;
use crate::diagnostic::Severity;
use crate::syntax::Style;
use crate::text::{Span, nearest_name};

pub(super) static RULE: Rule = Rule {
    code: "E1001",
    name: "invalid-sections",
    severity: Severity::Error,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/template/invalid-sections.md"),
    scope: Scope::Text,
    options: &[],
    check,
};

/// The sections of a template; `Globals` is SAM's.
///
/// Source: <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-anatomy.html>.
const SECTIONS: &[&str] = &[
    "AWSTemplateFormatVersion",
    "Conditions",
    "Description",
    "Globals",
    "Hooks",
    "Mappings",
    "Metadata",
    "Outputs",
    "Parameters",
    "Resources",
    "Rules",
    "Transform",
];

/// The one version that there is.
const VERSION: &str = "2010-09-09";

fn check(analysis: &Analysis, sink: &mut Sink) {
    let Some(root) = analysis.tree.root() else { return };
    // A fault in the text may have swallowed a section, and a macro may write it.
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
        // In braces, the template begins with the brace.
        let brace = Span::new(root.span().start, (root.span().start + 1).min(root.span().end));
        let first = root.entries().next().filter(|_| root.style() != Style::Flow).map_or(brace, |entry| entry.key.span());
        sink.report(Finding::at(first, "the template has no `Resources`").help("declare at least one resource"));
    }
    for entry in root.entries() {
        let name = entry.key.as_str().unwrap_or_default();
        let at = entry.key.span();
        if !SECTIONS.contains(&name) && !name.starts_with("Fn::ForEach::") {
            let help = match nearest_name(name, SECTIONS.iter().copied()) {
                Some(nearest) => format!("write `{nearest}`"),
                None => "remove it, or put it into `Metadata`".to_owned(),
            };
            sink.report(Finding::at(at, format!("a template has no section `{name}`")).node(entry.value).help(help));
        } else if name == "AWSTemplateFormatVersion" && entry.value.as_str() != Some(VERSION) {
            sink.report(
                Finding::at(at, format!("the one format version is `{VERSION}`"))
                    .node(entry.value)
                    .help(format!("write `{VERSION}`")),
            );
        } else if matches!(name, "Conditions" | "Globals" | "Rules") && !entry.value.is_mapping() {
            sink.report(
                Finding::at(at, format!("`{name}` must be a mapping")).node(entry.value).help("write `name: value` in it"),
            );
        }
    }
}
