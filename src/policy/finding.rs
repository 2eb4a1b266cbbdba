//! From Guard's report to findings: on the text that a clause failed on, in the words of the rule's author.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::document::{Found, Shape, Value};
use super::engine::{Check, Clause, Comparison, Report, Unresolved, Values};
use super::load::{Policy, Rule, Written};
use super::{Outcome, PREFIX, is_default, public_name};
use crate::config;
use crate::diagnostic::{Certainty, Diagnostic, Label, Severity};
use crate::text::{Place, Span};

/// The verdicts of each rule, from `FAIL` to `SKIP`: rules of one name have one each.
pub(super) fn all_verdicts(policy: &Policy, report: &Report) -> BTreeMap<String, Vec<&'static str>> {
    let failed =
        report.not_compliant.iter().filter_map(|check| if let Check::Rule { name, .. } = check { Some(name) } else { None });
    let failed = failed.map(|rule| (rule, "FAIL"));
    let others =
        report.compliant.iter().map(|rule| (rule, "PASS")).chain(report.not_applicable.iter().map(|rule| (rule, "SKIP")));
    let mut verdicts: BTreeMap<String, Vec<&'static str>> = BTreeMap::new();
    for (rule, verdict) in failed.chain(others) {
        let known = verdicts.entry(public_name(policy, rule).into_owned()).or_default();
        if !known.contains(&verdict) {
            known.push(verdict);
        }
    }
    verdicts
}

/// The verdict of each rule; of those of one name, one that fails is enough, and one that holds counts more than one that is skipped.
pub(super) fn verdicts(policy: &Policy, report: &Report) -> BTreeMap<String, &'static str> {
    let all = all_verdicts(policy, report).into_iter();
    all.filter_map(|(rule, verdicts)| Some((rule, *verdicts.first()?))).collect()
}

/// Adds the findings of a report.
pub(super) fn of_report(policy: &Policy, report: &Report, document: &Value, outcome: &mut Outcome) {
    for check in &report.not_compliant {
        let Check::Rule { name, checks } = check else { continue };
        let mut failures = Vec::new();
        let known = find(policy, name);
        checks.iter().for_each(|check| collect(check, known, policy, &mut failures));
        if failures.is_empty() {
            // Guard fails a rule with parameters whose clauses all do not apply, and says no more.
            failures.push(Failure::default());
        }
        for failure in failures {
            let (diagnostic, is_suppressed) = failure.diagnostic(policy, name, report, document);
            let list = if is_suppressed { &mut outcome.suppressed } else { &mut outcome.diagnostics };
            let says_so = |other: &Diagnostic| {
                other.code == diagnostic.code && other.span == diagnostic.span && other.message == diagnostic.message
            };
            if !list.iter().any(says_so) {
                list.push(diagnostic);
            }
        }
    }
}

fn find<'p>(policy: &'p Policy, name: &str) -> Option<&'p Rule> {
    let is_default = is_default(name);
    policy.rules.iter().find(|rule| rule.name == name || is_default && self::is_default(&rule.name))
}

/// A clause that failed, or alternatives that all did.
#[derive(Debug, Default)]
struct Failure<'r> {
    /// Where in the document; `None` where Guard does not say.
    path: Option<&'r str>,
    /// What is missing there.
    missing: Option<&'r str>,
    /// The rule that had to hold.
    needs: Option<&'r str>,
    message: Option<&'r str>,
    written: Option<&'r Written>,
    /// The other alternatives.
    others: Vec<&'r Written>,
}

fn collect<'r>(check: &'r Check, rule: Option<&'r Rule>, policy: &'r Policy, found: &mut Vec<Failure<'r>>) {
    match check {
        // A rule with parameters, called within the other.
        Check::Rule { name, checks } => {
            let inner = find(policy, name).or(rule);
            checks.iter().for_each(|check| collect(check, inner, policy, found));
        }
        Check::Disjunctions { checks } => {
            let mut alternatives = Vec::new();
            checks.iter().for_each(|check| collect(check, rule, policy, &mut alternatives));
            found.extend(of_alternatives(alternatives));
        }
        Check::Block { context, messages, unresolved } => {
            let message = messages.custom_message.as_deref().filter(|message| !message.trim().is_empty());
            found.push(Failure {
                path: unresolved.as_ref().map(|unresolved| unresolved.traversed_to.path.as_str()),
                missing: unresolved.as_ref().map(|unresolved| unresolved.remaining_query.as_str()),
                message,
                written: rule.and_then(|rule| matching(rule, context, message, None)),
                ..Failure::default()
            });
        }
        Check::Clause(Clause::Unary(comparison) | Clause::Binary(comparison)) => found.push(of_clause(comparison, rule)),
    }
}

