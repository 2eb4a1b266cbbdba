//! `long-description`: a description that is nearly as long as CloudFormation takes.

use super::super::{Finding, Rule, Scope, Sink, Status};
use super::overlong_description::MAX_BYTES;
use super::{limit, shape};
use crate::analysis::Analysis;
use crate::diagnostic::Severity;

pub(super) static RULE: Rule = Rule {
    code: "I1003",
    name: "long-description",
    severity: Severity::Info,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/sections/long-description.md"),
    scope: Scope::Text,
    options: &[],
    check,
};

fn check(analysis: &Analysis, sink: &mut Sink) {
    let Some(description) = analysis.template.description.filter(|node| shape::is_text(*node)) else { return };
    let bytes = description.as_str().unwrap_or_default().len();
    if bytes <= MAX_BYTES && limit::is_near(bytes, MAX_BYTES) {
        sink.report(
            Finding::at(shape::at_value(description), format!("`Description` has {bytes} of at most {MAX_BYTES} bytes"))
                .node(description)
                .help("shorten it, or move a part to `Metadata` or to comments"),
        );
    }
}
