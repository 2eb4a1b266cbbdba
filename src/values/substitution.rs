//! `${name}` in strings that a service fills in, as `DefinitionSubstitutions` of a state machine does.

use std::borrow::Cow;
use std::cell::{Cell, RefCell};

use super::evaluate::Product;
use super::{Case, Choice, Expression, Formula, Part, Values};
use crate::template::{Piece, pieces};

/// The values whose strings have variables.
#[derive(Debug, Default)]
pub(super) struct Substitutions<'t> {
    known: RefCell<Vec<Filled<'t>>>,
    /// Whether the value of a variable is being evaluated. It is not filled in itself: through an alias that could go on forever.
    inside: Cell<bool>,
}

/// A value whose strings have variables.
#[derive(Debug)]
struct Filled<'t> {
    within: Expression<'t>,
    /// The mappings of names to values; they exclude each other.
    variables: Vec<Choice<'t>>,
}

impl<'t> Values<'t> {
    /// From now on the strings in `within` have `${name}` replaced by the entry `name` of `variables`. Names without an entry stay.
    pub fn substitute(&self, within: Expression<'t>, variables: &[Choice<'t>]) {
        let mut known = self.substitutions.known.borrow_mut();
        if variables.iter().any(|choice| choice.written().is_some()) && known.iter().all(|other| other.within != within) {
            known.push(Filled { within, variables: variables.to_vec() });
        }
    }

    /// The cases of a string that has such variables; `None` for every other.
    pub(super) fn substituted_by_service(&self, expression: Expression<'t>, when: Formula) -> Option<Vec<Case<'t>>> {
        let text = expression.node.as_str().filter(|text| text.contains("${"))?;
        if self.substitutions.inside.get() {
            return None;
        }
        let variables = {
            let known = self.substitutions.known.borrow();
            known.iter().find(|filled| filled.within.holds(expression))?.variables.clone()
        };
        self.substitutions.inside.set(true);
        let cases = self.filled_in(text, &variables, expression, when);
        self.substitutions.inside.set(false);
        Some(cases)
    }

    fn filled_in(&self, text: &'t str, variables: &[Choice<'t>], whole: Expression<'t>, when: Formula) -> Vec<Case<'t>> {
        let mut cases = Vec::new();
        for variables in variables {
            let variables = Choice { when: self.formulas.and(when, variables.when), ..*variables };
            if !self.possible(variables.when) {
                continue;
            }
            let mut product = Product::new(self, variables.when);
            for piece in pieces(text) {
                match piece {
                    Piece::Text(text) => product.push(&Part::Literal(Cow::Borrowed(text))),
                    Piece::Variable { name, start, end } => {
                        let given = variables.written().and_then(|written| written.node.get(name));
                        match given {
                            Some(_) => product.multiply(|when| {
                                let mapping = Choice { when, ..variables };
                                self.property(&mapping, name).iter().flat_map(|given| self.cases_of(given)).collect()
                            }),
                            None => product.push(&Part::Literal(Cow::Borrowed(&text[start..end]))),
                        }
                    }
                }
                if product.is_too_large() {
                    break;
                }
            }
            cases.extend(product.finish(whole));
        }
        cases
    }
}

impl<'t> Expression<'t> {
    /// Whether `other` is written inside this value.
    fn holds(self, other: Self) -> bool {
        self.stack == other.stack
            && std::ptr::eq(self.node.tree(), other.node.tree())
            && self.node.span().contains(other.node.span())
    }
}
