//! Rules about the properties of resources, as the schemas of their types declare them.

mod exclusive_properties;
mod formats;
mod given_values;
mod lambda_runtimes;
mod lists_of_wrong_length;
mod malformed_resources;
mod missing_companion_properties;
mod missing_properties;
mod none_of_required_properties;
mod not_exactly_one_property;
mod not_one_alternative;
mod numbers_out_of_range;
mod read_only_properties;
mod repeated_items;
mod services_in_maintenance;
mod shared_identifiers;
mod shut_down_services;
mod strings_of_wrong_length;
mod sunset_services;
mod unfit_references;
mod unfit_return_values;
mod unknown_properties;
mod unknown_resource_types;
mod unmatched_alternatives;
mod values_not_allowed;
mod values_of_wrong_pattern;
mod wrong_types;

use rustc_hash::FxHashMap;

use super::{Finding, Rule, Sink};
use crate::analysis::Analysis;
use crate::schema::{Keyword, Schema, TypeSet};
use crate::syntax::Function;
use crate::template::{Attribute, Intrinsic};
use crate::validation::{self, Fault, Kind};

/// Those about one thing each, then one for each format.
pub(super) const RULES: &[&[&Rule]] = &[GENERAL, formats::RULES, given_values::RULES, lambda_runtimes::RULES];

const GENERAL: &[&Rule] = &[
    &malformed_resources::RULE,
    &unknown_resource_types::RULE,
    &shut_down_services::RULE,
    &sunset_services::RULE,
    &services_in_maintenance::RULE,
    &unknown_properties::RULE,
    &missing_properties::RULE,
    &wrong_types::RULE,
    &not_exactly_one_property::RULE,
    &unmatched_alternatives::RULE,
    &not_one_alternative::RULE,
    &exclusive_properties::RULE,
    &missing_companion_properties::RULE,
    &values_not_allowed::RULE,
    &values_of_wrong_pattern::RULE,
    &lists_of_wrong_length::RULE,
    &strings_of_wrong_length::RULE,
    &numbers_out_of_range::RULE,
    &repeated_items::RULE,
    &none_of_required_properties::RULE,
    &read_only_properties::RULE,
    &shared_identifiers::RULE,
    &unfit_return_values::RULE,
    &unfit_references::RULE,
];

/// Reports what `word` makes of the faults of the resources.
fn each_fault<'t>(analysis: &Analysis<'t>, sink: &mut Sink, word: impl Fn(&Fault<'t>) -> Option<Finding<'t>>) {
    for fault in analysis.schema_faults().iter().filter(|fault| fault.given.is_none()) {
        // What is missing may be what somebody is typing.
        if fault.kind.is_lack() && analysis.tree.is_damaged_at(fault.resource.declaration.node.span()) {
            continue;
        }
        let Some(mut finding) = word(fault) else { continue };
        // The value itself, but on the line of its key, where suppressions of it stand.
        let value = fault.node.span();
        let line_of = |at: u32| analysis.source.position(at).line;
        if fault.node.as_str().is_some() && fault.at.start < value.start && line_of(fault.at.start) == line_of(value.start) {
            finding = finding.moved(value);
        }
        let Some(verdict) = analysis.values().verdict(fault.resource.when, fault.when) else { continue };
        sink.report(finding.node(fault.node).resource(analysis.graph(), &fault.resource).verdict(verdict));
    }
}

/// Reports the calls of `function` that give something of a resource which is not of the format that goes there.
fn each_unfit(analysis: &Analysis, sink: &mut Sink, function: Function) {
    for fault in analysis.schema_faults() {
        let Kind::GivenFormat(format) = fault.kind else { continue };
        let Some(given) = fault.given_by(function) else { continue };
        let Some(verdict) = analysis.values().verdict(fault.resource.when, fault.when) else { continue };
        let (name, what) = match Intrinsic::of(given.call) {
            Some(Intrinsic::Ref(name)) => (name, "what `Ref` gives".to_owned()),
            Some(Intrinsic::GetAtt { resource, attribute: Attribute::Name(name) }) => {
                (resource, format!("the return value `{name}`"))
            }
            _ => continue,
        };
        let Some(target) = analysis.template.resources.get(name) else { continue };
        let message = format!("{what} of `{name}` is {}", formats::is_none(format));
        let mut finding = Finding::at(fault.at, message)
            .label(target.key.span(), format!("an `{}`", target.resource_type))
            .note(format!("a value of the format `{format}` goes here"));
        if let Some(fitting) = formats::fitting(analysis.facts(), target.resource_type, format) {
            finding = finding.help(match fitting {
                "Ref" => format!("write `!Ref {name}`"),
                other => format!("write `!GetAtt {name}.{other}`"),
            });
        }
        sink.report(finding.node(fault.node).resource(analysis.graph(), &fault.resource).verdict(verdict));
    }
}

