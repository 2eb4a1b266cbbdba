//! `impossible-loops`: `Fn::ForEach` that CloudFormation cannot write out.

use rustc_hash::{FxHashMap, FxHashSet};

use super::super::{Finding, Rule, Scope, Sink, Status};
use super::place;
use crate::analysis::Analysis;
use crate::diagnostic::Severity;
use crate::syntax::{self, Node, Tree};
use crate::template::{Gives, Intrinsic, Template, Transform};
use crate::text::Span;

pub(super) static RULE: Rule = Rule {
    code: "E0001",
    name: "impossible-loops",
    severity: Severity::Error,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/language/impossible-loops.md"),
    scope: Scope::Text,
    options: &[],
    check,
};

const LOOP: &str = "Fn::ForEach::";

fn check(analysis: &Analysis, sink: &mut Sink) {
    let template = analysis.template;
    if !template.has_loops() || !template.transforms.contains(&Transform::LanguageExtensions) {
        return;
    }
    // The loops themselves are gone where they are written out.
    let written = syntax::parse(analysis.source);
    repeated(analysis.tree, &written, sink);
    let template = Template::new(&written);
    let loops = written.root().into_iter().flat_map(Node::descendants).flat_map(Node::entries);
    for entry in loops.filter(|entry| entry.key.as_str().is_some_and(|key| key.starts_with(LOOP))) {
        let parts: Vec<Node> = entry.value.items().filter(|_| entry.value.function().is_none()).collect();
        let [identifier, collection, body] = parts[..] else {
            let finding = Finding::at(entry.key.span(), "a loop is a list of three: an identifier, a collection and a body");
            sink.report(finding.help("write `[Name, [a, b], {…}]`"));
            continue;
        };
        if identifier.as_str().is_none() || identifier.function().is_some() {
            refuse(identifier, "the identifier of a loop is a name", "write a name, to be used as `${Name}`", sink);
        }
        if !body.is_mapping() || body.function().is_some() {
            refuse(body, "the body of a loop is a mapping of what it makes", "write `{'${Name}': …}`", sink);
        }
        if let Some(function) = Intrinsic::of(collection) {
            // What other functions may give is not documented.
            if let Intrinsic::Ref(name) = function
                && template.parameters.get(name).is_some()
                && template.reference_gives(name) == Gives::Text
            {
                refuse(collection, &format!("a loop runs over a list, and parameter `{name}` is none"), COLLECTION, sink);
            }
            continue;
        }
        if !collection.is_sequence() {
            refuse(collection, "a loop runs over a list", COLLECTION, sink);
        }
        for item in collection.items().filter(|item| item.function().is_none() && item.other_tag().is_none()) {
            if item.scalar().is_none_or(|scalar| scalar.is_null()) {
                let finding = Finding::at(item.span(), "the loop runs over something that is no string");
                sink.report(finding.label(entry.key.span(), "this loop").help("write a string, or a function that gives one"));
            }
        }
    }
}

const COLLECTION: &str = "write a list of strings, or refer to a parameter that is a list";

fn refuse(node: Node, message: &str, help: &str, sink: &mut Sink) {
    sink.report(Finding::at(place::of_value(node), message).help(help));
}

/// Reports the names that a loop makes although they are there already.
fn repeated(tree: &Tree, written: &Tree, sink: &mut Sink) {
    // Two equal keys that are written are a mistake of their own.
    let told: FxHashSet<Span> = written.problems().iter().map(|problem| problem.span).collect();
    // Names are made in the mappings that loops stand in, which keep their places.
    let is_loop = |key: Node| key.as_str().is_some_and(|key| key.starts_with(LOOP));
    let hosts: FxHashSet<Span> =
        mappings(written).filter(|node| node.entries().any(|entry| is_loop(entry.key))).map(Node::span).collect();
    let mut seen = FxHashSet::default();
    for mapping in mappings(tree).filter(|node| hosts.contains(&node.span())) {
        let mut first: FxHashMap<&str, Node> = FxHashMap::default();
        for entry in mapping.entries() {
            let Some(name) = entry.key.as_str().filter(|name| !name.contains("${") && !name.contains("&{")) else { continue };
            let span = entry.key.span();
            let before = *first.entry(name).or_insert(entry.key);
            if before == entry.key || told.contains(&span) || told.contains(&before.span()) || !seen.insert(span) {
                continue;
            }
            let finding = if before.span() == span {
                Finding::at(span, format!("the loop makes `{name}` more than once"))
                    .help("write the identifier of the loop into the name, and run over each value once")
            } else {
                Finding::at(span, format!("the loop makes `{name}`, which is there already"))
                    .label(before.span(), "it is here")
                    .help("remove one of the two")
            };
            sink.report(finding.node(entry.value));
        }
    }
}

fn mappings(tree: &Tree) -> impl Iterator<Item = Node<'_>> {
    tree.root().into_iter().flat_map(Node::descendants).filter(|node| node.is_mapping())
}
