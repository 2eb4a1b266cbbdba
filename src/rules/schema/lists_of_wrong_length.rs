//! `lists-of-wrong-length`: a list has more or fewer items than its property takes.

use super::super::{Finding, Rule, Scope, Sink, Status};
use super::{count, each_fault, subject};
use crate::analysis::Analysis;
use crate::diagnostic::Severity;
use crate::schema::Keyword;
use crate::validation::{Fault, Kind};

pub(super) static RULE: Rule = Rule {
    code: "E3032",
    name: "lists-of-wrong-length",
    severity: Severity::Error,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/schema/lists-of-wrong-length.md"),
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
        Keyword::MinItems => "must have at least",
        Keyword::MaxItems => "can have at most",
        _ => return None,
    };
    Some(Finding::at(
        fault.at,
        format!("{} has {}, and {bound} {limit}", subject(fault, fault.node), count(found, "item", "items")),
    ))
}
