//! `invalid-parameters`: an entry of `Parameters` that CloudFormation does not take.

use super::super::{Finding, Rule, Scope, Sink, Status};
use super::entries;
use crate::analysis::Analysis;
use crate::diagnostic::Severity;
use crate::template::{Named, ParameterType};

pub(super) static RULE: Rule = Rule {
    code: "E2001",
    name: "invalid-parameters",
    severity: Severity::Error,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/language/invalid-parameters.md"),
    scope: Scope::Text,
    options: &[],
    check,
};

/// What every parameter can have.
const COMMON: &[&str] = &["AllowedValues", "ConstraintDescription", "Default", "Description", "NoEcho", "Type"];

fn check(analysis: &Analysis, sink: &mut Sink) {
    let template = analysis.template;
    if template.has_unknown_transform() {
        return;
    }
    if let Some(entry) = analysis.tree.root().and_then(|root| root.entry("Parameters")).filter(|entry| !entry.value.is_mapping())
    {
        sink.report(
            Finding::at(entry.key.span(), "`Parameters` must be a mapping")
                .node(entry.value)
                .help("write `name: {Type: …}` in it"),
        );
    }
    for parameter in template.parameters.iter().filter(|parameter| !entries::is_expanded(parameter.key)) {
        let name = parameter.name();
        if !entries::is_alphanumeric(name, b"") {
            entries::report_name(parameter.key, "a parameter", "letters and digits", sink);
            continue;
        }
        if !parameter.node.is_mapping() {
            sink.report(
                Finding::at(parameter.key.span(), format!("parameter `{name}` must be a mapping"))
                    .node(parameter.node)
                    .help("give it a `Type`"),
            );
            continue;
        }
        if parameter.node.get("Type").is_none() {
            sink.report(
                Finding::at(parameter.key.span(), format!("parameter `{name}` has no `Type`"))
                    .node(parameter.node)
                    .help("add `Type: String`"),
            );
        }
        let limits: &[&str] = match parameter.parameter_type {
            ParameterType::Number => &["MaxValue", "MinValue"],
            _ => &["AllowedPattern", "MaxLength", "MinLength"],
        };
        let known = [COMMON, limits].concat();
        entries::report_keys(parameter.node, "a parameter of this type", &known, sink);
        for entry in parameter.node.entries() {
            let list = entry.key.as_str() == Some("AllowedValues");
            let is_known = known.contains(&entry.key.as_str().unwrap_or_default());
            let fits = if list { entry.value.is_sequence() } else { entry.value.scalar().is_some() };
            if is_known && (!fits || entry.value.function().is_some()) {
                let takes = if list { "a list" } else { "a string" };
                sink.report(
                    Finding::at(entry.key.span(), format!("`{}` must be {takes}", entry.key.as_str().unwrap_or_default()))
                        .node(entry.value)
                        .help("write the value out"),
                );
            }
        }
    }
}
