//! Finds the config file of each template, and what it says about that one.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use globset::GlobSet;
use rustc_hash::FxHashMap;

use super::{OwnTypes, Stamp, candidates, stamp, text};
use crate::config::{self, ConfigError, KnownRule, Overrides, ParameterFile, Reading, Settings};
use crate::report::RunProblem;
use crate::text::SourceFile;
use crate::workspace;

/// Where config files come from.
#[derive(Clone, Debug, Default)]
pub enum ConfigSource {
    /// The nearest one above each template, or cfn-lint's.
    #[default]
    Search,
    /// This one for all templates.
    File(PathBuf),
    /// One of cfn-lint's, whatever its name, for all templates.
    CfnLintFile(PathBuf),
    /// None is read.
    Isolated,
}

/// Finds the config file of each template: the nearest one upwards, or cfn-lint's where there is none of ours.
#[derive(Debug, Default)]
pub struct ConfigFiles {
    source: ConfigSource,
    rules: Vec<KnownRule>,
    /// By the folder of the template, as given.
    folders: FxHashMap<PathBuf, (PathBuf, Option<usize>)>,
    by_path: FxHashMap<PathBuf, usize>,
    found: Vec<ConfigFile>,
    /// The schemas that the command line names, in place of those that config files name.
    own_types: OwnTypes,
    /// The tables of types that were made.
    own_tables: Vec<(OwnTypes, Option<&'static [u8]>)>,
    /// The folder that cfnvet was started for, in place of the current one.
    run_folder: Option<PathBuf>,
    /// What was read, parameter files too, and what it looked like.
    stamps: Vec<(PathBuf, Option<Stamp>)>,
    /// Config files that cannot be read, and what is wrong in others.
    pub problems: Vec<RunProblem>,
    /// What has no effect in config files, or may be wrong.
    pub warnings: Vec<RunProblem>,
}

/// A config file that was read.
#[derive(Debug)]
struct ConfigFile {
    settings: Arc<Settings>,
    /// Without links; what its globs are relative to.
    folder: PathBuf,
    exclude: GlobSet,
    ignores: Vec<(GlobSet, Vec<String>)>,
    /// Parameter files that are for one template each.
    deployments: Vec<ParameterFile>,
    /// The settings of templates for which some of `ignores` and of `deployments` count.
    variants: FxHashMap<(Vec<usize>, Vec<usize>), Arc<Settings>>,
}

impl ConfigFiles {
    /// Reads config files from `source`, in which the names of `rules` are known.
    #[must_use]
    pub fn new(source: ConfigSource, rules: Vec<KnownRule>) -> Self {
        Self { source, rules, ..Self::default() }
    }

    /// Reads config files from `source` for the templates of a workspace folder.
    #[must_use]
    pub fn for_folder(source: ConfigSource, rules: Vec<KnownRule>, folder: Option<PathBuf>) -> Self {
        Self { source, rules, run_folder: folder, ..Self::default() }
    }

    /// These with schemas that the command line names.
    #[must_use]
    pub fn with_own_types(self, own_types: OwnTypes) -> Self {
        Self { own_types, ..self }
    }

    /// The table of the types that the command line names, or else those named here.
    fn own_table(&mut self, registry: Vec<PathBuf>, spec: Option<PathBuf>) -> Option<&'static [u8]> {
        let given = self.own_types.clone();
        let own =
            OwnTypes { registry: if given.registry.is_empty() { registry } else { given.registry }, spec: given.spec.or(spec) };
        if let Some((_, known)) = self.own_tables.iter().find(|(known, _)| *known == own) {
            return *known;
        }
        let table = own.table();
        self.stamps.extend(table.read.into_iter().map(|path| (path.clone(), stamp(&path))));
        self.problems.extend(table.problems);
        self.own_tables.push((own, table.bytes));
        table.bytes
    }

    /// Whether the files that were read are as they were, and those for the template called `name` would be chosen again.
    #[must_use]
    pub fn is_current(&self, name: &Path) -> bool {
        let is_same_choice = || match (&self.source, self.folders.get(name.parent().unwrap_or(Path::new("")))) {
            (ConfigSource::Search, Some((real, index))) => {
                let chosen = self.chosen(real).map(|(path, _)| path);
                chosen.and_then(|path| self.by_path.get(&path).copied()) == *index
            }
            _ => true,
        };
        self.stamps.iter().all(|(path, was)| stamp(path) == *was) && is_same_choice()
    }

