//! `missing-circuit-breaker`: a deployment that fails is tried until CloudFormation gives up.

use crate::analysis::Analysis;
use crate::diagnostic::Severity;
use crate::graph::ResourceGraph;
use crate::graph::ecs::Launch;
use crate::rules::{Finding, Rule, Scope, Sink, Status};
use crate::values::Verdict;

pub(super) static RULE: Rule = Rule {
    code: "ECS406",
    name: "missing-circuit-breaker",
    severity: Severity::Info,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/ecs/missing-circuit-breaker.md"),
    scope: Scope::Deployment,
    options: &[],
    check,
};

fn check(analysis: &Analysis, sink: &mut Sink) {
    if !analysis.mentions(&["AWS::ECS::Service"]) {
        return;
    }
    let graph = analysis.graph();
    for launch in graph.service_launches() {
        let missing = graph.is_absent(&launch.settings, &["DeploymentConfiguration", "DeploymentCircuitBreaker"]);
        let hits = graph.values().formulas.and(missing, graph.is_rolling(&launch.settings));
        if let Some(verdict) = graph.values().verdict(launch.when, hits) {
            sink.report(diagnostic(graph, &launch, verdict));
        }
    }
}

fn diagnostic<'t>(graph: &ResourceGraph<'t>, launch: &Launch<'t>, verdict: Verdict) -> Finding<'t> {
    let service = &launch.resource;
    Finding::at(service.place(), format!("`{}` has no deployment circuit breaker", service.logical_id()))
        .node(service.declaration.node)
        .resource(graph, service)
        .verdict(verdict)
        .note("tasks that cannot start are started again until CloudFormation's own time runs out, after hours")
        .help("set `DeploymentConfiguration.DeploymentCircuitBreaker` to `{Enable: true, Rollback: true}`")
}
