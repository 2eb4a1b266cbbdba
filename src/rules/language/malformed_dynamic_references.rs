//! `malformed-dynamic-references`: a dynamic reference that CloudFormation cannot read.

use super::super::{Finding, Rule, Scope, Sink, Status};
use super::place;
use crate::analysis::Analysis;
use crate::diagnostic::Severity;
use crate::syntax::Node;
use crate::template::dynamic_reference;

pub(super) static RULE: Rule = Rule {
    code: "E1050",
    name: "malformed-dynamic-references",
    severity: Severity::Error,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/language/malformed-dynamic-references.md"),
    scope: Scope::Text,
    options: &[],
    check,
};

/// `arn:PARTITION:secretsmanager:REGION:ACCOUNT:secret:NAME`.
const ARN_PARTS: usize = 7;

/// `SecretString`, the key, the stage and the version.
const MAX_SECRET_PARTS: usize = 4;

fn check(analysis: &Analysis, sink: &mut Sink) {
    if !analysis.source.contains("{{resolve:") {
        return;
    }
    let template = analysis.template;
    let properties = template.resources.iter().filter_map(|resource| resource.properties);
    let outputs = template.outputs.iter().filter_map(|output| output.value);
    let defaults = template.parameters.iter().filter_map(|parameter| parameter.node.get("Default"));
    for node in properties.chain(outputs).chain(defaults).flat_map(Node::descendants) {
        let mut text = node.as_str().unwrap_or_default();
        while let Some(open) = text.find("{{resolve:") {
            text = &text[open..];
            let Some(close) = text.find("}}") else { break };
            let written = &text[..close + 2];
            // What a variable puts in is not known.
            if let Some(help) = fault(written).filter(|_| !written.contains("${")) {
                let message = format!("`{written}` is no dynamic reference");
                sink.report(Finding::at(place::of_value(node), message).node(node).help(help));
            }
            text = &text[close + 2..];
        }
    }
}

/// What is wrong with one reference, as what to do about it.
fn fault(written: &str) -> Option<&'static str> {
    let Some(found) = dynamic_reference(written).filter(|found| !found.reference.is_empty()) else {
        return Some("name a service and what it stores: `{{resolve:ssm:NAME}}`");
    };
    let parts: Vec<&str> = found.reference.split(':').collect();
    match found.service {
        "ssm" | "ssm-secure" => match parts.as_slice() {
            ["", ..] => Some("write the name of the parameter"),
            [_] => None,
            [_, version] if !version.is_empty() && version.bytes().all(|byte| byte.is_ascii_digit()) => None,
            [_, _] => Some("write the version as a number, or leave it out"),
            _ => Some("write a name and a version only"),
        },
        "secretsmanager" => {
            // An ARN has seven parts of its own.
            let own = if parts[0] == "arn" { ARN_PARTS } else { 1 };
            match parts.get(own..) {
                None => Some("write the whole ARN of the secret, or its name"),
                Some([first, ..]) if !matches!(*first, "" | "SecretString") => {
                    Some("write `SecretString` behind the secret; nothing else can be read")
                }
                Some(rest) if rest.len() > MAX_SECRET_PARTS => Some("write no more than a key, a stage and a version"),
                Some(_) => None,
            }
        }
        _ => Some("read from `ssm`, `ssm-secure` or `secretsmanager`"),
    }
}
