//! `shared-identifiers`: two resources of one type have the same identifier.

use rustc_hash::FxHashMap;

use super::super::{Finding, Rule, Scope, Sink, Status};
use crate::analysis::Analysis;
use crate::diagnostic::Severity;
use crate::graph::{Resource, ResourceGraph};
use crate::schema::{Facts, Keyword};
use crate::syntax::Entry;
use crate::text::Span;
use crate::validation;
use crate::values::{Formula, StackId, Text, Value};

pub(super) static RULE: Rule = Rule {
    code: "E3019",
    name: "shared-identifiers",
    severity: Severity::Error,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/schema/shared-identifiers.md"),
    scope: Scope::Text,
    options: &[],
    check,
};

/// Most identifiers that one resource may turn out to have.
const MAX_CASES: usize = 64;

/// A resource under one of its identifiers.
struct Bearer<'t> {
    resource: Resource<'t>,
    at: Span,
    when: Formula,
}

fn check(analysis: &Analysis, sink: &mut Sink) {
    if analysis.set.is_deployed() || validation::is_rewritten(analysis.template) {
        return;
    }
    let graph = analysis.graph();
    let mut by_type: FxHashMap<&str, Vec<Resource>> = FxHashMap::default();
    for resource in graph.resources().into_iter().filter(|resource| resource.id.stack == StackId::ROOT) {
        by_type.entry(resource.declaration.resource_type).or_default().push(resource);
    }
    let mut types: Vec<(&str, Vec<Resource>)> = by_type.into_iter().filter(|(_, all)| all.len() > 1).collect();
    types.sort_unstable_by_key(|(name, _)| *name);
    for (name, resources) in types {
        let Some(properties) = identifier(analysis.facts(), name) else { continue };
        report(graph, &resources, &properties, sink);
    }
}

/// The properties that identify a resource of a type, where a template sets all of them.
fn identifier(facts: Facts<'static>, name: &str) -> Option<Vec<&'static str>> {
    if name == "AWS::CodeBuild::Project" {
        // Its identifier is given to it, and a name is taken once all the same.
        return Some(vec!["Name"]);
    }
    let schema = facts.resource_type(name)?.variants().next()?.schema;
    let read_only: Vec<&str> = schema.strings(Keyword::ReadOnlyProperties).collect();
    let pointers: Vec<&str> = schema.strings(Keyword::PrimaryIdentifier).collect();
    if pointers.is_empty() || pointers.iter().any(|pointer| read_only.contains(pointer)) {
        return None;
    }
    let name = |pointer: &&'static str| pointer.strip_prefix("/properties/").filter(|name| !name.contains('/'));
    pointers.iter().map(name).collect()
}

fn report<'t>(graph: &ResourceGraph<'t>, resources: &[Resource<'t>], properties: &[&'static str], sink: &mut Sink) {
    let formulas = &graph.values().formulas;
    let mut bearers: FxHashMap<Vec<Text<'t>>, Vec<Bearer<'t>>> = FxHashMap::default();
    // Most resources are left to be named by CloudFormation.
    let is_named = |section: &Entry<'t>| {
        section.value.function().is_some() || properties.iter().all(|property| section.value.get(property).is_some())
    };
    let sections = resources.iter().filter_map(|resource| Some((resource, resource.declaration.node.entry("Properties")?)));
    let named: Vec<(&Resource<'t>, Entry<'t>)> = sections.filter(|(_, section)| is_named(section)).collect();
    if named.len() < 2 {
        return;
    }
    for (resource, section) in named {
        for (identifier, when) in identifiers(graph, resource, properties) {
            let written = section.value.entry(properties[0]).filter(|_| properties.len() == 1);
            let at = written.map_or(section.key.span(), |entry| entry.key.span());
            bearers.entry(identifier).or_default().push(Bearer { resource: *resource, at, when });
        }
    }
    let mut shared: Vec<(Vec<Text>, Vec<Bearer>)> = bearers.into_iter().filter(|(_, all)| all.len() > 1).collect();
    shared.sort_by_key(|(_, all)| all.iter().map(|bearer| bearer.at).min());
    for (identifier, all) in &shared {
        for (index, own) in all.iter().enumerate() {
            let is_other = |(at, other): &(usize, &Bearer)| *at != index && other.resource.id != own.resource.id;
            let others = || all.iter().enumerate().filter(is_other).map(|(_, other)| other);
            let hits = formulas.and(own.when, formulas.any(others().map(|other| other.when)));
            let Some(verdict) = graph.values().verdict(own.resource.when, hits) else { continue };
            let is_met = |other: &&Bearer| graph.values().possible(formulas.and(own.when, other.when));
            let Some(other) = others().find(is_met) else { continue };
            let names = properties.join("`, `");
            let message = format!("`{}` has the same `{names}` as `{}`", own.resource.logical_id(), other.resource.logical_id());
            let known: Option<Vec<&str>> = identifier.iter().map(Text::known).collect();
            let mut finding = Finding::at(own.at, message).label(other.at, "the other is here");
            if let Some(known) = known {
                finding = finding.note(format!("both are `{}`", known.join("`, `")));
            }
            sink.report(finding.help("give each its own").resource(graph, &own.resource).verdict(verdict));
        }
    }
}

/// The identifiers that a resource may have, each with when it does; those that are not known are left out.
fn identifiers<'t>(
    graph: &ResourceGraph<'t>,
    resource: &Resource<'t>,
    properties: &[&'static str],
) -> Vec<(Vec<Text<'t>>, Formula)> {
    let formulas = &graph.values().formulas;
    let mut found = vec![(Vec::new(), resource.when)];
    for property in properties {
        let mut next = Vec::new();
        for choice in graph.property(resource, &[property]) {
            for case in graph.values().cases_of(&choice) {
                let Value::Text(text) = case.value else { continue };
                for (start, when) in &found {
                    let when = formulas.and(*when, case.when);
                    if when != Formula::FALSE {
                        next.push((start.iter().cloned().chain([text.clone()]).collect(), when));
                    }
                }
            }
        }
        if next.len() > MAX_CASES {
            return Vec::new();
        }
        found = next;
    }
    found
}
