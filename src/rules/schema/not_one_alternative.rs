//! `not-one-alternative`: a value fits none, or several, of the alternatives of which it must fit exactly one.

use super::super::{Finding, Rule, Scope, Sink, Status};
use super::{each_fault, finding};
use crate::analysis::Analysis;
use crate::diagnostic::Severity;
use crate::schema::Keyword;
use crate::validation::{Fault, Kind};

pub(super) static RULE: Rule = Rule {
    code: "E3018",
    name: "not-one-alternative",
    severity: Severity::Error,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/schema/not-one-alternative.md"),
    scope: Scope::Text,
    options: &[],
    check,
};

fn check(analysis: &Analysis, sink: &mut Sink) {
    each_fault(analysis, sink, diagnostic);
}

fn diagnostic<'t>(fault: &Fault<'t>) -> Option<Finding<'t>> {
    let Kind::NotOneAlternative { schema, several } = fault.kind else { return None };
    let message = if several {
        "fits several of the ways in which it can be written, and must fit exactly one"
    } else {
        "fits none of the ways in which it can be written"
    };
    Some(finding(fault, schema, Keyword::OneOf, message))
}
