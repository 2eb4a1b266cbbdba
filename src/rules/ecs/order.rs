//! The edit that makes CloudFormation create one resource after another.

use crate::graph::{Resource, ResourceGraph};
use crate::syntax::Style;
use crate::text::Edit;
use crate::values::Formula;

/// Adds `earlier` to the `DependsOn` of `later`. `None` where they are in different templates, in a loop, or where that would
/// make a circle.
pub(super) fn depends_on(graph: &ResourceGraph, later: &Resource, earlier: &Resource) -> Option<Edit> {
    let written_out = |resource: &Resource| {
        let key = resource.declaration.key;
        key.place().text().contains(resource.logical_id())
    };
    let circle = graph.created_after(earlier.id, later.id) != Formula::FALSE;
    if later.id.stack != earlier.id.stack || circle || !written_out(later) || !written_out(earlier) {
        return None;
    }
    let name = earlier.logical_id();
    let declaration = later.declaration.node;
    let Some(entry) = declaration.entry("DependsOn") else { return declaration.insert_entry("DependsOn", name) };
    if entry.value.is_sequence() {
        return entry.value.append_item(name);
    }
    // Whether the scalar may be changed at all, the edit says that replaces it.
    entry.value.replace_scalar(name)?;
    let quote = match entry.value.style() {
        Style::SingleQuoted => "'",
        Style::DoubleQuoted => "\"",
        _ => "",
    };
    let replacement = format!("[{}, {quote}{name}{quote}]", entry.value.place().text());
    Some(Edit { span: entry.value.span(), replacement })
}
