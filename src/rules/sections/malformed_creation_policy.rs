//! `malformed-creation-policy`: a creation policy that its resource does not have.

use super::super::{Finding, Rule, Scope, Sink, Status};
use super::attribute::{self, Keys, Takes};
use super::shape;
use crate::analysis::Analysis;
use crate::diagnostic::{Safety, Severity};
use crate::schema::Facts;
use crate::syntax::Node;

pub(super) static RULE: Rule = Rule {
    code: "E3055",
    name: "malformed-creation-policy",
    severity: Severity::Error,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/sections/malformed-creation-policy.md"),
    scope: Scope::Text,
    options: &[],
    check,
};

/// What each type takes.
///
/// Source: <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-creationpolicy.html>.
const TYPES: &[(&str, Keys)] = &[
    ("AWS::AppStream::Fleet", &[("StartFleet", Takes::Any)]),
    (
        "AWS::AutoScaling::AutoScalingGroup",
        &[
            ("AutoScalingCreationPolicy", Takes::Keys(&[("MinSuccessfulInstancesPercent", Takes::Number)])),
            ("ResourceSignal", Takes::Keys(SIGNAL)),
        ],
    ),
    ("AWS::CloudFormation::WaitCondition", &[("ResourceSignal", Takes::Keys(SIGNAL))]),
    ("AWS::EC2::Instance", &[("ResourceSignal", Takes::Keys(SIGNAL))]),
];

const SIGNAL: Keys = &[("Count", Takes::Number), ("Timeout", Takes::Text)];

fn check(analysis: &Analysis, sink: &mut Sink) {
    let section = analysis.template.resources.node.filter(|_| shape::is_settled(analysis));
    for (_, resource) in section.into_iter().flat_map(shape::written) {
        let Some(policy) = resource.value.get("CreationPolicy") else { continue };
        let resource_type = resource.value.get("Type").and_then(Node::as_str);
        if let Some((_, keys)) = TYPES.iter().find(|(known, _)| Some(*known) == resource_type) {
            attribute::read(analysis, resource.value, "`CreationPolicy`", policy, keys, sink);
        } else if let Some(resource_type) = resource_type.filter(|own| has_none(own)) {
            let finding = Finding::at(shape::at_value(policy), format!("`{resource_type}` has no `CreationPolicy`")).node(policy);
            sink.report(match resource.value.remove_entry("CreationPolicy") {
                Some(edit) => finding.help("remove it").fix("remove `CreationPolicy`", Safety::Safe, vec![edit]),
                None => finding.help("remove it"),
            });
        }
    }
}

/// Whether a type is known to have no creation policy. What a module, a macro or a custom resource becomes is not known, and a type that
/// does not exist is told by another rule.
fn has_none(resource_type: &str) -> bool {
    let is_open = ["AWS::Serverless::", "AWS::CloudFormation::Custom"].iter().any(|open| resource_type.starts_with(open));
    resource_type.starts_with("AWS::") && !is_open && Facts::embedded().resource_type(resource_type).is_some()
}
