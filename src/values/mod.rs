//! What values become: under which conditions a property is there, and what it then says.
//!
//! A property does not have *a* value, it has [`Case`]s, each with the [`Formula`] under which it holds. Everything here is
//! lazy, bounded, and free of resource types: what a value means to a service is in `graph` and `rules`.

mod choice;
mod condition;
mod evaluate;
mod symbol;
mod text;

use std::cell::RefCell;
use std::collections::BTreeMap;

use crate::conditions::Formulas;
pub use crate::conditions::{Answer, Formula};
use crate::syntax::Node;
use crate::template::Template;

pub use choice::{Choice, Found};
pub use evaluate::{Case, Value};
use symbol::Symbols;
pub use text::{Part, Text, Unknown};

/// Most cases of one value that are followed; past them the value is unknown.
///
/// The largest product seen in 3,802 public templates has fewer than 20 cases.
pub const MAX_CASES: usize = 64;

/// A stack among those that are analysed together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StackId(u32);

impl StackId {
    /// The stack of the template that is being checked.
    pub const ROOT: Self = Self(0);
}

/// A resource of a stack.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ResourceId {
    /// The stack it is in.
    pub stack: StackId,
    /// Its number among the template's resources.
    pub index: u32,
}

/// A value as written, in the stack whose parameters and conditions give it its meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Expression<'t> {
    /// The stack.
    pub stack: StackId,
    /// The value.
    pub node: Node<'t>,
}

/// What is known from outside a template.
#[derive(Clone, Copy, Debug)]
pub struct Inputs<'a> {
    /// Parameters whose value is given.
    pub parameters: &'a BTreeMap<String, String>,
    /// The regions deployed to; any where it is empty.
    pub regions: &'a [String],
}

/// The values of a template.
#[derive(Debug)]
pub struct Values<'t> {
    /// The formulas under which they hold.
    pub formulas: Formulas,
    stacks: Vec<Stack<'t>>,
    symbols: RefCell<Symbols<'t>>,
    given: BTreeMap<String, String>,
    regions: Vec<String>,
}

#[derive(Debug)]
struct Stack<'t> {
    template: &'t Template<'t>,
    /// The formula of each condition, by its number.
    conditions: Vec<Formula>,
}

impl<'t> Values<'t> {
    /// The values of `template`, deployed with `inputs`.
    #[must_use]
    pub fn new(template: &'t Template<'t>, inputs: Inputs) -> Self {
        let mut values = Self {
            formulas: Formulas::new(),
            stacks: vec![Stack { template, conditions: Vec::new() }],
            symbols: RefCell::default(),
            given: inputs.parameters.clone(),
            regions: inputs.regions.to_vec(),
        };
        values.stacks[0].conditions = values.evaluate_conditions(StackId::ROOT);
        values.assume_constraints(StackId::ROOT);
        values
    }

    /// The template of a stack.
    #[must_use]
    pub fn template(&self, stack: StackId) -> &'t Template<'t> {
        self.stack(stack).template
    }

    fn stack(&self, stack: StackId) -> &Stack<'t> {
        &self.stacks[stack.0 as usize]
    }

    /// Whether `formula` can hold at all; what is too hard to decide may.
    #[must_use]
    pub fn possible(&self, formula: Formula) -> bool {
        self.formulas.satisfiable(formula) != Answer::No
    }

    /// Whether `b` holds wherever `a` does, for certain.
    #[must_use]
    pub fn implies(&self, a: Formula, b: Formula) -> bool {
        self.formulas.implies(a, b) == Answer::Yes
    }
}
