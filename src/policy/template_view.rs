//! The view `template`: the document that Guard's own command line would make of a template.
//!
//! Guard reads YAML in ways of its own: which short forms it knows, which words are booleans. They are kept, so that a policy says
//! here what it says there. What Guard cannot read at all (aliases, keys that are no strings) is written out.

use std::borrow::Cow;
use std::collections::hash_map;

use rustc_hash::FxHashMap;

use super::document::{Entry, Shape, Value};
use crate::syntax::{Kind, Node, Style, Tag};

/// Lists and mappings in each other at most; Guard's memory grows with the cube of the depth.
pub(super) const MAX_DEPTH: usize = 128;

/// Most values of a document, and bytes of text over ten: aliases can make few lines many. A template of the size that CloudFormation
/// takes, 1 MB, has fewer.
pub(super) const MAX_SIZE: usize = 200_000;

/// Most entries of one mapping: the time that Guard's reader takes grows with their square.
const MAX_ENTRIES: usize = 4_000;

/// The document of a template; `None` where it is deeper or larger than Guard can bear.
#[must_use]
pub(super) fn document(root: Node<'_>) -> Option<Value<'_>> {
    let mut left = MAX_SIZE;
    value(root, MAX_DEPTH, &mut left)
}

/// A value as Guard reads it; `None` where it is deeper than `depth`, or has more values than are `left`.
pub(super) fn value<'t>(node: Node<'t>, depth: usize, left: &mut usize) -> Option<Value<'t>> {
    *left = left.checked_sub(1 + node.as_str().map_or(0, |text| text.len() / 10))?;
    let depth = depth.checked_sub(1)?;
    let place = node.place();
    let shape = match node.kind() {
        Kind::Scalar => scalar(node),
        Kind::Sequence => {
            let items: Option<Vec<Value>> = node.items().map(|item| value(item, depth, left)).collect();
            Shape::List(items?)
        }
        Kind::Mapping if node.len() > MAX_ENTRIES => return None,
        Kind::Mapping => {
            let mut entries: Vec<Entry> = Vec::with_capacity(node.len());
            let mut known: FxHashMap<&str, usize> = FxHashMap::default();
            for entry in node.entries() {
                let key = entry.key.as_str().unwrap_or_default();
                let value = value(entry.value, depth, left)?;
                let read = Entry { key: Cow::Borrowed(key), key_place: entry.key.place(), value };
                // Of two entries with one key Guard keeps the position of the first and the value of the last.
                match known.entry(key) {
                    hash_map::Entry::Occupied(index) => entries[*index.get()] = read,
                    hash_map::Entry::Vacant(free) => {
                        free.insert(entries.len());
                        entries.push(read);
                    }
                }
            }
            Shape::Map(entries)
        }
    };
    let Some(function) = long_form(node) else { return Some(Value { shape, place }) };
    let argument = Value { shape, place: place.clone() };
    let entry = Entry { key: Cow::Borrowed(function), key_place: place.clone(), value: argument };
    Some(Value { shape: Shape::Map(vec![entry]), place })
}

/// A scalar as Guard's reader resolves it.
pub(super) fn scalar<'t>(node: Node<'t>) -> Shape<'t> {
    let text = node.as_str().unwrap_or_default();
    let string = || Shape::String(Cow::Borrowed(text));
    match node.tag() {
        Tag::NONE => {}
        Tag::BOOL => return text.parse().map_or_else(|_| string(), Shape::Bool),
        Tag::INT => return text.parse().map_or_else(|_| string(), Shape::Int),
        Tag::FLOAT => return finite(text).map_or_else(string, Shape::Float),
        Tag::NULL => return Shape::Null,
        _ => return string(),
    }
    if node.style() != Style::Plain {
        return string();
    }
    if let Ok(number) = text.parse() {
        return Shape::Int(number);
    }
    if let Some(number) = finite(text) {
        return Shape::Float(number);
    }
    match text {
        "true" | "yes" | "on" | "y" => Shape::Bool(true),
        "false" | "no" | "off" | "n" => Shape::Bool(false),
        "~" => Shape::Null,
        _ if text.eq_ignore_ascii_case("null") => Shape::Null,
        _ => string(),
    }
}

/// The number that a text is. `inf` and `nan` are numbers to Guard, which gives no verdict where a clause fails on one: they are texts
/// here, as in `Command: [sleep, inf]`.
fn finite(text: &str) -> Option<f64> {
    text.parse::<f64>().ok().filter(|number| number.is_finite())
}

/// The long form of the node's tag, where Guard knows the short one on a node of this kind.
fn long_form(node: Node) -> Option<&'static str> {
    let function = node.tag().function()?;
    let known: &[&str] = match node.kind() {
        Kind::Scalar => &["Ref", "Base64", "Sub", "GetAZs", "ImportValue", "GetAtt", "Condition"],
        Kind::Sequence => &["GetAtt", "Sub", "Select", "Split", "Join", "FindInMap", "And", "Equals", "If", "Not", "Or"],
        Kind::Mapping => &[],
    };
    known.contains(&function.short()).then(|| function.long())
}
