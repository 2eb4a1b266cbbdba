//! The cases of a scalar value: functions folded where their inputs are known, kept as parts where they are not.

use std::borrow::Cow;
use std::fmt::Write;

use rustc_hash::FxHashMap;

use super::{Choice, Expression, Formula, Found, MAX_CASES, Part, ResourceId, Role, StackId, Text, Unknown, Values};
use crate::syntax::Node;
use crate::template::{Attribute, Intrinsic, PSEUDO_PARAMETERS, ParameterType, Piece, dynamic_reference, pieces};

/// One case of a value.
#[derive(Clone, Debug)]
pub struct Case<'t> {
    /// When it holds.
    pub when: Formula,
    /// What the value then is.
    pub value: Value<'t>,
    /// Where the text is written, where that is not the expression itself: a mapping's value.
    pub source: Option<Node<'t>>,
}

/// What a value is in one case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value<'t> {
    /// Nothing.
    Absent,
    /// A string, known or known in part.
    Text(Text<'t>),
    /// A list or a mapping as written.
    Structure(Expression<'t>),
    /// Not to be known from the files given.
    Unknown(Unknown),
    /// Nothing that CloudFormation deploys: a lookup of a key that is not there.
    Invalid,
}

impl<'t> Case<'t> {
    fn new(when: Formula, value: Value<'t>) -> Self {
        Self { when, value, source: None }
    }
}

impl<'t> Values<'t> {
    /// The cases of `expression` as a scalar, where `when` holds. They exclude each other and cover `when`.
    #[must_use]
    pub fn cases(&self, expression: Expression<'t>, when: Formula) -> Vec<Case<'t>> {
        let mut cases = Vec::new();
        for choice in self.choices(expression, when) {
            match choice.found {
                Found::Absent => cases.push(Case::new(choice.when, Value::Absent)),
                Found::Unknown(why) => cases.push(Case::new(choice.when, Value::Unknown(why))),
                Found::Written(expression) => self.evaluate(expression, choice.when, &mut cases),
            }
        }
        cases
    }

    /// The cases of what a choice found.
    #[must_use]
    pub fn cases_of(&self, choice: &super::Choice<'t>) -> Vec<Case<'t>> {
        match choice.found {
            Found::Absent => vec![Case::new(choice.when, Value::Absent)],
            Found::Unknown(why) => vec![Case::new(choice.when, Value::Unknown(why))],
            Found::Written(expression) => self.cases(expression, choice.when),
        }
    }

    fn evaluate(&self, expression: Expression<'t>, when: Formula, cases: &mut Vec<Case<'t>>) {
        let Expression { stack, node } = expression;
        let at = |node| Expression { stack, node };
        let text = |text| Case::new(when, Value::Text(text));
        let Some(intrinsic) = Intrinsic::of(node) else {
            if let Some(substituted) = self.substituted_by_service(expression, when) {
                return cases.extend(substituted);
            }
            cases.push(Case::new(when, literal(node).map_or(Value::Structure(expression), Value::Text)));
            return;
        };
        match intrinsic {
            Intrinsic::Ref(name) => self.reference(stack, name, when, expression, cases),
            Intrinsic::GetAtt { resource, attribute } => {
                let attribute = match attribute {
                    Attribute::Name(name) => Some(name),
                    Attribute::Computed(_) => None,
                };
                self.return_value(stack, resource, attribute, when, expression, cases);
            }
            Intrinsic::Sub { text, variables } => cases.extend(self.substituted(at(text), variables, when, expression)),
            Intrinsic::Join { delimiter, list } => cases.extend(self.joined(at(delimiter), at(list), when, expression)),
            Intrinsic::Select { index, list } => self.selected(at(index), at(list), when, expression, cases),
            Intrinsic::FindInMap { map, top, second, default } => {
                self.looked_up([map, top, second].map(at), default.map(at), when, expression, cases);
            }
            Intrinsic::ImportValue(name) => self.imported(at(name), when, cases),
            Intrinsic::Length(list) => {
                for choice in self.choices(at(list), when) {
                    let value = match choice.written() {
                        Some(list) if list.node.is_sequence() && list.node.function().is_none() => {
                            Value::Text(Text::literal(list.node.len().to_string()))
                        }
                        _ => Value::Text(self.call(expression)),
                    };
                    cases.push(Case::new(choice.when, value));
                }
            }
            Intrinsic::If { .. }
            | Intrinsic::Split { .. }
            | Intrinsic::Base64(_)
            | Intrinsic::ToJsonString(_)
            | Intrinsic::Other(..)
            | Intrinsic::Malformed(..) => cases.push(text(self.call(expression))),
        }
    }

    fn reference(&self, stack: StackId, name: &'t str, when: Formula, expression: Expression<'t>, cases: &mut Vec<Case<'t>>) {
        let deployed = self.stack(stack);
        let template = deployed.template;
        let part = if let Some(parameter) = template.parameters.get(name) {
            if let Role::Nested { parameters, .. } = &deployed.role {
                return self.bound(stack, name, parameters, when, expression, cases);
            }
            match parameter.parameter_type {
                ParameterType::SsmValue { .. } => Part::SsmParameter(stack, name),
                ParameterType::List => return cases.push(Case::new(when, Value::Text(self.call(expression)))),
                _ => match self.given_value(stack, name) {
                    Some(value) => Part::Literal(Cow::Owned(value.clone())),
                    None => Part::Parameter(stack, name),
                },
            }
        } else if let Some(index) = template.resources.index(name) {
            Part::Resource(ResourceId { stack, index: index as u32 }, None)
        } else if PSEUDO_PARAMETERS.contains(&name) {
            match (name, self.regions.as_slice(), self.stack_name(stack)) {
                ("AWS::NoValue", ..) => return cases.push(Case::new(when, Value::Absent)),
                ("AWS::Region", [only], _) => Part::Literal(Cow::Owned(only.clone())),
                ("AWS::StackName", _, Some(name)) => Part::Literal(Cow::Borrowed(name)),
                _ => Part::Pseudo(stack, name),
            }
        } else {
            return cases.push(Case::new(when, Value::Text(self.call(expression))));
        };
        cases.push(Case::new(when, Value::Text(Text::of(part))));
    }

    /// The name a stack is deployed under, where that is known.
    fn stack_name(&self, stack: StackId) -> Option<&'t str> {
        let stack = self.stack(stack);
        match stack.role {
            Role::Nested { .. } => None,
            _ => self.set.member(stack.member).stack_name.as_deref(),
        }
    }

    /// What a parent gives a parameter of a nested stack, where it is one written value.
    #[must_use]
    pub fn given_by_parent(&self, stack: StackId, name: &str) -> Option<Expression<'t>> {
        let deployed = self.stack(stack);
        let Role::Nested { parameters, .. } = &deployed.role else { return None };
        let mut given = parameters.iter().flat_map(|parameters| self.property(parameters, name));
        let first = given.next()?.written()?;
        given.next().is_none().then_some(first)
    }

    /// A parameter of a nested stack: what the parent gives it, else its default.
    fn bound(
        &self,
        stack: StackId,
        name: &'t str,
        parameters: &[Choice<'t>],
        when: Formula,
        expression: Expression<'t>,
        cases: &mut Vec<Case<'t>>,
    ) {
        for parameters in parameters {
            let parameters = Choice { when: self.formulas.and(when, parameters.when), ..*parameters };
            if parameters.when == Formula::FALSE {
                continue;
            }
            for given in self.property(&parameters, name) {
                match given.found {
                    Found::Written(given_as) => match self.follow(|| self.cases(given_as, given.when)) {
                        Some(found) => cases.extend(found),
                        None => cases.push(Case::new(given.when, Value::Unknown(Unknown::TooManyCases))),
                    },
                    Found::Unknown(why) => cases.push(Case::new(given.when, Value::Unknown(why))),
                    Found::Absent => {
                        let default = self.template(stack).parameters.get(name).and_then(|parameter| parameter.default);
                        let value = default.and_then(literal).map_or_else(|| Value::Text(self.call(expression)), Value::Text);
                        cases.push(Case { when: given.when, value, source: default });
                    }
                }
            }
        }
    }

    fn return_value(
        &self,
        stack: StackId,
        resource: &str,
        attribute: Option<&'t str>,
        when: Formula,
        expression: Expression<'t>,
        cases: &mut Vec<Case<'t>>,
    ) {
        let index = self.template(stack).resources.index(resource);
        let (Some(index), Some(attribute)) = (index, attribute) else {
            return cases.push(Case::new(when, Value::Text(self.call(expression))));
        };
        let id = ResourceId { stack, index: index as u32 };
        if let Some(name) = attribute.strip_prefix("Outputs.")
            && let Some(child) = self.nested(id)
            && let Some(output) = self.template(child).outputs.get(name)
            && let Some(node) = output.value
            && let Some(found) = self.follow(|| self.cases(Expression { stack: child, node }, when))
        {
            return cases.extend(found);
        }
        cases.push(Case::new(when, Value::Text(Text::of(Part::Resource(id, Some(Cow::Borrowed(attribute)))))));
    }

    /// `Fn::ImportValue`: the value of the export that has the name, where a template that was given has one.
    fn imported(&self, name: Expression<'t>, when: Formula, cases: &mut Vec<Case<'t>>) {
        let importer = self.stack(name.stack).member;
        let mut exports = self.set.exports_like(name.node);
        exports.retain(|export| export.member != importer);
        for case in self.cases(name, when) {
            let wanted = match &case.value {
                Value::Text(wanted) => wanted,
                Value::Invalid => {
                    cases.push(case);
                    continue;
                }
                _ => {
                    cases.push(Case { value: Value::Unknown(Unknown::Import), ..case });
                    continue;
                }
            };
            // An export's name may be imported itself, and so on in a circle.
            let exports = if self.following.get() < super::MAX_FOLLOWED { exports.as_slice() } else { &[] };
            let mut covered = Formula::FALSE;
            for export in exports {
                let stack = self.exporter(export.member);
                let Some(output) = self.template(stack).outputs.at(export.output) else { continue };
                let (Some(export_name), Some(value)) = (output.export_name, output.value) else { continue };
                let names = self.follow(|| self.cases(Expression { stack, node: export_name }, case.when));
                for own in names.into_iter().flatten() {
                    let Value::Text(text) = &own.value else { continue };
                    let Some(same) = self.meets(wanted, text, own.when) else { continue };
                    let exists = output.condition.map_or(Formula::TRUE, |condition| self.condition_named(stack, condition));
                    let meets = self.formulas.all([own.when, same, exists, self.formulas.not(covered)]);
                    if self.possible(meets)
                        && let Some(found) = self.follow(|| self.cases(Expression { stack, node: value }, meets))
                    {
                        cases.extend(found);
                        covered = self.formulas.or(covered, meets);
                    }
                }
            }
            if covered == Formula::FALSE
                && let Some(found) = self.named_after_stack(name, wanted, case.when)
            {
                covered = found.iter().fold(covered, |covered, case| self.formulas.or(covered, case.when));
                cases.extend(found);
            }
            if covered != Formula::FALSE && self.assumed.borrow_mut().insert((name.stack, name.node.id())) {
                // The stack that imports is deployed only where the export is there.
                self.formulas.assume(self.formulas.or(self.formulas.not(case.when), covered));
            }
            let rest = self.formulas.and(case.when, self.formulas.not(covered));
            if self.possible(rest) {
                let value = Value::Text(Text::of(Part::Import(Box::new(wanted.clone()))));
                cases.push(Case { when: rest, value, ..case });
            }
        }
    }

    /// What is imported where the export is named after its stack, whose name is not known, and no other is meant.
    fn named_after_stack(&self, name: Expression<'t>, wanted: &Text<'t>, when: Formula) -> Option<Vec<Case<'t>>> {
        let export = self.set.export_named_after_stack(name.node, self.stack(name.stack).member)?;
        let known = self.set.member(export.member).stack_name.is_some();
        // Where both names are known, they were compared, and are not the same.
        if known && (self.with_defaults(wanted).is_some() || wanted.known().is_some()) {
            return None;
        }
        let stack = self.exporter(export.member);
        let output = self.template(stack).outputs.at(export.output)?;
        let exists = output.condition.map_or(Formula::TRUE, |condition| self.condition_named(stack, condition));
        let meets = self.formulas.and(when, exists);
        let node = output.value.filter(|_| self.possible(meets))?;
        self.follow(|| self.cases(Expression { stack, node }, meets))
    }

    /// When the name of an import and that of an export are the same: as the templates say, or where both build it in the same
    /// way from parameters of the same names.
    fn meets(&self, import: &Text<'t>, export: &Text<'t>, when: Formula) -> Option<Formula> {
        let alike = import.parts().len() == export.parts().len()
            && import.parts().iter().zip(export.parts()).all(|pair| match pair {
                (Part::Literal(a), Part::Literal(b)) => a == b,
                (Part::Parameter(_, a), Part::Parameter(_, b)) => a == b,
                // Two stacks of one region have different names and IDs.
                (Part::Pseudo(_, a), Part::Pseudo(_, b)) => a == b && !a.starts_with("AWS::Stack"),
                _ => false,
            });
        if alike { Some(self.same_text(import, export)) } else { self.known_to_be_same(import, export, when) }
    }

    fn substituted(
        &self,
        text: Expression<'t>,
        variables: Option<Node<'t>>,
        when: Formula,
        whole: Expression<'t>,
    ) -> Vec<Case<'t>> {
        let stack = text.stack;
        let Some(pattern) = text.node.as_str() else { return vec![Case::new(when, Value::Text(self.call(whole)))] };
        let mut product = Product::new(self, when);
        for piece in pieces(pattern) {
            match piece {
                Piece::Text(text) => literal_parts(text).into_iter().for_each(|part| product.push(&part)),
                Piece::Variable { name, .. } => {
                    let own = variables.and_then(|variables| variables.get(name));
                    match own {
                        Some(node) => product.multiply(|when| self.cases(Expression { stack, node }, when)),
                        None => product.multiply(|when| self.variable_cases(stack, name, when)),
                    }
                }
            }
            if product.is_too_large() {
                break;
            }
        }
        product.finish(whole)
    }

    /// `${name}` or `${Resource.ReturnValue}` in `Fn::Sub`.
    pub(super) fn variable_cases(&self, stack: StackId, name: &'t str, when: Formula) -> Vec<Case<'t>> {
        let template = self.template(stack);
        let unknown = || vec![Case::new(when, Value::Text(Text::of(Part::Call(stack, format!("${{{name}}}")))))];
        let Some(node) = template.tree.root() else { return unknown() };
        // The expression only names what cannot be evaluated, a parameter of a list type, which `Fn::Sub` does not take.
        let whole = Expression { stack, node };
        let mut cases = Vec::new();
        if template.parameters.get(name).is_some_and(|parameter| parameter.parameter_type == ParameterType::List) {
            return unknown();
        }
        if template.parameters.get(name).is_some() || PSEUDO_PARAMETERS.contains(&name) || template.resources.get(name).is_some()
        {
            self.reference(stack, name, when, whole, &mut cases);
            return cases;
        }
        match name.split_once('.') {
            Some((resource, attribute)) if template.resources.get(resource).is_some() => {
                self.return_value(stack, resource, Some(attribute), when, whole, &mut cases);
                cases
            }
            _ => unknown(),
        }
    }

    fn joined(&self, delimiter: Expression<'t>, list: Expression<'t>, when: Formula, whole: Expression<'t>) -> Vec<Case<'t>> {
        let stack = list.stack;
        let plain = list.node.is_sequence() && list.node.function().is_none();
        let (Some(delimiter), true) = (written_out(delimiter.node), plain) else {
            return vec![Case::new(when, Value::Text(self.call(whole)))];
        };
        let mut product = Product::new(self, when);
        for node in list.node.items() {
            product.multiply_separated(delimiter, |when| self.cases(Expression { stack, node }, when));
            if product.is_too_large() {
                break;
            }
        }
        product.finish(whole)
    }

    fn selected(
        &self,
        index: Expression<'t>,
        list: Expression<'t>,
        when: Formula,
        whole: Expression<'t>,
        cases: &mut Vec<Case<'t>>,
    ) {
        for (way, index) in self.indices(index, when) {
            let index = index.filter(|_| cases.len() <= MAX_CASES);
            self.selected_at(index, list, way, whole, cases);
        }
    }

    /// The numbers that an index can be; `None` for one that is not known.
    fn indices(&self, index: Expression<'t>, when: Formula) -> Vec<(Formula, Option<usize>)> {
        // What is no number selects nothing.
        let number = |text: &str| Some(text.trim().parse().unwrap_or(usize::MAX));
        let mut found = Vec::new();
        for case in self.cases(index, when) {
            match &case.value {
                Value::Text(text) => match (text.known(), self.spelled_out(text)) {
                    (Some(known), _) => found.push((case.when, number(known))),
                    (None, Some(ways)) => {
                        let ways = ways.into_iter().map(|(way, text)| (self.formulas.and(case.when, way), number(&text)));
                        found.extend(ways.filter(|(when, _)| self.possible(*when)));
                    }
                    (None, None) => found.push((case.when, None)),
                },
                Value::Invalid | Value::Absent => found.push((case.when, Some(usize::MAX))),
                Value::Structure(_) | Value::Unknown(_) => found.push((case.when, None)),
            }
        }
        found
    }

    fn selected_at(
        &self,
        index: Option<usize>,
        list: Expression<'t>,
        when: Formula,
        whole: Expression<'t>,
        cases: &mut Vec<Case<'t>>,
    ) {
        for choice in self.choices(list, when) {
            let unknown = |why| Case::new(choice.when, why);
            let Some(found) = choice.written() else {
                cases.push(unknown(Value::Unknown(Unknown::Shape)));
                continue;
            };
            let node = found.node;
            match (index, Intrinsic::of(node)) {
                (Some(index), None) if node.is_sequence() => match node.items().nth(index) {
                    Some(node) => cases.extend(self.cases(Expression { stack: found.stack, node }, choice.when)),
                    None => cases.push(unknown(Value::Invalid)),
                },
                (Some(index), Some(Intrinsic::Split { delimiter, source })) => {
                    let delimiter = written_out(delimiter).unwrap_or_default();
                    for case in self.cases(Expression { stack: found.stack, node: source }, choice.when) {
                        let piece = |text: &str| match text.split(delimiter).nth(index) {
                            Some(piece) => Value::Text(Text::literal(piece.to_owned())),
                            None => Value::Invalid,
                        };
                        let ways = match &case.value {
                            Value::Text(text) if !delimiter.is_empty() => match text.known() {
                                Some(text) => vec![(Formula::TRUE, piece(text))],
                                None => match self.spelled_out(text) {
                                    Some(ways) => ways.into_iter().map(|(way, text)| (way, piece(&text))).collect(),
                                    None => vec![(Formula::TRUE, Value::Text(self.call(whole)))],
                                },
                            },
                            Value::Invalid => vec![(Formula::TRUE, Value::Invalid)],
                            _ => vec![(Formula::TRUE, Value::Text(self.call(whole)))],
                        };
                        for (way, value) in ways {
                            let when = self.formulas.and(case.when, way);
                            if way == Formula::TRUE || self.possible(when) {
                                cases.push(Case { when, value, source: case.source });
                            }
                        }
                    }
                }
                (Some(index), Some(Intrinsic::FindInMap { .. })) => {
                    for case in self.cases(found, choice.when) {
                        match case.value {
                            Value::Structure(list) if list.node.is_sequence() => match list.node.items().nth(index) {
                                Some(node) => cases.extend(self.cases(Expression { stack: list.stack, node }, case.when)),
                                None => cases.push(Case { value: Value::Invalid, ..case }),
                            },
                            Value::Invalid => cases.push(case),
                            _ => cases.push(Case { value: Value::Text(self.call(whole)), ..case }),
                        }
                    }
                }
                (Some(index), Some(Intrinsic::Ref(name))) => {
                    let item = self.default_item(found.stack, name, index);
                    let text = Text::of(Part::Parameter(found.stack, name));
                    let given = item.map(|(default, item)| (self.formulas.and(choice.when, self.text_is(&text, &default)), item));
                    let mut rest = choice.when;
                    if let Some((when, item)) = given.filter(|(when, _)| self.possible(*when)) {
                        cases.push(Case::new(when, Value::Text(Text::literal(item))));
                        rest = self.formulas.and(rest, self.formulas.not(when));
                    }
                    if self.possible(rest) {
                        cases.push(Case::new(rest, Value::Text(self.call(whole))));
                    }
                }
                _ => cases.push(unknown(Value::Text(self.call(whole)))),
            }
        }
    }

    /// The default of a list of strings that is chosen when the stack is deployed, and the item of it at `index`.
    fn default_item(&self, stack: StackId, name: &'t str, index: usize) -> Option<(String, String)> {
        let deployed = self.stack(stack);
        let parameter = deployed.template.parameters.get(name)?;
        let plain = parameter.node.get("Type").and_then(Node::as_str) == Some("CommaDelimitedList");
        if !plain || matches!(deployed.role, Role::Nested { .. }) {
            return None;
        }
        let default = match self.given_value(stack, name) {
            Some(given) => given.clone(),
            None => parameter.default?.as_str()?.to_owned(),
        };
        let item = default.split(',').nth(index)?.trim().to_owned();
        Some((default, item))
    }

    /// `Fn::FindInMap`: every value that the keys can lead to, those that are the same together.
    fn looked_up(
        &self,
        keys: [Expression<'t>; 3],
        default: Option<Expression<'t>>,
        when: Formula,
        whole: Expression<'t>,
        cases: &mut Vec<Case<'t>>,
    ) {
        let stack = whole.stack;
        let opaque = |cases: &mut Vec<Case<'t>>, when| cases.push(Case::new(when, Value::Text(self.call(whole))));
        let Some(map) = keys[0].node.as_str().filter(|_| keys[0].node.function().is_none()) else { return opaque(cases, when) };
        let Some(mapping) = self.template(stack).mappings.get(map) else { return opaque(cases, when) };
        // A macro in a mapping adds keys that nobody can see.
        if mapping.node.get("Fn::Transform").is_some() || mapping.node.function().is_some() {
            return opaque(cases, when);
        }
        let mut found: Vec<(Formula, Node<'t>)> = Vec::new();
        let mut by_text: FxHashMap<Cow<'t, str>, usize> = FxHashMap::default();
        // Each key is evaluated once, however many rows there are: keys may be lookups themselves.
        let [top, second] = [keys[1], keys[2]].map(|key| self.cases(key, when));
        let Some(rows) = self.matching(mapping.node, &top, when) else { return opaque(cases, when) };
        for (in_row, row) in rows {
            // All rows or none: a case that is given back has to cover what it was asked for.
            let Some(cells) = self.matching(row, &second, in_row) else { return opaque(cases, when) };
            for (when, cell) in cells {
                let index = cell.scalar().map_or(found.len(), |scalar| *by_text.entry(scalar.canonical()).or_insert(found.len()));
                match found.get_mut(index) {
                    Some((ways, _)) => *ways = self.formulas.or(*ways, when),
                    None => found.push((when, cell)),
                }
            }
        }
        if found.len() > MAX_CASES {
            return opaque(cases, when);
        }
        let covered = self.formulas.any(found.iter().map(|(when, _)| *when));
        for (when, cell) in found {
            let value = literal(cell).map_or(Value::Structure(Expression { stack, node: cell }), Value::Text);
            cases.push(Case { when, value, source: Some(cell) });
        }
        // A default stands in for an entry that is not there, not for a key that itself cannot be.
        let invalid = top.iter().chain(&second).filter(|case| case.value == Value::Invalid).map(|case| case.when);
        let invalid = self.formulas.any(invalid.collect::<Vec<_>>());
        if self.possible(invalid) {
            cases.push(Case::new(invalid, Value::Invalid));
        }
        let rest = self.formulas.all([when, self.formulas.not(covered), self.formulas.not(invalid)]);
        if self.possible(rest) {
            match default {
                Some(default) => cases.extend(self.cases(default, rest)),
                None => cases.push(Case::new(rest, Value::Invalid)),
            }
        }
    }

    /// The entries of `mapping` that a key can name where `when` holds; `None` where the key is not known at all.
    fn matching(&self, mapping: Node<'t>, key: &[Case<'t>], when: Formula) -> Option<Vec<(Formula, Node<'t>)>> {
        let mut found = Vec::new();
        for case in key {
            let holds = self.formulas.and(when, case.when);
            if !self.possible(holds) {
                continue;
            }
            let text = match &case.value {
                Value::Text(text) if text.unknown().is_none() => text,
                Value::Invalid => continue,
                _ => return None,
            };
            if let Some(known) = text.known() {
                found.extend(mapping.get(known).map(|value| (holds, value)));
                continue;
            }
            for entry in mapping.entries() {
                let Some(name) = entry.key.as_str() else { continue };
                let when = self.formulas.and(holds, self.text_is(text, name));
                if self.possible(when) {
                    found.push((when, entry.value));
                }
            }
        }
        Some(found)
    }

    /// A function that only a deployment can evaluate.
    fn call(&self, expression: Expression<'t>) -> Text<'t> {
        Text::of(Part::Call(expression.stack, self.canonical(expression)))
    }

    /// A value in one line, the same for values that say the same.
    #[must_use]
    pub fn canonical(&self, expression: Expression<'t>) -> String {
        let written = expression.node.span();
        let mut out = String::with_capacity(((written.end - written.start) as usize).min(MAX_CANONICAL_BYTES));
        write_canonical(expression.node, &mut out);
        out
    }
}

/// Bounds the form in which calls are compared. Two calls that agree so far and differ later are taken for different ones.
const MAX_CANONICAL_BYTES: usize = 4_096;

fn write_canonical(node: Node, out: &mut String) {
    if out.len() > MAX_CANONICAL_BYTES {
        // Distinct places, distinct values: the offset keeps two long calls apart.
        write!(out, "@{}", node.span().start).expect("writing to a string cannot fail");
        return;
    }
    if let Some((function, argument)) = node.function() {
        out.push('!');
        out.push_str(function.short());
        out.push(' ');
        write_canonical(argument, out);
    } else if node.is_sequence() {
        out.push('[');
        for (index, item) in node.items().enumerate() {
            if index > 0 {
                out.push_str(", ");
            }
            write_canonical(item, out);
        }
        out.push(']');
    } else if node.is_mapping() {
        out.push('{');
        for (index, entry) in node.entries().enumerate() {
            if index > 0 {
                out.push_str(", ");
            }
            write_canonical(entry.key, out);
            out.push_str(": ");
            write_canonical(entry.value, out);
        }
        out.push('}');
    } else if let Some(scalar) = node.scalar() {
        out.push_str(&scalar.canonical());
    }
}

/// A scalar that calls no function, dynamic references set apart.
fn literal(node: Node<'_>) -> Option<Text<'_>> {
    let scalar = node.scalar()?;
    let mut text = Text::default();
    match scalar.canonical() {
        Cow::Borrowed(borrowed) => literal_parts(borrowed).into_iter().for_each(|part| text.push(part)),
        Cow::Owned(owned) => text.push(Part::Literal(Cow::Owned(owned))),
    }
    Some(text)
}

fn literal_parts(mut text: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::with_capacity(1);
    if !text.contains('{') {
        parts.push(Part::Literal(Cow::Borrowed(text)));
        return parts;
    }
    while let Some(reference) = dynamic_reference(text) {
        parts.push(Part::Literal(Cow::Borrowed(&text[..reference.start])));
        parts.push(Part::Dynamic(Cow::Borrowed(&text[reference.start..reference.end])));
        text = &text[reference.end..];
    }
    parts.push(Part::Literal(Cow::Borrowed(text)));
    parts
}

/// A scalar that calls no function, as it is written.
fn written_out(node: Node<'_>) -> Option<&str> {
    node.as_str().filter(|_| node.function().is_none())
}

/// Most parts of a string that are told apart.
const MAX_PARTS: usize = 256;

/// A string under construction, in all its cases.
pub(super) struct Product<'a, 't> {
    values: &'a Values<'t>,
    when: Formula,
    ways: Vec<(Formula, Text<'t>, bool)>,
    /// When a part of it cannot be deployed.
    invalid: Vec<Formula>,
    too_large: bool,
}

impl<'a, 't> Product<'a, 't> {
    pub(super) fn new(values: &'a Values<'t>, when: Formula) -> Self {
        Self { values, when, ways: vec![(when, Text::default(), false)], invalid: Vec::new(), too_large: false }
    }

    pub(super) fn is_too_large(&self) -> bool {
        self.too_large
    }

    pub(super) fn push(&mut self, part: &Part<'t>) {
        for (_, text, started) in &mut self.ways {
            text.push(part.clone());
            *started = true;
        }
    }

    pub(super) fn multiply(&mut self, cases: impl Fn(Formula) -> Vec<Case<'t>>) {
        self.multiply_separated("", cases);
    }

    /// Appends a value in all its cases; `delimiter` before it where something stands there already. Absent values vanish.
    fn multiply_separated(&mut self, delimiter: &str, cases: impl Fn(Formula) -> Vec<Case<'t>>) {
        // Most values have one case, whatever holds.
        let cases = cases(self.when);
        if self.ways.len() * cases.len() > MAX_CASES {
            self.too_large = true;
            return;
        }
        let mut next = Vec::with_capacity(self.ways.len() * cases.len());
        for (when, text, started) in &self.ways {
            for case in &cases {
                let when = self.values.formulas.and(*when, case.when);
                if cases.len() > 1 && !self.values.possible(when) {
                    continue;
                }
                if text.parts().len() > MAX_PARTS {
                    self.too_large = true;
                    return;
                }
                let mut text = text.clone();
                let mut separated = |append: &dyn Fn(&mut Text<'t>)| {
                    if *started && !delimiter.is_empty() {
                        text.push(Part::Literal(Cow::Owned(delimiter.to_owned())));
                    }
                    append(&mut text);
                };
                match &case.value {
                    Value::Absent => {
                        next.push((when, text, *started));
                        continue;
                    }
                    Value::Invalid => {
                        self.invalid.push(when);
                        continue;
                    }
                    Value::Text(piece) => separated(&|text| text.append(piece)),
                    Value::Structure(expression) => {
                        separated(&|text| text.append(&self.values.call(*expression)));
                    }
                    Value::Unknown(why) => {
                        separated(&|text| text.push(Part::Call(StackId::ROOT, why.as_str().to_owned())));
                    }
                }
                next.push((when, text, true));
            }
        }
        self.ways = next;
    }

    pub(super) fn finish(self, whole: Expression<'t>) -> Vec<Case<'t>> {
        if self.too_large {
            return vec![Case::new(self.when, Value::Text(self.values.call(whole)))];
        }
        let mut cases: Vec<_> = self.ways.into_iter().map(|(when, text, _)| Case::new(when, Value::Text(text))).collect();
        let invalid = self.values.formulas.any(self.invalid);
        if self.values.possible(invalid) {
            cases.push(Case::new(invalid, Value::Invalid));
        }
        cases
    }
}
