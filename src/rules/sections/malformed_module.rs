//! `malformed-module`: a module with what modules cannot have.

use super::super::{Finding, Rule, Scope, Sink, Status};
use super::shape;
use crate::analysis::Analysis;
use crate::diagnostic::Severity;
use crate::syntax::Node;

pub(super) static RULE: Rule = Rule {
    code: "E5001",
    name: "malformed-module",
    severity: Severity::Error,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/sections/malformed-module.md"),
    scope: Scope::Text,
    options: &[],
    check,
};

/// What CloudFormation writes itself into the metadata of what a module makes.
const RESERVED: &str = "AWS::CloudFormation::Module";

fn check(analysis: &Analysis, sink: &mut Sink) {
    let section = analysis.template.resources.node;
    for (_, resource) in section.into_iter().flat_map(shape::written) {
        let resource_type = resource.value.get("Type").and_then(Node::as_str).unwrap_or_default();
        if !resource_type.ends_with("::MODULE") {
            continue;
        }
        let within = |outer: &str, key: &str| resource.value.get(outer).and_then(|outer| outer.entry(key));
        let forbidden = [
            (resource.value.entry("CreationPolicy"), "a module has no `CreationPolicy`"),
            (resource.value.entry("UpdatePolicy"), "a module has no `UpdatePolicy`"),
            (within("Properties", "Tags"), "a module has no `Tags`"),
            (within("Metadata", RESERVED), "the key is CloudFormation's own"),
        ];
        for (entry, message) in forbidden {
            let Some(entry) =
                entry.filter(|entry| entry.value.as_str().is_some_and(|text| !text.is_empty()) || !entry.value.is_empty())
            else {
                continue;
            };
            let finding = Finding::at(entry.key.span(), message).node(entry.value);
            sink.report(finding.help("remove it, and set it on the resources that the module makes"));
        }
    }
}
