//! `aliases`: a part of the text stands for another.

use super::super::{Finding, Rule, Scope, Sink, Status};
use super::merge_keys::Shared;
use crate::analysis::Analysis;
use crate::diagnostic::Severity;

pub(super) static RULE: Rule = Rule {
    code: "W1101",
    name: "aliases",
    severity: Severity::Warning,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/template/aliases.md"),
    scope: Scope::Text,
    options: &[],
    check,
};

fn check(analysis: &Analysis, sink: &mut Sink) {
    for at in Shared::of(analysis).aliases {
        let finding = Finding::at(at, "CloudFormation does not know aliases");
        sink.report(finding.help("write the value out, or deploy with `aws cloudformation package` or SAM, which do"));
    }
}
