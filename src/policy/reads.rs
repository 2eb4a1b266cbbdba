//! What a rule file reads of a resource, so that nothing else is worked out for it.

use std::collections::BTreeSet;

use super::prune::Scope;

/// What a rule file reads of resources.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Reads {
    /// Of these types, and these sections beside them; of any where it is `None`.
    types: Option<BTreeSet<String>>,
    sections: BTreeSet<String>,
    /// The rule file without what Guard does not tell apart in names; `None` where it reads properties that it does not name.
    text: Option<String>,
}

/// Queries of properties that name none.
const UNNAMED: [&str; 5] = ["properties.*", "properties[", "properties.%", "properties.some", "properties{*"];

impl Reads {
    /// What the rule file `text` reads.
    pub(super) fn of(scope: &Scope, text: &str) -> Self {
        let (types, sections) = match scope {
            Scope::Parts { types, sections } => (Some(types.clone()), sections.clone()),
            Scope::Whole => (None, BTreeSet::new()),
        };
        let text = plain(text);
        let is_open = UNNAMED.iter().any(|query| text.contains(query));
        Self { types, sections, text: (!is_open).then_some(text) }
    }

    /// Whether it reads resources of a type.
    pub(super) fn is_of_type(&self, name: &str) -> bool {
        self.types.as_ref().is_none_or(|types| types.contains(name))
    }

    /// Whether it reads a section. The metadata may hold what suppresses a rule.
    pub(super) fn is_section(&self, name: &str) -> bool {
        self.types.is_none() || name == "Metadata" || self.sections.iter().any(|section| section.eq_ignore_ascii_case(name))
    }

    /// Whether it may read the property `name`.
    pub(super) fn is_named(&self, name: &str) -> bool {
        self.text.as_ref().is_none_or(|text| text.contains(&plain(name)))
    }

    /// Whether it may read a part of the facts.
    pub(super) fn has_word(&self, word: &str) -> bool {
        self.is_named(word)
    }
}

/// Guard also finds a key that is written in another case: `bucket_name` for `BucketName`.
fn plain(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace() && !matches!(c, '_' | '-')).flat_map(char::to_lowercase).collect()
}
