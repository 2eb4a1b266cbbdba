//! `missing-execution-role`: ECS has to fetch something for a task, and has no role to do it with, or one that may not.

use std::cell::LazyCell;

use crate::analysis::Analysis;
use crate::diagnostic::Severity;
use crate::graph::ecs::{Compute, TaskDefinition};
use crate::graph::iam::RoleUse;
use crate::graph::{Resource, ResourceGraph};
use crate::rules::{Finding, Rule, Scope, Sink, Status};
use crate::text::Place;
use crate::values::{Choice, Formula, Part, ResourceId, Text, Value, Verdict};

pub(super) static RULE: Rule = Rule {
    code: "ECS412",
    name: "missing-execution-role",
    severity: Severity::Error,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/ecs/missing-execution-role.md"),
    scope: Scope::Deployment,
    options: &[],
    check,
};

const READ_SECRET: &str = "secretsmanager:GetSecretValue";

/// Source: the managed policy `AmazonECSTaskExecutionRolePolicy`,
/// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_execution_IAM_role.html>. Layers of images may be given by
/// the policy of the repository, the token only by a policy of the role.
const TO_PULL: [&str; 1] = ["ecr:GetAuthorizationToken"];
const TO_LOG: [&str; 2] = ["logs:CreateLogStream", "logs:PutLogEvents"];

/// Something that only the execution role can fetch or write.
#[derive(Clone)]
struct Need<'t> {
    /// When.
    when: Formula,
    /// What it is.
    what: &'static str,
    /// Where it is written.
    place: Place,
    /// What the role must be allowed for it, where that is known.
    actions: &'static [&'static str],
    /// The task definition.
    definition: &'t str,
}

fn check(analysis: &Analysis, sink: &mut Sink) {
    if !analysis.mentions(&["AWS::ECS::TaskDefinition"]) {
        return;
    }
    let graph = analysis.graph();
    let (values, formulas) = (graph.values(), &graph.values().formulas);
    let runs = LazyCell::new(|| fargate_runs(graph));
    let mut uses = Vec::new();
    for definition in graph.task_definitions() {
        let needs = needs(graph, &definition, || on_fargate(graph, &definition, &runs));
        if needs.is_empty() {
            continue;
        }
        let missing = graph.is_absent(&definition.properties, &["ExecutionRoleArn"]);
        let unmet = needs.iter().filter(|need| values.possible(formulas.all([definition.when, missing, need.when])));
        let unmet: Vec<&Need> = unmet.collect();
        let needed = formulas.any(unmet.iter().map(|need| need.when));
        if let (Some(need), Some(verdict)) = (unmet.first(), values.verdict(definition.when, formulas.and(missing, needed))) {
            sink.report(without_role(graph, &definition, need, verdict));
        }
        let named = values.property(&definition.properties, "ExecutionRoleArn");
        for identity in named.iter().flat_map(|role| graph.roles(role)) {
            let Some(role) = graph.target(&identity) else { continue };
            let exists = formulas.and(definition.when, identity.when);
            uses.extend(needs.iter().map(|need| RoleUse {
                role,
                exists,
                hits: formulas.and(identity.when, need.when),
                by: need.clone(),
            }));
        }
    }
    for (role, uses) in RoleUse::by_role(uses) {
        report_denied(graph, &role, &uses, sink);
    }
}

fn without_role<'t>(
    graph: &ResourceGraph<'t>,
    definition: &TaskDefinition<'t>,
    need: &Need<'t>,
    verdict: Verdict,
) -> Finding<'t> {
    let name = definition.resource.logical_id();
    Finding::at(definition.resource.place(), format!("`{name}` has no execution role for {}", need.what))
        .node(definition.resource.declaration.node)
        .resource(graph, &definition.resource)
        .label(need.place.clone(), "needs the execution role")
        .verdict(verdict)
        .help("add `ExecutionRoleArn` with a role that `ecs-tasks.amazonaws.com` may assume")
}

/// Reports the actions that a role does not allow, each once.
fn report_denied<'t>(graph: &ResourceGraph<'t>, role: &Resource<'t>, uses: &[RoleUse<'t, Need<'t>>], sink: &mut Sink) {
    let (values, formulas) = (graph.values(), &graph.values().formulas);
    let permissions = graph.permissions(role);
    let mut actions: Vec<&str> = uses.iter().flat_map(|each| each.by.actions.iter().copied()).collect();
    actions.sort_unstable();
    actions.dedup();
    for action in actions {
        let denied = permissions.grants(graph, action).denied(formulas);
        let needing: Vec<_> = uses.iter().filter(|each| each.by.actions.contains(&action)).collect();
        let exists = formulas.any(needing.iter().map(|each| each.exists).collect::<Vec<_>>());
        let hits = formulas.any(needing.iter().map(|each| formulas.and(each.hits, denied)).collect::<Vec<_>>());
        let (Some(verdict), Some(first)) = (values.verdict(exists, hits), needing.first()) else { continue };
        let Need { what, definition, place, .. } = &first.by;
        let name = role.logical_id();
        let message = format!("execution role `{name}` does not allow `{action}`, which `{definition}` needs for {what}");
        let finding = Finding::at(role.place(), message)
            .node(role.declaration.node)
            .resource(graph, role)
            .severity(Severity::Warning)
            .label(place.clone(), "needs the execution role")
            .verdict(verdict)
            .help(format!("allow `{action}` in a policy of `{name}`"));
        sink.report(finding);
    }
}

