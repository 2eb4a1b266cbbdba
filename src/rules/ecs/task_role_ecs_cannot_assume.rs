//! `task-role-ecs-cannot-assume`: the role of a task does not trust ECS.

use crate::analysis::Analysis;
use crate::diagnostic::{Safety, Severity};
use crate::graph::Resource;
use crate::graph::iam::RoleUse;
use crate::rules::{Finding, Rule, Scope, Sink, Status};
use crate::syntax::Node;
use crate::text::Edit;
use crate::values::Verdict;

pub(super) static RULE: Rule = Rule {
    code: "ECS119",
    name: "task-role-ecs-cannot-assume",
    severity: Severity::Error,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/ecs/task-role-ecs-cannot-assume.md"),
    scope: Scope::Deployment,
    options: &[],
    check,
};

/// Who takes the roles of a task.
///
/// Source: <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html>.
const TASKS: &str = "ecs-tasks.amazonaws.com";

/// A role of a task definition: the property that names it, and the definition.
#[derive(Clone, Copy)]
struct Named<'t> {
    property: &'static str,
    definition: &'t str,
    node: Option<Node<'t>>,
}

fn check(analysis: &Analysis, sink: &mut Sink) {
    if !analysis.mentions(&["TaskRoleArn", "ExecutionRoleArn"]) || !analysis.mentions(&["AssumeRolePolicyDocument"]) {
        return;
    }
    let (graph, values) = (analysis.graph(), analysis.values());
    let mut uses = Vec::new();
    for definition in graph.task_definitions() {
        for property in ["TaskRoleArn", "ExecutionRoleArn"] {
            for named in values.property(&definition.properties, property) {
                for identity in graph.roles(&named) {
                    let Some(role) = graph.target(&identity) else { continue };
                    let node = named.written().map(|written| written.node);
                    let by = Named { property, definition: definition.resource.logical_id(), node };
                    uses.push(RoleUse { role, exists: identity.when, hits: identity.when, by });
                }
            }
        }
    }
    for (role, uses) in RoleUse::by_role(uses) {
        let exists = values.formulas.any(uses.iter().map(|each| each.exists).collect::<Vec<_>>());
        let hits = values.formulas.and(exists, graph.trusts(&role, TASKS).denied(&values.formulas));
        if let Some(verdict) = values.verdict(exists, hits) {
            let uses: Vec<Named> = uses.iter().map(|each| each.by).collect();
            sink.report(diagnostic(analysis, &role, &uses, verdict));
        }
    }
}

fn diagnostic<'t>(analysis: &Analysis<'t>, role: &Resource<'t>, uses: &[Named<'t>], verdict: Verdict) -> Finding<'t> {
    let graph = analysis.graph();
    let name = role.logical_id();
    let documents = graph.property(role, &["AssumeRolePolicyDocument"]);
    let document = documents.iter().find_map(|document| document.written()).map(|written| written.node);
    let place = document.map_or_else(|| role.place(), |document| graph.entry_key(document));
    let message = format!("`{name}` is the role of a task, and ECS cannot assume it");
    let mut finding = Finding::at(place, message)
        .node(document.unwrap_or(role.declaration.node))
        .resource(graph, role)
        .verdict(verdict)
        .here(format!("no statement lets `{TASKS}` call `sts:AssumeRole`"));
    for each in uses {
        if let Some(node) = each.node {
            finding = finding.label(graph.entry_span(node), format!("the `{}` of `{}`", each.property, each.definition));
        }
    }
    if let Some(edit) = document.and_then(trust) {
        finding = finding.fix(format!("let `{TASKS}` assume it"), Safety::Unsafe, vec![edit]);
    }
    finding
        .note("its tasks stop before they start: \"ECS was unable to assume the role\"")
        .help(format!("add a statement that lets `{TASKS}` call `sts:AssumeRole`"))
}

/// Adds a statement that trusts ECS; none where others deny.
fn trust(document: Node) -> Option<Edit> {
    let denies = document.tree().source().slice(document.span()).contains("Deny");
    let list = document.get("Statement").filter(|list| list.function().is_none() && !denies)?;
    list.append_item(&format!("{{Effect: Allow, Principal: {{Service: {TASKS}}}, Action: \"sts:AssumeRole\"}}"))
}
