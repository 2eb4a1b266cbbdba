//! `update-policy-with-scale-in-protection`: an update replaces instances that are protected from scale-in.

use crate::analysis::Analysis;
use crate::diagnostic::Severity;
use crate::graph::ecs::HostGroup;
use crate::graph::{Resource, ResourceGraph};
use crate::rules::{Finding, Rule, Scope, Sink, Status};
use crate::values::{Choice, Expression, Formula, Verdict};

pub(super) static RULE: Rule = Rule {
    code: "ECS223",
    name: "update-policy-with-scale-in-protection",
    severity: Severity::Warning,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/ecs/update-policy-with-scale-in-protection.md"),
    scope: Scope::Deployment,
    options: &[],
    check,
};

fn check(analysis: &Analysis, sink: &mut Sink) {
    if !analysis.mentions(&["UpdatePolicy"])
        || !analysis.mentions(&["NewInstancesProtectedFromScaleIn", "ManagedTerminationProtection"])
    {
        return;
    }
    let (graph, values) = (analysis.graph(), analysis.values());
    let mut known = Vec::new();
    for host in graph.host_groups() {
        if known.contains(&host.group.id) {
            continue;
        }
        let Some((replaces, policy)) = replacing_policy(graph, &host.group) else { continue };
        let (protected, written) = protection(graph, &host);
        let hits = values.formulas.all([host.when, replaces, protected]);
        if let (Some(verdict), Some(written)) = (values.verdict(host.when, hits), written) {
            known.push(host.group.id);
            sink.report(diagnostic(analysis, &host, policy, written, verdict));
        }
    }
}

/// When an update policy makes an update replace the instances of a group, and where it is written.
fn replacing_policy<'t>(graph: &ResourceGraph<'t>, group: &Resource<'t>) -> Option<(Formula, Expression<'t>)> {
    let values = graph.values();
    let node = group.declaration.node.get("UpdatePolicy")?;
    let (mut replaces, mut written) = (Formula::FALSE, None);
    for policy in values.choices(graph.expression(group, node), group.when) {
        for (name, needs) in [("AutoScalingRollingUpdate", None), ("AutoScalingReplacingUpdate", Some("WillReplace"))] {
            for block in values.property(&policy, name) {
                let Some(place) = block.written() else { continue };
                let when = needs.map_or(block.when, |needs| graph.is_on(&block, needs));
                if values.possible(when) {
                    replaces = values.formulas.or(replaces, when);
                    written = written.or(Some(place));
                }
            }
        }
    }
    Some((replaces, written?))
}

/// When instances are protected from scale-in, and where that is written.
fn protection<'t>(graph: &ResourceGraph<'t>, host: &HostGroup<'t>) -> (Formula, Option<Expression<'t>>) {
    let values = graph.values();
    let by_group = graph.properties(&host.group).into_iter().map(|properties| {
        (
            graph.is_on(&properties, "NewInstancesProtectedFromScaleIn"),
            values.property(&properties, "NewInstancesProtectedFromScaleIn"),
        )
    });
    let by_provider = std::iter::once((
        graph.says(&host.block.block, "ManagedTerminationProtection", &["ENABLED"]),
        values.property(&host.block.block, "ManagedTerminationProtection"),
    ));
    let (mut protected, mut written) = (Formula::FALSE, None);
    for (when, choices) in by_group.chain(by_provider) {
        if values.possible(when) {
            protected = values.formulas.or(protected, when);
            written = written.or(choices.iter().find_map(Choice::written));
        }
    }
    (protected, written)
}

fn diagnostic<'t>(
    analysis: &Analysis<'t>,
    host: &HostGroup<'t>,
    policy: Expression<'t>,
    protection: Expression<'t>,
    verdict: Verdict,
) -> Finding<'t> {
    let graph = analysis.graph();
    let group = host.group.logical_id();
    Finding::at(graph.entry_key(policy.node), format!("an update of `{group}` replaces instances that are protected from scale-in"))
        .node(policy.node)
        .resource(graph, &host.group)
        .verdict(verdict)
        .here("the update waits for instances to stop")
        .label(graph.entry_span(protection.node), "and this keeps them from stopping")
        .note("CloudFormation cannot take the protection off, so the update hangs until it times out (cloudformation-coverage-roadmap#692)")
        .help("replace the instances with an instance refresh or with managed draining, or drop the protection")
}
