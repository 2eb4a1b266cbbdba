//! `cluster-provider-cycle`: a cluster names a capacity provider that cannot be created before the cluster.

use super::new_resource::new_resource;
use crate::analysis::Analysis;
use crate::diagnostic::{Safety, Severity};
use crate::graph::ecs::{ASSOCIATIONS, CAPACITY_PROVIDER, CLUSTER};
use crate::graph::{Edge, Resource, ResourceGraph};
use crate::rules::{Finding, Rule, Scope, Sink, Status};
use crate::text::Edit;
use crate::values::{Formula, ResourceId};
use rustc_hash::FxHashMap;

pub(super) static RULE: Rule = Rule {
    code: "ECS209",
    name: "cluster-provider-cycle",
    severity: Severity::Error,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/ecs/cluster-provider-cycle.md"),
    scope: Scope::Deployment,
    options: &[],
    check,
};

fn check(analysis: &Analysis, sink: &mut Sink) {
    if !analysis.mentions(&[CAPACITY_PROVIDER]) {
        return;
    }
    let graph = analysis.graph();
    let clusters = graph.resources().into_iter().filter(|resource| resource.resource_type() == CLUSTER);
    for cluster in clusters {
        let edges = graph.edges(cluster.id.stack);
        let named = edges.iter().filter(|edge| edge.from == cluster.id);
        let first = named.filter(|edge| graph.resource(edge.to).resource_type() == CAPACITY_PROVIDER);
        // One circle is enough to show: mending it moves the providers out of the cluster, all of them.
        let circle = first.filter_map(|edge| circle(graph, &edges, edge)).find_map(|circle| diagnostic(graph, &cluster, &circle));
        if let Some(finding) = circle {
            sink.report(finding);
        }
    }
}

/// The shortest way from the provider that `first` names back to the cluster, `first` included.
fn circle<'e>(graph: &ResourceGraph, edges: &'e [Edge], first: &'e Edge) -> Option<Vec<&'e Edge>> {
    let mut outgoing: FxHashMap<ResourceId, Vec<&Edge>> = FxHashMap::default();
    for edge in edges {
        outgoing.entry(edge.from).or_default().push(edge);
    }
    let mut came_by: FxHashMap<ResourceId, &Edge> = FxHashMap::default();
    let mut next = std::collections::VecDeque::from([first.to]);
    came_by.insert(first.to, first);
    while let Some(at) = next.pop_front() {
        for &edge in outgoing.get(&at).map_or(&[][..], Vec::as_slice) {
            if came_by.contains_key(&edge.to) || !graph.values().possible(graph.values().formulas.and(first.when, edge.when)) {
                continue;
            }
            came_by.insert(edge.to, edge);
            if edge.to == first.from {
                return Some(walk_back(&came_by, edge, first));
            }
            next.push_back(edge.to);
        }
    }
    None
}

fn walk_back<'e>(came_by: &FxHashMap<ResourceId, &'e Edge>, last: &'e Edge, first: &'e Edge) -> Vec<&'e Edge> {
    let mut way = vec![last];
    while let Some(edge) = way.last().filter(|edge| **edge != first).and_then(|edge| came_by.get(&edge.from)) {
        way.push(edge);
    }
    way.reverse();
    way
}

fn diagnostic<'t>(graph: &ResourceGraph<'t>, cluster: &Resource<'t>, circle: &[&Edge]) -> Option<Finding<'t>> {
    let formulas = &graph.values().formulas;
    let together: Formula = formulas.all(circle.iter().map(|edge| edge.when).collect::<Vec<_>>());
    let verdict = graph.values().verdict(cluster.when, together)?;
    let first = circle.first()?;
    let name = |id: ResourceId| graph.resource(id).logical_id();
    let (owner, provider) = (cluster.logical_id(), name(first.to));
    let place = first.place.clone();
    let mut finding = Finding::at(place, format!("`{owner}` needs the capacity provider `{provider}`, which needs `{owner}`"))
        .node(cluster.declaration.node)
        .resource(graph, cluster)
        .verdict(verdict)
        .here("created before the cluster");
    for edge in circle.iter().skip(1) {
        let place = edge.place.clone();
        finding = finding.label(place, format!("`{}` needs `{}`", name(edge.from), name(edge.to)));
    }
    let finding = finding.note("CloudFormation refuses a template whose resources wait for each other").help(format!(
        "move `CapacityProviders` and `DefaultCapacityProviderStrategy` of `{owner}` to an \
         `AWS::ECS::ClusterCapacityProviderAssociations` resource with `Cluster: !Ref {owner}`"
    ));
    Some(match associations(graph, cluster) {
        Some(edits) => finding.fix("move them to a resource of their own", Safety::Unsafe, edits),
        None => finding,
    })
}

/// Moves the providers of a cluster to associations.
fn associations<'t>(graph: &ResourceGraph<'t>, cluster: &Resource<'t>) -> Option<Vec<Edit>> {
    const MOVED: [&str; 2] = ["CapacityProviders", "DefaultCapacityProviderStrategy"];
    let properties = cluster.declaration.properties?;
    // Two lists of associations for one cluster would replace each other.
    let rivals = graph.attachments();
    if rivals.iter().any(|other| other.writer.resource_type() == ASSOCIATIONS && other.cluster.is_none_or(|id| id == cluster.id))
    {
        return None;
    }
    let owner = cluster.logical_id();
    let [providers, strategy] = MOVED.map(|key| properties.get(key).map_or(Some("[]".to_owned()), |list| list.in_flow()));
    let moved =
        format!("{{Cluster: !Ref {owner}, CapacityProviders: {}, DefaultCapacityProviderStrategy: {}}}", providers?, strategy?);
    let mut edits = match properties.remove_entries(&MOVED) {
        Some(edits) => edits,
        None => vec![cluster.declaration.node.remove_entry("Properties")?],
    };
    edits.push(new_resource(graph, cluster, &format!("{owner}CapacityProviders"), ASSOCIATIONS, &moved)?);
    Some(edits)
}
