//! `unattached-capacity-provider`: a strategy names a capacity provider that nothing attaches to its cluster.

use crate::analysis::Analysis;
use crate::diagnostic::{Safety, Severity};
use crate::graph::ecs::{Attachment, ProviderKind, Strategy, Weighted};
use crate::graph::{Identity, ResourceGraph, Target};
use crate::rules::{Finding, Rule, Scope, Sink, Status};
use crate::text::Edit;
use crate::values::{Formula, ResourceId};

pub(super) static RULE: Rule = Rule {
    code: "ECS205",
    name: "unattached-capacity-provider",
    severity: Severity::Error,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/ecs/unattached-capacity-provider.md"),
    scope: Scope::Deployment,
    options: &[],
    check,
};

/// What attaches providers outside of CloudFormation's own resources: custom resources and scripts.
const OTHER_WAYS: [&str; 4] = [
    "PutClusterCapacityProviders",
    "putClusterCapacityProviders",
    "put_cluster_capacity_providers",
    "put-cluster-capacity-providers",
];

fn check(analysis: &Analysis, sink: &mut Sink) {
    if !analysis.mentions(&["CapacityProviderStrategy"])
        || analysis.mentions(&OTHER_WAYS)
        || analysis.template.has_unknown_transform()
    {
        return;
    }
    let graph = analysis.graph();
    let attachments = graph.attachments();
    for strategy in graph.strategies() {
        let clusters = clusters(graph, &strategy, &attachments);
        let relevant = relevant(&strategy, &attachments);
        for (item, provider) in strategy.items.iter().flat_map(|item| item.providers.iter().map(move |provider| (item, provider)))
        {
            for (cluster, when) in &clusters {
                if let Some(finding) = diagnostic(graph, &strategy, (item, provider), (*cluster, *when), &relevant) {
                    sink.report(finding);
                }
            }
        }
    }
}

/// The clusters whose providers count, among those that the template itself creates.
fn clusters<'t>(
    graph: &ResourceGraph<'t>,
    strategy: &Strategy<'t>,
    attachments: &[Attachment<'t>],
) -> Vec<(ResourceId, Formula)> {
    let Some(launch) = &strategy.launch else {
        let own = attachments.iter().filter(|attachment| attachment.writer.id == strategy.resource.id);
        return own.filter_map(|attachment| Some((attachment.cluster?, attachment.when))).collect();
    };
    let own = graph.clusters_of_launch(launch).into_iter().filter_map(|identity| match identity.target {
        Target::Resource(id) if graph.values().is_own(id.stack) => Some((id, identity.when)),
        _ => None,
    });
    own.collect()
}

/// A default strategy names providers of its own resource; a service, those of everyone.
fn relevant<'a, 't>(strategy: &Strategy<'t>, attachments: &'a [Attachment<'t>]) -> Vec<&'a Attachment<'t>> {
    let all = attachments.iter();
    all.filter(|attachment| strategy.launch.is_some() || attachment.writer.id == strategy.resource.id).collect()
}

fn diagnostic<'t>(
    graph: &ResourceGraph<'t>,
    strategy: &Strategy<'t>,
    (item, provider): (&Weighted<'t>, &Identity<'t>),
    (cluster, when): (ResourceId, Formula),
    attachments: &[&Attachment<'t>],
) -> Option<Finding<'t>> {
    let formulas = &graph.values().formulas;
    let attached = graph.may_attach(attachments.iter().copied(), cluster, &provider.target);
    let hits = formulas.all([when, attachable(graph, provider), formulas.not(attached)]);
    let exists = strategy.launch.as_ref().map_or(strategy.resource.when, |launch| launch.when);
    let verdict = graph.values().verdict(exists, hits)?;
    let name = match &provider.target {
        Target::Resource(id) => graph.resource(*id).logical_id().to_owned(),
        Target::Name(name) => name.known()?.to_owned(),
        Target::Absent | Target::Unknown(_) => return None,
    };
    let cluster = graph.resource(cluster);
    let node = graph.values().property(&item.settings, "CapacityProvider").iter().find_map(|choice| choice.written())?.node;
    let message = format!("nothing attaches the capacity provider `{name}` to the cluster `{}`", cluster.logical_id());
    let finding = Finding::at(graph.entry_span(node), message)
        .node(node)
        .resource(graph, &strategy.resource)
        .verdict(verdict)
        .note("a capacity provider must be attached to a cluster before a strategy names it there, `FARGATE` and `FARGATE_SPOT` too");
    let written = attachments.iter().filter(|attachment| attachment.cluster == Some(cluster.id));
    let (writers, lists): (Vec<_>, Vec<_>) =
        written.filter_map(|attachment| Some((attachment.writer.id, attachment.list?))).unzip();
    // A provider that is created after the cluster, or its associations, cannot be named there.
    let circle = match provider.target {
        Target::Resource(id) => writers.iter().any(|writer| graph.created_after(id, *writer) != Formula::FALSE),
        _ => false,
    };
    let finding = match lists.as_slice() {
        [] => finding
            .label(cluster.place(), "this cluster has no capacity providers")
            .help(format!("add `CapacityProviders` with `{name}` to the cluster or an association")),
        lists => lists
            .iter()
            .fold(finding, |finding, list| finding.label(graph.entry_key(list.node), "the list of its providers"))
            .help(format!("add `{name}` to this list")),
    };
    Some(match addition(node, &lists).filter(|_| !circle) {
        Some(edit) => finding.fix(format!("attach `{name}` to the cluster"), Safety::Unsafe, vec![edit]),
        None => finding,
    })
}

/// When a provider is one that is attached by a list. Those of Managed Instances name their cluster themselves.
fn attachable<'t>(graph: &ResourceGraph<'t>, provider: &Identity<'t>) -> Formula {
    if let Target::Name(_) = provider.target {
        return provider.when;
    }
    let kinds = graph.provider_kinds(provider).into_iter().filter(|(_, kind)| *kind == ProviderKind::Group);
    graph.values().formulas.any(kinds.map(|(when, _)| when).collect::<Vec<_>>())
}

/// Adds the provider, named as the strategy does, to the one list there is.
fn addition(node: crate::syntax::Node, lists: &[crate::values::Expression]) -> Option<Edit> {
    let [list] = lists else { return None };
    let same_file = std::ptr::eq(list.node.tree(), node.tree());
    same_file.then(|| list.node.append_item(&node.in_flow()?))?
}
