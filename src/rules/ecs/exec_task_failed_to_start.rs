//! `exec-task-failed-to-start`: a task stopped before it ran, on a provider whose service has ECS Exec on.

use crate::analysis::Analysis;
use crate::deployed;
use crate::diagnostic::Severity;
use crate::graph::ecs::{CAPACITY_PROVIDER, SERVICE};
use crate::graph::{Resource, ResourceGraph};
use crate::rules::{Finding, Rule, Scope, Sink, Status};
use crate::values::{Choice, Formula};

pub(super) static RULE: Rule = Rule {
    code: "ECS121",
    name: "exec-task-failed-to-start",
    severity: Severity::Error,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/ecs/exec-task-failed-to-start.md"),
    scope: Scope::Deployment,
    options: &[],
    check,
};

fn check(analysis: &Analysis, sink: &mut Sink) {
    if !analysis.set.is_deployed() {
        return;
    }
    let graph = analysis.graph();
    for task in graph.of_type(deployed::TASK) {
        for settings in graph.properties(&task) {
            let text = |name: &str| known(graph, &settings, name);
            let code = text("StopCode").unwrap_or_default();
            let reason = text("StoppedReason").unwrap_or_default();
            let failed = code == "TaskFailedToStart" || reason.contains("Task failed to start");
            let Some(provider) = text("CapacityProviderName").filter(|_| failed) else { continue };
            if matches!(provider.as_str(), "FARGATE" | "FARGATE_SPOT") || is_managed_instances(graph, &provider) {
                continue;
            }
            let service = text("Group").and_then(|group| group.strip_prefix("service:").map(str::to_owned));
            let Some(service) = service.and_then(|name| service_with_exec(graph, &name)) else { continue };
            sink.report(diagnostic(graph, &task, &settings, &service, &provider));
        }
    }
}

/// The string of a property, where it is known.
fn known<'t>(graph: &ResourceGraph<'t>, settings: &Choice<'t>, name: &str) -> Option<String> {
    graph.texts(settings, name).into_iter().find_map(|(_, text)| text.known().map(str::to_owned))
}

fn is_managed_instances(graph: &ResourceGraph, name: &str) -> bool {
    graph.of_type(CAPACITY_PROVIDER).iter().any(|provider| {
        graph.properties(provider).iter().any(|properties| {
            known(graph, properties, "Name").as_deref() == Some(name)
                && graph.has(properties, "ManagedInstancesProvider") != Formula::FALSE
        })
    })
}

/// The service of this name, where it has ECS Exec on.
fn service_with_exec<'t>(graph: &ResourceGraph<'t>, name: &str) -> Option<Resource<'t>> {
    graph.of_type(SERVICE).into_iter().find(|service| {
        graph.properties(service).iter().any(|properties| {
            known(graph, properties, "ServiceName").as_deref() == Some(name)
                && graph.may_be(properties, "EnableExecuteCommand", "true") != Formula::FALSE
        })
    })
}

fn diagnostic<'t>(
    graph: &ResourceGraph<'t>,
    task: &Resource<'t>,
    settings: &Choice<'t>,
    service: &Resource<'t>,
    provider: &str,
) -> Finding<'t> {
    let entry = |settings: &Choice<'t>, name: &str| {
        let written = graph.values().property(settings, name).into_iter().find_map(|choice| choice.written());
        written.map(|written| graph.entry_span(written.node))
    };
    let name = service.logical_id();
    let place = entry(settings, "StopCode").or_else(|| entry(settings, "StoppedReason")).unwrap_or(task.place());
    let mut finding = Finding::at(
        place,
        format!("a task of `{name}`, which has ECS Exec on, failed to start on capacity provider `{provider}`"),
    )
    .resource(graph, task)
    .here("it was never given to an instance");
    if let Some(place) = entry(settings, "CapacityProviderName") {
        finding = finding.label(place, "the provider that had to place it");
    }
    for properties in graph.properties(service) {
        if let Some(place) = entry(&properties, "EnableExecuteCommand") {
            finding = finding.label(place, format!("`{name}` has ECS Exec on"));
        }
    }
    finding
        .note(
            "this is how ECS Exec on an Auto Scaling group shows: the task waits in PROVISIONING for about 30 minutes for an instance \
             that offers `ecs.capability.execute-command`, then stops",
        )
        .help(format!("switch ECS Exec off with `aws ecs update-service --service {name} --disable-execute-command`, or renew the instances"))
}
