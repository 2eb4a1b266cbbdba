//! From sources to findings: the pipeline, over all cores.

mod watch;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};
pub use watch::{Clock, Progress, Watch};

use crate::analysis::Analysis;
use crate::config::{Settings, Workspace};
use crate::deployed;
use crate::diagnostic::Diagnostic;
use crate::rules::{self, Finding, Rule, Scope, Sink};
use crate::syntax::{self, Tree};
use crate::template::{Member, MemberId, Template, TemplateSet};
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
    check_watched(sources, settings, load, &Watch::default())
}

/// Like [`check`], while others look at `watch`.
#[must_use]
pub fn check_watched(sources: &[Arc<SourceFile>], settings: &[Arc<Settings>], load: Load, watch: &Watch) -> Outcome {
    let world = watch.step("parse", || World::read_watched(sources, settings, load, watch));
    let templates = watch.step("sections", || world.templates());
    let set = watch.step("link", || world.link(&templates));
    let found = watch.step("check", || world.findings_watched(&set, watch));
    let mut diagnostics: Vec<Diagnostic> = found.into_iter().flatten().collect();
    Diagnostic::sort(&mut diagnostics);
    diagnostics.dedup_by(|later, first| later.says_the_same(first));
    Outcome { diagnostics, templates: sources.len() }
}

/// The templates of a run and those that they nest, read but not yet linked.
#[derive(Debug)]
pub struct World {
    parsed: Vec<Parsed>,
    paths: Paths,
    /// How many were given; those that others nest and nobody gave come after them.
    given: usize,
}

impl World {
    /// Reads `sources`, each with the settings of the same number. Templates that they nest are asked of `load`.
    #[must_use]
    pub fn read(sources: &[Arc<SourceFile>], settings: &[Arc<Settings>], load: Load) -> Self {
        Self::read_watched(sources, settings, load, &Watch::default())
    }

    fn read_watched(sources: &[Arc<SourceFile>], settings: &[Arc<Settings>], load: Load, watch: &Watch) -> Self {
        let inputs: Vec<(&Arc<SourceFile>, &Arc<Settings>)> = sources.iter().zip(settings).collect();
        watch.start(false, inputs.len());
        let mut parsed = map(&inputs, |(source, settings)| watch.template(source.name(), || Parsed::new(source, settings)));
        let paths = load_nested(&mut parsed, load);
        Self { parsed, paths, given: sources.len() }
    }

    /// Their sections, in the order in which they were given.
    #[must_use]
    pub fn templates(&self) -> Vec<Template<'_>> {
        map(&self.parsed, |parsed| Template::new(parsed.tree()))
    }

    /// The templates, which are those of this world, linked by what they nest, export and import.
    #[must_use]
    pub fn link<'t>(&self, templates: &'t [Template<'t>]) -> TemplateSet<'t> {
        let link = self.parsed.iter().any(|parsed| parsed.settings.workspace != Workspace::Off);
        let members = self.parsed.iter().zip(templates).map(|(parsed, template)| Member {
            template,
            stack_name: parsed.stack_name(),
            children: parsed.nests.iter().filter_map(|(resource, path)| Some((*resource, self.paths.get(path)?))).collect(),
        });
        TemplateSet::new(members.collect(), link)
    }

    /// What the user wants for a template.
    #[must_use]
    pub fn settings(&self, member: MemberId) -> &Settings {
        &self.parsed[member].settings
    }

    /// The templates that are stacks of their own. One that another nests is judged by what its parents make of it, not alone; one
    /// to which only a circle of templates leads is a root, so that it is judged at all.
    #[must_use]
    pub fn roots(&self, set: &TemplateSet) -> Vec<MemberId> {
        let mut is_nested = vec![false; set.members().len()];
        for (own, member) in set.members().iter().enumerate() {
            member.children.values().filter(|child| **child != own).for_each(|child| is_nested[*child] = true);
        }
        let mut is_reached: Vec<bool> = is_nested.iter().map(|nested| !nested).collect();
        let mut work: Vec<MemberId> = (0..is_reached.len()).filter(|member| is_reached[*member]).collect();
        while let Some(member) = work.pop() {
            for &child in set.member(member).children.values() {
                if !std::mem::replace(&mut is_reached[child], true) {
                    work.push(child);
                }
            }
        }
        (0..self.given).filter(|member| !is_nested[*member] || !is_reached[*member]).collect()
    }

    /// The findings of the analysis of each template, by its number.
    #[must_use]
    pub fn findings(&self, set: &TemplateSet) -> Vec<Vec<Diagnostic>> {
        self.findings_watched(set, &Watch::default())
    }

    fn findings_watched(&self, set: &TemplateSet, watch: &Watch) -> Vec<Vec<Diagnostic>> {
        let roots = self.roots(set);
        let numbers: Vec<MemberId> = (0..self.parsed.len()).collect();
        watch.start(true, numbers.len());
        map(&numbers, |&number| {
            let runs = |scope| match scope {
                Scope::Text => number < self.given,
                Scope::Deployment => roots.binary_search(&number).is_ok(),
            };
            let name = self.parsed[number].source.name();
            watch.template(name, || run_rules(&Analysis::new(set, number, self.settings(number)), runs, watch))
        })
    }
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
        let runs = |scope| scope == Scope::Text || number == 0;
        diagnostics.append(&mut run_rules(&analysis, runs, &Watch::default()));
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

fn run_rules(analysis: &Analysis, runs: impl Fn(Scope) -> bool, watch: &Watch) -> Vec<Diagnostic> {
    let settings = analysis.settings;
    let mut diagnostics = Vec::new();
    let selected = |rule: &Rule| runs(rule.scope) && settings.selects(rule.code, rule.name);
    for (number, rule) in rules::all().iter().copied().enumerate().filter(|(_, rule)| selected(rule)) {
        let had_graph = analysis.has_graph();
        // Made anew, to learn what it takes.
        let graph = || {
            let again = || {
                Analysis::new(analysis.set, analysis.member, settings).graph();
            };
            (!had_graph && analysis.has_graph()).then(|| watch.timed(again).1)?
        };
        diagnostics.append(&mut watch.rule(number, || run(rule, analysis), graph));
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
