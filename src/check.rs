//! From sources to findings: the pipeline, over all cores.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};

use crate::analysis::Analysis;
use crate::config::{Settings, Workspace};
use crate::deployed;
use crate::diagnostic::Diagnostic;
use crate::rules::{self, Finding, Rule, Scope, Sink};
use crate::syntax::{self, Tree};
use crate::template::{Member, Template, TemplateSet};
use crate::text::{SourceFile, Span};
use crate::workspace::{Parsed, Paths};

/// What a run found.
#[derive(Debug)]
pub struct Outcome {
    /// The findings that the settings ask for, sorted.
    pub diagnostics: Vec<Diagnostic>,
    /// The number of templates checked.
    pub templates: usize,
}

/// Gives the file at a path, where it may be read.
pub type Load<'a> = &'a (dyn Fn(&str) -> Option<Arc<SourceFile>> + Sync);

/// Most templates that are read because others nest them.
const MAX_LOADED: usize = 10_000;

/// Checks `sources`, each with the settings of the same number, on the threads of the current pool. Templates that they nest
/// are asked of `load`.
#[must_use]
pub fn check(sources: &[Arc<SourceFile>], settings: &[Arc<Settings>], load: Load) -> Outcome {
    let inputs: Vec<(&Arc<SourceFile>, &Arc<Settings>)> = sources.iter().zip(settings).collect();
    let mut parsed = map(&inputs, |(source, settings)| Parsed::new(source, settings));
    let paths = load_nested(&mut parsed, load);

    let templates = map(&parsed, |parsed| Template::new(parsed.tree()));
    let link = parsed.iter().any(|parsed| parsed.settings.workspace != Workspace::Off);
    let members = parsed.iter().zip(&templates).map(|(parsed, template)| Member {
        template,
        stack_name: parsed.stack_name(),
        children: parsed.nests.iter().filter_map(|(resource, path)| Some((*resource, paths.get(path)?))).collect(),
    });
    let set = TemplateSet::new(members.collect(), link);

    // A template that another one nests is judged by what its parents make of it, not alone.
    let nested: FxHashSet<usize> = set
        .members()
        .iter()
        .enumerate()
        .flat_map(|(own, member)| member.children.values().copied().filter(move |child| *child != own))
        .collect();
    let numbers: Vec<usize> = (0..parsed.len()).collect();
    let found = map(&numbers, |&number| {
        let given = number < sources.len();
        let is_root = given && (!nested.contains(&number) || in_a_circle(&set, number));
        check_member(&set, number, &parsed[number].settings, |scope| match scope {
            Scope::Text => given,
            Scope::Deployment => is_root,
        })
    });
    let mut diagnostics: Vec<Diagnostic> = found.into_iter().flatten().collect();
    Diagnostic::sort(&mut diagnostics);
    diagnostics.dedup_by(|later, first| {
        (&later.code, later.file.name(), later.span, &later.message, later.certainty, &later.when)
            == (&first.code, first.file.name(), first.span, &first.message, first.certainty, &first.when)
    });
    Outcome { diagnostics, templates: sources.len() }
}

