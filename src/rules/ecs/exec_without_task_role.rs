//! `exec-without-task-role`: ECS Exec is on for tasks that have no task role.

use super::exec_role_without_ssmmessages::CHANNELS;
use crate::analysis::Analysis;
use crate::diagnostic::Severity;
use crate::graph::Resource;
use crate::graph::ecs::{Compute, ExecLaunch, ExecTask, LaunchPath};
use crate::rules::{Finding, Rule, Scope, Sink, Status};
use crate::values::{Expression, Formula, Unknown, Value, Verdict};

pub(super) static RULE: Rule = Rule {
    code: "ECS103",
    name: "exec-without-task-role",
    severity: Severity::Error,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/ecs/exec-without-task-role.md"),
    scope: Scope::Deployment,
    options: &[],
    check,
};

/// What stands in for a missing task role.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fallback {
    /// Nothing.
    None,
    /// The role of the instance, which may not open the channels.
    Powerless,
    /// The role of the instance, of which that is not known.
    Instance,
}

fn check(analysis: &Analysis, sink: &mut Sink) {
    if !analysis.mentions(&["EnableExecuteCommand"]) {
        return;
    }
    let (graph, values) = (analysis.graph(), analysis.values());
    for task in graph.exec_tasks() {
        let roles = values.property(&task.definition.properties, "TaskRoleArn");
        let absent = values.formulas.any(roles.iter().flat_map(|role| values.cases_of(role)).map(|case| match &case.value {
            Value::Absent => case.when,
            // A parameter that is empty by default says "none" with that.
            Value::Text(text) if values.with_defaults(text).is_some_and(|text| text.is_empty()) => {
                values.formulas.and(case.when, values.text_is(text, ""))
            }
            Value::Text(_) | Value::Structure(_) | Value::Unknown(_) | Value::Invalid => Formula::FALSE,
        }));
        let found = [Fallback::None, Fallback::Powerless, Fallback::Instance].into_iter().find_map(|fallback| {
            let (mut exists, mut hits) = (Formula::FALSE, Formula::FALSE);
            for launch in task.launches.iter().filter(|launch| !may_override(launch)) {
                let without = values.formulas.all([launch.on, absent, falls_back(analysis, launch, fallback)]);
                if values.possible(without) {
                    exists = values.formulas.or(exists, launch.exists);
                    hits = values.formulas.or(hits, without);
                }
            }
            Some((fallback, values.verdict(exists, hits)?))
        });
        if let Some((fallback, verdict)) = found {
            sink.report(diagnostic(analysis, &task, fallback, verdict));
        }
    }
    for launch in graph.exec_launches() {
        let name = if launch.launch.path == LaunchPath::RunTask { "TaskDefinitionArn" } else { "TaskDefinition" };
        let imported = values.property(&launch.launch.settings, name).into_iter().find(|named| {
            let cases = values.cases_of(named);
            cases.iter().any(|case| is_import(&case.value) && values.possible(values.formulas.and(case.when, launch.on)))
        });
        if let Some(written) = imported.and_then(|named| named.written()) {
            let owner = launch.launch.owner;
            let message = format!(
                "`{}` has ECS Exec on, and whether its tasks have a role for it is not known: the task definition is imported",
                owner.logical_id()
            );
            let finding = Finding::at(graph.entry_span(written.node), message)
                .node(written.node)
                .resource(graph, &owner)
                .severity(Severity::Info)
                .unknown()
                .label(graph.exec_switch(&launch), "ECS Exec is on here")
                .help("check together with the template that exports the task definition");
            sink.report(finding);
        }
    }
}

fn is_import(value: &Value) -> bool {
    matches!(value, Value::Unknown(Unknown::Import))
        || matches!(value, Value::Text(text) if text.unknown() == Some(Unknown::Import))
}

/// Whether the launch may bring a task role of its own, in its `Overrides` or in the event's input.
fn may_override(launch: &ExecLaunch) -> bool {
    let node = launch.launch.resource.declaration.node;
    launch.launch.path == LaunchPath::RunTask && node.tree().source().slice(node.span()).contains("askRoleArn")
}

/// When a launch's tasks run where this stands in for a missing task role.
fn falls_back<'t>(analysis: &Analysis<'t>, launch: &ExecLaunch<'t>, fallback: Fallback) -> Formula {
    let (graph, values) = (analysis.graph(), analysis.values());
    let run_task = launch.launch.path == LaunchPath::RunTask;
    let kinds = graph.compute(&launch.launch);
    let of = |wanted: &[Compute]| {
        let kinds = kinds.iter().filter(|(_, compute)| wanted.contains(compute)).map(|(when, _)| *when);
        values.formulas.any(kinds.collect::<Vec<_>>())
    };
    match fallback {
        Fallback::None if run_task => Formula::TRUE,
        Fallback::None => of(&[Compute::Fargate, Compute::ManagedInstances]),
        Fallback::Powerless => values.formulas.and(of(&[Compute::Ec2]), instances(analysis, launch).powerless),
        Fallback::Instance => values.formulas.and(of(&[Compute::Ec2]), instances(analysis, launch).undecided),
    }
}

