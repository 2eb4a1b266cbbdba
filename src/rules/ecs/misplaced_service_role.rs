//! `misplaced-service-role`: a service has a `Role` where ECS uses its service-linked role.

use super::compute::{chosen, entry};
use crate::analysis::Analysis;
use crate::diagnostic::{Safety, Severity};
use crate::graph::ResourceGraph;
use crate::graph::ecs::{Compute, Launch};
use crate::rules::{Finding, Rule, Scope, Sink, Status};
use crate::text::Place;
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

/// Why a service takes no role.
struct Reason {
    when: Formula,
    words: &'static str,
    /// Where that is written, and what about it.
    shown: Option<(Place, String)>,
}

fn reasons<'t>(graph: &ResourceGraph<'t>, launch: &Launch<'t>) -> Vec<Reason> {
    let (values, formulas) = (graph.values(), &graph.values().formulas);
    let certain = |list: &str| -> Vec<Formula> {
        let items = values.property(&launch.settings, list).into_iter().flat_map(|list| values.items(&list));
        items.filter(|item| item.written().is_some()).map(|item| item.when).collect()
    };
    let balancers = certain("LoadBalancers");
    let two = balancers
        .iter()
        .enumerate()
        .flat_map(|(index, first)| balancers[index + 1..].iter().map(|second| formulas.and(*first, *second)).collect::<Vec<_>>());
    let mut reasons = awsvpc(graph, launch);
    reasons.extend(
        [
            (graph.is_empty(&launch.settings, "LoadBalancers"), "it has no load balancer"),
            (formulas.any(two.collect::<Vec<_>>()), "it has several target groups"),
            (formulas.any(certain("ServiceRegistries")), "it uses service discovery"),
        ]
        .map(|(when, words)| Reason { when, words, shown: None }),
    );
    reasons
}

/// What shows that the tasks of a service use the `awsvpc` network mode: their definition, Fargate, or a network configuration,
/// which no other mode takes.
fn awsvpc<'t>(graph: &ResourceGraph<'t>, launch: &Launch<'t>) -> Vec<Reason> {
    let (values, formulas) = (graph.values(), &graph.values().formulas);
    let (mut reasons, mut other) = (Vec::new(), Formula::FALSE);
    for definition in graph.task_definitions_of(launch) {
        let properties = &definition.properties;
        let when = formulas.and(definition.when, graph.is_surely(properties, "NetworkMode", "awsvpc"));
        let mode = values.property(properties, "NetworkMode").into_iter().filter(|mode| values.possible(mode.when));
        let shown = mode.filter_map(|mode| mode.written()).next();
        let shown = shown.map(|written| (entry(graph, written.node), "the mode is set here".to_owned()));
        reasons.push(Reason { when, words: "its tasks use the `awsvpc` network mode", shown });
        let another =
            formulas.or(graph.says_other(properties, "NetworkMode", &["awsvpc"]), graph.lacks(properties, "NetworkMode"));
        other = formulas.or(other, formulas.and(definition.when, another));
    }
    // A definition that says another mode is at fault itself.
    let plain = formulas.not(other);
    reasons.push(Reason {
        when: formulas.and(graph.runs_on(launch, Compute::Fargate), plain),
        words: "its tasks run on Fargate, in the `awsvpc` network mode",
        shown: chosen(graph, launch, Compute::Fargate),
    });
    for configuration in values.path(&launch.settings, &["NetworkConfiguration", "AwsvpcConfiguration"]) {
        if let Some(written) = configuration.written() {
            let shown = (graph.entry_key(written.node), "only this mode takes a network configuration".to_owned());
            let when = formulas.and(configuration.when, plain);
            reasons.push(Reason { when, words: "its tasks use the `awsvpc` network mode", shown: Some(shown) });
        }
    }
    reasons
}

fn diagnostic<'t>(graph: &ResourceGraph<'t>, launch: &Launch<'t>, role: &Choice<'t>) -> Option<Finding<'t>> {
    let (values, formulas) = (graph.values(), &graph.values().formulas);
    let written = role.written()?;
    let given = values.cases_of(role).into_iter().filter_map(|case| match &case.value {
        Value::Text(text) => Some(formulas.and(case.when, is_given(graph, text))),
        _ => None,
    });
    let given = formulas.any(given.collect::<Vec<_>>());
    let reasons = reasons(graph, launch);
    let hits = formulas.and(given, formulas.any(reasons.iter().map(|reason| reason.when).collect::<Vec<_>>()));
    let verdict = values.verdict(role.when, hits)?;
    let Reason { words: reason, shown, .. } =
        reasons.into_iter().find(|reason| values.possible(formulas.all([role.when, given, reason.when])))?;
    let definite = verdict == Verdict::Definite;
    let name = launch.resource.logical_id();
    let finding = Finding::at(graph.entry_span(written.node), format!("`{name}` cannot have a `Role`, because {reason}"))
        .node(written.node)
        .resource(graph, &launch.resource)
        .here("not permitted here")
        .verdict(verdict)
        .note("ECS uses its service-linked role here")
        .help("remove `Role`");
    let finding = match shown {
        Some((place, text)) => finding.label(place, text),
        None => finding,
    };
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
