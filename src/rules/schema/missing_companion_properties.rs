//! `missing-companion-properties`: a property is missing that another one needs.

use super::super::{Finding, Rule, Scope, Sink, Status};
use super::each_fault;
use crate::analysis::Analysis;
use crate::diagnostic::Severity;
use crate::schema::Keyword;
use crate::validation::{Fault, Kind};

pub(super) static RULE: Rule = Rule {
    code: "E3021",
    name: "missing-companion-properties",
    severity: Severity::Error,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/schema/missing-companion-properties.md"),
    scope: Scope::Text,
    options: &[],
    check,
};

fn check(analysis: &Analysis, sink: &mut Sink) {
    each_fault(analysis, sink, diagnostic);
}

fn diagnostic<'t>(fault: &Fault<'t>) -> Option<Finding<'t>> {
    let Kind::MissingDependency { of, name, keyword: Keyword::DependentRequired } = fault.kind else { return None };
    Some(Finding::at(fault.at, format!("`{of}` needs `{name}`, which is missing")).help(format!("add `{name}`")))
}
