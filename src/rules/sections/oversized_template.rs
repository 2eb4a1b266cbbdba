//! `oversized-template`: a template that is larger than CloudFormation takes.

use super::super::{Finding, Rule, Scope, Sink, Status};
use super::shape;
use crate::analysis::Analysis;
use crate::config::{OptionShape, RuleOption};
use crate::diagnostic::Severity;

pub(super) static RULE: Rule = Rule {
    code: "E1002",
    name: "oversized-template",
    severity: Severity::Error,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/sections/oversized-template.md"),
    scope: Scope::Text,
    options: &[RuleOption { name: "max-bytes", shape: OptionShape::Number }],
    check,
};

/// Most bytes of a template that CloudFormation takes from S3.
///
/// Source: CloudFormation quotas, <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html>.
const MAX_BYTES: usize = 1_000_000;

fn check(analysis: &Analysis, sink: &mut Sink) {
    let (bytes, most) = (analysis.source.text().len(), maximum(analysis, &RULE));
    let Some(root) = analysis.tree.root().filter(|_| bytes > most) else { return };
    sink.report(
        Finding::at(shape::start(root), format!("the template has {bytes} bytes, {most} are the most"))
            .help("move resources to nested stacks, or take out comments and blanks before it is uploaded"),
    );
}

/// The limit that the config sets for a rule, or CloudFormation's.
pub(super) fn maximum(analysis: &Analysis, rule: &Rule) -> usize {
    let options = analysis.settings.options(rule.code, rule.name);
    let given = options.and_then(|options| options.get("max-bytes")).and_then(serde_json::Value::as_u64);
    given.and_then(|given| usize::try_from(given).ok()).unwrap_or(MAX_BYTES)
}
