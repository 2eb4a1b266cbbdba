//! `mismatched-stack-parameter`: a nested stack is given a value that its parameter does not take.

use crate::analysis::Analysis;
use crate::diagnostic::Severity;
use crate::rules::{Finding, Rule, Scope, Sink, Status};
use crate::syntax::Node;
use crate::template::{Named, Parameter, ParameterType};
use crate::values::{Text, Value};

pub(super) static RULE: Rule = Rule {
    code: "XST104",
    name: "mismatched-stack-parameter",
    severity: Severity::Error,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/stacks/mismatched-stack-parameter.md"),
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
        for parameters in &nested.parameters {
            for parameter in child.parameters.iter() {
                for choice in values.property(parameters, parameter.name()) {
                    let Some(written) = choice.written() else { continue };
                    for case in values.cases(written, choice.when) {
                        let (found, when) = match &case.value {
                            Value::Text(text) => match fault(parameter, text) {
                                Some(fault) => (fault, case.when),
                                None => continue,
                            },
                            Value::Structure(inner) if inner.node.is_mapping() || !parameter.parameter_type.is_list() => {
                                ("it takes one string".to_owned(), case.when)
                            }
                            _ => continue,
                        };
                        let Some(verdict) = values.verdict(parameters.when, when) else { continue };
                        let name = nested.resource.logical_id();
                        let finding = Finding::at(
                            graph.entry_span(written.node),
                            format!("nested stack `{name}` gives `{}` a value that it does not take", parameter.name()),
                        )
                        .node(written.node)
                        .resource(graph, &nested.resource)
                        .label(parameter.key.place(), found)
                        .help("give it a value that the parameter takes")
                        .verdict(verdict);
                        sink.report(finding);
                    }
                }
            }
        }
    }
}

/// What a known value breaks of a parameter's constraints.
fn fault(parameter: &Parameter, text: &Text) -> Option<String> {
    let known = text.known()?;
    let number = |node: Option<Node>| node.and_then(Node::as_str).and_then(|text| text.trim().parse::<f64>().ok());
    if let Some(list) = parameter.allowed_values
        && !matches!(parameter.parameter_type, ParameterType::List | ParameterType::SsmValue { .. })
    {
        let allowed: Vec<String> = list.items().filter_map(|item| Some(item.scalar()?.canonical().into_owned())).collect();
        if !allowed.iter().any(|value| value == known) {
            let listed: Vec<String> = allowed.iter().take(8).map(|value| format!("`{value}`")).collect();
            return Some(format!("it takes {}, not `{known}`", listed.join(", ")));
        }
    }
    let length = known.chars().count() as f64;
    match parameter.parameter_type {
        ParameterType::Number => {
            let Ok(value) = known.trim().parse::<f64>() else { return Some(format!("it is a number, `{known}` is none")) };
            if number(parameter.min_value).is_some_and(|least| value < least)
                || number(parameter.max_value).is_some_and(|most| value > most)
            {
                return Some(format!("`{known}` is outside its range"));
            }
        }
        ParameterType::String
            if number(parameter.min_length).is_some_and(|least| length < least)
                || number(parameter.max_length).is_some_and(|most| length > most) =>
        {
            return Some(format!("`{known}` has {length} characters, which its length limits exclude"));
        }
        _ => {}
    }
    None
}
