//! `launch-type-with-strategy`: a launch type and a capacity provider strategy at the same time.

use crate::analysis::Analysis;
use crate::diagnostic::{Safety, Severity};
use crate::graph::ResourceGraph;
use crate::graph::ecs::{Launch, Strategy};
use crate::rules::{Finding, Rule, Scope, Sink, Status};
use crate::syntax::Node;
use crate::values::{Expression, Formula, Value};

pub(super) static RULE: Rule = Rule {
    code: "ECS201",
    name: "launch-type-with-strategy",
    severity: Severity::Error,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/ecs/launch-type-with-strategy.md"),
    scope: Scope::Deployment,
    options: &[],
    check,
};

fn check(analysis: &Analysis, sink: &mut Sink) {
    if !analysis.mentions(&["LaunchType"]) || !analysis.mentions(&["CapacityProviderStrategy"]) {
        return;
    }
    let graph = analysis.graph();
    for strategy in graph.strategies() {
        let Some(launch) = &strategy.launch else { continue };
        if let Some(finding) = diagnostic(graph, &strategy, launch) {
            sink.report(finding);
        }
    }
}

fn diagnostic<'t>(graph: &ResourceGraph<'t>, strategy: &Strategy<'t>, launch: &Launch<'t>) -> Option<Finding<'t>> {
    let values = graph.values();
    let present = values.formulas.any(strategy.items.iter().map(|item| item.when).collect::<Vec<_>>());
    let (given, written) = launch_type(graph, launch);
    let verdict = values.verdict(launch.when, values.formulas.and(given, present))?;
    let node = written?.node;
    let owner = strategy.resource.logical_id();
    let finding =
        Finding::at(graph.entry_span(node), format!("`{owner}` has both a launch type and a capacity provider strategy"))
            .node(node)
            .resource(graph, &strategy.resource)
            .verdict(verdict)
            .here("one of the two decides, not both")
            .label(graph.entry_key(strategy.list.node), "the strategy")
            .note("ECS answers: \"Specifying both a launch type and capacity provider strategy is not supported\"")
            .help("remove `LaunchType`, or the strategy; where a condition decides, give the other `AWS::NoValue`");
    Some(match without_launch_type(node) {
        Some(edit) => finding.fix("remove `LaunchType`", Safety::Unsafe, vec![edit]),
        None => finding,
    })
}

/// When a launch says a launch type, and where.
fn launch_type<'t>(graph: &ResourceGraph<'t>, launch: &Launch<'t>) -> (Formula, Option<Expression<'t>>) {
    let formulas = &graph.values().formulas;
    let (mut given, mut written) = (Formula::FALSE, None);
    for choice in graph.values().property(&launch.settings, "LaunchType") {
        for case in graph.values().cases_of(&choice) {
            let Value::Text(text) = &case.value else { continue };
            // An empty string, the usual default of an optional parameter, says nothing.
            let said = if graph.values().is_open(text) {
                if graph.values().with_defaults(text).is_some_and(|text| text.is_empty()) { continue } else { case.when }
            } else {
                formulas.and(case.when, formulas.not(graph.values().text_is(text, "")))
            };
            given = formulas.or(given, said);
            written = written.or(choice.written());
        }
    }
    (given, written)
}

fn without_launch_type(node: Node) -> Option<crate::text::Edit> {
    node.scalar().filter(|_| node.function().is_none())?;
    node.parent()?.remove_entry("LaunchType")
}
