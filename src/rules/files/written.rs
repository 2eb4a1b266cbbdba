//! Where a file of parameter values says what.

use super::super::Finding;
use crate::syntax::Node;
use crate::text::Span;

/// The key by which a deployment file names its template.
pub(super) const TEMPLATE: &str = "template-file-path";

/// The parameters of a file that is a mapping: below `parameters` in a deployment file, below `Parameters` in one for CodePipeline, else
/// the whole.
pub(in super::super) fn values_of(root: Node<'_>) -> Option<Node<'_>> {
    match root.get(TEMPLATE) {
        Some(_) => root.get("parameters"),
        None => Some(root.get("Parameters").unwrap_or(root)),
    }
}

/// The value that a file gives a parameter, and where it is reported.
pub(in super::super) fn value_in<'t>(root: Node<'t>, name: &str) -> Option<(Node<'t>, Span)> {
    let values = if root.is_mapping() { values_of(root)? } else { root };
    if values.is_mapping() {
        return values.entry(name).map(|entry| (entry.value, entry.key.span()));
    }
    values.items().find_map(|item| {
        if let Some(text) = item.as_str() {
            return text.split_once('=').filter(|(own, _)| *own == name).map(|_| (item, item.span()));
        }
        let own = item.get("ParameterKey").and_then(Node::as_str)?;
        let value = item.entry("ParameterValue").filter(|_| own == name)?;
        Some((value.value, value.key.span()))
    })
}

/// Whether a value is one that a parameter takes: a scalar, or a list of them.
pub(super) fn is_value(node: Node) -> bool {
    let is_scalar = |node: Node| node.scalar().is_some_and(|scalar| !scalar.is_null());
    is_scalar(node) || node.is_sequence() && node.items().all(is_scalar)
}

/// A parameter whose value is none.
pub(super) fn no_value<'t>(name: &str, at: Span, node: Node<'t>) -> Finding<'t> {
    Finding::at(at, format!("parameter `{name}` is given no value that a parameter takes"))
        .node(node)
        .help("write a string, a number, a Boolean, or a list of them")
}
