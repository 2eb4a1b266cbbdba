//! `context-without-reason`: the context of a resource does not say why the resource is there.

use super::super::{Finding, Rule, Scope, Sink, Status};
use super::context;
use crate::analysis::Analysis;
use crate::diagnostic::Severity;
use crate::syntax::Node;

pub(super) static RULE: Rule = Rule {
    code: "W4011",
    name: "context-without-reason",
    severity: Severity::Warning,
    status: Status::Experimental { since: "0.1.0" },
    page: include_str!("../../../rules/sections/context-without-reason.md"),
    scope: Scope::Text,
    options: &[context::INCIDENTAL],
    check,
};

fn check(analysis: &Analysis, sink: &mut Sink) {
    for resource in context::resources(analysis, &RULE) {
        let Some(entry) = resource.metadata.and_then(|metadata| metadata.entry(context::KEY)) else { continue };
        if !entry.value.is_mapping() {
            continue;
        }
        let has_reason = entry.value.get("why").and_then(Node::as_str).is_some_and(|why| !why.trim().is_empty());
        // Somebody looked for the reason, and did not find it written down.
        let is_looked_for = entry.value.get("trust").and_then(|trust| trust.get("conf")).and_then(Node::as_str) == Some("low");
        if !has_reason && !is_looked_for {
            let id = resource.logical_id();
            sink.report(
                Finding::at(entry.key.span(), format!("the context of `{id}` does not say why it is there"))
                    .node(entry.value)
                    .help("add `why`; where nobody knows, add `trust: {src: infer, conf: low}`"),
            );
        }
    }
}
