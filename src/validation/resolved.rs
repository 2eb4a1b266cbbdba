//! A value that a function gives, as far as it is known, against a schema.

use std::rc::Rc;

use super::Kind;
use super::scalar::{Said, is_of_type};
use super::walk::{Site, Walker};
use super::{Fault, Given};
use crate::schema::table::ValueId;
use crate::schema::{Keyword, Schema, TypeSet, stands_for};

/// What says something about a text beside its type.
pub(super) const CONSTRAINTS: &[Keyword] = &[
    Keyword::Enum,
    Keyword::EnumCaseInsensitive,
    Keyword::Const,
    Keyword::Pattern,
    Keyword::MinLength,
    Keyword::MaxLength,
    Keyword::Minimum,
    Keyword::Maximum,
    Keyword::ExclusiveMinimum,
    Keyword::ExclusiveMaximum,
    Keyword::Format,
];

/// Of them, those that one text of many can tell about: all of them have the same form.
const FORMS: &[Keyword] = &[Keyword::Pattern, Keyword::Format];

/// What joins other schemas.
const JOINED: &[Keyword] = &[Keyword::AllOf, Keyword::AnyOf, Keyword::OneOf, Keyword::Not, Keyword::If];

/// What says something about a list.
const OF_LISTS: &[Keyword] = &[Keyword::Items, Keyword::MinItems, Keyword::MaxItems, Keyword::UniqueItems];

/// Deepest nesting of alternatives that are followed.
const MAX_DEPTH: u32 = 8;

/// A text, or a list of texts.
#[derive(Clone, Copy, Debug)]
pub(super) enum Resolved<'a> {
    Text(&'a str),
    List(&'a [String]),
}

/// How much of it is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Known<'a> {
    /// All of it.
    Whole,
    /// What it looks like: names of accounts, regions and stacks in it are typical ones, and a list may have more items. With the text
    /// in which a `*` stands for what is not known.
    Form(&'a str),
}

/// Whether a schema says something about a text, or about the items of a list, beside the type.
pub(super) fn says_something(schema: Schema<'static>) -> bool {
    let mut keywords = schema.object().ids().filter_map(|(key, _)| Keyword::ALL.get(key.0 as usize));
    keywords.any(|keyword| [CONSTRAINTS, JOINED, OF_LISTS].iter().any(|all| all.contains(keyword)))
        || !schema.types().has(TypeSet::STRING)
}

/// Whether a text with `*` for what is not known may be one of those that a schema allows.
fn may_be(glob: &str, schema: Schema<'static>) -> bool {
    let Some(allowed) = schema.allowed() else { return true };
    // A number or Boolean among them has no text to compare.
    allowed.len() != allowed.strings().count() || allowed.strings().any(|text| stands_for(glob, text))
}

impl<'t> Walker<'_, 't> {
    /// The faults of a value that a call gives, each with the text that it is about.
    pub(super) fn misfits(&mut self, site: Site<'t>, schema: Schema<'static>, value: Resolved, known: Known) -> Vec<Fault<'t>> {
        self.apart(|walker| walker.resolved(site, schema, value, known, MAX_DEPTH)).faults
    }

    fn resolved(&mut self, site: Site<'t>, schema: Schema<'static>, value: Resolved, known: Known, depth: u32) {
        let Some(depth) = depth.checked_sub(1).filter(|_| self.may_go_on()) else { return };
        let schema = schema.resolved();
        for (key, under) in schema.object().ids() {
            let Some(&keyword) = Keyword::ALL.get(key.0 as usize) else { continue };
            let fits = |walker: &mut Self, each| {
                walker.apart(|walker| walker.resolved(site, each, value, known, depth)).faults.is_empty()
            };
            match keyword {
                Keyword::Type => {
                    let types = TypeSet::of(schema.value(under));
                    let is_it = match value {
                        Resolved::Text(text) => is_of_type(crate::syntax::ScalarValue::String(text), types),
                        Resolved::List(_) => types.has(TypeSet::ARRAY),
                    };
                    if !is_it {
                        self.fault(site, Kind::WrongType(types));
                    }
                }
                Keyword::AllOf => schema.schemas(keyword).for_each(|each| self.resolved(site, each, value, known, depth)),
                Keyword::AnyOf => {
                    if !schema.schemas(keyword).any(|each| fits(self, each)) {
                        self.fault(site, Kind::NoAlternative(schema));
                    }
                }
                Keyword::OneOf => match schema.schemas(keyword).filter(|each| fits(self, *each)).count() {
                    0 => self.fault(site, Kind::NotOneAlternative { schema, several: false }),
                    1 => {}
                    _ if known != Known::Whole => {}
                    _ => self.fault(site, Kind::NotOneAlternative { schema, several: true }),
                },
                Keyword::Not if known == Known::Whole => {
                    if schema.schemas(keyword).any(|each| fits(self, each)) {
                        self.fault(site, Kind::Forbidden);
                    }
                }
                Keyword::If if known == Known::Whole => {
                    let holds = schema.schemas(keyword).all(|each| fits(self, each));
                    let next = if holds { Keyword::Then } else { Keyword::Else };
                    schema.schemas(next).for_each(|each| self.resolved(site, each, value, known, depth));
                }
                _ => match value {
                    Resolved::Text(text) => {
                        let is_looked_at = match known {
                            Known::Whole => CONSTRAINTS.contains(&keyword),
                            Known::Form(glob) => FORMS.contains(&keyword) || keyword == Keyword::Enum && !may_be(glob, schema),
                        };
                        if is_looked_at {
                            self.text_keyword(site, schema, keyword, under, &Said::given(text));
                        }
                    }
                    Resolved::List(items) => self.items_given(site, schema, (keyword, under), items, known, depth),
                },
            }
        }
    }

    fn items_given(
        &mut self,
        site: Site<'t>,
        schema: Schema<'static>,
        (keyword, under): (Keyword, ValueId),
        items: &[String],
        known: Known,
        depth: u32,
    ) {
        match keyword {
            Keyword::Items => {
                let Some(each) = schema.value(under).as_object().map(|object| schema.below(object)) else { return };
                for item in items {
                    let outcome = self.apart(|walker| walker.resolved(site, each, Resolved::Text(item), known, depth));
                    for mut fault in outcome.faults {
                        let about = || Given { call: site.node, text: Rc::from(item.as_str()), declared: None, property: "" };
                        fault.given.get_or_insert_with(about);
                        self.outcome.faults.push(fault);
                    }
                }
            }
            Keyword::MinItems | Keyword::MaxItems if known == Known::Whole => {
                let (Some(limit), found) = (schema.value(under).as_integer(), items.len() as i64) else { return };
                if if keyword == Keyword::MinItems { found < limit } else { found > limit } {
                    self.fault(site, Kind::OutOfBounds { keyword, limit: limit as f64, found: found as f64 });
                }
            }
            Keyword::UniqueItems if known == Known::Whole && schema.value(under).as_bool() == Some(true) => {
                let mut sorted: Vec<&String> = items.iter().collect();
                sorted.sort_unstable();
                if sorted.windows(2).any(|pair| pair[0] == pair[1]) {
                    self.fault(site, Kind::RepeatedItem(keyword));
                }
            }
            _ => {}
        }
    }
}
