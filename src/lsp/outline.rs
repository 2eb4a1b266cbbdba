//! Symbols of a template and of the workspace, what can be folded, and what is selected step by step.

use serde_json::{Value, json};

use super::convert;
use super::view::{OWN, View, path_to};
use crate::syntax::{Kind, Node, Tree};
use crate::template::{Named, Template};
use crate::text::{Encoding, SourceFile, Span};
use crate::workspace::Parsed;

/// Kinds of symbols in the protocol.
const NAMESPACE: u8 = 3;
const PROPERTY: u8 = 7;
const VARIABLE: u8 = 13;
const BOOLEAN: u8 = 17;
const OBJECT: u8 = 19;
const EVENT: u8 = 24;
const STRUCT: u8 = 23;

struct Symbol<'t> {
    name: &'t str,
    detail: &'t str,
    kind: u8,
    key: Span,
    whole: Span,
}

/// The sections with what they hold; a flat list for editors that know no other.
pub(super) fn symbols(view: &View) -> Value {
    let template = view.written(OWN);
    let Some(root) = template.tree.root() else { return json!([]) };
    let mut sections = Vec::new();
    for entry in root.entries() {
        let Some(name) = entry.key.as_str().filter(|name| !name.is_empty()) else { continue };
        let children = entries(&template, name);
        let whole = around(entry.key.span(), entry.value.span());
        if view.client.tree_of_symbols {
            let children: Vec<Value> = children.iter().map(|child| symbol(view, child, &[])).collect();
            sections.push(symbol(view, &Symbol { name, detail: "", kind: NAMESPACE, key: entry.key.span(), whole }, &children));
        } else {
            let information = |child: &Symbol| json!({"name": child.name, "kind": child.kind, "containerName": name, "location": view.location(OWN, child.key)});
            sections.extend(children.iter().map(information));
        }
    }
    Value::Array(sections)
}

fn symbol(view: &View, symbol: &Symbol, children: &[Value]) -> Value {
    json!({
        "name": symbol.name, "detail": symbol.detail, "kind": symbol.kind, "children": children,
        "range": view.range(symbol.whole), "selectionRange": view.range(symbol.key),
    })
}

/// A key and its value, as one text.
fn around(key: Span, value: Span) -> Span {
    // An alias stands elsewhere.
    if value.start < key.start { key } else { Span::new(key.start, value.end.max(key.end)) }
}

fn entries<'t>(template: &Template<'t>, section: &str) -> Vec<Symbol<'t>> {
    fn all<'a, 't: 'a, T: Named<'t> + 'a>(
        entries: impl Iterator<Item = &'a T>,
        kind: u8,
        about: impl Fn(&'a T) -> (&'t str, Node<'t>),
    ) -> Vec<Symbol<'t>> {
        let symbol = |entry: &'a T| {
            let (detail, node) = about(entry);
            let key = entry.key().span();
            Symbol { name: entry.name(), detail, kind, key, whole: around(key, node.span()) }
        };
        entries.map(symbol).filter(|symbol| !symbol.name.is_empty()).collect()
    }
    let text = |node: Option<Node<'t>>| node.and_then(Node::as_str).unwrap_or_default();
    match section {
        "Parameters" => all(template.parameters.iter(), VARIABLE, |entry| (text(entry.node.get("Type")), entry.node)),
        "Mappings" => all(template.mappings.iter(), OBJECT, |entry| ("", entry.node)),
        "Conditions" => all(template.conditions.iter(), BOOLEAN, |entry| ("", entry.node)),
        "Rules" => all(template.rules.iter(), EVENT, |entry| ("", entry.assertions.unwrap_or(entry.key))),
        "Resources" => all(template.resources.iter(), STRUCT, |entry| (entry.resource_type, entry.node)),
        "Outputs" => all(template.outputs.iter(), PROPERTY, |entry| ("", entry.value.unwrap_or(entry.key))),
        _ => Vec::new(),
    }
}

/// Most symbols of one answer; an editor asks again with more letters.
const MAX_SYMBOLS: usize = 500;

