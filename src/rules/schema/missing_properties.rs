//! `missing-properties`: a resource lacks a property that its type requires.

use super::super::{Finding, Rule, Scope, Sink, Status};
use super::{each_fault, subject};
use crate::analysis::Analysis;
use crate::diagnostic::Severity;
use crate::validation::{Fault, Kind};

pub(super) static RULE: Rule = Rule {
    code: "E3003",
    name: "missing-properties",
    severity: Severity::Error,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/schema/missing-properties.md"),
    scope: Scope::Text,
    options: &[],
    check,
};

fn check(analysis: &Analysis, sink: &mut Sink) {
    each_fault(analysis, sink, diagnostic);
}

fn diagnostic<'t>(fault: &Fault<'t>) -> Option<Finding<'t>> {
    let Kind::MissingProperty(name) = fault.kind else { return None };
    Some(
        Finding::at(fault.at, format!("{} has no `{name}`, which is required", subject(fault, fault.node)))
            .help(format!("add `{name}`")),
    )
}
