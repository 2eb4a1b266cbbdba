//! `placement-on-fargate`: placement constraints or strategies are given for tasks on Fargate.

use super::compute::{entry, label_chosen};
use super::hazard::outermost;
use crate::analysis::Analysis;
use crate::diagnostic::{Safety, Severity};
use crate::graph::ResourceGraph;
use crate::graph::ecs::{Compute, Launch};
use crate::rules::{Finding, Rule, Scope, Sink, Status};
use crate::syntax::Node;
use crate::values::Verdict;

pub(super) static RULE: Rule = Rule {
    code: "ECS304",
    name: "placement-on-fargate",
    severity: Severity::Error,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/ecs/placement-on-fargate.md"),
    scope: Scope::Deployment,
    options: &[],
    check,
};

/// Services and EventBridge rules say `PlacementStrategies`, schedules, pipes and state machines `PlacementStrategy`.
const PROPERTIES: [&str; 3] = ["PlacementConstraints", "PlacementStrategies", "PlacementStrategy"];

fn check(analysis: &Analysis, sink: &mut Sink) {
    if !analysis.mentions(&PROPERTIES) {
        return;
    }
    let graph = analysis.graph();
    let (values, formulas) = (graph.values(), &graph.values().formulas);
    for launched in graph.launched().iter() {
        let launch = &launched.launch;
        for property in PROPERTIES {
            for list in values.property(&launch.settings, property) {
                let Some(written) = list.written() else { continue };
                let items = values.items(&list).into_iter().filter(|item| item.written().is_some());
                let given = formulas.any(items.map(|item| item.when).collect::<Vec<_>>());
                if !values.possible(given) {
                    continue;
                }
                let hits = formulas.and(given, graph.launched_on(launched, Compute::Fargate));
                if let Some(verdict) = values.verdict(launch.when, hits) {
                    sink.report(diagnostic(graph, launch, property, written.node, verdict));
                }
            }
        }
    }
}

fn diagnostic<'t>(
    graph: &ResourceGraph<'t>,
    launch: &Launch<'t>,
    property: &str,
    list: Node<'t>,
    verdict: Verdict,
) -> Finding<'t> {
    let starter = launch.resource.logical_id();
    let definite = matches!(verdict, Verdict::Definite);
    let can = if definite { "runs" } else { "can run" };
    let node = outermost(list);
    let finding = Finding::at(entry(graph, node), format!("`{starter}` {can} its tasks on Fargate, which takes no `{property}`"))
        .node(node)
        .resource(graph, &launch.resource)
        .verdict(verdict)
        .here("there are no instances to choose from")
        .note("ECS refuses it: \"Placement constraints are not supported with FARGATE launch type\", and strategies likewise")
        .help(format!("remove `{property}`; Fargate spreads tasks across Availability Zones by itself"));
    let finding = label_chosen(graph, finding, launch, Compute::Fargate);
    let edit = node.parent().filter(|_| definite).and_then(|mapping| mapping.remove_entry(property));
    match edit {
        Some(edit) => finding.fix(format!("remove `{property}`"), Safety::Safe, vec![edit]),
        None => finding,
    }
}
