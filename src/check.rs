//! From sources to findings: the pipeline, one template at a time, over all cores.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use rayon::prelude::*;

use crate::analysis::Analysis;
use crate::config::Settings;
use crate::diagnostic::Diagnostic;
use crate::rules::{self, Finding, Rule, Sink};
use crate::syntax;
use crate::template::{Template, expand};
use crate::text::{SourceFile, Span};

/// What a run found.
#[derive(Debug)]
pub struct Outcome {
    /// The findings that the settings ask for, sorted.
    pub diagnostics: Vec<Diagnostic>,
    /// The number of templates checked.
    pub templates: usize,
}

/// Checks `sources`, each with the settings of the same number, on the threads of the current pool.
#[must_use]
pub fn check(sources: &[Arc<SourceFile>], settings: &[Arc<Settings>]) -> Outcome {
    let one = |(source, settings): (&Arc<SourceFile>, &Arc<Settings>)| check_template(source, settings);
    let mut diagnostics: Vec<Diagnostic> = match sources.len() {
        // A pool of threads costs more than a template does.
        0 | 1 => sources.iter().zip(settings).flat_map(one).collect(),
        _ => sources.par_iter().zip(settings).flat_map_iter(one).collect(),
    };
    Diagnostic::sort(&mut diagnostics);
    Outcome { diagnostics, templates: sources.len() }
}

/// The findings in one template.
#[must_use]
pub fn check_template(source: &Arc<SourceFile>, settings: &Settings) -> Vec<Diagnostic> {
    let parsed = syntax::parse(source);
    let expanded = expand(&parsed, &|name| settings.parameters.get(name).cloned());
    let tree = expanded.as_ref().map_or(&parsed, |expansion| &expansion.tree);
    let template = Template::new(tree);
    let analysis = Analysis::new(source, tree, &template, settings);
    let mut diagnostics = Vec::new();
    for rule in rules::all().iter().copied().filter(|rule| settings.selects(rule.code, rule.name)) {
        diagnostics.append(&mut run(rule, &analysis));
    }
    for diagnostic in &mut diagnostics {
        diagnostic.severity = settings.severity_of(&diagnostic.code, &diagnostic.name, diagnostic.severity);
    }
    diagnostics.retain(|diagnostic| diagnostic.severity >= settings.severity);
    diagnostics
}

/// Runs one rule. A rule that panics says so in a finding of its own and takes nothing else down.
fn run(rule: &'static Rule, analysis: &Analysis) -> Vec<Diagnostic> {
    let outcome = catch_unwind(AssertUnwindSafe(|| {
        let mut sink = Sink::new(analysis.source, rule);
        rule.run(analysis, &mut sink);
        sink.into_diagnostics()
    }));
    outcome.unwrap_or_else(|_| {
        let mut sink = Sink::new(analysis.source, rule);
        let message = format!("internal error: {} could not finish on this template", rule.code);
        sink.report(
            Finding::at(Span::at(0), message).help("report it with the template, and ignore the rule until it is mended"),
        );
        sink.into_diagnostics()
    })
}
