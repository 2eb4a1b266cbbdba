//! `cfnvet check`.

use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use rayon::{ThreadPool, ThreadPoolBuilder};
use rustc_hash::FxHashMap;

use super::{COULD_NOT_RUN, CheckArgs, CliError, FINDINGS, InputArgs, SUCCESS, known_rule, output, suppress};
use crate::check::{self, Outcome};
use crate::config::{self, Overrides, ParameterFile, Selectors, Settings};
use crate::discover::{self, ConfigFiles};
use crate::report::{Hidden, Report, RunProblem};
use crate::text::SourceFile;
use crate::workspace;

/// The stack of each thread: that of the main thread on most systems, so that a template which can be checked alone can be
/// checked among others.
const STACK_BYTES: usize = 8 * 1024 * 1024;

pub(super) fn run(arguments: &CheckArgs) -> Result<u8, CliError> {
    let start = now();
    let overrides = overrides(arguments)?;
    let Inputs { mut sources, settings, mut problems, jobs } = read(&arguments.inputs, &overrides)?;

    let run = |sources: &[Arc<SourceFile>]| jobs.run(sources.len(), || check::check(sources, &settings, &discover::linked));
    let mut outcome = run(&sources)?;
    let mut in_baseline = 0;
    if let Some(path) = &arguments.write_baseline {
        suppress::write_baseline(path, &outcome.diagnostics)?;
        in_baseline = outcome.diagnostics.len();
        outcome.diagnostics.clear();
    } else {
        let given = arguments.baseline.as_deref();
        in_baseline += suppress::apply_baselines(given, &sources, &settings, &mut outcome.diagnostics)?;
    }
    if let Some(reason) = &arguments.add_ignores {
        let (changed, unwritten) = suppress::add_ignores(&sources, &outcome.diagnostics, reason);
        sources = changed;
        problems.extend(unwritten);
        outcome = run(&sources)?;
        in_baseline = suppress::apply_baselines(arguments.baseline.as_deref(), &sources, &settings, &mut outcome.diagnostics)?;
    }
    let Outcome { diagnostics, templates, suppressed } = outcome;
    let report = Report {
        diagnostics: &diagnostics,
        problems: &problems,
        files_checked: templates,
        kind: "template",
        elapsed: Some(start.elapsed()),
        style: output::style(arguments.output_format, arguments.color, arguments.output_file.is_some()),
        hidden: Hidden { suppressed, baseline: in_baseline },
    };
    write(arguments.output_file.as_deref(), &arguments.output_format.render(&report))?;
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

#[expect(clippy::disallowed_methods, reason = "the summary says how long the run took; nothing else depends on it")]
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

#[expect(clippy::disallowed_methods, reason = "this is the place that writes the report")]
pub(super) fn write(file: Option<&Path>, text: &str) -> Result<(), CliError> {
    match file {
        Some(path) => std::fs::write(path, text).map_err(|error| CliError::OutputFile { path: path.to_owned(), error }),
        None => Ok(output::print(text)?),
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
