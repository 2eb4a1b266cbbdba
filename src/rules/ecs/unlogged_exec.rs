//! `unlogged-exec`: ECS Exec is on, and its sessions leave no log. A policy, off unless it is selected.

use crate::analysis::Analysis;
use crate::diagnostic::Severity;
use crate::graph::ecs::{ExecLaunch, SessionSettings};
use crate::rules::{Finding, Rule, Scope, Sink, Status};
use crate::values::{Formula, Verdict};

pub(super) static RULE: Rule = Rule {
    code: "ECS117",
    name: "unlogged-exec",
    severity: Severity::Info,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/ecs/unlogged-exec.md"),
    scope: Scope::Deployment,
    options: &[],
    check,
};

fn check(analysis: &Analysis, sink: &mut Sink) {
    let selected = analysis.settings.choice(RULE.code, RULE.name) == Some(true);
    if !selected || !analysis.mentions(&["EnableExecuteCommand"]) {
        return;
    }
    let (graph, values) = (analysis.graph(), analysis.values());
    for launch in graph.exec_launches() {
        let defaults_log = may_log_by_default(analysis, &launch);
        for session in graph.session_settings_of(&launch.launch) {
            let none = graph.is_surely(&session.settings, "Logging", "NONE");
            let overrides = graph.is_surely(&session.settings, "Logging", "OVERRIDE");
            // What is not known may be any of the three.
            let known = values.formulas.not(graph.has(&session.settings, "Logging"));
            let default = values.formulas.or(known, graph.is_surely(&session.settings, "Logging", "DEFAULT"));
            let default = values.formulas.all([default, values.formulas.not(overrides), values.formulas.not(defaults_log)]);
            let unlogged = values.formulas.and(session.settings.when, values.formulas.or(none, default));
            let hits = values.formulas.and(launch.on, unlogged);
            let exists = values.formulas.and(launch.exists, session.settings.when);
            if let Some(verdict) = values.verdict(exists, hits) {
                sink.report(diagnostic(analysis, &launch, &session, verdict));
            }
        }
    }
}

/// When the sessions of a launch may go to the log group of a container, which is what `Logging: DEFAULT` does.
fn may_log_by_default<'t>(analysis: &Analysis<'t>, launch: &ExecLaunch<'t>) -> Formula {
    let (graph, values) = (analysis.graph(), analysis.values());
    let formulas = &values.formulas;
    let definitions = graph.task_definitions_of(&launch.launch);
    let declared = formulas.any(definitions.iter().map(|definition| definition.when).collect::<Vec<_>>());
    let mut logs = vec![formulas.not(declared)];
    for definition in &definitions {
        for list in values.property(&definition.properties, "ContainerDefinitions") {
            for container in values.items(&list) {
                if container.written().is_none() {
                    logs.push(container.when);
                }
                for driver in values.path(&container, &["LogConfiguration", "LogDriver"]) {
                    let other = ["awsfirelens", "json-file", "splunk", "fluentd", "gelf", "journald", "syslog"];
                    let present =
                        driver.written().is_some_and(|written| !written.node.as_str().is_some_and(|name| other.contains(&name)));
                    logs.extend(present.then_some(driver.when));
                }
            }
        }
    }
    formulas.any(logs)
}

fn diagnostic<'t>(
    analysis: &Analysis<'t>,
    launch: &ExecLaunch<'t>,
    session: &SessionSettings<'t>,
    verdict: Verdict,
) -> Finding<'t> {
    let graph = analysis.graph();
    let owner = launch.launch.owner;
    let cluster = session.cluster.logical_id();
    let message = format!("ECS Exec sessions in the tasks of `{}` leave no log", owner.logical_id());
    let node = launch.exec.written.map_or(owner.declaration.node, |written| written.node);
    let mut finding = Finding::at(graph.exec_switch(launch), message)
        .node(node)
        .resource(graph, &owner)
        .verdict(verdict)
        .here("ECS Exec is on here");
    let logging = analysis.values().property(&session.settings, "Logging");
    finding = match logging.iter().find_map(|logging| logging.written()) {
        Some(logging) => finding.label(graph.entry_span(logging.node), format!("`{cluster}` does not log sessions")),
        None => finding.label(session.cluster.place(), "no logging of sessions is set up, and no container uses `awslogs`"),
    };
    finding
        .note("commands run as root in the containers, whatever user the container has")
        .help(format!("set `Logging: OVERRIDE` with a log group or a bucket in the `ExecuteCommandConfiguration` of `{cluster}`"))
}
