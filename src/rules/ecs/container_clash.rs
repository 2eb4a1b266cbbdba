//! `container-clash`: two containers of a task definition have one name, or take one port.

use crate::analysis::Analysis;
use crate::diagnostic::Severity;
use crate::graph::ResourceGraph;
use crate::graph::ecs::{Container, Name, TaskDefinition};
use crate::rules::{Finding, Rule, Scope, Sink, Status};
use crate::values::{Formula, Text, Value};

pub(super) static RULE: Rule = Rule {
    code: "ECS414",
    name: "container-clash",
    severity: Severity::Error,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/ecs/container-clash.md"),
    scope: Scope::Deployment,
    options: &[],
    check,
};

/// Most containers, and most ports, that are compared with each other. ECS takes ten containers and 100 ports.
///
/// Source: <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-quotas.html>.
const MAX_COMPARED: usize = 128;

/// A port that a container takes.
struct Port<'t> {
    /// The number of the container.
    container: usize,
    /// The port, and where it is written.
    number: Name<'t>,
    /// The protocol in each case; TCP where none is written.
    protocols: Vec<(Formula, Text<'t>)>,
}

fn check(analysis: &Analysis, sink: &mut Sink) {
    if !analysis.mentions(&["AWS::ECS::TaskDefinition"]) {
        return;
    }
    let graph = analysis.graph();
    let formulas = &graph.values().formulas;
    for definition in graph.task_definitions() {
        let names = graph.container_names(&definition).known;
        if names.len() <= MAX_COMPARED {
            repeated_names(graph, &definition, &names, sink);
        }
        let containers = graph.containers(&definition);
        let mode = |word| graph.is_surely(&definition.properties, "NetworkMode", word);
        // Containers that share a network interface share its ports.
        let shared = formulas.or(mode("awsvpc"), mode("host"));
        for (property, when, thing) in [("HostPort", formulas.not(shared), "host port"), ("ContainerPort", shared, "port")] {
            let ports = ports(graph, &containers, property);
            if ports.len() <= MAX_COMPARED && graph.values().possible(when) {
                repeated_ports(graph, &definition, &ports, (when, thing), sink);
            }
        }
    }
}

fn repeated_names<'t>(graph: &ResourceGraph<'t>, definition: &TaskDefinition<'t>, names: &[Name<'t>], sink: &mut Sink) {
    let (values, formulas) = (graph.values(), &graph.values().formulas);
    for (index, later) in names.iter().enumerate() {
        let clash = names[..index].iter().find_map(|earlier| {
            let when = formulas.all([definition.when, earlier.when, later.when]);
            let same = values.known_to_be_same(&earlier.text, &later.text, when)?;
            let verdict = values.verdict(formulas.and(definition.when, later.when), formulas.and(earlier.when, same))?;
            Some((earlier, verdict))
        });
        let Some((earlier, verdict)) = clash else { continue };
        let name = values.show(&later.text);
        let message = format!("two containers of task definition `{}` are called `{name}`", definition.resource.logical_id());
        let finding = Finding::at(graph.entry_span(later.written.node), message)
            .node(later.written.node)
            .resource(graph, &definition.resource)
            .label(graph.entry_span(earlier.written.node), "the other one")
            .verdict(verdict)
            .help("give each container a name of its own");
        sink.report(finding);
    }
}

fn ports<'t>(graph: &ResourceGraph<'t>, containers: &[Container<'t>], property: &str) -> Vec<Port<'t>> {
    let values = graph.values();
    let mut ports = Vec::new();
    for (container, declared) in containers.iter().enumerate() {
        for number in graph.names(&declared.settings, "PortMappings", property).known {
            // 0 is any free port, and a parameter that takes any value may be 0.
            if number.text.known() == Some("0") || property == "HostPort" && values.is_open(&number.text) {
                continue;
            }
            let protocols = values.property(&number.entry, "Protocol").into_iter().flat_map(|choice| values.cases_of(&choice));
            let protocols = protocols.filter_map(|case| match case.value {
                Value::Text(text) => Some((case.when, text)),
                Value::Absent => Some((case.when, Text::literal("tcp"))),
                Value::Structure(_) | Value::Unknown(_) | Value::Invalid => None,
            });
            ports.push(Port { container, protocols: protocols.collect(), number });
        }
    }
    ports
}

fn repeated_ports<'t>(
    graph: &ResourceGraph<'t>,
    definition: &TaskDefinition<'t>,
    ports: &[Port<'t>],
    (mode, thing): (Formula, &str),
    sink: &mut Sink,
) {
    let (values, formulas) = (graph.values(), &graph.values().formulas);
    for (index, later) in ports.iter().enumerate() {
        let clash = ports[..index].iter().filter(|earlier| earlier.container != later.container).find_map(|earlier| {
            let when = formulas.all([definition.when, mode, earlier.number.when, later.number.when]);
            let same = values.known_to_be_same(&earlier.number.text, &later.number.text, when)?;
            let zero = values.text_is(&later.number.text, "0");
            let hits = formulas.all([when, same, formulas.not(zero), same_protocol(graph, earlier, later)]);
            let verdict = values.verdict(formulas.and(definition.when, later.number.when), hits)?;
            Some((earlier, verdict))
        });
        let Some((earlier, verdict)) = clash else { continue };
        let port = values.show(&later.number.text);
        let message = format!("two containers of task definition `{}` take {thing} {port}", definition.resource.logical_id());
        let finding = Finding::at(graph.entry_span(later.number.written.node), message)
            .node(later.number.written.node)
            .resource(graph, &definition.resource)
            .label(graph.entry_span(earlier.number.written.node), "the other one")
            .verdict(verdict)
            .help(format!("give one of them another {thing}"));
        sink.report(finding);
    }
}

fn same_protocol<'t>(graph: &ResourceGraph<'t>, a: &Port<'t>, b: &Port<'t>) -> Formula {
    let (values, formulas) = (graph.values(), &graph.values().formulas);
    let mut ways = Vec::new();
    for (first_when, first) in &a.protocols {
        for (second_when, second) in &b.protocols {
            let when = formulas.and(*first_when, *second_when);
            if let Some(same) = values.known_to_be_same(first, second, when) {
                ways.push(formulas.and(when, same));
            }
        }
    }
    formulas.any(ways)
}
