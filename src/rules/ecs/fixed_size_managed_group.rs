//! `fixed-size-managed-group`: managed scaling is on for a group that cannot grow.

use crate::analysis::Analysis;
use crate::diagnostic::Severity;
use crate::graph::ecs::HostGroup;
use crate::rules::{Finding, Rule, Scope, Sink, Status};
use crate::values::{Expression, Formula, Text, Value, Verdict};

pub(super) static RULE: Rule = Rule {
    code: "ECS213",
    name: "fixed-size-managed-group",
    severity: Severity::Error,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/ecs/fixed-size-managed-group.md"),
    scope: Scope::Deployment,
    options: &[],
    check,
};

fn check(analysis: &Analysis, sink: &mut Sink) {
    if !analysis.mentions(&["ManagedScaling"]) {
        return;
    }
    let (graph, values) = (analysis.graph(), analysis.values());
    let formulas = &values.formulas;
    let mut known = Vec::new();
    for host in graph.host_groups() {
        let (managed, _) = host.managed_scaling;
        let (least, most) = (sizes(analysis, &host, "MinSize"), sizes(analysis, &host, "MaxSize"));
        for (when, most, written) in most {
            if known.contains(&written) {
                continue;
            }
            let exists = formulas.and(when, host.when);
            let never = values.known_to_be_same(&most, &Text::literal("0"), when).unwrap_or(Formula::FALSE);
            let never = formulas.all([managed, when, never]);
            if let Some(verdict) = values.verdict(exists, never) {
                known.push(written);
                sink.report(diagnostic(analysis, &host, written, Trouble::Never, verdict));
                continue;
            }
            let same = least
                .iter()
                .filter_map(|(when, least, _)| Some(formulas.and(*when, values.known_to_be_same(least, &most, *when)?)));
            let same = formulas.all([managed, when, formulas.any(same.collect::<Vec<_>>()), formulas.not(never)]);
            if let Some(verdict) = values.verdict(exists, same) {
                known.push(written);
                let trouble = Trouble::Fixed;
                sink.report(diagnostic(analysis, &host, written, trouble, verdict).severity(Severity::Info));
            }
        }
    }
}

/// What a size of a group can be.
fn sizes<'t>(analysis: &Analysis<'t>, host: &HostGroup<'t>, name: &str) -> Vec<(Formula, Text<'t>, Expression<'t>)> {
    let mut found = Vec::new();
    for size in analysis.graph().property(&host.group, &[name]) {
        let Some(written) = size.written() else { continue };
        for case in analysis.values().cases(written, size.when) {
            if let Value::Text(text) = case.value {
                found.push((case.when, text, written));
            }
        }
    }
    found
}

#[derive(Clone, Copy)]
enum Trouble {
    /// `MaxSize` is 0.
    Never,
    /// `MinSize` is `MaxSize`.
    Fixed,
}

fn diagnostic<'t>(
    analysis: &Analysis<'t>,
    host: &HostGroup<'t>,
    written: Expression<'t>,
    trouble: Trouble,
    verdict: Verdict,
) -> Finding<'t> {
    let graph = analysis.graph();
    let (group, provider) = (host.group.logical_id(), host.provider.logical_id());
    let (message, here) = match trouble {
        Trouble::Never => (
            format!("managed scaling of `{provider}` cannot start an instance in `{group}`"),
            "no instance can ever start".to_owned(),
        ),
        Trouble::Fixed => (
            format!("managed scaling of `{provider}` cannot scale `{group}`, whose size is fixed"),
            "`MinSize` is the same".to_owned(),
        ),
    };
    let mut finding = Finding::at(graph.entry_span(written.node), message)
        .node(written.node)
        .resource(graph, &host.group)
        .verdict(verdict)
        .here(here);
    if let (_, Some(scaling)) = host.managed_scaling {
        finding = finding.label(graph.entry_span(scaling.node), "managed scaling is on here");
    }
    finding
        .note("a task that fits on no instance would wait in PROVISIONING for one that never starts")
        .help("raise `MaxSize`, or turn managed scaling off, and managed termination protection with it")
}
