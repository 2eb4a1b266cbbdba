//! `missing-circuit-breaker`: a deployment that fails is tried until CloudFormation gives up.

use crate::analysis::Analysis;
use crate::diagnostic::{Safety, Severity};
use crate::graph::ResourceGraph;
use crate::graph::ecs::Launch;
use crate::rules::{Finding, Rule, Scope, Sink, Status};
use crate::text::Edit;
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

const BREAKER: &str = "{Enable: true, Rollback: true}";

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
    let finding = Finding::at(service.place(), format!("`{}` has no deployment circuit breaker", service.logical_id()))
        .node(service.declaration.node)
        .resource(graph, service)
        .verdict(verdict)
        .note("without one, tasks that cannot start are started again and again, until CloudFormation gives up after hours")
        .help(format!("set `DeploymentConfiguration.DeploymentCircuitBreaker` to `{BREAKER}`"));
    match addition(launch) {
        // A deployment that fails is then rolled back, which is more than before.
        Some(edit) => finding.fix("add a circuit breaker with rollback", Safety::Unsafe, vec![edit]),
        None => finding,
    }
}

fn addition(launch: &Launch) -> Option<Edit> {
    let settings = launch.settings.written()?.node;
    match settings.get("DeploymentConfiguration") {
        Some(configuration) if configuration.function().is_some() => None,
        Some(configuration) => configuration.insert_entry("DeploymentCircuitBreaker", BREAKER),
        None => settings.insert_entry("DeploymentConfiguration", &format!("{{DeploymentCircuitBreaker: {BREAKER}}}")),
    }
}
