//! `unknown-resource-types`: there is no resource type of this name.

use rustc_hash::FxHashMap;

use super::super::{Finding, Rule, Scope, Sink, Status};
use super::unsure;
use crate::analysis::Analysis;
use crate::diagnostic::{Safety, Severity};
use crate::graph::Resource;
use crate::schema::{Facts, TypeFacts};
use crate::values::{Formula, Part, StackId, Text};

pub(super) static RULE: Rule = Rule {
    code: "E3006",
    name: "unknown-resource-types",
    severity: Severity::Error,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/schema/unknown-resource-types.md"),
    scope: Scope::Text,
    options: &[],
    check,
};

fn check(analysis: &Analysis, sink: &mut Sink) {
    if analysis.set.is_deployed() {
        return;
    }
    // A template has many resources of few types.
    let mut known = FxHashMap::default();
    for resource in analysis.template.resources.iter() {
        let Some(entry) = resource.node.entry("Type") else { continue };
        let Some(name) = entry.value.as_str().filter(|_| entry.value.function().is_none() && entry.value.other_tag().is_none())
        else {
            continue;
        };
        let is_typed = name.is_empty() && analysis.tree.is_damaged_at(resource.node.span());
        if entry.value.is_null() || is_typed || name.starts_with("Custom::") || name.ends_with("::MODULE") {
            continue;
        }
        let Some(facts) = *known.entry(name).or_insert_with(|| analysis.facts().resource_type(name)) else {
            let near = analysis.facts().nearest(name);
            // Anybody can register types outside the namespaces of AWS.
            if near.is_none() && is_of_others(name) {
                let message = format!("`{name}` is no type of AWS, and nothing here tells whether it is registered");
                let finding = Finding::at(entry.key.span(), message).node(entry.value).unknown().severity(Severity::Info);
                sink.report(finding.help("name the folder of its schema in `registry_schemas`"));
                continue;
            }
            // `override-spec` leaves it out.
            if Facts::embedded().resource_type(name).is_some() {
                let message = format!("the resource type `{name}` is left out by the `override-spec`");
                sink.report(Finding::at(entry.key.span(), message).node(entry.value));
                continue;
            }
            let mut finding = Finding::at(entry.key.span(), format!("there is no resource type `{name}`")).node(entry.value);
            if let Some(near) = near {
                finding = finding.help(format!("write `{near}`"));
                if let Some(edit) = entry.value.replace_scalar(near) {
                    finding = finding.fix(format!("change it to `{near}`"), Safety::Unsafe, vec![edit]);
                }
            }
            sink.report(unsure(analysis, finding));
            continue;
        };
        let lacking = regions_without(&analysis.settings.regions, facts);
        if lacking.is_empty() {
            continue;
        }
        // Where the type is missing in a region, a condition can keep the resource out of it.
        let resources = analysis.graph().resources();
        let is_this = |known: &&Resource| known.id.stack == StackId::ROOT && known.logical_id() == resource.logical_id();
        let Some(known) = resources.iter().find(is_this) else { continue };
        let values = analysis.values();
        let region = Text::of(Part::Pseudo(StackId::ROOT, "AWS::Region"));
        let there = match analysis.settings.regions.len() {
            1 => Formula::TRUE,
            _ => values.formulas.any(lacking.iter().map(|name| values.text_is(&region, name))),
        };
        let Some(verdict) = values.verdict(known.when, values.formulas.and(known.when, there)) else { continue };
        let message = format!("`{name}` does not exist in {}", lacking.join(", "));
        let finding = Finding::at(entry.key.span(), message).node(entry.value).resource(analysis.graph(), known);
        sink.report(unsure(analysis, finding.verdict(verdict)));
    }
}

/// The regions of the user that a type does not exist in.
fn regions_without<'r>(regions: &'r [String], facts: TypeFacts) -> Vec<&'r str> {
    let is_there = |name: &str| Facts::embedded().region(name).is_none_or(|region| facts.regions().meets(region));
    regions.iter().map(String::as_str).filter(|name| !facts.is_serverless() && !is_there(name)).collect()
}

/// Whether a type is, by its name, one that somebody else than AWS registered.
fn is_of_others(name: &str) -> bool {
    let parts: Vec<&str> = name.split("::").collect();
    let is_word = |part: &&str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric());
    !name.starts_with("AWS::") && !name.starts_with("Alexa::") && parts.len() == 3 && parts.iter().all(is_word)
}
