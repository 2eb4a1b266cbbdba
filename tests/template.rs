//! Random small templates, printed as YAML and as JSON, and a tiny interpreter of what CloudFormation makes of them.
//!
//! The interpreter knows one world at a time: every parameter has a value, every function a result. It shares no code with
//! cfnvet, so that the two can be compared.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::Arc;

use cfnvet::text::SourceFile;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseResult, TestError, TestRng, TestRunner};

/// Runs `check` on `cases` random choices, or on as many as `PROPTEST_CASES` says; the same ones each time.
pub(crate) fn for_random_choices(cases: u32, check: impl Fn(&mut Choices) -> TestCaseResult) {
    let standard = Config::default();
    // Proptest reads the variable itself; 256 is what it takes without it.
    let cases = if standard.cases == 256 { cases } else { standard.cases };
    let config = Config { cases, failure_persistence: None, max_shrink_iters: 20_000, ..standard };
    let mut runner = TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    let bytes = prop::collection::vec(any::<u8>(), 0..480);
    let run = |bytes: Vec<u8>| check(&mut Choices { bytes, at: 0 });
    runner.run(&bytes, run).unwrap_or_else(|failure| match failure {
        // The bytes say nothing to a reader; the check's own message has the template.
        TestError::Fail(why, _) => panic!("{why}"),
        abort => panic!("{abort}"),
    });
}

/// A sequence of choices; past its end always the first, which every generator keeps the simplest.
pub(crate) struct Choices {
    bytes: Vec<u8>,
    at: usize,
}

impl Choices {
    pub(crate) fn below(&mut self, count: usize) -> usize {
        let byte = self.bytes.get(self.at).copied().unwrap_or(0);
        self.at += 1;
        usize::from(byte) % count
    }

    pub(crate) fn one_in(&mut self, count: usize) -> bool {
        self.below(count) == count - 1
    }

    pub(crate) fn of<T: Copy>(&mut self, list: &[T]) -> T {
        list[self.below(list.len())]
    }
}

/// A piece of a template, before it is written as YAML or JSON.
#[derive(Clone, Debug)]
pub(crate) enum Doc {
    Text(String),
    /// Without quotes: a boolean or a number.
    Bare(String),
    List(Vec<Doc>),
    Map(Vec<(String, Doc)>),
    /// A function by its short name.
    Call(&'static str, Box<Doc>),
}

pub(crate) fn text(text: impl Into<String>) -> Doc {
    Doc::Text(text.into())
}

pub(crate) fn map<const N: usize>(entries: [(&str, Doc); N]) -> Doc {
    Doc::Map(entries.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())
}

pub(crate) fn call(name: &'static str, argument: Doc) -> Doc {
    Doc::Call(name, Box::new(argument))
}

/// How a template is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    Yaml,
    Json,
}

impl Doc {
    pub(crate) fn source(&self, format: Format) -> Arc<SourceFile> {
        let (mut out, name) = (String::new(), if format == Format::Yaml { "t.yaml" } else { "t.json" });
        match self {
            // Sections on lines of their own; YAML's flow style below them.
            Self::Map(sections) if format == Format::Yaml => {
                for (key, section) in sections {
                    write!(out, "{key}: ").expect("a string takes everything");
                    section.write(format, &mut out);
                    out.push('\n');
                }
            }
            whole => whole.write(format, &mut out),
        }
        Arc::new(SourceFile::new(name, out))
    }

    fn write(&self, format: Format, out: &mut String) {
        match self {
            Self::Text(text) => write!(out, "\"{text}\"").expect("a string takes everything"),
            Self::Bare(text) => out.push_str(text),
            Self::List(items) => {
                out.push('[');
                for (index, item) in items.iter().enumerate() {
                    out.push_str(if index > 0 { ", " } else { "" });
                    item.write(format, out);
                }
                out.push(']');
            }
            Self::Map(entries) => {
                out.push('{');
                for (index, (key, value)) in entries.iter().enumerate() {
                    write!(out, "{}\"{key}\": ", if index > 0 { ", " } else { "" }).expect("a string takes everything");
                    value.write(format, out);
                }
                out.push('}');
            }
            Self::Call(name, argument) if format == Format::Yaml => {
                write!(out, "!{name} ").expect("a string takes everything");
                argument.write(format, out);
            }
            Self::Call(name, argument) => {
                let prefix = if matches!(*name, "Ref" | "Condition") { "" } else { "Fn::" };
                Self::Map(vec![(format!("{prefix}{name}"), (**argument).clone())]).write(format, out);
            }
        }
    }
}

