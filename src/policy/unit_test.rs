//! Guard's unit tests of rule files: inputs, and the verdict that each rule is to give on them.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::load::{Policy, View};
use super::sight::alone;
use super::{Outcome, PREFIX, finding, is_default, judge, template_view};
use crate::report::{ProblemPlace, RunProblem};
use crate::syntax::{self, Node};
use crate::text::SourceFile;
use std::sync::Arc;

/// A test and what came of it.
#[derive(Debug)]
pub struct Case {
    name: Option<String>,
    rows: Vec<Row>,
    /// Rules of which nothing is expected.
    unset: Vec<String>,
    /// What is expected of rules that there are not.
    unknown: Vec<String>,
}

#[derive(Debug)]
struct Row {
    rule: String,
    expected: String,
    /// Rules of one name have one verdict each.
    evaluated: Vec<&'static str>,
    /// The clauses that failed, each with its place.
    why: Vec<String>,
}

impl Row {
    /// As Guard decides: one rule of the name is enough, but all must be skipped.
    fn holds(&self) -> bool {
        match self.expected.as_str() {
            "SKIP" => self.evaluated == ["SKIP"],
            expected => self.evaluated.contains(&expected),
        }
    }
}

impl Case {
    /// How many expectations hold.
    #[must_use]
    pub fn held(&self) -> usize {
        self.rows.len() - self.failed()
    }

    /// How many do not.
    #[must_use]
    pub fn failed(&self) -> usize {
        self.rows.iter().filter(|row| !row.holds()).count()
    }

    /// What is wrong with the test itself: expectations of rules that the rule file `file` does not hold.
    pub fn unknown(&self, file: &str) -> impl Iterator<Item = String> {
        self.unknown.iter().map(move |rule| format!("no rule named `{rule}` is in {file}, so its expectation was not checked"))
    }

    /// What `cfn-guard test` prints, and below an expectation that does not hold why.
    #[must_use]
    pub fn render(&self, number: usize) -> String {
        let mut out = format!("Test Case #{number}\n");
        if let Some(name) = &self.name {
            let _ = writeln!(out, "Name: {name}");
        }
        for rule in &self.unset {
            let _ = writeln!(out, "  No Test expectation was set for Rule {rule}");
        }
        let failed: Vec<&Row> = self.rows.iter().filter(|row| !row.holds()).collect();
        if !failed.is_empty() {
            out.push_str("  FAIL Rules:\n");
        }
        for row in failed {
            let _ = writeln!(out, "    {}: Expected = {}, Evaluated = [{}]", row.rule, row.expected, row.evaluated.join(", "));
            for why in &row.why {
                let _ = writeln!(out, "      {why}");
            }
        }
        let held: Vec<&Row> = self.rows.iter().filter(|row| row.holds()).collect();
        if !held.is_empty() {
            out.push_str("  PASS Rules:\n");
        }
        for row in held {
            let _ = writeln!(out, "    {}: Expected = {}", row.rule, row.expected);
        }
        out.push('\n');
        out
    }
}

/// Runs the tests of a file on a policy.
///
/// # Errors
///
/// Where the file holds no tests that can be read, or the policy cannot be evaluated on one.
pub fn test(policy: &Policy, file: &Arc<SourceFile>) -> Result<Vec<Case>, RunProblem> {
    let tree = syntax::parse(file);
    let problem = |at: u32, message: String| {
        let position = file.position(at);
        let place = ProblemPlace::new(file.text(), position.line as usize, position.column as usize);
        RunProblem { file: Some(file.name().to_owned()), place: Some(place), message }
    };
    if let Some(fault) = tree.problems().iter().find(|problem| problem.kind.is_syntax()) {
        return Err(problem(fault.span.start, "the tests cannot be read: this is no YAML or JSON".to_owned()));
    }
    let root = tree.root().filter(|root| root.is_sequence());
    let root =
        root.ok_or_else(|| problem(0, "the file must be a list of tests, each with `input` and `expectations`".to_owned()))?;
    root.items().map(|item| case(policy, item).map_err(|(at, message)| problem(at, message))).collect()
}

fn case(policy: &Policy, item: Node) -> Result<Case, (u32, String)> {
    let start = item.span().start;
    let input = item.get("input").ok_or_else(|| (start, "the test has no `input`".to_owned()))?;
    let rules = item.get("expectations").and_then(|expectations| expectations.get("rules")).filter(|rules| rules.is_mapping());
    let rules = rules.ok_or_else(|| (start, "the test has no `rules` under `expectations`".to_owned()))?;
    let (verdicts, outcome) = judged(policy, input).map_err(|reason| (start, reason))?;
    let mut case = Case {
        name: item.get("name").and_then(Node::as_str).map(str::to_owned),
        rows: Vec::new(),
        unset: Vec::new(),
        unknown: Vec::new(),
    };
    let mut expected: BTreeMap<String, String> = BTreeMap::new();
    let has_default = policy.rules.iter().any(|rule| is_default(&rule.name));
    for entry in rules.entries() {
        let written = entry.key.as_str().unwrap_or_default();
        let rule = if has_default && is_default(written) { policy.stem.clone() } else { written.to_owned() };
        let verdict = entry.value.as_str().unwrap_or_default();
        if !["PASS", "FAIL", "SKIP"].contains(&verdict) {
            return Err((entry.value.span().start, format!("`{verdict}` is no verdict, there are PASS, FAIL and SKIP")));
        }
        if !verdicts.contains_key(&rule) {
            case.unknown.push(rule.clone());
        }
        expected.insert(rule, verdict.to_owned());
    }
    for (rule, evaluated) in verdicts {
        let shown = if has_default && rule == policy.stem { format!("{rule}/default") } else { rule.clone() };
        let Some(expected) = expected.remove(&rule) else {
            case.unset.push(shown);
            continue;
        };
        let code = format!("{PREFIX}{rule}");
        let all = outcome.diagnostics.iter().chain(&outcome.suppressed).filter(|diagnostic| diagnostic.code == code.as_str());
        let why = all.map(|diagnostic| {
            let position = diagnostic.file.position(diagnostic.span.start);
            format!("{}:{}:{}: {}", diagnostic.file.name(), position.line, position.column, diagnostic.message)
        });
        case.rows.push(Row { rule: shown, expected, evaluated, why: why.collect() });
    }
    Ok(case)
}

/// The verdicts on the input of a test, and what is found in it.
fn judged(policy: &Policy, input: Node) -> Result<(BTreeMap<String, Vec<&'static str>>, Outcome), String> {
    let words = |reason| format!("{} cannot be evaluated on this test: {reason}", policy.source.name());
    let document = template_view::document(input).ok_or("the input is too deep or too large")?;
    let text = document.to_text();
    if policy.view == View::Template {
        let report = policy.report(text.into()).map_err(words)?;
        let mut outcome = Outcome::default();
        finding::of_report(policy, &report, &document, &mut outcome);
        return Ok((finding::all_verdicts(policy, &report), outcome));
    }
    // A template of its own, which can be analysed.
    let tree = syntax::parse(&Arc::new(SourceFile::new("input", text)));
    let (verdicts, outcome) = alone(&tree, |analysis| judge(policy, analysis)).map_err(words)?;
    Ok((verdicts.into_iter().map(|(rule, verdict)| (rule, vec![verdict])).collect(), outcome))
}
