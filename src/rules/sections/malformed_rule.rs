//! `malformed-rule`: a rule of the wrong shape.

use super::super::{Finding, Rule, Scope, Sink, Status};
use super::shape;
use crate::analysis::Analysis;
use crate::diagnostic::Severity;
use crate::syntax::Entry;

pub(super) static RULE: Rule = Rule {
    code: "E1700",
    name: "malformed-rule",
    severity: Severity::Error,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/sections/malformed-rule.md"),
    scope: Scope::Text,
    options: &[],
    check,
};

fn check(analysis: &Analysis, sink: &mut Sink) {
    let section = analysis.tree.root().and_then(|root| root.get("Rules"));
    let Some(section) = section.filter(|_| shape::is_settled(analysis)) else { return };
    if !section.is_mapping() {
        return sink.report(shape::wrong_kind("`Rules`", "a mapping", section));
    }
    for (name, rule) in shape::written(section) {
        if !shape::is_alphanumeric(name) {
            let message = format!("the name of rule `{}` has other characters than letters and digits", shape::shortened(name));
            sink.report(Finding::at(rule.key.span(), message).node(rule.value).help("rename it"));
        }
        if shape::is_plain_mapping(rule.value) {
            assertions(name, rule, sink);
        } else if !shape::is_generated(rule.value) {
            sink.report(shape::wrong_kind("a rule", "a mapping with `Assertions`", rule.value));
        }
    }
}

fn assertions<'t>(name: &str, rule: Entry<'t>, sink: &mut Sink) {
    let Some(list) = rule.value.get("Assertions") else {
        if !shape::is_filled(rule.value) {
            let message = format!("rule `{}` has no `Assertions`", shape::shortened(name));
            sink.report(Finding::at(rule.key.span(), message).node(rule.value).help("write what must hold"));
        }
        return;
    };
    if !shape::is_plain_list(list) {
        if !shape::is_generated(list) {
            sink.report(shape::wrong_kind("`Assertions`", "a list", list).help("write a `-` before each `Assert`"));
        }
        return;
    }
    for assertion in list.items() {
        if !shape::is_plain_mapping(assertion) {
            sink.report(shape::wrong_kind("an assertion", "a mapping with `Assert`", assertion));
        }
        if let Some(description) = assertion.get("AssertDescription").filter(|node| !shape::is_text(*node)) {
            sink.report(shape::wrong_kind("`AssertDescription`", "a string", description));
        }
    }
}
