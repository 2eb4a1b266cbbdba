//! Finds and reads rule files of policies, and the files that test them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use globset::GlobBuilder;
use walkdir::WalkDir;

use super::{describe, read_file};
use crate::policy::{self, Policy};
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
        let found = below(path, &|file| is_policy(file));
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
    let found = below(start, &|file| glob.is_match(file.strip_prefix(".").unwrap_or(file)));
    if found.is_empty() { Err("the glob matches no file".to_owned()) } else { Ok(found) }
}

/// The files below a folder, sorted.
fn below(folder: &Path, takes: &dyn Fn(&Path) -> bool) -> Vec<PathBuf> {
    let entries = WalkDir::new(folder).sort_by_file_name().into_iter().filter_map(Result::ok);
    entries.filter(|entry| entry.file_type().is_file() && takes(entry.path())).map(walkdir::DirEntry::into_path).collect()
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

/// The rule files at a path, each with the tests beside it and in the folder `tests` there: files whose names begin with that of the
/// rule file and end in `.yaml`, `.yml`, `.json` or `.jsn`, as Guard finds them.
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
        let mut tests = Vec::new();
        for found in [folder.to_owned(), folder.join("tests")] {
            tests.extend(tests_in(&found, &stem)?);
        }
        all.push(GuardTest { policy, tests });
    }
    Ok(all)
}

fn tests_in(folder: &Path, stem: &str) -> Result<Vec<Arc<SourceFile>>, Vec<RunProblem>> {
    let is_test = |path: &Path| {
        let ending = path.extension().is_some_and(|ending| ["yaml", "yml", "json", "jsn"].iter().any(|known| ending == *known));
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        let rest = name.strip_prefix(stem);
        // Not those of a rule file whose name only begins alike.
        ending && rest.is_some_and(|rest| rest.is_empty() || rest.trim_start_matches(['_', '-', '.']).starts_with("test"))
    };
    let entries = WalkDir::new(folder).max_depth(1).sort_by_file_name().into_iter().filter_map(Result::ok);
    let mut sources = Vec::new();
    for entry in entries.filter(|entry| entry.file_type().is_file() && is_test(entry.path())) {
        let name = entry.path().display().to_string();
        match read_file(entry.path()) {
            Ok(bytes) => sources.push(Arc::new(SourceFile::from_bytes(name, bytes))),
            Err(error) => return Err(vec![RunProblem { file: Some(name), place: None, message: describe(&error) }]),
        }
    }
    Ok(sources)
}

/// The policies of a template.
pub type Policies = Arc<[Arc<Policy>]>;

/// The policies read so far.
#[derive(Debug, Default)]
pub struct PolicyLibrary {
    by_path: BTreeMap<String, Vec<Arc<Policy>>>,
    /// Rule files that cannot be read.
    pub problems: Vec<RunProblem>,
    /// What has no effect in rule files.
    pub warnings: Vec<RunProblem>,
}

impl PolicyLibrary {
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
            let mut loaded = policy::load(&source);
            self.problems.append(&mut loaded.problems);
            self.warnings.append(&mut loaded.warnings);
            policies.extend(loaded.policy);
        }
        policies
    }
}
