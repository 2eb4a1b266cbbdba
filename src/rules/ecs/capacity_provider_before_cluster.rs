//! `capacity-provider-before-cluster`: a capacity provider can be created before anything makes the role that ECS needs for it.

use super::order::depends_on;
use crate::analysis::Analysis;
use crate::diagnostic::{Safety, Severity};
use crate::graph::ecs::{CAPACITY_PROVIDER, CLUSTER};
use crate::graph::{Resource, ResourceGraph};
use crate::rules::{Finding, Rule, Scope, Sink, Status};
use crate::values::Formula;

pub(super) static RULE: Rule = Rule {
    code: "ECS225",
    name: "capacity-provider-before-cluster",
    severity: Severity::Info,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/ecs/capacity-provider-before-cluster.md"),
    scope: Scope::Deployment,
    options: &[],
    check,
};

const LINKED_ROLE: &str = "AWS::IAM::ServiceLinkedRole";

fn check(analysis: &Analysis, sink: &mut Sink) {
    if !analysis.mentions(&[CAPACITY_PROVIDER]) || !analysis.mentions(&[CLUSTER]) || analysis.template.has_unknown_transform() {
        return;
    }
    let graph = analysis.graph();
    let makers: Vec<Resource> =
        graph.resources().into_iter().filter(|resource| matches!(resource.resource_type(), CLUSTER | LINKED_ROLE)).collect();
    let providers = graph.resources().into_iter().filter(|resource| resource.resource_type() == CAPACITY_PROVIDER);
    for provider in providers {
        if let Some(finding) = diagnostic(graph, &provider, &makers) {
            sink.report(finding);
        }
    }
}

fn diagnostic<'t>(graph: &ResourceGraph<'t>, provider: &Resource<'t>, makers: &[Resource<'t>]) -> Option<Finding<'t>> {
    let formulas = &graph.values().formulas;
    // A cluster that names the provider itself cannot be created first.
    let free = |maker: &&Resource<'t>| graph.created_after(maker.id, provider.id) == Formula::FALSE;
    let cluster =
        makers.iter().filter(|maker| maker.id.stack == provider.id.stack && maker.resource_type() == CLUSTER).find(free)?;
    let ordered = makers.iter().map(|maker| graph.created_after(provider.id, maker.id));
    let unordered = formulas.not(formulas.any(ordered.collect::<Vec<_>>()));
    let group = formulas.any(graph.group_provider(provider).iter().map(|block| block.when).collect::<Vec<_>>());
    let verdict = graph.values().verdict(provider.when, formulas.all([cluster.when, group, unordered]))?;
    let (name, first) = (provider.logical_id(), cluster.logical_id());
    let finding =
        Finding::at(provider.place(), format!("the capacity provider `{name}` can be created before the cluster `{first}`"))
            .node(provider.declaration.node)
            .resource(graph, provider)
            .verdict(verdict)
            .label(cluster.place(), "the first cluster of an account makes the role that ECS works with")
            .note("in an account that never had a cluster, the deployment fails with \"ECS Service Linked Role does not exist\"")
            .help(format!("add `DependsOn: {first}` to `{name}`"));
    Some(match depends_on(graph, provider, cluster) {
        Some(edit) => finding.fix(format!("add `DependsOn: {first}`"), Safety::Safe, vec![edit]),
        None => finding,
    })
}
