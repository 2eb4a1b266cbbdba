//! `undefined-volume`: a mount point names a volume that its task definition does not have; or a volume is mounted nowhere.

use super::undefined_name::{Among, undefined};
use crate::analysis::Analysis;
use crate::diagnostic::Severity;
use crate::graph::ResourceGraph;
use crate::graph::ecs::{Name, TaskDefinition};
use crate::rules::{Finding, Rule, Scope, Sink, Status};

pub(super) static RULE: Rule = Rule {
    code: "ECS410",
    name: "undefined-volume",
    severity: Severity::Error,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/ecs/undefined-volume.md"),
    scope: Scope::Deployment,
    options: &[],
    check,
};

fn check(analysis: &Analysis, sink: &mut Sink) {
    if !analysis.mentions(&["SourceVolume", "Volumes"]) {
        return;
    }
    let graph = analysis.graph();
    for definition in graph.task_definitions() {
        let volumes = [Among::of(graph, &definition, "Volumes")];
        for container in graph.containers(&definition) {
            let mounts = graph.values().property(&container.settings, "MountPoints");
            for mount in mounts.iter().flat_map(|mounts| graph.values().items(mounts)) {
                for property in graph.values().property(&mount, "SourceVolume") {
                    if let Some(undefined) = undefined(graph, &property, &volumes, |name| name) {
                        sink.report(undefined.finding(graph, &definition.resource, "volume"));
                    }
                }
            }
        }
        for volume in &volumes[0].names.known {
            if let Some(finding) = unused(graph, &definition, volume) {
                sink.report(finding);
            }
        }
    }
}

/// A finding where no container mounts a volume.
fn unused<'t>(graph: &ResourceGraph<'t>, definition: &TaskDefinition<'t>, volume: &Name<'t>) -> Option<Finding<'t>> {
    let (values, formulas) = (graph.values(), &graph.values().formulas);
    let containers = values.property(&definition.properties, "ContainerDefinitions");
    let items = containers.iter().flat_map(|list| values.items(list));
    let mounted = items.flat_map(|container| {
        let names = graph.names(&container, "MountPoints", "SourceVolume");
        [formulas.and(container.when, formulas.not(graph.is_none_of(&volume.text, &names)))]
    });
    let mounted = formulas.any(mounted.collect::<Vec<_>>());
    let exists = formulas.and(definition.when, volume.when);
    let verdict = values.verdict(exists, formulas.not(mounted))?;
    let name = values.show(&volume.text);
    Some(
        Finding::at(graph.entry_span(volume.written.node), format!("no container mounts volume `{name}`"))
            .node(volume.written.node)
            .resource(graph, &definition.resource)
            .severity(Severity::Info)
            .verdict(verdict)
            .help("remove the volume, or name it in `MountPoints` of a container"),
    )
}
