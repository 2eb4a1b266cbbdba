//! The questions that can be asked of formulas; see [`Formulas`].
//!
//! Not here: the answers. `store` builds formulas, `query` decides them, `witness` finds models.

use std::cell::RefCell;
use std::fmt;

use super::model::Model;
use super::query::Query;
use super::store::Store;

/// A formula of one [`Formulas`] store; equal numbers are equal formulas.
///
/// The lowest bit negates, the others are the index of a node. Formulas of different stores must not be mixed.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct Formula(u32);

impl Formula {
    /// What always holds.
    pub const TRUE: Self = Self(0);
    /// What never holds.
    pub const FALSE: Self = Self(1);

    pub(super) fn of_node(node: u32) -> Self {
        Self(node << 1)
    }

    pub(super) fn node(self) -> usize {
        (self.0 >> 1) as usize
    }

    pub(super) fn is_negated(self) -> bool {
        self.0 & 1 == 1
    }

    pub(super) fn positive(self) -> Self {
        Self(self.0 & !1)
    }

    pub(super) fn negated(self) -> Self {
        Self(self.0 ^ 1)
    }
}

/// A string-valued unknown of one [`Formulas`] store: a parameter, a pseudo parameter, a value from elsewhere.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct Variable(pub(super) u32);

/// The values a variable can have.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Domain {
    /// Any string.
    Open,
    /// Exactly these (`AllowedValues`). An empty list, which no stack could satisfy, is taken as [`Domain::Open`].
    Closed(Vec<String>),
}

/// The answer to a question about formulas.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Answer {
    /// It is so.
    Yes,
    /// It is not so.
    No,
    /// The budget of steps ran out, or an equality of variables was too large to encode.
    Undecided,
}

impl Answer {
    /// Whether it is certainly so.
    pub fn is_yes(self) -> bool {
        self == Self::Yes
    }

    /// Whether it is certainly not so.
    pub fn is_no(self) -> bool {
        self == Self::No
    }

    /// Whether nobody knows.
    pub fn is_undecided(self) -> bool {
        self == Self::Undecided
    }

    fn opposite(self) -> Self {
        match self {
            Self::Yes => Self::No,
            Self::No => Self::Yes,
            Self::Undecided => Self::Undecided,
        }
    }
}

impl From<bool> for Answer {
    fn from(holds: bool) -> Self {
        if holds { Self::Yes } else { Self::No }
    }
}

/// The formulas of one analysis, and the answers found so far.
///
/// Methods take `&self` so that formulas can be built while others are looked at; the store is for one thread.
#[derive(Default)]
pub struct Formulas {
    pub(super) state: RefCell<State>,
}

impl fmt::Debug for Formulas {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Formulas").finish_non_exhaustive()
    }
}

/// Formulas and the state of asking about them.
#[derive(Default)]
pub(super) struct State {
    pub(super) store: Store,
    pub(super) query: Query,
}

impl Formulas {
    /// A store without variables and assumptions.
    pub fn new() -> Self {
        Self::default()
    }

    /// A new unknown; `default`, where its domain has it, is the value that witnesses prefer.
    pub fn variable(&self, domain: Domain, default: Option<String>) -> Variable {
        self.state.borrow_mut().store.variable(domain, default)
    }

    /// `variable = literal`: false outside a closed domain, true if it is the only value.
    pub fn equals(&self, variable: Variable, literal: &str) -> Formula {
        let store = &mut self.state.borrow_mut().store;
        let text = store.intern(literal);
        store.equals(variable, text)
    }

    /// `first = second`.
    pub fn same(&self, first: Variable, second: Variable) -> Formula {
        self.state.borrow_mut().store.same(first, second)
    }

    /// A fresh claim that nothing decides.
    pub fn proposition(&self) -> Formula {
        self.state.borrow_mut().store.proposition()
    }

    /// What holds exactly where `formula` does not.
    pub fn not(&self, formula: Formula) -> Formula {
        formula.negated()
    }

    /// What holds where both do.
    pub fn and(&self, first: Formula, second: Formula) -> Formula {
        self.state.borrow_mut().store.and(first, second)
    }

    /// What holds where one of them does.
    pub fn or(&self, first: Formula, second: Formula) -> Formula {
        self.and(first.negated(), second.negated()).negated()
    }

    /// What holds where all do; true for none.
    pub fn all(&self, formulas: impl IntoIterator<Item = Formula>) -> Formula {
        // The iterator may use this store, so it is finished before the store is borrowed.
        let mut formulas: Vec<Formula> = formulas.into_iter().filter(|formula| *formula != Formula::TRUE).collect();
        if let [] | [_] = formulas.as_slice() {
            return formulas.first().copied().unwrap_or(Formula::TRUE);
        }
        self.state.borrow_mut().store.all(&mut formulas)
    }

