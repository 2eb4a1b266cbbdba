//! The cases of a scalar value: functions folded where their inputs are known, kept as parts where they are not.

use std::borrow::Cow;
use std::fmt::Write;

use super::{Expression, Formula, Found, MAX_CASES, Part, ResourceId, StackId, Text, Unknown, Values};
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
            cases.push(Case::new(when, literal(node).map_or(Value::Structure(expression), Value::Text)));
            return;
        };
        match intrinsic {
            Intrinsic::Ref(name) => cases.push(Case::new(when, self.reference(stack, name, expression))),
            Intrinsic::GetAtt { resource, attribute } => {
                cases.push(text(self.return_value(stack, resource, attribute, expression)));
            }
            Intrinsic::Sub { text, variables } => cases.extend(self.substituted(at(text), variables, when, expression)),
            Intrinsic::Join { delimiter, list } => cases.extend(self.joined(at(delimiter), at(list), when, expression)),
            Intrinsic::Select { index, list } => self.selected(at(index), at(list), when, expression, cases),
            Intrinsic::FindInMap { map, top, second, default } => {
                self.looked_up([map, top, second].map(at), default.map(at), when, expression, cases);
            }
            Intrinsic::ImportValue(name) => {
                for case in self.cases(at(name), when) {
                    let value = match case.value {
                        Value::Text(name) => Value::Text(Text::of(Part::Import(Box::new(name)))),
                        _ => Value::Unknown(Unknown::Import),
                    };
                    cases.push(Case { value, ..case });
                }
            }
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

    fn reference(&self, stack: StackId, name: &'t str, expression: Expression<'t>) -> Value<'t> {
        let template = self.template(stack);
        let part = if let Some(parameter) = template.parameters.get(name) {
            match parameter.parameter_type {
                ParameterType::SsmValue { .. } => Part::SsmParameter(stack, name),
                ParameterType::List => return Value::Text(self.call(expression)),
                _ => match self.given.get(name).filter(|_| stack == StackId::ROOT) {
                    Some(value) => Part::Literal(Cow::Owned(value.clone())),
                    None => Part::Parameter(stack, name),
                },
            }
        } else if let Some(index) = template.resources.index(name) {
            Part::Resource(ResourceId { stack, index: index as u32 }, None)
        } else if PSEUDO_PARAMETERS.contains(&name) {
            match (name, self.regions.as_slice()) {
                ("AWS::NoValue", _) => return Value::Absent,
                ("AWS::Region", [only]) => Part::Literal(Cow::Owned(only.clone())),
                _ => Part::Pseudo(stack, name),
            }
        } else {
            return Value::Text(self.call(expression));
        };
        Value::Text(Text::of(part))
    }

    fn return_value(&self, stack: StackId, resource: &str, attribute: Attribute<'t>, expression: Expression<'t>) -> Text<'t> {
        match (self.template(stack).resources.index(resource), attribute) {
            (Some(index), Attribute::Name(attribute)) => {
                Text::of(Part::Resource(ResourceId { stack, index: index as u32 }, Some(Cow::Borrowed(attribute))))
            }
            _ => self.call(expression),
        }
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
                        None => product.push_text(&self.variable_text(stack, name)),
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
    fn variable_text(&self, stack: StackId, name: &'t str) -> Text<'t> {
        let template = self.template(stack);
        if template.parameters.get(name).is_some() || PSEUDO_PARAMETERS.contains(&name) || template.resources.get(name).is_some()
        {
            // The expression only serves parameters of list types, which `Fn::Sub` cannot take.
            let node = template.tree.root().expect("a template with a parameter or resource has a root");
            return match self.reference(stack, name, Expression { stack, node }) {
                Value::Text(text) if !matches!(text.only(), Some(Part::Call(..))) => text,
                _ => Text::of(Part::Call(stack, format!("${{{name}}}"))),
            };
        }
        if let Some((resource, attribute)) = name.split_once('.')
            && let Some(index) = template.resources.index(resource)
        {
            return Text::of(Part::Resource(ResourceId { stack, index: index as u32 }, Some(Cow::Borrowed(attribute))));
        }
        Text::of(Part::Call(stack, format!("${{{name}}}")))
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
                _ => cases.push(unknown(Value::Text(self.call(whole)))),
            }
        }
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
        // Each key is evaluated once, however many rows there are: keys may be lookups themselves.
        let [top, second] = [keys[1], keys[2]].map(|key| self.cases(key, when));
        let Some(rows) = self.matching(mapping.node, &top, when) else { return opaque(cases, when) };
        for (in_row, row) in rows {
            // All rows or none: a case that is given back has to cover what it was asked for.
            let Some(cells) = self.matching(row, &second, in_row) else { return opaque(cases, when) };
            for (when, cell) in cells {
                match found.iter_mut().find(|(_, other)| same_scalar(*other, cell)) {
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
        let mut out = String::new();
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

fn same_scalar(a: Node, b: Node) -> bool {
    a.scalar().zip(b.scalar()).is_some_and(|(a, b)| a.canonical() == b.canonical())
}

/// A string under construction, in all its cases.
struct Product<'a, 't> {
    values: &'a Values<'t>,
    when: Formula,
    ways: Vec<(Formula, Text<'t>, bool)>,
    /// When a part of it cannot be deployed.
    invalid: Vec<Formula>,
    too_large: bool,
}

impl<'a, 't> Product<'a, 't> {
    fn new(values: &'a Values<'t>, when: Formula) -> Self {
        Self { values, when, ways: vec![(when, Text::default(), false)], invalid: Vec::new(), too_large: false }
    }

    fn is_too_large(&self) -> bool {
        self.too_large
    }

    fn push(&mut self, part: &Part<'t>) {
        for (_, text, started) in &mut self.ways {
            text.push(part.clone());
            *started = true;
        }
    }

    fn push_text(&mut self, piece: &Text<'t>) {
        for (_, text, started) in &mut self.ways {
            text.append(piece);
            *started = true;
        }
    }

    fn multiply(&mut self, cases: impl Fn(Formula) -> Vec<Case<'t>>) {
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

    fn finish(self, whole: Expression<'t>) -> Vec<Case<'t>> {
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
