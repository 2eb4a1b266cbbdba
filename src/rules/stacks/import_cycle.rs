//! `import-cycle`: templates import from each other in a circle, so that none can be deployed first.

use crate::analysis::Analysis;
use crate::diagnostic::Severity;
use crate::rules::{Finding, Rule, Scope, Sink, Status};
use crate::syntax::{Function, Node};
use crate::template::{self, Export, MemberId};

pub(super) static RULE: Rule = Rule {
    code: "XST103",
    name: "import-cycle",
    severity: Severity::Warning,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/stacks/import-cycle.md"),
    scope: Scope::Text,
    options: &[],
    check,
};

fn check(analysis: &Analysis, sink: &mut Sink) {
    if !analysis.mentions(&["ImportValue"]) || analysis.template.outputs.iter().all(|output| output.export_name.is_none()) {
        return;
    }
    for (import, export) in imports(analysis, analysis.member) {
        if export.member == analysis.member {
            continue;
        }
        let Some(back) = way(analysis, export.member) else { continue };
        let names: Vec<String> = back.iter().map(|(_, export)| format!("`{}`", file(analysis, export.member))).collect();
        let mut finding = Finding::at(import.place(), "this import closes a circle of stacks").node(import).here(format!(
            "it needs `{}` first, which needs {}",
            file(analysis, export.member),
            names.join(", which needs ")
        ));
        for (node, _) in &back {
            finding = finding.label(node.place(), "this import leads back");
        }
        finding = finding
            .note("a stack is deployed only when what it imports is exported, so no order works from nothing")
            .help("move what both need into a stack of its own");
        // One finding for a circle and a template.
        return sink.report(finding);
    }
}

fn file<'a>(analysis: &'a Analysis, member: MemberId) -> &'a str {
    analysis.set.member(member).template.tree.source().name()
}

/// The imports of a template whose name and export are written out alike, with what they find.
fn imports<'t>(analysis: &Analysis<'t>, member: MemberId) -> Vec<(Node<'t>, Export)> {
    let template = analysis.set.member(member).template;
    let mut nodes = Vec::new();
    let has_aliases = template.tree.has_aliases();
    let is_import = |call: template::Call| call.function == Function::ImportValue;
    let places = template.resources.iter().map(|resource| resource.node);
    let places = places.chain(template.outputs.iter().filter_map(|output| output.value));
    places.filter(|node| has_aliases || template::calls(*node).any(is_import)).for_each(|node| collect(node, &mut nodes));
    let exact = |node: Node<'t>| {
        let (_, name) = node.function()?;
        let wanted = name.as_str().filter(|_| name.function().is_none())?;
        let found = analysis.set.exports_like(name).into_iter().find(|export| {
            let declared = analysis.set.member(export.member).template.outputs.at(export.output);
            declared
                .and_then(|output| output.export_name)
                .is_some_and(|own| own.function().is_none() && own.as_str() == Some(wanted))
        })?;
        Some((node, found))
    };
    nodes.into_iter().filter_map(exact).collect()
}

fn collect<'t>(node: Node<'t>, found: &mut Vec<Node<'t>>) {
    if let Some((Function::ImportValue, _)) = node.function() {
        found.push(node);
    }
    let parts = node.items().chain(node.entries().map(|entry| entry.value));
    parts.filter(|part| part.has_calls()).for_each(|part| collect(part, found));
}

/// The imports that lead from a template back to the one that is checked.
fn way<'t>(analysis: &Analysis<'t>, from: MemberId) -> Option<Vec<(Node<'t>, Export)>> {
    let mut ways: Vec<(MemberId, Vec<(Node<'t>, Export)>)> = vec![(from, Vec::new())];
    let mut seen = vec![from];
    let mut at = 0;
    while let Some((member, path)) = ways.get(at).cloned() {
        for (node, export) in imports(analysis, member) {
            let path = [path.as_slice(), &[(node, export)]].concat();
            if export.member == analysis.member {
                return Some(path);
            }
            if !seen.contains(&export.member) {
                seen.push(export.member);
                ways.push((export.member, path));
            }
        }
        at += 1;
    }
    None
}
