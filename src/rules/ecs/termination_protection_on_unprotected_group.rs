//! `termination-protection-on-unprotected-group`: managed termination protection for a group whose instances are not protected.

use crate::analysis::Analysis;
use crate::diagnostic::{Safety, Severity};
use crate::graph::ecs::{CAPACITY_PROVIDER, GroupProvider};
use crate::graph::{Resource, ResourceGraph};
use crate::rules::{Finding, Rule, Scope, Sink, Status};
use crate::text::Edit;
use crate::values::{Formula, Value};

pub(super) static RULE: Rule = Rule {
    code: "ECS208",
    name: "termination-protection-on-unprotected-group",
    severity: Severity::Warning,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/ecs/termination-protection-on-unprotected-group.md"),
    scope: Scope::Deployment,
    options: &[],
    check,
};

const PROTECTED: &str = "NewInstancesProtectedFromScaleIn";

fn check(analysis: &Analysis, sink: &mut Sink) {
    if !analysis.mentions(&["ManagedTerminationProtection"]) {
        return;
    }
    let graph = analysis.graph();
    let providers = graph.resources().into_iter().filter(|resource| resource.resource_type() == CAPACITY_PROVIDER);
    for provider in providers {
        for block in graph.group_provider(&provider) {
            for (when, group) in graph.groups(&block, provider.when) {
                if let Some(finding) = diagnostic(graph, &provider, &block, (when, group)) {
                    sink.report(finding);
                }
            }
        }
    }
}

fn diagnostic<'t>(
    graph: &ResourceGraph<'t>,
    provider: &Resource<'t>,
    block: &GroupProvider<'t>,
    (when, group): (Formula, Resource<'t>),
) -> Option<Finding<'t>> {
    let formulas = &graph.values().formulas;
    let (protected, written) = graph.termination_protection(block);
    // Without managed scaling the setting does nothing, and another rule says so.
    let scaled = formulas.not(graph.managed_scaling_off(block));
    let hits = formulas.all([when, protected, scaled, lacks_protection(graph, &group)]);
    let verdict = graph.values().verdict(provider.when, hits)?;
    let node = written?.node;
    let name = group.logical_id();
    let message = format!("managed termination protection needs scale-in protection, which the group `{name}` does not turn on");
    let finding = Finding::at(graph.entry_span(node), message)
        .node(node)
        .resource(graph, provider)
        .verdict(verdict)
        .label(group.place(), format!("`{PROTECTED}` is not `true` here"))
        .note("ECS turns scale-in protection on by itself since 2024; the documentation still asks for it, and the next update of the group turns it off again where the template says `false`")
        .help(format!("set `{PROTECTED}: true` on `{name}`"));
    Some(match protect(&group) {
        Some(edit) if same_file(&group, provider) => finding.fix(format!("set `{PROTECTED}: true`"), Safety::Safe, vec![edit]),
        _ => finding,
    })
}

fn same_file(a: &Resource, b: &Resource) -> bool {
    std::ptr::eq(a.declaration.key.tree(), b.declaration.key.tree())
}

/// When new instances of a group are certainly not protected from scale-in.
fn lacks_protection<'t>(graph: &ResourceGraph<'t>, group: &Resource<'t>) -> Formula {
    let formulas = &graph.values().formulas;
    let choices = graph.property(group, &[PROTECTED]);
    let cases = choices.iter().flat_map(|choice| graph.values().cases_of(choice));
    let ways = cases.map(|case| match &case.value {
        Value::Absent => case.when,
        Value::Text(text) if !graph.values().is_open(text) => {
            let off = ["false", "False", "FALSE"].map(|word| graph.values().text_is(text, word));
            formulas.and(case.when, formulas.any(off))
        }
        Value::Text(_) | Value::Structure(_) | Value::Unknown(_) | Value::Invalid => Formula::FALSE,
    });
    formulas.any(ways.collect::<Vec<_>>())
}

fn protect(group: &Resource) -> Option<Edit> {
    let properties = group.declaration.properties?;
    match properties.get(PROTECTED) {
        None => properties.insert_entry(PROTECTED, "true"),
        Some(written) => written.replace_scalar("true"),
    }
}
