//! The tags of a resource, by what holds for tags of all types.

use super::Kind;
use super::walk::{Site, Walker};
use crate::schema::table::Value;
use crate::schema::{Keyword, Schema, TypeFacts, TypeSet};
use crate::text::Span;

/// What is wrong with the tags of a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TagFault {
    /// They are neither a list nor a mapping, or one of them is no mapping.
    WrongType(TypeSet),
    /// One has no key.
    NoKey,
    /// Two have the same key.
    RepeatedKey,
    /// A key that begins with `aws:`, or has nothing in it.
    RefusedKey,
    /// A key or value of another length than tags have.
    WrongLength {
        /// `minLength` or `maxLength`.
        keyword: Keyword,
        /// The bound.
        limit: u32,
    },
}

impl<'t> Walker<'_, 't> {
    /// Compares the property `Tags` with what holds for all tags, where a type has tags. What the schema of the type says already is told
    /// as an echo of that.
    pub(super) fn tags(&mut self, site: Site<'t>, schema: Schema<'static>) {
        if site.node.get("Tags").is_none() || !has_tags(schema) {
            return;
        }
        let Some(all) = self.types.tagging else { return };
        // What functions give is compared with the schema of the type.
        self.alternatives += 1;
        let found = self.apart(|walker| walker.plain(site, all));
        self.alternatives -= 1;
        for mut fault in found.faults {
            let Some(tag_fault) = TagFault::of(fault.kind) else { continue };
            let is_told =
                |at: Span, kind: Kind| at == fault.at && std::mem::discriminant(&kind) == std::mem::discriminant(&fault.kind);
            let told = self.outcome.faults.iter().find(|known| is_told(known.at, known.kind));
            fault.echo_of = told.map(|known| known.kind).into_iter().collect();
            fault.kind = Kind::Tags(tag_fault);
            self.outcome.faults.push(fault);
        }
    }
}

/// Whether resources of a type have tags.
#[must_use]
pub fn is_taggable(facts: TypeFacts<'static>) -> bool {
    facts.variants().any(|variant| has_tags(variant.schema))
}

fn has_tags(schema: Schema<'static>) -> bool {
    let taggable = |value: Value<'static>| value.as_object()?.get_key(Keyword::Taggable)?.as_bool();
    schema.get(Keyword::Tagging).and_then(taggable) == Some(true)
}

impl TagFault {
    fn of(kind: Kind) -> Option<Self> {
        Some(match kind {
            Kind::WrongType(expected) => Self::WrongType(expected),
            Kind::MissingProperty(_) => Self::NoKey,
            Kind::RepeatedItem(_) => Self::RepeatedKey,
            Kind::PatternMismatch(_) | Kind::UnknownProperty { .. } => Self::RefusedKey,
            Kind::OutOfBounds { keyword, limit, .. } => Self::WrongLength { keyword, limit: limit as u32 },
            _ => return None,
        })
    }
}
