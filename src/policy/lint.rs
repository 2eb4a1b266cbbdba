//! What is wrong with a rule file, found before the evaluator sees it.
//!
//! The evaluator follows names without a bound: a circle of rules or of variables overflows its stack and takes the process down.
//! A name that is not defined makes it give up on everything else it was given.

use std::collections::{BTreeMap, BTreeSet};

use super::ast::{Block, Clause, File, InnerClause, LetValue, Query, Rule, Step};
use crate::text::Span;

/// Brackets in each other at most. Guard's parser calls itself for each.
pub(super) const MAX_NESTING: usize = 64;

/// What is wrong with a rule file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Fault {
    /// Brackets stand too deep in each other, from this byte on.
    Nesting(usize),
    /// Rules or variables that need each other, in their order; the first is the last again.
    Cycle(Vec<Name>),
    /// A rule that is named and not defined.
    UndefinedRule(String),
    /// A variable that is used and not defined.
    UndefinedVariable(String),
    /// A rule that is defined twice.
    DuplicateRule(String),
}

/// Something that has a name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Name {
    /// A rule, with or without parameters.
    Rule(String),
    /// A variable.
    Variable(String),
}

/// Where brackets stand deeper in each other than the parser can bear.
#[must_use]
pub(super) fn nesting(text: &str) -> Option<Fault> {
    let bytes = text.as_bytes();
    let (mut open, mut at) = (0_usize, 0);
    while let Some(&byte) = bytes.get(at) {
        match byte {
            // A comment. `#` within a text is met below.
            b'#' => at += memchr::memchr(b'\n', &bytes[at..]).unwrap_or(bytes.len() - at),
            b'"' | b'\'' => at += closing(&bytes[at + 1..], byte).map_or(0, |length| length + 1),
            b'<' if bytes.get(at + 1) == Some(&b'<') => {
                at += memchr::memmem::find(&bytes[at..], b">>").unwrap_or(0);
            }
            b'{' | b'[' | b'(' => open += 1,
            b'}' | b']' | b')' => open = open.saturating_sub(1),
            _ => {}
        }
        if open > MAX_NESTING {
            return Some(Fault::Nesting(at));
        }
        at += 1;
    }
    None
}

/// Regular expressions that take more than some milliseconds to compile: wide classes of Unicode, repeated often.
#[must_use]
pub(super) fn costly_expressions(text: &str) -> Vec<Span> {
    let mut found = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let mut rest = 0;
        while let Some((from, to)) = expression(line, rest) {
            if weight(&line[from + 1..to]) > MAX_WEIGHT {
                found.push(Span::new((start + from) as u32, (start + to + 1) as u32));
            }
            rest = to + 1;
        }
        start += line.len();
    }
    found
}

/// The next text between slashes that follows an operator.
fn expression(line: &str, from: usize) -> Option<(usize, usize)> {
    let code = &line[..line.find(" #").unwrap_or(line.len())];
    for (at, _) in code.match_indices('/').filter(|(at, _)| *at >= from) {
        let before = code[..at].trim_end();
        if !(before.ends_with(['=', '[', ',', '(']) || before.ends_with(" in") || before.ends_with(" IN")) {
            continue;
        }
        let bytes = code.as_bytes();
        let mut end = at + 1;
        while end < bytes.len() && bytes[end] != b'/' {
            end += if bytes[end] == b'\\' { 2 } else { 1 };
        }
        return (end < bytes.len()).then_some((at, end));
    }
    None
}

