//! `incompatible-task-definition`: a task definition is validated for other compute than the one that runs it.

use super::compute::{demand_of_runs, finding_at, label_demand};
use crate::analysis::Analysis;
use crate::diagnostic::{Safety, Severity};
use crate::graph::ResourceGraph;
use crate::graph::ecs::{Compute, Fit};
use crate::rules::{Finding, Rule, Scope, Sink, Status};
use crate::syntax::Node;
use crate::values::{Choice, Formula, Value, Verdict};

pub(super) static RULE: Rule = Rule {
    code: "ECS301",
    name: "incompatible-task-definition",
    severity: Severity::Error,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/ecs/incompatible-task-definition.md"),
    scope: Scope::Deployment,
    options: &[],
    check,
};

fn check(analysis: &Analysis, sink: &mut Sink) {
    if !analysis.mentions(&["RequiresCompatibilities"]) {
        return;
    }
    let graph = analysis.graph();
    let values = graph.values();
    for fit in graph.fits() {
        for compute in [Compute::Fargate, Compute::ManagedInstances] {
            let demand = demand_of_runs(graph, &fit, compute);
            if !values.possible(demand.when) {
                continue;
            }
            for list in values.property(&fit.definition.properties, "RequiresCompatibilities") {
                let hits = values.formulas.and(demand.when, leaves_out(graph, &list, compute));
                if let Some(written) = list.written()
                    && let Some(verdict) = values.verdict(demand.exists, hits)
                {
                    sink.report(diagnostic(graph, &fit, compute, written.node, (hits, verdict)));
                }
            }
        }
    }
}

/// When a list that is written out names other kinds of compute, and not this one.
fn leaves_out<'t>(graph: &ResourceGraph<'t>, list: &Choice<'t>, compute: Compute) -> Formula {
    let (values, formulas) = (graph.values(), &graph.values().formulas);
    let Some(word) = compute.compatibility() else { return Formula::FALSE };
    let items = values.items(list);
    let present = formulas.any(items.iter().map(|item| item.when).collect::<Vec<_>>());
    let others = items.iter().map(|item| {
        let cases = values.cases_of(item).into_iter().map(|case| match &case.value {
            Value::Text(text) => formulas.and(case.when, graph.denied(text, &[word])),
            _ => Formula::FALSE,
        });
        let another = formulas.any(cases.collect::<Vec<_>>());
        formulas.or(formulas.not(item.when), another)
    });
    formulas.all([list.when, present, formulas.all(others.collect::<Vec<_>>())])
}

fn diagnostic<'t>(
    graph: &ResourceGraph<'t>,
    fit: &Fit<'t>,
    compute: Compute,
    list: Node<'t>,
    (hits, verdict): (Formula, Verdict),
) -> Finding<'t> {
    let resource = fit.definition.resource;
    let (name, word) = (resource.logical_id(), compute.compatibility().unwrap_or_default());
    let runs = if matches!(verdict, Verdict::Definite) { "runs" } else { "can run" };
    let message = format!("`{name}` {runs} on {}, which its `RequiresCompatibilities` does not name", compute.as_str());
    let mut finding = finding_at(graph, Some(graph.expression(&resource, list)), (resource.place(), None), message)
        .resource(graph, &resource)
        .verdict(verdict)
        .here(format!("`{word}` is missing"))
        .help(format!("add `{word}` to `RequiresCompatibilities`, or run the task on what it names"));
    finding = match compute {
        Compute::Fargate => finding.note("ECS refuses to start it: \"Task definition does not support launch_type FARGATE\""),
        _ => finding
            .severity(Severity::Info)
            .note("ECS checks a task definition for Managed Instances only where `RequiresCompatibilities` asks for it"),
    };
    finding = label_demand(graph, finding, fit, compute, hits);
    match list.append_item(word) {
        Some(edit) => finding.fix(format!("add `{word}`"), Safety::Unsafe, vec![edit]),
        None => finding,
    }
}
