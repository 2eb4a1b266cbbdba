//! Policies in Guard's language, evaluated on templates.
//!
//! What a policy says is Guard's; where it is in the template, and whether it holds under conditions, is found here.

mod ast;
mod document;
mod engine;
mod facts_view;
mod finding;
mod lint;
mod load;
mod misspelt;
mod packs;
mod prune;
mod reads;
mod resolved_view;
mod sight;
mod template_view;
mod unit_test;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;

pub use engine::{Ask, Engine, THREAD, answer};
pub use load::{Loaded, Policy, load, load_with};
pub use packs::pack;
pub use unit_test::{Case, test};

use crate::analysis::Analysis;
use crate::diagnostic::Diagnostic;
use crate::report::RunProblem;
use crate::syntax::{Node, Tree};
use engine::Report;
use sight::{Gathered, Seen, Written};

/// The beginning of the codes of policies.
pub const PREFIX: &str = "GRD:";

/// What policies say of a template.
#[derive(Debug, Default)]
pub struct Outcome {
    /// The findings.
    pub diagnostics: Vec<Diagnostic>,
    /// Those that `Metadata.guard.SuppressedRules` of their resource holds back.
    pub suppressed: Vec<Diagnostic>,
    /// Policies that could not be evaluated.
    pub problems: Vec<RunProblem>,
}

/// The verdict of each rule, and the findings.
type Judged = (BTreeMap<String, &'static str>, Outcome);

/// Evaluates policies on a template that stands alone.
#[must_use]
pub fn check(policies: &[Arc<Policy>], tree: &Tree) -> Outcome {
    sight::alone(tree, |analysis| check_among(policies, analysis, analysis.tree))
}

/// Evaluates policies on a template among others, `written` being its text with no loop written out. One that cannot be evaluated takes nothing
/// else down.
#[must_use]
pub fn check_among<'t>(policies: &[Arc<Policy>], analysis: &Analysis<'t>, written: &'t Tree) -> Outcome {
    let mut outcome = Outcome::default();
    let Some(root) = readable(written).filter(|_| !policies.is_empty()) else { return outcome };
    let problem = |message| RunProblem { file: Some(written.source().name().to_owned()), place: None, message };
    let Some(document) = Written::new(root) else {
        outcome.problems.push(problem("the template is too deep or too large for policies".to_owned()));
        return outcome;
    };
    let usable = policies.iter().filter(|policy| !policy.is_late.load(Ordering::Relaxed));
    let mut all: Vec<Seen> = usable.flat_map(|policy| sight::seen(policy, analysis, &document)).collect();
    all.retain(|seen| !(seen.is_nothing && seen.policy.is_idle.get() == Some(&true)));
    // One run has one engine.
    let Some(first) = all.first() else { return outcome };
    let work = all.iter().map(|seen| (Arc::clone(&seen.policy.source), Arc::clone(&seen.text))).collect();
    let mut gathered = Gathered::default();
    for (seen, report) in all.iter().zip(first.policy.engine.evaluate(work)) {
        let failure = match report {
            Ok(report) => {
                seen.findings(&report, analysis, &mut outcome, &mut gathered);
                if seen.is_nothing {
                    let _ = seen.policy.is_idle.set(report.not_compliant.is_empty());
                }
                continue;
            }
            Err(failure) => failure,
        };
        let mut message = format!("cannot be evaluated on {}: {}", written.source().name(), failure.words());
        if matches!(failure, engine::Failure::Late(_)) {
            seen.policy.is_late.store(true, Ordering::Relaxed);
            message.push_str("; it is left out from here on");
        }
        let problem = RunProblem { file: Some(seen.policy.source.name().to_owned()), place: None, message };
        if !outcome.problems.contains(&problem) {
            outcome.problems.push(problem);
        }
    }
    gathered.finish(analysis, &mut outcome);
    outcome
}

/// The verdict of each rule of a policy on a template: `PASS`, `FAIL` or `SKIP`.
///
/// # Errors
///
/// Where the policy cannot be evaluated on it, with the reason.
pub fn verdicts(policy: &Policy, tree: &Tree) -> Result<BTreeMap<String, &'static str>, String> {
    readable(tree).ok_or("the template cannot be read")?;
    sight::alone(tree, |analysis| Ok(judge(policy, analysis)?.0))
}

/// The verdicts of a policy on a template, and what it finds.
fn judge(policy: &Policy, analysis: &Analysis) -> Result<Judged, String> {
    let document = analysis.tree.root().and_then(Written::new);
    let document = document.ok_or("the template is too deep or too large for policies")?;
    let (mut verdicts, mut outcome, mut gathered) = (BTreeMap::new(), Outcome::default(), Gathered::default());
    for seen in sight::seen(policy, analysis, &document) {
        let report = policy.report(Arc::clone(&seen.text))?;
        for (rule, verdict) in finding::verdicts(policy, &report) {
            // Of several documents one that fails is enough.
            let known = verdicts.entry(rule).or_insert(verdict);
            if *known == "SKIP" || verdict == "FAIL" {
                *known = verdict;
            }
        }
        seen.findings(&report, analysis, &mut outcome, &mut gathered);
    }
    gathered.finish(analysis, &mut outcome);
    Ok((verdicts, outcome))
}

impl Policy {
    /// The report on one document.
    fn report(&self, document: Arc<str>) -> Result<Report, String> {
        let report = self.engine.evaluate(vec![(Arc::clone(&self.source), document)]).pop();
        report.unwrap_or_else(|| Err(engine::Failure::Reason("no report".to_owned()))).map_err(|failure| failure.words())
    }
}

/// The mapping that a template is, where its text can be read whole: on half a template a policy would miss what is only not read.
fn readable(tree: &Tree) -> Option<Node<'_>> {
    let is_damaged = tree.problems().iter().any(|problem| problem.kind.is_syntax());
    tree.root().filter(|root| root.is_mapping() && !is_damaged)
}

/// The name of a rule as the report and the config call it: clauses that stand outside of rules are called like the file.
fn public_name<'n>(policy: &'n Policy, name: &'n str) -> Cow<'n, str> {
    if is_default(name) { Cow::Borrowed(&policy.stem) } else { Cow::Borrowed(name) }
}

/// Whether Guard calls the clauses outside of rules `name`: how depends on what it was told of their file.
fn is_default(name: &str) -> bool {
    name == "default" || name.ends_with("/default")
}
