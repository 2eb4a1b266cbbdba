//! `exec-with-access-keys`: a container's environment has AWS access keys, and ECS Exec is on.

use crate::analysis::Analysis;
use crate::diagnostic::Severity;
use crate::graph::ecs::{Container, ExecTask};
use crate::rules::{Finding, Rule, Scope, Sink, Status};
use crate::values::{Choice, Formula, Verdict};

pub(super) static RULE: Rule = Rule {
    code: "ECS106",
    name: "exec-with-access-keys",
    severity: Severity::Warning,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/ecs/exec-with-access-keys.md"),
    scope: Scope::Deployment,
    options: &[],
    check,
};

/// The variables that the agent's AWS SDK reads before it asks for the task role.
///
/// Source: aws-containers/amazon-ecs-exec-checker, check 19; aws/amazon-ssm-agent#435.
const KEYS: [&str; 3] = ["AWS_ACCESS_KEY_ID", "AWS_ACCESS_KEY", "AWS_SECRET_ACCESS_KEY"];

/// An entry of `Environment` or `Secrets` that sets a key.
struct Key<'t> {
    name: &'static str,
    when: Formula,
    entry: Choice<'t>,
}

fn check(analysis: &Analysis, sink: &mut Sink) {
    if !analysis.mentions(&["EnableExecuteCommand"]) || !analysis.mentions(&["AWS_ACCESS_KEY", "AWS_SECRET_ACCESS_KEY"]) {
        return;
    }
    let (graph, values) = (analysis.graph(), analysis.values());
    for task in graph.exec_tasks() {
        for container in graph.containers(&task.definition) {
            let keys = keys(analysis, &container);
            let exists = values.formulas.and(task.definition.when, container.when);
            let hits = values.formulas.and(task.on, values.formulas.any(keys.iter().map(|key| key.when)));
            if let Some(verdict) = values.verdict(exists, hits) {
                sink.report(diagnostic(analysis, &task, &container, &keys, verdict));
            }
        }
    }
}

fn keys<'t>(analysis: &Analysis<'t>, container: &Container<'t>) -> Vec<Key<'t>> {
    let (graph, values) = (analysis.graph(), analysis.values());
    let mut keys = Vec::new();
    for list in ["Environment", "Secrets"].iter().flat_map(|name| values.property(&container.settings, name)) {
        for entry in values.items(&list).into_iter().filter(|entry| entry.written().is_some()) {
            for name in KEYS {
                let when = graph.is_surely(&entry, "Name", name);
                if values.possible(when) {
                    keys.push(Key { name, when, entry });
                }
            }
        }
    }
    keys
}

fn diagnostic<'t>(
    analysis: &Analysis<'t>,
    task: &ExecTask<'t>,
    container: &Container<'t>,
    keys: &[Key<'t>],
    verdict: Verdict,
) -> Finding<'t> {
    let graph = analysis.graph();
    let nodes: Vec<_> = keys.iter().filter_map(|key| Some((key.name, key.entry.written()?.node))).collect();
    let place = nodes.first().map_or(container.written.node, |(_, node)| *node);
    let first = keys.first().map_or(KEYS[0], |key| key.name);
    let message =
        format!("ECS Exec cannot open a session in {}, whose environment sets `{first}`", graph.container_name(container));
    let mut finding = Finding::at(place.place(), message)
        .node(place)
        .resource(graph, &task.definition.resource)
        .verdict(verdict)
        .here("the agent of ECS Exec signs in with this key");
    for (name, node) in nodes.iter().skip(1) {
        finding = finding.label(node.place(), format!("`{name}` too"));
    }
    for launch in &task.launches {
        let owner = launch.launch.owner.logical_id();
        finding = finding.label(graph.exec_switch(launch), format!("`{owner}` runs it with ECS Exec on"));
    }
    finding
        .note("the agent takes the container's keys before the task role, and those rarely may open sessions")
        .help("give the application its permissions by the task role, or its keys under other names")
}
