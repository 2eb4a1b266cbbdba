//! `exec-without-awsvpc`: ECS Exec is on for tasks on instances without a network interface of their own.

use super::launch_labels::label_launches;
use crate::analysis::Analysis;
use crate::diagnostic::Severity;
use crate::graph::ecs::{Compute, ExecTask};
use crate::rules::{Finding, Rule, Scope, Sink, Status};
use crate::values::{Choice, Verdict};

pub(super) static RULE: Rule = Rule {
    code: "ECS115",
    name: "exec-without-awsvpc",
    severity: Severity::Info,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/ecs/exec-without-awsvpc.md"),
    scope: Scope::Deployment,
    options: &[],
    check,
};

fn check(analysis: &Analysis, sink: &mut Sink) {
    if !analysis.mentions(&["EnableExecuteCommand"]) {
        return;
    }
    let (graph, values) = (analysis.graph(), analysis.values());
    let formulas = &values.formulas;
    for task in graph.exec_tasks() {
        let properties = &task.definition.properties;
        let on_instances =
            task.launches.iter().map(|launch| formulas.and(launch.on, graph.runs_on(&launch.launch, Compute::Ec2)));
        let on_instances = formulas.any(on_instances.collect::<Vec<_>>());
        let shares = ["bridge", "host"].map(|mode| graph.says(properties, "NetworkMode", &[mode]));
        let shares = formulas.or(formulas.any(shares), graph.is_missing(properties, "NetworkMode"));
        let hits = formulas.and(on_instances, shares);
        if let Some(verdict) = values.verdict(task.definition.when, hits) {
            sink.report(diagnostic(analysis, &task, verdict));
        }
    }
}

fn diagnostic<'t>(analysis: &Analysis<'t>, task: &ExecTask<'t>, verdict: Verdict) -> Finding<'t> {
    let (graph, values) = (analysis.graph(), analysis.values());
    let resource = &task.definition.resource;
    let name = resource.logical_id();
    let message = format!("`{name}` runs with ECS Exec on in a network mode for which AWS recommends `awsvpc`");
    let mode = values.property(&task.definition.properties, "NetworkMode").iter().find_map(Choice::written);
    let mut finding = match mode {
        Some(mode) => {
            Finding::at(graph.entry_span(mode.node), message).node(mode.node).here("the task shares the instance's network")
        }
        None => Finding::at(resource.place(), message)
            .node(resource.declaration.key)
            .here("without `NetworkMode` the task is in a bridge network"),
    };
    finding = finding.resource(graph, resource).verdict(verdict);
    label_launches(finding, graph, task)
        .note("the guide asks for `awsvpc` where tasks on EC2 instances reach Systems Manager through interface endpoints")
        .help("set `NetworkMode` to `awsvpc`")
}
