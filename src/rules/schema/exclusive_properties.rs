//! `exclusive-properties`: two properties stand together that exclude each other.

use super::super::{Finding, Rule, Scope, Sink, Status};
use super::each_fault;
use crate::analysis::Analysis;
use crate::diagnostic::Severity;
use crate::validation::{Fault, Kind};

pub(super) static RULE: Rule = Rule {
    code: "E3020",
    name: "exclusive-properties",
    severity: Severity::Error,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/schema/exclusive-properties.md"),
    scope: Scope::Text,
    options: &[],
    check,
};

fn check(analysis: &Analysis, sink: &mut Sink) {
    each_fault(analysis, sink, diagnostic);
}

fn diagnostic<'t>(fault: &Fault<'t>) -> Option<Finding<'t>> {
    let Kind::ExcludedProperty { with, name } = fault.kind else { return None };
    Some(Finding::at(fault.at, format!("`{name}` cannot stand beside `{with}`")).help("keep one of them"))
}
