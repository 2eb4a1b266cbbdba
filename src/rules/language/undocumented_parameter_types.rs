//! `undocumented-parameter-types`: a parameter type that is not documented.

use super::super::{Finding, Rule, Scope, Sink, Status};
use super::parameter_types::{is_documented, is_tolerated};
use crate::analysis::Analysis;
use crate::diagnostic::Severity;

pub(super) static RULE: Rule = Rule {
    code: "W2002",
    name: "undocumented-parameter-types",
    severity: Severity::Warning,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/language/undocumented-parameter-types.md"),
    scope: Scope::Text,
    options: &[],
    check,
};

fn check(analysis: &Analysis, sink: &mut Sink) {
    for parameter in analysis.template.parameters.iter() {
        let Some(entry) = parameter.node.entry("Type") else { continue };
        let Some(name) = entry.value.as_str().filter(|_| entry.value.function().is_none() && !entry.value.is_null()) else {
            continue;
        };
        if is_tolerated(name) && !is_documented(name) {
            let help = "write one of the documented types".to_owned();
            sink.report(
                Finding::at(entry.key.span(), format!("parameter type `{name}` is not documented")).node(entry.value).help(help),
            );
        }
    }
}
