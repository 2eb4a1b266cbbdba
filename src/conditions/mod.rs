//! Formulas over what a template's parameters can be, and an exact solver that says which of them can hold, imply each other, and when.
//!
//! Not here: templates. This module knows no parameter, condition or intrinsic function; `template` and `graph` translate those into
//! [`Formula`]s and read a [`Model`] back in CloudFormation's words.
//!
//! A formula is made of atoms (`variable = literal`, `variable = variable`, propositions that nothing decides) with *and*, *or* and
//! *not*. Equal formulas are the same number, so that a question asked twice is answered once. Nothing here recurses, and every
//! question has a budget of steps ([`QUERY_STEPS`], [`STORE_STEPS`]); past it the answer is [`Answer::Undecided`], never a long wait.
//!
//! Cheap before dear: every formula carries its truth in 64 sample worlds, which answers most questions of satisfiability with one look;
//! then conjunctions of literals are compared, then the defaults are tried, and only what is left goes to the solver.

mod assignment;
mod encode;
mod formula;
mod model;
mod parts;
mod query;
mod solver;
mod store;
#[cfg(test)]
mod tests;
mod witness;

pub use formula::{Answer, Domain, Formula, Formulas, Variable};
pub use model::{Model, Value};
pub use query::{FREE_STEPS, QUERY_STEPS, STORE_STEPS};
