//! `instances-without-profile`: instances of a capacity provider have no role, so they cannot join a cluster.

use crate::analysis::Analysis;
use crate::diagnostic::Severity;
use crate::graph::ecs::{HostGroup, LaunchData};
use crate::rules::{Finding, Rule, Scope, Sink, Status};
use crate::values::Verdict;

pub(super) static RULE: Rule = Rule {
    code: "ECS216",
    name: "instances-without-profile",
    severity: Severity::Error,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/ecs/instances-without-profile.md"),
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
            // A launch template that is made from another one, or by a macro, has what that one has.
            let Some(settings) = data.settings.written() else { continue };
            if values.template(settings.stack).has_unknown_transform() || known.contains(&data.resource.id) {
                continue;
            }
            let hits = graph.is_missing(&data.settings, "IamInstanceProfile");
            if let Some(verdict) = values.verdict(data.settings.when, hits) {
                known.push(data.resource.id);
                sink.report(diagnostic(analysis, &host, &data, verdict));
            }
        }
    }
}

fn diagnostic<'t>(analysis: &Analysis<'t>, host: &HostGroup<'t>, data: &LaunchData<'t>, verdict: Verdict) -> Finding<'t> {
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
