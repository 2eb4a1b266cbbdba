//! `undefined-port-name`: Service Connect or VPC Lattice names a port that no container of the task definition has.

use super::undefined_name::{Among, undefined};
use crate::analysis::Analysis;
use crate::diagnostic::Severity;
use crate::graph::ResourceGraph;
use crate::graph::ecs::{Launch, Names, TaskDefinition};
use crate::rules::{Rule, Scope, Sink, Status};
use crate::values::Choice;

pub(super) static RULE: Rule = Rule {
    code: "ECS409",
    name: "undefined-port-name",
    severity: Severity::Error,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/ecs/undefined-port-name.md"),
    scope: Scope::Deployment,
    options: &[],
    check,
};

fn check(analysis: &Analysis, sink: &mut Sink) {
    if !analysis.mentions(&["PortName"]) {
        return;
    }
    let graph = analysis.graph();
    for launch in graph.launches() {
        let places = named_ports(graph, &launch);
        if places.is_empty() {
            continue;
        }
        let definitions = graph.task_definitions_of(&launch);
        let ports: Vec<Among> = definitions.iter().map(|definition| port_names(graph, definition)).collect();
        for property in places {
            if let Some(undefined) = undefined(graph, &property, &ports, |name| name) {
                sink.report(undefined.finding(graph, &launch.resource, "port name"));
            }
        }
    }
}

/// The properties of a service that name a port.
fn named_ports<'t>(graph: &ResourceGraph<'t>, launch: &Launch<'t>) -> Vec<Choice<'t>> {
    let values = graph.values();
    let connect = values.property(&launch.settings, "ServiceConnectConfiguration").into_iter().filter_map(|connect| {
        // What is switched off names nothing.
        let on = values.formulas.and(connect.when, graph.is_surely(&connect, "Enabled", "true"));
        values.possible(on).then_some(Choice { when: on, ..connect })
    });
    let services = connect.flat_map(|connect| values.property(&connect, "Services"));
    let lists = services.chain(values.property(&launch.settings, "VpcLatticeConfigurations"));
    let items = lists.flat_map(|list| values.items(&list));
    items.flat_map(|item| values.property(&item, "PortName")).collect()
}

fn port_names<'t>(graph: &ResourceGraph<'t>, definition: &TaskDefinition<'t>) -> Among<'t> {
    let containers = graph.values().property(&definition.properties, "ContainerDefinitions");
    let containers = containers.iter().flat_map(|list| graph.values().items(list));
    let names = containers.map(|container| graph.names(&container, "PortMappings", "Name"));
    Among { when: definition.when, definition: definition.resource, names: names.collect::<Names>() }
}
