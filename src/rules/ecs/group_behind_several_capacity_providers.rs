//! `group-behind-several-capacity-providers`: one Auto Scaling group is the capacity of several providers.

use crate::analysis::Analysis;
use crate::diagnostic::Severity;
use crate::graph::ecs::{CAPACITY_PROVIDER, GroupProvider};
use crate::graph::{Resource, ResourceGraph};
use crate::rules::{Finding, Rule, Scope, Sink, Status};
use crate::values::{Formula, ResourceId};

pub(super) static RULE: Rule = Rule {
    code: "ECS220",
    name: "group-behind-several-capacity-providers",
    severity: Severity::Warning,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/ecs/group-behind-several-capacity-providers.md"),
    scope: Scope::Deployment,
    options: &[],
    check,
};

fn check(analysis: &Analysis, sink: &mut Sink) {
    if !analysis.mentions(&["AutoScalingGroupArn"]) {
        return;
    }
    let graph = analysis.graph();
    let mut users: Vec<User> = Vec::new();
    let providers = graph.resources().into_iter().filter(|resource| resource.resource_type() == CAPACITY_PROVIDER);
    for provider in providers {
        for block in graph.group_provider(&provider) {
            for (when, group) in graph.groups(&block, provider.when) {
                let user = User { when, group: group.id, provider, block: block.clone() };
                let others = users.iter().filter(|other| other.group == group.id && other.provider.id != provider.id);
                if let Some(finding) = others.into_iter().find_map(|other| diagnostic(graph, other, &user)) {
                    sink.report(finding);
                }
                users.push(user);
            }
        }
    }
}

/// A provider of a group.
struct User<'t> {
    when: Formula,
    group: ResourceId,
    provider: Resource<'t>,
    block: GroupProvider<'t>,
}

fn diagnostic<'t>(graph: &ResourceGraph<'t>, first: &User<'t>, second: &User<'t>) -> Option<Finding<'t>> {
    let verdict = graph.values().verdict(second.provider.when, graph.values().formulas.and(first.when, second.when))?;
    let named = |user: &User<'t>| user.block.written.node.get("AutoScalingGroupArn").unwrap_or(user.block.written.node);
    let node = named(second);
    let (one, other) = (first.provider.logical_id(), second.provider.logical_id());
    let message = format!(
        "the Auto Scaling group `{}` is the capacity of both `{one}` and `{other}`",
        graph.resource(second.group).logical_id()
    );
    Some(
        Finding::at(graph.entry_span(node), message)
            .node(node)
            .resource(graph, &second.provider)
            .verdict(verdict)
            .label(graph.entry_span(named(first)), format!("also the capacity of `{one}`"))
            .note("AWS: each Auto Scaling group belongs to one capacity provider; the managed scaling of two would fight over its size")
            .help("give each provider a group of its own, or keep one provider"),
    )
}
