//! `values-of-wrong-pattern`: a text is not of the pattern that its property takes.

use super::super::{Finding, Rule, Scope, Sink, Status};
use super::{each_call, each_fault, is_unlisted_name, shortened};
use crate::analysis::Analysis;
use crate::diagnostic::Severity;
use crate::validation::{Fault, Kind};

pub(super) static RULE: Rule = Rule {
    code: "E3031",
    name: "values-of-wrong-pattern",
    severity: Severity::Error,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/schema/values-of-wrong-pattern.md"),
    scope: Scope::Text,
    options: &[],
    check,
};

fn check(analysis: &Analysis, sink: &mut Sink) {
    each_fault(analysis, sink, diagnostic);
    each_call(analysis, sink, |fault| is_unlisted_name(analysis, fault));
}

fn diagnostic<'t>(fault: &Fault<'t>) -> Option<Finding<'t>> {
    let Kind::PatternMismatch(pattern) = fault.kind else { return None };
    let written = shortened(fault.node.as_str().unwrap_or_default());
    let finding = Finding::at(fault.at, format!("`{written}` does not match the pattern of its property"));
    Some(finding.note(format!("the pattern is `{pattern}`")))
}
