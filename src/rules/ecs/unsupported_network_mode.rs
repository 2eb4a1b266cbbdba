//! `unsupported-network-mode`: a task definition's network mode is none that its compute offers.

use super::compute::{demand, finding_at, help_for, label_demand, ties, written_where};
use crate::analysis::Analysis;
use crate::diagnostic::{Safety, Severity};
use crate::graph::ResourceGraph;
use crate::graph::ecs::{Compute, Fit};
use crate::rules::{Finding, Rule, Scope, Sink, Status};
use crate::values::{Formula, Verdict};

pub(super) static RULE: Rule = Rule {
    code: "ECS302",
    name: "unsupported-network-mode",
    severity: Severity::Error,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/ecs/unsupported-network-mode.md"),
    scope: Scope::Deployment,
    options: &[],
    check,
};

fn check(analysis: &Analysis, sink: &mut Sink) {
    if !analysis.mentions(&["AWS::ECS::TaskDefinition"]) {
        return;
    }
    let graph = analysis.graph();
    let values = graph.values();
    for fit in graph.fits() {
        for compute in [Compute::Fargate, Compute::ManagedInstances, Compute::External] {
            let demand = demand(graph, &fit, compute);
            if !values.possible(demand.when) {
                continue;
            }
            let hits = values.formulas.and(demand.when, wrong_mode(graph, &fit, compute));
            if let Some(verdict) = values.verdict(demand.exists, hits) {
                sink.report(diagnostic(graph, &fit, compute, (hits, verdict)));
            }
        }
    }
}

fn wrong_mode<'t>(graph: &ResourceGraph<'t>, fit: &Fit<'t>, compute: Compute) -> Formula {
    let properties = &fit.definition.properties;
    let other_than = |modes: &[&str]| {
        graph.values().formulas.or(graph.says_other(properties, "NetworkMode", modes), graph.lacks(properties, "NetworkMode"))
    };
    match compute {
        Compute::Fargate => other_than(&["awsvpc"]),
        Compute::ManagedInstances => other_than(&["awsvpc", "host", "none"]),
        Compute::External => graph.says(properties, "NetworkMode", &["awsvpc"]),
        Compute::Ec2 | Compute::Unknown => Formula::FALSE,
    }
}

fn diagnostic<'t>(
    graph: &ResourceGraph<'t>,
    fit: &Fit<'t>,
    compute: Compute,
    (hits, verdict): (Formula, Verdict),
) -> Finding<'t> {
    let (resource, properties) = (fit.definition.resource, &fit.definition.properties);
    let (name, kind) = (resource.logical_id(), compute.as_str());
    let offered = match compute {
        Compute::Fargate => "Fargate offers only `awsvpc`",
        Compute::ManagedInstances => "Managed Instances offer `awsvpc` and `host`, and need it said",
        _ => "external instances offer `bridge`, `host` and `none`",
    };
    let help = match compute {
        Compute::Fargate | Compute::ManagedInstances => {
            "set `NetworkMode` to `awsvpc`, and give what runs the task a `NetworkConfiguration`"
        }
        _ => "set `NetworkMode` to `bridge` or `host`",
    };
    let written = written_where(graph, properties, "NetworkMode", hits);
    let tie = ties(graph, fit, compute, hits, &verdict);
    let mode = written.and_then(|written| written.node.as_str().filter(|_| written.node.function().is_none()));
    let message = match mode {
        Some(mode) => format!("`{name}` {tie} {kind} with network mode `{mode}`"),
        None if written.is_none() => format!("`{name}` {tie} {kind} without a `NetworkMode`"),
        None => format!("`{name}` {tie} {kind} with a network mode that it does not offer"),
    };
    let otherwise = (resource.place(), Some(resource.declaration.node));
    let mut finding = finding_at(graph, written, otherwise, message)
        .resource(graph, &resource)
        .verdict(verdict)
        .here(if written.is_some() { offered } else { "without `NetworkMode`, `bridge` is used" })
        .help(help_for(tie, compute, help.to_owned()));
    if written.is_none() {
        finding = finding.note(offered);
    }
    finding = label_demand(graph, finding, fit, compute, hits);
    let edit = match written {
        Some(written) => written.node.replace_scalar("awsvpc"),
        None => properties.written().and_then(|properties| properties.node.insert_entry("NetworkMode", "awsvpc")),
    };
    let edit = edit.filter(|_| compute == Compute::Fargate);
    match edit {
        Some(edit) => finding.fix("set `NetworkMode` to `awsvpc`", Safety::Unsafe, vec![edit]),
        None => finding,
    }
}
