//! YAML and JSON into one spanned tree.
//!
//! [`parse`] is total: it returns a [`Tree`] for every text, with the problems it met inside. What the keys mean to
//! CloudFormation is not here, but for the names of its functions, which are tags of the language.

mod copy;
mod edit;
mod embedded;
mod function;
mod json;
mod json_broken;
mod problem;
mod repair;
mod scalar;
mod splice;
mod tree;
mod unread;
mod view;
mod yaml;

use std::sync::Arc;

use crate::text::SourceFile;

pub use function::Function;
pub use problem::{Problem, ProblemKind};
pub use scalar::{Scalar, ScalarValue};
pub use tree::{Builder, MAX_DEPTH, MAX_EXPANDED_NODES, NodeId, Style, Tag, Tree};
pub use view::{Entries, Entry, Items, Kind, Node, Written};

/// Reads a template's text.
///
/// A text whose first character is `{` is read as strict JSON first; where it is not, as YAML, of which JSON is a part.
#[must_use]
pub fn parse(source: &Arc<SourceFile>) -> Tree {
    let text = source.text();
    let body = text.strip_prefix('\u{feff}').unwrap_or(text);
    if body.trim_start_matches([' ', '\t', '\r', '\n']).starts_with('{') {
        if let Some(tree) = json::parse(source) {
            return tree;
        }
        let tree = yaml::parse(source);
        return if has_mistakes(&tree) { better(tree, json_broken::parse(source)) } else { tree };
    }
    let tree = yaml::parse(source);
    if has_mistakes(&tree) { repair::repair(source, tree) } else { tree }
}

fn has_mistakes(tree: &Tree) -> bool {
    tree.problems().iter().any(|problem| problem.kind.is_syntax())
}

/// The reading of broken JSON that has fewer mistakes, by its indentation where both have as many.
fn better(yaml: Tree, json: Option<Tree>) -> Tree {
    match json.filter(has_mistakes) {
        Some(json) if json.problems().len() <= yaml.problems().len().max(2) => json,
        _ => yaml,
    }
}
