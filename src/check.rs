//! From sources to findings: the pipeline, over all cores.

mod watch;

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};
pub use watch::{Clock, Progress, Watch};

use crate::analysis::Analysis;
use crate::config::{Settings, Workspace};
use crate::deployed;
use crate::diagnostic::{Certainty, Diagnostic, Severity};
use crate::graph;
use crate::policy::{self, Policy};
use crate::report::{ProblemPlace, RunProblem};
use crate::rules::{self, Finding, Needs, Rule, Scope, Sink};
use crate::suppress::Suppressions;
use crate::syntax::{self, Tree};
use crate::template::{Member, MemberId, SettingFault, Template, TemplateSet};
use crate::text::{SourceFile, Span};
use crate::workspace::{Parsed, Paths, fits};

/// What a run found.
#[derive(Debug)]
pub struct Outcome {
    /// The findings that the settings ask for, sorted.
    pub diagnostics: Vec<Diagnostic>,
    /// The number of templates checked.
    pub templates: usize,
    /// How many findings the templates themselves suppress.
    pub suppressed: usize,
    /// What the templates say about how they are checked and cannot count, with its place.
    pub warnings: Vec<RunProblem>,
    /// Policies that could not be evaluated.
    pub problems: Vec<RunProblem>,
}

/// The findings in a set of templates.
#[derive(Debug)]
pub struct Found {
    /// Those to report, by the number of the template whose analysis found them.
    pub by_member: Vec<Vec<Diagnostic>>,
    /// Those that the templates suppress.
    pub suppressed: Vec<Diagnostic>,
    /// Policies that could not be evaluated.
    pub problems: Vec<RunProblem>,
}

/// Gives the file at a path, where it may be read.
pub type Load<'a> = &'a (dyn Fn(&str) -> Option<Arc<SourceFile>> + Sync);

/// Gives the template at a path, read with these settings, where it may be read.
pub type LoadParsed<'a> = &'a dyn Fn(&str, &Arc<Settings>) -> Option<Arc<Parsed>>;

/// How a set of templates is checked.
#[derive(Clone, Copy)]
struct Work<'a> {
    /// The policies of each template that is checked; empty where there are none at all.
    policies: &'a [Arc<[Arc<Policy>]>],
    watch: &'a Watch<'a>,
    /// Whether two threads share the rules on a long template: for somebody who waits for this one alone.
    is_shared: bool,
}

/// The bytes from which a template is worth a second thread: the rules take as long as ten starts of a thread.
const LONG: usize = 16 * 1024;

/// The stack of a thread that serves an editor, and of the second one: an analysis may recurse as deep as a template nests.
pub const STACK_BYTES: usize = 16 * 1024 * 1024;

/// Most templates that are read because others nest them.
const MAX_LOADED: usize = 10_000;

/// Checks `sources`, each with the settings of the same number, on the threads of the current pool. Templates that they nest
/// are asked of `load`.
#[must_use]
pub fn check(sources: &[Arc<SourceFile>], settings: &[Arc<Settings>], load: Load) -> Outcome {
    check_among(sources, settings, &Companions::default(), load, &Watch::default())
}

/// What goes with the templates that are checked: the policies they are held against, and templates that they are linked with. These
/// export, import and nest, and nothing is reported in them.
#[derive(Debug, Default)]
pub struct Companions {
    /// The policies of each template that is checked; empty where there are none at all.
    pub policies: Vec<Arc<[Arc<Policy>]>>,
    /// Their texts.
    pub sources: Vec<Arc<SourceFile>>,
    /// The settings of each.
    pub settings: Vec<Arc<Settings>>,
    /// Files that give parameters their values, which have rules of their own.
    pub value_files: Vec<ValuesToCheck>,
}

/// A file that gives parameters their values.
#[derive(Debug)]
pub struct ValuesToCheck {
    /// Its text.
    pub source: Arc<SourceFile>,
    /// Whether it is a deployment file of Git sync.
    pub is_deployment: bool,
    /// What the user wants.
    pub settings: Arc<Settings>,
}

