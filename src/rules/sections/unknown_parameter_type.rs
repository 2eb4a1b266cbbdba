//! `unknown-parameter-type`: a type that no parameter has.

use super::super::{Finding, Rule, Scope, Sink, Status};
use super::{shape, types};
use crate::analysis::Analysis;
use crate::diagnostic::{Safety, Severity};
use crate::text::nearest_name;

pub(super) static RULE: Rule = Rule {
    code: "E2002",
    name: "unknown-parameter-type",
    severity: Severity::Error,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/sections/unknown-parameter-type.md"),
    scope: Scope::Text,
    options: &[],
    check,
};

fn check(analysis: &Analysis, sink: &mut Sink) {
    if !shape::is_settled(analysis) {
        return;
    }
    for parameter in analysis.template.parameters.iter() {
        let Some(written) = parameter.node.entry("Type").filter(|entry| shape::is_text(entry.value)) else { continue };
        let name = written.value.as_str().unwrap_or_default();
        // Others of these two forms may work: see W2002.
        if types::is_documented(name) || types::is_open(name) {
            continue;
        }
        let finding = Finding::at(written.key.span(), format!("no parameter has the type `{}`", shape::shortened(name)))
            .node(written.value);
        let near = match name {
            "Boolean" | "Bool" | "boolean" | "bool" => Some("String"),
            "List" => Some("CommaDelimitedList"),
            _ => nearest_name(name, types::SIMPLE.iter().chain(types::AWS).copied()),
        };
        let Some(near) = near else {
            sink.report(finding.help("use `String`, `Number`, `CommaDelimitedList` or one of AWS's types"));
            continue;
        };
        let finding = if near == "String" && name.to_ascii_lowercase().starts_with("bool") {
            finding.help("use `String` with `AllowedValues: [\"true\", \"false\"]`")
        } else {
            finding.help(format!("use `{near}`"))
        };
        sink.report(match written.value.replace_scalar(near) {
            Some(edit) => finding.fix(format!("use `{near}`"), Safety::Unsafe, vec![edit]),
            None => finding,
        });
    }
}
