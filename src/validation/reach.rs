//! Whether what stands at a path is compared with one schema, and not with several of which one must fit.

use crate::schema::{Facts, Keyword, Schema, TypeFacts, TypeSet};

/// Whether the value at `path`, below the properties of a resource of a type, is compared with a schema of its own. The path ends where a
/// function begins.
#[must_use]
pub fn is_compared(facts: TypeFacts<'static>, path: &[String]) -> bool {
    facts.variants().any(|variant| leads(variant.schema, path))
}

fn leads(schema: Schema<'static>, path: &[String]) -> bool {
    let Some((step, rest)) = path.split_first() else { return true };
    if step == "Fn::If" {
        return leads(schema, rest.get(1..).unwrap_or_default());
    }
    if step == "Ref" || step.starts_with("Fn::") {
        return true;
    }
    let schema = schema.resolved();
    let is_index = step.bytes().all(|byte| byte.is_ascii_digit());
    if is_index && !schema.types().has(TypeSet::ARRAY) {
        return false;
    }
    if let Some(next) = schema.property(step) {
        return leads(next, rest);
    }
    if is_index && let Some(items) = schema.items() {
        return leads(items, rest);
    }
    let by_pattern = schema
        .pattern_properties()
        .find(|group| Facts::embedded().cached_pattern(group.name).is_some_and(|pattern| pattern.is_match(step)));
    if let Some(group) = by_pattern {
        return leads(group.schema, rest);
    }
    if let Some(others) = schema.get(Keyword::AdditionalProperties).and_then(|others| others.as_object()) {
        return leads(schema.below(others), rest);
    }
    // A structure that the type says nothing of.
    let is_open = [Keyword::AnyOf, Keyword::OneOf, Keyword::Properties].iter().all(|keyword| schema.get(*keyword).is_none());
    is_open && schema.takes_others()
}
