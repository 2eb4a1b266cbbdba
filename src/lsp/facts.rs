//! What is known of resource types beyond the templates at hand.

use std::fmt::Write;

use super::view::View;
use crate::schema::{Facts, Keyword, Schema, TypeSet};
use crate::validation::facts_of;

/// Most values and properties that a text lists.
const MAX_LISTED: usize = 24;

/// A property, as completions show it.
pub(super) struct Property {
    pub(super) name: &'static str,
    /// What it takes, in words.
    pub(super) takes: String,
    pub(super) is_required: bool,
    /// Its value is written below it.
    pub(super) is_block: bool,
}

/// What a type is and has, in Markdown; `None` where nothing is known of it.
pub(super) fn of_type(known: Facts<'static>, resource_type: &str) -> Option<String> {
    let facts = facts_of(known, resource_type)?;
    let variant = facts.variants().next()?;
    let mut text = format!("**{resource_type}**");
    let (regions, all) = (facts.regions(), known.regions().count());
    if !facts.is_serverless() && regions.count() < all {
        write!(text, " is in {} of {all} regions", regions.count()).ok()?;
    }
    let required = names(variant.schema.required());
    if !required.is_empty() {
        write!(text, "\n\nRequires {required}").ok()?;
    }
    let returned = names(variant.return_values().map(|value| value.name));
    if !returned.is_empty() {
        write!(text, "\n\n`Fn::GetAtt` gives {returned}").ok()?;
    }
    Some(text)
}

/// Most resource types that are offered at once.
const MAX_TYPES: usize = 200;

