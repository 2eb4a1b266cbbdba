//! Conditions, and the constraints that every deployment fulfils, as formulas.

use super::{Expression, Formula, Part, StackId, Text, Value, Values};
use crate::syntax::{Function, Node};
use crate::template::{ConditionFunction, Named, ParameterType};

impl<'t> Values<'t> {
    /// The formula of the condition that `name` names; an undecidable one where there is none.
    #[must_use]
    pub fn condition_named(&self, stack: StackId, name: Node<'t>) -> Formula {
        // `Fn::If` takes a name; some write `!Condition name` or a whole condition there.
        match name.as_str() {
            Some(text) => self.condition(stack, text),
            None => self.formula(Expression { stack, node: name }),
        }
    }

    /// The formula of the condition called `name`; an undecidable one where there is none.
    #[must_use]
    pub fn condition(&self, stack: StackId, name: &str) -> Formula {
        let known = self.stack(stack);
        let index = known.template.conditions.index(name);
        let formula = index.and_then(|index| known.conditions.borrow().get(index).copied());
        formula.unwrap_or_else(|| self.undecidable(stack, &format!("condition {name}")))
    }

    /// Evaluates all conditions, each after those it names. A condition in a circle is undecidable.
    pub(super) fn evaluate_conditions(&self, stack: StackId) {
        let deployed = self.stack(stack);
        let conditions = &deployed.template.conditions;
        deployed.conditions.borrow_mut().resize(conditions.len(), Formula::FALSE);
        let mut state = vec![State::New; conditions.len()];
        for start in 0..conditions.len() {
            // An explicit stack: a chain of conditions may be longer than the machine's stack is deep.
            let mut work = vec![start];
            while let Some(&index) = work.last() {
                let Some(condition) = conditions.at(index) else { break };
                match state[index] {
                    State::Done => drop(work.pop()),
                    State::New => {
                        state[index] = State::Open;
                        let mut names = Vec::new();
                        collect_names(condition.node, &mut names);
                        for name in names {
                            match conditions.index(name) {
                                Some(other) if state[other] == State::New => work.push(other),
                                Some(other) if state[other] == State::Open => {
                                    state[other] = State::Circular;
                                    let unknown = self.undecidable(stack, &format!("condition {name}"));
                                    deployed.conditions.borrow_mut()[other] = unknown;
                                }
                                _ => {}
                            }
                        }
                    }
                    State::Open => {
                        let formula = self.formula(Expression { stack, node: condition.node });
                        deployed.conditions.borrow_mut()[index] = formula;
                        state[index] = State::Done;
                        work.pop();
                    }
                    State::Circular => {
                        state[index] = State::Done;
                        work.pop();
                    }
                }
            }
        }
    }

    /// Constrains the parameters: `MinLength`, and the assertions of the `Rules` section.
    pub(super) fn assume_constraints(&self, stack: StackId) {
        let template = self.template(stack);
        for parameter in template.parameters.iter() {
            let at_least_one =
                parameter.min_length.and_then(Node::as_str).is_some_and(|text| text.parse().is_ok_and(|n: u32| n > 0));
            let scalar = matches!(parameter.parameter_type, ParameterType::String | ParameterType::Aws(_));
            if at_least_one && scalar && !self.is_given(stack, parameter.name()) {
                let empty = self.formulas.equals(self.parameter_variable(stack, parameter.name()), "");
                self.formulas.assume(self.formulas.not(empty));
            }
        }
        for rule in template.rules.iter() {
            let when = rule.condition.map_or(Formula::TRUE, |node| self.formula(Expression { stack, node }));
            for assertion in rule.assertions.into_iter().flat_map(Node::items) {
                let Some(node) = assertion.get("Assert") else { continue };
                let holds = self.formula(Expression { stack, node });
                self.formulas.assume(self.formulas.or(self.formulas.not(when), holds));
            }
        }
    }

