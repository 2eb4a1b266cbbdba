//! Names of resource types and properties in a rule file that no schema has, and that are near to one that it has.
//!
//! A query of such a name finds nothing: the clause fails on every resource, or the rule never applies. What a schema leaves open,
//! and names that resemble none, are left alone: the facts may be older than the property.

use std::collections::{BTreeMap, BTreeSet};

use super::ast::{Block, Clause, File, InnerClause, LetValue, Query, Step};
use super::prune;
use crate::schema::{Facts, Keyword, Schema, TypeSet};

/// A name that is misspelt.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Misspelt {
    /// As it is written.
    pub(super) name: String,
    /// What is meant.
    pub(super) near: String,
    /// The type whose property it is; none where it is the name of a type.
    pub(super) resource_type: Option<String>,
}

/// What is misspelt in a rule file, each name once.
#[must_use]
pub(super) fn find(file: &File) -> BTreeSet<Misspelt> {
    let mut reader = Reader::default();
    let mut variables = Variables::new();
    for variable in &file.assignments {
        let at = reader.let_value(&variable.value, &At::Root, &variables);
        variables.insert(variable.var.clone(), at);
    }
    for rule in &file.guard_rules {
        reader.lines(rule.conditions.as_deref().unwrap_or_default(), &At::Root, &variables);
        reader.block(&rule.block, &At::Root, &variables);
    }
    for rule in &file.parameterized_rules {
        let mut variables = variables.clone();
        variables.extend(rule.parameter_names.iter().map(|name| (name.clone(), At::Open)));
        reader.lines(rule.rule.conditions.as_deref().unwrap_or_default(), &At::Root, &variables);
        reader.block(&rule.rule.block, &At::Root, &variables);
    }
    reader.found
}

type Variables = BTreeMap<String, At>;

/// What the values of a query are.
#[derive(Clone, Debug)]
enum At {
    /// The template.
    Root,
    /// The section `Resources`.
    Section,
    /// Each of its resources.
    Resources,
    /// Resources of one type.
    Resource(String),
    /// Values in resources of one type, by what they may be.
    Value(String, Vec<Schema<'static>>),
    /// Anything.
    Open,
}

#[derive(Debug, Default)]
struct Reader {
    found: BTreeSet<Misspelt>,
}

impl Reader {
    fn block(&mut self, block: &Block, at: &At, variables: &Variables) {
        let mut variables = variables.clone();
        for variable in &block.assignments {
            let value = self.let_value(&variable.value, at, &variables);
            variables.insert(variable.var.clone(), value);
        }
        self.lines(&block.conjunctions, at, &variables);
    }

    fn lines(&mut self, lines: &[Vec<Clause>], at: &At, variables: &Variables) {
        lines.iter().flatten().for_each(|clause| self.clause(clause, at, variables));
    }

    fn clause(&mut self, clause: &Clause, at: &At, variables: &Variables) {
        match clause {
            Clause::Clause(inner) => match inner.as_ref() {
                InnerClause::Access { access_clause } => {
                    self.query(&access_clause.query, at, variables);
                    if let Some(value) = &access_clause.compare_with {
                        self.let_value(value, at, variables);
                    }
                }
                InnerClause::Clause(clause) => self.clause(clause, at, variables),
            },
            Clause::NamedRule(_) | Clause::ParameterizedNamedRule(_) => {}
            Clause::BlockClause(block) => {
                let each = self.query(&block.query, at, variables);
                self.block(&block.block, &each, variables);
            }
            Clause::WhenBlock(conditions, block) => {
                self.lines(conditions, at, variables);
                self.block(block, at, variables);
            }
            Clause::TypeBlock(block) => {
                let each = self.resource(&block.type_name);
                self.lines(block.conditions.as_deref().unwrap_or_default(), &each, variables);
                self.block(&block.block, &each, variables);
            }
        }
    }

    fn let_value(&mut self, value: &LetValue, at: &At, variables: &Variables) -> At {
        match value {
            LetValue::Value(_) => {}
            LetValue::AccessClause(query) => return self.query(query, at, variables),
            LetValue::FunctionCall(call) => {
                for value in &call.parameters {
                    self.let_value(value, at, variables);
                }
            }
        }
        At::Open
    }

