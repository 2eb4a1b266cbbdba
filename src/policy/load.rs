//! Reads rule files: what is wrong with one is said before anything is evaluated.

use std::sync::atomic::AtomicBool;
use std::sync::{Arc, OnceLock};

use super::ast::{self, Clause, Comparison, InnerClause, LetValue, Query, Step};
use super::engine::Engine;
use super::lint::{self, Fault, Name};
use super::misspelt::{self, Misspelt};
use super::prune::Scope;
use super::reads::Reads;
use crate::config;
use crate::diagnostic::Severity;
use crate::report::{ProblemPlace, RunProblem};
use crate::text::{SourceFile, Span};

/// A rule file that can be evaluated.
#[derive(Debug)]
pub struct Policy {
    /// Its text.
    pub source: Arc<SourceFile>,
    /// The file's name without its ending.
    pub(super) stem: String,
    /// What a comment at the top, `# severity: warning`, says.
    pub(super) severity: Option<Severity>,
    pub(super) scope: Scope,
    pub(super) reads: Reads,
    /// What it sees of a template.
    pub(super) view: View,
    /// The rules, each with its clauses in the order of the text.
    pub(super) rules: Vec<Rule>,
    pub(super) engine: Engine,
    /// Whether an evaluation took too long, so that it is not tried again.
    pub(super) is_late: AtomicBool,
    /// Whether nothing fails on a template without any resource that the rule file asks for; unset where that is not known yet.
    pub(super) is_idle: OnceLock<bool>,
}

/// A rule, as far as its findings need it.
#[derive(Debug)]
pub(super) struct Rule {
    pub(super) name: String,
    pub(super) clauses: Vec<Written>,
}

/// A clause as it is written.
#[derive(Debug)]
pub(super) struct Written {
    pub(super) span: Span,
    pub(super) message: Option<String>,
    /// The operator, and whether it is negated; `None` for the name of a rule or a block.
    pub(super) operator: Option<(String, bool)>,
    /// The keys of its query.
    pub(super) keys: Vec<String>,
}

/// What reading a rule file gives.
#[derive(Debug, Default)]
pub struct Loaded {
    /// The file, unless it holds no rule or cannot be evaluated.
    pub policy: Option<Arc<Policy>>,
    /// Why it cannot be.
    pub problems: Vec<RunProblem>,
    /// What makes it slow or may not be meant.
    pub warnings: Vec<RunProblem>,
}

/// Reads a rule file.
#[must_use]
pub fn load(source: &Arc<SourceFile>) -> Loaded {
    load_with(source, &Engine::default())
}

/// Reads a rule file by an engine, which also evaluates it.
#[must_use]
pub fn load_with(source: &Arc<SourceFile>, engine: &Engine) -> Loaded {
    let mut loaded = Loaded::default();
    if source.problem().is_some() {
        loaded.problems.push(problem(source, Span::at(source.text().len() as u32), "the file is no text in UTF-8".to_owned()));
        return loaded;
    }
    if let Some(Fault::Nesting(at)) = lint::nesting(source.text()) {
        let message = format!("brackets stand in each other more than {} deep", lint::MAX_NESTING);
        loaded.problems.push(problem(source, Span::at(at as u32), message));
        return loaded;
    }
    let file = match engine.parse(source) {
        Ok(Some(file)) => file,
        Ok(None) => return loaded,
        Err(error) => {
            let at = error.at.map_or(0, |(line, column)| offset(source, line, column));
            loaded.problems.push(problem(source, Span::at(at), error.message));
            return loaded;
        }
    };
    for fault in lint::names(&file) {
        let (name, message) = words(&fault);
        // Guard evaluates both.
        let list = if matches!(fault, Fault::DuplicateRule(_)) { &mut loaded.warnings } else { &mut loaded.problems };
        list.push(problem(source, find(source, &name), message));
    }
    let said = |Misspelt { name, near, resource_type }: Misspelt| {
        let what = match resource_type {
            Some(resource_type) => format!("`{resource_type}` has no property `{name}` here"),
            None => format!("there is no resource type `{name}`"),
        };
        (find(source, &name), format!("{what}, so that the query finds nothing: write `{near}`"))
    };
    let mut misspelt: Vec<(Span, String)> = misspelt::find(&file).into_iter().map(said).collect();
    misspelt.sort();
    loaded.warnings.extend(misspelt.into_iter().map(|(at, message)| problem(source, at, message)));
    let header = Header::read(source, &mut loaded);
    for cost in lint::costly_expressions(source.text()) {
        let message = "the regular expression takes long to compile, which happens anew at each comparison: write `[A-Za-z0-9_]` in \
                       place of `\\w`, `[0-9]` in place of `\\d`, and smaller bounds";
        loaded.warnings.push(problem(source, cost, message.to_owned()));
    }
    if !loaded.problems.is_empty() {
        return loaded;
    }
    let name = source.name().rsplit(['/', '\\']).next().unwrap_or_default();
    let stem = name.strip_suffix(".guard").or_else(|| name.strip_suffix(".ruleset")).unwrap_or(name).to_owned();
    let parameterized = file.parameterized_rules.iter().map(|rule| &rule.rule);
    let rules = file.guard_rules.iter().chain(parameterized).map(|rule| written(source, rule)).collect();
    let scope = Scope::of(&file);
    let reads = Reads::of(&scope, source.text());
    let policy = Policy {
        source: Arc::clone(source),
        stem,
        severity: header.severity,
        scope,
        reads,
        view: header.view,
        rules,
        engine: engine.clone(),
        is_late: AtomicBool::new(false),
        is_idle: OnceLock::new(),
    };
    loaded.policy = Some(Arc::new(policy));
    loaded
}