    /// The formula of a condition function.
    #[must_use]
    pub fn formula(&self, expression: Expression<'t>) -> Formula {
        let Expression { stack, node } = expression;
        let at = |node| Expression { stack, node };
        match ConditionFunction::of(node) {
            ConditionFunction::Named(name) => self.condition(stack, name.as_str().unwrap_or_default()),
            ConditionFunction::Not(inner) => self.formulas.not(self.formula(at(inner))),
            ConditionFunction::And(list) => self.formulas.all(list.items().map(|item| self.formula(at(item)))),
            ConditionFunction::Or(list) => self.formulas.any(list.items().map(|item| self.formula(at(item)))),
            ConditionFunction::Equals(a, b) => self.equal(at(a), at(b)),
            ConditionFunction::Contains(list, value) if is_plain_list(list) => {
                self.formulas.any(list.items().map(|item| self.equal(at(item), at(value))))
            }
            ConditionFunction::EachMemberEquals(list, value) if is_plain_list(list) => {
                self.formulas.all(list.items().map(|item| self.equal(at(item), at(value))))
            }
            ConditionFunction::EachMemberIn(list, allowed) if is_plain_list(list) && is_plain_list(allowed) => {
                let within = |item| self.formulas.any(allowed.items().map(|other| self.equal(at(item), at(other))));
                self.formulas.all(list.items().map(within))
            }
            ConditionFunction::Contains(..)
            | ConditionFunction::EachMemberEquals(..)
            | ConditionFunction::EachMemberIn(..)
            | ConditionFunction::Unknown(_) => self.undecidable(stack, &self.canonical(expression)),
        }
    }

    /// When two values are equal.
    #[must_use]
    pub fn equal(&self, a: Expression<'t>, b: Expression<'t>) -> Formula {
        let (left, right) = (self.cases(a, Formula::TRUE), self.cases(b, Formula::TRUE));
        let mut ways = Vec::new();
        for x in &left {
            for y in &right {
                let when = self.formulas.and(x.when, y.when);
                if when == Formula::FALSE {
                    continue;
                }
                let same = match (&x.value, &y.value) {
                    (Value::Text(x), Value::Text(y)) => self.same_text(x, y),
                    (Value::Absent, Value::Absent) => Formula::TRUE,
                    // A deployment in which a value is invalid does not happen, so nothing is equal there.
                    (Value::Invalid, _) | (_, Value::Invalid) => Formula::FALSE,
                    _ => self.undecidable(a.stack, &format!("{} = {}", self.canonical(a), self.canonical(b))),
                };
                ways.push(self.formulas.and(when, same));
            }
        }
        self.formulas.any(ways)
    }

    /// When a string is the given one.
    #[must_use]
    pub fn text_is(&self, text: &Text<'t>, literal: &str) -> Formula {
        match text.only() {
            // Nothing of one unknown is compared but the whole.
            Some(part) if !matches!(part, Part::Literal(_)) => self.formulas.equals(self.variable_of(text), literal),
            _ => self.same_text(text, &Text::literal(literal.to_owned())),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    New,
    Open,
    Circular,
    Done,
}

fn is_plain_list(node: Node) -> bool {
    node.is_sequence() && node.function().is_none()
}

/// The names of the conditions that a condition is made of.
fn collect_names<'t>(node: Node<'t>, names: &mut Vec<&'t str>) {
    match ConditionFunction::of(node) {
        ConditionFunction::Named(name) => names.extend(name.as_str()),
        ConditionFunction::Not(inner) => collect_names(inner, names),
        ConditionFunction::And(list) | ConditionFunction::Or(list) => list.items().for_each(|item| collect_names(item, names)),
        ConditionFunction::Equals(a, b)
        | ConditionFunction::Contains(a, b)
        | ConditionFunction::EachMemberEquals(a, b)
        | ConditionFunction::EachMemberIn(a, b) => {
            collect_names_of_ifs(a, names);
            collect_names_of_ifs(b, names);
        }
        ConditionFunction::Unknown(node) => collect_names_of_ifs(node, names),
    }
}

/// `Fn::If` cannot stand in `Conditions`, but people write it; its name is needed before its value.
fn collect_names_of_ifs<'t>(node: Node<'t>, names: &mut Vec<&'t str>) {
    if let Some((Function::If, argument)) = node.function() {
        names.extend(argument.items().next().and_then(Node::as_str));
    }
    node.items().for_each(|item| collect_names_of_ifs(item, names));
    node.entries().for_each(|entry| collect_names_of_ifs(entry.value, names));
}
