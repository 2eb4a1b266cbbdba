//! JSON that a template holds as a string, such as the definition of a state machine, as a tree of its own.
//!
//! Its nodes have the place of the whole string, so that what is found in them is shown there, and no edit fits them.

use std::sync::Arc;

use super::json;
use super::tree::{NodeId, RawKind, Style, Tree};
use super::view::Node;
use crate::text::SourceFile;

/// Most texts of one template that are read.
const MAX_EMBEDDED: usize = 256;

impl<'t> Node<'t> {
    /// The value that the JSON in this string says; `None` where it is no JSON object.
    ///
    /// For a list, as `Fn::Join` takes it, the items in a row, with `${Join.2}` for an item number 2 that is no string.
    #[must_use]
    pub fn embedded(self) -> Option<Self> {
        let all = self.tree().embedded.get_or_init(|| read_all(self.tree()));
        let at = all.binary_search_by_key(&self.id(), |(id, _)| *id).ok()?;
        all[at].1.root()
    }
}

fn read_all(tree: &Tree) -> Vec<(NodeId, Tree)> {
    let nodes = (0..tree.nodes.len() as u32).filter(|id| tree.nodes[*id as usize].kind != RawKind::Alias).map(NodeId);
    let texts = nodes.filter_map(|id| Some((id, text(tree.node(id))?)));
    texts.filter_map(|(id, text)| Some((id, read(tree.node(id), text)?))).take(MAX_EMBEDDED).collect()
}

/// The text of a string, or of a list of pieces, that looks like a JSON object.
fn text(node: Node) -> Option<String> {
    let is_object = |text: &str| text.trim_start().starts_with('{');
    if !node.is_sequence() {
        return node.as_str().filter(|text| is_object(text) && text.len() > 2).map(str::to_owned);
    }
    node.items().next()?.as_str().filter(|first| is_object(first))?;
    let pieces = node.items().enumerate().map(|(index, item)| match item.as_str().filter(|_| item.function().is_none()) {
        Some(text) => text.to_owned(),
        None => format!("${{Join.{index}}}"),
    });
    Some(pieces.collect())
}

fn read(around: Node, text: String) -> Option<Tree> {
    let mut tree = json::parse(&Arc::new(SourceFile::new("", text)))?;
    let Tree { source, nodes, buffer, .. } = &mut tree;
    let written = buffer.len() as u32;
    buffer.push_str(source.text());
    *source = Arc::clone(around.tree().source());
    for raw in nodes.iter_mut() {
        (raw.start, raw.end) = (around.span().start, around.span().end);
        if raw.kind == RawKind::Scalar {
            if !raw.flag {
                (raw.a, raw.flag) = (raw.a + written, true);
            }
            if raw.style == Style::DoubleQuoted {
                raw.style = Style::Literal;
            }
        }
    }
    nodes.shrink_to_fit();
    tree.strict_json = false;
    tree.within = around.path();
    Some(tree)
}

#[cfg(test)]
mod tests {
    use super::super::{ScalarValue, parse};
    use super::*;

    #[test]
    fn json_in_a_string_is_a_tree_in_the_place_of_the_string() {
        let text = "A:\n  B: |\n    {\"x\": [1, \"a\\\"b\", true], \"y\": \"1\"}\n  C: '{no'\n";
        let tree = parse(&Arc::new(SourceFile::new("t", text)));
        let string = tree.root().and_then(|root| root.get("A")?.get("B")).expect("it is there");
        let root = string.embedded().expect("it is JSON");
        let items: Vec<_> = root.get("x").expect("it is there").items().collect();
        assert_eq!(items[0].scalar().map(|scalar| scalar.value()), Some(ScalarValue::Int(1)));
        assert_eq!(items[1].as_str(), Some("a\"b"));
        assert_eq!(root.get("y").and_then(Node::scalar).map(|scalar| scalar.value()), Some(ScalarValue::String("1")));
        assert_eq!((items[2].span(), items[2].path()), (string.span(), ["A", "B", "x", "2"].map(str::to_owned).to_vec()));
        assert!(tree.root().and_then(|root| root.get("A")?.get("C")?.embedded()).is_none());
    }

    #[test]
    fn the_pieces_of_a_join_are_one_text() {
        let text = "A: !Join ['', ['{\"x\": \"', !Ref X, '-', !Ref Y, '\"}']]\n";
        let tree = parse(&Arc::new(SourceFile::new("t", text)));
        let list = tree.root().and_then(|root| root.get("A")?.items().nth(1)).expect("it is there");
        let root = list.embedded().expect("it is JSON");
        assert_eq!(root.get("x").and_then(Node::as_str), Some("${Join.1}-${Join.3}"));
    }
}
