//! `invalid-output-values`: what an output says cannot be computed.

use super::super::{Finding, Rule, Scope, Sink, Status};
use super::calls;
use super::place;
use crate::analysis::Analysis;
use crate::diagnostic::Severity;
use crate::template::FaultSection;

pub(super) static RULE: Rule = Rule {
    code: "E6101",
    name: "invalid-output-values",
    severity: Severity::Error,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/language/invalid-output-values.md"),
    scope: Scope::Text,
    options: &[],
    check,
};

fn check(analysis: &Analysis, sink: &mut Sink) {
    calls::report_section(analysis, FaultSection::Output, sink);
    for output in analysis.template.outputs.iter() {
        let Some(node) = output.value.filter(|node| node.function().is_none()) else { continue };
        let macros = node.entries().any(|entry| entry.key.as_str().is_some_and(|key| key.starts_with("Fn::")));
        if !node.is_empty() && !macros {
            sink.report(
                Finding::at(place::of_value(node), "the value of an output must be a string")
                    .node(node)
                    .help("write a string, or `Fn::Join` for a list"),
            );
        }
    }
}
