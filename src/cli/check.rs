//! `cfnvet check`.

use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use rayon::{ThreadPool, ThreadPoolBuilder};
use rustc_hash::FxHashMap;

use super::{COULD_NOT_RUN, CheckArgs, CliError, FINDINGS, InputArgs, SUCCESS, fix, known_rule, output, progress};
use crate::check::{self, Outcome, Watch};
use crate::config::{self, Overrides, ParameterFile, Selectors, Settings};
use crate::discover::{self, ConfigFiles};
use crate::fix::Fixed;
use crate::report::{Report, RunProblem, Style};
use crate::text::SourceFile;
use crate::workspace;

/// The stack of each thread: that of the main thread on most systems, so that a template which can be checked alone can be
/// checked among others.
const STACK_BYTES: usize = 8 * 1024 * 1024;

pub(super) fn run(arguments: &CheckArgs) -> Result<u8, CliError> {
    let start = now();
    let outputs = arguments.output.outputs()?;
    let overrides = overrides(arguments)?;
    let allowed = fix::allowed(arguments)?;
    let clock = || start.elapsed();
    let watch = if arguments.timings { Watch::with_clock(&clock) } else { Watch::default() };
    let work = || {
        let inputs = watch.step("read", || read(&arguments.inputs, &overrides))?;
        let Inputs { sources, settings, jobs, .. } = &inputs;
        let found = match allowed {
            None => {
                let check = || check::check_watched(sources, settings, &discover::linked, &watch);
                Found::AsGiven(jobs.run(sources.len(), check)?)
            }
            Some(allowed) => {
                let fix = || crate::fix::apply(sources, settings, &discover::linked, allowed);
                Found::Fixed(Box::new(watch.step("fix", || jobs.run(sources.len(), fix))?))
            }
        };
        Ok::<_, CliError>((inputs, found))
    };
    // Whoever types a template is not to be disturbed.
    let is_typed = arguments.inputs.paths.iter().any(|path| path.as_os_str() == discover::STANDARD_INPUT);
    let (inputs, found) = if is_typed { work() } else { progress::shown(&watch, work) }?;
    let Inputs { mut sources, settings, mut problems, jobs } = inputs;
    let (outcome, fixes) = match found {
        Found::AsGiven(outcome) => {
            let fixes = fix::offered(&outcome.diagnostics, &sources);
            (outcome, fixes)
        }
        Found::Fixed(fixed) if arguments.diff => {
            tell(&sources, &problems);
            return fix::show(&outputs, &fixed, &problems);
        }
        Found::Fixed(fixed) => {
            let check =
                |sources: &[Arc<SourceFile>]| jobs.run(sources.len(), || check::check(sources, &settings, &discover::linked));
            fix::keep(arguments, &mut sources, *fixed, &mut problems, check)?
        }
    };
    let Outcome { diagnostics, .. } = outcome;
    let report = Report {
        diagnostics: &diagnostics,
        problems: &problems,
        rules: &[],
        files: &sources,
        kind: "template",
        fixes: Some(fixes),
        elapsed: Some(start.elapsed()),
        style: Style::default(),
    };
    let outputs = if fix::gives_text_back(arguments) { outputs.printed_by(output::aside) } else { outputs };
    watch.step("report", || outputs.write(&report))?;
    if arguments.timings {
        output::note(&watch.timings().render());
    }
    tell(&sources, &problems);
    for (name, _) in arguments.inputs.parameters.iter().filter(|_| !sources.is_empty()) {
        if !sources.iter().any(|source| source.text().contains(name.as_str())) {
            output::warning(&format!("no template has a parameter `{name}`"));
        }
    }

    let by_file: FxHashMap<&str, &Settings> =
        sources.iter().zip(&settings).map(|(source, settings)| (source.name(), settings.as_ref())).collect();
    let base = Settings::default().with(&overrides);
    let fails = diagnostics.iter().any(|diagnostic| {
        let settings = by_file.get(diagnostic.file.name()).copied().unwrap_or(&base);
        diagnostic.severity >= settings.fail_on
    });
    Ok(match (problems.is_empty(), fails) {
        (false, _) => COULD_NOT_RUN,
        (true, true) => FINDINGS,
        (true, false) => SUCCESS,
    })
}

/// What a run found.
enum Found {
    /// In the templates as they were given.
    AsGiven(Outcome),
    /// While they were fixed.
    Fixed(Box<Fixed>),
}

/// What a run works on.
pub(super) struct Inputs {
    pub(super) sources: Vec<Arc<SourceFile>>,
    /// Of each source.
    pub(super) settings: Vec<Arc<Settings>>,
    pub(super) problems: Vec<RunProblem>,
    pub(super) jobs: Jobs,
}

/// Finds and reads the templates, and what the user wants for each.
pub(super) fn read(arguments: &InputArgs, overrides: &Overrides) -> Result<Inputs, CliError> {
    let jobs = Jobs { threads: arguments.jobs, pool: OnceCell::new() };
    let mut candidates = discover::candidates(&arguments.paths, arguments.only_templates);
    let mut problems = std::mem::take(&mut candidates.problems);
    let (sources, unread) = jobs.run(candidates.count(), || discover::read(&candidates, &arguments.stdin_filename))?;
    problems.extend(unread);
    let (mut settings, misconfigured) = settings(arguments, overrides, &sources);
    problems.extend(misconfigured);
    add_parameters(&parameter_files(arguments)?, &sources, &mut settings);
    add_stack_names(&discover::cdk_stack_names(&sources), &mut settings);
    Ok(Inputs { sources, settings, problems, jobs })
}