/// The failures of alternatives, one for each resource in which all of them fail.
fn of_alternatives(alternatives: Vec<Failure>) -> Vec<Failure> {
    let count = |failures: &[Failure]| failures.iter().filter_map(Failure::clause).collect::<BTreeSet<u32>>().len();
    let all = count(&alternatives);
    let mut groups: Vec<(Option<&str>, Vec<Failure>)> = Vec::new();
    for failure in alternatives {
        let owner = failure.path.and_then(resource_of);
        match groups.iter_mut().find(|(known, _)| *known == owner) {
            Some((_, group)) => group.push(failure),
            None => groups.push((owner, vec![failure])),
        }
    }
    // One of them may hold for a resource, and for another none.
    if groups.iter().any(|(_, group)| count(group) == all) {
        groups.retain(|(_, group)| count(group) == all);
    }
    let mut found = Vec::new();
    for (_, group) in groups {
        let Some(lead) = group.first() else { continue };
        let (clause, message) = (lead.clause(), group.iter().find_map(|failure| failure.message));
        let mut others: Vec<&Written> = Vec::new();
        for written in group.iter().filter(|failure| failure.clause() != clause).filter_map(|failure| failure.written) {
            if !others.iter().any(|known| known.span == written.span) {
                others.push(written);
            }
        }
        for mut failure in group.into_iter().filter(|failure| failure.clause() == clause) {
            failure.message = failure.message.or(message);
            for other in &others {
                if !failure.others.iter().any(|known| known.span == other.span) {
                    failure.others.push(other);
                }
            }
            found.push(failure);
        }
    }
    found
}

/// The resource that a path leads into.
fn resource_of(path: &str) -> Option<&str> {
    let rest = path.strip_prefix("/Resources/")?;
    Some(rest.split_once('/').map_or(rest, |(id, _)| id))
}

fn of_clause<'r>(comparison: &'r Comparison, rule: Option<&'r Rule>) -> Failure<'r> {
    let message = comparison.messages.custom_message.as_deref().filter(|message| !message.trim().is_empty());
    let mut failure = Failure { message, ..Failure::default() };
    let operator = match &comparison.check {
        Values::Resolved { from, value, comparison } => {
            failure.path = from.as_ref().or(value.as_ref()).map(|at| at.path.as_str());
            comparison.as_ref()
        }
        Values::InResolved { from, to, comparison } => {
            // What the rule writes out itself is in no template.
            let is_literal = resource_of(&from.path).is_none();
            let there = to.iter().find(|at| is_literal && resource_of(&at.path).is_some());
            failure.path = Some(&there.unwrap_or(from).path);
            comparison.as_ref()
        }
        Values::UnResolved { value: Unresolved { traversed_to, remaining_query }, comparison } => {
            failure.path = Some(&traversed_to.path);
            failure.missing = Some(remaining_query);
            comparison.as_ref()
        }
        Values::UnResolvedContext(needed) => {
            // For a variable that holds nothing, it is the clause itself.
            failure.needs = (!needed.trim().contains(char::is_whitespace)).then_some(needed);
            None
        }
    };
    failure.written = rule.and_then(|rule| matching(rule, &comparison.context, message, operator));
    // Guard writes some messages on one line.
    let written = failure.written.and_then(|written| written.message.as_deref());
    failure.message = match (message, written) {
        (Some(message), Some(written)) if same_words(message, written) => Some(written),
        _ => message,
    };
    failure
}

/// The clause of a rule that Guard shows as `context`: Guard does not say where it stands.
fn matching<'r>(rule: &'r Rule, context: &str, message: Option<&str>, operator: Option<&(String, bool)>) -> Option<&'r Written> {
    let score = |written: &Written| {
        let keys = written.keys.iter().filter(|key| context.contains(key.as_str())).count();
        let missing = written.keys.len() - keys;
        let same_message = match (written.message.as_deref(), message) {
            (Some(one), Some(other)) => same_words(one, other),
            (one, other) => one.is_none() && other.is_none(),
        };
        let same_operator = match (operator, &written.operator) {
            (Some(one), Some(other)) => usize::from(one.0 == other.0) * 2 + usize::from(one == other),
            (None, None) => 3,
            _ => 0,
        };
        (same_message, same_operator, keys, usize::MAX - missing)
    };
    // The first of those that fit best.
    rule.clauses.iter().rev().max_by_key(|written| score(written))
}

