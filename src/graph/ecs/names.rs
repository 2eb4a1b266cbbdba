//! The names that the entries of a list have - containers, volumes, ports - and whether another value is one of them.
//!
//! What follows from a name that is missing is in the rules.

use super::super::ResourceGraph;
use super::TaskDefinition;
use crate::values::{Choice, Expression, Formula, Found, Text, Value};

/// The names of the entries of a list.
#[derive(Clone, Debug, Default)]
pub struct Names<'t> {
    /// Those that can be read, in the order of the list.
    pub known: Vec<Name<'t>>,
    /// When there may be others.
    open: Vec<Formula>,
}

/// The name of an entry of a list, in one case.
#[derive(Clone, Debug)]
pub struct Name<'t> {
    /// When the entry is there and has this name.
    pub when: Formula,
    /// The name.
    pub text: Text<'t>,
    /// The name as written.
    pub written: Expression<'t>,
    /// The entry, there.
    pub entry: Choice<'t>,
}

impl<'t> Names<'t> {
    /// The nearest of the names to `wanted`, where one is near enough to be meant.
    #[must_use]
    pub fn nearest(&self, wanted: &str) -> Option<&str> {
        let lower = wanted.to_lowercase();
        let distance = |name: &str| strsim::osa_distance(&lower, &name.to_lowercase());
        let known = self.known.iter().filter_map(|name| name.text.known()).filter(|name| *name != wanted);
        let nearest = known.map(|name| (distance(name), name)).min_by_key(|(distance, _)| *distance);
        nearest.filter(|(distance, _)| *distance <= (wanted.chars().count() / 3).max(1)).map(|(_, name)| name)
    }
}

impl<'t> FromIterator<Names<'t>> for Names<'t> {
    fn from_iter<I: IntoIterator<Item = Self>>(lists: I) -> Self {
        let mut all = Self::default();
        for names in lists {
            all.known.extend(names.known);
            all.open.extend(names.open);
        }
        all
    }
}

impl<'t> ResourceGraph<'t> {
    /// What the property `key` says in the entries of the list `list` of a mapping.
    #[must_use]
    pub fn names(&self, mapping: &Choice<'t>, list: &str, key: &str) -> Names<'t> {
        let mut names = Names::default();
        for entry in self.values.property(mapping, list).iter().flat_map(|list| self.values.items(list)) {
            for property in self.values.property(&entry, key) {
                let Some(written) = property.written() else {
                    if let Found::Unknown(_) = property.found {
                        names.open.push(property.when);
                    }
                    continue;
                };
                for case in self.values.cases_of(&property) {
                    match case.value {
                        Value::Text(text) => {
                            let entry = Choice { when: case.when, ..entry };
                            names.known.push(Name { when: case.when, text, written, entry });
                        }
                        Value::Structure(_) | Value::Unknown(_) => names.open.push(case.when),
                        Value::Absent | Value::Invalid => {}
                    }
                }
            }
        }
        names
    }

    /// The names of the containers of a task definition.
    #[must_use]
    pub fn container_names(&self, definition: &TaskDefinition<'t>) -> Names<'t> {
        self.names(&definition.properties, "ContainerDefinitions", "Name")
    }

    /// When none of `names` is `wanted` for certain.
    #[must_use]
    pub fn is_none_of(&self, wanted: &Text<'t>, names: &Names<'t>) -> Formula {
        let formulas = &self.values.formulas;
        let same = names.known.iter().map(|name| formulas.and(name.when, self.values.may_be_same(wanted, &name.text)));
        formulas.not(formulas.any(names.open.iter().copied().chain(same)))
    }

    /// When a mapping has no such list for certain, or an empty one.
    #[must_use]
    pub fn is_empty(&self, mapping: &Choice<'t>, list: &str) -> Formula {
        let formulas = &self.values.formulas;
        let items = self.values.property(mapping, list).into_iter().flat_map(|list| self.values.items(&list));
        formulas.not(formulas.any(items.map(|item| item.when)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::values::Expression;

    #[test]
    fn the_nearest_name_is_one_that_can_be_meant() {
        let tree = crate::syntax::parse(&std::sync::Arc::new(crate::text::SourceFile::from_bytes("t", b"x".to_vec())));
        let written = Expression { stack: crate::values::StackId::ROOT, node: tree.root().unwrap() };
        let name = |text: &'static str| Name {
            when: Formula::TRUE,
            text: Text::literal(text),
            written,
            entry: Choice { when: Formula::TRUE, found: Found::Written(written) },
        };
        let names = Names { known: vec![name("web"), name("sidecar")], open: Vec::new() };
        assert_eq!(names.nearest("Web"), Some("web"));
        assert_eq!(names.nearest("side-car"), Some("sidecar"));
        assert_eq!(names.nearest("app"), None);
    }
}
