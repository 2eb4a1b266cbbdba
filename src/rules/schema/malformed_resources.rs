//! `malformed-resources`: a resource is not written as resources are: its name, its attributes, or its type.

use super::super::{Finding, Rule, Scope, Sink, Status};
use crate::analysis::Analysis;
use crate::diagnostic::{Safety, Severity};
use crate::syntax::Node;
use crate::text::nearest_name;
use crate::validation;

pub(super) static RULE: Rule = Rule {
    code: "E3001",
    name: "malformed-resources",
    severity: Severity::Error,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/schema/malformed-resources.md"),
    scope: Scope::Text,
    options: &[],
    check,
};

/// What may stand in a resource.
///
/// Source: <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-product-attribute-reference.html>; `Connectors` and
/// `IgnoreGlobals` are SAM's, `Version` is that of the service that a custom resource calls.
const ATTRIBUTES: &[&str] = &[
    "Condition",
    "Connectors",
    "CreationPolicy",
    "DeletionPolicy",
    "DependsOn",
    "IgnoreGlobals",
    "Metadata",
    "Properties",
    "Type",
    "UpdatePolicy",
    "UpdateReplacePolicy",
    "Version",
];

fn check(analysis: &Analysis, sink: &mut Sink) {
    let Some(resources) = analysis.template.resources.node else { return };
    if analysis.set.is_deployed() || validation::is_rewritten(analysis.template) || !resources.is_mapping() {
        return;
    }
    for entry in resources.entries() {
        let name = entry.key.as_str().unwrap_or_default();
        // A loop that is not written out, or whose names depend on what nobody knows before it is deployed.
        if name.starts_with("Fn::") || name.contains("${") && analysis.template.has_loops() {
            continue;
        }
        if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            let finding = Finding::at(entry.key.span(), format!("`{name}` cannot be a logical ID"));
            sink.report(finding.node(entry.value).help("name the resource with letters and digits only"));
            continue;
        }
        if entry.value.is_null() || entry.value.function().is_some() || entry.value.other_tag().is_some() {
            continue;
        }
        if !entry.value.is_mapping() {
            sink.report(Finding::at(entry.key.span(), format!("`{name}` is no resource")).help("write a mapping with a `Type`"));
            continue;
        }
        attributes(entry.key, entry.value, sink);
    }
}

fn attributes(key: Node, resource: Node, sink: &mut Sink) {
    let is_called = resource.get("Fn::Transform").is_some();
    match resource.entry("Type") {
        None if !is_called && !resource.tree().is_damaged_at(resource.span()) => {
            sink.report(Finding::at(key.span(), "the resource has no `Type`").node(resource).help("say what it is"));
        }
        Some(entry) if !entry.value.is_null() && (entry.value.as_str().is_none() || entry.value.function().is_some()) => {
            let finding = Finding::at(entry.key.span(), "`Type` must be written out");
            sink.report(finding.node(entry.value).here("functions are not evaluated here"));
        }
        _ => {}
    }
    let resource_type = resource.get("Type").and_then(Node::as_str).unwrap_or_default();
    if resource_type.starts_with("AWS::Serverless::") {
        // SAM leaves out what it does not know.
        return;
    }
    for entry in resource.entries() {
        let name = entry.key.as_str().unwrap_or_default();
        if ATTRIBUTES.contains(&name) || name.starts_with("Fn::") {
            continue;
        }
        let mut finding = Finding::at(entry.key.span(), format!("a resource has no attribute `{name}`")).node(entry.value);
        let properties = resource.get("Properties");
        if let Some(near) = nearest_name(name, ATTRIBUTES.iter().copied()).filter(|near| resource.get(near).is_none()) {
            finding = finding.help(format!("write `{near}`"));
            if let Some(edit) = entry.key.replace_scalar(near) {
                finding = finding.fix(format!("rename it to `{near}`"), Safety::Unsafe, vec![edit]);
            }
        } else if properties.is_some_and(Node::is_mapping) || properties.is_none() {
            finding = finding.help("indent it below `Properties` if it is a property");
        }
        sink.report(finding);
    }
}
