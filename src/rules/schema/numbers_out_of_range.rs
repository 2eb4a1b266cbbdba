//! `numbers-out-of-range`: a number is larger or smaller than its property takes.

use super::super::{Finding, Rule, Scope, Sink, Status};
use super::{each_fault, subject};
use crate::analysis::Analysis;
use crate::diagnostic::Severity;
use crate::schema::Keyword;
use crate::validation::{Fault, Kind};

pub(super) static RULE: Rule = Rule {
    code: "E3034",
    name: "numbers-out-of-range",
    severity: Severity::Error,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/schema/numbers-out-of-range.md"),
    scope: Scope::Text,
    options: &[],
    check,
};

fn check(analysis: &Analysis, sink: &mut Sink) {
    each_fault(analysis, sink, diagnostic);
}

fn diagnostic<'t>(fault: &Fault<'t>) -> Option<Finding<'t>> {
    let Kind::OutOfBounds { keyword, limit, found } = fault.kind else { return None };
    let bound = match keyword {
        Keyword::Minimum => "must be at least",
        Keyword::Maximum => "can be at most",
        Keyword::ExclusiveMinimum => "must be more than",
        Keyword::ExclusiveMaximum => "must be less than",
        _ => return None,
    };
    Some(Finding::at(fault.at, format!("{} is {found}, and {bound} {limit}", subject(fault, fault.node))))
}
