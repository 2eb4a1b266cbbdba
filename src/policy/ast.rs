//! A rule file as Guard's parser understands it, as far as it is looked at here.
//!
//! The crate keeps its types to itself and serializes them: these are the same shapes.

use serde::Deserialize;

/// A rule file.
#[derive(Clone, Debug, Deserialize)]
pub struct File {
    /// Variables of the file.
    pub assignments: Vec<Let>,
    /// Its rules; clauses outside of rules are in one whose name ends in `/default`.
    pub guard_rules: Vec<Rule>,
    /// Rules with parameters.
    pub parameterized_rules: Vec<ParameterizedRule>,
}

/// `rule name when … { … }`.
#[derive(Clone, Debug, Deserialize)]
pub struct Rule {
    /// Its name.
    pub rule_name: String,
    /// What stands behind `when`.
    pub conditions: Option<Vec<Vec<Clause>>>,
    /// What stands in braces.
    pub block: Block,
}

/// A rule with parameters.
#[derive(Clone, Debug, Deserialize)]
pub struct ParameterizedRule {
    /// The names of its parameters.
    pub parameter_names: Vec<String>,
    /// The rule.
    pub rule: Rule,
}

/// What stands in braces: variables, and clauses of which each line must hold, and of a line one.
#[derive(Clone, Debug, Deserialize)]
pub struct Block {
    /// Its variables.
    pub assignments: Vec<Let>,
    /// Its clauses.
    pub conjunctions: Vec<Vec<Clause>>,
}

/// `let var = value`.
#[derive(Clone, Debug, Deserialize)]
pub struct Let {
    /// Its name, without the `%`.
    pub var: String,
    /// What it is.
    pub value: LetValue,
}

/// What a variable stands for, or a clause compares with.
#[derive(Clone, Debug, Deserialize)]
pub enum LetValue {
    /// A literal.
    Value(Literal),
    /// A query.
    AccessClause(Query),
    /// A call of a function.
    FunctionCall(Call),
}

/// A literal; regular expressions are strings between slashes.
#[derive(Clone, Debug, Deserialize)]
pub struct Literal {
    /// What it says.
    #[serde(default)]
    pub value: serde_json::Value,
}

/// A call of a function.
#[derive(Clone, Debug, Deserialize)]
pub struct Call {
    /// Its arguments.
    pub parameters: Vec<LetValue>,
}

/// A query.
#[derive(Clone, Debug, Deserialize)]
pub struct Query {
    /// Its steps.
    pub query: Vec<Step>,
}

/// A step of a query.
#[derive(Clone, Debug, Deserialize)]
pub enum Step {
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
    Index(i64),
    /// `[ … ]`.
    Filter(Option<String>, Vec<Vec<Clause>>),
}

/// What keys are compared with.
#[derive(Clone, Debug, Deserialize)]
pub struct KeyFilter {
    /// The value.
    pub compare_with: LetValue,
}

/// A clause.
#[derive(Clone, Debug, Deserialize)]
pub enum Clause {
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
pub enum InnerClause {
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
pub struct Comparison {
    /// What is compared.
    pub query: Query,
    /// The operator and whether it is negated.
    pub comparator: (String, bool),
    /// What it is compared with.
    pub compare_with: Option<LetValue>,
    /// What the author says.
    pub custom_message: Option<String>,
    /// Where it stands.
    pub location: Location,
}

/// A place in the rule file.
#[derive(Clone, Copy, Debug, Deserialize)]
pub struct Location {
    /// The line, from 1.
    pub line: u32,
    /// The column, from 1.
    pub column: u32,
}

/// The name of a rule as a clause.
#[derive(Clone, Debug, Deserialize)]
pub struct NamedRule {
    /// The rule that must hold.
    pub dependent_rule: String,
    /// What the author says.
    pub custom_message: Option<String>,
    /// Where it stands.
    pub location: Location,
}

/// The name of a rule with arguments, as a clause.
#[derive(Clone, Debug, Deserialize)]
pub struct Call2 {
    /// The arguments.
    pub parameters: Vec<LetValue>,
    /// The rule.
    pub named_rule: NamedRule,
}

/// `query { … }`.
#[derive(Clone, Debug, Deserialize)]
pub struct BlockClause {
    /// What it is about.
    pub query: Query,
    /// What must hold of each.
    pub block: Block,
    /// Where it stands.
    pub location: Location,
}

/// `AWS::S3::Bucket { … }`.
#[derive(Clone, Debug, Deserialize)]
pub struct TypeBlock {
    /// The type.
    pub type_name: String,
    /// What stands behind `when`.
    pub conditions: Option<Vec<Vec<Clause>>>,
    /// What must hold of each resource.
    pub block: Block,
    /// The query that it stands for.
    pub query: Vec<Step>,
}
