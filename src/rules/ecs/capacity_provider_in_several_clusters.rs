//! `capacity-provider-in-several-clusters`: a capacity provider with managed scaling is attached to several clusters.

use crate::analysis::Analysis;
use crate::diagnostic::Severity;
use crate::graph::ecs::{Attached, Attachment, CAPACITY_PROVIDER};
use crate::graph::{Resource, ResourceGraph, Target};
use crate::rules::{Finding, Rule, Scope, Sink, Status};
use crate::values::Formula;

pub(super) static RULE: Rule = Rule {
    code: "ECS217",
    name: "capacity-provider-in-several-clusters",
    severity: Severity::Error,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/ecs/capacity-provider-in-several-clusters.md"),
    scope: Scope::Deployment,
    options: &[],
    check,
};

fn check(analysis: &Analysis, sink: &mut Sink) {
    if !analysis.mentions(&[CAPACITY_PROVIDER]) {
        return;
    }
    let graph = analysis.graph();
    let attachments = graph.attachments();
    let providers = graph.resources().into_iter().filter(|resource| resource.resource_type() == CAPACITY_PROVIDER);
    for provider in providers {
        let users = users(&attachments, &provider);
        let Some((first, rest)) = users.split_first() else { continue };
        if let Some(finding) = rest.iter().find_map(|user| diagnostic(graph, &provider, *first, *user)) {
            sink.report(finding);
        }
    }
}

type User<'a, 't> = (&'a Attachment<'t>, &'a Attached<'t>);

/// The lists that name a provider.
fn users<'a, 't>(attachments: &'a [Attachment<'t>], provider: &Resource<'t>) -> Vec<User<'a, 't>> {
    let named = attachments.iter().flat_map(|attachment| attachment.providers.iter().map(move |attached| (attachment, attached)));
    named.filter(|(_, attached)| attached.provider.target == Target::Resource(provider.id)).collect()
}

fn diagnostic<'t>(
    graph: &ResourceGraph<'t>,
    provider: &Resource<'t>,
    first: User<'_, 't>,
    second: User<'_, 't>,
) -> Option<Finding<'t>> {
    let (one, other) = (first.0.cluster?, second.0.cluster?);
    if one == other {
        return None;
    }
    let formulas = &graph.values().formulas;
    let both = formulas.all([first.0.when, first.1.provider.when, second.0.when, second.1.provider.when]);
    let verdict = graph.values().verdict(second.0.writer.when, formulas.and(both, scales(graph, provider)))?;
    let node = second.1.written.node;
    let message = format!(
        "the capacity provider `{}`, which uses managed scaling, is attached to both `{}` and `{}`",
        provider.logical_id(),
        graph.resource(one).logical_id(),
        graph.resource(other).logical_id()
    );
    Some(
        Finding::at(node.place(), message)
            .node(node)
            .resource(graph, &second.0.writer)
            .verdict(verdict)
            .label(first.1.written.node.place(), "attached here first")
            .note("AWS: with managed scaling, \"a capacity provider can only be connected to one cluster at the same time\"")
            .help("give each cluster a provider and an Auto Scaling group of its own"),
    )
}

/// When managed scaling of a provider is certainly on.
fn scales<'t>(graph: &ResourceGraph<'t>, provider: &Resource<'t>) -> Formula {
    let blocks = graph.property(provider, &["AutoScalingGroupProvider", "ManagedScaling"]);
    graph.values().formulas.any(blocks.iter().map(|scaling| graph.is_surely(scaling, "Status", "ENABLED")).collect::<Vec<_>>())
}
