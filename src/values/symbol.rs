//! The unknowns of formulas, and what they stand for.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use super::{Formula, Part, ResourceId, StackId, Text, Values};
use crate::conditions::{Domain, Model, Value as ModelValue, Variable};
use crate::diagnostic::Witness;
use crate::template::{Named, ParameterType};

/// What a variable stands for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Symbol<'t> {
    Parameter(StackId, &'t str),
    Pseudo(StackId, &'t str),
    /// A string that is not one parameter, by its parts.
    Text(Text<'t>),
    /// A yes-or-no question that no file answers.
    Undecidable(StackId, String),
    /// Whether CloudFormation creates the first resource before the second.
    Order(ResourceId, ResourceId),
}

#[derive(Debug, Default)]
pub(super) struct Symbols<'t> {
    by_symbol: FxHashMap<Symbol<'t>, Variable>,
    by_variable: BTreeMap<Variable, Symbol<'t>>,
}

const YES: &str = "yes";

/// Bounds how a text with several unknown parts is laid over a literal; past it the text is an unknown of its own. Every part
/// takes a step, so that this bounds the depth of the search as well.
const MAX_MATCHING_STEPS: usize = 256;

impl<'t> Values<'t> {
    fn variable(&self, symbol: Symbol<'t>, domain: impl FnOnce() -> (Domain, Option<String>)) -> Variable {
        if let Some(&variable) = self.symbols.borrow().by_symbol.get(&symbol) {
            return variable;
        }
        let (domain, default) = domain();
        let variable = self.formulas.variable(domain, default);
        let mut symbols = self.symbols.borrow_mut();
        symbols.by_symbol.insert(symbol.clone(), variable);
        symbols.by_variable.insert(variable, symbol);
        variable
    }

    /// The variable of a parameter's value.
    pub(super) fn parameter_variable(&self, stack: StackId, name: &'t str) -> Variable {
        self.variable(Symbol::Parameter(stack, name), || {
            if let Some(value) = self.given_value(stack, name) {
                return (Domain::Closed(vec![value.clone()]), None);
            }
            let Some(parameter) = self.template(stack).parameters.get(name) else { return (Domain::Open, None) };
            let text = |node: crate::syntax::Node| node.scalar().map(|scalar| scalar.canonical().into_owned());
            let default = parameter.default.and_then(text);
            match parameter.allowed_values.map(|list| list.items().map(text).collect::<Option<Vec<_>>>()) {
                Some(Some(values))
                    if !values.is_empty() && !matches!(parameter.parameter_type, ParameterType::SsmValue { .. }) =>
                {
                    // A default that is not allowed fails the deployment, so it is no value.
                    (Domain::Closed(values), default)
                }
                _ => (Domain::Open, default),
            }
        })
    }

    /// The value that a parameter is given from outside.
    pub(super) fn given_value(&self, stack: StackId, name: &str) -> Option<&String> {
        // What a nested stack gets is written in its parent.
        let nested = matches!(self.stack(stack).role, super::Role::Nested { .. });
        self.given.get(name).filter(|_| !nested)
    }

    /// The value that a parameter of the template that is checked is given from outside.
    #[must_use]
    pub fn given(&self, name: &str) -> Option<&str> {
        self.given_value(StackId::ROOT, name).map(String::as_str)
    }

    /// Whether a parameter is given its value from outside or by a parent.
    pub(super) fn is_given(&self, stack: StackId, name: &str) -> bool {
        matches!(self.stack(stack).role, super::Role::Nested { .. }) || self.given.contains_key(name)
    }

    /// The values a parameter may take, where they are few and written down.
    pub(super) fn allowed_values(&self, stack: StackId, name: &str) -> Option<Vec<String>> {
        let parameter = self.template(stack).parameters.get(name)?;
        let list = parameter.allowed_values?;
        let values: Option<Vec<String>> = list.items().map(|node| Some(node.scalar()?.canonical().into_owned())).collect();
        values.filter(|values| !values.is_empty() && values.len() <= super::MAX_CASES)
    }

    /// Whether a parameter takes only values that are written down.
    #[must_use]
    pub fn has_allowed_values(&self, stack: StackId, name: &str) -> bool {
        self.allowed_values(stack, name).is_some()
    }

    /// A string with every parameter at its default; `None` where one has none, or something else is unknown.
    #[must_use]
    pub fn with_defaults(&self, text: &Text<'t>) -> Option<String> {
        let mut out = String::new();
        for part in text.parts() {
            match part {
                Part::Literal(text) => out.push_str(text),
                Part::Parameter(stack, name) => {
                    let parameter = self.template(*stack).parameters.get(name)?;
                    out.push_str(&parameter.default?.scalar()?.canonical());
                }
                _ => return None,
            }
        }
        Some(out)
    }

    /// When two names are the same, where the templates say so: always, for some allowed values, or with the defaults. `None`
    /// where only chance would make them the same, as with a parameter that takes any value.
    #[must_use]
    pub fn known_to_be_same(&self, a: &Text<'t>, b: &Text<'t>, when: Formula) -> Option<Formula> {
        let same = self.same_text(a, b);
        if same == Formula::FALSE {
            return None;
        }
        let by_chance = self.is_open(a) || self.is_open(b);
        let stated = same == Formula::TRUE
            || !by_chance
            || self.implies(when, same)
            || self.with_defaults(a).is_some_and(|a| self.with_defaults(b).is_some_and(|b| a == b));
        stated.then_some(same)
    }

    /// When two names may be the same: where the templates say so, and wherever chance could make them the same.
    #[must_use]
    pub fn may_be_same(&self, a: &Text<'t>, b: &Text<'t>) -> Formula {
        let same = self.same_text(a, b);
        let open = same != Formula::FALSE && (self.is_open(a) || self.is_open(b));
        if open { Formula::TRUE } else { same }
    }

    /// Whether a name has a part that takes any value.
    #[must_use]
    pub fn is_open(&self, text: &Text<'t>) -> bool {
        text.parts().iter().any(|part| match part {
            Part::Parameter(stack, name) => !self.has_allowed_values(*stack, name),
            Part::Literal(_) => false,
            _ => true,
        })
    }

    /// The variable of a pseudo parameter. Nested stacks share region, account and partition with their parent.
    pub(super) fn pseudo_variable(&self, stack: StackId, name: &'t str) -> Variable {
        let stack =
            if matches!(name, "AWS::StackName" | "AWS::StackId" | "AWS::NotificationARNs") { stack } else { StackId::ROOT };
        self.variable(Symbol::Pseudo(stack, name), || {
            if name == "AWS::Region" && !self.regions.is_empty() {
                return (Domain::Closed(self.regions.clone()), None);
            }
            (Domain::Open, None)
        })
    }

    /// The variable of a string that is not one parameter.
    fn text_variable(&self, text: &Text<'t>) -> Variable {
        self.variable(Symbol::Text(text.clone()), || (Domain::Open, None))
    }

    /// A question that no file answers; the same question has the same answer everywhere.
    pub(super) fn undecidable(&self, stack: StackId, question: &str) -> Formula {
        let variable = self.variable(Symbol::Undecidable(stack, question.to_owned()), yes_or_no);
        self.formulas.equals(variable, YES)
    }

    /// Whether CloudFormation creates `earlier` before `later`, which it decides anew each time.
    #[must_use]
    pub fn order(&self, earlier: ResourceId, later: ResourceId) -> Formula {
        let variable = self.variable(Symbol::Order(earlier, later), yes_or_no);
        self.formulas.equals(variable, YES)
    }

    /// When two strings are the same.
    #[must_use]
    pub fn same_text(&self, a: &Text<'t>, b: &Text<'t>) -> Formula {
        if let (Some(a), Some(b)) = (a.known(), b.known()) {
            return if a == b { Formula::TRUE } else { Formula::FALSE };
        }
        let Some((a, b)) = Text::without_common_ends(a, b) else { return Formula::FALSE };
        match (a.known(), b.known()) {
            (Some(_), Some(_)) => {
                if a == b {
                    Formula::TRUE
                } else {
                    Formula::FALSE
                }
            }
            (None, Some(literal)) => self.is_literal(&a, literal),
            (Some(literal), None) => self.is_literal(&b, literal),
            (None, None) => {
                let both_parameters = [&a, &b].iter().all(|text| matches!(text.only(), Some(Part::Parameter(..))));
                let spelled = |one: &Text<'t>, other: &Text<'t>| {
                    let ways = self.spelled_out(one).filter(|_| !both_parameters)?;
                    let same = |(when, value): (Formula, String)| self.formulas.and(when, self.text_is(other, &value));
                    Some(self.formulas.any(ways.into_iter().map(same)))
                };
                // The strings of a text that is spelled out are tied to the parameters in it; a variable of its own is not.
                spelled(&a, &b)
                    .or_else(|| spelled(&b, &a))
                    .unwrap_or_else(|| self.formulas.same(self.variable_of(&a), self.variable_of(&b)))
            }
        }
    }

    fn is_literal(&self, text: &Text<'t>, literal: &str) -> Formula {
        // What is left of the literal has to hold every literal part of the text.
        let fits = text.parts().iter().all(|part| match part {
            Part::Literal(part) => literal.contains(part.as_ref()),
            _ => true,
        });
        if !fits {
            return Formula::FALSE;
        }
        if text.only().is_some() {
            return self.formulas.equals(self.variable_of(text), literal);
        }
        let mut ways = Vec::new();
        let mut steps = MAX_MATCHING_STEPS;
        match self.match_parts(text.parts(), literal, Formula::TRUE, &mut ways, &mut steps) {
            Some(()) => self.formulas.any(ways),
            None => self.formulas.equals(self.text_variable(text), literal),
        }
    }

    /// Every way to lay `parts` over `literal`, as what the unknown ones then are. `None` where there are too many.
    fn match_parts(
        &self,
        parts: &[Part<'t>],
        literal: &str,
        when: Formula,
        ways: &mut Vec<Formula>,
        steps: &mut usize,
    ) -> Option<()> {
        *steps = steps.checked_sub(1)?;
        let [part, rest @ ..] = parts else {
            if literal.is_empty() {
                ways.push(when);
            }
            return Some(());
        };
        if let Part::Literal(known) = part {
            return literal.strip_prefix(known.as_ref()).map_or(Some(()), |left| self.match_parts(rest, left, when, ways, steps));
        }
        let variable = self.variable_of(&Text::of(part.clone()));
        let ends = literal.char_indices().map(|(at, _)| at).chain([literal.len()]);
        for end in ends.filter(|end| !rest.is_empty() || *end == literal.len()) {
            let when = self.formulas.and(when, self.formulas.equals(variable, &literal[..end]));
            if when != Formula::FALSE {
                self.match_parts(rest, &literal[end..], when, ways, steps)?;
            }
        }
        Some(())
    }

    pub(super) fn variable_of(&self, text: &Text<'t>) -> Variable {
        match text.only() {
            Some(Part::Parameter(stack, name)) => self.parameter_variable(*stack, name),
            Some(Part::Pseudo(stack, name)) => self.pseudo_variable(*stack, name),
            _ => self.text_variable(text),
        }
    }

    /// Every string that a text of literals and parameters with allowed values can be, where they are few.
    #[must_use]
    pub fn spelled_out(&self, text: &Text<'t>) -> Option<Vec<(Formula, String)>> {
        let mut ways = vec![(Formula::TRUE, String::new())];
        for part in text.parts() {
            match part {
                Part::Literal(part) => ways.iter_mut().for_each(|(_, text)| text.push_str(part)),
                Part::Parameter(stack, name) => {
                    let values = self.allowed_values(*stack, name)?;
                    if ways.len() * values.len() > super::MAX_CASES {
                        return None;
                    }
                    let variable = self.parameter_variable(*stack, name);
                    let mut next = Vec::with_capacity(ways.len() * values.len());
                    for (when, text) in &ways {
                        for value in &values {
                            let when = self.formulas.and(*when, self.formulas.equals(variable, value));
                            if when != Formula::FALSE {
                                next.push((when, format!("{text}{value}")));
                            }
                        }
                    }
                    ways = next;
                }
                _ => return None,
            }
        }
        Some(ways)
    }

    /// Whether `formula` holds where the parameters and pseudo parameters of the template have the values that `value` gives them;
    /// `None` where that does not decide it.
    #[must_use]
    pub fn holds(&self, formula: Formula, value: &dyn Fn(&str) -> Option<String>) -> Option<bool> {
        let mut model = Model::new();
        for variable in self.formulas.variables(formula) {
            let known = match self.symbols.borrow().by_variable.get(&variable) {
                Some(Symbol::Parameter(StackId::ROOT, name) | Symbol::Pseudo(StackId::ROOT, name)) => value(name),
                Some(Symbol::Text(text)) => self.spell(text, value),
                _ => None,
            };
            if let Some(known) = known {
                model.set(variable, ModelValue::Literal(known));
            }
        }
        self.formulas.evaluate(formula, &model)
    }

    /// A string where the parameters and pseudo parameters of the template have the values that `value` gives them; `None` where
    /// that does not tell it.
    #[must_use]
    pub fn spell(&self, text: &Text<'t>, value: &dyn Fn(&str) -> Option<String>) -> Option<String> {
        let mut out = String::new();
        for part in text.parts() {
            match part {
                Part::Literal(text) => out.push_str(text),
                Part::Parameter(StackId::ROOT, name) | Part::Pseudo(StackId::ROOT, name) => out.push_str(&value(name)?),
                _ => return None,
            }
        }
        Some(out)
    }

    /// One way in which `formula` holds: parameter values, and the named conditions that it is made of.
    #[must_use]
    pub fn witness(&self, formula: Formula) -> Option<Witness> {
        let model = self.formulas.witness(formula)?;
        let mut witness = Witness::default();
        let symbols = self.symbols.borrow();
        for (variable, value) in model.values() {
            let Some(symbol) = symbols.by_variable.get(&variable) else { continue };
            let (name, shown) = match symbol {
                Symbol::Parameter(_, name) | Symbol::Pseudo(_, name) => ((*name).to_owned(), shown(value)),
                Symbol::Text(text) => (self.show(text), shown(value)),
                Symbol::Order(one, other) => {
                    let yes = *value == ModelValue::Literal(YES.to_owned());
                    let (first, second) = if yes { (one, other) } else { (other, one) };
                    let [first, second] = [first, second].map(|resource| self.logical_id(*resource));
                    witness.order.push(format!("`{first}` is created before `{second}`"));
                    continue;
                }
                // Named conditions are told below; other questions have no name that a reader knows.
                Symbol::Undecidable(..) => continue,
            };
            witness.parameters.insert(name, shown);
        }
        let root = self.stack(StackId::ROOT);
        let known = self.formulas.evaluate_parts(formula, &root.conditions.borrow(), &model);
        for (condition, holds) in root.template.conditions.iter().zip(known) {
            if let Some(holds) = holds {
                witness.conditions.insert(condition.name().to_owned(), holds);
            }
        }
        // "The default values" says something only where each parameter that matters has one.
        let all_have_defaults = model.values().all(|(variable, _)| match symbols.by_variable.get(&variable) {
            Some(Symbol::Parameter(stack, name)) => {
                self.template(*stack).parameters.get(name).is_some_and(|parameter| parameter.default.is_some())
            }
            _ => true,
        });
        witness.with_defaults = all_have_defaults && self.formulas.holds_with_defaults(formula) == crate::conditions::Answer::Yes;
        Some(witness)
    }

    /// A string as a person reads it: `${Stage}-pool`.
    #[must_use]
    pub fn show(&self, text: &Text<'t>) -> String {
        text.parts()
            .iter()
            .map(|part| match part {
                Part::Literal(text) | Part::Dynamic(text) => text.to_string(),
                Part::Parameter(_, name) | Part::Pseudo(_, name) | Part::SsmParameter(_, name) => format!("${{{name}}}"),
                Part::Resource(resource, None) => format!("${{{}}}", self.logical_id(*resource)),
                Part::Resource(resource, Some(attribute)) => format!("${{{}.{attribute}}}", self.logical_id(*resource)),
                Part::Import(name) => format!("import of {}", self.show(name)),
                Part::Call(_, call) => call.clone(),
            })
            .collect()
    }

    /// The logical ID of a resource.
    #[must_use]
    pub fn logical_id(&self, resource: ResourceId) -> &'t str {
        self.template(resource.stack).resources.at(resource.index as usize).map_or("", Named::name)
    }
}

fn yes_or_no() -> (Domain, Option<String>) {
    // The solver tries the first value first: what is not asked for is not so.
    (Domain::Closed(vec!["no".to_owned(), YES.to_owned()]), None)
}

fn shown(value: &ModelValue) -> String {
    match value {
        ModelValue::Literal(text) => text.clone(),
        ModelValue::Other { than } if than.is_empty() => "any value".to_owned(),
        ModelValue::Other { than } => {
            let excluded: Vec<&str> = than.iter().map(|text| if text.is_empty() { "the empty one" } else { text }).collect();
            format!("any value but {}", excluded.join(", "))
        }
    }
}
