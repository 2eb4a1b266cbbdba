//! Names and keys of the entries of sections.

use super::super::{Finding, Sink};
use crate::syntax::Node;
use crate::text::nearest_name;

/// Whether a name has only letters and digits of ASCII, or one of `others`.
pub(super) fn is_alphanumeric(name: &str, others: &[u8]) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || others.contains(&byte))
}

/// Whether a key is a loop or an included file, which put others in its place.
pub(super) fn is_expanded(key: Node) -> bool {
    key.as_str()
        .is_some_and(|key| key.starts_with("Fn::ForEach::") || key == "Fn::Transform" || key.contains("${") || key.contains("&{"))
}

/// Reports the name of an entry that cannot be one; `what` says whose.
pub(super) fn report_name(key: Node, what: &str, takes: &str, sink: &mut Sink) {
    let name = key.as_str().unwrap_or_default();
    sink.report(
        Finding::at(key.span(), format!("`{name}` cannot be the name of {what}")).node(key).help(format!("use {takes} only")),
    );
}

/// Reports the keys of an entry that it cannot have.
pub(super) fn report_keys(node: Node, what: &str, known: &[&str], sink: &mut Sink) {
    for entry in node.entries().filter(|entry| !is_expanded(entry.key)) {
        let name = entry.key.as_str().unwrap_or_default();
        if known.contains(&name) {
            continue;
        }
        let help = match nearest_name(name, known.iter().copied()) {
            Some(nearest) => format!("write `{nearest}`"),
            None => "remove it".to_owned(),
        };
        sink.report(Finding::at(entry.key.span(), format!("{what} has no `{name}`")).node(entry.value).help(help));
    }
}
