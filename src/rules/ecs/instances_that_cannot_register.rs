//! `instances-that-cannot-register`: instances of a capacity provider have no role, so they cannot join a cluster.

use crate::analysis::Analysis;
use crate::diagnostic::Severity;
use crate::graph::Resource;
use crate::graph::ecs::{HostGroup, LaunchData};
use crate::rules::{Finding, Rule, Scope, Sink, Status};
use crate::values::{Expression, Verdict};

/// What the agent calls to make its instance part of a cluster.
const REGISTER: &str = "ecs:RegisterContainerInstance";

pub(super) static RULE: Rule = Rule {
    code: "ECS216",
    name: "instances-that-cannot-register",
    severity: Severity::Error,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/ecs/instances-that-cannot-register.md"),
    scope: Scope::Deployment,
    options: &[],
    check,
};

fn check(analysis: &Analysis, sink: &mut Sink) {
    if !analysis.mentions(&["AutoScalingGroupProvider"]) {
        return;
    }
    let (graph, values) = (analysis.graph(), analysis.values());
    let mut known = Vec::new();
    for host in graph.host_groups() {
        for data in graph.launch_data(&host.group, host.when) {
            // A macro may add the profile.
            let Some(settings) = data.settings.written() else { continue };
            if values.template(settings.stack).has_unknown_transform() || known.contains(&data.resource.id) {
                continue;
            }
            // A launch configuration made from an instance has the instance's profile.
            let copied = graph.has(&data.settings, "InstanceId");
            let hits = values.formulas.and(graph.is_missing(&data.settings, "IamInstanceProfile"), values.formulas.not(copied));
            if let Some(verdict) = values.verdict(data.settings.when, hits) {
                known.push(data.resource.id);
                sink.report(without_profile(analysis, &host, &data, verdict));
            } else if let Some((named, role, verdict)) = powerless_role(analysis, &data) {
                known.push(data.resource.id);
                sink.report(without_permission(analysis, &host, &data, named, &role, verdict));
            }
        }
    }
}

/// A role of the instances that cannot register them for certain, and where its profile is named.
fn powerless_role<'t>(analysis: &Analysis<'t>, data: &LaunchData<'t>) -> Option<(Expression<'t>, Resource<'t>, Verdict)> {
    let (graph, values) = (analysis.graph(), analysis.values());
    let formulas = &values.formulas;
    graph.instance_profiles(data).iter().find_map(|named| {
        let written = named.written()?;
        graph.roles_of_instance_profile(named).iter().find_map(|identity| {
            let role = graph.target(identity)?;
            let denied = graph.grants(&role, REGISTER).denied(formulas);
            let hits = formulas.all([named.when, identity.when, role.when, denied]);
            Some((written, role, values.verdict(data.settings.when, hits)?))
        })
    })
}

fn without_profile<'t>(analysis: &Analysis<'t>, host: &HostGroup<'t>, data: &LaunchData<'t>, verdict: Verdict) -> Finding<'t> {
    let graph = analysis.graph();
    let (group, instances) = (host.group.logical_id(), data.resource.logical_id());
    Finding::at(data.resource.place(), format!("instances of `{group}` have no instance profile, so they cannot join a cluster"))
        .node(data.resource.declaration.key)
        .resource(graph, &data.resource)
        .verdict(verdict)
        .here(format!("`{instances}` names no `IamInstanceProfile`"))
        .label(graph.entry_key(host.block.written.node), format!("`{group}` is the capacity of this provider"))
        .note("the agent registers its instance with the permissions of the instance's role")
        .help("give the instances a profile whose role has `AmazonEC2ContainerServiceforEC2Role`")
}

fn without_permission<'t>(
    analysis: &Analysis<'t>,
    host: &HostGroup<'t>,
    data: &LaunchData<'t>,
    named: Expression<'t>,
    role: &Resource<'t>,
    verdict: Verdict,
) -> Finding<'t> {
    let graph = analysis.graph();
    let (group, role_id) = (host.group.logical_id(), role.logical_id());
    Finding::at(
        graph.entry_span(named.node),
        format!("instances of `{group}` cannot join a cluster: `{role_id}` does not allow `{REGISTER}`"),
    )
    .node(named.node)
    .resource(graph, &data.resource)
    .verdict(verdict)
    .here("the profile of the instances")
    .label(role.place(), format!("no policy of this role allows `{REGISTER}`"))
    .label(graph.entry_key(host.block.written.node), format!("`{group}` is the capacity of this provider"))
    .help(format!("attach `AmazonEC2ContainerServiceforEC2Role` to `{role_id}`"))
}
