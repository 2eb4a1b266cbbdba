//! `exec-on-doubtful-image`: ECS Exec is on, and the image of the instances does not offer it, or is not shown to.

use crate::analysis::Analysis;
use crate::diagnostic::Severity;
use crate::graph::ecs::{CapacityKind, ExecLaunch, Image, ImageSupport, Provider};
use crate::graph::{Resource, ResourceGraph};
use crate::rules::{Finding, Rule, Scope, Sink, Status};
use crate::values::{Formula, Verdict};

pub(super) static RULE: Rule = Rule {
    code: "ECS109",
    name: "exec-on-doubtful-image",
    severity: Severity::Error,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/ecs/exec-on-doubtful-image.md"),
    scope: Scope::Deployment,
    options: &[],
    check,
};

/// An image that tasks with ECS Exec on can land on.
struct Host<'t> {
    image: Image<'t>,
    group: Resource<'t>,
    /// When tasks land on it.
    exists: Formula,
    /// When they do with ECS Exec on.
    hits: Formula,
    launches: Vec<ExecLaunch<'t>>,
}

fn check(analysis: &Analysis, sink: &mut Sink) {
    if !analysis.mentions(&["EnableExecuteCommand"]) || !analysis.mentions(&["AutoScalingGroupProvider"]) {
        return;
    }
    for host in hosts(analysis.graph()) {
        let Some(verdict) = analysis.values().verdict(host.exists, host.hits) else { continue };
        match analysis.graph().image_support(&host.image) {
            Some(ImageSupport::CannotSupport(why)) => sink.report(diagnostic(analysis, &host, &why, verdict)),
            Some(ImageSupport::Unproven(why)) => {
                sink.report(diagnostic(analysis, &host, &why, verdict).severity(Severity::Info));
            }
            Some(ImageSupport::Supports) | None => {}
        }
    }
}

/// The images of the groups that take tasks with ECS Exec on, each once.
fn hosts<'t>(graph: &ResourceGraph<'t>) -> Vec<Host<'t>> {
    let formulas = &graph.values().formulas;
    let mut hosts: Vec<Host> = Vec::new();
    for found in graph.exec_launches() {
        for (route, group) in groups_of(graph, &found) {
            for image in graph.images(&group, route) {
                let exists = formulas.and(found.exists, image.when);
                let hits = formulas.and(found.on, image.when);
                match hosts.iter_mut().find(|host| host.image.written == image.written) {
                    Some(host) => {
                        host.exists = formulas.or(host.exists, exists);
                        host.hits = formulas.or(host.hits, hits);
                        if host.launches.iter().all(|known| known.launch.owner.id != found.launch.owner.id) {
                            host.launches.push(found.clone());
                        }
                    }
                    None => hosts.push(Host { image, group, exists, hits, launches: vec![found.clone()] }),
                }
            }
        }
    }
    hosts
}

/// The groups that a launch's strategy leads to.
fn groups_of<'t>(graph: &ResourceGraph<'t>, found: &ExecLaunch<'t>) -> Vec<(Formula, Resource<'t>)> {
    let mut groups = Vec::new();
    for capacity in graph.capacity(&found.launch) {
        let CapacityKind::Strategy(items, _) = capacity.kind else { continue };
        for item in items {
            let Provider::Declared(provider) = item.provider else { continue };
            let when = graph.values().formulas.and(capacity.when, item.when);
            groups.extend(graph.group_provider(&provider).iter().flat_map(|block| graph.groups(block, when)));
        }
    }
    groups
}

fn diagnostic<'t>(analysis: &Analysis<'t>, host: &Host<'t>, why: &str, verdict: Verdict) -> Finding<'t> {
    let graph = analysis.graph();
    let group = host.group.logical_id();
    let message = format!("tasks with ECS Exec on run on `{group}`, and {why}");
    let node = host.image.written.node;
    let mut finding = Finding::at(graph.entry_span(node), message)
        .node(node)
        .resource(graph, &host.group)
        .verdict(verdict)
        .here("the image of the instances");
    for launch in &host.launches {
        let owner = launch.launch.owner.logical_id();
        finding = finding.label(graph.exec_switch(launch), format!("`{owner}` turns on ECS Exec"));
    }
    finding
        .note("ECS places a task with ECS Exec on only where the agent offers `ecs.capability.execute-command`")
        .help("take the image from `/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id`")
}
