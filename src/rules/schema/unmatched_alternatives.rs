//! `unmatched-alternatives`: a value fits none of the alternatives of which it must fit at least one.

use super::super::{Finding, Rule, Scope, Sink, Status};
use super::{each_fault, finding};
use crate::analysis::Analysis;
use crate::diagnostic::Severity;
use crate::schema::Keyword;
use crate::validation::{Fault, Kind};

pub(super) static RULE: Rule = Rule {
    code: "E3017",
    name: "unmatched-alternatives",
    severity: Severity::Error,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/schema/unmatched-alternatives.md"),
    scope: Scope::Text,
    options: &[],
    check,
};

fn check(analysis: &Analysis, sink: &mut Sink) {
    each_fault(analysis, sink, diagnostic);
}

fn diagnostic<'t>(fault: &Fault<'t>) -> Option<Finding<'t>> {
    let Kind::NoAlternative(schema) = fault.kind else { return None };
    Some(finding(fault, schema, Keyword::AnyOf, "fits none of the ways in which it can be written"))
}
