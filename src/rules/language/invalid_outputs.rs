//! `invalid-outputs`: an entry of `Outputs` that CloudFormation does not take.

use super::super::{Finding, Rule, Scope, Sink, Status};
use super::entries;
use crate::analysis::Analysis;
use crate::diagnostic::Severity;
use crate::syntax::Node;

pub(super) static RULE: Rule = Rule {
    code: "E6001",
    name: "invalid-outputs",
    severity: Severity::Error,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/language/invalid-outputs.md"),
    scope: Scope::Text,
    options: &[],
    check,
};

fn check(analysis: &Analysis, sink: &mut Sink) {
    let template = analysis.template;
    if template.has_unknown_transform() {
        return;
    }
    for entry in template.outputs.node.into_iter().flat_map(Node::entries).filter(|entry| !entries::is_expanded(entry.key)) {
        let name = entry.key.as_str().unwrap_or_default();
        if !entries::is_alphanumeric(name, b"") {
            entries::report_name(entry.key, "an output", "letters and digits", sink);
            continue;
        }
        if !entry.value.is_mapping() {
            sink.report(
                Finding::at(entry.key.span(), format!("output `{name}` must be a mapping"))
                    .node(entry.value)
                    .help("give it a `Value`"),
            );
            continue;
        }
        entries::report_keys(entry.value, "an output", &["Condition", "Description", "Export", "Value"], sink);
        if let Some(export) = entry.value.get("Export").filter(|export| export.is_mapping()) {
            entries::report_keys(export, "`Export`", &["Name"], sink);
        }
    }
}
