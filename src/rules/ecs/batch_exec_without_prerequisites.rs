//! `batch-exec-without-prerequisites`: an AWS Batch job has ECS Exec on and lacks what sessions need.

use super::exec_role_without_ssmmessages::CHANNELS;
use crate::analysis::Analysis;
use crate::diagnostic::Severity;
use crate::graph::batch::JobTask;
use crate::rules::{Finding, Rule, Scope, Sink, Status};
use crate::syntax::Node;
use crate::values::{Expression, Formula, Found, Verdict};

pub(super) static RULE: Rule = Rule {
    code: "ECS120",
    name: "batch-exec-without-prerequisites",
    severity: Severity::Warning,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/ecs/batch-exec-without-prerequisites.md"),
    scope: Scope::Deployment,
    options: &[],
    check,
};

/// A task of a job that has ECS Exec on.
struct ExecJob<'t> {
    task: JobTask<'t>,
    on: Formula,
    switch: Expression<'t>,
}

fn check(analysis: &Analysis, sink: &mut Sink) {
    if !analysis.mentions(&["EnableExecuteCommand"]) || !analysis.mentions(&["AWS::Batch::JobDefinition"]) {
        return;
    }
    let (graph, values) = (analysis.graph(), analysis.values());
    for task in graph.job_tasks() {
        let on = values.formulas.and(task.task.when, graph.may_be(&task.task, "EnableExecuteCommand", "true"));
        let switch = values.property(&task.task, "EnableExecuteCommand").iter().find_map(|switch| switch.written());
        let Some(switch) = switch.filter(|_| values.possible(on)) else { continue };
        let job = ExecJob { task, on, switch };
        check_role(analysis, &job, sink);
        check_root(analysis, &job, sink);
    }
}

fn check_role<'t>(analysis: &Analysis<'t>, job: &ExecJob<'t>, sink: &mut Sink) {
    let (graph, values) = (analysis.graph(), analysis.values());
    let property = job.task.role;
    for named in values.property(&job.task.task, property) {
        if named.found == Found::Absent {
            // On EC2 the role of the instance stands in.
            let hits = values.formulas.all([job.on, named.when, job.task.on_fargate]);
            if let Some(verdict) = values.verdict(job.task.task.when, hits) {
                let message = format!("`{}` has ECS Exec on for a task without `{property}`", name(job));
                let finding = finding(analysis, job, job.switch.node, message, verdict)
                    .here(format!("no session can be opened without a `{property}`"))
                    .help(format!("give it a `{property}` whose role allows the four `ssmmessages` actions"));
                sink.report(finding);
            }
        }
        for identity in graph.roles(&named) {
            let Some(role) = graph.target(&identity) else { continue };
            let Some(written) = named.written() else { continue };
            let permissions = graph.permissions(&role);
            let lacks = CHANNELS.map(|action| permissions.grants(graph, action).denied(&values.formulas));
            let hits = values.formulas.all([job.on, identity.when, values.formulas.any(lacks)]);
            if let Some(verdict) = values.verdict(identity.when, hits) {
                let role_name = role.logical_id();
                let message =
                    format!("`{role_name}` does not allow the `ssmmessages` actions that ECS Exec needs in `{}`", name(job));
                let finding = finding(analysis, job, written.node, message, verdict)
                    .here("no session can be opened with this role")
                    .label(graph.entry_span(job.switch.node), "ECS Exec is on here")
                    .label(role.place(), "the role")
                    .help(format!(
                        "allow {} on `*` in a policy of `{role_name}`",
                        CHANNELS.map(|action| format!("`{action}`")).join(", ")
                    ));
                sink.report(finding);
            }
        }
    }
}

fn check_root<'t>(analysis: &Analysis<'t>, job: &ExecJob<'t>, sink: &mut Sink) {
    let (graph, values) = (analysis.graph(), analysis.values());
    for container in &job.task.containers {
        let hits = values.formulas.and(job.on, graph.is_surely(container, "ReadonlyRootFilesystem", "true"));
        let Some(verdict) = values.verdict(container.when, hits) else { continue };
        let switch = values.property(container, "ReadonlyRootFilesystem");
        let Some(switch) = switch.iter().find_map(|switch| switch.written()) else { continue };
        let message = format!("ECS Exec cannot open a session in `{}`, whose root file system is read-only", name(job));
        let finding = finding(analysis, job, switch.node, message, verdict)
            .here("the agent of ECS Exec writes to the root file system")
            .label(graph.entry_span(job.switch.node), "ECS Exec is on here")
            .help("set one of the two to `false`");
        sink.report(finding);
    }
}

fn name<'t>(job: &ExecJob<'t>) -> &'t str {
    job.task.definition.logical_id()
}

fn finding<'t>(analysis: &Analysis<'t>, job: &ExecJob<'t>, node: Node<'t>, message: String, verdict: Verdict) -> Finding<'t> {
    let graph = analysis.graph();
    Finding::at(graph.entry_span(node), message).node(node).resource(graph, &job.task.definition).verdict(verdict)
}
