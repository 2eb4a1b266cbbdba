//! Which part of a template a rule file can see.
//!
//! Guard copies the document for each rule file and each step of a query, so that what a rule file cannot see is left out. A file
//! whose every query of `Resources` asks for a type first sees the resources of these types, and one stub of another type: an
//! empty `Resources` means "missing" to Guard, not "no match".

use std::collections::BTreeSet;

use super::ast::{Block, Clause, File, InnerClause, LetValue, Query, Step};
use super::document::{Shape, Value, write_key};
use super::facts_view::FACTS;

/// What a rule file reads of a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Scope {
    /// Anything.
    Whole,
    /// Resources of these types, and these other sections.
    Parts { types: BTreeSet<String>, sections: BTreeSet<String> },
}

/// What a rule file sees of one template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Sight {
    /// All of it.
    Whole,
    /// This document.
    Part(String),
    /// This document, which is the same for every template without a resource that the rule file asks for.
    Nothing(String),
}

/// The resource that stands for all others.
const STUB: &str = r#""cfnvet::stub": {"Type": "Cfnvet::Stub::Stub"}"#;

impl Scope {
    /// What a rule file reads.
    pub(super) fn of(file: &File) -> Self {
        let mut reader = Reader::default();
        for variable in &file.assignments {
            reader.let_value(&variable.value, true);
        }
        for rule in &file.guard_rules {
            reader.lines(rule.conditions.as_deref().unwrap_or_default(), true);
            reader.block(&rule.block, true);
        }
        for rule in &file.parameterized_rules {
            // What its parameters stand for is read where it is named.
            reader.lines(rule.rule.conditions.as_deref().unwrap_or_default(), true);
            reader.block(&rule.rule.block, true);
        }
        if reader.reads_all { Self::Whole } else { Self::Parts { types: reader.types, sections: reader.sections } }
    }

    /// Whether one section is all it reads.
    pub(super) fn is_only(&self, section: &str) -> bool {
        matches!(self, Self::Parts { types, sections } if types.is_empty() && sections.len() == 1 && sections.contains(section))
    }

    /// What the rule file sees of a template.
    pub(super) fn text(&self, document: &Value) -> Sight {
        let Self::Parts { types, sections } = self else { return Sight::Whole };
        // Guard tells a section that is no map, or is not there, from an empty one.
        let resources = document.get("Resources").filter(|resources| !resources.entries().is_empty());
        let Some(resources) = resources else { return Sight::Whole };
        let mut out = "{".to_owned();
        let mut is_first = true;
        let mut is_nothing = sections.is_empty();
        for entry in document.entries() {
            let is_resources = entry.key == "Resources";
            if !is_resources && !sections.iter().any(|section| section.eq_ignore_ascii_case(&entry.key)) {
                continue;
            }
            if !std::mem::take(&mut is_first) {
                out.push(',');
            }
            write_key(&mut out, &entry.key);
            if !is_resources {
                entry.value.write(&mut out);
                continue;
            }
            out.push('{');
            let mut is_cut = false;
            let mut written = 0;
            for resource in resources.entries() {
                let has_type = resource.value.get("Type");
                // A resource without a type, or with one that is no text, makes Guard say so.
                let is_other =
                    matches!(has_type.map(|value| &value.shape), Some(Shape::String(name)) if !types.contains(name.as_ref()));
                if is_other {
                    is_cut = true;
                    continue;
                }
                if written > 0 {
                    out.push(',');
                }
                written += 1;
                is_nothing = false;
                write_key(&mut out, &resource.key);
                resource.value.write(&mut out);
            }
            if is_cut {
                if written > 0 {
                    out.push(',');
                }
                out.push_str(STUB);
            }
            out.push('}');
        }
        out.push('}');
        if is_nothing { Sight::Nothing(out) } else { Sight::Part(out) }
    }
}

#[derive(Debug, Default)]
struct Reader {
    reads_all: bool,
    types: BTreeSet<String>,
    sections: BTreeSet<String>,
}

impl Reader {
    fn block(&mut self, block: &Block, at_root: bool) {
        for variable in &block.assignments {
            self.let_value(&variable.value, at_root);
        }
        self.lines(&block.conjunctions, at_root);
    }

