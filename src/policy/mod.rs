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

pub use engine::THREAD;
pub use load::{Loaded, Policy, load};
pub use packs::pack;
pub use unit_test::{Case, test};

use crate::diagnostic::Diagnostic;
use crate::report::RunProblem;
use crate::syntax::Tree;
use document::Value;

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
    let texts: Vec<Option<String>> = policies.iter().map(|policy| policy.scope.text(&document)).collect();
    let work: Vec<(&str, &str)> =
        policies.iter().zip(&texts).filter_map(|(policy, text)| Some((policy.source.text(), text.as_deref()?))).collect();
    let mut reports = engine::evaluate_all(&work).into_iter();
    for policy in policies.iter().zip(&texts).filter_map(|(policy, text)| text.as_ref().map(|_| policy)) {
        match reports.next() {
            Some(Ok(report)) => finding::of_report(policy, &report, &document, &mut outcome),
            Some(Err(reason)) => {
                let message = format!("cannot be evaluated on {}: {reason}", tree.source().name());
                outcome.problems.push(RunProblem { file: Some(policy.source.name().to_owned()), place: None, message });
            }
            None => {}
        }
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
    let text = policy.scope.text(&document).unwrap_or_else(|| document.to_text());
    let report = engine::evaluate_all(&[(policy.source.text(), &text)]).pop().unwrap_or_else(|| Err("no report".to_owned()))?;
    Ok(finding::verdicts(policy, &report))
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
