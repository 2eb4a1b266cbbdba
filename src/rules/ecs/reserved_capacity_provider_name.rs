//! `reserved-capacity-provider-name`: a capacity provider's name begins with a prefix that AWS keeps for itself.

use crate::analysis::Analysis;
use crate::diagnostic::Severity;
use crate::graph::Resource;
use crate::graph::ResourceGraph;
use crate::graph::ecs::CAPACITY_PROVIDER;
use crate::rules::{Finding, Rule, Scope, Sink, Status};
use crate::syntax::Node;
use crate::values::{Formula, Part, Value};

pub(super) static RULE: Rule = Rule {
    code: "ECS206",
    name: "reserved-capacity-provider-name",
    severity: Severity::Error,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/ecs/reserved-capacity-provider-name.md"),
    scope: Scope::Deployment,
    options: &[],
    check,
};

/// Source: <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CreateCapacityProvider.html>, `name`.
const RESERVED: [&str; 3] = ["aws", "ecs", "fargate"];

fn check(analysis: &Analysis, sink: &mut Sink) {
    if !analysis.mentions(&[CAPACITY_PROVIDER]) {
        return;
    }
    let graph = analysis.graph();
    let providers = graph.resources().into_iter().filter(|resource| resource.resource_type() == CAPACITY_PROVIDER);
    for provider in providers {
        if let Some(finding) = diagnostic(graph, &provider) {
            sink.report(finding);
        }
    }
}

fn diagnostic<'t>(graph: &ResourceGraph<'t>, provider: &Resource<'t>) -> Option<Finding<'t>> {
    let (mut hits, mut found) = (Formula::FALSE, None::<(bool, &str, Node)>);
    for choice in graph.property(provider, &["Name"]) {
        for case in graph.values().cases_of(&choice) {
            let Value::Text(text) = &case.value else { continue };
            let Some(Part::Literal(start)) = text.parts().first() else { continue };
            if let Some((prefix, exact)) = reserved(start) {
                hits = graph.values().formulas.or(hits, case.when);
                found = found
                    .filter(|(before, ..)| *before || !exact)
                    .or(choice.written().map(|written| (exact, prefix, written.node)));
            }
        }
    }
    let (exact, prefix, node) = found?;
    let verdict = graph.values().verdict(provider.when, hits)?;
    let message = format!("the name of the capacity provider `{}` begins with `{prefix}`", provider.logical_id());
    let finding = Finding::at(graph.entry_span(node), message)
        .node(node)
        .resource(graph, provider)
        .verdict(verdict)
        .note("AWS: the name \"can't be prefixed with \"aws\", \"ecs\", or \"fargate\"\"")
        .help("choose another name, or leave `Name` out and let CloudFormation make one up");
    // The documentation does not say whether upper-case letters count.
    Some(if exact { finding } else { finding.severity(Severity::Warning) })
}

/// The reserved prefix of a name, and whether it is in the same letters.
fn reserved(name: &str) -> Option<(&'static str, bool)> {
    let same = |prefix: &&str| name.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix));
    let prefix = RESERVED.into_iter().find(|prefix| same(prefix))?;
    Some((prefix, name.starts_with(prefix)))
}
