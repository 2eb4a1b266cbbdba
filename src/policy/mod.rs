//! Policies in Guard's language, evaluated on templates.
//!
//! What a policy says is Guard's; where it is in the template, and whether it holds under conditions, is found here.

mod ast;
mod document;
mod engine;
mod finding;
mod lint;
mod load;
mod packs;
mod prune;
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

use crate::diagnostic::Diagnostic;
use crate::report::RunProblem;
use crate::syntax::Tree;
use document::Value;
use engine::Report;
use prune::Sight;

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

/// Evaluates policies on a template. One that cannot be evaluated takes nothing else down.
#[must_use]
pub fn check(policies: &[Arc<Policy>], tree: &Tree) -> Outcome {
    let mut outcome = Outcome::default();
    if policies.is_empty() {
        return outcome;
    }
    let Some(document) = readable(tree) else { return outcome };
    let Some(document) = document else {
        let message = "the template is too deep or too large for policies".to_owned();
        outcome.problems.push(RunProblem { file: Some(tree.source().name().to_owned()), place: None, message });
        return outcome;
    };
    let mut whole: Option<Arc<str>> = None;
    let mut work: Vec<engine::Work> = Vec::new();
    let mut evaluated: Vec<(&Arc<Policy>, bool)> = Vec::new();
    for policy in policies.iter().filter(|policy| !policy.is_late.load(Ordering::Relaxed)) {
        let (text, sees_nothing) = match policy.scope.text(&document) {
            Sight::Whole => (Arc::clone(whole.get_or_insert_with(|| document.to_text().into())), false),
            Sight::Part(text) => (text.into(), false),
            Sight::Nothing(text) => (text.into(), true),
        };
        if !(sees_nothing && policy.is_idle.get() == Some(&true)) {
            work.push((Arc::clone(&policy.source), text));
            evaluated.push((policy, sees_nothing));
        }
    }
    // One run has one engine.
    let Some((first, _)) = evaluated.first() else { return outcome };
    for ((policy, sees_nothing), report) in evaluated.iter().zip(first.engine.evaluate(work)) {
        let failure = match report {
            Ok(report) => {
                finding::of_report(policy, &report, &document, &mut outcome);
                if *sees_nothing {
                    let _ = policy.is_idle.set(report.not_compliant.is_empty());
                }
                continue;
            }
            Err(failure) => failure,
        };
        let mut message = format!("cannot be evaluated on {}: {}", tree.source().name(), failure.words());
        if matches!(failure, engine::Failure::Late(_)) {
            policy.is_late.store(true, Ordering::Relaxed);
            message.push_str("; it is left out from here on");
        }
        outcome.problems.push(RunProblem { file: Some(policy.source.name().to_owned()), place: None, message });
    }
    outcome
}

/// The verdict of each rule of a policy on a template: `PASS`, `FAIL` or `SKIP`.
///
/// # Errors
///
/// Where the policy cannot be evaluated on it, with the reason.
pub fn verdicts(policy: &Policy, tree: &Tree) -> Result<BTreeMap<String, &'static str>, String> {
    let Some(Some(document)) = readable(tree) else { return Err("the template cannot be read".to_owned()) };
    let report = policy.evaluate(policy.scope.text(&document).into_text(&document))?;
    Ok(finding::verdicts(policy, &report))
}

impl Policy {
    /// The report on one document.
    fn evaluate(&self, document: String) -> Result<Report, String> {
        let report = self.engine.evaluate(vec![(Arc::clone(&self.source), document.into())]).pop();
        report.unwrap_or_else(|| Err(engine::Failure::Reason("no report".to_owned()))).map_err(|failure| failure.words())
    }
}

/// The document of a template; `None` where its text cannot be read whole, and `None` within where it is too much for Guard.
fn readable(tree: &Tree) -> Option<Option<Value<'_>>> {
    let root = tree.root().filter(|root| root.is_mapping())?;
    // On half a template a policy would miss what is only not read.
    let is_damaged = tree.problems().iter().any(|problem| problem.kind.is_syntax());
    (!is_damaged).then(|| template_view::document(root))
}

/// The name of a rule as the report and the config call it: clauses that stand outside of rules are called like the file.
fn public_name<'n>(policy: &'n Policy, name: &'n str) -> Cow<'n, str> {
    if name.ends_with("/default") { Cow::Borrowed(&policy.stem) } else { Cow::Borrowed(name) }
}
