//! What a run works on: the templates, and what the user wants for each.

use std::cell::OnceCell;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rayon::{ThreadPool, ThreadPoolBuilder};

use super::cfn_lint::{self, CfnLintArgs};
use super::outputs::OutputArgs;
use super::{CliError, InputArgs, known_rules, output};
use crate::check::{Companions, ValuesToCheck};
use crate::config::{self, Overrides, RegionFault, RunSettings, Settings, ValueFile};
use crate::discover::{self, ConfigFiles, ConfigSource, Files, GivenValues, OwnTypes, add_stack_names, settings};
use crate::report::RunProblem;
use crate::text::SourceFile;
use crate::workspace;

/// The stack of each thread: that of the main thread on most systems, so that a template which can be checked alone can be
/// checked among others.
const STACK_BYTES: usize = 8 * 1024 * 1024;

/// What a run works on.
pub(super) struct Inputs {
    pub(super) sources: Vec<Arc<SourceFile>>,
    /// How many files that were named do not look like templates.
    pub(super) skipped: usize,
    /// Of each source.
    pub(super) settings: Vec<Arc<Settings>>,
    /// Templates that are linked with though they are not checked.
    pub(super) companions: Companions,
    pub(super) problems: Vec<RunProblem>,
    /// The files of parameter values that could not be read, and why; rules say it better, where they see it.
    pub(super) refused: Vec<(String, String)>,
    /// What cfn-lint's config file says in place of arguments.
    pub(super) run: RunConfig,
    pub(super) jobs: Jobs,
}

/// Finds and reads the templates, and what the user wants for each.
pub(super) fn read(arguments: &InputArgs, cfn_lint: &CfnLintArgs, overrides: &Overrides) -> Result<Inputs, CliError> {
    let jobs = Jobs { threads: arguments.jobs, pool: OnceCell::new() };
    regions(arguments)?;
    let value_files = value_files(arguments)?;
    let own_types = OwnTypes { registry: arguments.registry_schemas.clone(), spec: arguments.override_spec.clone() };
    let mut configs = ConfigFiles::new(config_source(arguments, cfn_lint), known_rules()).with_own_types(own_types);
    let run = RunConfig::new(&mut configs);
    let paths = match (arguments.paths.is_empty(), arguments.deployment_files.is_empty()) {
        (false, _) => arguments.paths.clone(),
        (true, true) => run.paths(),
        (true, false) => deployed(arguments, &value_files),
    };
    let mut candidates = discover::candidates(&paths, arguments.only_templates);
    let mut problems = std::mem::take(&mut candidates.problems);
    candidates.exclude(&mut configs);
    candidates.exclude_globs(&cfn_lint.ignore_templates).map_err(CliError::Glob)?;
    let Files { sources, skipped, problems: unread } =
        jobs.run(candidates.count(), || discover::read(&candidates, &arguments.stdin_filename))?;
    problems.extend(unread);
    let mut settings = settings(&mut configs, overrides, &sources);
    let mut companions = companions(&mut configs, overrides, &sources, &jobs)?;
    problems.append(&mut configs.problems);
    configs.warnings.iter().for_each(output::run_warning);
    add_parameters(&value_files, overrides, &sources, &mut settings);
    companions.value_files = to_check(arguments, &value_files, &mut configs, overrides);
    add_stack_names(&discover::cdk_stack_names(&sources), &mut settings);
    let refused = value_files.iter().filter_map(|file| {
        let name = file.source.name();
        Some((name.to_owned(), file.refused.as_ref()?.in_file(name)))
    });
    let refused = refused.collect();
    Ok(Inputs { sources, skipped, settings, companions, problems, refused, run, jobs })
}

fn config_source(arguments: &InputArgs, cfn_lint: &CfnLintArgs) -> ConfigSource {
    match (&arguments.config, &cfn_lint.config_file) {
        (Some(path), _) => ConfigSource::File(path.clone()),
        (None, Some(path)) => ConfigSource::CfnLintFile(path.clone()),
        (None, None) if arguments.isolated => ConfigSource::Isolated,
        (None, None) => ConfigSource::Search,
    }
}

/// Says what is wrong with the regions of the command line.
fn regions(arguments: &InputArgs) -> Result<(), CliError> {
    for written in &arguments.regions {
        match config::region(written) {
            Ok(()) => {}
            Err(RegionFault::Warning(message)) => output::warning(&message),
            Err(RegionFault::Error(message)) => return Err(CliError::Region(message)),
        }
    }
    Ok(())
}

/// The templates of `workspace-roots` that are not among `sources`.
fn companions(
    configs: &mut ConfigFiles,
    overrides: &Overrides,
    sources: &[Arc<SourceFile>],
    jobs: &Jobs,
) -> Result<Companions, CliError> {
    let roots = configs.workspace_roots();
    if roots.is_empty() {
        return Ok(Companions::default());
    }
    let mut candidates = discover::candidates(&roots, true);
    configs.problems.append(&mut candidates.problems);
    candidates.exclude(configs);
    candidates.without(sources);
    let Files { sources, problems: unread, .. } = jobs.run(candidates.count(), || discover::read(&candidates, ""))?;
    configs.warnings.extend(unread);
    let mut settings = settings(configs, overrides, &sources);
    add_stack_names(&discover::cdk_stack_names(&sources), &mut settings);
    Ok(Companions { sources, settings, ..Companions::default() })
}