    /// What the values of a query are that starts at `at`.
    fn query(&mut self, query: &Query, at: &At, variables: &Variables) -> At {
        let mut at = at.clone();
        for (index, step) in query.query.iter().enumerate() {
            at = match (step, at) {
                (Step::This, at) => at,
                (Step::Key(key), at) => match key.strip_prefix('%') {
                    Some(name) if index == 0 => variables.get(name).cloned().unwrap_or(At::Open),
                    Some(_) => At::Open,
                    None => self.key(key, at),
                },
                (Step::AllValues(_), At::Section) => At::Resources,
                (Step::Filter(_, lines), At::Section | At::Resources) => match prune::types(lines).as_deref() {
                    Some([name]) => {
                        let each = self.resource(name);
                        self.lines(lines, &each, variables);
                        each
                    }
                    _ => At::Open,
                },
                (Step::Filter(_, lines), at) => {
                    let each = at.items();
                    self.lines(lines, &each, variables);
                    each
                }
                (Step::AllValues(_) | Step::AllIndices(_) | Step::Index(_), at) => match at.items() {
                    At::Value(name, schemas) => At::Value(name, schemas),
                    At::Resource(name) => At::Resource(name),
                    _ => At::Open,
                },
                (Step::MapKeyFilter(..), _) => At::Open,
            };
        }
        at
    }

    fn resource(&mut self, name: &str) -> At {
        let facts = Facts::embedded();
        if facts.resource_type(name).is_some() {
            return At::Resource(name.to_owned());
        }
        // Each part of it: `AWS::New::Service` is not `AWS::ECS::Service`.
        let is_meant = |near: &&str| name.split("::").zip(near.split("::")).all(|(part, other)| is_near(part, other));
        if let Some(near) = facts.nearest(name).filter(is_meant) {
            self.found.insert(Misspelt { name: name.to_owned(), near: near.to_owned(), resource_type: None });
        }
        At::Open
    }

    fn key(&mut self, key: &str, at: At) -> At {
        match at {
            At::Root if key == "Resources" => At::Section,
            At::Resource(name) if key == "Properties" => match Facts::embedded().resource_type(&name) {
                Some(facts) => At::Value(name, facts.variants().map(|variant| variant.schema).collect()),
                None => At::Open,
            },
            At::Value(name, schemas) => {
                let mut known = Known::default();
                schemas.into_iter().for_each(|schema| known.add(schema, MAX_ALTERNATIVES));
                // Guard also finds a key that is written in another case: `bucket_name` for `BucketName`.
                let is_it = |known: &str| plain(known) == plain(key);
                let below: Vec<Schema> =
                    known.properties.iter().filter(|(known, _)| is_it(known)).map(|(_, schema)| *schema).collect();
                let is_other =
                    known.is_open || key.contains("::") || key == "Ref" || key.bytes().all(|byte| byte.is_ascii_digit());
                if below.is_empty() && !is_other {
                    let near = known.properties.iter().map(|(known, _)| *known).find(|known| is_near(key, known));
                    if let Some(near) = near {
                        let near = near.to_owned();
                        self.found.insert(Misspelt { name: key.to_owned(), near, resource_type: Some(name.clone()) });
                    }
                }
                if below.is_empty() { At::Open } else { At::Value(name, below) }
            }
            _ => At::Open,
        }
    }
}

impl At {
    /// The items of lists; anything else stays as it is where Guard takes it for a list of one.
    fn items(self) -> Self {
        let Self::Value(name, schemas) = self else { return self };
        let items = |schema: Schema<'static>| schema.resolved().items().unwrap_or(schema);
        Self::Value(name, schemas.into_iter().map(items).collect())
    }
}

/// Alternatives of a schema in each other at most.
const MAX_ALTERNATIVES: usize = 8;

/// The properties that values may have.
#[derive(Debug, Default)]
struct Known {
    properties: Vec<(&'static str, Schema<'static>)>,
    /// They may have others.
    is_open: bool,
}

impl Known {
    fn add(&mut self, schema: Schema<'static>, depth: usize) {
        let schema = schema.resolved();
        if schema.types().has(TypeSet::ARRAY)
            && let Some(items) = schema.items()
            && depth > 0
        {
            return self.add(items, depth - 1);
        }
        let before = self.properties.len();
        self.properties.extend(schema.properties().map(|property| (property.name, property.schema)));
        let is_named = self.properties.len() > before;
        for keyword in [Keyword::OneOf, Keyword::AnyOf, Keyword::AllOf] {
            for alternative in schema.schemas(keyword) {
                if depth == 0 {
                    self.is_open = true;
                } else if alternative.properties().next().is_some() || alternative.reference().is_some() {
                    self.add(alternative, depth - 1);
                }
            }
        }
        self.is_open |= !is_named || schema.takes_others() || schema.pattern_properties().next().is_some();
    }
}

/// Whether one name is the other with a letter or two wrong.
fn is_near(name: &str, other: &str) -> bool {
    let limit = (name.len() / 5).clamp(1, 3);
    name.len().abs_diff(other.len()) <= limit && strsim::osa_distance(&plain(name), &plain(other)) <= limit
}

fn plain(name: &str) -> String {
    name.chars().filter(|c| !matches!(c, '_' | '-' | ' ')).flat_map(char::to_lowercase).collect()
}