    /// The config and parameter files that were read.
    pub fn read_files(&self) -> impl Iterator<Item = &Path> {
        self.stamps.iter().map(|(path, _)| path.as_path())
    }

    /// The settings that a config file makes for the file called `name`, `None` where there is none for it.
    pub fn settings_of(&mut self, name: &Path) -> Option<Arc<Settings>> {
        let (path, index) = self.file_of(name);
        let file = &mut self.found[index?];
        let relative = relative(&path, &file.folder);
        let ignores: Vec<usize> = (0..file.ignores.len()).filter(|at| file.ignores[*at].0.is_match(&relative)).collect();
        let is_for = |deployment: &ParameterFile| {
            let template = deployment.template.as_deref();
            template.is_some_and(|template| workspace::names(template, &name.to_string_lossy().replace('\\', "/")))
        };
        let deployments: Vec<usize> = (0..file.deployments.len()).filter(|at| is_for(&file.deployments[*at])).collect();
        if ignores.is_empty() && deployments.is_empty() {
            return Some(Arc::clone(&file.settings));
        }
        let key = (ignores, deployments);
        if let Some(known) = file.variants.get(&key) {
            return Some(Arc::clone(known));
        }
        let mut settings = file.settings.as_ref().clone();
        settings.selection.path_ignore = key.0.iter().flat_map(|at| file.ignores[*at].1.clone()).collect();
        for deployment in &key.1 {
            for (name, value) in &file.deployments[*deployment].parameters {
                settings.parameters.entry(name.clone()).or_insert_with(|| value.clone());
            }
        }
        let settings = Arc::new(settings);
        file.variants.insert(key, Arc::clone(&settings));
        Some(settings)
    }

    /// Whether the config file leaves out the file called `name`; `is_named` where the command line names it.
    pub fn excludes(&mut self, name: &Path, is_named: bool) -> bool {
        let (path, Some(index)) = self.file_of(name) else { return false };
        let file = &self.found[index];
        (!is_named || file.settings.exclude_named) && file.exclude.is_match(relative(&path, &file.folder))
    }

    /// The settings of the current folder, and the folder that its paths are relative to.
    pub fn of_the_run(&mut self) -> Option<(Arc<Settings>, PathBuf)> {
        let (_, index) = self.file_of(Path::new("x"));
        let file = &self.found[index?];
        Some((Arc::clone(&file.settings), near(&file.folder)))
    }

    /// The folders, files and globs of templates that the config files found so far want to be linked with.
    #[must_use]
    pub fn workspace_roots(&self) -> Vec<PathBuf> {
        let roots = |file: &ConfigFile| {
            let folder = near(&file.folder);
            file.settings.workspace_roots.iter().map(|root| folder.join(root)).collect::<Vec<_>>()
        };
        self.found.iter().flat_map(roots).collect()
    }

    /// The real path of a file, and the number of its config file.
    #[expect(clippy::disallowed_methods, reason = "config files are searched from the current folder up")]
    fn file_of(&mut self, name: &Path) -> (PathBuf, Option<usize>) {
        let folder = name.parent().unwrap_or(Path::new(""));
        let file = name.file_name().unwrap_or_default();
        if let Some((real, index)) = self.folders.get(folder) {
            return (real.join(file), *index);
        }
        let given = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        // Without links, so that `..` leads where the file is.
        let real = given.canonicalize().or_else(|_| here().map(|here| here.join(given)).ok_or(())).unwrap_or_default();
        let index = match self.source.clone() {
            ConfigSource::Isolated => None,
            ConfigSource::File(path) => Some(self.load(&path, is_of_cfn_lint(&path))),
            ConfigSource::CfnLintFile(path) => Some(self.load(&path, true)),
            ConfigSource::Search => self.chosen(&real).map(|(path, is_foreign)| self.load(&path, is_foreign)),
        };
        self.folders.insert(folder.to_owned(), (real.clone(), index));
        (real.join(file), index)
    }

