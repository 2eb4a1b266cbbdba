//! `obsolete-depends-on`: `DependsOn` names a resource that a reference already orders first.

use rustc_hash::FxHashMap;

use super::super::{Finding, Rule, Scope, Sink, Status};
use crate::analysis::Analysis;
use crate::diagnostic::{Safety, Severity};
use crate::graph::{Edge, EdgeKind};
use crate::syntax::Node;
use crate::template::Resource;
use crate::text::Place;
use crate::values::{ResourceId, StackId};

pub(super) static RULE: Rule = Rule {
    code: "W3005",
    name: "obsolete-depends-on",
    severity: Severity::Warning,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/language/obsolete-depends-on.md"),
    scope: Scope::Text,
    options: &[],
    check,
};

fn check(analysis: &Analysis, sink: &mut Sink) {
    let template = analysis.template;
    if template.resources.iter().all(|resource| resource.depends_on.is_none()) {
        return;
    }
    let graph = analysis.graph();
    let values = graph.values();
    let edges = graph.edges(StackId::ROOT);
    for (index, resource) in template.resources.iter().enumerate().filter(|(_, resource)| resource.depends_on.is_some()) {
        let from = ResourceId { stack: StackId::ROOT, index: index as u32 };
        let start = edges.partition_point(|edge| edge.from < from);
        let mut references: FxHashMap<u32, Vec<&Edge>> = FxHashMap::default();
        let own = edges[start..].iter().take_while(|edge| edge.from == from);
        for edge in own.filter(|edge| edge.kind != EdgeKind::DependsOn && edge.to != from) {
            references.entry(edge.to.index).or_default().push(edge);
        }
        if references.is_empty() {
            continue;
        }
        let exists = graph.resource(from).when;
        for (name, node) in resource.depends_on() {
            let to = template.resources.index(name).and_then(|to| references.get(&(to as u32)));
            let Some((to, first)) = to.and_then(|to| Some((to, to.first()?))) else { continue };
            // References that are there only at times make the entry obsolete when one of them always is.
            let one = to.iter().find(|edge| values.implies(exists, edge.when));
            if one.is_some() || values.implies(exists, values.formulas.any(to.iter().map(|edge| edge.when))) {
                sink.report(finding(resource, name, node, &one.unwrap_or(first).place));
            }
        }
    }
}

fn finding<'t>(resource: &Resource<'t>, name: &str, node: Node<'t>, reference: &Place) -> Finding<'t> {
    let list = resource.depends_on.filter(|list| list.is_sequence());
    let at = match list {
        Some(_) => node.span(),
        None => resource.node.entry("DependsOn").map_or(node.span(), |entry| entry.key.span()),
    };
    let finding = Finding::at(at, format!("`DependsOn` repeats the reference to `{name}`"))
        .node(node)
        .label(reference.clone(), "this reference already makes CloudFormation create it first")
        .help("remove it from `DependsOn`");
    let edit = match list.filter(|list| list.len() > 1) {
        Some(list) => list.items().position(|item| item.id() == node.id()).and_then(|index| list.remove_item(index)),
        None => resource.node.remove_entry("DependsOn"),
    };
    match edit {
        Some(edit) => finding.fix(format!("remove `{name}` from `DependsOn`"), Safety::Safe, vec![edit]),
        None => finding,
    }
}
