//! A section: entries in the order in which they are written, found by name.

use rustc_hash::FxHashMap;

use super::{AssertionRule, Condition, Mapping, Output, Parameter, Resource};
use crate::syntax::Node;

/// Entries of a section.
#[derive(Debug)]
pub struct Section<'t, T> {
    /// The section's value, whatever its shape; `None` where the section is missing.
    pub node: Option<Node<'t>>,
    entries: Vec<T>,
    by_name: FxHashMap<&'t str, u32>,
}

/// An entry that has a name.
pub trait Named<'t> {
    /// The key under which it is written.
    fn key(&self) -> Node<'t>;

    /// Its name.
    fn name(&self) -> &'t str {
        self.key().as_str().unwrap_or_default()
    }
}

macro_rules! named {
    ($($entry:ident),*) => {
        $(impl<'t> Named<'t> for $entry<'t> {
            fn key(&self) -> Node<'t> {
                self.key
            }
        })*
    };
}

named!(Parameter, Mapping, Condition, AssertionRule, Resource, Output);

impl<'t, T: Named<'t>> Section<'t, T> {
    pub(super) fn empty() -> Self {
        Self { node: None, entries: Vec::new(), by_name: FxHashMap::default() }
    }

    /// Reads the entries of `section`; those of which `entry` makes nothing are left out.
    pub(super) fn read(&mut self, section: Node<'t>, entry: impl Fn(Node<'t>, Node<'t>) -> Option<T>) {
        self.node.get_or_insert(section);
        for pair in section.entries() {
            let Some(name) = pair.key.as_str() else { continue };
            if let Some(entry) = entry(pair.key, pair.value) {
                self.by_name.entry(name).or_insert(self.entries.len() as u32);
                self.entries.push(entry);
            }
        }
    }

    /// The entries in order.
    pub fn iter(&self) -> std::slice::Iter<'_, T> {
        self.entries.iter()
    }

    /// The number of entries.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is no entry.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The entry called `name`.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&T> {
        self.index(name).map(|index| &self.entries[index])
    }

    /// The number of the entry called `name`.
    #[must_use]
    pub fn index(&self, name: &str) -> Option<usize> {
        self.by_name.get(name).map(|index| *index as usize)
    }

    /// The entry number `index`.
    #[must_use]
    pub fn at(&self, index: usize) -> Option<&T> {
        self.entries.get(index)
    }
}
