//! `unknown-parameter-types`: a parameter type that does not exist.

use super::super::{Finding, Rule, Scope, Sink, Status};
use super::parameter_types::{is_documented, is_tolerated, plain};
use crate::analysis::Analysis;
use crate::diagnostic::Severity;
use crate::text::nearest_name;

pub(super) static RULE: Rule = Rule {
    code: "E2002",
    name: "unknown-parameter-types",
    severity: Severity::Error,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/language/unknown-parameter-types.md"),
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
        if !is_documented(name) && !is_tolerated(name) {
            let help = match nearest_name(name, plain()) {
                Some(nearest) => format!("write `{nearest}`"),
                None => "write `String`".to_owned(),
            };
            sink.report(
                Finding::at(entry.key.span(), format!("there is no parameter type `{name}`")).node(entry.value).help(help),
            );
        }
    }
}
