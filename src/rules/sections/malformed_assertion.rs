//! `malformed-assertion`: an assertion that asserts no condition.

use super::super::{Rule, Scope, Sink, Status};
use super::logic::{self, Place};
use super::shape;
use crate::analysis::Analysis;
use crate::diagnostic::Severity;
use crate::syntax::Node;

pub(super) static RULE: Rule = Rule {
    code: "E1701",
    name: "malformed-assertion",
    severity: Severity::Error,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/sections/malformed-assertion.md"),
    scope: Scope::Text,
    options: &[],
    check,
};

fn check(analysis: &Analysis, sink: &mut Sink) {
    for rule in analysis.template.rules.iter().filter(|_| shape::is_settled(analysis)) {
        for condition in rule.assertions.into_iter().flat_map(Node::items).filter_map(|assertion| assertion.get("Assert")) {
            let faults = logic::faults_of(analysis, condition, Place::Rules);
            faults.into_iter().filter(|fault| fault.within.is_none()).for_each(|fault| fault.report(analysis, sink));
        }
    }
}
