//! `ignored-serverless-attributes`: a key of a SAM resource that the transform drops.

use super::super::{Finding, Rule, Scope, Sink, Status};
use crate::analysis::Analysis;
use crate::diagnostic::Severity;
use crate::template::Transform;
use crate::text::nearest_name;

pub(super) static RULE: Rule = Rule {
    code: "W3001",
    name: "ignored-serverless-attributes",
    severity: Severity::Warning,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/language/ignored-serverless-attributes.md"),
    scope: Scope::Text,
    options: &[],
    check,
};

/// The keys of a resource that SAM keeps or reads.
///
/// Source: <https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-specification-generated-resources.html>
/// and the resource attributes of CloudFormation.
const KNOWN: &[&str] = &[
    "Type",
    "Properties",
    "Metadata",
    "DependsOn",
    "Condition",
    "DeletionPolicy",
    "UpdateReplacePolicy",
    "UpdatePolicy",
    "CreationPolicy",
    "Version",
    "Connectors",
    "IgnoreGlobals",
];

fn check(analysis: &Analysis, sink: &mut Sink) {
    let template = analysis.template;
    let is_plain = analysis.tree.problems().is_empty() && !template.has_unknown_transform();
    if !is_plain || !template.transforms.contains(&Transform::Serverless) {
        return;
    }
    for resource in template.resources.iter().filter(|resource| resource.resource_type.starts_with("AWS::Serverless::")) {
        for entry in resource.node.entries() {
            let Some(key) = entry.key.as_str().filter(|key| !KNOWN.contains(key) && !key.starts_with("Fn::")) else { continue };
            let free = KNOWN.iter().copied().filter(|known| resource.node.get(known).is_none());
            let help = match nearest_name(key, free) {
                Some(nearest) => format!("write `{nearest}`"),
                None => "move it below `Properties`, or remove it".to_owned(),
            };
            let message = format!("the transform of SAM drops `{key}`");
            sink.report(Finding::at(entry.key.span(), message).node(entry.value).help(help));
        }
    }
}