impl ValuesToCheck {
    fn check(&self, watch: &Watch) -> Vec<Diagnostic> {
        let tree = syntax::parse(&self.source);
        let template = Template::new(&tree);
        let member = Member { template: &template, stack_name: None, children: FxHashMap::default() };
        let set = TemplateSet::new(vec![member], false);
        let analysis = Analysis::new(&set, 0, &self.settings);
        let scope = if self.is_deployment { Scope::DeploymentFile } else { Scope::ParameterFile };
        let mut found = run_rules(&analysis, &selected(&self.settings, |own| own == scope), watch);
        let reads = rules::find(SYNTAX_ERROR).filter(|rule| !tree.problems().is_empty() && rule.is_selected(&self.settings));
        found.extend(reads.into_iter().flat_map(|rule| run(rule, &analysis)));
        found.retain(|diagnostic| diagnostic.severity >= self.settings.severity);
        found
    }
}

/// Checks `sources` as [`check`] does, linked with `companions` too, while others look at `watch`.
#[must_use]
pub fn check_among(
    sources: &[Arc<SourceFile>],
    settings: &[Arc<Settings>],
    companions: &Companions,
    load: Load,
    watch: &Watch,
) -> Outcome {
    let world = watch.step("parse", || World::read_among(sources, settings, companions, load, watch));
    let templates = watch.step("sections", || world.templates());
    let set = watch.step("link", || world.link(&templates));
    let Found { by_member, suppressed, problems } =
        watch.step("check", || world.findings_of(&set, &Work { policies: &companions.policies, watch, is_shared: false }));
    let of_values = companions.value_files.iter().flat_map(|file| file.check(watch));
    let diagnostics = distinct(by_member.into_iter().flatten().chain(of_values).collect());
    let warnings = world.warnings();
    Outcome { diagnostics, templates: sources.len(), suppressed: distinct(suppressed).len(), warnings, problems }
}

/// Sorted, and each once.
fn distinct(mut diagnostics: Vec<Diagnostic>) -> Vec<Diagnostic> {
    Diagnostic::sort(&mut diagnostics);
    diagnostics.dedup_by(|later, first| later.says_the_same(first));
    diagnostics
}

/// The templates of a run and those that they nest, read but not yet linked.
#[derive(Debug)]
pub struct World {
    parsed: Vec<Arc<Parsed>>,
    paths: Paths,
    /// How many were given; those that others nest and nobody gave come after them.
    given: usize,
    /// How many there were before those that others nest: those given, and their companions.
    known: usize,
}

impl World {
    /// Reads `sources`, each with the settings of the same number. Templates that they nest are asked of `load`.
    #[must_use]
    pub fn read(sources: &[Arc<SourceFile>], settings: &[Arc<Settings>], load: Load) -> Self {
        Self::read_among(sources, settings, &Companions::default(), load, &Watch::default())
    }

    fn read_among(
        sources: &[Arc<SourceFile>],
        settings: &[Arc<Settings>],
        companions: &Companions,
        load: Load,
        watch: &Watch,
    ) -> Self {
        let others = companions.sources.iter().zip(&companions.settings);
        let inputs: Vec<(&Arc<SourceFile>, &Arc<Settings>)> = sources.iter().zip(settings).chain(others).collect();
        watch.start(false, inputs.len());
        let parsed = map(&inputs, |(source, settings)| watch.template(source.name(), || Arc::new(Parsed::new(source, settings))));
        let load = |path: &str, settings: &Arc<Settings>| load(path).map(|source| Arc::new(Parsed::new(&source, settings)));
        Self::of(parsed, sources.len(), &load)
    }

    /// The templates of `parsed`, of which the first `given` are checked and the others linked with. Templates that they nest are
    /// asked of `load`, with the settings that go for them.
    #[must_use]
    pub fn of(mut parsed: Vec<Arc<Parsed>>, given: usize, load: LoadParsed) -> Self {
        let known = parsed.len();
        let paths = load_nested(&mut parsed, load);
        Self { parsed, paths, given, known }
    }

    /// The template number `member`, as it was read.
    #[must_use]
    pub fn parsed(&self, member: MemberId) -> &Arc<Parsed> {
        &self.parsed[member]
    }

    /// What is found in the templates given, those of their policies too; sorted, each once.
    #[must_use]
    pub fn check(&self, policies: &[Arc<[Arc<Policy>]>], watch: &Watch) -> Vec<Diagnostic> {
        let templates = self.templates();
        let set = self.link(&templates);
        let work = Work { policies, watch, is_shared: true };
        distinct(self.findings_of(&set, &work).by_member.into_iter().flatten().collect())
    }