/// The names in all templates that hold the letters of a query in their order.
pub(super) fn workspace_symbols<'p>(
    parsed: impl Iterator<Item = &'p std::sync::Arc<Parsed>>,
    query: &str,
    encoding: Encoding,
    uri: &dyn Fn(&str) -> String,
) -> Value {
    let query: Vec<char> = query.to_lowercase().chars().collect();
    let fits = |name: &str| {
        let mut letters = name.chars().flat_map(char::to_lowercase);
        query.iter().all(|wanted| letters.any(|letter| letter == *wanted))
    };
    let mut found = Vec::new();
    for parsed in parsed {
        let template = Template::new(parsed.written());
        let file = &parsed.source;
        for section in ["Parameters", "Mappings", "Conditions", "Rules", "Resources", "Outputs"] {
            for symbol in entries(&template, section).into_iter().filter(|symbol| fits(symbol.name)) {
                let range = convert::range(file, symbol.key, encoding);
                let container = if symbol.detail.is_empty() { section } else { symbol.detail };
                found.push(json!({
                    "name": symbol.name, "kind": symbol.kind, "containerName": container,
                    "location": {"uri": uri(file.name()), "range": range},
                }));
                if found.len() >= MAX_SYMBOLS {
                    return Value::Array(found);
                }
            }
        }
    }
    Value::Array(found)
}

/// The collections and comments of more than one line.
pub(super) fn folding(tree: &Tree) -> Value {
    let source = tree.source();
    let mut folds = Vec::new();
    let line = |offset: u32| source.lines().line_of(offset) - 1;
    let mut work: Vec<Node> = tree.root().into_iter().collect();
    while let Some(node) = work.pop() {
        for entry in node.entries() {
            let (start, end) = (line(entry.key.span().start), line(last(source, entry.value.span())));
            if entry.value.span().start >= entry.key.span().start && start < end {
                folds.push((start, end, "region"));
            }
            work.push(entry.value);
        }
        for item in node.items() {
            let (start, end) = (line(item.span().start), line(last(source, item.span())));
            if start < end && item.kind() != Kind::Scalar {
                folds.push((start, end, "region"));
            }
            work.push(item);
        }
    }
    let mut comments = tree.comments().iter().map(|comment| line(comment.start)).peekable();
    while let Some(start) = comments.next() {
        let mut end = start;
        while let Some(next) = comments.next_if(|next| *next == end + 1) {
            end = next;
        }
        if start < end {
            folds.push((start, end, "comment"));
        }
    }
    folds.sort_unstable();
    folds.dedup_by_key(|fold| fold.0);
    Value::Array(folds.iter().map(|(start, end, kind)| json!({"startLine": start, "endLine": end, "kind": kind})).collect())
}

/// The last byte of a text that is no blank.
fn last(source: &SourceFile, span: Span) -> u32 {
    let length = source.slice(span).trim_end().len() as u32;
    span.start + length.saturating_sub(1)
}

/// The text around an offset, from the innermost value to the whole template.
pub(super) fn selection(view: &View, offset: u32) -> Value {
    let Some(root) = view.world.parsed(OWN).written().root() else { return json!({"range": view.range(Span::at(offset))}) };
    let mut spans: Vec<Span> = Vec::new();
    let path = path_to(root, offset);
    for (at, node) in path.iter().enumerate() {
        spans.push(node.span());
        let next = path.get(at + 1);
        let entry =
            node.entries().find(|entry| next.is_some_and(|next| next.id() == entry.key.id() || next.id() == entry.value.id()));
        spans.extend(entry.map(|entry| around(entry.key.span(), entry.value.span())));
    }
    let mut selection = Value::Null;
    let mut outer: Option<Span> = None;
    for span in spans {
        if outer.is_some_and(|outer| outer == span || !outer.contains(span)) {
            continue;
        }
        outer = Some(span);
        selection = if selection.is_null() {
            json!({"range": view.range(span)})
        } else {
            json!({"range": view.range(span), "parent": selection})
        };
    }
    selection
}
