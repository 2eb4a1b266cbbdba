//! `misplaced-secrets`: a secret of Secrets Manager where CloudFormation does not put it in.

use super::super::{Finding, Rule, Scope, Sink, Status};
use super::place;
use crate::analysis::Analysis;
use crate::diagnostic::Severity;
use crate::syntax::Node;

pub(super) static RULE: Rule = Rule {
    code: "E1051",
    name: "misplaced-secrets",
    severity: Severity::Error,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/language/misplaced-secrets.md"),
    scope: Scope::Text,
    options: &[],
    check,
};

const SECRET: &str = "{{resolve:secretsmanager:";

fn check(analysis: &Analysis, sink: &mut Sink) {
    if !analysis.source.contains(SECRET) {
        return;
    }
    let template = analysis.template;
    let metadata = template.resources.iter().filter_map(|resource| resource.metadata);
    let outputs = template.outputs.iter().filter_map(|output| output.value);
    for node in metadata.chain(outputs).flat_map(Node::descendants) {
        if node.as_str().is_some_and(|text| text.contains(SECRET)) {
            sink.report(
                Finding::at(place::of_value(node), "a secret is not put in here")
                    .node(node)
                    .note("CloudFormation puts secrets into properties of resources only")
                    .help("read the secret where it is used, or pass its ARN"),
            );
        }
    }
}
