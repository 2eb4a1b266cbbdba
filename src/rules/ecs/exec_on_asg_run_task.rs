//! `exec-on-asg-run-task`: a rule, schedule or pipe starts tasks with ECS Exec on a provider with managed scaling.

use super::hazard::{Hazard, Unresolved, hazards, resolve_help};
use crate::analysis::Analysis;
use crate::diagnostic::{Certainty, Severity};
use crate::graph::ecs::LaunchPath;
use crate::rules::{Finding, Rule, Scope, Sink, Status};

pub(super) static RULE: Rule = Rule {
    code: "ECS102",
    name: "exec-on-asg-run-task",
    severity: Severity::Error,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/ecs/exec-on-asg-run-task.md"),
    scope: Scope::Deployment,
    options: &[],
    check,
};

fn check(analysis: &Analysis, sink: &mut Sink) {
    let on_run_task = |launch: &crate::graph::ecs::Launch| launch.path == LaunchPath::RunTask;
    for hazard in hazards(analysis, on_run_task, true, Unresolved::Quiet) {
        let severity = if hazard.certainty == Certainty::Unknown { Severity::Info } else { RULE.severity };
        sink.report(diagnostic(analysis, &hazard).severity(severity));
    }
}

fn diagnostic<'t>(analysis: &Analysis<'t>, hazard: &Hazard<'t>) -> Finding<'t> {
    let (owner, providers) = (hazard.owner(), hazard.providers());
    let message = match (hazard.certainty, hazard.unknown) {
        (Certainty::Definite, _) => format!("`{owner}` starts tasks with ECS Exec on {providers}, which uses managed scaling"),
        (Certainty::Possible, _) => format!("`{owner}` can start tasks with ECS Exec on {providers}, which uses managed scaling"),
        (Certainty::Unknown, why) if hazard.routes.is_empty() => {
            let starts = if hazard.always_on { "starts" } else { "can start" };
            format!(
                "`{owner}` {starts} tasks with ECS Exec, and their capacity provider is {}",
                why.map_or("not known", |why| why.as_str())
            )
        }
        (Certainty::Unknown, why) => format!(
            "`{owner}` starts tasks on {providers}, which uses managed scaling, and whether ECS Exec is on is {}",
            why.map_or("not known", |why| why.as_str())
        ),
    };
    let finding = hazard.finding(analysis.graph(), message);
    if hazard.certainty == Certainty::Unknown {
        return finding.help(resolve_help(hazard.unknown));
    }
    finding
        .note(
            "AWS: \"You can't use ECS Exec when you use run-task to launch a task on a cluster that uses managed scaling with \
             asynchronous placement (launch a task with no instance)\"",
        )
        .note("a task that finds no instance waits in PROVISIONING, and may start without ECS Exec or not at all")
        .help("set `EnableExecuteCommand` to `false`, or start the task on Fargate or Managed Instances")
}