/// Whether two messages differ in nothing but spaces, lines and punctuation.
fn same_words(one: &str, other: &str) -> bool {
    let letters = |text: &'_ str| text.chars().filter(|letter| letter.is_alphanumeric()).collect::<String>();
    letters(one) == letters(other)
}

impl Failure<'_> {
    /// Where the clause is written.
    fn clause(&self) -> Option<u32> {
        self.written.map(|written| written.span.start)
    }

    /// The finding, and whether its resource suppresses it.
    fn diagnostic(&self, policy: &Policy, rule: &str, report: &Report, document: &Value) -> (Diagnostic, bool) {
        let name = public_name(policy, rule);
        let path =
            self.path.filter(|path| !path.is_empty()).or_else(|| Some(first_path(report, self.needs?))).unwrap_or("/Resources");
        // A path into the stub, which is in no template, ends at `Resources`.
        let found = document.find(path);
        // What lacks something is shown by its key.
        let key = found.key.clone().filter(|_| self.missing.is_some_and(|missing| !missing.is_empty()));
        let place = key.unwrap_or_else(|| place(&found, document));
        let clause = self.written.map(|written| policy.source.slice(written.span));
        let own = self.message.or_else(|| self.written.and_then(|written| written.message.as_deref()));
        let mut said = Said::read(own.or_else(|| only_message(policy, rule)).unwrap_or_default());
        let message = match (&said.title, self.needs, clause) {
            (Some(title), ..) => title.clone(),
            (None, Some(needed), _) => format!("policy `{name}` needs `{needed}`, which does not hold"),
            (None, None, Some(clause)) => format!("policy `{name}` does not hold: `{}`", one_line(clause)),
            (None, None, None) => format!("policy `{name}` does not hold"),
        };
        if self.path.is_none() && self.written.is_none() && self.needs.is_none() {
            said.notes.push("Guard names no place: no clause of a rule with parameters that it calls applies".to_owned());
        }
        let missing = self.missing.map(|missing| missing.split(". (").next().unwrap_or(missing).trim_end_matches(".*"));
        let label = match (missing.filter(|missing| !missing.is_empty()), self.needs) {
            (Some(missing), _) => Some(format!("`{missing}` is missing here")),
            (None, Some(needed)) if said.title.is_some() => Some(format!("`{needed}` does not hold")),
            _ => None,
        };
        let mut labels = Vec::new();
        if let Some(written) = self.written {
            let message = if self.others.is_empty() { "this does not hold" } else { "neither this holds" };
            labels.push(Label { file: Arc::clone(&policy.source), span: written.span, message: message.to_owned() });
        }
        labels.extend(self.others.iter().map(|other| Label {
            file: Arc::clone(&policy.source),
            span: other.span,
            message: "nor this".to_owned(),
        }));
        let logical_id = match found.path.as_slice() {
            [section, id, ..] if section == "Resources" => Some(id.clone()),
            _ => None,
        };
        let is_suppressed = logical_id.as_deref().is_some_and(|id| is_suppressed(document, id, rule));
        let diagnostic = Diagnostic {
            code: Cow::Owned(format!("{PREFIX}{name}")),
            name: Cow::Owned(name.into_owned()),
            severity: said.severity.or(policy.severity).unwrap_or(Severity::Error),
            certainty: Certainty::Definite,
            message,
            help: said.help,
            notes: said.notes,
            url: None,
            file: place.file,
            span: place.span,
            label,
            template_path: found.path,
            logical_id,
            stack_path: Vec::new(),
            labels,
            when: None,
            fix: None,
            echo_of: None,
        };
        (diagnostic, is_suppressed)
    }
}

/// The first place that a rule failed at.
fn first_path<'r>(report: &'r Report, rule: &str) -> &'r str {
    fn first(checks: &[Check]) -> Option<&str> {
        checks.iter().find_map(|check| match check {
            Check::Rule { checks, .. } | Check::Disjunctions { checks } => first(checks),
            Check::Block { unresolved, .. } => unresolved.as_ref().map(|unresolved| unresolved.traversed_to.path.as_str()),
            Check::Clause(Clause::Unary(comparison) | Clause::Binary(comparison)) => of_clause(comparison, None).path,
        })
    }
    let checks = report.not_compliant.iter().find_map(|check| match check {
        Check::Rule { name, checks } if name == rule => Some(checks),
        _ => None,
    });
    checks.and_then(|checks| first(checks)).unwrap_or("/Resources")
}

