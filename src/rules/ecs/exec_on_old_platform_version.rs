//! `exec-on-old-platform-version`: ECS Exec is on, and the Fargate platform version is from before it.

use crate::analysis::Analysis;
use crate::diagnostic::{Safety, Severity};
use crate::graph::ecs::{Compute, ExecLaunch};
use crate::rules::{Finding, Rule, Scope, Sink, Status};
use crate::values::{Expression, Formula, Text, Value, Verdict};

pub(super) static RULE: Rule = Rule {
    code: "ECS110",
    name: "exec-on-old-platform-version",
    severity: Severity::Error,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/ecs/exec-on-old-platform-version.md"),
    scope: Scope::Deployment,
    options: &[],
    check,
};

/// The versions before 1.4.0 that only Linux has. Windows began with a 1.0.0 of its own, which offers ECS Exec.
///
/// Source: <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-exec-run.html>.
const ONLY_LINUX: [&str; 3] = ["1.1.0", "1.2.0", "1.3.0"];

fn check(analysis: &Analysis, sink: &mut Sink) {
    if !analysis.mentions(&["EnableExecuteCommand"]) || !analysis.mentions(&["PlatformVersion"]) {
        return;
    }
    let (graph, values) = (analysis.graph(), analysis.values());
    for found in graph.exec_launches() {
        let on = values.formulas.and(found.on, graph.runs_on(&found.launch, Compute::Fargate));
        if !values.possible(on) {
            continue;
        }
        let linux = is_linux(analysis, &found);
        for version in values.property(&found.launch.settings, "PlatformVersion") {
            let Some(written) = version.written() else { continue };
            for case in values.cases(written, version.when) {
                let Value::Text(text) = &case.value else { continue };
                let old = ONLY_LINUX.into_iter().chain(linux.then_some("1.0.0"));
                let old = old.filter_map(|old| values.known_to_be_same(text, &Text::literal(old), case.when));
                let hits = values.formulas.all([on, case.when, values.formulas.any(old.collect::<Vec<_>>())]);
                let exists = values.formulas.and(found.exists, version.when);
                if let Some(verdict) = values.verdict(exists, hits) {
                    sink.report(diagnostic(analysis, &found, written, text, verdict));
                }
            }
        }
    }
}

/// Whether the tasks are known to be no Windows tasks.
fn is_linux<'t>(analysis: &Analysis<'t>, found: &ExecLaunch<'t>) -> bool {
    let (graph, values) = (analysis.graph(), analysis.values());
    let definitions = graph.task_definitions_of(&found.launch);
    !definitions.is_empty()
        && definitions.iter().all(|definition| {
            let families = values.path(&definition.properties, &["RuntimePlatform", "OperatingSystemFamily"]);
            families.iter().flat_map(|family| values.cases_of(family)).all(|case| match &case.value {
                Value::Absent => true,
                Value::Text(text) => text.known() == Some("LINUX"),
                Value::Structure(_) | Value::Unknown(_) | Value::Invalid => case.when == Formula::FALSE,
            })
        })
}

fn diagnostic<'t>(
    analysis: &Analysis<'t>,
    found: &ExecLaunch<'t>,
    written: Expression<'t>,
    version: &Text<'t>,
    verdict: Verdict,
) -> Finding<'t> {
    let graph = analysis.graph();
    let owner = found.launch.owner.logical_id();
    let version = graph.values().show(version);
    let message = format!("`{owner}` turns on ECS Exec on Fargate platform version `{version}`, which does not offer it");
    let mut finding = Finding::at(graph.entry_span(written.node), message)
        .node(written.node)
        .resource(graph, &found.launch.resource)
        .verdict(verdict)
        .here("ECS Exec begins with 1.4.0")
        .label(graph.exec_switch(found), "ECS Exec is on here")
        .help("set `PlatformVersion` to `LATEST`, or leave it out");
    if let Some(edit) = written.node.replace_scalar("LATEST") {
        finding = finding.fix("use the latest platform version", Safety::Safe, vec![edit]);
    }
    finding
}