fn needs<'t>(graph: &ResourceGraph<'t>, definition: &TaskDefinition<'t>, on_fargate: impl FnOnce() -> Formula) -> Vec<Need<'t>> {
    let (values, formulas) = (graph.values(), &graph.values().formulas);
    let owner = definition.resource.logical_id();
    let (mut needs, mut fargate) = (Vec::new(), Vec::new());
    for container in graph.containers(definition) {
        let mut list = |mapping: &Choice<'t>, name: &str, what| {
            for item in values.property(mapping, name).iter().flat_map(|list| values.items(list)) {
                if let Some(written) = item.written() {
                    let (place, actions) = (written.node.place(), to_read(graph, &item));
                    needs.push(Need { when: item.when, what, place, actions, definition: owner });
                }
            }
        };
        list(&container.settings, "Secrets", "its secrets");
        let logging = values.property(&container.settings, "LogConfiguration");
        for logging in &logging {
            list(logging, "SecretOptions", "the secrets of its log driver");
        }
        for credentials in values.property(&container.settings, "RepositoryCredentials") {
            if let Some(written) = credentials.written() {
                let (place, what) = (graph.entry_span(written.node), "the credentials of a registry");
                needs.push(Need { when: credentials.when, what, place, actions: &[READ_SECRET], definition: owner });
            }
        }
        for (logging, written) in logging.iter().filter_map(|logging| Some((logging, logging.written()?))) {
            let when = formulas.and(logging.when, graph.is_surely(logging, "LogDriver", "awslogs"));
            let (place, what) = (graph.entry_span(written.node), "the log driver `awslogs` on Fargate");
            fargate.push(Need { when, what, place, actions: &TO_LOG, definition: owner });
        }
        for image in values.property(&container.settings, "Image") {
            for case in values.cases_of(&image) {
                if let (Value::Text(text), Some(written)) = (&case.value, image.written())
                    && is_private_ecr(graph, text)
                {
                    let (place, what) = (graph.entry_span(written.node), "an ECR image on Fargate");
                    fargate.push(Need { when: case.when, what, place, actions: &TO_PULL, definition: owner });
                }
            }
        }
    }
    fargate.retain(|need| values.possible(need.when));
    if !fargate.is_empty() {
        let on_fargate = on_fargate();
        needs.extend(fargate.into_iter().map(|need| Need { when: formulas.and(need.when, on_fargate), ..need }));
    }
    needs
}

/// What reading a secret takes; nothing where it cannot be told what it is.
fn to_read<'t>(graph: &ResourceGraph<'t>, secret: &Choice<'t>) -> &'static [&'static str] {
    let values = graph.texts(secret, "ValueFrom");
    let [(_, value)] = values.as_slice() else { return &[] };
    let is = |service: &str, resource_type: &str| {
        value.parts().iter().any(|part| match part {
            Part::Literal(text) => text.contains(service),
            Part::Resource(id, _) => graph.resource(*id).resource_type() == resource_type,
            _ => false,
        })
    };
    if is(":secretsmanager:", "AWS::SecretsManager::Secret") {
        // The secret's own policy may let the role in.
        let by_policy = !graph.of_type("AWS::SecretsManager::ResourcePolicy").is_empty();
        return if by_policy { &[] } else { &[READ_SECRET] };
    }
    if is(":ssm:", "AWS::SSM::Parameter") { &["ssm:GetParameters"] } else { &[] }
}

/// When a task definition is one for Fargate: it says so, or something runs it there.
fn on_fargate<'t>(graph: &ResourceGraph<'t>, definition: &TaskDefinition<'t>, runs: &[(ResourceId, Formula)]) -> Formula {
    let (values, formulas) = (graph.values(), &graph.values().formulas);
    let runs = runs.iter().filter(|(id, _)| *id == definition.resource.id).map(|(_, when)| *when);
    let mut ways: Vec<Formula> = runs.collect();
    for item in values.property(&definition.properties, "RequiresCompatibilities").iter().flat_map(|list| values.items(list)) {
        for case in values.cases_of(&item) {
            if let Value::Text(text) = &case.value
                && !values.is_open(text)
            {
                ways.push(formulas.and(case.when, values.text_is(text, "FARGATE")));
            }
        }
    }
    formulas.any(ways)
}

/// The task definitions that something runs on Fargate, and when.
fn fargate_runs(graph: &ResourceGraph) -> Vec<(ResourceId, Formula)> {
    let (values, formulas) = (graph.values(), &graph.values().formulas);
    let mut runs = Vec::new();
    for launch in graph.launches() {
        let definitions = graph.task_definitions_of(&launch);
        if definitions.is_empty() {
            continue;
        }
        let fargate = graph.runs_on(&launch, Compute::Fargate);
        let there = definitions.iter().map(|definition| (definition.resource.id, formulas.and(definition.when, fargate)));
        runs.extend(there.filter(|(_, when)| values.possible(*when)));
    }
    runs
}

/// Whether an image is in a private repository of ECR.
fn is_private_ecr(graph: &ResourceGraph, image: &Text) -> bool {
    image.parts().iter().any(|part| match part {
        Part::Literal(text) => text.contains(".dkr.ecr."),
        Part::Resource(id, Some(value)) => {
            value == "RepositoryUri" && graph.resource(*id).resource_type() == "AWS::ECR::Repository"
        }
        _ => false,
    })
}
