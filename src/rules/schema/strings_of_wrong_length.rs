//! `strings-of-wrong-length`: a text is longer or shorter than its property takes.

use super::super::{Finding, Rule, Scope, Sink, Status};
use super::{count, each_fault, subject};
use crate::analysis::Analysis;
use crate::diagnostic::Severity;
use crate::schema::Keyword;
use crate::validation::{Fault, Kind};

pub(super) static RULE: Rule = Rule {
    code: "E3033",
    name: "strings-of-wrong-length",
    severity: Severity::Error,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/schema/strings-of-wrong-length.md"),
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
        Keyword::MinLength => "must have at least",
        Keyword::MaxLength => "can have at most",
        _ => return None,
    };
    Some(Finding::at(
        fault.at,
        format!("{} has {}, and {bound} {limit}", subject(fault, fault.node), count(found, "character", "characters")),
    ))
}
