//! `exec-in-shared-pid-namespace`: ECS Exec is on, and the containers of a task share a PID namespace.

use super::launch_labels::label_launches;
use crate::analysis::Analysis;
use crate::diagnostic::Severity;
use crate::graph::ecs::ExecTask;
use crate::rules::{Finding, Rule, Scope, Sink, Status};
use crate::values::{Choice, Expression, Formula, Verdict};

pub(super) static RULE: Rule = Rule {
    code: "ECS112",
    name: "exec-in-shared-pid-namespace",
    severity: Severity::Info,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/ecs/exec-in-shared-pid-namespace.md"),
    scope: Scope::Deployment,
    options: &[],
    check,
};

fn check(analysis: &Analysis, sink: &mut Sink) {
    if !analysis.mentions(&["EnableExecuteCommand"]) || !analysis.mentions(&["PidMode"]) {
        return;
    }
    let (graph, values) = (analysis.graph(), analysis.values());
    for task in graph.exec_tasks() {
        let properties = &task.definition.properties;
        let shared = values.formulas.and(graph.says(properties, "PidMode", &["task"]), has_several_containers(analysis, &task));
        let shared = values.formulas.or(shared, graph.says(properties, "PidMode", &["host"]));
        let hits = values.formulas.and(task.on, shared);
        let written = values.property(properties, "PidMode").iter().find_map(Choice::written);
        if let (Some(verdict), Some(written)) = (values.verdict(task.definition.when, hits), written) {
            sink.report(diagnostic(analysis, &task, written, verdict));
        }
    }
}

fn has_several_containers<'t>(analysis: &Analysis<'t>, task: &ExecTask<'t>) -> Formula {
    let formulas = &analysis.values().formulas;
    let containers = analysis.graph().containers(&task.definition);
    let pairs = containers
        .iter()
        .enumerate()
        .flat_map(|(index, first)| containers[index + 1..].iter().map(move |second| formulas.and(first.when, second.when)));
    formulas.any(pairs.collect::<Vec<_>>())
}

fn diagnostic<'t>(analysis: &Analysis<'t>, task: &ExecTask<'t>, written: Expression<'t>, verdict: Verdict) -> Finding<'t> {
    let graph = analysis.graph();
    let name = task.definition.resource.logical_id();
    let message = format!("ECS Exec opens one session at a time in `{name}`, whose containers share a PID namespace");
    let mut finding = Finding::at(graph.entry_span(written.node), message)
        .node(written.node)
        .resource(graph, &task.definition.resource)
        .verdict(verdict)
        .here("the containers see each other's processes");
    finding = label_launches(finding, graph, task);
    finding.note("ECS Exec supports one session for each PID namespace").help("leave `PidMode` out where sessions matter")
}
