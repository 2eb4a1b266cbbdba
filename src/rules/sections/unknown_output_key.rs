//! `unknown-output-key`: a key that outputs do not have.

use super::super::{Rule, Scope, Sink, Status};
use super::{invalid_output_name, invalid_output_value, shape};
use crate::analysis::Analysis;
use crate::diagnostic::Severity;

pub(super) static RULE: Rule = Rule {
    code: "E6001",
    name: "unknown-output-key",
    severity: Severity::Error,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/sections/unknown-output-key.md"),
    scope: Scope::Text,
    options: &[],
    check,
};

fn check(analysis: &Analysis, sink: &mut Sink) {
    let section = analysis.template.outputs.node.filter(|_| shape::is_settled(analysis));
    invalid_output_value::echoes(analysis, sink);
    for (name, output) in section.into_iter().flat_map(shape::written) {
        if let Some(finding) = invalid_output_name::refused(name, output) {
            sink.report(finding.echo_of(&invalid_output_name::RULE));
        }
        for (name, entry) in shape::written(output.value).filter(|_| shape::is_plain_mapping(output.value)) {
            match name {
                "Value" | "Description" | "Condition" => {}
                "Export" => {
                    for (_, inner) in shape::written(entry.value).filter(|(name, _)| *name != "Name") {
                        sink.report(shape::unknown_key("`Export` has no", entry.value, inner.key, &["Name"]));
                    }
                }
                _ => sink.report(shape::unknown_key("an output has no", output.value, entry.key, KNOWN)),
            }
        }
    }
}

const KNOWN: &[&str] = &["Value", "Description", "Condition", "Export"];
