//! A value for everything that a formula depends on.
//!
//! Not here: finding one; that is `query`.

use super::Variable;
use super::store::{Node, Store, Text};

/// A value for each variable and proposition of a formula, both sorted.
#[derive(Default, Debug)]
pub(super) struct Assignment {
    pub(super) variables: Vec<(Variable, Text)>,
    pub(super) propositions: Vec<(u32, bool)>,
}

impl Assignment {
    fn value(&self, variable: Variable) -> Option<Text> {
        let place = self.variables.binary_search_by_key(&variable, |entry| entry.0).ok()?;
        Some(self.variables[place].1)
    }

    /// Gives a value to those variables and propositions of a cone that have none.
    pub(super) fn complete(&mut self, store: &Store, cone: &[u32]) {
        for variable in store.variables_of_cone(cone) {
            if let Err(place) = self.variables.binary_search_by_key(&variable, |entry| entry.0) {
                let value = store.value_outside(variable, |_| false).expect("a domain has a value");
                self.variables.insert(place, (variable, value));
            }
        }
        for &number in cone.iter().filter(|&&number| store.node_at(number) == Node::Proposition) {
            if let Err(place) = self.propositions.binary_search_by_key(&number, |entry| entry.0) {
                self.propositions.insert(place, (number, false));
            }
        }
    }

    pub(super) fn atom(&self, number: u32, node: Node) -> Option<bool> {
        match node {
            Node::Equals(variable, text) => Some(self.value(variable)? == text),
            Node::Same(first, second) => Some(self.value(first)? == self.value(second)?),
            Node::Proposition => {
                let place = self.propositions.binary_search_by_key(&number, |entry| entry.0).ok()?;
                Some(self.propositions[place].1)
            }
            Node::True | Node::And(..) => None,
        }
    }
}
