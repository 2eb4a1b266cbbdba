//! `termination-protection-without-scaling`: managed termination protection without managed scaling.

use crate::analysis::Analysis;
use crate::diagnostic::{Safety, Severity};
use crate::graph::ecs::{CAPACITY_PROVIDER, GroupProvider};
use crate::graph::{Resource, ResourceGraph};
use crate::rules::{Finding, Rule, Scope, Sink, Status};
use crate::syntax::Node;
use crate::text::Edit;

pub(super) static RULE: Rule = Rule {
    code: "ECS207",
    name: "termination-protection-without-scaling",
    severity: Severity::Error,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/ecs/termination-protection-without-scaling.md"),
    scope: Scope::Deployment,
    options: &[],
    check,
};

fn check(analysis: &Analysis, sink: &mut Sink) {
    if !analysis.mentions(&["ManagedTerminationProtection"]) {
        return;
    }
    let graph = analysis.graph();
    let providers = graph.resources().into_iter().filter(|resource| resource.resource_type() == CAPACITY_PROVIDER);
    for provider in providers {
        for block in graph.group_provider(&provider) {
            if let Some(finding) = diagnostic(graph, &provider, &block) {
                sink.report(finding);
            }
        }
    }
}

fn diagnostic<'t>(graph: &ResourceGraph<'t>, provider: &Resource<'t>, block: &GroupProvider<'t>) -> Option<Finding<'t>> {
    let formulas = &graph.values().formulas;
    let (protected, written) = graph.termination_protection(block);
    let verdict = graph.values().verdict(provider.when, formulas.and(protected, graph.managed_scaling_off(block)))?;
    let node = written?.node;
    let message = format!("`{}` has managed termination protection without managed scaling", provider.logical_id());
    let mut finding = Finding::at(graph.entry_span(node), message)
        .node(node)
        .resource(graph, provider)
        .verdict(verdict)
        .note("managed termination protection works only where managed scaling is on")
        .help("set `ManagedScaling.Status` to `ENABLED`, or `ManagedTerminationProtection` to `DISABLED`");
    if let Some(scaling) = block.written.node.get("ManagedScaling") {
        finding = finding.label(graph.entry_key(scaling), "managed scaling is off");
    }
    Some(match switch_on(block.written.node) {
        Some(edit) => finding.fix("switch managed scaling on", Safety::Unsafe, vec![edit]),
        None => finding,
    })
}

fn switch_on(block: Node) -> Option<Edit> {
    match block.get("ManagedScaling") {
        None => block.insert_entry("ManagedScaling", "{Status: ENABLED}"),
        Some(scaling) => scaling.get("Status")?.replace_scalar("ENABLED"),
    }
}