/// What the instances that run a launch's tasks may do.
struct Instances<'t> {
    /// When their role may not open the channels, for certain.
    powerless: Formula,
    /// When that is not known.
    undecided: Formula,
    /// The roles that may not, and where their profiles are named.
    roles: Vec<(Resource<'t>, Expression<'t>)>,
}

fn instances<'t>(analysis: &Analysis<'t>, launch: &ExecLaunch<'t>) -> Instances<'t> {
    let (graph, formulas) = (analysis.graph(), &analysis.values().formulas);
    let mut instances = Instances { powerless: Formula::FALSE, undecided: Formula::FALSE, roles: Vec::new() };
    for found in graph.instance_roles(&launch.launch) {
        let Some((role, named)) = found.role else {
            instances.undecided = formulas.or(instances.undecided, found.when);
            continue;
        };
        let permissions = graph.permissions(&role);
        let grants = CHANNELS.map(|action| permissions.grants(graph, action));
        let denied = formulas.and(found.when, formulas.any(grants.map(|grant| grant.denied(formulas))));
        let allowed = formulas.all(grants.map(|grant| grant.allowed));
        instances.powerless = formulas.or(instances.powerless, denied);
        let undecided = formulas.all([found.when, formulas.not(allowed), formulas.not(denied)]);
        instances.undecided = formulas.or(instances.undecided, undecided);
        if analysis.values().possible(denied) && instances.roles.iter().all(|(known, _)| known.id != role.id) {
            instances.roles.push((role, named));
        }
    }
    instances
}

fn diagnostic<'t>(analysis: &Analysis<'t>, task: &ExecTask<'t>, fallback: Fallback, verdict: Verdict) -> Finding<'t> {
    let graph = analysis.graph();
    let definition = task.definition.resource;
    let name = definition.logical_id();
    let message = match fallback {
        Fallback::None => format!("`{name}` runs with ECS Exec on and has no task role, so no session can be opened"),
        Fallback::Powerless => {
            let roles = task.launches.iter().flat_map(|launch| instances(analysis, launch).roles);
            let role = roles.map(|(role, _)| role.logical_id()).next().unwrap_or_default();
            format!(
                "`{name}` runs with ECS Exec on and has no task role, and `{role}`, the role of its instances, opens no session"
            )
        }
        Fallback::Instance => format!("`{name}` runs with ECS Exec on and has no task role, so the role of the instance decides"),
    };
    let severity = match (fallback, &verdict) {
        (Fallback::Instance, _) => Severity::Info,
        (Fallback::Powerless, _) => Severity::Warning,
        (Fallback::None, Verdict::Possible(witness)) if !witness.with_defaults => Severity::Warning,
        (Fallback::None, _) => Severity::Error,
    };
    let mut finding = Finding::at(definition.place(), message)
        .node(definition.declaration.node)
        .resource(graph, &definition)
        .severity(severity)
        .verdict(verdict)
        .here("no `TaskRoleArn`");
    for launch in &task.launches {
        let owner = launch.launch.owner.logical_id();
        finding = finding.label(graph.exec_switch(launch), format!("`{owner}` runs it with ECS Exec on"));
    }
    if fallback == Fallback::Powerless {
        let mut labelled = Vec::new();
        for (role, named) in task.launches.iter().flat_map(|launch| instances(analysis, launch).roles) {
            if labelled.contains(&role.id) {
                continue;
            }
            labelled.push(role.id);
            finding = finding
                .label(role.place(), "does not allow all four `ssmmessages` actions")
                .label(graph.entry_span(named.node), "the instances that run the tasks have its profile");
        }
    }
    let values = graph.values();
    for role in values.property(&task.definition.properties, "ExecutionRoleArn") {
        if let Some(written) = role.written() {
            finding = finding.label(graph.entry_span(written.node), "ECS itself uses this role; the agent of ECS Exec does not");
        }
    }
    match fallback {
        Fallback::None => finding.note("the agent of ECS Exec opens its channels with the task role"),
        Fallback::Powerless => finding.note("without a task role, tasks on EC2 use the role of the instance"),
        Fallback::Instance => finding.note("without a task role, tasks on EC2 use the role of the instance").unknown(),
    }
    .help("give the definition a `TaskRoleArn` whose role allows the four `ssmmessages` actions, see `cfnvet explain ECS104`")
}
