//! `malformed-description`: a description that is no string.

use super::super::{Finding, Rule, Scope, Sink, Status};
use super::shape;
use crate::analysis::Analysis;
use crate::diagnostic::Severity;
use crate::syntax::{Scalar, ScalarValue};

pub(super) static RULE: Rule = Rule {
    code: "E1004",
    name: "malformed-description",
    severity: Severity::Error,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/sections/malformed-description.md"),
    scope: Scope::Text,
    options: &[],
    check,
};

fn check(analysis: &Analysis, sink: &mut Sink) {
    let Some(description) = analysis.template.description else { return };
    if description.function().is_some() {
        let finding = Finding::at(shape::at_value(description), "`Description` must be written out");
        sink.report(finding.node(description).here("functions do not work here").help("write the text itself"));
    } else if !matches!(description.scalar().map(Scalar::value), Some(ScalarValue::String(_))) {
        sink.report(
            shape::wrong_kind("`Description`", "a string", description).help("put the text in quotes, or remove the key"),
        );
    }
}
