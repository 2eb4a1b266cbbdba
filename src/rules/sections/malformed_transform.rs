//! `malformed-transform`: a transform of the wrong shape.

use super::super::{Finding, Rule, Scope, Sink, Status};
use super::shape;
use crate::analysis::Analysis;
use crate::diagnostic::Severity;
use crate::syntax::{Node, Scalar, ScalarValue};

pub(super) static RULE: Rule = Rule {
    code: "E1005",
    name: "malformed-transform",
    severity: Severity::Error,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/sections/malformed-transform.md"),
    scope: Scope::Text,
    options: &[],
    check,
};

fn check(analysis: &Analysis, sink: &mut Sink) {
    let Some(transform) = analysis.tree.root().and_then(|root| root.get("Transform")) else { return };
    if shape::is_plain_list(transform) {
        transform.items().for_each(|item| check_one(item, sink));
    } else {
        check_one(transform, sink);
    }
}

fn check_one(transform: Node, sink: &mut Sink) {
    if !shape::is_plain_mapping(transform) {
        if !matches!(transform.scalar().map(Scalar::value), Some(ScalarValue::String(_))) || transform.function().is_some() {
            sink.report(
                shape::wrong_kind("a transform", "a name, or a mapping with `Name`", transform)
                    .help("write the name of a macro, such as `AWS::LanguageExtensions`"),
            );
        }
        return;
    }
    match transform.entry("Name") {
        None => {
            let finding = Finding::at(shape::at_value(transform), "the transform has no `Name`").node(transform);
            sink.report(finding.help("say which macro is meant: `Name: AWS::Include`"));
        }
        Some(name) if !shape::is_text(name.value) => {
            sink.report(shape::wrong_kind("`Name` of a transform", "a string", name.value));
        }
        Some(_) => {}
    }
    for (name, entry) in shape::written(transform) {
        match name {
            "Name" => {}
            "Parameters" if shape::is_plain_mapping(entry.value) => {}
            "Parameters" => sink.report(shape::wrong_kind("`Parameters` of a transform", "a mapping", entry.value)),
            _ => sink.report(shape::unknown_key("a transform has no", transform, entry.key, &["Name", "Parameters"])),
        }
    }
}
