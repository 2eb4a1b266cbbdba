//! `overlong-description`: a description that is longer than CloudFormation takes.

use super::super::{Finding, Rule, Scope, Sink, Status};
use super::shape;
use crate::analysis::Analysis;
use crate::diagnostic::Severity;

pub(super) static RULE: Rule = Rule {
    code: "E1003",
    name: "overlong-description",
    severity: Severity::Error,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/sections/overlong-description.md"),
    scope: Scope::Text,
    options: &[],
    check,
};

/// Longest `Description` a template may have, in bytes of UTF-8.
///
/// Source: CloudFormation quotas, <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html>.
pub(super) const MAX_BYTES: usize = 1_024;

fn check(analysis: &Analysis, sink: &mut Sink) {
    let Some(description) = analysis.template.description.filter(|node| shape::is_text(*node)) else { return };
    let bytes = description.as_str().unwrap_or_default().len();
    if bytes > MAX_BYTES {
        sink.report(
            Finding::at(shape::at_value(description), format!("`Description` has {bytes} bytes, {MAX_BYTES} are the most"))
                .node(description)
                .help("shorten it, and move the rest to `Metadata` or to comments"),
        );
    }
}