/// The strings that templates are made of.
pub(crate) const LITERALS: [&str; 8] = ["a", "b", "true", "false", "ab", "a-b", "", "0"];
/// Strings that no template mentions.
pub(crate) const FRESH: [&str; 2] = ["fresh1", "fresh2"];
/// The keys of mappings.
const KEYS: [&str; 4] = ["a", "b", "true", "ab"];

#[derive(Clone, Debug)]
pub(crate) struct Parameter {
    /// `AllowedValues`; none is any.
    pub(crate) allowed: Vec<&'static str>,
    pub(crate) default: Option<&'static str>,
    /// `MinLength: 1`
    pub(crate) not_empty: bool,
}

/// A value as written.
#[derive(Clone, Debug)]
pub(crate) enum Val {
    Literal(&'static str),
    Parameter(usize),
    If(usize, Box<Val>, Box<Val>),
    NoValue,
    Find { mapping: usize, keys: [Box<Val>; 2], default: Option<Box<Val>> },
    Sub(Vec<Piece>),
    Join(&'static str, Vec<Val>),
    Select(usize, Vec<Val>),
    SelectSplit(usize, &'static str, Box<Val>),
}

/// A piece of a `Fn::Sub` string.
#[derive(Clone, Debug)]
pub(crate) enum Piece {
    Literal(&'static str),
    Parameter(usize),
    Own(Val),
}

#[derive(Clone, Debug)]
pub(crate) enum Cond {
    Equals(Val, Val),
    And(Vec<Cond>),
    Or(Vec<Cond>),
    Not(Box<Cond>),
    Named(usize),
}

/// Everything but the resources.
#[derive(Clone, Debug)]
pub(crate) struct Declarations {
    pub(crate) parameters: Vec<Parameter>,
    /// Two levels of keys and a value.
    pub(crate) mappings: Vec<BTreeMap<&'static str, BTreeMap<&'static str, &'static str>>>,
    pub(crate) conditions: Vec<Cond>,
    /// An assertion of the `Rules` section.
    pub(crate) assertion: Option<Cond>,
    /// Whether conditions are written after those that name them.
    pub(crate) backwards: bool,
    /// Whether texts are split. A piece of a text that is not known cannot be told from one that is not there, so lookups
    /// with such keys have defaults.
    splits: bool,
}

/// What a value is in one world.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Out {
    Text(String),
    Absent,
    Invalid,
}

/// A value for each parameter.
pub(crate) type World = Vec<&'static str>;

/// What a generated value may contain.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// In a condition: no `Fn::If`.
    Condition,
    /// Where `AWS::NoValue` means nothing.
    Argument,
    /// A property or an item of a list.
    Property,
}

impl Declarations {
    pub(crate) fn generate(choices: &mut Choices) -> Self {
        let parameters: Vec<Parameter> = (0..=choices.below(4)).map(|index| parameter(choices, index < 2)).collect();
        let mut declarations = Self {
            parameters,
            mappings: Vec::new(),
            conditions: Vec::new(),
            assertion: None,
            backwards: choices.one_in(2),
            splits: choices.one_in(3),
        };
        for _ in 0..choices.below(3) {
            let mut mapping = BTreeMap::new();
            for _ in 0..=choices.below(3) {
                let row: BTreeMap<_, _> = (0..=choices.below(3)).map(|_| (choices.of(&KEYS), choices.of(&LITERALS))).collect();
                mapping.insert(choices.of(&KEYS), row);
            }
            declarations.mappings.push(mapping);
        }
        for _ in 0..=choices.below(5) {
            let condition = declarations.condition(choices, 2);
            declarations.conditions.push(condition);
        }
        if choices.one_in(6) {
            let condition = declarations.condition(choices, 1);
            // What stands in `Rules` may not name conditions.
            declarations.assertion = Some(condition).filter(|condition| !condition.names_others());
        }
        declarations
    }

    fn condition(&self, choices: &mut Choices, depth: usize) -> Cond {
        let kinds = if depth == 0 { 4 } else { 8 };
        match choices.below(kinds) {
            2 | 3 if !self.conditions.is_empty() => Cond::Named(choices.below(self.conditions.len())),
            4 | 5 => Cond::And((0..2 + choices.below(2)).map(|_| self.condition(choices, depth - 1)).collect()),
            6 => Cond::Or((0..2 + choices.below(2)).map(|_| self.condition(choices, depth - 1)).collect()),
            7 => Cond::Not(Box::new(self.condition(choices, depth - 1))),
            _ => Cond::Equals(self.value(choices, 2, Place::Condition), self.value(choices, 1, Place::Condition)),
        }
    }

    pub(crate) fn value(&self, choices: &mut Choices, depth: usize, place: Place) -> Val {
        let kinds = if depth == 0 { 3 } else { 14 };
        let inner = if place == Place::Property { Place::Argument } else { place };
        match choices.below(kinds) {
            1 | 2 => Val::Parameter(choices.below(self.parameters.len())),
            3 | 4 if place != Place::Condition && !self.conditions.is_empty() => {
                let condition = choices.below(self.conditions.len());
                let [then, otherwise] = [(); 2].map(|()| Box::new(self.value(choices, depth - 1, place)));
                Val::If(condition, then, otherwise)
            }
            5 if place == Place::Property => Val::NoValue,
            6 | 7 if !self.mappings.is_empty() => {
                let mapping = choices.below(self.mappings.len());
                let keys = [(); 2].map(|()| {
                    let literal = choices.one_in(2);
                    Box::new(if literal { Val::Literal(choices.of(&KEYS)) } else { self.value(choices, depth - 1, inner) })
                });
                let default = (self.splits || choices.one_in(3)).then(|| Box::new(self.value(choices, depth - 1, inner)));
                Val::Find { mapping, keys, default }
            }
            8 | 9 => {
                let piece = |choices: &mut Choices| match choices.below(4) {
                    0 => Piece::Literal(choices.of(&["-", "a", "x", "true"])),
                    1 | 2 => Piece::Parameter(choices.below(self.parameters.len())),
                    _ => Piece::Own(self.value(choices, depth - 1, inner)),
                };
                Val::Sub((0..=choices.below(3)).map(|_| piece(choices)).collect())
            }
            10 | 11 => {
                let delimiter = choices.of(&["", "-", "a"]);
                // `AWS::NoValue` leaves an item of a list out.
                let items = place;
                Val::Join(delimiter, (0..=choices.below(3)).map(|_| self.value(choices, depth - 1, items)).collect())
            }
            12 => {
                let items: Vec<Val> = (0..=choices.below(3)).map(|_| self.value(choices, depth - 1, inner)).collect();
                let end = items.len() + usize::from(!self.splits);
                Val::Select(choices.below(end), items)
            }
            13 if self.splits => {
                // As an argument it does not fail.
                let index = choices.below(if place == Place::Property { 3 } else { 1 });
                Val::SelectSplit(index, choices.of(&["-", "a"]), Box::new(self.value(choices, depth - 1, inner)))
            }
            _ => Val::Literal(choices.of(&LITERALS)),
        }
    }

    /// The sections before `Resources`.
    pub(crate) fn sections(&self) -> Vec<(String, Doc)> {
        let mut sections = vec![("Transform".to_owned(), text("AWS::LanguageExtensions"))];
        let list = |values: &[&str]| Doc::List(values.iter().map(|value| text(*value)).collect());
        let parameters = self.parameters.iter().enumerate().map(|(index, parameter)| {
            let mut entries = vec![("Type".to_owned(), text("String"))];
            if !parameter.allowed.is_empty() {
                entries.push(("AllowedValues".to_owned(), list(&parameter.allowed)));
            }
            entries.extend(parameter.default.map(|default| ("Default".to_owned(), text(default))));
            if parameter.not_empty {
                entries.push(("MinLength".to_owned(), Doc::Bare("1".to_owned())));
            }
            (format!("P{index}"), Doc::Map(entries))
        });
        sections.push(("Parameters".to_owned(), Doc::Map(parameters.collect())));
        if let Some(assertion) = &self.assertion {
            let assertions = Doc::List(vec![map([("Assert", assertion.doc())])]);
            sections.push(("Rules".to_owned(), map([("Fits", map([("Assertions", assertions)]))])));
        }
        if !self.mappings.is_empty() {
            let row =
                |row: &BTreeMap<&str, &str>| Doc::Map(row.iter().map(|(&key, &cell)| (key.to_owned(), text(cell))).collect());
            let mappings = self.mappings.iter().enumerate().map(|(index, rows)| {
                (format!("M{index}"), Doc::Map(rows.iter().map(|(&key, cells)| (key.to_owned(), row(cells))).collect()))
            });
            sections.push(("Mappings".to_owned(), Doc::Map(mappings.collect())));
        }
        let mut conditions: Vec<(String, Doc)> =
            self.conditions.iter().enumerate().map(|(index, condition)| (format!("C{index}"), condition.doc())).collect();
        if self.backwards {
            conditions.reverse();
        }
        sections.push(("Conditions".to_owned(), Doc::Map(conditions)));
        sections
    }

    /// The worlds: every permitted value, and for a parameter that takes any, all literals and two fresh ones. At most `most`,
    /// spread over all of them.
    pub(crate) fn worlds(&self, most: usize) -> Vec<World> {
        self.worlds_with(most, &[])
    }

    /// [`Self::worlds`] with more values for some parameters.
    pub(crate) fn worlds_with(&self, most: usize, more: &[(usize, &'static str)]) -> Vec<World> {
        let mut values: Vec<Vec<&'static str>> = self.parameters.iter().map(Parameter::values).collect();
        more.iter().for_each(|&(index, value)| values[index].push(value));
        let count: usize = values.iter().map(Vec::len).product();
        // An odd step reaches every value of every parameter in turn.
        let step = if count <= most { 1 } else { (count / most) | 1 };
        let world = |mut number: usize| -> World {
            let digit = |values: &Vec<&'static str>| {
                let value = values[number % values.len()];
                number /= values.len();
                value
            };
            values.iter().map(digit).collect()
        };
        let worlds = (0..count).step_by(step).map(world);
        worlds.filter(|world| self.assertion.as_ref().is_none_or(|assertion| self.holds(assertion, world))).collect()
    }

    pub(crate) fn holds(&self, condition: &Cond, world: &World) -> bool {
        match condition {
            Cond::Equals(a, b) => match (self.evaluate(a, world), self.evaluate(b, world)) {
                (Out::Text(a), Out::Text(b)) => a == b,
                _ => false,
            },
            Cond::And(list) => list.iter().all(|condition| self.holds(condition, world)),
            Cond::Or(list) => list.iter().any(|condition| self.holds(condition, world)),
            Cond::Not(condition) => !self.holds(condition, world),
            Cond::Named(index) => self.holds(&self.conditions[*index], world),
        }
    }

    pub(crate) fn evaluate(&self, value: &Val, world: &World) -> Out {
        match value {
            Val::Literal(literal) => Out::Text((*literal).to_owned()),
            Val::Parameter(index) => Out::Text(world[*index].to_owned()),
            Val::NoValue => Out::Absent,
            Val::If(condition, then, otherwise) => {
                let chosen = if self.holds(&self.conditions[*condition], world) { then } else { otherwise };
                self.evaluate(chosen, world)
            }
            Val::Find { mapping, keys, default } => {
                let [Out::Text(top), Out::Text(second)] = [&keys[0], &keys[1]].map(|key| self.evaluate(key, world)) else {
                    return Out::Invalid;
                };
                match (self.mappings[*mapping].get(top.as_str()).and_then(|row| row.get(second.as_str())), default) {
                    (Some(found), _) => Out::Text((*found).to_owned()),
                    (None, Some(default)) => self.evaluate(default, world),
                    (None, None) => Out::Invalid,
                }
            }
            Val::Sub(pieces) => {
                let mut out = String::new();
                for piece in pieces {
                    match piece {
                        Piece::Literal(text) => out.push_str(text),
                        Piece::Parameter(index) => out.push_str(world[*index]),
                        Piece::Own(value) => match self.evaluate(value, world) {
                            Out::Text(text) => out.push_str(&text),
                            Out::Absent | Out::Invalid => return Out::Invalid,
                        },
                    }
                }
                Out::Text(out)
            }
            Val::Join(delimiter, items) => {
                let mut found = Vec::new();
                for item in items {
                    match self.evaluate(item, world) {
                        Out::Text(text) => found.push(text),
                        Out::Absent => {}
                        Out::Invalid => return Out::Invalid,
                    }
                }
                Out::Text(found.join(delimiter))
            }
            // What is wrong with the items that are not selected is a matter of its own.
            Val::Select(index, items) => items.get(*index).map_or(Out::Invalid, |item| self.evaluate(item, world)),
            Val::SelectSplit(index, delimiter, source) => match self.evaluate(source, world) {
                Out::Text(text) => text.split(delimiter).nth(*index).map_or(Out::Invalid, |piece| Out::Text(piece.to_owned())),
                _ => Out::Invalid,
            },
        }
    }
}

fn parameter(choices: &mut Choices, may_be_open: bool) -> Parameter {
    if may_be_open && choices.one_in(2) {
        let default = choices.one_in(2).then(|| choices.of(&LITERALS)).filter(|default| !default.is_empty());
        return Parameter { allowed: Vec::new(), default, not_empty: choices.one_in(4) };
    }
    let mut allowed = Vec::new();
    for _ in 0..=choices.below(3) {
        let value = choices.of(&LITERALS);
        if !allowed.contains(&value) {
            allowed.push(value);
        }
    }
    let default = choices.one_in(2).then(|| choices.of(&allowed));
    Parameter { allowed, default, not_empty: false }
}

impl Parameter {
    /// The values that are tried.
    pub(crate) fn values(&self) -> Vec<&'static str> {
        if !self.allowed.is_empty() {
            return self.allowed.clone();
        }
        LITERALS.into_iter().chain(FRESH).filter(|value| !self.not_empty || !value.is_empty()).collect()
    }
}

impl Val {
    pub(crate) fn doc(&self) -> Doc {
        match self {
            // Booleans and numbers are written without quotes, as people do.
            Self::Literal(literal @ ("true" | "false" | "0" | "1" | "2")) => Doc::Bare((*literal).to_owned()),
            Self::Literal(literal) => text(*literal),
            Self::Parameter(index) => call("Ref", text(format!("P{index}"))),
            Self::NoValue => call("Ref", text("AWS::NoValue")),
            Self::If(condition, then, otherwise) => {
                call("If", Doc::List(vec![text(format!("C{condition}")), then.doc(), otherwise.doc()]))
            }
            Self::Find { mapping, keys, default } => {
                let mut arguments = vec![text(format!("M{mapping}")), keys[0].doc(), keys[1].doc()];
                arguments.extend(default.as_ref().map(|default| map([("DefaultValue", default.doc())])));
                call("FindInMap", Doc::List(arguments))
            }
            Self::Sub(pieces) => {
                let (mut pattern, mut own) = (String::new(), Vec::new());
                for piece in pieces {
                    match piece {
                        Piece::Literal(text) => pattern.push_str(text),
                        Piece::Parameter(index) => write!(pattern, "${{P{index}}}").expect("a string takes everything"),
                        Piece::Own(value) => {
                            let name = format!("Own{}", own.len());
                            write!(pattern, "${{{name}}}").expect("a string takes everything");
                            own.push((name, value.doc()));
                        }
                    }
                }
                let pattern = text(pattern);
                call("Sub", if own.is_empty() { pattern } else { Doc::List(vec![pattern, Doc::Map(own)]) })
            }
            Self::Join(delimiter, items) => {
                call("Join", Doc::List(vec![text(*delimiter), Doc::List(items.iter().map(Self::doc).collect())]))
            }
            Self::Select(index, items) => {
                let items = Doc::List(items.iter().map(Self::doc).collect());
                call("Select", Doc::List(vec![Doc::Bare(index.to_string()), items]))
            }
            Self::SelectSplit(index, delimiter, source) => {
                let split = call("Split", Doc::List(vec![text(*delimiter), source.doc()]));
                call("Select", Doc::List(vec![Doc::Bare(index.to_string()), split]))
            }
        }
    }
}

impl Cond {
    fn names_others(&self) -> bool {
        match self {
            Self::Named(_) => true,
            Self::Not(inner) => inner.names_others(),
            Self::And(list) | Self::Or(list) => list.iter().any(Self::names_others),
            Self::Equals(..) => false,
        }
    }

    fn doc(&self) -> Doc {
        let list = |list: &[Self]| Doc::List(list.iter().map(Self::doc).collect());
        match self {
            Self::Equals(a, b) => call("Equals", Doc::List(vec![a.doc(), b.doc()])),
            Self::And(inner) => call("And", list(inner)),
            Self::Or(inner) => call("Or", list(inner)),
            Self::Not(inner) => call("Not", Doc::List(vec![inner.doc()])),
            Self::Named(index) => call("Condition", text(format!("C{index}"))),
        }
    }
}
