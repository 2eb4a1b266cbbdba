//! Other readers of YAML, and what they and ours say about a text, in one form that can be compared.
//!
//! Used by the tests and by `examples/differential.rs`.

pub mod compare;
pub mod granit;
pub mod libyaml;
pub mod mutate;

use std::sync::Arc;

use cfnvet::syntax::{Function, Kind, Style, Tag, Tree, parse};
use cfnvet::text::SourceFile;

/// What a node is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    Scalar,
    Sequence,
    Mapping,
    Alias,
    /// Closes the innermost collection.
    End,
}

/// A node, or the end of a collection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    pub shape: Shape,
    /// Bytes, tag and anchor included.
    pub start: usize,
    pub end: usize,
    /// Resolved: `!Sub`, `tag:yaml.org,2002:str`, or nothing.
    pub tag: String,
    pub text: String,
    pub style: Style,
}

/// What a reader makes of a text.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// The first document, and the number of documents.
    Accepted(Vec<Item>, usize),
    Rejected {
        message: String,
        offset: usize,
    },
}

const CORE: &str = "tag:yaml.org,2002:";

fn tag_name(tag: Tag, other: Option<&str>) -> String {
    match tag {
        Tag::NONE => String::new(),
        Tag::NON_SPECIFIC => "!".into(),
        Tag::STR => format!("{CORE}str"),
        Tag::INT => format!("{CORE}int"),
        Tag::FLOAT => format!("{CORE}float"),
        Tag::BOOL => format!("{CORE}bool"),
        Tag::NULL => format!("{CORE}null"),
        _ => match (tag.function(), other) {
            (Some(function), _) => format!("!{}", Function::short(function)),
            (None, Some(other)) => match (other.strip_prefix('!'), other.strip_prefix('<')) {
                (Some(core), _) => format!("{CORE}{core}"),
                (None, Some(uri)) => uri.trim_end_matches('>').into(),
                (None, None) => format!("!{other}"),
            },
            (None, None) => "?".into(),
        },
    }
}

/// The nodes of our tree.
pub fn items(tree: &Tree) -> Vec<Item> {
    let mut items = Vec::with_capacity(tree.len() * 2);
    // One past the last node of each open collection, and where its text ends.
    let mut open: Vec<(usize, usize)> = Vec::new();
    let end =
        |end: usize| Item { shape: Shape::End, start: end, end, tag: String::new(), text: String::new(), style: Style::Plain };
    for (at, node) in tree.written().enumerate() {
        while let Some((_, at)) = open.pop_if(|(after, _)| *after <= at) {
            items.push(end(at));
        }
        let shape = match node.kind {
            None => Shape::Alias,
            Some(Kind::Scalar) => Shape::Scalar,
            Some(Kind::Sequence) => Shape::Sequence,
            Some(Kind::Mapping) => Shape::Mapping,
        };
        items.push(Item {
            shape,
            start: node.span.start as usize,
            end: node.span.end as usize,
            tag: tag_name(node.tag, node.other_tag),
            text: node.text.into(),
            style: node.style,
        });
        if matches!(shape, Shape::Sequence | Shape::Mapping) {
            open.push((at + node.size, node.span.end as usize));
        }
    }
    while let Some((_, at)) = open.pop() {
        items.push(end(at));
    }
    items
}

/// Reads `text` with our reader.
pub fn ours(text: &str) -> Tree {
    parse(&Arc::new(SourceFile::new("template", text)))
}

/// What must hold for every tree, whatever the text.
pub fn check_invariants(tree: &Tree) {
    let text = tree.source().text();
    let nodes: Vec<_> = tree.written().collect();
    let mut open: Vec<(usize, usize, usize, usize)> = Vec::new();
    for (at, node) in nodes.iter().enumerate() {
        let range = node.span.range();
        assert!(range.start <= range.end && text.get(range.clone()).is_some(), "node {at} spans {range:?}: {text:?}");
        while open.last().is_some_and(|(after, ..)| *after <= at) {
            let (_, start, end, children) = open.pop().expect("it was there");
            assert_eq!(children, 0, "children of {start}..{end}: {text:?}");
        }
        if let Some((_, start, end, children)) = open.last_mut() {
            assert!(*start <= range.start && range.end <= *end, "node {at} {range:?} leaves {start}..{end}: {text:?}");
            *children = children.checked_sub(1).expect("no more children than counted");
        }
        if matches!(node.kind, Some(Kind::Mapping)) {
            assert_eq!(node.children % 2, 0, "a key without value at {range:?}: {text:?}");
        }
        if matches!(node.kind, Some(Kind::Mapping | Kind::Sequence)) {
            open.push((at + node.size, range.start, range.end, node.children));
        }
    }
    for problem in tree.problems() {
        assert!(text.get(problem.span.range()).is_some(), "{problem:?}: {text:?}");
        assert!(problem.related.is_none_or(|span| text.get(span.range()).is_some()), "{problem:?}: {text:?}");
    }
    for comment in tree.comments() {
        assert!(text.get(comment.range()).is_some_and(|text| text.starts_with('#')), "{comment:?}: {text:?}");
    }
    assert!(tree.comments().windows(2).all(|pair| pair[0].end <= pair[1].start), "comments in order: {text:?}");
}
