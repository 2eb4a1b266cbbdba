//! The edit that adds a resource to a template.

use crate::graph::{Resource, ResourceGraph};
use crate::text::Edit;

/// Adds a resource called `name` below the others of the template that declares `beside`, under the same condition.
/// `properties` is a flow mapping on one line. `None` where the name is taken, or `beside` is written by a loop.
pub(super) fn new_resource<'t>(
    graph: &ResourceGraph<'t>,
    beside: &Resource<'t>,
    name: &str,
    resource_type: &str,
    properties: &str,
) -> Option<Edit> {
    let declaration = beside.declaration.node;
    let resources = declaration.parent()?;
    let template = graph.values().template(beside.id.stack);
    let taken = template.parameters.get(name).is_some() || resources.entry(name).is_some();
    let written_out = beside.declaration.key.place().text().contains(beside.logical_id());
    if taken || !written_out || resources.path() != ["Resources"] {
        return None;
    }
    let condition = match declaration.get("Condition") {
        Some(condition) => format!("Condition: {}, ", condition.in_flow()?),
        None => String::new(),
    };
    resources.insert_entry(name, &format!("{{Type: {resource_type}, {condition}Properties: {properties}}}"))
}
