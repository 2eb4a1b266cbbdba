//! `exec-without-init-process`: ECS Exec is on, and a container has no init process.

use super::launch_labels::label_launches;
use crate::analysis::Analysis;
use crate::diagnostic::{Safety, Severity};
use crate::graph::ecs::{Container, ExecTask};
use crate::rules::{Finding, Rule, Scope, Sink, Status};
use crate::text::Edit;
use crate::values::{Choice, Formula, Value, Verdict};

pub(super) static RULE: Rule = Rule {
    code: "ECS113",
    name: "exec-without-init-process",
    severity: Severity::Info,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/ecs/exec-without-init-process.md"),
    scope: Scope::Deployment,
    options: &[],
    check,
};

fn check(analysis: &Analysis, sink: &mut Sink) {
    if !analysis.mentions(&["EnableExecuteCommand"]) {
        return;
    }
    let (graph, values) = (analysis.graph(), analysis.values());
    for task in graph.exec_tasks() {
        let linux = is_linux(analysis, &task);
        for container in graph.containers(&task.definition) {
            let exists = values.formulas.and(task.definition.when, container.when);
            let hits = values.formulas.all([task.on, linux, lacks_init(analysis, &container)]);
            if let Some(verdict) = values.verdict(exists, hits) {
                sink.report(diagnostic(analysis, &task, &container, verdict));
            }
        }
    }
}

/// When the containers are no Windows containers.
fn is_linux<'t>(analysis: &Analysis<'t>, task: &ExecTask<'t>) -> Formula {
    let (graph, values) = (analysis.graph(), analysis.values());
    let platforms = values.property(&task.definition.properties, "RuntimePlatform");
    let ways = platforms.iter().map(|platform| {
        values
            .formulas
            .or(graph.is_missing(platform, "OperatingSystemFamily"), graph.says(platform, "OperatingSystemFamily", &["LINUX"]))
    });
    values.formulas.any(ways.collect::<Vec<_>>())
}

/// When a container says nothing of an init process, or asks for none.
fn lacks_init<'t>(analysis: &Analysis<'t>, container: &Container<'t>) -> Formula {
    let (graph, values) = (analysis.graph(), analysis.values());
    let mut ways = Vec::new();
    for parameters in values.property(&container.settings, "LinuxParameters") {
        for init in values.property(&parameters, "InitProcessEnabled") {
            ways.extend(values.cases_of(&init).into_iter().filter(|case| case.value == Value::Absent).map(|case| case.when));
        }
        ways.push(graph.says(&parameters, "InitProcessEnabled", &["false", "False", "FALSE"]));
    }
    values.formulas.any(ways)
}

fn diagnostic<'t>(analysis: &Analysis<'t>, task: &ExecTask<'t>, container: &Container<'t>, verdict: Verdict) -> Finding<'t> {
    let graph = analysis.graph();
    let name = graph.container_name(container);
    let message = format!("sessions of ECS Exec leave processes behind in {name}, which has no init process");
    let mut finding = Finding::at(container.written.node.place(), message)
        .node(container.written.node)
        .resource(graph, &task.definition.resource)
        .verdict(verdict)
        .here("does not set `InitProcessEnabled`");
    finding = label_launches(finding, graph, task);
    if let Some(edit) = with_init(analysis, container) {
        finding = finding.fix("give the container an init process", Safety::Safe, vec![edit]);
    }
    finding
        .note("AWS recommends an init process that takes up the child processes of the SSM agent")
        .help("set `LinuxParameters.InitProcessEnabled` to `true`")
}

/// Adds `InitProcessEnabled: true` where it is not written.
fn with_init<'t>(analysis: &Analysis<'t>, container: &Container<'t>) -> Option<Edit> {
    let values = analysis.values();
    match values.property(&container.settings, "LinuxParameters").as_slice() {
        [parameters] => match parameters.written() {
            Some(written) if written.node.is_mapping() && written.node.function().is_none() => {
                let known: Vec<_> =
                    values.property(parameters, "InitProcessEnabled").iter().filter_map(Choice::written).collect();
                match known.as_slice() {
                    [] => written.node.insert_entry("InitProcessEnabled", "true"),
                    [init] if init.node.function().is_none() => init.node.replace_scalar("true"),
                    _ => None,
                }
            }
            Some(_) => None,
            None => container.written.node.insert_entry("LinuxParameters", "{InitProcessEnabled: true}"),
        },
        _ => None,
    }
}
