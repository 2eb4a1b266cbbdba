//! `malformed-creation-policy`: a creation policy that its resource does not have.

use super::super::{Rule, Scope, Sink, Status};
use super::attribute::{self, Keys, Takes};
use super::shape;
use crate::analysis::Analysis;
use crate::diagnostic::Severity;
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
        }
    }
}
