//! `secrets-for-arns`: a secret stands where its ARN is wanted.

use super::super::{Finding, Rule, Scope, Sink, Status};
use super::place;
use crate::analysis::Analysis;
use crate::diagnostic::Severity;
use crate::syntax::Node;
use crate::template::Intrinsic;

pub(super) static RULE: Rule = Rule {
    code: "W1051",
    name: "secrets-for-arns",
    severity: Severity::Warning,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/language/secrets-for-arns.md"),
    scope: Scope::Text,
    options: &[],
    check,
};

/// Properties that take the ARN of a secret, or a structure with it.
///
/// Source: the rule W1051 of cfn-lint 1.58.0, and the reference of the resource types that have them.
const FIELDS: &[&str] = &[
    "SecretArn",
    "SecretARN",
    "SecretsManagerSecretId",
    "SecretsManagerOracleAsmSecretId",
    "SecretsManagerSecurityDbEncryptionSecretId",
    "SecretsManagerConfiguration",
];

const SECRET: &str = "{{resolve:secretsmanager:";

fn check(analysis: &Analysis, sink: &mut Sink) {
    if !analysis.source.text().contains(SECRET) {
        return;
    }
    for node in analysis.template.resources.iter().filter_map(|resource| resource.properties).flat_map(Node::descendants) {
        let Some(text) = node.as_str().filter(|text| text.contains(SECRET)) else { continue };
        // What `Fn::Sub` puts together of more than a secret is another text.
        let is_all = |text: &str| text.starts_with("{{") && text.ends_with("}}");
        let is_part = call_around(node).is_some_and(|call| matches!(Intrinsic::of(call), Some(Intrinsic::Sub { .. })));
        if is_part && !is_all(text.trim_matches(['\\', '"'])) {
            continue;
        }
        let Some(field) = field_around(node) else { continue };
        sink.report(
            Finding::at(place::of_value(node), format!("`{field}` is given the secret, and not its ARN"))
                .node(node)
                .note("whoever uses the property reads the secret by this ARN")
                .help("write the ARN of the secret, or `!Ref` of the secret that this template makes"),
        );
    }
}

/// The call that a text is an argument of.
fn call_around(node: Node<'_>) -> Option<Node<'_>> {
    let mut around = node.function().is_some().then_some(node).or_else(|| node.parent());
    if around.is_some_and(|around| around.is_sequence() && around.function().is_none()) {
        around = around.and_then(Node::parent);
    }
    around
}

/// The property that a text is in, where it is one of those.
fn field_around(node: Node) -> Option<&'static str> {
    let mut at = node;
    while let Some(parent) = at.parent() {
        let key = at.own_entry().and_then(|entry| entry.key.as_str());
        if let Some(field) = key.and_then(|key| FIELDS.iter().find(|field| **field == key)) {
            return Some(field);
        }
        if key == Some("Properties") {
            return None;
        }
        at = parent;
    }
    None
}
