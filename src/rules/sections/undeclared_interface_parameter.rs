//! `undeclared-interface-parameter`: a parameter interface that names no parameter.

use super::super::{Finding, Rule, Scope, Sink, Status};
use super::malformed_interface::KEY;
use super::shape;
use crate::analysis::Analysis;
use crate::diagnostic::{Safety, Severity};
use crate::syntax::Node;
use crate::template::Named;
use crate::text::{Span, nearest_name};

pub(super) static RULE: Rule = Rule {
    code: "W4001",
    name: "undeclared-interface-parameter",
    severity: Severity::Warning,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/sections/undeclared-interface-parameter.md"),
    scope: Scope::Text,
    options: &[],
    check,
};

fn check(analysis: &Analysis, sink: &mut Sink) {
    let template = analysis.template;
    let metadata = template.metadata.filter(|_| shape::is_settled(analysis));
    let Some(interface) = metadata.and_then(|metadata| metadata.get(KEY)) else { return };
    if template.parameters.node.is_some_and(shape::is_filled) {
        return;
    }
    for group in interface.get("ParameterGroups").into_iter().flat_map(Node::items) {
        for name in group.get("Parameters").into_iter().flat_map(Node::items) {
            report(analysis, name, shape::at_value(name), sink);
        }
    }
    for (_, label) in interface.get("ParameterLabels").into_iter().flat_map(shape::written) {
        report(analysis, label.key, label.key.span(), sink);
    }
}

fn report<'t>(analysis: &Analysis<'t>, name: Node<'t>, at: Span, sink: &mut Sink) {
    let parameters = &analysis.template.parameters;
    let Some(written) = name.as_str().filter(|written| parameters.get(written).is_none() && !name.tree().may_hide(written))
    else {
        return;
    };
    let finding =
        Finding::at(at, format!("the interface names `{}`, which is no parameter", shape::shortened(written))).node(name);
    let Some(near) = nearest_name(written, parameters.iter().map(|parameter| parameter.name())) else {
        return sink.report(finding.help("remove it, or declare the parameter"));
    };
    let finding = finding.help(format!("write `{near}`"));
    sink.report(match name.replace_scalar(near) {
        Some(edit) => finding.fix(format!("write `{near}`"), Safety::Unsafe, vec![edit]),
        None => finding,
    });
}
