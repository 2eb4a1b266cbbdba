//! `reset-desired-count`: a fixed number of tasks for a service that is scaled automatically.

use crate::analysis::Analysis;
use crate::diagnostic::{Safety, Severity};
use crate::graph::ResourceGraph;
use crate::graph::ecs::Launch;
use crate::rules::{Finding, Rule, Scope, Sink, Status};
use crate::values::Choice;

pub(super) static RULE: Rule = Rule {
    code: "ECS408",
    name: "reset-desired-count",
    severity: Severity::Info,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/ecs/reset-desired-count.md"),
    scope: Scope::Deployment,
    options: &[],
    check,
};

fn check(analysis: &Analysis, sink: &mut Sink) {
    if !analysis.mentions(&["AWS::ApplicationAutoScaling::ScalableTarget"]) || !analysis.mentions(&["DesiredCount"]) {
        return;
    }
    let graph = analysis.graph();
    for launch in graph.service_launches() {
        for count in graph.values().property(&launch.settings, "DesiredCount") {
            if let Some(finding) = diagnostic(graph, &launch, &count) {
                sink.report(finding);
            }
        }
    }
}

fn diagnostic<'t>(graph: &ResourceGraph<'t>, launch: &Launch<'t>, count: &Choice<'t>) -> Option<Finding<'t>> {
    let (values, service) = (graph.values(), &launch.resource);
    let written = count.written()?;
    let targets = graph.scalable_targets_of(service);
    let hits = values.formulas.any(targets.iter().map(|(when, _)| *when).collect::<Vec<_>>());
    let verdict = values.verdict(count.when, hits)?;
    let (_, target) = targets.iter().find(|(when, _)| values.possible(values.formulas.and(count.when, *when)))?;
    let message =
        format!("updates reset the number of tasks of `{}`, which `{}` scales", service.logical_id(), target.logical_id());
    let finding = Finding::at(graph.entry_span(written.node), message)
        .node(written.node)
        .resource(graph, service)
        .label(target.place(), "scales the service")
        .verdict(verdict)
        .note("a service without `DesiredCount` starts with one task and keeps its number when it is updated")
        .help("remove `DesiredCount`");
    Some(match written.node.parent().and_then(|settings| settings.remove_entry("DesiredCount")) {
        Some(edit) => finding.fix("remove `DesiredCount`", Safety::Unsafe, vec![edit]),
        None => finding,
    })
}
