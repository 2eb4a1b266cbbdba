//! What a formula is made of.

use super::store::node_number;
use super::{Formula, Formulas, Model};

impl Formulas {
    /// What each of `parts` is under a partial assignment, as [`Formulas::evaluate`] says, in one walk over `formula`; `None` too
    /// for one that `formula` is not built from. A formula and its negation are one part.
    #[must_use]
    pub fn evaluate_parts(&self, formula: Formula, parts: &[Formula], model: &Model) -> Vec<Option<bool>> {
        let store = &mut self.state.borrow_mut().store;
        let mut cone = Vec::new();
        store.cone(&[formula], u64::MAX, &mut cone).expect("there is no limit");
        let knowledge = store.knowledge(model);
        store.evaluate_cone(formula, &cone, |store, number, node| store.known_atom(number, node, &knowledge));
        let value = |part: &Formula| cone.binary_search(&node_number(*part)).ok().and_then(|_| store.value(*part));
        parts.iter().map(value).collect()
    }
}
