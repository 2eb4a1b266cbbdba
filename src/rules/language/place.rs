//! Where findings about functions begin: where cfn-lint's do.

use crate::syntax::{Node, ScalarValue};
use crate::text::Span;

/// The function's own key; where it is written as a tag, the nearest key above.
pub(in super::super) fn of_call(node: Node, long_form: &str) -> Span {
    match node.entry(long_form).filter(|_| node.tag().function().is_none()) {
        Some(entry) => entry.key.span(),
        None => key_above(node),
    }
}

/// The item itself in a list, the key in a mapping; numbers have no place of their own for cfn-lint.
pub(in super::super) fn of_value(node: Node) -> Span {
    let has_place = node.scalar().is_none_or(|scalar| matches!(scalar.value(), ScalarValue::String(_)));
    if has_place && node.parent().is_some_and(Node::is_sequence) { node.span() } else { key_above(node) }
}

/// The nearest key above a value; the value itself where there is none.
pub(super) fn key_above(node: Node) -> Span {
    let mut at = node;
    while let Some(parent) = at.parent() {
        if let Some(entry) = at.own_entry() {
            return entry.key.span();
        }
        at = parent;
    }
    node.span()
}
