//! `undefined-target-container`: a load balancer or a service registry is given a container, or a port of one, that the task
//! definition does not have.

use super::undefined_name::{Among, undefined};
use crate::analysis::Analysis;
use crate::diagnostic::Severity;
use crate::graph::ResourceGraph;
use crate::graph::ecs::{Launch, Name, TaskDefinition};
use crate::rules::{Finding, Rule, Scope, Sink, Status};
use crate::values::{Choice, Formula, Found, Text, Value};

pub(super) static RULE: Rule = Rule {
    code: "ECS401",
    name: "undefined-target-container",
    severity: Severity::Error,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/ecs/undefined-target-container.md"),
    scope: Scope::Deployment,
    options: &[],
    check,
};

fn check(analysis: &Analysis, sink: &mut Sink) {
    if !analysis.mentions(&["ContainerName"]) {
        return;
    }
    let graph = analysis.graph();
    for launch in graph.launches() {
        let targets = targets(graph, &launch);
        if targets.is_empty() {
            continue;
        }
        let definitions = graph.task_definitions_of(&launch);
        let containers: Vec<Among> =
            definitions.iter().map(|definition| Among::of(graph, definition, "ContainerDefinitions")).collect();
        for target in targets {
            for property in graph.values().property(&target, "ContainerName") {
                if let Some(undefined) = undefined(graph, &property, &containers, |name| name) {
                    sink.report(undefined.finding(graph, &launch.resource, "container"));
                }
            }
            for port in graph.values().property(&target, "ContainerPort") {
                if let Some(finding) = unmapped_port(graph, &launch, &target, &port, &definitions) {
                    sink.report(finding);
                }
            }
        }
    }
}

/// The load balancers and service registries of a service or a task set.
fn targets<'t>(graph: &ResourceGraph<'t>, launch: &Launch<'t>) -> Vec<Choice<'t>> {
    let lists =
        ["LoadBalancers", "ServiceRegistries"].into_iter().flat_map(|name| graph.values().property(&launch.settings, name));
    let items = lists.flat_map(|list| graph.values().items(&list));
    items.filter(|item| item.written().is_some()).collect()
}

/// A finding where the container of a target is there and does not have its port.
fn unmapped_port<'t>(
    graph: &ResourceGraph<'t>,
    launch: &Launch<'t>,
    target: &Choice<'t>,
    port: &Choice<'t>,
    definitions: &[TaskDefinition<'t>],
) -> Option<Finding<'t>> {
    let (values, formulas) = (graph.values(), &graph.values().formulas);
    let node = port.written()?.node;
    let mut hits = Vec::new();
    let mut first = None;
    for case in values.cases_of(port) {
        let Value::Text(number) = case.value else { continue };
        for definition in definitions {
            for (wanted_when, wanted) in graph.texts(target, "ContainerName") {
                for container in graph.container_names(definition).known {
                    let when = formulas.all([case.when, definition.when, wanted_when, container.when]);
                    let Some(same) = values.known_to_be_same(&wanted, &container.text, when) else { continue };
                    let hit = formulas.all([when, same, lacks_port(graph, &container, &number)]);
                    if values.possible(hit) {
                        hits.push(hit);
                        first.get_or_insert((values.show(&number), container, definition));
                    }
                }
            }
        }
    }
    let (number, container, definition) = first?;
    let verdict = values.verdict(port.when, formulas.any(hits))?;
    let name = values.show(&container.text);
    let message = format!("container `{name}` of task definition `{}` has no port {number}", definition.resource.logical_id());
    Some(
        Finding::at(graph.entry_span(node), message)
            .node(node)
            .resource(graph, &launch.resource)
            .here("no port mapping has this port")
            .label(graph.entry_span(container.written.node), "the container")
            .verdict(verdict)
            .help(format!("add `ContainerPort: {number}` to its `PortMappings`, or name a port that is there")),
    )
}

/// When no port mapping of a container has a port.
fn lacks_port<'t>(graph: &ResourceGraph<'t>, container: &Name<'t>, number: &Text<'t>) -> Formula {
    let formulas = &graph.values().formulas;
    let mappings = graph.names(&container.entry, "PortMappings", "ContainerPort");
    let lists = graph.values().property(&container.entry, "PortMappings");
    // A range of ports may hold any.
    let ranges = lists.iter().flat_map(|list| graph.values().items(list)).flat_map(|mapping| {
        let ranges = graph.values().property(&mapping, "ContainerPortRange");
        ranges.into_iter().filter(|range| range.found != Found::Absent).map(|range| range.when)
    });
    formulas.and(graph.is_none_of(number, &mappings), formulas.not(formulas.any(ranges.collect::<Vec<_>>())))
}
