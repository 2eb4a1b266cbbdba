//! `weighted-instances`: a group behind a capacity provider weighs its instance types.

use crate::analysis::Analysis;
use crate::diagnostic::{Safety, Severity};
use crate::graph::ecs::HostGroup;
use crate::rules::{Finding, Rule, Scope, Sink, Status};
use crate::text::Edit;
use crate::values::{Choice, Expression, Verdict};

pub(super) static RULE: Rule = Rule {
    code: "ECS212",
    name: "weighted-instances",
    severity: Severity::Error,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/ecs/weighted-instances.md"),
    scope: Scope::Deployment,
    options: &[],
    check,
};

fn check(analysis: &Analysis, sink: &mut Sink) {
    if !analysis.mentions(&["WeightedCapacity"]) {
        return;
    }
    let (graph, values) = (analysis.graph(), analysis.values());
    let mut known = Vec::new();
    for host in graph.host_groups() {
        if known.contains(&host.group.id) {
            continue;
        }
        let lists = graph.property(&host.group, &["MixedInstancesPolicy", "LaunchTemplate", "Overrides"]);
        let items = lists.iter().flat_map(|list| values.items(list));
        let weights: Vec<Choice> = items.flat_map(|item| values.property(&item, "WeightedCapacity")).collect();
        let written: Vec<Expression> = weights.iter().filter_map(Choice::written).collect();
        let weighted = weights.iter().filter(|weight| weight.written().is_some()).map(|weight| weight.when);
        let hits = values.formulas.and(host.when, values.formulas.any(weighted.collect::<Vec<_>>()));
        if let Some(verdict) = values.verdict(host.when, hits) {
            known.push(host.group.id);
            sink.report(diagnostic(analysis, &host, &written, verdict));
        }
    }
}

fn diagnostic<'t>(analysis: &Analysis<'t>, host: &HostGroup<'t>, weights: &[Expression<'t>], verdict: Verdict) -> Finding<'t> {
    let graph = analysis.graph();
    let (group, provider) = (host.group.logical_id(), host.provider.logical_id());
    let message = format!("`{group}` weighs its instance types, which its capacity provider `{provider}` does not support");
    let mut finding = match weights {
        [first, ..] => Finding::at(graph.entry_span(first.node), message).node(first.node),
        [] => Finding::at(host.group.place(), message),
    };
    finding = finding.resource(graph, &host.group).verdict(verdict).here("an instance counts as one for ECS");
    for weight in weights.iter().skip(1) {
        finding = finding.label(graph.entry_span(weight.node), "weighs another type");
    }
    let removals: Option<Vec<Edit>> =
        weights.iter().map(|weight| weight.node.parent()?.remove_entry("WeightedCapacity")).collect();
    if let Some(removals) = removals {
        finding = finding.fix("remove the weights", Safety::Unsafe, removals);
    }
    finding
        .label(graph.entry_span(host.block.written.node), "the group is this provider's capacity")
        .note("ECS counts instances, and such a group counts weights; AWS supports no instance weighting here")
        .help("remove `WeightedCapacity` from every override")
}
