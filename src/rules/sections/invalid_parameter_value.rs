//! `invalid-parameter-value`: a value given for a parameter that does not allow it.

use std::sync::Arc;

use super::super::{Finding, Rule, Scope, Sink, Status, files};
use super::{invalid_default, shape};
use crate::analysis::Analysis;
use crate::config::ValueFile;
use crate::diagnostic::Severity;
use crate::syntax::{self, Node};
use crate::template::{Named, Parameter};
use crate::text::{Place, SourceFile, Span, nearest_name};

pub(super) static RULE: Rule = Rule {
    code: "E2900",
    name: "invalid-parameter-value",
    severity: Severity::Error,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/sections/invalid-parameter-value.md"),
    scope: Scope::Text,
    options: &[],
    check,
};

fn check(analysis: &Analysis, sink: &mut Sink) {
    // What a nested stack is given, its parent says.
    let is_nested = analysis.set.members().iter().any(|member| member.children.values().any(|child| *child == analysis.member));
    if is_nested || !shape::is_settled(analysis) {
        return;
    }
    for parameter in analysis.template.parameters.iter() {
        let Some(value) = analysis.settings.parameters.get(parameter.name()) else { continue };
        for (constraint, message) in invalid_default::faults(parameter, value, "value") {
            let message = format!("parameter `{}`: {message}", shape::shortened(parameter.name()));
            let finding = match given_in(analysis, parameter.name(), value) {
                Some(place) => Finding::at(place, message),
                None => Finding::at(parameter.key.span(), message),
            };
            sink.report(
                finding
                    .node(parameter.node)
                    .label(constraint.span(), "the constraint")
                    .help("give another value, or change what is allowed"),
            );
        }
    }
    for ValueFile(source) in &analysis.settings.value_files {
        deployment(analysis, source, sink);
    }
}

/// Where a file gives a parameter its value, where that is not given elsewhere.
fn given_in(analysis: &Analysis, name: &str, value: &str) -> Option<Place> {
    analysis.settings.value_files.iter().find_map(|ValueFile(source)| {
        let tree = syntax::parse(source);
        let (node, span) = files::value_in(tree.root()?, name)?;
        let is_it = node.is_sequence()
            || node.scalar().is_some_and(|scalar| scalar.text().contains(value) || scalar.canonical() == value);
        is_it.then(|| Place { file: Arc::clone(source), span })
    })
}

/// A deployment file is for one template, and has to give all that it needs and nothing else.
fn deployment(analysis: &Analysis, source: &Arc<SourceFile>, sink: &mut Sink) {
    let tree = syntax::parse(source);
    let Some(root) = tree.root().filter(|root| tree.problems().is_empty() && root.is_mapping()) else { return };
    let (Some(template), values) = (root.entry("template-file-path"), files::values_of(root)) else { return };
    let declared = &analysis.template.parameters;
    let given = values.into_iter().flat_map(Node::entries).filter_map(|entry| Some((entry.key.as_str()?, entry.key.span())));
    let given: Vec<(&str, Span)> = given.collect();
    let there = |span| Place { file: Arc::clone(source), span };
    for (name, span) in given.iter().filter(|(name, _)| declared.get(name).is_none()) {
        let finding = Finding::at(there(*span), format!("the template has no parameter `{}`", shape::shortened(name)));
        sink.report(match nearest_name(name, declared.iter().map(Named::name)) {
            Some(near) => finding.help(format!("write `{near}`")),
            None => finding.help("remove it, or declare the parameter"),
        });
    }
    let is_needed =
        |parameter: &&Parameter| parameter.default.is_none() && !analysis.settings.parameters.contains_key(parameter.name());
    for parameter in declared.iter().filter(is_needed) {
        let at = root.entry("parameters").map_or(template.key.span(), |entry| entry.key.span());
        let message = format!("parameter `{}` is given no value, and has no default", shape::shortened(parameter.name()));
        sink.report(Finding::at(there(at), message).label(parameter.key.span(), "declared here").help("add it to `parameters`"));
    }
}