/// How often a wide class of Unicode stands in an expression once repetitions are written out.
fn weight(expression: &str) -> usize {
    let mut total = 0_usize;
    let mut pending = 0;
    let bytes = expression.as_bytes();
    let mut at = 0;
    let mut in_class = false;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => {
                let is_wide = matches!(bytes.get(at + 1), Some(b'w' | b'W' | b'p' | b'P' | b'd' | b'D' | b's' | b'S'));
                if !in_class {
                    total += pending;
                    pending = 0;
                }
                pending = pending.max(usize::from(is_wide));
                at += 1;
            }
            b'[' if !in_class => {
                total += pending;
                pending = 0;
                in_class = true;
            }
            b']' => in_class = false,
            b'{' if !in_class => {
                let bound = expression[at..].split('}').next().unwrap_or_default();
                let times = bound.rsplit(|c: char| !c.is_ascii_digit()).find_map(|number| number.parse::<usize>().ok());
                total = total.saturating_add(pending.saturating_mul(times.unwrap_or(1)));
                pending = 0;
                at += bound.len();
            }
            _ => {}
        }
        at += 1;
    }
    total.saturating_add(pending)
}

/// `[\w]{1,64}` takes 25 ms; this is about a fifth of it.
const MAX_WEIGHT: usize = 12;

/// The number of bytes before the quote that ends a text on its line.
fn closing(bytes: &[u8], quote: u8) -> Option<usize> {
    let mut at = 0;
    loop {
        match *bytes.get(at)? {
            b'\\' => at += 2,
            b'\n' => return None,
            byte if byte == quote => return Some(at),
            _ => at += 1,
        }
    }
}

/// What is wrong with the names of a rule file.
#[must_use]
pub(super) fn names(file: &File) -> Vec<Fault> {
    let mut faults = BTreeSet::new();
    let mut needs: BTreeMap<Name, BTreeSet<Name>> = BTreeMap::new();
    let mut defined: BTreeSet<Name> = BTreeSet::new();
    let mut all = Uses::default();

    for variable in &file.assignments {
        let mut uses = Uses::default();
        uses.let_value(&variable.value);
        let name = Name::Variable(variable.var.clone());
        all.merge(&uses);
        needs.insert(name.clone(), uses.names);
        defined.insert(name);
    }
    let parameterized = file.parameterized_rules.iter().map(|rule| (&rule.rule, rule.parameter_names.as_slice()));
    for (rule, parameters) in file.guard_rules.iter().map(|rule| (rule, &[][..])).chain(parameterized) {
        let mut uses = Uses::default();
        uses.rule(rule);
        uses.defines.extend(parameters.iter().cloned());
        all.merge(&uses);
        // A rule's own variables are not those of the file.
        let names = uses.names.into_iter().filter(|name| !matches!(name, Name::Variable(name) if uses.defines.contains(name)));
        let name = Name::Rule(rule.rule_name.clone());
        // Several rules of one name are a habit where each has a `when`.
        if !defined.insert(name.clone()) && rule.conditions.is_none() {
            faults.insert(Fault::DuplicateRule(rule.rule_name.clone()));
        }
        needs.entry(name).or_default().extend(names);
    }
    for name in &all.names {
        match name {
            Name::Rule(rule) if !defined.contains(name) => drop(faults.insert(Fault::UndefinedRule(rule.clone()))),
            Name::Variable(variable) if !defined.contains(name) && !all.defines.contains(variable) => {
                faults.insert(Fault::UndefinedVariable(variable.clone()));
            }
            _ => {}
        }
    }
    faults.extend(cycle(&needs).or(all.local_cycle).map(Fault::Cycle));
    faults.into_iter().collect()
}

/// A circle of names that need each other.
fn cycle(needs: &BTreeMap<Name, BTreeSet<Name>>) -> Option<Vec<Name>> {
    let mut done: BTreeSet<&Name> = BTreeSet::new();
    for start in needs.keys() {
        // A path from the start, each step with the names that are still to be followed.
        let mut path: Vec<(&Name, Vec<&Name>)> = Vec::new();
        let mut next = Some(start);
        loop {
            if let Some(name) = next.take() {
                if let Some(first) = path.iter().position(|(step, _)| *step == name) {
                    return Some(path[first..].iter().map(|(step, _)| *step).chain([name]).cloned().collect());
                }
                if !done.contains(name) {
                    path.push((name, needs.get(name).into_iter().flatten().collect()));
                }
            }
            let Some((name, left)) = path.last_mut() else { break };
            match left.pop() {
                Some(name) => next = Some(name),
                None => {
                    done.insert(name);
                    path.pop();
                }
            }
        }
    }
    None
}

