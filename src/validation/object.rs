//! Mappings: which properties they have, and what those are.

use std::cell::{Cell, OnceCell};

use super::Kind;
use super::walk::{Site, Walker};
use crate::schema::Schema;
use crate::schema::table::{Value, ValueId};
use crate::syntax::{Entry, Node};

/// What a schema declares properties under.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Declared {
    pub(super) by_name: Option<ValueId>,
    pub(super) by_pattern: Option<ValueId>,
    pub(super) others: Option<ValueId>,
}

/// The properties of a mapping as written, read when something is asked of them: schemas ask for many names.
pub(super) struct Properties<'t> {
    node: Node<'t>,
    written: OnceCell<Vec<Written<'t>>>,
}

/// A property as written.
struct Written<'t> {
    name: &'t str,
    entry: Entry<'t>,
    /// Whether the schema declares it.
    is_known: Cell<bool>,
}

impl<'t> Properties<'t> {
    pub(super) fn of(node: Node<'t>) -> Self {
        Self { node, written: OnceCell::new() }
    }

    fn written(&self) -> &[Written<'t>] {
        self.written.get_or_init(|| {
            let is_known = || Cell::new(false);
            let written =
                |entry: Entry<'t>| Written { name: entry.key.as_str().unwrap_or_default(), entry, is_known: is_known() };
            self.node.entries().map(written).collect()
        })
    }

    /// The first property of a name.
    pub(super) fn entry(&self, name: &str) -> Option<Entry<'t>> {
        self.written().iter().find(|one| one.name == name).map(|one| one.entry)
    }
}

impl<'t> Walker<'_, 't> {
    /// Compares the properties of a mapping with those that a schema declares.
    pub(super) fn object(&mut self, site: Site<'t>, schema: Schema<'static>, declared: Declared, properties: &Properties<'t>) {
        let Declared { by_name, by_pattern, others } = declared;
        if by_name.is_none() && by_pattern.is_none() && others.is_none() {
            return;
        }
        let written = properties.written();
        let mut left = written.len();
        // Most of the names that are declared are none of those written: their lengths, as bits of a number, tell that of most of them.
        let length = |name: &[u8]| 1_u64 << (name.len() % 64);
        let lengths = written.iter().fold(0, |all, one| all | length(one.name.as_bytes()));
        if let Some(Value::Object(by_name)) = by_name.map(|id| schema.value(id)) {
            let table = by_name.table();
            for (name, value) in by_name.ids() {
                if left == 0 {
                    break;
                }
                let name = table.bytes(name);
                if lengths & length(name) == 0 {
                    continue;
                }
                let mut first = None;
                // A second key of the same name is another rule's.
                for one in written.iter().filter(|one| one.name.as_bytes() == name) {
                    one.is_known.set(true);
                    left -= 1;
                    first = first.or(Some(one.entry));
                }
                let Some(entry) = first else { continue };
                match table.value(value) {
                    Value::Object(object) => self.entry(site, entry, schema.below(object)),
                    Value::Bool(false) => self.fault(Site { at: entry.key.span(), ..site }, Kind::Forbidden),
                    _ => {}
                }
            }
        }
        if left > 0 && by_pattern.is_some() {
            for group in schema.pattern_properties() {
                let Some(pattern) = self.facts.cached_pattern(group.name) else {
                    written.iter().for_each(|one| one.is_known.set(true));
                    continue;
                };
                for one in written.iter().filter(|one| pattern.is_match(one.name)) {
                    one.is_known.set(true);
                    self.entry(site, one.entry, group.schema);
                }
            }
        }
        let unknown = written.iter().filter(|one| !one.is_known.get());
        match others.map(|id| schema.value(id)) {
            Some(Value::Bool(false)) => {
                for &Written { name, entry, .. } in unknown {
                    // A macro's call, and what is left of a loop.
                    if name == "Fn::Transform" || name.starts_with("Fn::ForEach") {
                        continue;
                    }
                    let site = Site { at: entry.key.span(), node: entry.value, ..site };
                    self.fault(site, Kind::UnknownProperty { key: entry.key, schema });
                }
            }
            Some(Value::Object(object)) => {
                for one in unknown {
                    self.entry(site, one.entry, schema.below(object));
                }
            }
            _ => {}
        }
    }

    fn entry(&mut self, site: Site<'t>, entry: Entry<'t>, schema: Schema<'static>) {
        self.path.push(entry.key.as_str().unwrap_or_default());
        self.value(Site::new(entry.value, entry.key.span(), site.when), schema);
        self.path.pop();
    }
}
