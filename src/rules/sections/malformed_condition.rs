//! `malformed-condition`: an entry of `Conditions` that is no condition.

use super::super::{Finding, Rule, Scope, Sink, Status};
use super::logic::{self, Place};
use super::shape;
use crate::analysis::Analysis;
use crate::diagnostic::Severity;

pub(super) static RULE: Rule = Rule {
    code: "E8001",
    name: "malformed-condition",
    severity: Severity::Error,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/sections/malformed-condition.md"),
    scope: Scope::Text,
    options: &[],
    check,
};

fn check(analysis: &Analysis, sink: &mut Sink) {
    let Some(section) = analysis.template.conditions.node.filter(|_| shape::is_settled(analysis)) else { return };
    if !section.is_mapping() {
        return sink.report(shape::wrong_kind("`Conditions`", "a mapping", section));
    }
    for (name, entry) in shape::written(section) {
        if !is_name(name) {
            let message = format!("no condition may have the name `{}`", shape::shortened(name));
            let finding = Finding::at(entry.key.span(), message).node(entry.value);
            sink.report(finding.help("use letters, digits, `_` and `&`, at most 255 of them, and change what refers to it"));
        }
        let faults = logic::faults_of(analysis, entry.value, Place::Conditions);
        faults.into_iter().filter(|fault| fault.within.is_none()).for_each(|fault| fault.report(analysis, sink));
    }
}

fn is_name(name: &str) -> bool {
    let known = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'&');
    name.contains("${") || ((1..=255).contains(&name.len()) && name.bytes().all(known))
}
