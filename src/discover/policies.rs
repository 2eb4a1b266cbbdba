//! Finds and reads rule files of policies, and the files that test them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use globset::GlobBuilder;
use walkdir::WalkDir;

use super::{describe, read_file};
use crate::policy::{self, Engine, Policy};
use crate::report::RunProblem;
use crate::text::SourceFile;

/// What stands before the name of a pack of policies that we ship.
pub const PACK: &str = "pack:";

/// The rule files that a path names: a file, those below a folder, or those that match a glob.
///
/// # Errors
///
/// Where there is none, or one cannot be read.
pub fn policies(path: &str) -> Result<Vec<Arc<SourceFile>>, Vec<RunProblem>> {
    let paths = rule_files(path).map_err(|message| vec![RunProblem { file: Some(path.to_owned()), place: None, message }])?;
    let mut sources = Vec::new();
    let mut problems = Vec::new();
    for path in paths {
        let name = path.display().to_string();
        match read_file(&path) {
            Ok(bytes) => sources.push(Arc::new(SourceFile::from_bytes(name, bytes))),
            Err(error) => problems.push(RunProblem { file: Some(name), place: None, message: describe(&error) }),
        }
    }
    if problems.is_empty() { Ok(sources) } else { Err(problems) }
}

#[expect(clippy::disallowed_methods, reason = "this is the place that looks at paths")]
fn rule_files(written: &str) -> Result<Vec<PathBuf>, String> {
    let path = Path::new(written);
    if path.is_file() {
        return Ok(vec![path.to_owned()]);
    }
    if path.is_dir() {
        let found = below(path, &|file| is_policy(file))?;
        return if found.is_empty() { Err("the folder holds no .guard file".to_owned()) } else { Ok(found) };
    }
    if !written.contains(['*', '?', '[', '{']) {
        return Err("there is no such file or folder".to_owned());
    }
    let glob = GlobBuilder::new(written.trim_start_matches("./")).literal_separator(true).build();
    let glob = glob.map_err(|error| error.to_string())?.compile_matcher();
    let fixed: PathBuf =
        path.components().take_while(|part| !part.as_os_str().to_string_lossy().contains(['*', '?', '[', '{'])).collect();
    let start = if fixed.as_os_str().is_empty() { Path::new(".") } else { fixed.as_path() };
    let found = below(start, &|file| glob.is_match(file.strip_prefix(".").unwrap_or(file)))?;
    if found.is_empty() { Err("the glob matches no file".to_owned()) } else { Ok(found) }
}

/// The files below a folder: those of each folder by their names, and folders in the order of their paths.
fn below(folder: &Path, takes: &dyn Fn(&Path) -> bool) -> Result<Vec<PathBuf>, String> {
    let mut found = Vec::new();
    for entry in WalkDir::new(folder) {
        let entry = entry.map_err(|error| error.to_string())?;
        if entry.file_type().is_file() && takes(entry.path()) {
            found.push(entry.into_path());
        }
    }
    found.sort_by(|one, other| (one.parent(), one.file_name()).cmp(&(other.parent(), other.file_name())));
    Ok(found)
}

fn is_policy(path: &Path) -> bool {
    path.extension().is_some_and(|ending| ending == "guard" || ending == "ruleset")
}

/// A rule file and the files that test it.
#[derive(Debug)]
pub struct GuardTest {
    /// The rule file.
    pub policy: Arc<SourceFile>,
    /// Its tests.
    pub tests: Vec<Arc<SourceFile>>,
}