fn problem(source: &SourceFile, at: Span, message: String) -> RunProblem {
    let position = source.position(at.start);
    let place = ProblemPlace::new(source.text(), position.line as usize, position.column as usize);
    RunProblem { file: Some(source.name().to_owned()), place: Some(place), message }
}

/// What is wrong, and the name that it is about.
fn words(fault: &Fault) -> (String, String) {
    match fault {
        Fault::Nesting(_) => (String::new(), "brackets stand too deep in each other".to_owned()),
        Fault::Cycle(names) => {
            let steps: Vec<String> = names.iter().map(shown).collect();
            let first = steps.first().cloned().unwrap_or_default();
            (first, format!("a circle that has no end: `{}`", steps.join("` needs `")))
        }
        Fault::UndefinedRule(name) => (name.clone(), format!("no rule is called `{name}`")),
        Fault::UndefinedVariable(name) => (format!("%{name}"), format!("no `let` defines `%{name}`")),
        Fault::DuplicateRule(name) => (name.clone(), format!("two rules are called `{name}`")),
    }
}

fn shown(name: &Name) -> String {
    match name {
        Name::Rule(name) => name.clone(),
        Name::Variable(name) => format!("%{name}"),
    }
}

/// Where a name first stands in the file, outside of comments.
fn find(source: &SourceFile, name: &str) -> Span {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    let text = source.text();
    let mut places = text.match_indices(name).filter(|(at, _)| {
        let line = text[..*at].rfind('\n').map_or(0, |at| at + 1);
        !text[line..*at].contains('#') && !text[..*at].ends_with(is_part) && !text[at + name.len()..].starts_with(is_part)
    });
    places.next().map_or(Span::at(0), |(at, name)| Span::new(at as u32, (at + name.len()) as u32))
}

/// The offset of a line and column, both from 1, as Guard counts them.
pub(super) fn offset(source: &SourceFile, line: u32, column: u32) -> u32 {
    let start = source.lines().start(line).unwrap_or(source.text().len() as u32);
    let rest = source.text()[start as usize..].split('\n').next().unwrap_or_default();
    let before = rest.char_indices().nth(column.saturating_sub(1) as usize).map_or(rest.len(), |(at, _)| at);
    start + before as u32
}

/// What the comments at the top of a rule file say.
/// What a policy sees of a template.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum View {
    /// Its text, as the `cfn-guard` command sees it.
    #[default]
    Template,
    /// What it becomes.
    Resolved,
    /// Its text, and what the model knows.
    Facts,
}

#[derive(Debug, Default)]
struct Header {
    severity: Option<Severity>,
    view: View,
}

