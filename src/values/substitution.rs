//! `${name}` in strings that a service fills in, as `DefinitionSubstitutions` of a state machine does.

use std::borrow::Cow;
use std::cell::{Cell, RefCell};

use super::evaluate::Product;
use super::{Case, Choice, Expression, Formula, Part, Values};
use crate::syntax::Node;
use crate::template::{Intrinsic, Piece, pieces};

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
    by: By<'t>,
    /// The mappings of names to values; they exclude each other.
    variables: Vec<Choice<'t>>,
}

/// What has filled a string in before the service sees it.
#[derive(Clone, Copy, Debug)]
enum By<'t> {
    /// Nothing.
    Nobody,
    /// `Fn::Sub`, with variables of its own.
    Sub(Option<Node<'t>>),
    /// `Fn::Join` of this list; `${Join.2}` is its item number 2.
    Join(Node<'t>),
}

impl<'t> Values<'t> {
    /// What the JSON in a string says, where `Fn::Sub` or `Fn::Join` may make the string; its strings are filled in as
    /// [`Self::substitute`] does.
    #[must_use]
    pub fn embedded(&self, string: Expression<'t>, variables: &[Choice<'t>]) -> Option<Expression<'t>> {
        let (root, by) = match Intrinsic::of(string.node) {
            None => (string.node.embedded()?, By::Nobody),
            Some(Intrinsic::Sub { text, variables }) => (text.embedded()?, By::Sub(variables)),
            Some(Intrinsic::Join { delimiter, list }) if delimiter.as_str() == Some("") => (list.embedded()?, By::Join(list)),
            Some(_) => return None,
        };
        let within = Expression { stack: string.stack, node: root };
        self.fill_in(Filled { within, by, variables: variables.to_vec() });
        Some(within)
    }

    /// From now on the strings in `within` have `${name}` replaced by the entry `name` of `variables`. Names without an entry stay.
    pub fn substitute(&self, within: Expression<'t>, variables: &[Choice<'t>]) {
        if variables.iter().any(|choice| choice.written().is_some()) {
            self.fill_in(Filled { within, by: By::Nobody, variables: variables.to_vec() });
        }
    }

    fn fill_in(&self, filled: Filled<'t>) {
        let mut known = self.substitutions.known.borrow_mut();
        if known.iter().all(|other| other.within != filled.within) {
            known.push(filled);
        }
    }

    /// The cases of a string that has such variables; `None` for every other.
    pub(super) fn substituted_by_service(&self, expression: Expression<'t>, when: Formula) -> Option<Vec<Case<'t>>> {
        let text = expression.node.as_str().filter(|text| text.contains("${"))?;
        if self.substitutions.inside.get() {
            return None;
        }
        let (by, variables) = {
            let known = self.substitutions.known.borrow();
            let filled = known.iter().find(|filled| filled.within.holds(expression))?;
            (filled.by, filled.variables.clone())
        };
        self.substitutions.inside.set(true);
        let cases = self.filled_in(text, by, &variables, (expression, when));
        self.substitutions.inside.set(false);
        Some(cases)
    }

    fn filled_in(
        &self,
        text: &'t str,
        by: By<'t>,
        variables: &[Choice<'t>],
        (whole, when): (Expression<'t>, Formula),
    ) -> Vec<Case<'t>> {
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
                        let at = |node| Expression { stack: whole.stack, node };
                        let given = variables.written().and_then(|written| written.node.get(name));
                        match (by, given) {
                            (By::Join(list), _) if joined(list, name).is_some() => {
                                let item = joined(list, name).unwrap_or(list);
                                product.multiply(|when| self.cases(at(item), when));
                            }
                            (By::Sub(Some(own)), _) if own.get(name).is_some() => {
                                let value = own.get(name).unwrap_or(own);
                                product.multiply(|when| self.cases(at(value), when));
                            }
                            (_, Some(_)) => product.multiply(|when| {
                                let mapping = Choice { when, ..variables };
                                self.property(&mapping, name).iter().flat_map(|given| self.cases_of(given)).collect()
                            }),
                            (By::Sub(_), None) => product.multiply(|when| self.variable_cases(whole.stack, name, when)),
                            (By::Nobody | By::Join(_), None) => {
                                product.push(&Part::Literal(Cow::Borrowed(&text[start..end])));
                            }
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

/// The item of a joined list that `Join.2` names.
fn joined<'t>(list: Node<'t>, name: &str) -> Option<Node<'t>> {
    list.items().nth(name.strip_prefix("Join.")?.parse().ok()?)
}

impl<'t> Expression<'t> {
    /// Whether `other` is written inside this value.
    fn holds(self, other: Self) -> bool {
        self.stack == other.stack
            && std::ptr::eq(self.node.tree(), other.node.tree())
            && self.node.span().contains(other.node.span())
    }
}
