//! Attributes of resources that are mappings of known keys: what each key takes.

use std::fmt;

use super::super::{Finding, Sink};
use super::branches::{self, Branch};
use super::shape;
use crate::analysis::Analysis;
use crate::syntax::Node;

/// What a key takes.
pub(super) enum Takes {
    Bool,
    Number,
    Text,
    OneOf(&'static [&'static str]),
    Numbers,
    Texts,
    SeveralOf(&'static [&'static str]),
    Keys(Keys),
    /// A mapping of any names to such values.
    Each(&'static Takes),
    /// A string or a list, whatever is in it.
    TextOrList,
    /// A string or a mapping, whatever is in it.
    TextOrMapping,
    /// Anything, so long as it is a mapping.
    Mapping,
    /// Anything.
    Any,
}

/// The keys of a mapping.
pub(super) type Keys = &'static [(&'static str, Takes)];

/// Reports what an attribute of a resource cannot hold; `what` names it.
pub(super) fn read<'t>(
    analysis: &Analysis<'t>,
    resource: Node<'t>,
    what: &str,
    attribute: Node<'t>,
    keys: Keys,
    sink: &mut Sink,
) {
    let exists = resource.get("Condition").filter(|condition| shape::is_text(*condition));
    Reader { analysis, exists, sink }.mapping(What::Said(what), attribute, keys, &Branch::default());
}

/// Reports what something in an attribute of a resource cannot hold; `name` is its key.
pub(super) fn read_value<'t>(
    analysis: &Analysis<'t>,
    resource: Node<'t>,
    name: &str,
    value: Node<'t>,
    takes: &Takes,
    sink: &mut Sink,
) {
    let exists = resource.get("Condition").filter(|condition| shape::is_text(*condition));
    Reader { analysis, exists, sink }.value(name, value, takes, &Branch::default());
}

/// What a value is called in a message.
#[derive(Clone, Copy)]
enum What<'a> {
    Said(&'a str),
    Key(&'a str),
}

impl fmt::Display for What<'_> {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Self::Said(what) => out.write_str(what),
            Self::Key(name) => write!(out, "`{name}`"),
        }
    }
}

struct Reader<'a, 't> {
    analysis: &'a Analysis<'t>,
    exists: Option<Node<'t>>,
    sink: &'a mut Sink,
}

impl<'t> Reader<'_, 't> {
    fn mapping(&mut self, what: What, value: Node<'t>, keys: Keys, branch: &Branch<'t>) {
        for (choice, branch) in branches::choices(value, branch) {
            // The rest of the functions give what is not known here.
            if choice.function().is_some() || choice.is_null() {
                continue;
            }
            if !choice.is_mapping() {
                self.report(shape::wrong_kind(&what.to_string(), "a mapping", choice), &branch);
                continue;
            }
            for (name, entry) in shape::written(choice) {
                match keys.iter().find(|(known, _)| *known == name) {
                    Some((_, takes)) => self.value(name, entry.value, takes, &branch),
                    None => {
                        let known: Vec<&str> = keys.iter().map(|(known, _)| *known).collect();
                        self.report(shape::unknown_key(&format!("{what} has no"), choice, entry.key, &known), &branch);
                    }
                }
            }
        }
    }

    fn value(&mut self, name: &str, value: Node<'t>, takes: &Takes, branch: &Branch<'t>) {
        let what = What::Key(name);
        match takes {
            Takes::Keys(keys) => return self.mapping(what, value, keys, branch),
            Takes::Each(takes) => return self.each(what, value, takes, branch),
            Takes::Numbers => return self.list(name, value, &Takes::Number, branch),
            Takes::Texts => return self.list(name, value, &Takes::Text, branch),
            Takes::SeveralOf(words) => return self.list(name, value, &Takes::OneOf(words), branch),
            _ => {}
        }
        for (choice, branch) in branches::choices(value, branch) {
            let wanted = match takes {
                Takes::Bool if !shape::is_bool(choice) => "`true` or `false`",
                Takes::Number if shape::number(choice).is_none() => "a number",
                Takes::Text | Takes::OneOf(_) if !shape::is_text(choice) => "a string",
                Takes::TextOrList if !shape::is_text(choice) && !choice.is_sequence() => "a string or a list",
                Takes::TextOrMapping if !shape::is_text(choice) && !choice.is_mapping() => "a string or a mapping",
                Takes::Mapping if !choice.is_mapping() => "a mapping",
                Takes::OneOf(words) if !choice.as_str().is_some_and(|word| words.contains(&word)) => {
                    let words = words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ");
                    let written = shape::shortened(choice.as_str().unwrap_or_default());
                    let message = format!("{what} cannot be `{written}`");
                    let finding = Finding::at(shape::at_value(choice), message).node(choice);
                    self.report(finding.help(format!("write one of {words}")), &branch);
                    continue;
                }
                _ => continue,
            };
            if choice.function().is_none() {
                self.report(shape::wrong_kind(&what.to_string(), wanted, choice), &branch);
            }
        }
    }

    fn each(&mut self, what: What, value: Node<'t>, takes: &Takes, branch: &Branch<'t>) {
        for (choice, branch) in branches::choices(value, branch) {
            if shape::is_plain_mapping(choice) {
                shape::written(choice).for_each(|(name, entry)| self.value(name, entry.value, takes, &branch));
            } else if choice.function().is_none() && !choice.is_null() {
                self.report(shape::wrong_kind(&what.to_string(), "a mapping", choice), &branch);
            }
        }
    }

    fn list(&mut self, name: &str, value: Node<'t>, takes: &Takes, branch: &Branch<'t>) {
        for (choice, branch) in branches::choices(value, branch) {
            if shape::is_plain_list(choice) {
                choice.items().for_each(|item| self.value(name, item, takes, &branch));
            } else if choice.function().is_none() {
                self.report(shape::wrong_kind(&What::Key(name).to_string(), "a list", choice), &branch);
            }
        }
    }

    fn report(&mut self, finding: Finding<'t>, branch: &Branch<'t>) {
        branch.report(self.analysis, self.exists, finding, self.sink);
    }
}