    /// What holds where one of them does; false for none.
    pub fn any(&self, formulas: impl IntoIterator<Item = Formula>) -> Formula {
        self.all(formulas.into_iter().map(Formula::negated)).negated()
    }

    /// From here on, every question is asked only of the worlds in which `formula` holds.
    pub fn assume(&self, formula: Formula) {
        let State { store, query } = &mut *self.state.borrow_mut();
        query.assume(store, formula);
    }

    /// Whether `formula` can hold, under the assumptions.
    pub fn satisfiable(&self, formula: Formula) -> Answer {
        let State { store, query } = &mut *self.state.borrow_mut();
        query.satisfiable(store, formula)
    }

    /// Whether `second` holds wherever `first` does, under the assumptions.
    pub fn implies(&self, first: Formula, second: Formula) -> Answer {
        self.disjoint(first, second.negated())
    }

    /// Whether they never hold together, under the assumptions.
    pub fn disjoint(&self, first: Formula, second: Formula) -> Answer {
        let State { store, query } = &mut *self.state.borrow_mut();
        query.compatible(store, first, second).opposite()
    }

    /// Whether they hold in the same worlds, under the assumptions.
    pub fn equivalent(&self, first: Formula, second: Formula) -> Answer {
        match (self.implies(first, second), self.implies(second, first)) {
            (Answer::Yes, Answer::Yes) => Answer::Yes,
            (Answer::No, _) | (_, Answer::No) => Answer::No,
            _ => Answer::Undecided,
        }
    }

    /// Whether `formula` holds in every world, under the assumptions.
    pub fn always(&self, formula: Formula) -> Answer {
        self.satisfiable(formula.negated()).opposite()
    }

    /// Values under which `formula` holds and the assumptions can; `None` if there are none or they were not found in the budget.
    ///
    /// Whatever completes the model makes the formula true, and nothing can be left out of it (as far as the budget allows to check).
    /// It makes those assumptions true as well that share a variable with the formula, directly or through other assumptions; the rest
    /// can be met independently, and naming values for them would only distract. Defaults are used where they can be, and variables
    /// that are not at their default are the ones that are kept. Leaving out is exact, so that [`Formulas::evaluate`], which is not,
    /// may say `None` of a formula under its own witness.
    ///
    /// Where variables must equal or differ from each other and no literal is at hand, their values are invented: `value-1`, `value-2`.
    pub fn witness(&self, formula: Formula) -> Option<Model> {
        let State { store, query } = &mut *self.state.borrow_mut();
        query.witness(store, formula)
    }

    /// Whether `formula` and all assumptions can hold when every variable in them that has a default takes it.
    pub fn holds_with_defaults(&self, formula: Formula) -> Answer {
        let State { store, query } = &mut *self.state.borrow_mut();
        query.holds_with_defaults(store, formula)
    }

    /// What `formula` is under a partial assignment, part by part (Kleene's three values).
    ///
    /// `Some` is certain. `None` says that the parts do not tell, although together they might: `a or not a` is `None` where `a` is.
    pub fn evaluate(&self, formula: Formula, model: &Model) -> Option<bool> {
        self.evaluate_each(&[formula], model)[0]
    }

    /// [`Formulas::evaluate`] of many formulas in one walk: what they share is looked at once.
    pub fn evaluate_each(&self, formulas: &[Formula], model: &Model) -> Vec<Option<bool>> {
        self.state.borrow_mut().store.evaluate(formulas, model)
    }

    /// [`Formulas::evaluate`] with the value of each variable asked of `lookup`; propositions are unknown.
    pub fn evaluate_with<'a>(&self, formula: Formula, lookup: &dyn Fn(Variable) -> Option<&'a str>) -> Option<bool> {
        let mut model = Model::new();
        for variable in self.variables(formula) {
            if let Some(value) = lookup(variable) {
                model.set(variable, super::Value::Literal(value.to_owned()));
            }
        }
        self.evaluate(formula, &model)
    }

    /// The value that a variable has where nobody says otherwise, where its domain has that.
    pub fn default_of(&self, variable: Variable) -> Option<String> {
        let state = self.state.borrow();
        let text = state.store.default_of(variable)?;
        Some(state.store.text(text).to_owned())
    }

    /// The steps that questions have taken so far, beyond the [`FREE_STEPS`](super::FREE_STEPS) of each.
    pub fn steps(&self) -> u64 {
        self.state.borrow().query.steps()
    }

    /// The variables that occur in `formula`, in the order of their creation.
    pub fn variables(&self, formula: Formula) -> Vec<Variable> {
        self.state.borrow_mut().store.variables(formula)
    }

    /// Whether `formula` speaks of a proposition, which nothing in the files given decides.
    pub fn is_undecided(&self, formula: Formula) -> bool {
        self.state.borrow().store.has_proposition(formula)
    }
}
