//! `none-of-required-properties`: none of some properties is there, and at least one must be.

use super::super::{Finding, Rule, Scope, Sink, Status};
use super::{each_fault, listed, subject};
use crate::analysis::Analysis;
use crate::diagnostic::Severity;
use crate::schema::Keyword;
use crate::validation::{Fault, Kind};

pub(super) static RULE: Rule = Rule {
    code: "E3058",
    name: "none-of-required-properties",
    severity: Severity::Error,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/schema/none-of-required-properties.md"),
    scope: Scope::Text,
    options: &[],
    check,
};

fn check(analysis: &Analysis, sink: &mut Sink) {
    each_fault(analysis, sink, diagnostic);
}

fn diagnostic<'t>(fault: &Fault<'t>) -> Option<Finding<'t>> {
    let Kind::NoneOf { schema, keyword: Keyword::RequiredOr } = fault.kind else { return None };
    Some(Finding::at(
        fault.at,
        format!("{} has none of {}", subject(fault, fault.node), listed(schema.strings(Keyword::RequiredOr), "and")),
    ))
}
