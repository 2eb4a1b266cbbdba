//! Building one tree out of another: what the expansion of loops needs.

use super::tree::{Builder, RawKind, Style, TextAt, Tree};
use super::view::Node;
use crate::text::Span;

impl Builder {
    /// A builder for a tree over the same text as `tree`, with its tags, comments and problems, and no node yet.
    #[must_use]
    pub fn derived(tree: &Tree) -> Self {
        let mut builder = Self::new(tree.source());
        for tag in &tree.tags {
            builder.tag(tag);
        }
        builder.tree.comments.clone_from(&tree.comments);
        builder.tree.problems.clone_from(&tree.problems);
        builder.tree.strict_json = tree.strict_json;
        builder.derived = true;
        builder
    }

    /// Adds a copy of the scalar `node`, which says `text` instead where that is given.
    pub fn copy_scalar(&mut self, node: Node, text: Option<&str>) {
        let raw = node.raw();
        if raw.kind == RawKind::Alias {
            self.alias(node.span(), None);
            return;
        }
        let at = match text {
            Some(text) => self.buffer(text),
            None if raw.flag => self.buffer(node.as_str().unwrap_or_default()),
            None => TextAt::Source(Span::new(raw.a, raw.a + raw.b)),
        };
        self.scalar(node.span(), at, raw.style, node.tag());
    }

    /// Adds a string that is written nowhere, in the place of `node`.
    pub fn replace_by_string(&mut self, node: Node, text: &str) {
        let at = self.buffer(text);
        self.scalar(node.span(), at, Style::DoubleQuoted, super::tree::Tag::NONE);
    }

    /// Opens a copy of the collection `node`; what is added until [`Self::close`] is in it.
    pub fn open_copy(&mut self, node: Node) {
        let (start, style, tag) = (node.span().start, node.style(), node.tag());
        if node.is_mapping() {
            self.open_mapping(start, style, tag)
        } else {
            self.open_sequence(start, style, tag)
        };
    }
}