    /// What the templates given say about how they are checked and cannot count.
    fn warnings(&self) -> Vec<RunProblem> {
        let of = |parsed: &Arc<Parsed>| -> Vec<RunProblem> {
            let warning = |(span, fault): &(Span, SettingFault)| {
                let position = parsed.source.position(span.start);
                let text = parsed.source.text();
                let place = ProblemPlace::new(text, position.line as usize, position.column as usize);
                let message = match fault {
                    SettingFault::Region(message) => message.clone(),
                    SettingFault::Files => {
                        "`parameter_files` in a template is left aside, name the files with --parameter-file".to_owned()
                    }
                };
                RunProblem { file: Some(parsed.source.name().to_owned()), place: Some(place), message }
            };
            parsed.faults.iter().map(warning).collect()
        };
        self.parsed[..self.given].iter().flat_map(of).collect()
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
        let mut by_file: FxHashMap<&str, Vec<MemberId>> = FxHashMap::default();
        let is_needed = self.parsed.iter().any(|parsed| !parsed.hosted.is_empty());
        for (number, parsed) in self.parsed.iter().enumerate().filter(|_| is_needed) {
            by_file.entry(file_name(parsed.source.name())).or_default().push(number);
        }
        let members = self.parsed.iter().zip(templates).enumerate().map(|(number, (parsed, template))| {
            let beside = parsed.nests.iter().filter_map(|(resource, path)| Some((*resource, self.paths.get(path)?)));
            // What is in a bucket is taken for a template that was given, where that takes the parameters it is given: for the one at
            // the same path, else for the only one of that name.
            let hosted = parsed.hosted.iter().filter(|_| parsed.settings.workspace != Workspace::Off);
            let hosted = hosted.filter_map(|(resource, paths)| {
                let taken = |child: &MemberId| *child != number && fits(template, *resource, &templates[*child]);
                if let Some(child) = paths.iter().filter_map(|path| self.paths.get(path)).find(taken) {
                    return Some((*resource, child));
                }
                let named = by_file.get(file_name(paths.first()?)).into_iter().flatten().copied();
                let fitting: Vec<MemberId> = named.filter(taken).take(2).collect();
                match fitting.as_slice() {
                    [only] => Some((*resource, *only)),
                    _ => None,
                }
            });
            Member { template, stack_name: parsed.stack_name(), children: beside.chain(hosted).collect() }
        });
        let set = TemplateSet::new(members.collect(), link);
        if link { set.tied(graph::ecs::TIES) } else { set }
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
        // A companion is judged for what it makes of the templates given, where it nests any.
        let is_judged = |member: &MemberId| *member < self.given || self.nests_given(set, *member);
        (0..self.known).filter(|member| !is_nested[*member] || !is_reached[*member]).filter(is_judged).collect()
    }

    fn nests_given(&self, set: &TemplateSet, companion: MemberId) -> bool {
        let mut members = vec![companion];
        let mut at = 0;
        while let Some(&member) = members.get(at) {
            if member < self.given {
                return true;
            }
            for &child in set.member(member).children.values() {
                if !members.contains(&child) {
                    members.push(child);
                }
            }
            at += 1;
        }
        false
    }

    /// The findings of the analysis of each template, without those that the template they are in suppresses.
    #[must_use]
    pub fn findings(&self, set: &TemplateSet) -> Found {
        self.findings_of(set, &Work { policies: &[], watch: &Watch::default(), is_shared: false })
    }

