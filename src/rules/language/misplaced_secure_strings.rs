//! `misplaced-secure-strings`: a secure string where CloudFormation does not put it in.

use super::super::{Finding, Rule, Scope, Sink, Status};
use super::{passwords, place};
use crate::analysis::Analysis;
use crate::diagnostic::Severity;
use crate::syntax::Node;
use crate::text::Span;

pub(super) static RULE: Rule = Rule {
    code: "E1027",
    name: "misplaced-secure-strings",
    severity: Severity::Error,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/language/misplaced-secure-strings.md"),
    scope: Scope::Text,
    options: &[],
    check,
};

const SECURE: &str = "{{resolve:ssm-secure:";

fn check(analysis: &Analysis, sink: &mut Sink) {
    if !analysis.source.contains("ssm-secure") {
        return;
    }
    for parameter in analysis.template.parameters.iter() {
        if let Some(entry) = parameter.node.entry("Default").filter(|entry| is_secure(entry.value)) {
            sink.report(finding(entry.value, entry.key.span()));
        }
    }
    for resource in analysis.template.resources.iter() {
        let allowed = passwords::of(resource);
        for node in resource.properties.into_iter().flat_map(Node::descendants).filter(|node| is_secure(*node)) {
            let is_allowed = allowed.iter().any(|allowed| allowed.id() == node.id());
            if !is_allowed {
                sink.report(finding(node, place::of_value(node)));
            }
        }
    }
}

fn is_secure(node: Node) -> bool {
    node.as_str().is_some_and(|text| text.contains(SECURE))
}

fn finding(node: Node<'_>, at: Span) -> Finding<'_> {
    Finding::at(at, "a secure string is not put in here")
        .node(node)
        .note("CloudFormation takes `ssm-secure` only in a few properties for passwords")
        .help("keep the value in Secrets Manager, and write `{{resolve:secretsmanager:…}}`")
}
