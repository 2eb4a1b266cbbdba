//! A new name for what stands at a place, wherever it is written.

use serde_json::{Value, json};

use super::names::{self, Name};
use super::view::{OWN, View};
use crate::syntax::Node;
use crate::template::{Intrinsic, SymbolKind};
use crate::text::Edit;

/// Longest logical ID and parameter name, in characters.
///
/// Source: <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html>.
const MAX_NAME: usize = 255;

/// What would be renamed, or why nothing can be.
pub(super) fn prepare(view: &View, offset: u32) -> Result<Value, String> {
    let (name, span) = renameable(view, offset)?;
    Ok(json!({"range": view.range(span), "placeholder": name.name}))
}

fn renameable(view: &View, offset: u32) -> Result<(Name, crate::text::Span), String> {
    let (name, span) = names::at(view, offset).ok_or("there is no name here")?;
    if name.kind == SymbolKind::PseudoParameter {
        return Err(format!("`{}` is a pseudo parameter, which has its name from CloudFormation", name.name));
    }
    if names::uses(view, &name).iter().any(|found| found.member == OWN && found.span == span && !found.is_name) {
        return Err("what is imported has the name that its export says".to_owned());
    }
    Ok((name, span))
}

/// The changes, or why the name cannot be changed.
pub(super) fn rename(view: &View, offset: u32, new_name: &str) -> Result<Value, String> {
    let (name, _) = renameable(view, offset)?;
    if new_name == name.name {
        return Ok(Value::Null);
    }
    let kind = names::kind_in_words(name.kind);
    if new_name.is_empty() || new_name.len() > MAX_NAME || !new_name.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return Err(format!("`{new_name}` is no name of a {kind}, it must have 1 to {MAX_NAME} letters and digits"));
    }
    let uses: Vec<names::Use> = names::uses(view, &name).into_iter().filter(|found| found.is_name).collect();
    let mut members: Vec<_> = uses.iter().map(|found| found.member).collect();
    members.dedup();
    for member in members {
        let tree = view.world.parsed(member).written();
        if tree.problems().iter().any(|problem| problem.kind.is_syntax()) {
            return Err(format!("{} has syntax errors, behind which uses may be hidden", tree.source().name()));
        }
        if tree.root().is_some_and(|root| shadows(root, new_name)) {
            return Err(format!("`{new_name}` is a variable of an `Fn::Sub` in {}", tree.source().name()));
        }
    }
    if names::is_taken(&view.written(name.member), name.kind, new_name) {
        return Err(format!("there is a `{new_name}` already"));
    }
    let edits: Vec<_> =
        uses.iter().map(|found| (found.member, Edit { span: found.span, replacement: new_name.to_owned() })).collect();
    Ok(view.workspace_edit(&edits))
}

/// Whether an `Fn::Sub` below a node has a variable called `name`, which would stand in the way of a reference.
fn shadows(root: Node, name: &str) -> bool {
    let mut work = vec![root];
    while let Some(node) = work.pop() {
        if let Some(Intrinsic::Sub { variables: Some(variables), .. }) = Intrinsic::of(node)
            && variables.get(name).is_some()
        {
            return true;
        }
        work.extend(node.items());
        work.extend(node.entries().map(|entry| entry.value));
    }
    false
}
