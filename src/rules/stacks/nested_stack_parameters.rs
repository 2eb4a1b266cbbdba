//! `nested-stack-parameters`: a nested stack is given a parameter that its template does not have, or lacks one that it needs.

use crate::analysis::Analysis;
use crate::diagnostic::Severity;
use crate::rules::{Finding, Rule, Scope, Sink, Status};
use crate::template::Named;
use crate::text::nearest_name;
use crate::values::{Choice, Formula, Found};

pub(super) static RULE: Rule = Rule {
    code: "E3043",
    name: "nested-stack-parameters",
    severity: Severity::Error,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/stacks/nested-stack-parameters.md"),
    scope: Scope::Deployment,
    options: &[],
    check,
};

fn check(analysis: &Analysis, sink: &mut Sink) {
    if analysis.set.member(analysis.member).children.is_empty() {
        return;
    }
    let graph = analysis.graph();
    let values = graph.values();
    for nested in graph.nested_stacks() {
        let child = values.template(nested.stack);
        let file = child.tree.source().name();
        for parameters in &nested.parameters {
            unknown(analysis, &nested, parameters, sink);
            for parameter in child.parameters.iter().filter(|parameter| parameter.default.is_none()) {
                let missing =
                    values.property(parameters, parameter.name()).into_iter().filter(|choice| choice.found == Found::Absent);
                let missing = values.formulas.any(missing.map(|choice| choice.when));
                let Some(verdict) = values.verdict(parameters.when, missing) else { continue };
                let place = parameters.written().map_or(nested.resource.place(), |written| graph.entry_key(written.node));
                let finding = Finding::at(
                    place,
                    format!("nested stack `{}` needs a value for `{}`", nested.resource.logical_id(), parameter.name()),
                )
                .resource(graph, &nested.resource)
                .label(parameter.key.place(), format!("declared in {file} without a default"))
                .help(format!("give `{}` a value here, or a default there", parameter.name()))
                .verdict(verdict);
                sink.report(finding);
            }
        }
    }
}

/// Parameters that are given and that the child does not declare.
fn unknown<'t>(analysis: &Analysis<'t>, nested: &crate::graph::NestedStack<'t>, parameters: &Choice<'t>, sink: &mut Sink) {
    let graph = analysis.graph();
    let values = graph.values();
    let child = values.template(nested.stack);
    // A macro may bring parameters in that nobody sees here.
    let Some(written) =
        parameters.written().filter(|written| written.node.function().is_none() && !child.has_unknown_transform())
    else {
        return;
    };
    for entry in written.node.entries() {
        let Some(name) = entry.key.as_str() else { continue };
        if name.starts_with("Fn::") || child.parameters.get(name).is_some() {
            continue;
        }
        let given = values.property(parameters, name).into_iter().filter(|choice| choice.found != Found::Absent);
        let given = values.formulas.any(given.map(|choice| choice.when));
        let Some(verdict) = values.verdict(parameters.when, given).filter(|_| given != Formula::FALSE) else { continue };
        let file = child.tree.source().name();
        let help = match nearest_name(name, child.parameters.iter().map(Named::name)) {
            Some(nearest) => format!("name it `{nearest}`"),
            None => "remove it, or declare it there".to_owned(),
        };
        let finding = Finding::at(
            entry.key.place(),
            format!("the template of nested stack `{}` has no parameter `{name}`", nested.resource.logical_id()),
        )
        .node(entry.value)
        .resource(graph, &nested.resource)
        .here(format!("{file} does not declare it"))
        .help(help)
        .verdict(verdict);
        sink.report(finding);
    }
}
