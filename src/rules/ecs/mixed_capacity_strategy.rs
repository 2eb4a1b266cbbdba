//! `mixed-capacity-strategy`: one strategy names capacity providers of different kinds.

use crate::analysis::Analysis;
use crate::diagnostic::Severity;
use crate::graph::ResourceGraph;
use crate::graph::ecs::{ProviderKind, Strategy};
use crate::rules::{Finding, Rule, Scope, Sink, Status};
use crate::values::Formula;

pub(super) static RULE: Rule = Rule {
    code: "ECS202",
    name: "mixed-capacity-strategy",
    severity: Severity::Error,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/ecs/mixed-capacity-strategy.md"),
    scope: Scope::Deployment,
    options: &[],
    check,
};

fn check(analysis: &Analysis, sink: &mut Sink) {
    if !analysis.mentions(&["AWS::ECS::CapacityProvider"]) {
        return;
    }
    let graph = analysis.graph();
    for strategy in graph.strategies() {
        if let Some(finding) = diagnostic(graph, &strategy) {
            sink.report(finding);
        }
    }
}

fn diagnostic<'t>(graph: &ResourceGraph<'t>, strategy: &Strategy<'t>) -> Option<Finding<'t>> {
    let values = graph.values();
    let formulas = &values.formulas;
    let named =
        [ProviderKind::Fargate, ProviderKind::Group, ProviderKind::ManagedInstances].map(|kind| names(graph, strategy, kind));
    let [fargate, group, managed] = named;
    let mixed = formulas.any([formulas.and(fargate, group), formulas.and(fargate, managed), formulas.and(group, managed)]);
    let verdict = values.verdict(strategy.resource.when, mixed)?;
    let node = strategy.list.node;
    let owner = strategy.resource.logical_id();
    let finding = Finding::at(graph.entry_key(node), format!("the strategy of `{owner}` mixes kinds of capacity providers"))
        .node(node)
        .resource(graph, &strategy.resource)
        .verdict(verdict);
    Some(
        label_items(graph, strategy, finding)
            .note("a strategy holds Fargate providers, or Auto Scaling group providers, or Managed Instances providers; weights do not matter")
            .help("keep the providers of one kind, and start the other tasks by a service of their own"),
    )
}

fn names<'t>(graph: &ResourceGraph<'t>, strategy: &Strategy<'t>, wanted: ProviderKind) -> Formula {
    let formulas = &graph.values().formulas;
    let kinds = strategy.items.iter().flat_map(|item| &item.providers).flat_map(|provider| graph.provider_kinds(provider));
    formulas.any(kinds.filter(|(_, kind)| *kind == wanted).map(|(when, _)| when).collect::<Vec<_>>())
}

fn label_items<'t>(graph: &ResourceGraph<'t>, strategy: &Strategy<'t>, mut finding: Finding<'t>) -> Finding<'t> {
    for item in &strategy.items {
        let kind = item.providers.iter().flat_map(|provider| graph.provider_kinds(provider));
        let text = match kind.filter(|(when, _)| graph.values().possible(*when)).map(|(_, kind)| kind).next() {
            Some(ProviderKind::Fargate) => "Fargate",
            Some(ProviderKind::Group) => "an Auto Scaling group",
            Some(ProviderKind::ManagedInstances) => "Managed Instances",
            None => continue,
        };
        finding = finding.label(item.written.node.place(), text);
    }
    finding
}
