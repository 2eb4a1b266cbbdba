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
mod repeated_values;
mod services_in_maintenance;
mod shared_identifiers;
mod shut_down_services;
mod strings_of_wrong_length;
mod sunset_services;
mod too_many_distinct_items;
mod unfit_references;
mod unfit_return_values;
mod unknown_properties;
mod unknown_resource_types;
mod unmatched_alternatives;
mod values_not_allowed;
mod values_of_wrong_pattern;
mod wrong_tags;
mod wrong_types;

use rustc_hash::FxHashMap;

use super::language::calls;
use super::{Finding, Rule, Sink};
use crate::analysis::Analysis;
use crate::schema::{Keyword, Schema, TypeSet};
use crate::syntax::{Function, Node};
use crate::template::{self, Attribute, Intrinsic};
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
    &too_many_distinct_items::RULE,
    &wrong_tags::RULE,
    &repeated_values::RULE,
    &none_of_required_properties::RULE,
    &read_only_properties::RULE,
    &shared_identifiers::RULE,
    &unfit_return_values::RULE,
    &unfit_references::RULE,
];

/// The rule that reports a kind of fault, where one does.
fn rule_of(kind: Kind) -> Option<&'static Rule> {
    Some(match kind {
        Kind::MissingProperty(_) => &missing_properties::RULE,
        Kind::MissingDependency { keyword: Keyword::DependentRequired, .. } => &missing_companion_properties::RULE,
        Kind::ExcludedProperty { .. } => &exclusive_properties::RULE,
        Kind::NoneOf { keyword: Keyword::RequiredOr, .. } => &none_of_required_properties::RULE,
        Kind::NoneOf { .. } | Kind::SeveralOf { .. } => &not_exactly_one_property::RULE,
        Kind::WrongType(_) => &wrong_types::RULE,
        Kind::NotAllowed { keyword: Keyword::Enum | Keyword::EnumCaseInsensitive, .. } => &values_not_allowed::RULE,
        Kind::PatternMismatch(_) => &values_of_wrong_pattern::RULE,
        Kind::WrongFormat(format) => formats::rule_of(format).unwrap_or(&unknown_properties::RULE),
        Kind::OutOfBounds { keyword, .. } => match keyword {
            Keyword::MinItems | Keyword::MaxItems => &lists_of_wrong_length::RULE,
            Keyword::MinLength | Keyword::MaxLength => &strings_of_wrong_length::RULE,
            Keyword::MaxUniqueItems => &too_many_distinct_items::RULE,
            Keyword::MinProperties | Keyword::MaxProperties | Keyword::MultipleOf => &unknown_properties::RULE,
            _ => &numbers_out_of_range::RULE,
        },
        Kind::RepeatedItem(Keyword::UniqueItems) => &repeated_items::RULE,
        Kind::RepeatedValue => &repeated_values::RULE,
        Kind::NoAlternative(_) => &unmatched_alternatives::RULE,
        Kind::NotOneAlternative { .. } => &not_one_alternative::RULE,
        Kind::Tags(_) => &wrong_tags::RULE,
        Kind::UnknownProperty { .. }
        | Kind::MissingDependency { .. }
        | Kind::NotAllowed { .. }
        | Kind::RepeatedItem(_)
        | Kind::Forbidden => &unknown_properties::RULE,
        Kind::GivenType { .. } | Kind::GivenFormat(_) | Kind::NoReturnValue | Kind::EndedRuntime(_) => return None,
    })
}

/// A finding, as an echo of the fault that `rule` reports, where that one is reported.
fn echo<'t>(analysis: &Analysis, finding: Finding<'t>, rule: &'static Rule) -> Finding<'t> {
    if analysis.settings.selects(rule.code, rule.name) { finding.echo_of(rule) } else { finding }
}

/// A finding in what a macro may rewrite: it is not known to hold.
fn unsure<'t>(analysis: &Analysis, finding: Finding<'t>) -> Finding<'t> {
    if analysis.is_rewritten() { finding.undecided("a macro may make something else of it") } else { finding }
}