    /// Our file nearest to `folder`. Where there is none on the way up, cfn-lint's: that of the current folder, which is the one it
    /// reads itself, else the nearest, else that of the home folder alone.
    #[expect(clippy::disallowed_methods, reason = "this is the place that looks at paths")]
    fn chosen(&self, folder: &Path) -> Option<(PathBuf, bool)> {
        let own = |folder: &Path| Some(folder.join(config::FILE_NAME)).filter(|path| path.is_file());
        if let Some(path) = folder.ancestors().find_map(own) {
            return Some((path, false));
        }
        let run_folder = self.run_folder.clone().or_else(here);
        let near = run_folder.as_deref().and_then(cfnlintrc).or_else(|| folder.ancestors().find_map(cfnlintrc));
        let path = near.or_else(|| home().as_deref().and_then(cfnlintrc))?;
        Some((path, true))
    }

    /// The number of the file at `path`, read once. Its settings are the defaults, with a problem, where it cannot be read.
    fn load(&mut self, path: &Path, is_foreign: bool) -> usize {
        if let Some(known) = self.by_path.get(path) {
            return *known;
        }
        let name = path.strip_prefix(here().unwrap_or_default()).unwrap_or(path).display().to_string();
        let reading = if is_foreign {
            let home = home().as_deref().and_then(cfnlintrc).filter(|home| home != path);
            let under = home.map(|home| {
                self.read(&home, &home.display().to_string(), |text| config::parse_cfnlintrc(text, Settings::default()))
            });
            self.read(path, &name, |text| config::parse_cfnlintrc(text, under.unwrap_or_default()))
        } else {
            let rules = self.rules.clone();
            self.read(path, &name, |text| config::parse(text, &rules))
        };
        let folder = real_folder(path);
        let file = self.prepare(reading, folder, &name);
        self.found.push(file);
        self.by_path.insert(path.to_owned(), self.found.len() - 1);
        self.found.len() - 1
    }

    fn read(&mut self, path: &Path, name: &str, parse: impl FnOnce(&str) -> Reading) -> Settings {
        let problem = |error: ConfigError| RunProblem { file: Some(name.to_owned()), place: error.place, message: error.message };
        self.stamps.push((path.to_owned(), stamp(path)));
        match text(path) {
            Ok(text) => {
                let reading = parse(&text);
                self.problems.extend(reading.errors.into_iter().map(problem));
                self.warnings.extend(reading.warnings.into_iter().map(problem));
                reading.settings
            }
            Err(message) => {
                self.problems.push(problem(ConfigError { place: None, message }));
                Settings::default()
            }
        }
    }

    fn prepare(&mut self, mut settings: Settings, folder: PathBuf, name: &str) -> ConfigFile {
        // What is no glob was said when the file was read.
        let ignores =
            settings.per_path_ignores.iter().filter_map(|(glob, rules)| Some((config::path_glob(glob).ok()?, rules.clone())));
        let (ignores, exclude) = (ignores.collect(), config::path_globs(&settings.exclude));
        settings.baseline = settings.baseline.map(|path| near(&folder).join(path).display().to_string());
        for path in settings.guard.iter_mut().filter(|path| !path.starts_with(super::PACK)) {
            *path = near(&folder).join(&path).display().to_string();
        }
        let registry = settings.registry_schemas.iter().map(|path| near(&folder).join(path)).collect();
        let spec = settings.override_spec.as_ref().map(|path| near(&folder).join(path));
        settings.own_types = self.own_table(registry, spec);
        let mut deployments = Vec::new();
        let paths: Vec<PathBuf> = settings.parameter_files.iter().map(|path| near(&folder).join(path)).collect();
        let files = candidates(&paths, false);
        self.problems.extend(files.problems.iter().cloned());
        for path in files.paths() {
            self.stamps.push((path.to_owned(), stamp(path)));
            match parameter_file(path) {
                Ok(file) if file.template.is_some() => deployments.push(file),
                Ok(file) => {
                    for (name, value) in file.parameters {
                        settings.parameters.entry(name).or_insert(value);
                    }
                }
                Err(error) => {
                    let file = Some(path.display().to_string());
                    self.problems.push(RunProblem {
                        file,
                        place: error.place,
                        message: format!("{} (named in {name})", error.message),
                    });
                }
            }
        }
        ConfigFile { settings: Arc::new(settings), folder, exclude, ignores, deployments, variants: FxHashMap::default() }
    }
}