impl Header {
    fn read(source: &SourceFile, loaded: &mut Loaded) -> Self {
        let mut header = Self::default();
        let mut start = 0;
        for line in source.text().split_inclusive('\n') {
            let at = Span::at(start);
            start += line.len() as u32;
            let line = line.trim();
            let Some(comment) = line.strip_prefix('#') else { if line.is_empty() { continue } else { break } };
            let Some((key, value)) = comment.split_once(':') else { continue };
            let value = value.trim();
            match key.trim() {
                "view" => match value {
                    "template" => header.view = View::Template,
                    "resolved" => header.view = View::Resolved,
                    "facts" => header.view = View::Facts,
                    _ => {
                        let message = format!("unknown view `{value}`, there are `template`, `resolved` and `facts`");
                        loaded.problems.push(problem(source, at, message));
                    }
                },
                "severity" => {
                    header.severity = config::severity(value);
                    if header.severity.is_none() {
                        let message = format!("unknown severity `{value}`, there are `info`, `warning` and `error`");
                        loaded.problems.push(problem(source, at, message));
                    }
                }
                _ => {}
            }
        }
        header
    }
}

/// The clauses of a rule.
fn written(source: &SourceFile, rule: &ast::Rule) -> Rule {
    let mut clauses = Clauses { source, found: Vec::new() };
    clauses.lines(&rule.block.conjunctions);
    clauses.lines(rule.conditions.as_deref().unwrap_or_default());
    Rule { name: rule.rule_name.clone(), clauses: clauses.found }
}

struct Clauses<'s> {
    source: &'s SourceFile,
    found: Vec<Written>,
}

impl Clauses<'_> {
    fn lines(&mut self, lines: &[Vec<Clause>]) {
        lines.iter().flatten().for_each(|clause| self.clause(clause));
    }

    fn clause(&mut self, clause: &Clause) {
        match clause {
            Clause::Clause(inner) => match inner.as_ref() {
                InnerClause::Access { access_clause } => self.comparison(access_clause),
                InnerClause::Clause(clause) => self.clause(clause),
            },
            Clause::NamedRule(rule) => self.named(rule),
            Clause::ParameterizedNamedRule(call) => self.named(&call.named_rule),
            Clause::BlockClause(block) => {
                let span = self.span(block.location);
                self.found.push(Written { span, message: None, operator: None, keys: keys(&block.query) });
                self.lines(&block.block.conjunctions);
            }
            Clause::WhenBlock(_, block) => self.lines(&block.conjunctions),
            Clause::TypeBlock(block) => self.lines(&block.block.conjunctions),
        }
    }

    fn comparison(&mut self, comparison: &Comparison) {
        let mut keys = keys(&comparison.query);
        if let Some(LetValue::Value(literal)) = &comparison.compare_with {
            // Clauses about one property are told apart by what they compare with.
            keys.push(literal.value.as_str().map_or_else(|| literal.value.to_string(), str::to_owned));
        }
        let span = self.span(comparison.location);
        let message = comparison.custom_message.clone().filter(|message| !message.trim().is_empty());
        self.found.push(Written { span, message, operator: Some(comparison.comparator.clone()), keys });
    }

    fn named(&mut self, rule: &ast::NamedRule) {
        let span = self.span(rule.location);
        let message = rule.custom_message.clone().filter(|message| !message.trim().is_empty());
        self.found.push(Written { span, message, operator: None, keys: vec![rule.dependent_rule.clone()] });
    }

    /// The text of a clause that starts at a place: to the end of its line, its message or its comment.
    fn span(&self, at: ast::Location) -> Span {
        let start = offset(self.source, at.line, at.column);
        let line = self.source.text()[start as usize..].split('\n').next().unwrap_or_default();
        let mut quote = None;
        let (mut end, mut open) = (line.len(), 0_u32);
        for (index, character) in line.char_indices() {
            match (quote, character) {
                (Some(open), close) if open == close => quote = None,
                (Some(_), _) => {}
                (None, '"' | '\'') => quote = Some(character),
                (None, '{' | '[') => open += 1,
                (None, ']' | '}') if open > 0 => open -= 1,
                (None, '}') => end = index,
                (None, '#') => end = index,
                (None, '<') if line[index..].starts_with("<<") => end = index,
                _ => continue,
            }
            if end == index {
                break;
            }
        }
        let text = line[..end].trim_end();
        let text = ["or", "OR", "|OR|"].iter().find_map(|or| text.strip_suffix(or)).map_or(text, str::trim_end);
        Span::new(start, start + text.len() as u32)
    }
}

fn keys(query: &Query) -> Vec<String> {
    let key = |step: &Step| if let Step::Key(key) = step { Some(key.clone()) } else { None };
    query.query.iter().filter_map(key).collect()
}
