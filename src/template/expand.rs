//! `Fn::ForEach` of `AWS::LanguageExtensions`, written out.
//!
//! The result is a tree like any other, whose nodes keep the places of the loop's body. A loop over a collection that is not
//! known here is written out once, with its identifier left in place.

use super::{ParameterType, Template, Transform};
use crate::syntax::{Builder, Function, MAX_EXPANDED_NODES, Node, ProblemKind, Tree};

/// Names of loops start with this.
///
/// Source: <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-foreach.html>.
const LOOP: &str = "Fn::ForEach::";

/// A tree whose loops are written out.
#[derive(Debug)]
pub struct Expansion {
    /// The tree.
    pub tree: Tree,
}

/// Writes out the loops of `tree`; `None` where it has none, or does not use `AWS::LanguageExtensions`.
///
/// `given` knows the parameters that were given a value from outside.
#[must_use]
pub fn expand(tree: &Tree, given: &dyn Fn(&str) -> Option<String>) -> Option<Expansion> {
    // One search of the text spares the templates without loops, nearly all of them, a second reading.
    if !tree.source().contains(LOOP) {
        return None;
    }
    let template = Template::new(tree);
    if !template.transforms.contains(&Transform::LanguageExtensions) {
        return None;
    }
    let root = tree.root()?;
    let mut expander =
        Expander { template: &template, given, builder: Builder::derived(tree), bindings: Vec::new(), refused: false };
    expander.copy(root);
    Some(Expansion { tree: expander.builder.finish() })
}

struct Expander<'a, 't> {
    template: &'a Template<'t>,
    given: &'a dyn Fn(&str) -> Option<String>,
    builder: Builder,
    /// Identifiers of the loops around, innermost last, and the value each has.
    bindings: Vec<(&'t str, String)>,
    refused: bool,
}

impl<'t> Expander<'_, 't> {
    fn copy(&mut self, node: Node<'t>) {
        if node.is_mapping() {
            if let Some(value) = self.bound(node) {
                return self.builder.replace_by_string(node, &value);
            }
            self.builder.open_copy(node);
            self.copy_entries(node);
            self.builder.close(node.span().end);
        } else if node.is_sequence() {
            self.builder.open_copy(node);
            node.items().for_each(|item| self.copy(item));
            self.builder.close(node.span().end);
        } else if let Some(value) = self.bound(node) {
            self.builder.replace_by_string(node, &value);
        } else {
            self.copy_scalar(node);
        }
    }

    fn copy_entries(&mut self, mapping: Node<'t>) {
        for entry in mapping.entries() {
            if self.refused {
                return;
            }
            if u64::try_from(self.builder.len()).unwrap_or(u64::MAX) > MAX_EXPANDED_NODES {
                self.refused = true;
                self.builder.problem(ProblemKind::TooManyExpandedNodes, entry.key.span(), None);
                return;
            }
            let is_loop = entry.key.as_str().is_some_and(|key| key.starts_with(LOOP));
            match is_loop.then(|| Loop::of(entry.value)).flatten() {
                Some(found) => self.write_out(&found),
                None => {
                    self.copy_scalar_or_node(entry.key);
                    self.copy(entry.value);
                }
            }
        }
    }

    fn write_out(&mut self, found: &Loop<'t>) {
        for value in self.collection(found) {
            self.bindings.push((found.identifier, value));
            self.copy_entries(found.body);
            self.bindings.pop();
        }
    }

    /// The values of a loop's identifier.
    fn collection(&self, found: &Loop<'t>) -> Vec<String> {
        let unknown = || vec![format!("${{{}}}", found.identifier)];
        if found.collection.function().is_some() {
            return self.list(found.collection).unwrap_or_else(unknown);
        }
        let mut values = Vec::new();
        for item in found.collection.items() {
            match (item.function(), item.as_str()) {
                (None, Some(text)) => values.push(self.substitute(text).unwrap_or_else(|| text.to_owned())),
                (Some(_), _) => match self.bound(item) {
                    Some(value) => values.push(value),
                    None => values.extend(self.list(item).unwrap_or_else(unknown)),
                },
                (None, None) => {}
            }
        }
        values
    }

    /// The items of a `Ref` to a parameter whose value is given or has a default.
    fn list(&self, node: Node<'t>) -> Option<Vec<String>> {
        let (Function::Ref, argument) = node.function()? else { return None };
        let name = argument.as_str()?;
        let parameter = self.template.parameters.get(name)?;
        let value = (self.given)(name).or_else(|| Some(parameter.default?.as_str()?.to_owned()))?;
        match parameter.parameter_type {
            ParameterType::List => Some(value.split(',').map(|item| item.trim().to_owned()).collect()),
            ParameterType::String | ParameterType::Number => Some(vec![value]),
            ParameterType::Aws(_) | ParameterType::SsmValue { .. } | ParameterType::Unknown => None,
        }
    }

    /// The value of a `Ref` to a loop's identifier.
    fn bound(&self, node: Node<'t>) -> Option<String> {
        if self.bindings.is_empty() {
            return None;
        }
        let (Function::Ref, argument) = node.function()? else { return None };
        let name = argument.as_str()?;
        self.bindings.iter().rev().find(|(identifier, _)| *identifier == name).map(|(_, value)| value.clone())
    }

    fn copy_scalar_or_node(&mut self, key: Node<'t>) {
        if key.as_str().is_some() { self.copy_scalar(key) } else { self.copy(key) }
    }

    fn copy_scalar(&mut self, node: Node<'t>) {
        let text = node.as_str().and_then(|text| self.substitute(text));
        self.builder.copy_scalar(node, text.as_deref());
    }

    /// `text` with the identifiers replaced, `None` where it names none of them.
    fn substitute(&self, text: &str) -> Option<String> {
        if self.bindings.is_empty() || !(text.contains("${") || text.contains("&{")) {
            return None;
        }
        let mut result = text.to_owned();
        for (identifier, value) in self.bindings.iter().rev() {
            result = result.replace(&format!("${{{identifier}}}"), value);
            // `&{x}` drops what a logical ID cannot hold.
            let alphanumeric: String = value.chars().filter(char::is_ascii_alphanumeric).collect();
            result = result.replace(&format!("&{{{identifier}}}"), &alphanumeric);
        }
        (result != text).then_some(result)
    }
}

/// `Fn::ForEach::Name: [identifier, collection, body]`.
struct Loop<'t> {
    identifier: &'t str,
    collection: Node<'t>,
    body: Node<'t>,
}

impl<'t> Loop<'t> {
    fn of(node: Node<'t>) -> Option<Self> {
        let mut items = node.items();
        let (identifier, collection, body) = (items.next()?, items.next()?, items.next()?);
        let whole = items.next().is_none() && body.is_mapping() && body.function().is_none();
        let known = collection.is_sequence() || collection.function().is_some();
        (whole && known).then_some(Self { identifier: identifier.as_str()?, collection, body })
    }
}
