//! `missing-execution-role`: ECS has to fetch something for a task and has no role to do it with.

use crate::analysis::Analysis;
use crate::diagnostic::Severity;
use crate::graph::ResourceGraph;
use crate::graph::ecs::{Compute, TaskDefinition};
use crate::rules::{Finding, Rule, Scope, Sink, Status};
use crate::text::Place;
use crate::values::{Choice, Formula, Part, ResourceId, Text, Value};

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

/// Something that only the execution role can fetch or write.
struct Need {
    /// When.
    when: Formula,
    /// What it is.
    what: &'static str,
    /// Where it is written.
    place: Place,
}

fn check(analysis: &Analysis, sink: &mut Sink) {
    if !analysis.mentions(&["AWS::ECS::TaskDefinition"]) {
        return;
    }
    let graph = analysis.graph();
    let (values, formulas) = (graph.values(), &graph.values().formulas);
    for definition in graph.task_definitions() {
        let missing = graph.is_absent(&definition.properties, &["ExecutionRoleArn"]);
        if !values.possible(formulas.and(definition.when, missing)) {
            continue;
        }
        let mut needs = needs(graph, &definition);
        needs.retain(|need| values.possible(formulas.all([definition.when, missing, need.when])));
        let needed = formulas.any(needs.iter().map(|need| need.when));
        let (Some(need), Some(verdict)) = (needs.first(), values.verdict(definition.when, formulas.and(missing, needed))) else {
            continue;
        };
        let name = definition.resource.logical_id();
        let finding = Finding::at(definition.resource.place(), format!("`{name}` has no execution role for {}", need.what))
            .node(definition.resource.declaration.node)
            .resource(graph, &definition.resource)
            .label(need.place.clone(), "needs the execution role")
            .verdict(verdict)
            .help("add `ExecutionRoleArn` with a role that `ecs-tasks.amazonaws.com` may assume");
        sink.report(finding);
    }
}

fn needs<'t>(graph: &ResourceGraph<'t>, definition: &TaskDefinition<'t>) -> Vec<Need> {
    let (values, formulas) = (graph.values(), &graph.values().formulas);
    let fargate = on_fargate(graph, definition);
    let mut needs = Vec::new();
    for container in graph.containers(definition) {
        let mut list = |mapping: &Choice<'t>, name: &str, what| {
            for item in values.property(mapping, name).iter().flat_map(|list| values.items(list)) {
                if let Some(written) = item.written() {
                    needs.push(Need { when: item.when, what, place: written.node.place() });
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
                let place = graph.entry_span(written.node);
                needs.push(Need { when: credentials.when, what: "the credentials of a registry", place });
            }
        }
        let awslogs = |choice: &Choice<'t>| graph.is_surely(choice, "LogDriver", "awslogs");
        for (logging, written) in logging.iter().filter_map(|logging| Some((logging, logging.written()?))) {
            let when = formulas.all([fargate, logging.when, awslogs(logging)]);
            needs.push(Need { when, what: "the log driver `awslogs` on Fargate", place: graph.entry_span(written.node) });
        }
        for image in values.property(&container.settings, "Image") {
            for case in values.cases_of(&image) {
                if let (Value::Text(text), Some(written)) = (&case.value, image.written())
                    && is_private_ecr(graph, text)
                {
                    let place = graph.entry_span(written.node);
                    needs.push(Need { when: formulas.and(fargate, case.when), what: "an ECR image on Fargate", place });
                }
            }
        }
    }
    needs
}

/// When a task definition is one for Fargate: it says so, or something runs it there.
fn on_fargate<'t>(graph: &ResourceGraph<'t>, definition: &TaskDefinition<'t>) -> Formula {
    let (values, formulas) = (graph.values(), &graph.values().formulas);
    let mut ways = Vec::new();
    for item in values.property(&definition.properties, "RequiresCompatibilities").iter().flat_map(|list| values.items(list)) {
        for case in values.cases_of(&item) {
            if let Value::Text(text) = &case.value
                && !values.is_open(text)
            {
                ways.push(formulas.and(case.when, values.text_is(text, Compute::Fargate.compatibility().unwrap_or_default())));
            }
        }
    }
    for launch in graph.launches() {
        let id: ResourceId = definition.resource.id;
        let runs = graph.task_definitions_of(&launch).into_iter().filter(|other| other.resource.id == id);
        let runs = formulas.any(runs.map(|other| other.when).collect::<Vec<_>>());
        if values.possible(runs) {
            ways.push(formulas.and(runs, graph.runs_on(&launch, Compute::Fargate)));
        }
    }
    formulas.any(ways)
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
