//! `exec-role-without-ssmmessages`: ECS Exec is on, and the task role may not open its channels.

use super::allowance::allowance;
use crate::analysis::Analysis;
use crate::diagnostic::{Safety, Severity};
use crate::graph::Resource;
use crate::graph::ecs::ExecTask;
use crate::graph::iam::RoleUse;
use crate::rules::{Finding, Rule, Scope, Sink, Status};
use crate::values::{Formula, Verdict};

pub(super) static RULE: Rule = Rule {
    code: "ECS104",
    name: "exec-role-without-ssmmessages",
    severity: Severity::Error,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/ecs/exec-role-without-ssmmessages.md"),
    scope: Scope::Deployment,
    options: &[],
    check,
};

/// What the agent of ECS Exec calls to be reached.
///
/// Source: <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html>, "ECS Exec permissions".
pub(super) const CHANNELS: [&str; 4] = [
    "ssmmessages:CreateControlChannel",
    "ssmmessages:CreateDataChannel",
    "ssmmessages:OpenControlChannel",
    "ssmmessages:OpenDataChannel",
];

fn check(analysis: &Analysis, sink: &mut Sink) {
    if !analysis.mentions(&["EnableExecuteCommand"]) || !analysis.mentions(&["TaskRoleArn"]) {
        return;
    }
    let (graph, values) = (analysis.graph(), analysis.values());
    let tasks = graph.exec_tasks();
    let uses = tasks.iter().enumerate().flat_map(|(index, task)| {
        let roles = values.property(&task.definition.properties, "TaskRoleArn");
        let identities: Vec<_> = roles.iter().flat_map(|role| graph.roles(role)).collect();
        identities.into_iter().filter_map(move |identity| {
            let role = graph.target(&identity)?;
            let exists = values.formulas.and(task.definition.when, identity.when);
            Some(RoleUse { role, exists, hits: values.formulas.and(task.on, identity.when), by: index })
        })
    });
    for (role, uses) in RoleUse::by_role(uses) {
        let exists = values.formulas.any(uses.iter().map(|each| each.exists).collect::<Vec<_>>());
        let on = values.formulas.any(uses.iter().map(|each| each.hits).collect::<Vec<_>>());
        let permissions = graph.permissions(&role);
        let lacking: Vec<(&str, Formula)> = CHANNELS
            .iter()
            .map(|action| (*action, values.formulas.and(on, permissions.grants(graph, action).denied(&values.formulas))))
            .filter(|(_, lacks)| values.possible(*lacks))
            .collect();
        let hits = values.formulas.any(lacking.iter().map(|(_, lacks)| *lacks).collect::<Vec<_>>());
        if let Some(verdict) = values.verdict(exists, hits) {
            let actions: Vec<&str> = lacking.iter().map(|(action, _)| *action).collect();
            let tasks: Vec<&ExecTask> = uses.iter().map(|each| &tasks[each.by]).collect();
            sink.report(diagnostic(analysis, &role, &actions, &tasks, verdict));
        }
    }
}

fn diagnostic<'t>(
    analysis: &Analysis<'t>,
    role: &Resource<'t>,
    lacking: &[&str],
    tasks: &[&ExecTask<'t>],
    verdict: Verdict,
) -> Finding<'t> {
    let (graph, values) = (analysis.graph(), analysis.values());
    let name = role.logical_id();
    let message = if lacking.len() == CHANNELS.len() {
        format!("task role `{name}` allows none of the four `ssmmessages` actions that ECS Exec needs")
    } else {
        let (last, before) = lacking.split_last().map_or(("", &[][..]), |(last, before)| (*last, before));
        let before: Vec<String> = before.iter().map(|action| format!("`{action}`")).collect();
        let and = if before.is_empty() { "" } else { " and " };
        format!("task role `{name}` does not allow {}{and}`{last}`, which ECS Exec needs", before.join(", "))
    };
    let severity = match &verdict {
        Verdict::Possible(witness) if !witness.with_defaults => Severity::Warning,
        _ => RULE.severity,
    };
    let mut finding = Finding::at(role.place(), message)
        .node(role.declaration.node)
        .resource(graph, role)
        .severity(severity)
        .verdict(verdict)
        .here("no session can be opened with this role");
    for task in tasks {
        for role in values.property(&task.definition.properties, "TaskRoleArn").iter().filter_map(|role| role.written()) {
            let definition = task.definition.resource.logical_id();
            finding = finding.label(graph.entry_span(role.node), format!("`{definition}` has it as its task role"));
        }
        for launch in &task.launches {
            let owner = launch.launch.owner.logical_id();
            finding = finding.label(graph.exec_switch(launch), format!("`{owner}` turns ECS Exec on"));
        }
        for execution in values.property(&task.definition.properties, "ExecutionRoleArn") {
            for execution in graph.roles(&execution).iter().filter_map(|identity| graph.target(identity)) {
                let grants = graph.grants(&execution, CHANNELS[0]);
                if execution.id != role.id && values.possible(grants.allowed) {
                    let text = "this execution role allows them; the agent of ECS Exec uses the task role";
                    finding = finding.label(execution.place(), text);
                }
            }
        }
    }
    if let Some(edit) = allowance(analysis, role, "ecs-exec", lacking) {
        finding = finding.fix(format!("allow the actions in a policy of `{name}`"), Safety::Unsafe, vec![edit]);
    }
    let actions: Vec<String> = lacking.iter().map(|action| format!("`{action}`")).collect();
    finding.help(format!("allow {} on `*` in a policy of `{name}`", actions.join(", ")))
}
