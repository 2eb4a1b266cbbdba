//! `instance-without-exec`: a container instance does not offer ECS Exec.

use crate::analysis::Analysis;
use crate::deployed;
use crate::diagnostic::Severity;
use crate::graph::ecs::SERVICE;
use crate::rules::{Finding, Rule, Scope, Sink, Status};
use crate::values::{Formula, Found};

pub(super) static RULE: Rule = Rule {
    code: "ECS122",
    name: "instance-without-exec",
    severity: Severity::Warning,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/ecs/instance-without-exec.md"),
    scope: Scope::Deployment,
    options: &[],
    check,
};

/// The attribute by which an instance's agent says that it offers ECS Exec.
///
/// Source: amazon-ecs-agent, `agent/app/agent_capability.go`, `appendExecCapabilities`.
const ATTRIBUTE: &str = "ecs.capability.execute-command";

fn check(analysis: &Analysis, sink: &mut Sink) {
    if !analysis.set.is_deployed() {
        return;
    }
    let graph = analysis.graph();
    let exec = graph.of_type(SERVICE).into_iter().find(|service| {
        graph
            .properties(service)
            .iter()
            .any(|properties| graph.may_be(properties, "EnableExecuteCommand", "true") != Formula::FALSE)
    });
    for instance in graph.of_type(deployed::CONTAINER_INSTANCE) {
        for settings in graph.properties(&instance) {
            for attributes in graph.values().property(&settings, "Attributes") {
                // An output without attributes, as `--query` makes it, says nothing of them.
                if attributes.found == Found::Absent {
                    continue;
                }
                let offers = graph
                    .values()
                    .items(&attributes)
                    .iter()
                    .any(|attribute| graph.texts(attribute, "Name").iter().any(|(_, name)| name.known() == Some(ATTRIBUTE)));
                if offers {
                    continue;
                }
                let named =
                    |name: &str| graph.texts(&settings, name).into_iter().find_map(|(_, text)| text.known().map(str::to_owned));
                let name = named("Ec2InstanceId").unwrap_or_else(|| instance.logical_id().to_owned());
                let place = attributes.written().map_or(instance.place(), |written| graph.entry_key(written.node));
                let mut finding = Finding::at(place, format!("container instance `{name}` does not offer ECS Exec"))
                    .resource(graph, &instance)
                    .here(format!("`{ATTRIBUTE}` is not among them"))
                    .note("tasks with ECS Exec on are not placed on it")
                    .help("replace it by an instance on a current ECS-optimized image");
                if let Some(agent) = graph.values().path(&settings, &["VersionInfo"]).iter().find_map(|version| {
                    graph.texts(version, "AgentVersion").into_iter().find_map(|(_, text)| text.known().map(str::to_owned))
                }) {
                    finding = finding.note(format!("its agent is {agent}; ECS Exec needs 1.50.2 or later, on Windows 1.56"));
                }
                finding = match &exec {
                    Some(service) => finding.label(service.place(), format!("`{}` has ECS Exec on", service.logical_id())),
                    None => finding.severity(Severity::Info),
                };
                sink.report(finding);
            }
        }
    }
}
