//! `impossible-container-dependency`: a container waits for something that cannot happen.

use super::undefined_name::{Among, undefined};
use crate::analysis::Analysis;
use crate::diagnostic::Severity;
use crate::graph::ResourceGraph;
use crate::graph::ecs::{Container, TaskDefinition};
use crate::rules::{Finding, Rule, Scope, Sink, Status};
use crate::values::{Choice, Expression, Formula};

pub(super) static RULE: Rule = Rule {
    code: "ECS411",
    name: "impossible-container-dependency",
    severity: Severity::Error,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/ecs/impossible-container-dependency.md"),
    scope: Scope::Deployment,
    options: &[],
    check,
};

/// Most containers whose dependencies are followed. ECS takes ten in a task definition.
///
/// Source: <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-quotas.html>.
const MAX_CONTAINERS: usize = 16;

/// A container that waits for another.
struct Dependency<'t> {
    /// The number of the container that waits.
    from: usize,
    /// The number of the container that it waits for.
    to: usize,
    /// When.
    when: Formula,
    /// The entry of `DependsOn`, there.
    entry: Choice<'t>,
    /// The name in it.
    name: Expression<'t>,
}

fn check(analysis: &Analysis, sink: &mut Sink) {
    if !analysis.mentions(&["DependsOn"]) || !analysis.mentions(&["AWS::ECS::TaskDefinition"]) {
        return;
    }
    let graph = analysis.graph();
    for definition in graph.task_definitions() {
        let names = [Among::of(graph, &definition, "ContainerDefinitions")];
        let containers = graph.containers(&definition);
        for container in &containers {
            let entries = graph.values().property(&container.settings, "DependsOn");
            let entries = entries.iter().flat_map(|list| graph.values().items(list));
            for property in entries.flat_map(|entry| graph.values().property(&entry, "ContainerName")) {
                if let Some(undefined) = undefined(graph, &property, &names, |name| name) {
                    sink.report(undefined.finding(graph, &definition.resource, "container"));
                }
            }
        }
        if containers.len() <= MAX_CONTAINERS {
            let dependencies = dependencies(graph, &containers);
            conditions(graph, &definition, &containers, &dependencies, sink);
            circles(graph, &definition, &containers, &dependencies, sink);
        }
    }
}

fn dependencies<'t>(graph: &ResourceGraph<'t>, containers: &[Container<'t>]) -> Vec<Dependency<'t>> {
    let (values, formulas) = (graph.values(), &graph.values().formulas);
    let mut found = Vec::new();
    for (from, container) in containers.iter().enumerate() {
        let names = graph.names(&container.settings, "DependsOn", "ContainerName");
        for name in names.known {
            for (to, other) in containers.iter().enumerate() {
                let ways = other.names.iter().filter_map(|(when, text)| {
                    let when = formulas.and(name.when, *when);
                    let same = values.known_to_be_same(&name.text, text, when)?;
                    Some(formulas.and(when, same))
                });
                let when = formulas.any(ways.collect::<Vec<_>>());
                if values.possible(when) {
                    let entry = Choice { when, ..name.entry };
                    found.push(Dependency { from, to, when, entry, name: name.written });
                }
            }
        }
    }
    found
}

/// Reports conditions that the container waited for can never fulfil.
fn conditions<'t>(
    graph: &ResourceGraph<'t>,
    definition: &TaskDefinition<'t>,
    containers: &[Container<'t>],
    dependencies: &[Dependency<'t>],
    sink: &mut Sink,
) {
    let (values, formulas) = (graph.values(), &graph.values().formulas);
    for dependency in dependencies.iter().filter(|dependency| dependency.from != dependency.to) {
        let other = &containers[dependency.to].settings;
        let essential = formulas.or(graph.is_absent(other, &["Essential"]), graph.is_surely(other, "Essential", "true"));
        let unhealthy = graph.is_absent(other, &["HealthCheck"]);
        let cases = [
            ("HEALTHY", unhealthy, "has no health check", "add a `HealthCheck` to it, or wait for `START`"),
            ("COMPLETE", essential, "is essential", "set its `Essential` to `false`, or wait for `START`"),
            ("SUCCESS", essential, "is essential", "set its `Essential` to `false`, or wait for `START`"),
        ];
        for condition in values.property(&dependency.entry, "Condition") {
            let Some(written) = condition.written() else { continue };
            for (word, fault, why, help) in cases {
                let hits = formulas.and(graph.is_surely(&dependency.entry, "Condition", word), fault);
                let Some(verdict) = values.verdict(condition.when, hits) else { continue };
                let name = shown(graph, &containers[dependency.to]);
                let message = format!("`{word}` of container `{name}` cannot be waited for, because it {why}");
                let finding = Finding::at(graph.entry_span(written.node), message)
                    .node(written.node)
                    .resource(graph, &definition.resource)
                    .label(containers[dependency.to].written.node.place(), "the container")
                    .verdict(verdict)
                    .help(help);
                sink.report(finding);
            }
        }
    }
}

/// Reports containers that wait for themselves, each circle at its first container.
fn circles<'t>(
    graph: &ResourceGraph<'t>,
    definition: &TaskDefinition<'t>,
    containers: &[Container<'t>],
    dependencies: &[Dependency<'t>],
    sink: &mut Sink,
) {
    let values = graph.values();
    for (start, container) in containers.iter().enumerate() {
        // Circles through an earlier container are that one's.
        let back = ways_back(graph, start, containers.len(), dependencies);
        for dependency in dependencies.iter().filter(|dependency| dependency.from == start) {
            let hits = values.formulas.and(dependency.when, back[dependency.to]);
            let exists = values.formulas.and(definition.when, dependency.when);
            let Some(verdict) = values.verdict(exists, hits) else { continue };
            let name = shown(graph, container);
            let message = if dependency.to == start {
                format!("container `{name}` waits for itself")
            } else {
                format!("containers `{name}` and `{}` wait for each other", shown(graph, &containers[dependency.to]))
            };
            let finding = Finding::at(graph.entry_span(dependency.name.node), message)
                .node(dependency.name.node)
                .resource(graph, &definition.resource)
                .verdict(verdict)
                .help("remove one of the `DependsOn` entries");
            sink.report(finding);
        }
    }
}

/// When each container waits for `start`, itself or through others that stand after `start`.
fn ways_back(graph: &ResourceGraph, start: usize, count: usize, dependencies: &[Dependency]) -> Vec<Formula> {
    let formulas = &graph.values().formulas;
    let mut back = vec![Formula::FALSE; count];
    back[start] = Formula::TRUE;
    // A way has at most `count` steps.
    for _ in 0..count {
        let before = back.clone();
        for dependency in dependencies.iter().filter(|dependency| dependency.from > start && dependency.to >= start) {
            let way = formulas.and(dependency.when, back[dependency.to]);
            back[dependency.from] = formulas.or(back[dependency.from], way);
        }
        if back == before {
            break;
        }
    }
    back
}

fn shown<'t>(graph: &ResourceGraph<'t>, container: &Container<'t>) -> String {
    container.names.first().map_or_else(String::new, |(_, name)| graph.values().show(name))
}