/// The message of a rule whose clauses have only one between them.
fn only_message<'p>(policy: &'p Policy, rule: &str) -> Option<&'p str> {
    let mut messages = find(policy, rule)?.clauses.iter().filter_map(|clause| clause.message.as_deref());
    let first = messages.next()?;
    messages.all(|message| same_words(message, first)).then_some(first)
}

/// Whether `Metadata.guard.SuppressedRules` of a resource names the rule.
pub(super) fn is_suppressed(document: &Value, id: &str, rule: &str) -> bool {
    let list = ["Resources", id, "Metadata", "guard", "SuppressedRules"].iter().try_fold(document, |value, key| value.get(key));
    let Some(Value { shape: Shape::List(rules), .. }) = list else { return false };
    // `- RULE: why` is written too.
    rules.iter().any(|item| item.as_str() == Some(rule) || item.get(rule).is_some())
}

/// The smallest text that shows a value: an entry with its key where it is on one line, else the key.
fn place(found: &Found, document: &Value) -> Place {
    let value = &found.value;
    let line = |place: &Place| {
        let text = place.text();
        let end = text.find('\n').unwrap_or(text.len());
        let span = Span::new(place.span.start, place.span.start + text[..end].trim_end().len() as u32);
        Place { file: Arc::clone(&place.file), span }
    };
    match &found.key {
        // An alias stands elsewhere.
        Some(key) if Arc::ptr_eq(&key.file, &value.file) && key.span.start <= value.span.start => {
            let whole = Place { file: Arc::clone(&key.file), span: Span::new(key.span.start, value.span.end.max(key.span.end)) };
            if whole.text().contains('\n') { key.clone() } else { whole }
        }
        Some(key) => key.clone(),
        None if found.path.is_empty() => document
            .entries()
            .iter()
            .find(|entry| entry.key == "Resources")
            .map_or_else(|| line(value), |entry| entry.key_place.clone()),
        None => line(value),
    }
}

/// What the author of a rule says, by the conventions of AWS' own rules: `Violation:`, `Fix:`, `severity:` and `id:` at the
/// beginning of a line.
#[derive(Debug, Default)]
struct Said {
    title: Option<String>,
    help: Option<String>,
    notes: Vec<String>,
    severity: Option<Severity>,
}

impl Said {
    fn read(text: &str) -> Self {
        let mut said = Self::default();
        let mut parts: Vec<(String, String)> = Vec::new();
        for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
            let key = line.split_once(':').map(|(key, rest)| (key.trim(), rest.trim()));
            // `[FIX]:` and `[CT.S3.PR.1]:`, which is an id before the message.
            let bracketed = key.and_then(|(key, rest)| Some((key.strip_prefix('[')?.strip_suffix(']')?, rest)));
            if let Some((id, rest)) = bracketed.filter(|(id, _)| id.contains('.') && !id.contains(char::is_whitespace)) {
                parts.push(("id".to_owned(), id.to_owned()));
                parts.push(("message".to_owned(), rest.to_owned()));
                continue;
            }
            let key = bracketed.or(key).map(|(key, rest)| (key.to_ascii_lowercase(), rest));
            match key.filter(|(key, _)| KEYS.contains(&key.as_str())) {
                Some((key, rest)) => parts.push((key, rest.to_owned())),
                None => match parts.last_mut() {
                    Some((_, text)) => {
                        text.push(' ');
                        text.push_str(line);
                    }
                    None => parts.push((String::new(), line.to_owned())),
                },
            }
        }
        for (key, text) in parts {
            let text = one_line(&text);
            match key.as_str() {
                "fix" | "solution" | "remediation" => said.help = Some(text),
                "severity" => said.severity = severity(&text),
                "id" => said.notes.push(format!("its id is {text}")),
                _ if text.is_empty() => {}
                _ if said.title.is_none() => said.title = Some(text.trim_end_matches('.').to_owned()),
                _ => said.notes.push(text),
            }
        }
        said
    }
}

const KEYS: [&str; 11] =
    ["id", "severity", "violation", "fix", "solution", "remediation", "message", "description", "reason", "note", "see"];

/// The severity that authors mean by a word.
fn severity(word: &str) -> Option<Severity> {
    match word.to_ascii_lowercase().as_str() {
        "critical" | "high" => Some(Severity::Error),
        "medium" | "moderate" => Some(Severity::Warning),
        "low" | "informational" | "note" => Some(Severity::Info),
        other => config::severity(other),
    }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
