//! `contradictory-capacity-provider`: a capacity provider of both kinds, of neither, or attached the wrong way.

use crate::analysis::Analysis;
use crate::diagnostic::Severity;
use crate::graph::ecs::{ASSOCIATIONS, CAPACITY_PROVIDER, ProviderKind};
use crate::graph::{Resource, ResourceGraph};
use crate::rules::{Finding, Rule, Scope, Sink, Status};
use crate::values::{Choice, Formula};

pub(super) static RULE: Rule = Rule {
    code: "ECS219",
    name: "contradictory-capacity-provider",
    severity: Severity::Error,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/ecs/contradictory-capacity-provider.md"),
    scope: Scope::Deployment,
    options: &[],
    check,
};

const GROUP: &str = "AutoScalingGroupProvider";
const MANAGED: &str = "ManagedInstancesProvider";
const CLUSTER_NAME: &str = "ClusterName";

fn check(analysis: &Analysis, sink: &mut Sink) {
    if !analysis.mentions(&[CAPACITY_PROVIDER]) {
        return;
    }
    let graph = analysis.graph();
    let providers = graph.resources().into_iter().filter(|resource| resource.resource_type() == CAPACITY_PROVIDER);
    for provider in providers {
        for properties in graph.properties(&provider) {
            check_blocks(graph, &provider, &properties, sink);
        }
    }
    check_associations(graph, sink);
}

fn check_blocks<'t>(graph: &ResourceGraph<'t>, provider: &Resource<'t>, properties: &Choice<'t>, sink: &mut Sink) {
    let formulas = &graph.values().formulas;
    let has = |name| graph.has(properties, name);
    let lacks = |name| formulas.and(properties.when, formulas.not(graph.has(properties, name)));
    let name = provider.logical_id();
    let faults = [
        (
            formulas.and(has(GROUP), has(MANAGED)),
            Some(MANAGED),
            format!("the capacity provider `{name}` is of an Auto Scaling group and of Managed Instances at once"),
            "keep one of the two blocks",
        ),
        (
            formulas.and(lacks(GROUP), lacks(MANAGED)),
            None,
            format!("the capacity provider `{name}` has no capacity"),
            "add `AutoScalingGroupProvider` or `ManagedInstancesProvider`",
        ),
        (
            formulas.all([has(MANAGED), lacks(GROUP), lacks(CLUSTER_NAME)]),
            Some(MANAGED),
            format!("the Managed Instances provider `{name}` names no cluster"),
            "add `ClusterName`",
        ),
        (
            formulas.all([has(GROUP), lacks(MANAGED), has(CLUSTER_NAME)]),
            Some(CLUSTER_NAME),
            format!("the capacity provider `{name}` of an Auto Scaling group names a cluster"),
            "remove `ClusterName`, and attach the provider with `CapacityProviders` of the cluster or an association",
        ),
    ];
    for (hits, property, message, help) in faults {
        report(graph, provider, (properties, property), hits, (message, help), sink);
    }
}

fn report<'t>(
    graph: &ResourceGraph<'t>,
    provider: &Resource<'t>,
    (properties, property): (&Choice<'t>, Option<&str>),
    hits: Formula,
    (message, help): (String, &str),
    sink: &mut Sink,
) {
    let Some(verdict) = graph.values().verdict(provider.when, hits) else { return };
    let written = property.and_then(|name| properties.written()?.node.entry(name));
    let (place, node) = match written {
        Some(entry) => (entry.key.place(), entry.value),
        None => (provider.place(), provider.declaration.node),
    };
    let finding = Finding::at(place, message).node(node).resource(graph, provider).verdict(verdict);
    sink.report(
        finding.note("a capacity provider is of an Auto Scaling group, or of Managed Instances within one cluster").help(help),
    );
}

fn check_associations(graph: &ResourceGraph, sink: &mut Sink) {
    let attachments = graph.attachments();
    let own = attachments.iter().filter(|attachment| attachment.writer.resource_type() == ASSOCIATIONS);
    for attachment in own.filter(|attachment| graph.values().is_own(attachment.writer.id.stack)) {
        for attached in &attachment.providers {
            let kinds = graph.provider_kinds(&attached.provider).into_iter();
            let managed = kinds.filter(|(_, kind)| *kind == ProviderKind::ManagedInstances).map(|(when, _)| when);
            let managed = graph.values().formulas.any(managed.collect::<Vec<_>>());
            let hits = graph.values().formulas.and(attachment.when, managed);
            let Some(verdict) = graph.values().verdict(attachment.writer.when, hits) else { continue };
            let (node, name) = (attached.written.node, attachment.writer.logical_id());
            sink.report(
                Finding::at(node.place(), format!("`{name}` attaches a Managed Instances provider"))
                    .node(node)
                    .resource(graph, &attachment.writer)
                    .verdict(verdict)
                    .note("a Managed Instances provider belongs to the cluster in its `ClusterName`; `PutClusterCapacityProviders` does not take it")
                    .help("remove it from this list"),
            );
        }
    }
}
