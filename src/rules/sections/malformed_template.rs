//! `malformed-template`: a section that does not exist, or none of those that must.

use super::super::{Finding, Rule, Scope, Sink, Status};
use super::{malformed_condition, malformed_rule, shape};
use crate::analysis::Analysis;
use crate::diagnostic::{Safety, Severity};
use crate::syntax::Node;

pub(super) static RULE: Rule = Rule {
    code: "E1001",
    name: "malformed-template",
    severity: Severity::Error,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/sections/malformed-template.md"),
    scope: Scope::Text,
    options: &[],
    check,
};

/// The sections that a template may have, and what SAM adds.
///
/// Source: <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-anatomy.html>; `Hooks` is in the page about
/// blue/green deployments through CodeDeploy.
const SECTIONS: &[&str] = &[
    "AWSTemplateFormatVersion",
    "Description",
    "Metadata",
    "Parameters",
    "Rules",
    "Mappings",
    "Conditions",
    "Transform",
    "Resources",
    "Outputs",
    "Globals",
    "Hooks",
];

const FORMAT_VERSION: &str = "2010-09-09";

fn check(analysis: &Analysis, sink: &mut Sink) {
    let Some(root) = analysis.tree.root() else { return };
    if let Some(entry) = root.entry("AWSTemplateFormatVersion").filter(|entry| entry.value.as_str() != Some(FORMAT_VERSION)) {
        sink.report(version(entry.key, entry.value));
    }
    // A fault in the text may have swallowed a section, and a macro may write it.
    if !shape::is_settled(analysis) || shape::is_filled(root) {
        return;
    }
    if !root.is_mapping() {
        let finding = Finding::at(root.span(), "the file is no template")
            .here("a template is a mapping of sections, this is not")
            .help("write at least a `Resources` section");
        return sink.report(finding);
    }
    if root.get("Resources").is_none() && !analysis.tree.is_damaged() {
        sink.report(Finding::at(shape::start(root), "the template has no `Resources`").help("declare at least one resource"));
    }
    for (name, entry) in shape::written(root) {
        match name {
            "Globals" if !entry.value.is_mapping() => sink.report(shape::wrong_kind("`Globals`", "a mapping", entry.value)),
            "Rules" | "Conditions" if !entry.value.is_mapping() && entry.value.function().is_none() => {
                let own = if name == "Rules" { &malformed_rule::RULE } else { &malformed_condition::RULE };
                sink.report(shape::wrong_kind(&format!("`{name}`"), "a mapping", entry.value).echo_of(own));
            }
            _ if !SECTIONS.contains(&name) => {
                sink.report(shape::unknown_key("a template has no section", root, entry.key, SECTIONS));
            }
            _ => {}
        }
    }
}

fn version<'t>(key: Node<'t>, value: Node<'t>) -> Finding<'t> {
    let finding = Finding::at(key.span(), "`AWSTemplateFormatVersion` must be `2010-09-09`")
        .node(value)
        .label(value.span(), "no other version exists")
        .help(format!("write `\"{FORMAT_VERSION}\"`, or remove it"));
    match value.replace_scalar(FORMAT_VERSION) {
        Some(edit) => finding.fix(format!("write `{FORMAT_VERSION}`"), Safety::Safe, vec![edit]),
        None => finding,
    }
}