/// Reports the resources whose service is in a stage of its end.
fn lifecycle(analysis: &Analysis, sink: &mut Sink, stage: &str, message: &str) {
    if analysis.set.is_deployed() || validation::is_rewritten(analysis.template) {
        return;
    }
    let regions = validation::regions_of(analysis.facts(), &analysis.settings.regions);
    // The date of each type that is in the stage; a template has many resources of few types.
    let date_of = |resource_type: &str| {
        let facts = validation::facts_of(analysis.facts(), resource_type)?;
        // That a type is not in a region is told by another rule.
        if regions.is_some_and(|regions| !facts.is_serverless() && !facts.regions().meets(regions)) {
            return None;
        }
        let variant = facts.variant(regions.unwrap_or_default())?;
        let lifecycle = variant.schema.get(Keyword::Lifecycle)?.as_object()?;
        let text = |key| lifecycle.get(key).and_then(|value| value.as_str());
        (text("status") == Some(stage)).then(|| text("date"))
    };
    let mut known: FxHashMap<&str, Option<Option<&str>>> = FxHashMap::default();
    for resource in analysis.template.resources.iter() {
        let found = *known.entry(resource.resource_type).or_insert_with(|| date_of(resource.resource_type));
        let Some(date) = found else { continue };
        let key = resource.node.entry("Properties").map_or(resource.key, |entry| entry.key);
        let mut finding = Finding::at(key.span(), format!("`{}` {message}", resource.resource_type)).node(resource.node);
        if let Some(date) = date {
            finding = finding.note(format!("the date is {date}"));
        }
        sink.report(finding);
    }
}

/// Types as a message names them.
pub(super) fn type_names(types: TypeSet) -> String {
    let known = [
        (TypeSet::STRING, "a string"),
        (TypeSet::INTEGER, "an integer"),
        (TypeSet::NUMBER, "a number"),
        (TypeSet::BOOLEAN, "a Boolean"),
        (TypeSet::OBJECT, "a mapping"),
        (TypeSet::ARRAY, "a list"),
    ];
    let names: Vec<&str> = known.iter().filter(|(one, _)| types.has(*one)).map(|(_, name)| *name).collect();
    names.join(" or ")
}

/// Most names that a message lists.
const MAX_LISTED: usize = 12;

/// Names as a list with `last` before the last one.
fn listed<'a>(names: impl Iterator<Item = &'a str>, last: &str) -> String {
    let mut names: Vec<String> = names.map(|name| format!("`{name}`")).collect();
    if names.len() > MAX_LISTED {
        let more = names.len() - MAX_LISTED;
        names.truncate(MAX_LISTED);
        return format!("{} and {more} more", names.join(", "));
    }
    match names.pop() {
        Some(only) if names.is_empty() => only,
        Some(end) => format!("{} {last} {end}", names.join(", ")),
        None => String::new(),
    }
}

/// A text as a message shows it.
fn shortened(text: &str) -> String {
    const MOST: usize = 60;
    let line = text.lines().next().unwrap_or_default();
    if line.len() == text.len() && line.chars().count() <= MOST {
        return line.to_owned();
    }
    let start: String = line.chars().take(MOST).collect();
    format!("{start}…")
}

/// A finding about alternatives; what each requires stands in a note.
fn finding<'t>(fault: &Fault<'t>, schema: Schema<'static>, keyword: Keyword, message: &str) -> Finding<'t> {
    let sets = schema.schemas(keyword).map(|each| listed(each.resolved().required(), "and"));
    let sets: Vec<String> = sets.filter(|set| !set.is_empty()).collect();
    let finding = Finding::at(fault.at, message);
    if sets.is_empty() { finding } else { finding.note(format!("the ways differ in what they require: {}", sets.join("; or "))) }
}
