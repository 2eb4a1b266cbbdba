//! Mappings: which properties they have, and what those are.

use super::Kind;
use super::walk::{Site, Walker};
use crate::schema::table::Value;
use crate::schema::{Keyword, Schema};
use crate::syntax::Entry;

impl<'t> Walker<'_, 't> {
    /// Compares the properties of a mapping with those that a schema declares.
    pub(super) fn object(&mut self, site: Site<'t>, schema: Schema<'static>) {
        let declared = schema.get(Keyword::Properties).and_then(Value::as_object);
        let by_pattern = schema.get(Keyword::PatternProperties).is_some();
        let others = schema.get(Keyword::AdditionalProperties);
        if declared.is_none() && !by_pattern && others.is_none() {
            return;
        }
        let entries: Vec<(&'t str, Entry<'t>)> =
            site.node.entries().map(|entry| (entry.key.as_str().unwrap_or_default(), entry)).collect();
        let mut known = vec![false; entries.len()];
        let mut left = entries.len();
        if let Some(declared) = declared {
            let table = declared.table();
            for (name, value) in declared.ids() {
                if left == 0 {
                    break;
                }
                let name = table.bytes(name);
                let Some(index) = entries.iter().position(|(written, _)| written.as_bytes() == name) else { continue };
                // A second key of the same name is another rule's.
                for (known, _) in known.iter_mut().zip(&entries).filter(|(_, (written, _))| written.as_bytes() == name) {
                    *known = true;
                    left -= 1;
                }
                match table.value(value) {
                    Value::Object(object) => self.entry(site, entries[index].1, schema.below(object)),
                    Value::Bool(false) => {
                        let key = entries[index].1.key;
                        self.fault(Site { at: key.span(), ..site }, Kind::Forbidden);
                    }
                    _ => {}
                }
            }
        }
        if left > 0 && by_pattern {
            for group in schema.pattern_properties() {
                let Some(pattern) = self.facts.cached_pattern(group.name) else {
                    known.fill(true);
                    continue;
                };
                for (index, (name, entry)) in entries.iter().enumerate() {
                    if pattern.is_match(name) {
                        known[index] = true;
                        self.entry(site, *entry, group.schema);
                    }
                }
            }
        }
        let unknown = entries.iter().zip(known).filter(|(_, known)| !known).map(|(entry, _)| *entry);
        match others {
            Some(Value::Bool(false)) => {
                for (name, entry) in unknown {
                    // A macro's call, and what is left of a loop.
                    if name == "Fn::Transform" || name.starts_with("Fn::ForEach") {
                        continue;
                    }
                    let site = Site { at: entry.key.span(), node: entry.value, ..site };
                    self.fault(site, Kind::UnknownProperty { key: entry.key, schema });
                }
            }
            Some(Value::Object(object)) => {
                for (_, entry) in unknown {
                    self.entry(site, entry, schema.below(object));
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
