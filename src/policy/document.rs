//! The document that a policy is evaluated on: values as Guard knows them, each with the text it came from.
//!
//! What is in a document is decided by the views beside this file; here it is written out and found again.

use std::borrow::Cow;
use std::fmt::Write;

use crate::text::Place;

/// A value of a document, with the text it came from.
#[derive(Clone, Debug)]
pub(super) struct Value<'t> {
    /// What it is.
    pub(super) shape: Shape<'t>,
    /// The text it came from.
    pub(super) place: Place,
}

/// What a value is.
#[derive(Clone, Debug)]
pub(super) enum Shape<'t> {
    /// `null` or `~`.
    Null,
    /// A boolean.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// Any other finite number.
    Float(f64),
    /// A text.
    String(Cow<'t, str>),
    /// A list.
    List(Vec<Value<'t>>),
    /// Entries in the order in which they are written.
    Map(Vec<Entry<'t>>),
}

/// An entry of a map.
#[derive(Clone, Debug)]
pub(super) struct Entry<'t> {
    /// Its key.
    pub(super) key: Cow<'t, str>,
    /// The text of the key.
    pub(super) key_place: Place,
    /// Its value.
    pub(super) value: Value<'t>,
}

/// The text that a path of Guard leads to.
#[derive(Clone, Debug)]
pub(super) struct Found {
    /// The key, where the path ends at an entry of a map.
    pub(super) key: Option<Place>,
    /// The value.
    pub(super) value: Place,
    /// The keys and list indices that lead there.
    pub(super) path: Vec<String>,
}

impl<'t> Value<'t> {
    /// The value of the entry `key` of a map.
    #[must_use]
    pub(super) fn get(&self, key: &str) -> Option<&Self> {
        self.entries().iter().find(|entry| entry.key == key).map(|entry| &entry.value)
    }

    /// The entries of a map; none for anything else.
    #[must_use]
    pub(super) fn entries(&self) -> &[Entry<'t>] {
        if let Shape::Map(entries) = &self.shape { entries } else { &[] }
    }

    /// The text of a string.
    #[must_use]
    pub(super) fn as_str(&self) -> Option<&str> {
        if let Shape::String(text) = &self.shape { Some(text) } else { None }
    }

    /// The place that Guard calls `path`: keys and indices behind a `/` each. Guard does not escape a `/` in a key, so every key
    /// that the rest of the path begins with is tried.
    #[must_use]
    pub(super) fn find(&self, path: &str) -> Found {
        let mut best = Found { key: None, value: self.place.clone(), path: Vec::new() };
        let mut work: Vec<(&Self, &str, Option<&Place>, Vec<String>)> = vec![(self, path, None, Vec::new())];
        while let Some((value, rest, key, steps)) = work.pop() {
            if steps.len() > best.path.len() || rest.is_empty() {
                let key = key.cloned();
                best = Found { key, value: value.place.clone(), path: steps.clone() };
            }
            let Some(rest) = rest.strip_prefix('/') else {
                if rest.is_empty() {
                    return best;
                }
                continue;
            };
            let below = |name: &str| {
                let rest = rest.strip_prefix(name)?;
                (rest.is_empty() || rest.starts_with('/')).then(|| (rest, [steps.as_slice(), &[name.to_owned()]].concat()))
            };
            match &value.shape {
                Shape::List(items) => {
                    let index = rest.split('/').next().unwrap_or_default();
                    let item = index.parse::<usize>().ok().and_then(|index| items.get(index));
                    work.extend(item.and_then(|item| below(index).map(|(rest, steps)| (item, rest, None, steps))));
                }
                Shape::Map(entries) => {
                    work.extend(entries.iter().filter_map(|entry| {
                        let (rest, steps) = below(&entry.key)?;
                        Some((&entry.value, rest, Some(&entry.key_place), steps))
                    }));
                }
                _ => {}
            }
        }
        best
    }

    /// The value as text for Guard's reader, which reads JSON as YAML by libyaml.
    #[must_use]
    pub(super) fn to_text(&self) -> String {
        let mut out = String::new();
        self.write(&mut out);
        out
    }

    /// Writes the value behind `out`.
    pub(super) fn write(&self, out: &mut String) {
        match &self.shape {
            Shape::Null => out.push_str("null"),
            Shape::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
            Shape::Int(value) => {
                let _ = write!(out, "{value}");
            }
            // The debug form has a point or an exponent, so it is not read as a whole number.
            Shape::Float(value) => {
                let _ = write!(out, "{value:?}");
            }
            Shape::String(text) => write_string(out, text),
            Shape::List(items) => {
                out.push('[');
                for (index, item) in items.iter().enumerate() {
                    if index > 0 {
                        out.push(',');
                    }
                    item.write(out);
                }
                out.push(']');
            }
            Shape::Map(entries) => {
                out.push('{');
                for (index, entry) in entries.iter().enumerate() {
                    if index > 0 {
                        out.push(',');
                    }
                    write_key(out, &entry.key);
                    entry.value.write(out);
                }
                out.push('}');
            }
        }
    }
}

/// Writes a key and its colon. libyaml takes a key longer than 1,024 bytes only where a `?` announces it.
pub(super) fn write_key(out: &mut String, key: &str) {
    if key.len() > 200 {
        out.push_str("? ");
    }
    write_string(out, key);
    out.push_str(": ");
}

/// A string in double quotes. What libyaml does not take as it is, or takes as a line break, is escaped.
fn write_string(out: &mut String, text: &str) {
    out.push('"');
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{0}'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}' => {
                let _ = write!(out, "\\u{:04x}", u32::from(character));
            }
            character => out.push(character),
        }
    }
    out.push('"');
}
