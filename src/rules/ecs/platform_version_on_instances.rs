//! `platform-version-on-instances`: a platform version of Fargate is given for tasks that run elsewhere.

use super::compute::{entry, label_chosen};
use super::hazard::outermost;
use crate::analysis::Analysis;
use crate::diagnostic::{Safety, Severity};
use crate::graph::ResourceGraph;
use crate::graph::ecs::{Compute, Launch};
use crate::rules::{Finding, Rule, Scope, Sink, Status};
use crate::syntax::Node;
use crate::values::{Formula, Verdict};

pub(super) static RULE: Rule = Rule {
    code: "ECS309",
    name: "platform-version-on-instances",
    severity: Severity::Info,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/ecs/platform-version-on-instances.md"),
    scope: Scope::Deployment,
    options: &[],
    check,
};

fn check(analysis: &Analysis, sink: &mut Sink) {
    if !analysis.mentions(&["PlatformVersion"]) {
        return;
    }
    let graph = analysis.graph();
    let (values, formulas) = (graph.values(), &graph.values().formulas);
    for launched in graph.launched().iter() {
        let launch = &launched.launch;
        for version in values.property(&launch.settings, "PlatformVersion") {
            let Some(written) = version.written() else { continue };
            let elsewhere = [Compute::Ec2, Compute::External, Compute::ManagedInstances];
            let hit = elsewhere.into_iter().find_map(|compute| {
                let hits = formulas.and(version.when, graph.launched_on(launched, compute));
                Some((compute, hits, values.verdict(launch.when, hits)?))
            });
            if let Some((compute, hits, verdict)) = hit {
                let severity = severity(graph, launch, hits);
                sink.report(diagnostic(graph, launch, written.node, compute, verdict).severity(severity));
            }
        }
    }
}

/// ECS is known to refuse it beside the EC2 launch type; what it does beside a strategy is not known.
fn severity<'t>(graph: &ResourceGraph<'t>, launch: &Launch<'t>, hits: Formula) -> Severity {
    let by_type = graph.says(&launch.settings, "LaunchType", &["EC2"]);
    if graph.values().implies(hits, by_type) { Severity::Error } else { RULE.severity }
}

fn diagnostic<'t>(
    graph: &ResourceGraph<'t>,
    launch: &Launch<'t>,
    version: Node<'t>,
    compute: Compute,
    verdict: Verdict,
) -> Finding<'t> {
    let starter = launch.resource.logical_id();
    let definite = matches!(verdict, Verdict::Definite);
    let can = if definite { "gives" } else { "can give" };
    let node = outermost(version);
    let finding =
        Finding::at(entry(graph, node), format!("`{starter}` {can} a platform version for tasks on {}", compute.as_str()))
            .node(node)
            .resource(graph, &launch.resource)
            .verdict(verdict)
            .here("only Fargate has platform versions")
            .note("ECS, for the EC2 launch type: \"The platform version must be null when specifying an EC2 launch type\"")
            .help("remove `PlatformVersion`");
    let finding = label_chosen(graph, finding, launch, compute);
    let edit = node.parent().filter(|_| definite).and_then(|mapping| mapping.remove_entry("PlatformVersion"));
    match edit {
        Some(edit) => finding.fix("remove `PlatformVersion`", Safety::Safe, vec![edit]),
        None => finding,
    }
}
