//! Which of several written values stands, and when: `Fn::If` and `AWS::NoValue` taken apart.

use super::{Expression, Formula, MAX_CASES, StackId, Unknown, Values};
use crate::syntax::{Function, Node};
use crate::template::Intrinsic;

/// One way a property can turn out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Choice<'t> {
    /// When it does.
    pub when: Formula,
    /// How.
    pub found: Found<'t>,
}

/// What stands in a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found<'t> {
    /// Nothing: not written, `AWS::NoValue`, or null.
    Absent,
    /// This value, which is no `Fn::If`.
    Written(Expression<'t>),
    /// Something that cannot be known.
    Unknown(Unknown),
}

impl<'t> Choice<'t> {
    /// The value, where there is one.
    #[must_use]
    pub fn written(&self) -> Option<Expression<'t>> {
        match self.found {
            Found::Written(expression) => Some(expression),
            Found::Absent | Found::Unknown(_) => None,
        }
    }
}

impl<'t> Values<'t> {
    /// The ways `expression` can turn out where `when` holds. They exclude each other and cover `when`; those that cannot be
    /// are left out.
    #[must_use]
    pub fn choices(&self, expression: Expression<'t>, when: Formula) -> Vec<Choice<'t>> {
        let mut choices = Vec::new();
        self.choose(expression, when, &mut choices);
        choices
    }

    fn choose(&self, expression: Expression<'t>, when: Formula, choices: &mut Vec<Choice<'t>>) {
        let Expression { stack, node } = expression;
        let found = match Intrinsic::of(node) {
            Some(Intrinsic::If { condition, then, otherwise }) => {
                if choices.len() >= MAX_CASES * 4 {
                    Found::Unknown(Unknown::TooManyCases)
                } else {
                    let holds = self.condition_named(stack, condition);
                    for (branch, holds) in [(then, holds), (otherwise, self.formulas.not(holds))] {
                        let when = self.formulas.and(when, holds);
                        if self.possible(when) {
                            self.choose(Expression { stack, node: branch }, when, choices);
                        }
                    }
                    return;
                }
            }
            Some(Intrinsic::Ref("AWS::NoValue")) => Found::Absent,
            Some(Intrinsic::Other(Function::Transform, _)) => Found::Unknown(Unknown::Macro),
            None if node.is_null() => Found::Absent,
            _ => Found::Written(expression),
        };
        choices.push(Choice { when, found });
    }

    /// The ways the property `name` of a mapping can turn out.
    #[must_use]
    pub fn property(&self, mapping: &Choice<'t>, name: &str) -> Vec<Choice<'t>> {
        let when = mapping.when;
        let found = match mapping.found {
            Found::Written(Expression { stack, node }) => {
                if let Some(value) = written_property(node, name) {
                    return self.choices(Expression { stack, node: value }, when);
                }
                // `Fn::Transform` beside the properties adds others, and so does a function in their place.
                if node.get("Fn::Transform").is_some() {
                    Found::Unknown(Unknown::Macro)
                } else if !node.is_mapping() || Intrinsic::of(node).is_some() {
                    Found::Unknown(Unknown::Shape)
                } else {
                    Found::Absent
                }
            }
            found => found,
        };
        vec![Choice { when, found }]
    }

    /// The ways the property reached by `path` can turn out, step by step.
    #[must_use]
    pub fn path(&self, start: &Choice<'t>, path: &[&str]) -> Vec<Choice<'t>> {
        let mut choices = vec![*start];
        for name in path {
            choices = choices.iter().flat_map(|choice| self.property(choice, name)).collect();
        }
        choices
    }

    /// The items of a list, each with the condition under which it is in it. A list that is not written out is one unknown
    /// item; an absent one has none.
    #[must_use]
    pub fn items(&self, list: &Choice<'t>) -> Vec<Choice<'t>> {
        match list.found {
            Found::Absent => Vec::new(),
            Found::Unknown(_) => vec![*list],
            Found::Written(Expression { stack, node }) if node.is_sequence() && Intrinsic::of(node).is_none() => {
                let items = node.items().flat_map(|node| self.choices(Expression { stack, node }, list.when));
                items.filter(|choice| choice.found != Found::Absent).collect()
            }
            Found::Written(expression) => {
                vec![Choice { when: list.when, found: Found::Unknown(self.why_not_a_list(expression)) }]
            }
        }
    }

    fn why_not_a_list(&self, expression: Expression<'t>) -> Unknown {
        match Intrinsic::of(expression.node) {
            Some(Intrinsic::ImportValue(_)) => Unknown::Import,
            Some(Intrinsic::Ref(name)) if self.template(expression.stack).parameters.get(name).is_some() => Unknown::Parameter,
            Some(_) => Unknown::Function,
            None => Unknown::Shape,
        }
    }

    /// The properties of a resource, where `when` holds.
    #[must_use]
    pub fn properties(&self, stack: StackId, properties: Option<Node<'t>>, when: Formula) -> Vec<Choice<'t>> {
        match properties {
            Some(node) => self.choices(Expression { stack, node }, when),
            None => vec![Choice { when, found: Found::Absent }],
        }
    }
}

/// The value of a key of a mapping that calls no function.
fn written_property<'t>(node: Node<'t>, name: &str) -> Option<Node<'t>> {
    node.function().is_none().then(|| node.get(name)).flatten()
}
