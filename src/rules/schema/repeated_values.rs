//! `repeated-values`: an item stands twice in a list that allows it.

use super::super::{Finding, Rule, Scope, Sink, Status};
use super::{each_fault, subject};
use crate::analysis::Analysis;
use crate::diagnostic::Severity;
use crate::validation::{Fault, Kind};

pub(super) static RULE: Rule = Rule {
    code: "I3037",
    name: "repeated-values",
    severity: Severity::Info,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/schema/repeated-values.md"),
    scope: Scope::Text,
    options: &[],
    check,
};

fn check(analysis: &Analysis, sink: &mut Sink) {
    each_fault(analysis, sink, diagnostic);
}

fn diagnostic<'t>(fault: &Fault<'t>) -> Option<Finding<'t>> {
    let Kind::RepeatedValue = fault.kind else { return None };
    Some(
        Finding::at(fault.at, format!("two items of {} are the same", subject(fault, fault.node)))
            .help("remove one of them, if it is not meant"),
    )
}