/// What cfn-lint's config file says about the run, and the folder its paths are relative to.
#[derive(Default)]
pub(super) struct RunConfig {
    settings: RunSettings,
    folder: PathBuf,
}

impl RunConfig {
    fn new(configs: &mut ConfigFiles) -> Self {
        let found = configs.of_the_run();
        found.map(|(settings, folder)| Self { settings: settings.run.clone(), folder }).unwrap_or_default()
    }

    /// What is checked where the command line names nothing.
    fn paths(&self) -> Vec<PathBuf> {
        if self.settings.templates.is_empty() {
            return vec![PathBuf::from(".")];
        }
        self.settings.templates.iter().map(|glob| self.folder.join(glob)).collect()
    }

    /// Sets what the command line leaves open.
    pub(super) fn fill(&self, arguments: &mut OutputArgs) {
        let file = self.settings.output_file.as_ref().map(|file| self.folder.join(file));
        arguments.prefer(self.settings.format.as_deref().map(cfn_lint::format), file);
    }
}

/// Says on standard error what kept a run from what it was asked to do.
pub(super) fn tell(sources: &[Arc<SourceFile>], skipped: usize, problems: &[RunProblem]) {
    problems.iter().for_each(output::problem);
    if sources.is_empty() && skipped == 0 && problems.is_empty() {
        output::warning("no templates found");
    }
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

/// The files that give parameters their values, the deployment files of cfn-lint's option last.
fn value_files(arguments: &InputArgs) -> Result<Vec<GivenValues>, CliError> {
    let read = |path: &PathBuf| {
        discover::given_values(path).map_err(|error| CliError::ParameterFile(error.in_file(&path.display().to_string())))
    };
    arguments.parameter_files.iter().chain(&arguments.deployment_files).map(read).collect()
}

/// The templates that deployment files name, which cfn-lint checks where nothing else is named.
fn deployed(arguments: &InputArgs, files: &[GivenValues]) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> = Vec::new();
    for file in files.iter().skip(arguments.parameter_files.len()) {
        let Some(template) = file.values.template.as_ref() else { continue };
        // The path is one from the top of the repository, where the run most often begins; else the file may lie beside it.
        let beside = Path::new(file.source.name()).parent().map(|folder| folder.join(template));
        let path = [Some(PathBuf::from(template)), beside].into_iter().flatten().find(|path| discover::exists(path));
        let path = path.unwrap_or_else(|| PathBuf::from(template));
        if !paths.contains(&path) {
            paths.push(path);
        }
    }
    paths
}

/// The same files, as the rules about them are to see them.
fn to_check(
    arguments: &InputArgs,
    files: &[GivenValues],
    configs: &mut ConfigFiles,
    overrides: &Overrides,
) -> Vec<ValuesToCheck> {
    let sources: Vec<Arc<SourceFile>> = files.iter().map(|file| Arc::clone(&file.source)).collect();
    let settings = settings(configs, overrides, &sources);
    let numbered = files.iter().zip(settings).enumerate().filter(|(_, (file, _))| file.is_judged);
    let to_check = numbered.map(|(number, (file, settings))| ValuesToCheck {
        source: Arc::clone(&file.source),
        is_deployment: number >= arguments.parameter_files.len() || file.values.template.is_some(),
        settings,
    });
    to_check.collect()
}

/// Gives each template the parameters of the files that are for it. `--parameter` stays on top.
fn add_parameters(files: &[GivenValues], overrides: &Overrides, sources: &[Arc<SourceFile>], settings: &mut [Arc<Settings>]) {
    // The first file wins.
    for file in files.iter().rev() {
        for (source, settings) in sources.iter().zip(&mut *settings) {
            if file.values.template.as_ref().is_some_and(|template| !workspace::names(template, source.name())) {
                continue;
            }
            let settings = Arc::make_mut(settings);
            if file.is_judged {
                settings.value_files.insert(0, ValueFile(Arc::clone(&file.source)));
            }
            for (name, value) in file.values.parameters.iter().filter(|(name, _)| !overrides.parameters.contains_key(*name)) {
                settings.give(name, value);
            }
        }
    }
}

/// Warns of names in the arguments that no template has.
pub(super) fn warn_of_unmatched(arguments: &InputArgs, sources: &[Arc<SourceFile>], companions: &Companions) {
    if sources.is_empty() {
        return;
    }
    for (name, _) in &arguments.parameters {
        if !sources.iter().any(|source| source.text().contains(name.as_str())) {
            output::warning(&format!("no template has a parameter `{name}`"));
        }
    }
    let all = || sources.iter().chain(&companions.sources);
    for (template, _) in &arguments.stack_names {
        if !all().any(|source| workspace::names(template, source.name())) {
            output::warning(&format!("`--stack-name {template}`: no such template in this run"));
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