/// The settings of each source, in the same order.
#[must_use]
pub fn settings(configs: &mut ConfigFiles, overrides: &Overrides, sources: &[Arc<SourceFile>]) -> Vec<Arc<Settings>> {
    let base = Settings { own_types: configs.own_table(Vec::new(), None), today: Some(super::today()), ..Settings::default() };
    let base = Arc::new(base.with(overrides));
    // Templates under one config file share their settings.
    let mut merged: Vec<(Arc<Settings>, Arc<Settings>)> = Vec::new();
    let mut all = Vec::with_capacity(sources.len());
    for source in sources {
        let Some(config) = configs.settings_of(Path::new(source.name())) else {
            all.push(Arc::clone(&base));
            continue;
        };
        let known = merged.iter().find(|(from, _)| Arc::ptr_eq(from, &config)).map(|(_, to)| Arc::clone(to));
        all.push(known.unwrap_or_else(|| {
            let config_settings = Settings { today: Some(super::today()), ..config.as_ref().clone() };
            let settings = Arc::new(config_settings.with(overrides));
            merged.push((config, Arc::clone(&settings)));
            settings
        }));
    }
    all
}

/// Names the stacks that nobody named otherwise.
pub fn add_stack_names(names: &BTreeMap<String, String>, settings: &mut [Arc<Settings>]) {
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

/// A file of parameter values that the command line names.
#[derive(Debug)]
pub struct GivenValues {
    /// Its text.
    pub source: Arc<SourceFile>,
    /// What it says.
    pub values: ParameterFile,
    /// Why nothing of it could be read.
    pub refused: Option<ConfigError>,
    /// Whether the rules about such files know its format.
    pub is_judged: bool,
}

/// Reads a file of parameter values that the command line names; what is wrong in one of YAML or JSON is for the rules to say.
///
/// # Errors
///
/// Where it cannot be read.
pub fn given_values(path: &Path) -> Result<GivenValues, ConfigError> {
    let text = text(path).map_err(|message| ConfigError { place: None, message })?;
    let is_toml = path.extension().is_some_and(|ending| ending == "toml");
    let (values, refused) = match config::parse_parameters(&text, is_toml) {
        Err(error) if is_toml => return Err(error),
        Err(error) => (ParameterFile::default(), Some(error)),
        Ok(values) => (values, None),
    };
    let name = path.to_string_lossy().replace('\\', "/");
    Ok(GivenValues { source: Arc::new(SourceFile::new(name, text)), values, refused, is_judged: !is_toml })
}

/// Reads a file of parameter values.
///
/// # Errors
///
/// Where it cannot be read, or is none.
pub fn parameter_file(path: &Path) -> Result<ParameterFile, ConfigError> {
    let text = text(path).map_err(|message| ConfigError { place: None, message })?;
    config::parse_parameters(&text, path.extension().is_some_and(|ending| ending == "toml"))
}

/// The current folder, without links.
#[expect(clippy::disallowed_methods, reason = "paths are shown and compared from the current folder")]
fn here() -> Option<PathBuf> {
    std::env::current_dir().and_then(|folder| folder.canonicalize()).ok()
}

#[expect(clippy::disallowed_methods, reason = "cfn-lint reads a config file in the home folder")]
fn home() -> Option<PathBuf> {
    let set = |name| std::env::var_os(name).filter(|value| !value.is_empty());
    set("HOME").or_else(|| set("USERPROFILE")).map(PathBuf::from)
}

/// cfn-lint's config file in a folder.
#[expect(clippy::disallowed_methods, reason = "this is the place that looks at paths")]
fn cfnlintrc(folder: &Path) -> Option<PathBuf> {
    config::CFNLINTRC_NAMES.iter().map(|name| folder.join(name)).find(|path| path.is_file())
}

fn is_of_cfn_lint(path: &Path) -> bool {
    path.file_name().is_some_and(|name| config::CFNLINTRC_NAMES.iter().any(|known| name == *known))
}

/// The folder of a file, without links.
#[expect(clippy::disallowed_methods, reason = "this is the place that looks at paths")]
fn real_folder(file: &Path) -> PathBuf {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    folder.canonicalize().unwrap_or_else(|_| folder.to_owned())
}

/// A folder as it is called from the current one, where it is in it.
fn near(folder: &Path) -> PathBuf {
    here().and_then(|here| folder.strip_prefix(here).map(Path::to_owned).ok()).unwrap_or_else(|| folder.to_owned())
}

/// The path of a file from a folder that it is in, with `/`; its whole path where it is elsewhere.
fn relative(path: &Path, folder: &Path) -> String {
    path.strip_prefix(folder).unwrap_or(path).to_string_lossy().replace('\\', "/")
}
