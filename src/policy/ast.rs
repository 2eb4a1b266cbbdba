//! A rule file as Guard's parser understands it, as far as it is looked at here.
//!
//! The crate keeps its types to itself and serializes them: these are the same shapes.

use serde::Deserialize;

/// A rule file.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct File {
    /// Variables of the file.
    pub(super) assignments: Vec<Let>,
    /// Its rules; clauses outside of rules are in one called `default`.
    pub(super) guard_rules: Vec<Rule>,
    /// Rules with parameters.
    pub(super) parameterized_rules: Vec<ParameterizedRule>,
}

/// `rule name when … { … }`.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Rule {
    /// Its name.
    pub(super) rule_name: String,
    /// What stands behind `when`.
    pub(super) conditions: Option<Vec<Vec<Clause>>>,
    /// What stands in braces.
    pub(super) block: Block,
}

/// A rule with parameters.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct ParameterizedRule {
    /// The names of its parameters.
    pub(super) parameter_names: Vec<String>,
    /// The rule.
    pub(super) rule: Rule,
}

/// What stands in braces: variables, and clauses of which each line must hold, and of a line one.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Block {
    /// Its variables.
    pub(super) assignments: Vec<Let>,
    /// Its clauses.
    pub(super) conjunctions: Vec<Vec<Clause>>,
}

/// `let var = value`.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Let {
    /// Its name, without the `%`.
    pub(super) var: String,
    /// What it is.
    pub(super) value: LetValue,
}

/// What a variable stands for, or a clause compares with.
#[derive(Clone, Debug, Deserialize)]
pub(super) enum LetValue {
    /// A literal.
    Value(Literal),
    /// A query.
    AccessClause(Query),
    /// A call of a function.
    FunctionCall(Call),
}

/// A literal; regular expressions are strings between slashes.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Literal {
    /// What it says.
    #[serde(default)]
    pub(super) value: serde_json::Value,
}

/// A call of a function.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Call {
    /// Its arguments.
    pub(super) parameters: Vec<LetValue>,
}

/// A query.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Query {
    /// Its steps.
    pub(super) query: Vec<Step>,
}

/// A step of a query.
#[derive(Clone, Debug, Deserialize)]
pub(super) enum Step {
    /// `this`.
    This,
    /// A key, or `%variable`.
    Key(String),
    /// `[ keys == … ]`.
    MapKeyFilter(Option<String>, KeyFilter),
    /// `.*`.
    AllValues(Option<String>),
    /// `[*]`.
    AllIndices(Option<String>),
    /// `[3]`.
    Index(serde::de::IgnoredAny),
    /// `[ … ]`.
    Filter(Option<String>, Vec<Vec<Clause>>),
}

/// What keys are compared with.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct KeyFilter {
    /// The value.
    pub(super) compare_with: LetValue,
}

/// A clause.
#[derive(Clone, Debug, Deserialize)]
#[expect(clippy::enum_variant_names, reason = "the names are those that Guard writes")]
pub(super) enum Clause {
    /// In a rule, one that is no block of a type; elsewhere a comparison.
    Clause(Box<InnerClause>),
    /// The name of a rule.
    NamedRule(NamedRule),
    /// The name of a rule, and arguments.
    ParameterizedNamedRule(Call2),
    /// `query { … }`.
    BlockClause(BlockClause),
    /// `when … { … }`.
    WhenBlock(Vec<Vec<Clause>>, Block),
    /// `AWS::S3::Bucket { … }`.
    TypeBlock(TypeBlock),
}

/// A clause of a rule wraps one of a block; a clause of a block is a comparison.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum InnerClause {
    /// A comparison.
    Access {
        /// What is compared.
        access_clause: Comparison,
    },
    /// A clause within.
    Clause(Clause),
}

/// A comparison.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Comparison {
    /// What is compared.
    pub(super) query: Query,
    /// The operator and whether it is negated.
    pub(super) comparator: (String, bool),
    /// What it is compared with.
    pub(super) compare_with: Option<LetValue>,
    /// What the author says.
    pub(super) custom_message: Option<String>,
    /// Where it stands.
    pub(super) location: Location,
}

/// A place in the rule file.
#[derive(Clone, Copy, Debug, Deserialize)]
pub(super) struct Location {
    /// The line, from 1.
    pub(super) line: u32,
    /// The column, from 1.
    pub(super) column: u32,
}

/// The name of a rule as a clause.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct NamedRule {
    /// The rule that must hold.
    pub(super) dependent_rule: String,
    /// What the author says.
    pub(super) custom_message: Option<String>,
    /// Where it stands.
    pub(super) location: Location,
}

/// The name of a rule with arguments, as a clause.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Call2 {
    /// The arguments.
    pub(super) parameters: Vec<LetValue>,
    /// The rule.
    pub(super) named_rule: NamedRule,
}

/// `query { … }`.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct BlockClause {
    /// What it is about.
    pub(super) query: Query,
    /// What must hold of each.
    pub(super) block: Block,
    /// Where it stands.
    pub(super) location: Location,
}

/// `AWS::S3::Bucket { … }`.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct TypeBlock {
    /// The type.
    pub(super) type_name: String,
    /// What stands behind `when`.
    pub(super) conditions: Option<Vec<Vec<Clause>>>,
    /// What must hold of each resource.
    pub(super) block: Block,
    /// The query that it stands for.
    pub(super) query: Vec<Step>,
}
