//! `malformed-output`: an output of the wrong shape.

use super::super::{Rule, Scope, Sink, Status};
use super::shape;
use crate::analysis::Analysis;
use crate::diagnostic::Severity;

pub(super) static RULE: Rule = Rule {
    code: "E6003",
    name: "malformed-output",
    severity: Severity::Error,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/sections/malformed-output.md"),
    scope: Scope::Text,
    options: &[],
    check,
};

fn check(analysis: &Analysis, sink: &mut Sink) {
    let Some(section) = analysis.template.outputs.node.filter(|section| shape::is_readable(analysis, *section)) else { return };
    if !section.is_mapping() {
        return sink.report(shape::wrong_kind("`Outputs`", "a mapping", section));
    }
    for (_, output) in shape::written(section) {
        if !shape::is_plain_mapping(output.value) {
            if !shape::is_generated(output.value) {
                sink.report(shape::wrong_kind("an output", "a mapping with `Value`", output.value));
            }
            continue;
        }
        for (name, entry) in shape::written(output.value) {
            let finding = match name {
                "Description" if !shape::is_text(entry.value) => shape::wrong_kind("`Description`", "a string", entry.value)
                    .help("write the text itself: no function works here"),
                "Condition" if !shape::is_text(entry.value) => {
                    shape::wrong_kind("`Condition`", "the name of a condition", entry.value).help("declare it in `Conditions`")
                }
                "Export" if !shape::is_plain_mapping(entry.value) && !shape::is_generated(entry.value) => {
                    shape::wrong_kind("`Export`", "a mapping with `Name`", entry.value).help("write `Export: {Name: ...}`")
                }
                _ => continue,
            };
            sink.report(finding);
        }
    }
}
