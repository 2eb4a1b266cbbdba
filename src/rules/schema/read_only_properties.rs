//! `read-only-properties`: a property that AWS sets, and a template cannot.

use rustc_hash::FxHashMap;

use super::super::{Finding, Rule, Scope, Sink, Status};
use crate::analysis::Analysis;
use crate::diagnostic::{Safety, Severity};
use crate::schema::{Facts, Keyword};
use crate::validation;
use crate::values::{Formula, StackId};

pub(super) static RULE: Rule = Rule {
    code: "E3040",
    name: "read-only-properties",
    severity: Severity::Error,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/schema/read-only-properties.md"),
    scope: Scope::Text,
    options: &[],
    check,
};

fn check(analysis: &Analysis, sink: &mut Sink) {
    if analysis.set.is_deployed() || validation::is_rewritten(analysis.template) {
        return;
    }
    let mut known: FxHashMap<&str, Vec<Vec<&str>>> = FxHashMap::default();
    let graph = analysis.graph();
    for resource in graph.resources().into_iter().filter(|resource| resource.id.stack == StackId::ROOT) {
        let resource_type = resource.declaration.resource_type;
        let Some(properties) = resource.declaration.properties else { continue };
        let may_have = |path: &&Vec<&str>| properties.function().is_some() || properties.get(path[0]).is_some();
        for path in
            known.entry(resource_type).or_insert_with(|| read_only(analysis.facts(), resource_type)).iter().filter(may_have)
        {
            let mut hits = Formula::FALSE;
            let mut written = None;
            for choice in graph.property(&resource, path) {
                if let Some(expression) = choice.written() {
                    hits = graph.values().formulas.or(hits, choice.when);
                    written = written.or(Some(expression.node));
                }
            }
            let Some(node) = written else { continue };
            let Some(verdict) = graph.values().verdict(resource.when, hits) else { continue };
            let name = path.last().copied().unwrap_or_default();
            let mut finding =
                Finding::at(graph.entry_span(node), format!("`{name}` is read only")).node(node).help("remove it").note(format!(
                    "AWS gives it to the resource: read it with `!GetAtt {}.{}`",
                    resource.logical_id(),
                    path.join(".")
                ));
            if let Some(edit) = node.parent().and_then(|around| around.remove_entry(name)) {
                finding = finding.fix(format!("remove `{name}`"), Safety::Unsafe, vec![edit]);
            }
            sink.report(finding.resource(graph, &resource).verdict(verdict));
        }
    }
}

/// The properties of a type that are read only, outside of lists.
fn read_only(facts: Facts<'static>, resource_type: &str) -> Vec<Vec<&'static str>> {
    // What SAM makes of a property need not be the property.
    let facts = validation::facts_of(facts, resource_type).filter(|facts| !facts.is_serverless());
    let Some(variant) = facts.and_then(|facts| facts.variants().next()) else { return Vec::new() };
    let pointers = variant.schema.strings(Keyword::ReadOnlyProperties).filter_map(|pointer| pointer.strip_prefix("/properties/"));
    pointers.map(|pointer| pointer.split('/').collect::<Vec<_>>()).filter(|path| !path.contains(&"*")).collect()
}
