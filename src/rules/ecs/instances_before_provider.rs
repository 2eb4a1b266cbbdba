//! `instances-before-provider`: a group starts instances before its capacity provider exists.

use crate::analysis::Analysis;
use crate::diagnostic::Severity;
use crate::graph::ecs::HostGroup;
use crate::rules::{Finding, Rule, Scope, Sink, Status};
use crate::values::{Expression, Formula, Text, Value, Verdict};

pub(super) static RULE: Rule = Rule {
    code: "ECS214",
    name: "instances-before-provider",
    severity: Severity::Info,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/ecs/instances-before-provider.md"),
    scope: Scope::Deployment,
    options: &[],
    check,
};

fn check(analysis: &Analysis, sink: &mut Sink) {
    if !analysis.mentions(&["AutoScalingGroupProvider"]) {
        return;
    }
    let (graph, values) = (analysis.graph(), analysis.values());
    let mut known = Vec::new();
    for host in graph.host_groups() {
        for property in ["DesiredCapacity", "MinSize"] {
            let Some((hits, written)) = starts_instances(analysis, &host, property) else { continue };
            if known.contains(&host.group.id) {
                continue;
            }
            if let Some(verdict) = values.verdict(host.when, hits) {
                known.push(host.group.id);
                sink.report(diagnostic(analysis, &host, written, verdict));
            }
        }
    }
}

/// When a size says that the group starts instances at once, and where.
fn starts_instances<'t>(analysis: &Analysis<'t>, host: &HostGroup<'t>, name: &str) -> Option<(Formula, Expression<'t>)> {
    let (graph, values) = (analysis.graph(), analysis.values());
    let formulas = &values.formulas;
    let (mut hits, mut place) = (Formula::FALSE, None);
    for size in graph.property(&host.group, &[name]) {
        let Some(written) = size.written() else { continue };
        for case in values.cases(written, size.when) {
            let Value::Text(text) = &case.value else { continue };
            let default = values.with_defaults(text).filter(|count| count.trim().parse::<u32>().is_ok_and(|count| count > 0));
            let same = default.and_then(|default| values.known_to_be_same(text, &Text::literal(default), case.when));
            if let Some(same) = same {
                hits = formulas.or(hits, formulas.all([host.when, case.when, same]));
                place = place.or(Some(written));
            }
        }
    }
    Some((hits, place?))
}

fn diagnostic<'t>(analysis: &Analysis<'t>, host: &HostGroup<'t>, written: Expression<'t>, verdict: Verdict) -> Finding<'t> {
    let graph = analysis.graph();
    let (group, provider) = (host.group.logical_id(), host.provider.logical_id());
    Finding::at(
        graph.entry_span(written.node),
        format!("`{group}` starts instances before its capacity provider `{provider}` exists"),
    )
    .node(written.node)
    .resource(graph, &host.group)
    .verdict(verdict)
    .here("instances start with the group")
    .label(graph.entry_span(host.block.written.node), "the provider is created after the group")
    .note("AWS recommends a new, empty group: instances that registered earlier may not count as the provider's")
    .help("start with no instances, and let managed scaling start them")
}
