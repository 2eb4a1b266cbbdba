//! Finding the values at a path of properties.

use crate::syntax::Node;

/// The values at `path` below `node`; `*` stands for every item of a list, and for a value that is no list.
pub(super) fn values_at<'t>(node: Node<'t>, path: &[&str]) -> Vec<Node<'t>> {
    let Some((first, rest)) = path.split_first() else { return vec![node] };
    match *first {
        "*" if node.is_sequence() && node.function().is_none() => node.items().flat_map(|item| values_at(item, rest)).collect(),
        "*" => Vec::new(),
        key => node.get(key).into_iter().flat_map(|value| values_at(value, rest)).collect(),
    }
}
