//! `unfit-mapping-values`: a value of a mapping does not fit where it is looked up.

use super::super::{Rule, Scope, Sink, Status};
use super::each_given;
use crate::analysis::Analysis;
use crate::diagnostic::Severity;
use crate::syntax::Function;

pub(super) static RULE: Rule = Rule {
    code: "W1034",
    name: "unfit-mapping-values",
    severity: Severity::Warning,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/schema/unfit-mapping-values.md"),
    scope: Scope::Text,
    options: &[],
    check,
};

fn check(analysis: &Analysis, sink: &mut Sink) {
    each_given(analysis, sink, Function::FindInMap, "the mapping's value");
}
