//! What the rules of all sections ask: shapes of values, names of keys, and where to point.

use rustc_hash::FxHashSet;

use super::super::Finding;
use crate::analysis::Analysis;
use crate::diagnostic::Safety;
use crate::syntax::{Entry, Function, Kind, Node, ScalarValue};
use crate::text::{Span, nearest_name};

/// Whether the text says all: it does not end in a mistake, and no macro rewrites it.
pub(super) fn is_settled(analysis: &Analysis) -> bool {
    !analysis.tree.ends_early() && !analysis.template.has_unknown_transform()
}

/// Whether a macro puts entries into this mapping.
pub(super) fn is_filled(mapping: Node) -> bool {
    mapping.entries().any(|entry| entry.key.as_str().is_some_and(is_generator))
}

/// The entries that are written out, each place once: a loop repeats the places of its body.
pub(super) fn written(mapping: Node<'_>) -> impl Iterator<Item = (&str, Entry<'_>)> {
    let all = move || {
        let named = mapping.entries().filter_map(|entry| Some((entry.key.as_str()?, entry)));
        named.filter(|(name, _)| !is_generator(name))
    };
    let start = |entry: &Entry| entry.key.span().start;
    // Most mappings stand in the order of the text: until one entry does not, no place is remembered but the last.
    let (mut last, mut seen) = (None, None::<FxHashSet<u32>>);
    all().enumerate().filter_map(move |(index, (name, entry))| {
        let at = start(&entry);
        let is_new = if seen.is_none() && last.is_none_or(|last| last < at) {
            last = Some(at);
            true
        } else {
            seen.get_or_insert_with(|| all().take(index).map(|(_, entry)| start(&entry)).collect()).insert(at)
        };
        is_new.then_some((name, entry))
    })
}

/// What stands beside ordinary keys and makes others.
fn is_generator(name: &str) -> bool {
    name == "Fn::Transform" || name.starts_with("Fn::ForEach::")
}

/// Whether a name has letters and digits only; what a loop could not write out is left alone.
pub(super) fn is_alphanumeric(name: &str) -> bool {
    name.contains("${") || name.contains("&{") || (!name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric()))
}

/// Whether this is text, a number or a boolean, as CloudFormation takes them all for strings.
pub(super) fn is_text(node: Node) -> bool {
    node.scalar().is_some_and(|scalar| !scalar.is_null()) && node.function().is_none()
}

/// Whether this is `true` or `false`, quoted or not.
pub(super) fn is_bool(node: Node) -> bool {
    let Some(scalar) = node.scalar().filter(|_| node.function().is_none()) else { return false };
    match scalar.value() {
        ScalarValue::Bool(_) => true,
        ScalarValue::String(text) => matches!(text, "true" | "True" | "TRUE" | "false" | "False" | "FALSE"),
        _ => false,
    }
}

/// The number that is written here, quoted or not.
pub(super) fn number(node: Node) -> Option<f64> {
    let scalar = node.scalar().filter(|_| node.function().is_none())?;
    match scalar.value() {
        ScalarValue::Int(value) => Some(value as f64),
        ScalarValue::Float(value) => Some(value),
        ScalarValue::String(text) => text.trim().parse().ok(),
        ScalarValue::Bool(_) | ScalarValue::Null => None,
    }
}

/// A mapping of keys, and no function.
pub(super) fn is_plain_mapping(node: Node) -> bool {
    node.is_mapping() && node.function().is_none()
}

/// A list, and no function.
pub(super) fn is_plain_list(node: Node) -> bool {
    node.is_sequence() && node.function().is_none()
}

/// What a value is, for a message.
pub(super) fn kind(node: Node) -> String {
    if let Some((function, _)) = node.function() {
        return format!("a call of `{}`", function.long());
    }
    if node.condition().is_some() {
        return "a call of `Condition`".to_owned();
    }
    let kind = match (node.kind(), node.scalar().map(|scalar| scalar.value())) {
        (Kind::Mapping, _) => "a mapping",
        (Kind::Sequence, _) => "a list",
        (_, Some(ScalarValue::Null) | None) => "empty",
        (_, Some(ScalarValue::Bool(_))) => "a boolean",
        (_, Some(ScalarValue::Int(_) | ScalarValue::Float(_))) => "a number",
        (_, Some(ScalarValue::String(_))) => "a string",
    };
    kind.to_owned()
}

/// Whether a macro writes this value.
pub(super) fn is_generated(node: Node) -> bool {
    node.function().is_some_and(|(function, _)| function == Function::Transform) || is_filled(node)
}

/// A value of the wrong kind; `what` names it, `wanted` says what it must be.
pub(super) fn wrong_kind<'t>(what: &str, wanted: &str, node: Node<'t>) -> Finding<'t> {
    let (at, here) = (at_value(node), format!("this is {}", kind(node)));
    let finding = Finding::at(at, format!("{what} must be {wanted}")).node(node);
    let text = node.tree().source().slice(node.span());
    // A label on a value of many lines hides the key.
    if text.is_empty() || text.contains('\n') || at == node.span() {
        finding.here(here)
    } else {
        finding.label(node.span(), here)
    }
}

/// A key that does not belong there, with the one that was likely meant.
pub(super) fn unknown_key<'t>(what: &str, mapping: Node<'t>, key: Node<'t>, known: &[&str]) -> Finding<'t> {
    let name = key.as_str().unwrap_or_default();
    let finding = Finding::at(key.span(), format!("{what} `{}`", shortened(name))).node(key);
    let free = known.iter().copied().filter(|known| mapping.get(known).is_none());
    match nearest_name(name, free) {
        Some(near) => {
            let finding = finding.help(format!("write `{near}`"));
            match key.replace_scalar(near) {
                Some(edit) => finding.fix(format!("write `{near}`"), Safety::Unsafe, vec![edit]),
                None => finding,
            }
        }
        None => finding.help("remove it"),
    }
}

/// A name for a message, without what makes it longer than a line.
pub(super) fn shortened(name: &str) -> String {
    if name.chars().count() <= 60 { name.to_owned() } else { name.chars().take(57).chain("...".chars()).collect() }
}

/// Where a value is reported, as cfn-lint does: at its key, or at itself in a list.
pub(super) fn at_value(node: Node) -> Span {
    if node.parent().is_some_and(Node::is_sequence) { node.span() } else { key_above(node) }
}

/// Where a call is reported, as cfn-lint does: at the function's own key; where it is a tag, at the nearest key above.
pub(super) fn at_call(node: Node) -> Span {
    let long = node.entries().next().filter(|_| node.tag().function().is_none() && node.len() == 1);
    long.map_or_else(|| key_above(node), |entry| entry.key.span())
}

fn key_above(node: Node) -> Span {
    let mut at = node;
    while let Some(parent) = at.parent() {
        if let Some(entry) = at.own_entry() {
            return entry.key.span();
        }
        at = parent;
    }
    node.span()
}

/// The start of the template: its first key, or the brace before it.
pub(super) fn start(root: Node) -> Span {
    let first = root.entries().next().map(|entry| entry.key.span());
    first.filter(|key| key.start == root.span().start).unwrap_or(Span::at(root.span().start))
}