/// Reports what `word` makes of the faults of the resources.
fn each_fault<'t>(analysis: &Analysis<'t>, sink: &mut Sink, word: impl Fn(&Fault<'t>) -> Option<Finding<'t>>) {
    for fault in analysis.written_faults().iter().filter(|fault| fault.given.is_none()) {
        // What is missing may be what somebody is typing.
        if fault.kind.is_lack() && analysis.tree.is_damaged_at(fault.resource.declaration.node.span()) {
            continue;
        }
        let Some(mut finding) = word(fault) else { continue };
        // The value itself, but on the line of its key, where suppressions of it stand; not where the key is what is wrong.
        let value = fault.node.span();
        let is_key = matches!(fault.kind, Kind::UnknownProperty { .. });
        let line_of = |at: u32| analysis.source.position(at).line;
        if !is_key
            && fault.node.as_str().is_some()
            && fault.at.start < value.start
            && line_of(fault.at.start) == line_of(value.start)
        {
            finding = finding.moved(value);
        }
        let Some(verdict) = analysis.values().verdict(fault.resource.when, fault.when) else { continue };
        finding = finding.node(fault.node).resource(analysis.graph(), &fault.resource).verdict(verdict);
        // Of the faults that tell it already, the outermost that is reported.
        let told = fault.echo_of.iter().rev().filter_map(|kind| rule_of(*kind));
        if let Some(main) = told.into_iter().find(|rule| analysis.settings.selects(rule.code, rule.name)) {
            finding = finding.echo_of(main);
        }
        sink.report(unsure(analysis, finding));
    }
}

/// Reports the faults in calls of functions that `wanted` picks, as echoes of the rules of the functions.
fn each_call(analysis: &Analysis, sink: &mut Sink, wanted: impl Fn(&template::Fault) -> bool) {
    for (fault, finding) in calls::in_resources(analysis).filter(|(fault, _)| wanted(fault)) {
        if let Some(main) = calls::rule_of(fault.outermost) {
            sink.report(echo(analysis, finding, main));
        }
    }
}

/// Whether a fault is a name that a `Ref` or `Fn::Sub` writes and nothing has, where resources are made into several whose names begin
/// with theirs: such a name is none of those that are listed, and matches none of the patterns either.
fn is_unlisted_name(analysis: &Analysis, fault: &template::Fault) -> bool {
    let resources = &analysis.template.resources;
    let is_made_into_several = |name: &str| name.starts_with("AWS::Serverless::") || name.ends_with("::MODULE");
    let template::FaultKind::Undeclared(name) = &fault.kind else { return false };
    let reads_value = match Intrinsic::of(fault.node) {
        Some(Intrinsic::GetAtt { .. }) => true,
        Some(Intrinsic::Sub { text, .. }) => text.as_str().is_some_and(|text| text.contains(&format!("${{{name}."))),
        _ => false,
    };
    if !fault.whole || reads_value || !resources.iter().any(|resource| is_made_into_several(resource.resource_type)) {
        return false;
    }
    let path = fault.node.path();
    let [_, name, properties, path @ ..] = path.as_slice() else { return false };
    let facts = resources.get(name).and_then(|resource| validation::facts_of(analysis.facts(), resource.resource_type));
    properties == "Properties" && facts.is_some_and(|facts| validation::is_compared(facts, path))
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

/// What a value is in its resource, as a message names it: a property, an item of one, or the resource.
fn subject(fault: &Fault, value: Node) -> String {
    let mut at = value;
    let mut is_item = false;
    while let Some(parent) = at.parent() {
        let holds_arguments = |call: Node| call.function().is_some_and(|(_, arguments)| arguments.id() == parent.id());
        let is_call = parent.function().is_some() || parent.parent().is_some_and(holds_arguments);
        if parent.is_mapping() && !is_call {
            break;
        }
        is_item |= !is_call;
        at = parent;
    }
    let entry = at.parent().and_then(|around| around.entries().find(|entry| entry.value.id() == at.id()));
    let is_resource = at.id() == fault.resource.declaration.node.id()
        || fault.resource.declaration.properties.is_some_and(|properties| properties.id() == at.id());
    let name = match entry.and_then(|entry| entry.key.as_str()) {
        Some(name) if !is_resource => name,
        _ => fault.resource.logical_id(),
    };
    if is_item { format!("an item of `{name}`") } else { format!("`{name}`") }
}

/// A number of things, with their name.
fn count(number: f64, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1.0 { one } else { many })
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
fn finding<'t>(fault: &Fault<'t>, schema: Schema<'static>, keyword: Keyword, what: &str) -> Finding<'t> {
    let sets = schema.schemas(keyword).map(|each| listed(each.resolved().required(), "and"));
    let sets: Vec<String> = sets.filter(|set| !set.is_empty()).collect();
    let finding = Finding::at(fault.at, format!("{} {what}", subject(fault, fault.node)));
    if sets.is_empty() { finding } else { finding.note(format!("the ways differ in what they require: {}", sets.join("; or "))) }
}