    fn findings_of<'t>(&'t self, set: &'t TemplateSet<'t>, work: &Work) -> Found {
        let Work { policies, watch, is_shared } = *work;
        let roots = self.roots(set);
        let numbers: Vec<MemberId> = (0..self.parsed.len()).collect();
        watch.start(true, numbers.len());
        let checked = map(&numbers, |&number| {
            let runs = |scope| match scope {
                Scope::Text => number < self.given,
                Scope::Deployment => roots.binary_search(&number).is_ok(),
                Scope::Suppressions | Scope::DeploymentFile | Scope::ParameterFile => false,
            };
            let source = &self.parsed[number].source;
            let name = source.name();
            let analysis = Analysis::new(set, number, self.settings(number));
            let rules = selected(analysis.settings, runs);
            let mut diagnostics = watch.template(name, || match is_shared && source.text().len() >= LONG {
                true => run_in_shares(&analysis, &rules, watch),
                false => run_rules(&analysis, &rules, watch),
            });
            if number < self.given && analysis.template.has_macro() {
                let mut also = watch.template(name, || before_macros(&self.parsed[number], &diagnostics, watch));
                diagnostics.append(&mut also);
            }
            let mut outcome = policy::Outcome::default();
            if let Some(policies) = policies.get(number) {
                outcome = self.policies(&analysis, policies);
                diagnostics.append(&mut outcome.diagnostics);
            }
            if number >= self.given {
                let is_given =
                    |file: &SourceFile| self.parsed[..self.given].iter().any(|parsed| parsed.source.name() == file.name());
                diagnostics.retain(|diagnostic| is_given(&diagnostic.file));
            }
            (diagnostics, outcome.suppressed, outcome.problems)
        });
        let mut by_member = Vec::with_capacity(checked.len());
        let (mut suppressed, mut problems) = (Vec::new(), Vec::new());
        for (diagnostics, mut own, mut failed) in checked {
            by_member.push(diagnostics);
            suppressed.append(&mut own);
            problems.append(&mut failed);
        }
        suppressed.append(&mut self.suppress(set, &mut by_member));
        Found { by_member, suppressed, problems }
    }

    /// What policies say of a template, as far as the settings ask for it.
    fn policies<'t>(&'t self, analysis: &Analysis<'t>, policies: &[Arc<Policy>]) -> policy::Outcome {
        let settings = analysis.settings;
        let mut outcome = policy::check_among(policies, analysis, self.parsed[analysis.member].written());
        for list in [&mut outcome.diagnostics, &mut outcome.suppressed] {
            list.retain(|diagnostic| settings.selects(&diagnostic.code, &diagnostic.name));
            set_severity(settings, list);
        }
        outcome.suppressed.retain(|diagnostic| diagnostic.severity >= settings.severity);
        outcome
    }

    /// Takes out what the templates suppress, and what is below the level that the settings ask for; adds what is wrong with the
    /// suppressions.
    fn suppress(&self, set: &TemplateSet, by_member: &mut [Vec<Diagnostic>]) -> Vec<Diagnostic> {
        let read = |number: &MemberId| {
            let parsed = &self.parsed[*number];
            Some((*number, Suppressions::read(parsed.written(), set.member(*number).template, &parsed.settings)?))
        };
        let mut all: Vec<(MemberId, Suppressions)> = (0..self.parsed.len()).filter_map(|number| read(&number)).collect();
        let of_file: FxHashMap<&str, usize> =
            all.iter().enumerate().map(|(index, (number, _))| (self.parsed[*number].source.name(), index)).collect();
        let mut suppressed = Vec::new();
        let mut sift = |all: &mut [(MemberId, Suppressions)], settings: &Settings, diagnostics: Vec<Diagnostic>| {
            let mut kept = Vec::with_capacity(diagnostics.len());
            for diagnostic in diagnostics {
                let file = of_file.get(diagnostic.file.name());
                // What is below the level is looked at too: that it is suppressed does not depend on what is asked for.
                let is_suppressed = file.is_some_and(|file| all[*file].1.suppress(&diagnostic));
                if diagnostic.severity >= settings.severity {
                    if is_suppressed { suppressed.push(diagnostic) } else { kept.push(diagnostic) }
                }
            }
            kept
        };
        for (number, diagnostics) in by_member.iter_mut().enumerate() {
            *diagnostics = sift(&mut all, self.settings(number), std::mem::take(diagnostics));
        }
        for index in 0..all.len() {
            let (number, suppressions) = &all[index];
            let number = *number;
            if number >= self.given {
                continue;
            }
            let mut found = suppressions.findings();
            set_severity(self.settings(number), &mut found);
            by_member[number].append(&mut sift(&mut all, self.settings(number), found));
        }
        suppressed
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
        let runs = |scope| scope == Scope::Text || scope == Scope::Deployment && number == 0;
        diagnostics.append(&mut run_rules(&analysis, &selected(settings, runs), &Watch::default()));
    }
    diagnostics.retain(|diagnostic| diagnostic.severity >= settings.severity);
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

/// The end of a path.
fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// Reads the templates that others nest and nobody gave, and those that they nest.
fn load_nested(parsed: &mut Vec<Arc<Parsed>>, load: LoadParsed) -> Paths {
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
            match load(&path, &parsed[at].given) {
                Some(nested) => {
                    paths.insert(&path, parsed.len());
                    parsed.push(nested);
                }
                None => drop(missing.insert(path)),
            }
        }
        at += 1;
    }
    paths
}

