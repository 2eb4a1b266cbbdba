//! `malformed-resources`: a resource is not written as resources are: its name, its attributes, or its type.

use super::super::{Finding, Rule, Scope, Sink, Status, find};
use super::{echo, unsure};
use crate::analysis::Analysis;
use crate::diagnostic::{Safety, Severity};
use crate::syntax::{Entry, Node};
use crate::text::nearest_name;

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

/// What may stand in a connector within a resource.
///
/// Source: "Resource attributes" of
/// <https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/managing-permissions-connectors.html>.
const CONNECTOR_ATTRIBUTES: &[&str] =
    &["Condition", "DeletionPolicy", "DependsOn", "Metadata", "Properties", "UpdatePolicy", "UpdateReplacePolicy"];

fn check(analysis: &Analysis, sink: &mut Sink) {
    let Some(resources) = analysis.template.resources.node else { return };
    if analysis.set.is_deployed() || resources.get("Fn::Transform").is_some() {
        return;
    }
    let mut report = |finding| sink.report(unsure(analysis, finding));
    if !resources.is_mapping() {
        if let Some(entry) = analysis.tree.root().and_then(|root| root.entry("Resources")).filter(|_| !resources.is_null()) {
            report(Finding::at(entry.key.span(), "`Resources` is no mapping").node(resources).help("name each resource"));
        }
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
            report(finding.node(entry.value).help("name the resource with letters and digits only"));
            continue;
        }
        if name.len() > MAX_NAME
            && let Some(main) = find(OVERLONG_NAME)
        {
            let finding = Finding::at(entry.key.span(), format!("a logical ID of {} characters is too long", name.len()));
            report(echo(analysis, finding.node(entry.value), main));
        }
        if entry.value.is_null() || entry.value.function().is_some() || entry.value.other_tag().is_some() {
            continue;
        }
        if !entry.value.is_mapping() {
            report(Finding::at(entry.key.span(), format!("`{name}` is no resource")).help("write a mapping with a `Type`"));
            continue;
        }
        if has_only_common_attributes(entry.value) {
            continue;
        }
        attributes(entry.key, entry.value, &mut report);
        shapes(entry.key, entry.value, &mut report);
        if let Some(connectors) = entry.value.entry("Connectors") {
            connectors_of(connectors, &mut report);
        }
    }
}

/// Whether a resource has a type that is written out, and beside it only what any resource may have, in whatever shape: as nearly all.
fn has_only_common_attributes(resource: Node) -> bool {
    let mut has_type = false;
    let mut is_common = |entry: Entry| match entry.key.as_str() {
        Some("Condition" | "DeletionPolicy" | "DependsOn" | "Metadata" | "Properties" | "UpdateReplacePolicy") => true,
        Some("Type") => {
            has_type = true;
            let value = entry.value;
            value.as_str().is_some() && !value.is_null() && value.function().is_none() && value.other_tag().is_none()
        }
        _ => false,
    };
    resource.entries().all(&mut is_common) && has_type
}

/// Most properties of a connector that are looked at.
const MAX_PROPERTIES: usize = 100;

/// Longest logical ID.
///
/// Source: <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html>.
const MAX_NAME: usize = 255;

/// The rule that reports longer ones.
const OVERLONG_NAME: &str = "E3011";

/// What stands under the attributes, as far as no other rule looks at it.
fn shapes<'t>(key: Node<'t>, resource: Node<'t>, report: &mut impl FnMut(Finding<'t>)) {
    for entry in ["CreationPolicy", "UpdatePolicy"].into_iter().filter_map(|name| resource.entry(name)) {
        must_be(entry, entry.value.is_mapping(), "a mapping", report);
    }
    if let Some(entry) = resource.entry("IgnoreGlobals") {
        let fits = entry.value.is_sequence() || entry.value.as_str() == Some("*");
        must_be(entry, fits, "`*` or a list of names", report);
    }
    let resource_type = resource.get("Type").and_then(Node::as_str).unwrap_or_default();
    if resource_type.starts_with("Custom::") || resource_type == "AWS::CloudFormation::CustomResource" {
        for entry in ["CreationPolicy", "UpdatePolicy"].into_iter().filter_map(|name| resource.entry(name)) {
            let name = entry.key.as_str().unwrap_or_default();
            report(Finding::at(entry.key.span(), format!("a custom resource has no `{name}`")).node(entry.value));
        }
    } else if resource.get("Version").is_some() && !resource_type.is_empty() && !resource_type.starts_with("AWS::Serverless::") {
        let finding = Finding::at(key.span(), "only custom resources have a `Version` beside their properties");
        report(finding.node(resource).help("indent it below `Properties` if it is a property"));
    }
}

/// The connectors within a resource of SAM.
fn connectors_of<'t>(connectors: Entry<'t>, report: &mut impl FnMut(Finding<'t>)) {
    must_be(connectors, connectors.value.is_mapping(), "a mapping", report);
    for connector in connectors.value.entries() {
        let properties = connector.value.entry("Properties");
        let is_there = properties.is_some_and(|properties| !properties.value.is_null());
        must_be(connector, is_there, "a mapping with `Properties`", report);
        if let Some(properties) = properties {
            must_be(properties, properties.value.is_mapping(), "a mapping", report);
            let mut open: Vec<Entry<'t>> = properties.value.entries().collect();
            // An alias may lead around.
            for _ in 0..MAX_PROPERTIES {
                let Some(entry) = open.pop() else { break };
                must_be(entry, !entry.value.is_null(), "written out", report);
                open.extend(entry.value.entries());
            }
        }
        for other in connector.value.entries() {
            let name = other.key.as_str().unwrap_or_default();
            if !CONNECTOR_ATTRIBUTES.contains(&name) && !name.starts_with("Fn::") {
                report(Finding::at(other.key.span(), format!("a connector has no attribute `{name}`")).node(other.value));
            }
        }
    }
}

fn must_be<'t>(entry: Entry<'t>, fits: bool, what: &str, report: &mut impl FnMut(Finding<'t>)) {
    let is_open = |node: Node| node.function().is_some() || node.other_tag().is_some() || node.get("Fn::Transform").is_some();
    if !fits && !is_open(entry.value) && !entry.key.tree().is_damaged_at(entry.value.span()) {
        let name = entry.key.as_str().unwrap_or_default();
        report(Finding::at(entry.key.span(), format!("`{name}` must be {what}")).node(entry.value));
    }
}

fn attributes<'t>(key: Node<'t>, resource: Node<'t>, report: &mut impl FnMut(Finding<'t>)) {
    let is_called = resource.get("Fn::Transform").is_some();
    match resource.entry("Type") {
        None if !is_called && !resource.tree().is_damaged_at(resource.span()) => {
            report(Finding::at(key.span(), "the resource has no `Type`").node(resource).help("say what it is"));
        }
        Some(entry) if entry.value.is_null() && !resource.tree().is_damaged_at(resource.span()) => {
            report(Finding::at(entry.key.span(), "`Type` is empty").node(entry.value).help("say what the resource is"));
            report(Finding::at(key.span(), "the resource has no `Type`").node(resource).echo_of(&RULE));
        }
        Some(entry)
            if entry.value.as_str().is_none() || entry.value.function().is_some() || entry.value.other_tag().is_some() =>
        {
            let finding = Finding::at(entry.key.span(), "`Type` must be written out");
            report(finding.node(entry.value).here("functions are not evaluated here"));
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
        report(finding);
    }
}
