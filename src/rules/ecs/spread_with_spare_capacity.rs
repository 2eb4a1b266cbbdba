//! `spread-with-spare-capacity`: tasks are spread over instances of a group that keeps spare capacity.

use crate::analysis::Analysis;
use crate::diagnostic::Severity;
use crate::graph::ecs::{CapacityKind, Launch, Provider};
use crate::rules::{Finding, Rule, Scope, Sink, Status};
use crate::values::{Choice, Expression, Formula, Verdict};

pub(super) static RULE: Rule = Rule {
    code: "ECS222",
    name: "spread-with-spare-capacity",
    severity: Severity::Info,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/ecs/spread-with-spare-capacity.md"),
    scope: Scope::Deployment,
    options: &[],
    check,
};

fn check(analysis: &Analysis, sink: &mut Sink) {
    if !analysis.mentions(&["TargetCapacity"]) || !analysis.mentions(&["PlacementStrateg"]) {
        return;
    }
    let (graph, values) = (analysis.graph(), analysis.values());
    for launch in graph.launches() {
        let Some((spreads, first)) = spread_first(analysis, &launch) else { continue };
        let (spare, target) = spare_capacity(analysis, &launch);
        let hits = values.formulas.all([launch.when, spreads, spare]);
        if let (Some(verdict), Some(target)) = (values.verdict(launch.when, hits), target) {
            sink.report(diagnostic(analysis, &launch, first, target, verdict));
        }
    }
}

/// When the first strategy spreads tasks and no strategy packs them, and where that is written.
fn spread_first<'t>(analysis: &Analysis<'t>, launch: &Launch<'t>) -> Option<(Formula, Expression<'t>)> {
    let (graph, values) = (analysis.graph(), analysis.values());
    let formulas = &values.formulas;
    let lists = ["PlacementStrategies", "PlacementStrategy"].into_iter().flat_map(|name| values.property(&launch.settings, name));
    let items: Vec<Choice> = lists.flat_map(|list| values.items(&list)).collect();
    let first = items.first()?;
    let spreads = graph.says(first, "Type", &["spread"]);
    let packs = items.iter().map(|item| formulas.and(item.when, formulas.not(only_spreads(analysis, item))));
    let packs = formulas.any(packs.collect::<Vec<_>>());
    Some((formulas.and(spreads, formulas.not(packs)), first.written()?))
}

fn only_spreads<'t>(analysis: &Analysis<'t>, item: &Choice<'t>) -> Formula {
    let graph = analysis.graph();
    analysis.values().formulas.or(graph.says(item, "Type", &["spread"]), graph.says(item, "Type", &["random"]))
}

/// When a launch runs on a group with managed scaling and a target below 100, and where the target is written.
fn spare_capacity<'t>(analysis: &Analysis<'t>, launch: &Launch<'t>) -> (Formula, Option<Expression<'t>>) {
    let (graph, values) = (analysis.graph(), analysis.values());
    let formulas = &values.formulas;
    let (mut spare, mut place) = (Formula::FALSE, None);
    for capacity in graph.capacity(launch) {
        let CapacityKind::Strategy(items, _) = capacity.kind else { continue };
        for item in items {
            let Provider::Declared(provider) = item.provider else { continue };
            let when = formulas.and(capacity.when, item.when);
            for block in graph.group_provider(&provider) {
                let (managed, _) = graph.managed_scaling(&block, when);
                for scaling in values.property(&block.block, "ManagedScaling") {
                    for (target_when, target) in graph.texts(&scaling, "TargetCapacity") {
                        let below = target
                            .known()
                            .and_then(|target| target.trim().parse::<u32>().ok())
                            .is_some_and(|target| target < 100);
                        let hits = formulas.all([when, managed, target_when]);
                        if below && values.possible(hits) {
                            spare = formulas.or(spare, hits);
                            place = place.or(values.property(&scaling, "TargetCapacity").iter().find_map(Choice::written));
                        }
                    }
                }
            }
        }
    }
    (spare, place)
}

fn diagnostic<'t>(
    analysis: &Analysis<'t>,
    launch: &Launch<'t>,
    first: Expression<'t>,
    target: Expression<'t>,
    verdict: Verdict,
) -> Finding<'t> {
    let graph = analysis.graph();
    let owner = launch.resource.logical_id();
    Finding::at(
        graph.entry_span(first.node),
        format!("`{owner}` spreads its tasks over instances that are meant to stay partly free"),
    )
    .node(first.node)
    .resource(graph, &launch.resource)
    .verdict(verdict)
    .here("spreads, and no strategy packs")
    .label(graph.entry_span(target.node), "asks for spare instances")
    .note("spreading puts a task on every spare instance, so ECS starts more of them, up to one for each task")
    .help("put a `binpack` strategy before the `spread` one, or set `TargetCapacity` to 100")
}