/// Checks what is deployed, as saved outputs of the AWS CLI describe it, and compares it with `templates`: the findings, and the
/// numbers of the files in which nothing is known.
#[must_use]
pub fn inspect(
    sources: &[Arc<SourceFile>],
    templates: &[Arc<SourceFile>],
    settings: &Arc<Settings>,
) -> (Vec<Diagnostic>, Vec<usize>) {
    let parsed: Vec<Parsed> = templates.iter().map(|source| Parsed::new(source, settings)).collect();
    let written: Vec<Template> = parsed.iter().map(|parsed| Template::new(parsed.tree())).collect();
    let members = written.iter().map(|template| Member { template, stack_name: None, children: FxHashMap::default() });
    let written = TemplateSet::new(members.collect(), true);

    let trees: Vec<Tree> = sources.iter().map(syntax::parse).collect();
    let described: Vec<Option<Tree>> = trees.iter().map(deployed::template).collect();
    let unknown = described.iter().enumerate().filter(|(_, tree)| tree.is_none()).map(|(index, _)| index).collect();
    let described: Vec<Template> = described.iter().flatten().map(Template::new).collect();
    let members = described.iter().map(|template| Member { template, stack_name: None, children: FxHashMap::default() });
    let set = TemplateSet::deployed(members.collect());

    let mut diagnostics = Vec::new();
    for number in 0..set.members().len() {
        let mut analysis = Analysis::new(&set, number, settings);
        analysis.against = (0..written.members().len()).map(|number| Analysis::new(&written, number, settings)).collect();
        // Every file sees the resources of all, so one analysis is enough; a fault of syntax is each file's own.
        diagnostics.append(&mut run_rules(&analysis, |scope| scope == Scope::Text || number == 0));
    }
    Diagnostic::sort(&mut diagnostics);
    (diagnostics, unknown)
}

/// The findings in one template on its own.
#[must_use]
pub fn check_template(source: &Arc<SourceFile>, settings: &Settings) -> Vec<Diagnostic> {
    check(std::slice::from_ref(source), &[Arc::new(settings.clone())], &|_| None).diagnostics
}

/// `f` of each item, in order. A pool of threads costs more than one template does.
fn map<'a, T: Sync, R: Send>(items: &'a [T], f: impl Fn(&'a T) -> R + Sync + Send) -> Vec<R> {
    if items.len() <= 1 { items.iter().map(f).collect() } else { items.par_iter().map(f).collect() }
}

/// Reads the templates that others nest and nobody gave, and those that they nest.
fn load_nested(parsed: &mut Vec<Parsed>, load: Load) -> Paths {
    let mut paths = Paths::default();
    for (index, parsed) in parsed.iter().enumerate() {
        paths.insert(parsed.source.name(), index);
    }
    let mut missing: FxHashSet<String> = FxHashSet::default();
    let mut at = 0;
    while at < parsed.len() && parsed.len() < MAX_LOADED.max(at + 1) {
        let wanted: Vec<String> = parsed[at].nests.iter().map(|(_, path)| path.clone()).collect();
        for path in wanted {
            if paths.get(&path).is_some() || missing.contains(&path) {
                continue;
            }
            match load(&path) {
                Some(source) => {
                    let settings = Arc::clone(&parsed[at].settings);
                    paths.insert(&path, parsed.len());
                    parsed.push(Parsed::new(&source, &settings));
                }
                None => drop(missing.insert(path)),
            }
        }
        at += 1;
    }
    paths
}

/// Whether every way up from a template ends in a circle, so that no root leads to it.
fn in_a_circle(set: &TemplateSet, number: usize) -> bool {
    let mut seen = FxHashSet::from_iter([number]);
    let mut work = vec![number];
    while let Some(at) = work.pop() {
        let mut is_root = true;
        for (parent, member) in set.members().iter().enumerate() {
            if parent != at && member.children.values().any(|child| *child == at) {
                is_root = false;
                if seen.insert(parent) {
                    work.push(parent);
                }
            }
        }
        if is_root {
            return false;
        }
    }
    true
}

fn check_member(set: &TemplateSet, number: usize, settings: &Settings, runs: impl Fn(Scope) -> bool) -> Vec<Diagnostic> {
    run_rules(&Analysis::new(set, number, settings), runs)
}

fn run_rules(analysis: &Analysis, runs: impl Fn(Scope) -> bool) -> Vec<Diagnostic> {
    let settings = analysis.settings;
    let mut diagnostics = Vec::new();
    let selected = |rule: &&Rule| runs(rule.scope) && settings.selects(rule.code, rule.name);
    for rule in rules::all().iter().copied().filter(selected) {
        diagnostics.append(&mut run(rule, analysis));
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
