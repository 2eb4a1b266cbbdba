//! `malformed-interface`: a parameter interface of the wrong shape.

use super::super::{Rule, Scope, Sink, Status};
use super::shape;
use crate::analysis::Analysis;
use crate::diagnostic::Severity;
use crate::syntax::{Node, Scalar, ScalarValue};

pub(super) static RULE: Rule = Rule {
    code: "E4001",
    name: "malformed-interface",
    severity: Severity::Error,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/sections/malformed-interface.md"),
    scope: Scope::Text,
    options: &[],
    check,
};

pub(super) const KEY: &str = "AWS::CloudFormation::Interface";

fn check(analysis: &Analysis, sink: &mut Sink) {
    let metadata = analysis.template.metadata.filter(|_| shape::is_settled(analysis));
    let Some(interface) = metadata.and_then(|metadata| metadata.get(KEY)) else { return };
    if !shape::is_plain_mapping(interface) {
        return sink.report(shape::wrong_kind(&format!("`{KEY}`"), "a mapping", interface));
    }
    known(interface, "the interface has no", &["ParameterGroups", "ParameterLabels"], sink);
    if let Some(groups) = interface.get("ParameterGroups") {
        if !shape::is_plain_list(groups) {
            sink.report(shape::wrong_kind("`ParameterGroups`", "a list", groups));
        }
        groups.items().for_each(|group| check_group(group, sink));
    }
    if let Some(labels) = interface.get("ParameterLabels") {
        for (_, label) in shape::written(labels) {
            check_label(label.value, sink);
        }
    }
}

fn check_group(group: Node, sink: &mut Sink) {
    known(group, "a parameter group has no", &["Label", "Parameters"], sink);
    if let Some(label) = group.get("Label") {
        check_label(label, sink);
    }
    if let Some(parameters) = group.get("Parameters").filter(|parameters| !shape::is_plain_list(*parameters)) {
        sink.report(shape::wrong_kind("`Parameters`", "a list of names", parameters));
    }
}

fn check_label(label: Node, sink: &mut Sink) {
    known(label, "a label has no", &["default"], sink);
    if let Some(text) =
        label.get("default").filter(|text| !matches!(text.scalar().map(Scalar::value), Some(ScalarValue::String(_))))
    {
        sink.report(shape::wrong_kind("`default`", "a string", text));
    }
}

fn known(mapping: Node, what: &str, keys: &[&str], sink: &mut Sink) {
    for (_, entry) in shape::written(mapping).filter(|(name, _)| !keys.contains(name)) {
        sink.report(shape::unknown_key(what, mapping, entry.key, keys));
    }
}