/// What the rules would find in a template if the macros that are not known here changed nothing, beside what is `known`: an answer
/// that the files given do not decide.
fn before_macros(parsed: &Parsed, known: &[Diagnostic], watch: &Watch) -> Vec<Diagnostic> {
    let template = Template::as_written(parsed.tree());
    let member = Member { template: &template, stack_name: parsed.stack_name(), children: FxHashMap::default() };
    let set = TemplateSet::new(vec![member], false);
    let analysis = Analysis::new(&set, 0, &parsed.settings);
    let mut found = run_rules(&analysis, &selected(&parsed.settings, |scope| scope == Scope::Text), watch);
    let is_known = |one: &Diagnostic| known.iter().any(|known| known.code == one.code && known.span == one.span);
    found.retain(|one| !is_known(one));
    for one in &mut found {
        one.severity = Severity::Info;
        one.certainty = Certainty::Unknown;
        one.fix = None;
        one.notes.push("a macro rewrites the template first, and may change this".to_owned());
    }
    found
}

/// Runs rules on two threads. Those that need the faults run here, one after the other; the second thread begins with the others, and
/// where it is late, or there is none to be had, this one goes on with them. What is found does not depend on who takes which: rules
/// share what they have asked for in one analysis only where they always run together.
fn run_in_shares(analysis: &Analysis, rules: &[Numbered], watch: &Watch) -> Vec<Diagnostic> {
    let Analysis { set, member, settings, .. } = *analysis;
    let needing = |needs| rules.iter().copied().filter(move |(_, rule)| rule.needs() == needs);
    let of_faults: Vec<Numbered> = needing(Needs::Faults).collect();
    let others = std::iter::once(needing(Needs::Graph).collect()).chain(needing(Needs::Sections).map(|rule| vec![rule]));
    let others: Vec<Vec<Numbered>> = others.collect();
    let next = AtomicUsize::new(0);
    let run_others = || {
        let mut found = Vec::new();
        while let Some(together) = others.get(next.fetch_add(1, Ordering::Relaxed)) {
            found.append(&mut run_rules(&Analysis::new(set, member, settings), together, watch));
        }
        found
    };
    thread::scope(|scope| {
        let second = thread::Builder::new().stack_size(STACK_BYTES).spawn_scoped(scope, run_others);
        let mut found = run_rules(analysis, &of_faults, watch);
        found.append(&mut run_others());
        if let Ok(second) = second {
            found.append(&mut second.join().unwrap_or_else(|panic| resume_unwind(panic)));
        }
        found
    })
}

/// A rule, with its number among all.
type Numbered = (usize, &'static Rule);

/// The rules for which `runs` holds and the settings ask.
fn selected(settings: &Settings, runs: impl Fn(Scope) -> bool) -> Vec<Numbered> {
    let all = rules::all().iter().copied().enumerate();
    all.filter(|(_, rule)| runs(rule.scope) && rule.is_selected(settings)).collect()
}

fn run_rules(analysis: &Analysis, rules: &[Numbered], watch: &Watch) -> Vec<Diagnostic> {
    let settings = analysis.settings;
    let mut diagnostics = Vec::new();
    for &(number, rule) in rules {
        if watch.is_stopped() {
            break;
        }
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
    set_severity(settings, &mut diagnostics);
    diagnostics
}

fn set_severity(settings: &Settings, diagnostics: &mut [Diagnostic]) {
    // An echo is told where everything is asked for, and nowhere else.
    for diagnostic in diagnostics.iter_mut().filter(|diagnostic| diagnostic.echo_of.is_none()) {
        diagnostic.severity = settings.severity_of(&diagnostic.code, &diagnostic.name, diagnostic.severity);
    }
}

/// The rule that reports the mistakes themselves.
const SYNTAX_ERROR: &str = "E0000";

/// Runs one rule. A rule that panics says so in a finding of its own and takes nothing else down.
fn run(rule: &'static Rule, analysis: &Analysis) -> Vec<Diagnostic> {
    let outcome = catch_unwind(AssertUnwindSafe(|| {
        let mut sink = Sink::new(analysis.source, rule);
        rule.run(analysis, &mut sink);
        let mut found = sink.into_diagnostics();
        // On the line of a mistake nothing else is sure.
        if analysis.tree.is_damaged() && rule.code != SYNTAX_ERROR {
            found.retain(|found| found.file.name() != analysis.source.name() || !analysis.tree.is_damaged_at(found.span));
        }
        found
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
