//! `malformed-resource-metadata`: metadata of a resource that is no mapping, or has an empty value.

use super::super::{Rule, Scope, Sink, Status};
use super::malformed_metadata::report_empty;
use super::shape;
use crate::analysis::Analysis;
use crate::diagnostic::Severity;

pub(super) static RULE: Rule = Rule {
    code: "E3028",
    name: "malformed-resource-metadata",
    severity: Severity::Error,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/sections/malformed-resource-metadata.md"),
    scope: Scope::Text,
    options: &[],
    check,
};

fn check(analysis: &Analysis, sink: &mut Sink) {
    let section = analysis.template.resources.node.filter(|section| shape::is_readable(analysis, *section));
    for (_, resource) in section.into_iter().flat_map(shape::written) {
        let Some(metadata) = resource.value.get("Metadata") else { continue };
        if metadata.is_mapping() {
            report_empty(metadata, sink);
        } else if metadata.function().is_none() {
            sink.report(shape::wrong_kind("`Metadata`", "a mapping", metadata));
        }
    }
}
