//! `exec-with-readonly-root`: a container has a read-only root file system, and ECS Exec is on.

use crate::analysis::Analysis;
use crate::diagnostic::Severity;
use crate::graph::ecs::{Container, ExecTask};
use crate::rules::{Finding, Rule, Scope, Sink, Status};
use crate::values::{Expression, Formula, Value, Verdict};

pub(super) static RULE: Rule = Rule {
    code: "ECS105",
    name: "exec-with-readonly-root",
    severity: Severity::Warning,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/ecs/exec-with-readonly-root.md"),
    scope: Scope::Deployment,
    options: &[],
    check,
};

/// Where the agent of ECS Exec writes inside a container.
///
/// Source: aws/containers-roadmap#1359; mounts there let sessions start with a read-only root.
const WRITTEN: [&str; 2] = ["/var/lib/amazon", "/var/log/amazon"];

fn check(analysis: &Analysis, sink: &mut Sink) {
    if !analysis.mentions(&["EnableExecuteCommand"]) || !analysis.mentions(&["ReadonlyRootFilesystem"]) {
        return;
    }
    let (graph, values) = (analysis.graph(), analysis.values());
    for task in graph.exec_tasks() {
        for container in graph.containers(&task.definition) {
            let exists = values.formulas.and(task.definition.when, container.when);
            let read_only = graph.is_surely(&container.settings, "ReadonlyRootFilesystem", "true");
            let hits = values.formulas.and(task.on, read_only);
            let Some(verdict) = values.verdict(exists, hits) else { continue };
            let switch = values.property(&container.settings, "ReadonlyRootFilesystem");
            let Some(switch) = switch.iter().find_map(|choice| choice.written().filter(|_| values.possible(choice.when))) else {
                continue;
            };
            let mounted = has_writable_mounts(analysis, &container);
            let severity = if values.implies(hits, mounted) { Severity::Info } else { RULE.severity };
            sink.report(diagnostic(analysis, &task, &container, switch, verdict).severity(severity));
        }
    }
}

/// When the directories that the agent writes to are mounted writable, or may be.
fn has_writable_mounts<'t>(analysis: &Analysis<'t>, container: &Container<'t>) -> Formula {
    let (graph, values) = (analysis.graph(), analysis.values());
    let formulas = &values.formulas;
    let lists = values.property(&container.settings, "MountPoints");
    let mounts: Vec<_> = lists.iter().flat_map(|list| values.items(list)).collect();
    formulas.all(WRITTEN.map(|directory| {
        formulas.any(mounts.iter().map(|mount| {
            if mount.written().is_none() {
                return mount.when;
            }
            let paths = values.property(mount, "ContainerPath");
            let covered = paths.iter().flat_map(|path| values.cases_of(path)).filter(|case| match &case.value {
                // `/var/lib/amazon/ssm` and the directories around it.
                Value::Text(text) => text.known().is_none_or(|path| {
                    let path = path.trim_end_matches('/');
                    path.starts_with(directory) || directory.starts_with(path)
                }),
                Value::Absent | Value::Structure(_) | Value::Unknown(_) | Value::Invalid => false,
            });
            let covered = formulas.any(covered.map(|case| case.when).collect::<Vec<_>>());
            formulas.and(covered, formulas.not(graph.may_be(mount, "ReadOnly", "true")))
        }))
    }))
}

fn diagnostic<'t>(
    analysis: &Analysis<'t>,
    task: &ExecTask<'t>,
    container: &Container<'t>,
    switch: Expression<'t>,
    verdict: Verdict,
) -> Finding<'t> {
    let graph = analysis.graph();
    let name = graph.container_name(container);
    let message = format!("ECS Exec cannot open a session in {name}, whose root file system is read-only");
    let mut finding = Finding::at(graph.entry_span(switch.node), message)
        .node(switch.node)
        .resource(graph, &task.definition.resource)
        .verdict(verdict)
        .here("the agent of ECS Exec writes to the root file system");
    for launch in &task.launches {
        let owner = launch.launch.owner.logical_id();
        finding = finding.label(graph.exec_switch(launch), format!("`{owner}` runs it with ECS Exec on"));
    }
    finding
        .note(
            "AWS does not support ECS Exec with a read-only root file system; Security Hub's ECS.5 and Control Tower's CT.ECS.PR.6 ask \
             for one, so the two cannot both be met",
        )
        .help("turn ECS Exec off where the root file system is read-only, or set `ReadonlyRootFilesystem` to `false`")
}
