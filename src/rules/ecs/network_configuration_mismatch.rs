//! `network-configuration-mismatch`: `NetworkConfiguration` is missing for tasks with their own network interface, or given for others.

use super::compute::{label_chosen, place_of};
use super::hazard::outermost;
use crate::analysis::Analysis;
use crate::diagnostic::Severity;
use crate::graph::ResourceGraph;
use crate::graph::ecs::{Compute, Launch, Run};
use crate::rules::{Finding, Rule, Scope, Sink, Status};
use crate::values::{Choice, Formula, Verdict};

pub(super) static RULE: Rule = Rule {
    code: "ECS303",
    name: "network-configuration-mismatch",
    severity: Severity::Error,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/ecs/network-configuration-mismatch.md"),
    scope: Scope::Deployment,
    options: &[],
    check,
};

/// `AwsvpcConfiguration`; EventBridge rules spell it otherwise.
const SPELLINGS: [&str; 2] = ["AwsvpcConfiguration", "AwsVpcConfiguration"];

fn check(analysis: &Analysis, sink: &mut Sink) {
    if !analysis.mentions(&["AWS::ECS::", "EcsParameters", "EcsTaskParameters", "ecs:runTask"]) {
        return;
    }
    let graph = analysis.graph();
    let (values, formulas) = (graph.values(), &graph.values().formulas);
    for launched in graph.launched().iter() {
        let launch = &launched.launch;
        let runs = runs_of(graph, launch);
        let fargate = graph.launched_on(launched, Compute::Fargate);
        let awsvpc = runs.iter().map(|run| formulas.and(run.when, network_mode(graph, run).awsvpc));
        let needed = formulas.or(fargate, formulas.any(awsvpc.collect::<Vec<_>>()));
        let missing = formulas.all([launch.when, needed, missing(graph, launch)]);
        if let Some(verdict) = values.verdict(launch.when, missing) {
            sink.report(without(graph, launch, &runs, fargate, verdict));
            continue;
        }
        for run in &runs {
            let excluded = formulas.or(fargate, graph.requires(&run.definition, Compute::Fargate));
            let others = formulas.all([run.when, network_mode(graph, run).other, formulas.not(excluded)]);
            for block in written(graph, launch) {
                let hits = formulas.and(others, block.when);
                if let Some(verdict) = values.verdict(formulas.and(run.when, block.when), hits) {
                    sink.report(needless(graph, run, &block, verdict));
                }
            }
        }
    }
}

fn runs_of<'t>(graph: &ResourceGraph<'t>, launch: &Launch<'t>) -> Vec<Run<'t>> {
    let same = |run: &&Run| run.launch.resource.id == launch.resource.id && run.launch.settings == launch.settings;
    graph.runs().iter().filter(same).cloned().collect()
}

/// When a run's definition gives tasks a network interface of their own, and when it does not.
struct NetworkMode {
    awsvpc: Formula,
    other: Formula,
}

fn network_mode<'t>(graph: &ResourceGraph<'t>, run: &Run<'t>) -> NetworkMode {
    let properties = &run.definition.properties;
    let other = graph.says_other(properties, "NetworkMode", &["awsvpc"]);
    NetworkMode {
        awsvpc: graph.says(properties, "NetworkMode", &["awsvpc"]),
        other: graph.values().formulas.or(other, graph.lacks(properties, "NetworkMode")),
    }
}

fn missing<'t>(graph: &ResourceGraph<'t>, launch: &Launch<'t>) -> Formula {
    let (values, formulas) = (graph.values(), &graph.values().formulas);
    let inside = values.property(&launch.settings, "NetworkConfiguration").into_iter();
    let empty = inside.map(|block| formulas.all(SPELLINGS.map(|name| graph.lacks(&block, name))));
    formulas.or(graph.lacks(&launch.settings, "NetworkConfiguration"), formulas.any(empty.collect::<Vec<_>>()))
}

fn written<'t>(graph: &ResourceGraph<'t>, launch: &Launch<'t>) -> Vec<Choice<'t>> {
    let blocks = SPELLINGS.iter().flat_map(|name| graph.values().path(&launch.settings, &["NetworkConfiguration", name]));
    blocks.filter(|block| block.written().is_some()).collect()
}

fn without<'t>(
    graph: &ResourceGraph<'t>,
    launch: &Launch<'t>,
    runs: &[Run<'t>],
    fargate: Formula,
    verdict: Verdict,
) -> Finding<'t> {
    let starter = launch.resource.logical_id();
    let awsvpc = runs.iter().find(|run| network_mode(graph, run).awsvpc != Formula::FALSE);
    let why = match awsvpc {
        Some(run) => format!("`{}` uses network mode `awsvpc`", run.definition.resource.logical_id()),
        None => "Fargate runs its tasks".to_owned(),
    };
    let can = if matches!(verdict, Verdict::Definite) { "has" } else { "can have" };
    let mut finding = Finding::at(place_of(graph, launch), format!("`{starter}` {can} no `NetworkConfiguration`, and {why}"))
        .resource(graph, &launch.resource)
        .verdict(verdict)
        .note("each task gets a network interface of its own, so ECS must be told its subnets and security groups")
        .help("add `NetworkConfiguration` with `AwsvpcConfiguration` and its `Subnets`");
    let node = launch.settings.written().map_or(launch.resource.declaration.node, |settings| settings.node);
    finding = finding.node(node);
    match awsvpc.and_then(|run| graph.values().property(&run.definition.properties, "NetworkMode").first()?.written()) {
        Some(mode) => finding.label(graph.entry_span(outermost(mode.node)), "with a network interface for each task"),
        None if fargate != Formula::FALSE => label_chosen(graph, finding, launch, Compute::Fargate),
        None => finding,
    }
}

fn needless<'t>(graph: &ResourceGraph<'t>, run: &Run<'t>, block: &Choice<'t>, verdict: Verdict) -> Finding<'t> {
    let (starter, definition) = (run.launch.resource.logical_id(), run.definition.resource);
    let node = block.written().map_or(run.launch.resource.declaration.node, |block| block.node);
    // The key of `NetworkConfiguration`, around the block.
    let node = outermost(node).parent().unwrap_or(node);
    let name = definition.logical_id();
    let finding = Finding::at(
        graph.entry_key(outermost(node)),
        format!("`{starter}` gives a `NetworkConfiguration` to tasks of `{name}`, which does not use `awsvpc`"),
    )
    .node(node)
    .resource(graph, &run.launch.resource)
    .verdict(verdict)
    .note("ECS refuses it: \"Network Configuration is not valid for the given networkMode of this task definition\"")
    .help("set the task definition's `NetworkMode` to `awsvpc`, or remove `NetworkConfiguration`");
    match graph.values().property(&run.definition.properties, "NetworkMode").iter().find_map(Choice::written) {
        Some(mode) => finding.label(graph.entry_span(outermost(mode.node)), "tasks share the network of their instance"),
        None => finding.label(definition.place(), "no `NetworkMode`: `bridge`, where tasks share the instance's network"),
    }
}
