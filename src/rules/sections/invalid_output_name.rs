//! `invalid-output-name`: a name that no output may have.

use super::super::{Finding, Rule, Scope, Sink, Status};
use super::{invalid_output_value, shape};
use crate::analysis::Analysis;
use crate::diagnostic::Severity;
use crate::syntax::Entry;

pub(super) static RULE: Rule = Rule {
    code: "E6004",
    name: "invalid-output-name",
    severity: Severity::Error,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/sections/invalid-output-name.md"),
    scope: Scope::Text,
    options: &[],
    check,
};

fn check(analysis: &Analysis, sink: &mut Sink) {
    let section = analysis.template.outputs.node.filter(|_| shape::is_settled(analysis));
    let refused = section.into_iter().flat_map(shape::written).filter_map(|(name, entry)| refused(name, entry));
    refused.for_each(|finding| sink.report(finding));
    invalid_output_value::echoes(analysis, sink);
}

/// A name that no output can have.
pub(super) fn refused<'t>(name: &str, entry: Entry<'t>) -> Option<Finding<'t>> {
    let message = format!("the name of output `{}` has other characters than letters and digits", shape::shortened(name));
    let finding = || Finding::at(entry.key.span(), message).node(entry.value).help("rename it, and what refers to it");
    (!shape::is_alphanumeric(name)).then(finding)
}
