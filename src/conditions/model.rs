//! What a query found: values for some variables and propositions.
//!
//! Not here: how they are found, or put into words.

use super::{Formula, Variable};

/// What a model says of one variable.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Value {
    /// Exactly this value.
    Literal(String),
    /// Any value but those; the list is never empty in a witness.
    Other {
        /// The values it must not have, in the order in which they were first mentioned.
        than: Vec<String>,
    },
}

/// A partial assignment: what it does not mention may be anything.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct Model {
    values: Vec<(Variable, Value)>,
    propositions: Vec<(Formula, bool)>,
}

impl Model {
    /// The assignment that says nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// Gives `variable` a value, in place of the one it had.
    pub fn set(&mut self, variable: Variable, value: Value) {
        match self.values.binary_search_by_key(&variable, |entry| entry.0) {
            Ok(place) => self.values[place].1 = value,
            Err(place) => self.values.insert(place, (variable, value)),
        }
    }

    /// Lets `proposition`, which [`Formulas::proposition`](super::Formulas::proposition) made, be true or false.
    pub fn set_proposition(&mut self, proposition: Formula, holds: bool) {
        let (atom, holds) = (proposition.positive(), holds != proposition.is_negated());
        match self.propositions.binary_search_by_key(&atom, |entry| entry.0) {
            Ok(place) => self.propositions[place].1 = holds,
            Err(place) => self.propositions.insert(place, (atom, holds)),
        }
    }

    /// The variables it speaks of, in the order of their creation.
    pub fn values(&self) -> impl Iterator<Item = (Variable, &Value)> {
        self.values.iter().map(|(variable, value)| (*variable, value))
    }

    /// The propositions it speaks of, in the order of their creation.
    pub fn propositions(&self) -> impl Iterator<Item = (Formula, bool)> {
        self.propositions.iter().copied()
    }

    /// What it says of `variable`; `None` where it may be anything.
    pub fn value(&self, variable: Variable) -> Option<&Value> {
        let place = self.values.binary_search_by_key(&variable, |entry| entry.0).ok()?;
        Some(&self.values[place].1)
    }

    /// What it says of `proposition`; `None` where it may be either.
    pub fn proposition(&self, proposition: Formula) -> Option<bool> {
        let place = self.propositions.binary_search_by_key(&proposition.positive(), |entry| entry.0).ok()?;
        Some(self.propositions[place].1 != proposition.is_negated())
    }

    /// Whether it says nothing: the formula it was found for always holds.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty() && self.propositions.is_empty()
    }
}
