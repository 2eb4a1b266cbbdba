//! `unusable-capacity-strategy`: a strategy whose bases and weights ECS refuses.

use crate::analysis::Analysis;
use crate::diagnostic::Severity;
use crate::graph::ResourceGraph;
use crate::graph::ecs::{Strategy, Weighted};
use crate::rules::{Finding, Rule, Scope, Sink, Status};
use crate::syntax::Node;
use crate::values::Formula;

pub(super) static RULE: Rule = Rule {
    code: "ECS203",
    name: "unusable-capacity-strategy",
    severity: Severity::Error,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/ecs/unusable-capacity-strategy.md"),
    scope: Scope::Deployment,
    options: &[],
    check,
};

/// Most items of a strategy.
///
/// Source: <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CreateService.html>, `capacityProviderStrategy`.
const MAX_ITEMS: usize = 20;

/// Most items of a strategy in the target of a rule, a schedule or a pipe.
///
/// Source: the schemas of `AWS::Events::Rule`, `AWS::Scheduler::Schedule` and `AWS::Pipes::Pipe`.
const MAX_ITEMS_OF_TARGET: usize = 6;

fn check(analysis: &Analysis, sink: &mut Sink) {
    if !analysis.mentions(&["CapacityProviderStrategy"]) {
        return;
    }
    let graph = analysis.graph();
    for strategy in graph.strategies() {
        if let Some(fault) = too_long(graph, &strategy) {
            report(graph, &strategy, Some(fault), sink);
            continue;
        }
        report(graph, &strategy, two_bases(graph, &strategy), sink);
        report(graph, &strategy, all_zero(graph, &strategy), sink);
        report(graph, &strategy, repeated(graph, &strategy), sink);
    }
}

/// What is wrong, when, and where.
struct Fault<'t> {
    when: Formula,
    node: Node<'t>,
    message: String,
    note: &'static str,
    help: &'static str,
}

fn report<'t>(graph: &ResourceGraph<'t>, strategy: &Strategy<'t>, fault: Option<Fault<'t>>, sink: &mut Sink) {
    let Some(fault) = fault else { return };
    let Some(verdict) = graph.values().verdict(strategy.resource.when, fault.when) else { return };
    let finding = Finding::at(graph.entry_key(fault.node), fault.message).node(fault.node).resource(graph, &strategy.resource);
    sink.report(finding.verdict(verdict).note(fault.note).help(fault.help));
}

/// The pairs of items, each with when both are there.
fn pairs<'s, 't>(graph: &ResourceGraph<'t>, strategy: &'s Strategy<'t>) -> Vec<(Formula, &'s Weighted<'t>, &'s Weighted<'t>)> {
    let mut found = Vec::new();
    for (index, later) in strategy.items.iter().enumerate() {
        for earlier in &strategy.items[..index] {
            found.push((graph.values().formulas.and(earlier.when, later.when), earlier, later));
        }
    }
    found
}

fn too_long<'t>(graph: &ResourceGraph<'t>, strategy: &Strategy<'t>) -> Option<Fault<'t>> {
    let always = strategy.items.iter().filter(|item| graph.values().implies(strategy.when, item.when)).count();
    let target =
        matches!(strategy.resource.resource_type(), "AWS::Events::Rule" | "AWS::Scheduler::Schedule" | "AWS::Pipes::Pipe");
    let most = if target { MAX_ITEMS_OF_TARGET } else { MAX_ITEMS };
    (always > most).then(|| Fault {
        when: strategy.when,
        node: strategy.list.node,
        message: format!("the strategy of `{}` has {always} items", strategy.resource.logical_id()),
        note: if target { "the strategy of a target has at most 6 items" } else { "a strategy has at most 20 items" },
        help: "remove items",
    })
}

fn two_bases<'t>(graph: &ResourceGraph<'t>, strategy: &Strategy<'t>) -> Option<Fault<'t>> {
    let formulas = &graph.values().formulas;
    let based = |item: &Weighted<'t>| {
        let known = graph.numbers(&item.settings, "Base").into_iter();
        formulas.any(known.filter(|(_, base)| base.is_some_and(|base| base > 0)).map(|(when, _)| when).collect::<Vec<_>>())
    };
    let clashes = pairs(graph, strategy)
        .into_iter()
        .map(|(when, earlier, later)| (formulas.all([when, based(earlier), based(later)]), later));
    let clashes: Vec<_> = clashes.filter(|(when, _)| graph.values().possible(*when)).collect();
    let (_, item) = clashes.first()?;
    Some(Fault {
        when: formulas.any(clashes.iter().map(|(when, _)| *when).collect::<Vec<_>>()),
        node: item.written.node,
        message: format!("more than one item of the strategy of `{}` has a base", strategy.resource.logical_id()),
        note: "AWS: \"Only one capacity provider in a capacity provider strategy can have a base defined\"",
        help: "remove `Base` from all items but one",
    })
}

fn all_zero<'t>(graph: &ResourceGraph<'t>, strategy: &Strategy<'t>) -> Option<Fault<'t>> {
    let formulas = &graph.values().formulas;
    let several = formulas.any(pairs(graph, strategy).into_iter().map(|(when, ..)| when).collect::<Vec<_>>());
    let weightless = |item: &Weighted<'t>| {
        let absent = formulas.and(strategy.when, formulas.not(item.when));
        formulas.or(absent, graph.is_zero(&item.settings, "Weight"))
    };
    let none = formulas.all(strategy.items.iter().map(weightless).collect::<Vec<_>>());
    Some(Fault {
        when: formulas.and(several, none),
        node: strategy.list.node,
        message: format!("no item of the strategy of `{}` has a weight above zero", strategy.resource.logical_id()),
        note: "an item without `Weight` has the weight 0; starting a task by several items that all have it fails",
        help: "give one item a weight of 1 or more",
    })
}

fn repeated<'t>(graph: &ResourceGraph<'t>, strategy: &Strategy<'t>) -> Option<Fault<'t>> {
    let formulas = &graph.values().formulas;
    let mut clashes = Vec::new();
    for (when, earlier, later) in pairs(graph, strategy) {
        for (first, second) in
            earlier.providers.iter().flat_map(|first| later.providers.iter().map(move |second| (first, second)))
        {
            let same = graph.same_provider(&first.target, &second.target).unwrap_or(Formula::FALSE);
            let when = formulas.all([when, first.when, second.when, same]);
            if graph.values().possible(when) {
                clashes.push((when, later));
            }
        }
    }
    let (_, item) = clashes.first()?;
    Some(Fault {
        when: formulas.any(clashes.iter().map(|(when, _)| *when).collect::<Vec<_>>()),
        node: item.written.node,
        message: format!("the strategy of `{}` names a capacity provider twice", strategy.resource.logical_id()),
        note: "a capacity provider stands in a strategy once",
        help: "make one item of the two",
    })
}