/// Says on standard error what kept a run from what it was asked to do.
pub(super) fn tell(sources: &[Arc<SourceFile>], problems: &[RunProblem]) {
    problems.iter().for_each(output::problem);
    if sources.is_empty() && problems.is_empty() {
        output::warning("no templates found");
    }
}

#[expect(clippy::disallowed_methods, reason = "the summary and --timings say how long the run took; nothing else depends on it")]
fn now() -> Instant {
    Instant::now()
}

fn overrides(arguments: &CheckArgs) -> Result<Overrides, CliError> {
    for (option, names) in [("--select", &arguments.select), ("--ignore", &arguments.ignore)] {
        for written in names {
            known_rule(written).map_err(|nearest| CliError::UnknownRule { written: written.clone(), option, nearest })?;
        }
    }
    Ok(Overrides {
        selectors: Selectors { select: arguments.select.clone(), ignore: arguments.ignore.clone() },
        severity: arguments.severity,
        fail_on: arguments.fail_on,
        ..input_overrides(&arguments.inputs)
    })
}

/// What the command line says about the templates.
pub(super) fn input_overrides(arguments: &InputArgs) -> Overrides {
    Overrides {
        regions: arguments.regions.clone(),
        parameters: arguments.parameters.iter().cloned().collect(),
        no_workspace: arguments.no_workspace,
        stack_names: arguments.stack_names.iter().cloned().collect(),
        ..Overrides::default()
    }
}

/// The settings of each source, and what is wrong with the config files.
fn settings(arguments: &InputArgs, overrides: &Overrides, sources: &[Arc<SourceFile>]) -> (Vec<Arc<Settings>>, Vec<RunProblem>) {
    let base = Arc::new(Settings::default().with(overrides));
    if arguments.isolated {
        return (vec![base; sources.len()], Vec::new());
    }
    let mut configs = ConfigFiles::default();
    let given = arguments.config.as_ref().map(|path| configs.load(path));
    // Templates under one config file share their settings.
    let mut merged: Vec<(Arc<Settings>, Arc<Settings>)> = Vec::new();
    let mut all = Vec::with_capacity(sources.len());
    for source in sources {
        let Some(config) = given.clone().or_else(|| configs.settings_of(Path::new(source.name()))) else {
            all.push(Arc::clone(&base));
            continue;
        };
        let known = merged.iter().find(|(from, _)| Arc::ptr_eq(from, &config)).map(|(_, to)| Arc::clone(to));
        all.push(known.unwrap_or_else(|| {
            let settings = Arc::new(config.as_ref().clone().with(overrides));
            merged.push((config, Arc::clone(&settings)));
            settings
        }));
    }
    let mut problems = configs.problems;
    for (file, settings) in &configs.loaded {
        for written in settings.rule_names() {
            if let Err(nearest) = known_rule(written) {
                let message = format!("unknown rule `{written}`{}", super::hint(nearest));
                problems.push(RunProblem { file: Some(file.clone()), message });
            }
        }
    }
    problems.dedup();
    (all, problems)
}

fn parameter_files(arguments: &InputArgs) -> Result<Vec<ParameterFile>, CliError> {
    let read = |path: &PathBuf| {
        let problem = |problem: String| CliError::ParameterFile { path: path.clone(), problem };
        let text = discover::text(path).map_err(problem)?;
        config::parse_parameters(&text, path.extension().is_some_and(|ending| ending == "toml"))
            .map_err(|error| problem(error.to_string()))
    };
    arguments.parameter_files.iter().map(read).collect()
}

/// Gives each template the parameters of the files that are for it. `--parameter` stays on top.
fn add_parameters(files: &[ParameterFile], sources: &[Arc<SourceFile>], settings: &mut [Arc<Settings>]) {
    for file in files {
        for (source, settings) in sources.iter().zip(&mut *settings) {
            if file.template.as_ref().is_some_and(|template| !workspace::names(template, source.name())) {
                continue;
            }
            let settings = Arc::make_mut(settings);
            for (name, value) in &file.parameters {
                settings.parameters.entry(name.clone()).or_insert_with(|| value.clone());
            }
        }
    }
}

/// Names the stacks that nobody named otherwise.
fn add_stack_names(names: &BTreeMap<String, String>, settings: &mut [Arc<Settings>]) {
    if names.is_empty() {
        return;
    }
    for settings in settings {
        let settings = Arc::make_mut(settings);
        for (template, name) in names {
            settings.stack_names.entry(template.clone()).or_insert_with(|| name.clone());
        }
    }
}

/// The threads, started when there is more than one thing to do.
pub(super) struct Jobs {
    threads: Option<NonZeroUsize>,
    pool: OnceCell<ThreadPool>,
}

impl Jobs {
    /// Does `work` on `items` things, in the pool where they are several.
    pub(super) fn run<T: Send>(&self, items: usize, work: impl FnOnce() -> T + Send) -> Result<T, CliError> {
        if items <= 1 {
            return Ok(work());
        }
        if self.pool.get().is_none() {
            // Zero lets rayon decide.
            let threads = self.threads.map_or(0, NonZeroUsize::get);
            let pool = ThreadPoolBuilder::new().num_threads(threads).stack_size(STACK_BYTES).build()?;
            let _ = self.pool.set(pool);
        }
        Ok(match self.pool.get() {
            Some(pool) => pool.install(work),
            None => work(),
        })
    }
}
