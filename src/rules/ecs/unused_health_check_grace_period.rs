//! `unused-health-check-grace-period`: a grace period for health checks of which the service has none.

use crate::analysis::Analysis;
use crate::diagnostic::{Safety, Severity};
use crate::graph::ResourceGraph;
use crate::graph::ecs::Launch;
use crate::rules::{Finding, Rule, Scope, Sink, Status};
use crate::values::{Choice, Formula, Verdict};

pub(super) static RULE: Rule = Rule {
    code: "ECS402",
    name: "unused-health-check-grace-period",
    severity: Severity::Info,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/ecs/unused-health-check-grace-period.md"),
    scope: Scope::Deployment,
    options: &[],
    check,
};

const PROPERTY: &str = "HealthCheckGracePeriodSeconds";

fn check(analysis: &Analysis, sink: &mut Sink) {
    if !analysis.mentions(&[PROPERTY]) {
        return;
    }
    let graph = analysis.graph();
    let (values, formulas) = (graph.values(), &graph.values().formulas);
    for launch in graph.service_launches() {
        for period in values.property(&launch.settings, PROPERTY) {
            let zero = graph.is_surely(&launch.settings, PROPERTY, "0");
            let hits = formulas.and(unchecked(graph, &launch), formulas.not(zero));
            if let Some(verdict) = values.verdict(period.when, hits) {
                report(graph, &launch, &period, verdict, sink);
            }
        }
    }
}

/// When nothing checks the health of a service's tasks for certain.
fn unchecked<'t>(graph: &ResourceGraph<'t>, launch: &Launch<'t>) -> Formula {
    let formulas = &graph.values().formulas;
    let unbalanced = ["LoadBalancers", "VpcLatticeConfigurations"].map(|list| graph.is_empty(&launch.settings, list));
    let unchecked = graph.task_definitions_of(launch).into_iter().map(|definition| {
        let containers = graph.values().property(&definition.properties, "ContainerDefinitions");
        let containers = containers.iter().flat_map(|list| graph.values().items(list));
        let checked = containers.map(|container| formulas.and(container.when, graph.has(&container, "HealthCheck")));
        formulas.and(definition.when, formulas.not(formulas.any(checked.collect::<Vec<_>>())))
    });
    // Containers of a definition that is not given may have health checks.
    let unchecked = formulas.any(unchecked.collect::<Vec<_>>());
    formulas.all([unbalanced[0], unbalanced[1], unchecked])
}

fn report<'t>(graph: &ResourceGraph<'t>, launch: &Launch<'t>, period: &Choice<'t>, verdict: Verdict, sink: &mut Sink) {
    let Some(written) = period.written() else { return };
    let message = format!("`{}` has a grace period for health checks and no health check", launch.resource.logical_id());
    let finding = Finding::at(graph.entry_span(written.node), message)
        .node(written.node)
        .resource(graph, &launch.resource)
        .here("unused")
        .verdict(verdict)
        .note("only health checks of a load balancer, of VPC Lattice and of containers wait for it")
        .help(format!("remove `{PROPERTY}`"));
    let removal = written.node.parent().and_then(|settings| settings.remove_entry(PROPERTY));
    sink.report(match removal {
        Some(edit) => finding.fix(format!("remove `{PROPERTY}`"), Safety::Safe, vec![edit]),
        None => finding,
    });
}
