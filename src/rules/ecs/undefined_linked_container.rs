//! `undefined-linked-container`: `VolumesFrom` or `Links` names a container that the task definition does not have.

use super::undefined_name::{Among, undefined};
use crate::analysis::Analysis;
use crate::diagnostic::Severity;
use crate::rules::{Rule, Scope, Sink, Status};

pub(super) static RULE: Rule = Rule {
    code: "ECS413",
    name: "undefined-linked-container",
    severity: Severity::Error,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/ecs/undefined-linked-container.md"),
    scope: Scope::Deployment,
    options: &[],
    check,
};

fn check(analysis: &Analysis, sink: &mut Sink) {
    if !analysis.mentions(&["VolumesFrom", "Links"]) {
        return;
    }
    let graph = analysis.graph();
    let values = graph.values();
    for definition in graph.task_definitions() {
        let containers = [Among::of(graph, &definition, "ContainerDefinitions")];
        for container in graph.containers(&definition) {
            let sources = values.property(&container.settings, "VolumesFrom").into_iter().flat_map(|list| values.items(&list));
            for property in sources.flat_map(|source| values.property(&source, "SourceContainer")) {
                if let Some(undefined) = undefined(graph, &property, &containers, |name| name) {
                    sink.report(undefined.finding(graph, &definition.resource, "container"));
                }
            }
            for link in values.property(&container.settings, "Links").iter().flat_map(|list| values.items(list)) {
                // `name:alias`
                if let Some(undefined) = undefined(graph, &link, &containers, |link| link.before_first(":")) {
                    sink.report(undefined.finding(graph, &definition.resource, "container"));
                }
            }
        }
    }
}
