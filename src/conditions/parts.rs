//! What a formula is made of.

use super::{Formula, Formulas};

impl Formulas {
    /// The formulas that `formula` is built from, itself included, in ascending order. A formula and its negation are one part,
    /// given in the form of [`Formulas::part`].
    #[must_use]
    pub fn parts(&self, formula: Formula) -> Vec<Formula> {
        let store = &mut self.state.borrow_mut().store;
        let mut cone = Vec::new();
        store.cone(&[formula], u64::MAX, &mut cone).expect("there is no limit");
        cone.into_iter().map(Formula::of_node).collect()
    }

    /// The form in which [`Formulas::parts`] gives `formula` and its negation.
    #[must_use]
    pub fn part(&self, formula: Formula) -> Formula {
        formula.positive()
    }
}