    fn lines(&mut self, lines: &[Vec<Clause>], at_root: bool) {
        lines.iter().flatten().for_each(|clause| self.clause(clause, at_root));
    }

    fn clause(&mut self, clause: &Clause, at_root: bool) {
        match clause {
            Clause::Clause(inner) => match inner.as_ref() {
                InnerClause::Access { access_clause } => {
                    self.query(&access_clause.query, at_root);
                    access_clause.compare_with.iter().for_each(|value| self.let_value(value, at_root));
                }
                InnerClause::Clause(clause) => self.clause(clause, at_root),
            },
            Clause::NamedRule(_) => {}
            Clause::ParameterizedNamedRule(call) => call.parameters.iter().for_each(|value| self.let_value(value, at_root)),
            Clause::BlockClause(block) => {
                self.query(&block.query, at_root);
                self.block(&block.block, false);
            }
            Clause::WhenBlock(conditions, block) => {
                self.lines(conditions, at_root);
                self.block(block, at_root);
            }
            Clause::TypeBlock(block) => {
                self.types.insert(block.type_name.clone());
                self.lines(block.conditions.as_deref().unwrap_or_default(), false);
                self.block(&block.block, false);
            }
        }
    }

    fn let_value(&mut self, value: &LetValue, at_root: bool) {
        match value {
            LetValue::Value(_) => {}
            LetValue::AccessClause(query) => self.query(query, at_root),
            LetValue::FunctionCall(call) => call.parameters.iter().for_each(|value| self.let_value(value, at_root)),
        }
    }

    fn query(&mut self, query: &Query, at_root: bool) {
        let steps = query.query.as_slice();
        let mut rest = steps;
        if at_root {
            match steps {
                [Step::Key(key), ..] if key.starts_with('%') => {}
                [Step::Key(key), Step::AllValues(_), Step::Filter(_, lines), after @ ..] if key == "Resources" => {
                    match types(lines) {
                        Some(types) => self.types.extend(types),
                        None => self.reads_all = true,
                    }
                    self.lines(lines, false);
                    rest = after;
                }
                [Step::Key(key), Step::Filter(_, lines), after @ ..] if key == "Resources" => {
                    match types(lines) {
                        Some(types) => self.types.extend(types),
                        None => self.reads_all = true,
                    }
                    self.lines(lines, false);
                    rest = after;
                }
                // Guard reads a key in other cases too.
                [Step::Key(key), ..] if SECTIONS.contains(&key.as_str()) => drop(self.sections.insert(key.clone())),
                _ => self.reads_all = true,
            }
        }
        for step in rest {
            match step {
                Step::This => self.reads_all = true,
                Step::MapKeyFilter(_, filter) => self.let_value(&filter.compare_with, false),
                Step::Filter(_, lines) => self.lines(lines, false),
                // A name in a query follows what it stands for from there, wherever that leads.
                Step::Key(key) if key.starts_with('%') && !std::ptr::eq(step, &steps[0]) => self.reads_all = true,
                Step::Key(_) | Step::AllValues(_) | Step::AllIndices(_) | Step::Index(_) => {}
            }
        }
    }
}

const SECTIONS: &[&str] = &["Parameters", "Mappings", "Conditions", "Outputs", "Metadata", "Rules", "Transform", FACTS];

/// The types that the first line of a filter asks for.
pub(super) fn types(lines: &[Vec<Clause>]) -> Option<Vec<String>> {
    let [Clause::Clause(inner)] = lines.first()?.as_slice() else { return None };
    let mut clause = inner.as_ref();
    while let InnerClause::Clause(Clause::Clause(inner)) = clause {
        clause = inner;
    }
    let InnerClause::Access { access_clause } = clause else { return None };
    let [Step::Key(key)] = access_clause.query.query.as_slice() else { return None };
    if key != "Type" {
        return None;
    }
    let Some(LetValue::Value(literal)) = &access_clause.compare_with else { return None };
    // A regular expression is written between slashes here, as no type is.
    let name = |value: &serde_json::Value| value.as_str().filter(|name| !name.starts_with('/')).map(str::to_owned);
    match (access_clause.comparator.0.as_str(), access_clause.comparator.1) {
        ("Eq", false) => Some(vec![name(&literal.value)?]),
        ("In", false) => literal.value.as_array()?.iter().map(name).collect(),
        _ => None,
    }
}
