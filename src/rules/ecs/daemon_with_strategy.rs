//! `daemon-with-strategy`: a daemon service with a capacity provider strategy, its own or inherited.

use crate::analysis::Analysis;
use crate::diagnostic::{Safety, Severity};
use crate::graph::ResourceGraph;
use crate::graph::ecs::{Capacity, CapacityKind, Launch, LaunchPath, StrategySource};
use crate::rules::{Finding, Rule, Scope, Sink, Status};
use crate::syntax::Node;
use crate::text::Edit;

pub(super) static RULE: Rule = Rule {
    code: "ECS210",
    name: "daemon-with-strategy",
    severity: Severity::Error,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/ecs/daemon-with-strategy.md"),
    scope: Scope::Deployment,
    options: &[],
    check,
};

const DAEMON: &str = "DAEMON";

fn check(analysis: &Analysis, sink: &mut Sink) {
    if !analysis.mentions(&[DAEMON]) {
        return;
    }
    let graph = analysis.graph();
    for launch in graph.launches().into_iter().filter(|launch| launch.path == LaunchPath::Service) {
        for capacity in graph.capacity(&launch) {
            if let Some(finding) = diagnostic(graph, &launch, &capacity) {
                sink.report(finding);
            }
        }
    }
}

fn diagnostic<'t>(graph: &ResourceGraph<'t>, launch: &Launch<'t>, capacity: &Capacity<'t>) -> Option<Finding<'t>> {
    let CapacityKind::Strategy(items, source) = &capacity.kind else { return None };
    let formulas = &graph.values().formulas;
    let daemon = graph.is_surely(&launch.settings, "SchedulingStrategy", DAEMON);
    let verdict = graph.values().verdict(launch.when, formulas.and(capacity.when, daemon))?;
    let scheduling = graph.values().property(&launch.settings, "SchedulingStrategy");
    let node = scheduling.iter().find_map(|choice| choice.written())?.node;
    let name = launch.resource.logical_id();
    let (message, text) = match source {
        StrategySource::Own => (format!("the daemon service `{name}` has a capacity provider strategy"), "the strategy"),
        StrategySource::Cluster(_) | StrategySource::Associations(_) => {
            (format!("the daemon service `{name}` inherits the default strategy of its cluster"), "the default strategy")
        }
    };
    let mut finding = Finding::at(graph.entry_span(node), message).node(node).resource(graph, &launch.resource).verdict(verdict);
    if let Some(list) = items.first().and_then(|item| item.written.node.parent()) {
        finding = finding.label(graph.entry_key(list), text);
    }
    finding = finding
        .note("AWS: \"Specifying a capacity provider strategy is not supported when you create a service using the `DAEMON` scheduling strategy\"")
        .help("set `LaunchType: EC2`, without a strategy");
    Some(match launch_type(node, *source) {
        Some(edits) => finding.fix("set `LaunchType: EC2`", Safety::Unsafe, edits),
        None => finding,
    })
}

fn launch_type(scheduling: Node, source: StrategySource) -> Option<Vec<Edit>> {
    let properties = scheduling.parent()?;
    let launch_type = properties.insert_entry("LaunchType", "EC2")?;
    if source != StrategySource::Own {
        return Some(vec![launch_type]);
    }
    let strategy = properties.remove_entry("CapacityProviderStrategy")?;
    let apart = strategy.span.end < launch_type.span.start || launch_type.span.end < strategy.span.start;
    apart.then(|| vec![strategy, launch_type])
}
