//! `exec-on-unsupported-windows`: ECS Exec is on for Windows containers that do not support it.

use super::launch_labels::label_launches;
use crate::analysis::Analysis;
use crate::diagnostic::Severity;
use crate::graph::ecs::ExecTask;
use crate::rules::{Finding, Rule, Scope, Sink, Status};
use crate::values::{Choice, Expression, Verdict};

pub(super) static RULE: Rule = Rule {
    code: "ECS118",
    name: "exec-on-unsupported-windows",
    severity: Severity::Warning,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/ecs/exec-on-unsupported-windows.md"),
    scope: Scope::Deployment,
    options: &[],
    check,
};

/// Source: <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-exec.html>: Windows Server 2019 and later.
const OLD: [&str; 2] = ["WINDOWS_SERVER_2016_FULL", "WINDOWS_SERVER_2016_CORE"];

fn check(analysis: &Analysis, sink: &mut Sink) {
    if !analysis.mentions(&["EnableExecuteCommand"]) || !analysis.mentions(&["WINDOWS_SERVER_2016", "windows/nanoserver"]) {
        return;
    }
    let (graph, values) = (analysis.graph(), analysis.values());
    for task in graph.exec_tasks() {
        for platform in values.property(&task.definition.properties, "RuntimePlatform") {
            let old = values.formulas.any(OLD.map(|family| graph.says(&platform, "OperatingSystemFamily", &[family])));
            let written = values.property(&platform, "OperatingSystemFamily").iter().find_map(Choice::written);
            let hits = values.formulas.and(task.on, old);
            if let (Some(verdict), Some(written)) = (values.verdict(task.definition.when, hits), written) {
                sink.report(diagnostic(analysis, &task, written, "Windows Server 2016", verdict));
            }
        }
        for container in graph.containers(&task.definition) {
            let nano = graph.texts(&container.settings, "Image").into_iter();
            let nano = nano.filter(|(_, image)| image.known().is_some_and(|image| image.contains("windows/nanoserver")));
            let nano = values.formulas.any(nano.map(|(when, _)| when).collect::<Vec<_>>());
            let written = values.property(&container.settings, "Image").iter().find_map(Choice::written);
            let hits = values.formulas.and(task.on, nano);
            let exists = values.formulas.and(task.definition.when, container.when);
            if let (Some(verdict), Some(written)) = (values.verdict(exists, hits), written) {
                sink.report(diagnostic(analysis, &task, written, "Nano Server", verdict));
            }
        }
    }
}

fn diagnostic<'t>(
    analysis: &Analysis<'t>,
    task: &ExecTask<'t>,
    written: Expression<'t>,
    system: &str,
    verdict: Verdict,
) -> Finding<'t> {
    let graph = analysis.graph();
    let name = task.definition.resource.logical_id();
    let finding =
        Finding::at(graph.entry_span(written.node), format!("ECS Exec does not support {system}, on which `{name}` runs"))
            .node(written.node)
            .resource(graph, &task.definition.resource)
            .verdict(verdict);
    label_launches(finding, graph, task)
        .help("run the task on Windows Server 2019 or later, with an image that is no Nano Server image, or turn ECS Exec off")
}