/// The resource types that may be meant, first those that the templates of the folder use; and whether more may be.
pub(super) fn resource_types<'v>(view: &'v View, typed: &str) -> (Vec<(&'v str, bool)>, bool) {
    let own = view.analysis.template.resources.iter().map(|resource| resource.resource_type);
    let mut used: Vec<&str> = own.filter(|name| name.contains("::") && *name != typed).collect();
    used.extend(view.folder.resource_types.iter().map(String::as_str));
    used.sort_unstable();
    used.dedup();
    let has_sam = view.analysis.template.transforms.contains(&crate::template::Transform::Serverless);
    let known =
        view.analysis.facts().resource_types().filter(|facts| has_sam || !facts.is_serverless()).map(|facts| facts.name());
    let others = known.filter(|name| used.binary_search(name).is_err()).map(|name| (name, false));
    let all = used.iter().map(|name| (*name, true)).chain(others);
    let mut found: Vec<(&str, bool)> = all.filter(|(name, _)| has_in_order(name, typed)).take(MAX_TYPES + 1).collect();
    let is_cut = found.len() > MAX_TYPES;
    found.truncate(MAX_TYPES);
    (found, is_cut)
}

/// Whether the letters of `typed` stand in `name` in this order, as editors compare what they offer.
fn has_in_order(name: &str, typed: &str) -> bool {
    let mut letters = name.bytes();
    typed.bytes().all(|wanted| letters.any(|letter| letter.eq_ignore_ascii_case(&wanted)))
}

/// The return values that `Fn::GetAtt` reads of a type.
pub(super) fn return_values(facts: Facts<'static>, resource_type: &str) -> Vec<&'static str> {
    let variant = facts_of(facts, resource_type).and_then(|facts| facts.variants().next());
    let names = variant.into_iter().flat_map(|variant| variant.return_values()).map(|value| value.name);
    // A pattern stands for names that the template gives.
    names.filter(|name| !name.contains('*')).collect()
}

/// The properties that a type has below a path of properties, those that must be there first.
pub(super) fn properties(facts: Facts<'static>, resource_type: &str, path: &[&str]) -> Vec<Property> {
    let Some(schema) = schema(facts, resource_type, path) else { return Vec::new() };
    let read_only: Vec<&str> = match path {
        [] => schema.strings(Keyword::ReadOnlyProperties).filter_map(|pointer| pointer.strip_prefix("/properties/")).collect(),
        _ => Vec::new(),
    };
    let mut found: Vec<Property> = Vec::new();
    let mut add = |schema: Schema<'static>| {
        let required: Vec<&str> = schema.required().collect();
        for property in schema.properties().filter(|property| !read_only.contains(&property.name)) {
            if found.iter().any(|known| known.name == property.name) {
                continue;
            }
            let types = property.schema.resolved().types();
            let is_block = types == TypeSet::OBJECT || types == TypeSet::ARRAY;
            let is_required = required.contains(&property.name);
            found.push(Property { name: property.name, takes: takes(property.schema), is_required, is_block });
        }
    };
    add(schema);
    for keyword in [Keyword::OneOf, Keyword::AnyOf, Keyword::AllOf] {
        schema.schemas(keyword).map(Schema::resolved).for_each(&mut add);
    }
    found.sort_by_key(|property| (!property.is_required, property.name));
    found
}

/// The values that a property allows.
pub(super) fn allowed_values(facts: Facts<'static>, resource_type: &str, path: &[&str]) -> Vec<String> {
    let Some(schema) = schema(facts, resource_type, path) else { return Vec::new() };
    if schema.types() == TypeSet::BOOLEAN {
        return vec!["true".to_owned(), "false".to_owned()];
    }
    allowed(schema)
}

/// What a property takes, in Markdown.
pub(super) fn of_property(facts: Facts<'static>, resource_type: &str, path: &[&str]) -> Option<String> {
    let (name, around) = path.split_last().filter(|(name, _)| **name != "[]")?;
    let whole = schema(facts, resource_type, around)?;
    let schema = schema(facts, resource_type, path)?;
    let is_required = whole.required().any(|required| required == *name);
    let mut text = format!("**{name}** takes {}{}", takes(schema), if is_required { ", required" } else { "" });
    let values = allowed(schema);
    if !values.is_empty() {
        write!(text, "\n\nOne of {}", names(values.iter().map(String::as_str))).ok()?;
    }
    if let Some(pattern) = schema.get(Keyword::Pattern).and_then(|value| value.as_str()) {
        write!(text, "\n\nPattern `{pattern}`").ok()?;
    }
    let number = |keyword| schema.get(keyword).and_then(|value| value.as_integer());
    let bounds = [
        (Keyword::MinLength, Keyword::MaxLength, "characters"),
        (Keyword::MinItems, Keyword::MaxItems, "items"),
        (Keyword::Minimum, Keyword::Maximum, ""),
    ];
    for (least, most, what) in bounds {
        match (number(least), number(most)) {
            (Some(least), Some(most)) => write!(text, "\n\n{least} to {most} {what}").ok()?,
            (Some(least), None) => write!(text, "\n\nAt least {least} {what}").ok()?,
            (None, Some(most)) => write!(text, "\n\nAt most {most} {what}").ok()?,
            (None, None) => {}
        }
    }
    let required = names(schema.required());
    if !required.is_empty() {
        write!(text, "\n\nRequires {required}").ok()?;
    }
    let root = self::schema(facts, resource_type, &[])?;
    let pointer = format!("/properties/{}", path.join("/").replace("[]", "*"));
    let is_among = |keyword| root.strings(keyword).any(|listed| listed == pointer);
    if is_among(Keyword::CreateOnlyProperties) {
        text.push_str("\n\nA change replaces the resource.");
    }
    if is_among(Keyword::ReadOnlyProperties) {
        text.push_str("\n\nIt is read only: `Fn::GetAtt` gives it, and a template cannot set it.");
    }
    Some(text)
}

/// The schema of what stands below a path of properties, list items as `[]`.
fn schema(facts: Facts<'static>, resource_type: &str, path: &[&str]) -> Option<Schema<'static>> {
    let root = facts_of(facts, resource_type)?.variants().next()?.schema;
    let mut pointer = String::from("/properties");
    let mut steps = path.iter().copied().peekable();
    while let Some(step) = steps.next() {
        if step == "Fn::If" {
            // Its branches stand in its place.
            steps.next_if_eq(&"[]");
            continue;
        }
        if step.starts_with("Fn::") || step.contains('/') {
            return None;
        }
        pointer.push('/');
        pointer.push_str(if step == "[]" { "*" } else { step });
    }
    if pointer == "/properties" { Some(root.resolved()) } else { root.at_pointer(&pointer).map(Schema::resolved) }
}

fn allowed(schema: Schema<'static>) -> Vec<String> {
    let values = schema.allowed().into_iter().flat_map(|list| list.iter());
    values.map(|value| value.as_str().map_or_else(|| value.to_json().to_string(), str::to_owned)).collect()
}

/// What a schema takes, in words.
fn takes(schema: Schema<'static>) -> String {
    let schema = schema.resolved();
    let types = schema.types();
    let known = [
        (TypeSet::STRING, "String"),
        (TypeSet::INTEGER, "Integer"),
        (TypeSet::NUMBER, "Number"),
        (TypeSet::BOOLEAN, "Boolean"),
        (TypeSet::OBJECT, "Mapping"),
    ];
    let mut names: Vec<String> = known.iter().filter(|(one, _)| types.has(*one)).map(|(_, name)| (*name).to_owned()).collect();
    if types.has(TypeSet::ARRAY) {
        names.push(match schema.items().map(Schema::resolved) {
            Some(items) if items.types() != TypeSet::ANY && items.types() != TypeSet::ARRAY => {
                format!("List of {}", takes(items))
            }
            _ => "List".to_owned(),
        });
    }
    if types == TypeSet::ANY { "anything".to_owned() } else { names.join(" or ") }
}

fn names<'a>(all: impl Iterator<Item = &'a str>) -> String {
    let mut all: Vec<String> = all.map(|name| format!("`{name}`")).collect();
    let more = all.len().saturating_sub(MAX_LISTED);
    all.truncate(MAX_LISTED);
    let listed = all.join(", ");
    if more > 0 { format!("{listed} and {more} more") } else { listed }
}
