//! The change that gives a role more permissions, which ECS104 and ECS108 share.

use crate::analysis::Analysis;
use crate::graph::Resource;
use crate::text::Edit;

/// The edit that adds an inline policy called `name`, which allows `actions` on every resource; `None` where it is not sure that
/// they are then allowed.
pub(super) fn allowance<'t>(analysis: &Analysis<'t>, role: &Resource<'t>, name: &str, actions: &[&str]) -> Option<Edit> {
    let node = role.declaration.node;
    let text = node.tree().source().slice(node.span());
    // A statement that denies wins over the new one, and a policy's name is unique in its role.
    if text.contains("Deny") || text.contains(name) {
        return None;
    }
    let properties = role.declaration.properties?;
    let actions = actions.iter().map(|action| format!("\"{action}\"")).collect::<Vec<_>>().join(", ");
    let statement = format!("{{Effect: Allow, Action: [{actions}], Resource: \"*\"}}");
    let document = format!("{{Version: \"2012-10-17\", Statement: [{statement}]}}");
    let policy = format!("{{PolicyName: {name}, PolicyDocument: {document}}}");
    let policies = analysis.graph().property(role, &["Policies"]);
    match policies.as_slice() {
        // More than one case, or one that is no written list: there is no one place for it.
        [policies] => match policies.written() {
            Some(list) if list.node.is_sequence() && list.node.function().is_none() => list.node.append_item(&policy),
            Some(_) => None,
            None if properties.get("Policies").is_none() => properties.insert_entry("Policies", &format!("[{policy}]")),
            None => None,
        },
        _ => None,
    }
}