/// The names that a part of a rule file uses and defines.
#[derive(Debug, Default)]
struct Uses {
    names: BTreeSet<Name>,
    /// Variables that are defined within: by `let`, as parameters, and as names for what a query passes.
    defines: BTreeSet<String>,
    local_cycle: Option<Vec<Name>>,
}

impl Uses {
    fn merge(&mut self, other: &Self) {
        self.names.extend(other.names.iter().cloned());
        self.defines.extend(other.defines.iter().cloned());
        self.local_cycle = self.local_cycle.take().or_else(|| other.local_cycle.clone());
    }

    fn rule(&mut self, rule: &Rule) {
        self.conjunctions(rule.conditions.as_deref().unwrap_or_default());
        self.block(&rule.block);
    }

    fn block(&mut self, block: &Block) {
        let mut needs: BTreeMap<Name, BTreeSet<Name>> = BTreeMap::new();
        for variable in &block.assignments {
            let mut uses = Self::default();
            uses.let_value(&variable.value);
            self.merge(&uses);
            self.defines.insert(variable.var.clone());
            needs.insert(Name::Variable(variable.var.clone()), uses.names);
        }
        self.local_cycle = self.local_cycle.take().or_else(|| cycle(&needs));
        self.conjunctions(&block.conjunctions);
    }

    fn conjunctions(&mut self, lines: &[Vec<Clause>]) {
        lines.iter().flatten().for_each(|clause| self.clause(clause));
    }

    fn clause(&mut self, clause: &Clause) {
        match clause {
            Clause::Clause(inner) => match inner.as_ref() {
                InnerClause::Access { access_clause } => {
                    self.query(&access_clause.query);
                    access_clause.compare_with.iter().for_each(|value| self.let_value(value));
                }
                InnerClause::Clause(clause) => self.clause(clause),
            },
            Clause::NamedRule(rule) => drop(self.names.insert(Name::Rule(rule.dependent_rule.clone()))),
            Clause::ParameterizedNamedRule(call) => {
                self.names.insert(Name::Rule(call.named_rule.dependent_rule.clone()));
                call.parameters.iter().for_each(|value| self.let_value(value));
            }
            Clause::BlockClause(block) => {
                self.query(&block.query);
                self.block(&block.block);
            }
            Clause::WhenBlock(conditions, block) => {
                self.conjunctions(conditions);
                self.block(block);
            }
            Clause::TypeBlock(block) => {
                self.steps(&block.query);
                self.conjunctions(block.conditions.as_deref().unwrap_or_default());
                self.block(&block.block);
            }
        }
    }

    fn let_value(&mut self, value: &LetValue) {
        match value {
            LetValue::Value(_) => {}
            LetValue::AccessClause(query) => self.query(query),
            LetValue::FunctionCall(call) => call.parameters.iter().for_each(|value| self.let_value(value)),
        }
    }

    fn query(&mut self, query: &Query) {
        self.steps(&query.query);
    }

    fn steps(&mut self, steps: &[Step]) {
        for step in steps {
            match step {
                Step::Key(key) => self.names.extend(key.strip_prefix('%').map(|name| Name::Variable(name.to_owned()))),
                Step::MapKeyFilter(name, filter) => {
                    self.defines.extend(name.clone());
                    self.let_value(&filter.compare_with);
                }
                Step::AllValues(name) | Step::AllIndices(name) => self.defines.extend(name.clone()),
                Step::Filter(name, lines) => {
                    self.defines.extend(name.clone());
                    self.conjunctions(lines);
                }
                Step::This | Step::Index(_) => {}
            }
        }
    }
}
