//! `unordered-listener`: a service may be created before the listener that attaches its target group to a load balancer.

use crate::analysis::Analysis;
use crate::diagnostic::{Safety, Severity};
use crate::graph::ecs::Launch;
use crate::graph::{NamedBy, Resource, ResourceGraph};
use crate::rules::{Finding, Rule, Scope, Sink, Status};
use crate::text::Edit;
use crate::values::{Choice, Formula};

pub(super) static RULE: Rule = Rule {
    code: "ECS405",
    name: "unordered-listener",
    severity: Severity::Warning,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/ecs/unordered-listener.md"),
    scope: Scope::Deployment,
    options: &[],
    check,
};

const TARGET_GROUPS: NamedBy = NamedBy {
    resource_type: "AWS::ElasticLoadBalancingV2::TargetGroup",
    property: "Name",
    arn_marker: "targetgroup/",
    reserved: &[],
};

/// What attaches a target group to a load balancer.
const LISTENERS: [&str; 2] = ["AWS::ElasticLoadBalancingV2::Listener", "AWS::ElasticLoadBalancingV2::ListenerRule"];

fn check(analysis: &Analysis, sink: &mut Sink) {
    if !analysis.mentions(&["TargetGroupArn"]) {
        return;
    }
    let graph = analysis.graph();
    let values = graph.values();
    for launch in graph.service_launches() {
        let balancers = values.property(&launch.settings, "LoadBalancers");
        for balancer in balancers.iter().flat_map(|list| values.items(list)) {
            for arn in values.property(&balancer, "TargetGroupArn") {
                if let Some(finding) = diagnostic(graph, &launch, &arn) {
                    sink.report(finding);
                }
            }
        }
    }
}

fn diagnostic<'t>(graph: &ResourceGraph<'t>, launch: &Launch<'t>, arn: &Choice<'t>) -> Option<Finding<'t>> {
    let (values, formulas) = (graph.values(), &graph.values().formulas);
    let written = arn.written()?;
    let mut hits = Vec::new();
    let mut first = None;
    for identity in graph.identify(arn, TARGET_GROUPS) {
        let Some(group) = graph.target(&identity) else { continue };
        let listeners = listeners(graph, &group);
        // A group that no listener here knows is attached elsewhere, or in no way that the templates show.
        let attached = formulas.any(listeners.iter().map(|(when, _)| *when).collect::<Vec<_>>());
        let ordered =
            listeners.iter().map(|(when, listener)| formulas.and(*when, graph.created_after(launch.resource.id, listener.id)));
        let ordered = formulas.any(ordered.collect::<Vec<_>>());
        let hit = formulas.all([identity.when, attached, formulas.not(ordered)]);
        if values.possible(hit) {
            hits.push(hit);
            first.get_or_insert((group, unordered(graph, launch, &listeners)?));
        }
    }
    let (group, listener) = first?;
    let verdict = values.verdict(arn.when, formulas.any(hits))?;
    let (service, name) = (launch.resource.logical_id(), listener.logical_id());
    let thing = if listener.resource_type() == LISTENERS[0] { "listener" } else { "rule" };
    let message =
        format!("`{service}` may be created before `{name}`, which attaches `{}` to its load balancer", group.logical_id());
    let finding = Finding::at(graph.entry_span(written.node), message)
        .node(written.node)
        .resource(graph, &launch.resource)
        .here(format!("the target group has a load balancer only when the {thing} is there"))
        .label(listener.place(), format!("the {thing}"))
        .verdict(verdict)
        .note("ECS then refuses the service: the target group \"does not have an associated load balancer\"")
        .help(format!("add `DependsOn: {name}` to `{service}`"));
    Some(match wait_for(graph, &launch.resource, &listener) {
        Some(edit) => finding.fix(format!("let `{service}` wait for `{name}`"), Safety::Safe, vec![edit]),
        None => finding,
    })
}

/// What attaches a target group, and when.
fn listeners<'t>(graph: &ResourceGraph<'t>, group: &Resource<'t>) -> Vec<(Formula, Resource<'t>)> {
    let edges = graph.references_to(group.id).into_iter().map(|edge| (edge.when, graph.resource(edge.from)));
    edges.filter(|(_, resource)| LISTENERS.contains(&resource.resource_type())).collect()
}

/// The `DependsOn` that makes a service wait, where no circle comes of it.
fn wait_for<'t>(graph: &ResourceGraph<'t>, service: &Resource<'t>, listener: &Resource<'t>) -> Option<Edit> {
    let circular = graph.values().possible(graph.created_after(listener.id, service.id));
    if circular || service.id.stack != listener.id.stack {
        return None;
    }
    let (declaration, name) = (service.declaration.node, listener.logical_id());
    let Some(before) = declaration.get("DependsOn") else { return declaration.insert_entry("DependsOn", name) };
    if before.is_sequence() {
        return before.append_item(name);
    }
    // One name becomes a list of two.
    let change = before.replace_scalar(name)?;
    let replacement = format!("[{}, {}]", before.tree().source().slice(before.span()), change.replacement);
    Some(Edit { replacement, ..change })
}

/// The first listener that the service does not always wait for.
fn unordered<'t>(graph: &ResourceGraph<'t>, launch: &Launch<'t>, listeners: &[(Formula, Resource<'t>)]) -> Option<Resource<'t>> {
    let values = graph.values();
    let waits = |listener: &Resource<'t>| values.implies(launch.when, graph.created_after(launch.resource.id, listener.id));
    listeners.iter().map(|(_, listener)| *listener).find(|listener| !waits(listener))
}
