//! `exec-on-ipv6-only-subnet`: ECS Exec is on, and tasks can start in a subnet that has IPv6 only.

use crate::analysis::Analysis;
use crate::diagnostic::Severity;
use crate::graph::Resource;
use crate::graph::ecs::ExecLaunch;
use crate::rules::{Finding, Rule, Scope, Sink, Status};
use crate::values::{Expression, Verdict};

pub(super) static RULE: Rule = Rule {
    code: "ECS114",
    name: "exec-on-ipv6-only-subnet",
    severity: Severity::Error,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/ecs/exec-on-ipv6-only-subnet.md"),
    scope: Scope::Deployment,
    options: &[],
    check,
};

fn check(analysis: &Analysis, sink: &mut Sink) {
    if !analysis.mentions(&["EnableExecuteCommand"]) || !analysis.mentions(&["Ipv6Native"]) {
        return;
    }
    let (graph, values) = (analysis.graph(), analysis.values());
    for found in graph.exec_launches() {
        for (when, subnet, item) in graph.subnets_of(&found.launch) {
            let Some((native, written)) = graph.ipv6_native(&subnet) else { continue };
            let exists = values.formulas.and(found.exists, when);
            let hits = values.formulas.all([found.on, when, native]);
            if let Some(verdict) = values.verdict(exists, hits) {
                sink.report(diagnostic(analysis, &found, &subnet, item, written, verdict));
            }
        }
    }
}

fn diagnostic<'t>(
    analysis: &Analysis<'t>,
    found: &ExecLaunch<'t>,
    subnet: &Resource<'t>,
    item: Expression<'t>,
    native: Expression<'t>,
    verdict: Verdict,
) -> Finding<'t> {
    let graph = analysis.graph();
    let (owner, subnet) = (found.launch.owner.logical_id(), subnet.logical_id());
    let message = format!("`{owner}` turns on ECS Exec and runs tasks in `{subnet}`, which has IPv6 only");
    Finding::at(graph.entry_span(item.node), message)
        .node(item.node)
        .resource(graph, &found.launch.resource)
        .verdict(verdict)
        .here("tasks in this subnet have no IPv4 address")
        .label(graph.entry_span(native.node), "the subnet has IPv6 only")
        .label(graph.exec_switch(found), "ECS Exec is on here")
        .note("AWS: \"Amazon ECS Exec isn't supported for tasks running in an IPv6-only configuration\"")
        .help("give the tasks subnets that have IPv4 too, or turn ECS Exec off")
}