/// The rule files at a path, each with its tests: files of YAML or JSON whose names begin with its own, in the folder `tests` beside
/// it, as Guard finds them; and beside it, where the name goes on with `_test`. Where several rule files' names fit, the longest
/// does.
///
/// # Errors
///
/// Where there is no rule file, or a file cannot be read.
pub fn guard_tests(path: &Path) -> Result<Vec<GuardTest>, Vec<RunProblem>> {
    let mut all = Vec::new();
    for policy in policies(&path.display().to_string())? {
        let file = Path::new(policy.name());
        let stem = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let stems: Vec<String> = entries(folder).filter(|path| is_policy(path)).map(|path| stem_of(&path)).collect();
        let is_own = |path: &Path| {
            let name = stem_of(path);
            let longest = stems.iter().filter(|stem| name.starts_with(*stem)).max_by_key(|stem| stem.len());
            is_test(path) && longest.is_none_or(|longest| *longest == stem)
        };
        let rest =
            |path: &Path| stem_of(path).strip_prefix(&stem).map(|rest| rest.trim_start_matches(['_', '-', '.']).to_owned());
        let beside = entries(folder).filter(|path| is_own(path) && rest(path).is_some_and(|rest| rest.starts_with("test")));
        let below = folder.join("tests");
        let within = entries(&below).filter(|path| is_own(path) && rest(path).is_some());
        let mut tests = Vec::new();
        for path in beside.chain(within) {
            let name = path.display().to_string();
            match read_file(&path) {
                Ok(bytes) => tests.push(Arc::new(SourceFile::from_bytes(name, bytes))),
                Err(error) => return Err(vec![RunProblem { file: Some(name), place: None, message: describe(&error) }]),
            }
        }
        all.push(GuardTest { policy, tests });
    }
    Ok(all)
}

fn is_test(path: &Path) -> bool {
    path.extension().is_some_and(|ending| ["yaml", "yml", "json", "jsn"].iter().any(|known| ending == *known))
}

fn stem_of(path: &Path) -> String {
    path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

/// The files in a folder, sorted.
fn entries(folder: &Path) -> impl Iterator<Item = PathBuf> {
    let entries = WalkDir::new(folder).max_depth(1).sort_by_file_name().into_iter().filter_map(Result::ok);
    entries.filter(|entry| entry.file_type().is_file()).map(walkdir::DirEntry::into_path)
}

/// The policies of a template.
pub type Policies = Arc<[Arc<Policy>]>;

/// The policies read so far.
#[derive(Debug, Default)]
pub struct PolicyLibrary {
    engine: Engine,
    by_path: BTreeMap<String, Vec<Arc<Policy>>>,
    /// Rule files that cannot be read.
    pub problems: Vec<RunProblem>,
    /// What has no effect in rule files.
    pub warnings: Vec<RunProblem>,
}

impl PolicyLibrary {
    /// A library whose rule files are read and evaluated by `engine`.
    #[must_use]
    pub fn new(engine: Engine) -> Self {
        Self { engine, ..Self::default() }
    }

    /// The policies that `paths` name, each file once.
    pub fn policies(&mut self, paths: &[String]) -> Policies {
        let mut all: Vec<Arc<Policy>> = Vec::new();
        for path in paths {
            if !self.by_path.contains_key(path) {
                let read = self.read(path);
                self.by_path.insert(path.clone(), read);
            }
            for policy in &self.by_path[path] {
                if !all.iter().any(|known| known.source.name() == policy.source.name()) {
                    all.push(Arc::clone(policy));
                }
            }
        }
        all.into()
    }

    fn read(&mut self, path: &str) -> Vec<Arc<Policy>> {
        let sources = match path.strip_prefix(PACK) {
            Some(pack) => policy::pack(pack).map_err(|message| vec![RunProblem { file: None, place: None, message }]),
            None => policies(path),
        };
        let sources = sources.unwrap_or_else(|mut problems| {
            self.problems.append(&mut problems);
            Vec::new()
        });
        let mut policies = Vec::new();
        for source in sources {
            let mut loaded = policy::load_with(&source, &self.engine);
            self.problems.append(&mut loaded.problems);
            self.warnings.append(&mut loaded.warnings);
            policies.extend(loaded.policy);
        }
        policies
    }
}
