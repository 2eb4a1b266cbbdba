//! `too-many-distinct-items`: a list has more different items than its property takes.

use super::super::{Finding, Rule, Scope, Sink, Status};
use super::each_fault;
use crate::analysis::Analysis;
use crate::diagnostic::Severity;
use crate::schema::Keyword;
use crate::validation::{Fault, Kind};

pub(super) static RULE: Rule = Rule {
    code: "E3065",
    name: "too-many-distinct-items",
    severity: Severity::Error,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/schema/too-many-distinct-items.md"),
    scope: Scope::Text,
    options: &[],
    check,
};

fn check(analysis: &Analysis, sink: &mut Sink) {
    each_fault(analysis, sink, diagnostic);
}

fn diagnostic<'t>(fault: &Fault<'t>) -> Option<Finding<'t>> {
    let Kind::OutOfBounds { keyword: Keyword::MaxUniqueItems, limit, found } = fault.kind else { return None };
    Some(Finding::at(fault.at, format!("the list has {found} different items, and can have {limit} at most")))
}
