//! `misplaced-service-role`: a service has a `Role` where ECS uses its service-linked role.

use crate::analysis::Analysis;
use crate::diagnostic::{Safety, Severity};
use crate::graph::ResourceGraph;
use crate::graph::ecs::Launch;
use crate::rules::{Finding, Rule, Scope, Sink, Status};
use crate::values::{Choice, Formula, Text, Value, Verdict};

pub(super) static RULE: Rule = Rule {
    code: "ECS403",
    name: "misplaced-service-role",
    severity: Severity::Error,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/ecs/misplaced-service-role.md"),
    scope: Scope::Deployment,
    options: &[],
    check,
};

fn check(analysis: &Analysis, sink: &mut Sink) {
    if !analysis.mentions(&["AWS::ECS::Service"]) || !analysis.mentions(&["Role"]) {
        return;
    }
    let graph = analysis.graph();
    for launch in graph.service_launches() {
        for role in graph.values().property(&launch.settings, "Role") {
            if let Some(finding) = diagnostic(graph, &launch, &role) {
                sink.report(finding);
            }
        }
    }
}

/// Why a service takes no role, and when.
fn reasons<'t>(graph: &ResourceGraph<'t>, launch: &Launch<'t>) -> [(Formula, &'static str); 4] {
    let (values, formulas) = (graph.values(), &graph.values().formulas);
    let definitions = graph.task_definitions_of(launch).into_iter();
    let awsvpc = definitions
        .map(|definition| formulas.and(definition.when, graph.is_surely(&definition.properties, "NetworkMode", "awsvpc")));
    let awsvpc = formulas.any(awsvpc.collect::<Vec<_>>());
    let certain = |list: &str| -> Vec<Formula> {
        let items = values.property(&launch.settings, list).into_iter().flat_map(|list| values.items(&list));
        items.filter(|item| item.written().is_some()).map(|item| item.when).collect()
    };
    let balancers = certain("LoadBalancers");
    let two = balancers
        .iter()
        .enumerate()
        .flat_map(|(index, first)| balancers[index + 1..].iter().map(|second| formulas.and(*first, *second)).collect::<Vec<_>>());
    [
        (awsvpc, "its tasks use the `awsvpc` network mode"),
        (graph.is_empty(&launch.settings, "LoadBalancers"), "it has no load balancer"),
        (formulas.any(two.collect::<Vec<_>>()), "it has several target groups"),
        (formulas.any(certain("ServiceRegistries")), "it uses service discovery"),
    ]
}

fn diagnostic<'t>(graph: &ResourceGraph<'t>, launch: &Launch<'t>, role: &Choice<'t>) -> Option<Finding<'t>> {
    let (values, formulas) = (graph.values(), &graph.values().formulas);
    let written = role.written()?;
    let given = values.cases_of(role).into_iter().filter_map(|case| match &case.value {
        Value::Text(text) => Some(formulas.and(case.when, is_given(graph, text))),
        _ => None,
    });
    let given = formulas.any(given.collect::<Vec<_>>());
    let reasons = reasons(graph, launch).map(|(when, reason)| (formulas.and(given, when), reason));
    let (_, reason) = reasons.iter().find(|(when, _)| values.possible(formulas.and(role.when, *when)))?;
    let verdict = values.verdict(role.when, formulas.any(reasons.map(|(when, _)| when)))?;
    let definite = verdict == Verdict::Definite;
    let name = launch.resource.logical_id();
    let finding = Finding::at(graph.entry_span(written.node), format!("`{name}` cannot have a `Role`, because {reason}"))
        .node(written.node)
        .resource(graph, &launch.resource)
        .here("not permitted here")
        .verdict(verdict)
        .note("ECS uses its service-linked role here")
        .help("remove `Role`");
    // What is written for one case only is right in the others.
    let removal = written.node.parent().filter(|_| definite).and_then(|settings| settings.remove_entry("Role"));
    Some(match removal {
        Some(edit) => finding.fix("remove `Role`", Safety::Unsafe, vec![edit]),
        None => finding,
    })
}

/// When a role is more than an empty string.
fn is_given<'t>(graph: &ResourceGraph<'t>, role: &Text<'t>) -> Formula {
    let values = graph.values();
    if !values.is_open(role) {
        return values.formulas.not(values.text_is(role, ""));
    }
    // A parameter that is empty by default is there to be left out.
    let left_out = values.with_defaults(role).is_some_and(|role| role.is_empty());
    if left_out { Formula::FALSE } else { Formula::TRUE }
}
