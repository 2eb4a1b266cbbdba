//! Finds and reads templates and config files: the only place that lists folders.
//!
//! What is in a template is not looked at, beyond whether it looks like one.

mod config_files;
mod own_types;
mod policies;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use globset::GlobBuilder;
use ignore::Match;
use ignore::gitignore::{Gitignore, GitignoreBuilder};
use memchr::memmem;
use rayon::prelude::*;
use rustc_hash::FxHashSet;
use walkdir::{DirEntry, WalkDir};

use crate::config::{self, Day};
use crate::report::RunProblem;
use crate::text::{MAX_FILE_BYTES, SourceFile};

pub use config_files::{ConfigFiles, ConfigSource, GivenValues, add_stack_names, given_values, parameter_file, settings};
pub use own_types::OwnTypes;
pub use policies::{GuardTest, PACK, Policies, PolicyLibrary, guard_tests, policies};

/// The path that means standard input.
pub const STANDARD_INPUT: &str = "-";

/// Endings of the files that a directory is searched for.
const EXTENSIONS: [&str; 4] = ["yaml", "yml", "json", "template"];

/// Files that may be templates, in the order in which they are reported.
#[derive(Debug, Default)]
pub struct Candidates {
    files: Vec<Candidate>,
    /// What was asked for and could not be found.
    pub problems: Vec<RunProblem>,
}

#[derive(Debug)]
struct Candidate {
    path: PathBuf,
    taken: Taken,
    /// Whether the command line names it, rather than a folder or a glob that it is in.
    is_named: bool,
}

/// Which of the files found are checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Taken {
    /// Whatever it looks like.
    Always,
    /// Named, and left out unless it looks like a template.
    NamedTemplate,
    /// In a folder, where files that do not look like templates are no news.
    FolderTemplate,
}

/// What was read.
#[derive(Debug, Default)]
pub struct Files {
    /// The files to check, in the order of the candidates.
    pub sources: Vec<Arc<SourceFile>>,
    /// How many files that were named are left out because they do not look like templates.
    pub skipped: usize,
    /// Files that cannot be read.
    pub problems: Vec<RunProblem>,
}

impl Candidates {
    /// How many files there are to read.
    #[must_use]
    pub fn count(&self) -> usize {
        self.files.len()
    }

    /// Their paths.
    pub fn paths(&self) -> impl Iterator<Item = &Path> {
        self.files.iter().map(|file| file.path.as_path())
    }

    /// Leaves out what the config files exclude.
    pub fn exclude(&mut self, configs: &mut ConfigFiles) {
        self.files.retain(|file| {
            // What a hook names with `--only-templates` is no choice of a person.
            file.path == Path::new(STANDARD_INPUT) || !configs.excludes(&file.path, file.is_named && file.taken == Taken::Always)
        });
    }

    /// Leaves out what `globs`, relative to the current folder, match.
    ///
    /// # Errors
    ///
    /// Names the one that is no glob.
    pub fn exclude_globs(&mut self, globs: &[String]) -> Result<(), String> {
        for glob in globs {
            let matcher = config::path_glob(&format!("/{}", glob.trim_start_matches("./")))?;
            self.files.retain(|file| !matcher.is_match(file.path.strip_prefix(".").unwrap_or(&file.path)));
        }
        Ok(())
    }

    /// Leaves out the files of `sources`, however they are called.
    #[expect(clippy::disallowed_methods, reason = "this is the place that looks at paths")]
    pub fn without(&mut self, sources: &[Arc<SourceFile>]) {
        let real = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
        let known: FxHashSet<PathBuf> = sources.iter().map(|source| real(Path::new(source.name()))).collect();
        self.files.retain(|file| !known.contains(&real(&file.path)));
    }
}

/// The files that `paths` name: files, the files of folders, and globs, in the order given and sorted inside a folder.
///
/// Files named are always taken, unless `only_templates` asks that they look like templates too.
#[must_use]
pub fn candidates(paths: &[PathBuf], only_templates: bool) -> Candidates {
    let named = if only_templates { Taken::NamedTemplate } else { Taken::Always };
    let mut search = Search { found: Candidates::default(), seen: FxHashSet::default(), named };
    for path in paths {
        search.argument(path);
    }
    search.found
}

struct Search {
    found: Candidates,
    seen: FxHashSet<PathBuf>,
    /// For files that are named, by themselves or by a glob.
    named: Taken,
}

impl Search {
    #[expect(clippy::disallowed_methods, reason = "this is the place that looks at paths")]
    fn argument(&mut self, path: &Path) {
        if path == Path::new(STANDARD_INPUT) {
            return self.file(path.to_owned(), self.named, true);
        }
        match path.metadata() {
            Ok(metadata) if metadata.is_dir() => self.folder(path),
            Ok(_) => self.file(path.to_owned(), self.named, true),
            Err(_) if is_glob(path) => self.glob(path),
            Err(error) => self.problem(path, &error),
        }
    }

    fn file(&mut self, path: PathBuf, taken: Taken, is_named: bool) {
        // `a.yaml` and `./a.yaml` are one file.
        let key: PathBuf = path.components().filter(|component| *component != Component::CurDir).collect();
        if self.seen.insert(key) {
            self.found.files.push(Candidate { path, taken, is_named });
        }
    }

    fn folder(&mut self, root: &Path) {
        let mut ignored = GitIgnores::above(root);
        let mut walk = WalkDir::new(root).sort_by_file_name().into_iter();
        while let Some(entry) = walk.next() {
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) => {
                    let path = error.path().unwrap_or(root).to_owned();
                    self.problem(&path, &error.into());
                    continue;
                }
            };
            // Links to folders are not followed, so a link cannot lead back into a folder it is in.
            if entry.file_type().is_dir() {
                if entry.depth() > 0 && (is_hidden(&entry) || ignored.contains(&entry)) {
                    walk.skip_current_dir();
                } else {
                    ignored.enter(&entry);
                }
            } else if has_extension(entry.path()) && !ignored.contains(&entry) && is_file(&entry) {
                let path = entry.into_path();
                let path = if root == Path::new(".") { path.strip_prefix(".").map(Path::to_owned).unwrap_or(path) } else { path };
                self.file(path, Taken::FolderTemplate, false);
            }
        }
    }

    /// Files that match are taken as if the shell had named them.
    fn glob(&mut self, pattern: &Path) {
        let text = pattern.to_string_lossy();
        let matcher = match GlobBuilder::new(text.strip_prefix("./").unwrap_or(&text)).literal_separator(true).build() {
            Ok(glob) => glob.compile_matcher(),
            Err(error) => return self.refuse(pattern, format!("invalid glob: {}", error.kind())),
        };
        let fixed: PathBuf = pattern.components().take_while(|part| !is_glob(Path::new(part))).collect();
        let root = if fixed.as_os_str().is_empty() { Path::new(".") } else { &fixed };
        let mut any = false;
        let walk = WalkDir::new(root).sort_by_file_name().into_iter();
        for entry in walk.filter_entry(|entry| entry.depth() == 0 || !is_hidden(entry)).flatten() {
            let path = entry.path().strip_prefix(".").unwrap_or(entry.path()).to_owned();
            if matcher.is_match(&path) && is_file(&entry) {
                any = true;
                self.file(path, self.named, false);
            }
        }
        if !any {
            self.refuse(pattern, "no file matches this glob".to_owned());
        }
    }

    fn problem(&mut self, path: &Path, error: &io::Error) {
        self.refuse(path, describe(error));
    }

    fn refuse(&mut self, path: &Path, message: String) {
        self.found.problems.push(RunProblem { file: Some(path.display().to_string()), place: None, message });
    }
}

fn is_glob(path: &Path) -> bool {
    path.to_string_lossy().contains(['*', '?', '[', '{'])
}

fn is_hidden(entry: &DirEntry) -> bool {
    entry.file_type().is_dir() && entry.file_name().to_string_lossy().starts_with('.')
}

fn has_extension(path: &Path) -> bool {
    let extension = path.extension().and_then(|extension| extension.to_str());
    extension.is_some_and(|extension| EXTENSIONS.iter().any(|known| known.eq_ignore_ascii_case(extension)))
}

/// Whether the entry is a file or a link to one.
#[expect(clippy::disallowed_methods, reason = "this is the place that looks at paths")]
fn is_file(entry: &DirEntry) -> bool {
    entry.file_type().is_file() || entry.path_is_symlink() && entry.path().is_file()
}

/// What an error of the file system says, without its number.
pub(crate) fn describe(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "no such file or directory".to_owned(),
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        _ => {
            let text = error.to_string();
            text.split(" (os error").next().unwrap_or(&text).to_lowercase()
        }
    }
}

/// The `.gitignore` files that reach the folder being walked, outermost first, each with the depth of its folder.
struct GitIgnores {
    /// The folder walked from, without links, because a matcher knows the folder it is for by its path.
    root: PathBuf,
    given: PathBuf,
    matchers: Vec<(usize, Gitignore)>,
}

impl GitIgnores {
    /// Those of the folders above `root`, up to the folder of its Git repository; none where it is in none.
    #[expect(clippy::disallowed_methods, reason = "this is the place that looks at paths")]
    fn above(root: &Path) -> Self {
        let real = root.canonicalize().unwrap_or_else(|_| root.to_owned());
        let mut matchers = Vec::new();
        if let Some(repository) = real.ancestors().find(|folder| folder.join(".git").exists()) {
            let above = real.ancestors().skip(1).take_while(|folder| folder.starts_with(repository));
            matchers.extend(above.filter_map(gitignore).map(|matcher| (0, matcher)));
            matchers.reverse();
        }
        Self { root: real, given: root.to_owned(), matchers }
    }

    fn enter(&mut self, folder: &DirEntry) {
        self.leave(folder.depth());
        let path = self.real(folder.path());
        self.matchers.extend(gitignore(&path).map(|matcher| (folder.depth() + 1, matcher)));
    }

    fn contains(&mut self, entry: &DirEntry) -> bool {
        self.leave(entry.depth());
        let path = self.real(entry.path());
        for (_, matcher) in self.matchers.iter().rev() {
            match matcher.matched(&path, entry.file_type().is_dir()) {
                Match::None => {}
                Match::Ignore(_) => return true,
                Match::Whitelist(_) => return false,
            }
        }
        false
    }

    /// Forgets the files of folders that an entry at `depth` is not in.
    fn leave(&mut self, depth: usize) {
        while self.matchers.last().is_some_and(|(reach, _)| *reach > depth) {
            self.matchers.pop();
        }
    }

    fn real(&self, path: &Path) -> PathBuf {
        path.strip_prefix(&self.given).map_or_else(|_| path.to_owned(), |rest| self.root.join(rest))
    }
}

#[expect(clippy::disallowed_methods, reason = "this is the place that looks at paths")]
fn gitignore(folder: &Path) -> Option<Gitignore> {
    let path = folder.join(".gitignore");
    if !path.is_file() {
        return None;
    }
    let mut builder = GitignoreBuilder::new(folder);
    // A line that is no pattern is left out, as Git does; the others stand.
    let _ = builder.add(path);
    builder.build().ok().filter(|matcher| !matcher.is_empty())
}

/// The templates among the candidates, in the same order, and the files that cannot be read.
///
/// More than one file is read in the current rayon pool.
#[must_use]
pub fn read(candidates: &Candidates, standard_input: &str) -> Files {
    let one = |candidate: &Candidate| read_candidate(candidate, standard_input);
    let results: Vec<_> = match candidates.files.as_slice() {
        [only] => vec![one(only)],
        files => files.par_iter().map(one).collect(),
    };
    let mut files = Files::default();
    for (result, candidate) in results.into_iter().zip(&candidates.files) {
        match result {
            Ok(Some(source)) => files.sources.push(source),
            Ok(None) if candidate.taken == Taken::NamedTemplate => files.skipped += 1,
            Ok(None) => {}
            Err(problem) => files.problems.push(problem),
        }
    }
    files
}

/// `None` where the file is left out because it does not look like a template.
fn read_candidate(candidate: &Candidate, standard_input: &str) -> Result<Option<Arc<SourceFile>>, RunProblem> {
    let is_standard_input = candidate.path == Path::new(STANDARD_INPUT);
    let name = if is_standard_input { standard_input.to_owned() } else { candidate.path.display().to_string() };
    let bytes = if is_standard_input { read_limited(io::stdin().lock()) } else { read_file(&candidate.path) };
    let bytes = match bytes {
        Ok(bytes) => bytes,
        Err(error) => return Err(RunProblem { file: Some(name), place: None, message: describe(&error) }),
    };
    if candidate.taken != Taken::Always && !looks_like_template(&lossy(&bytes)) {
        return Ok(None);
    }
    Ok(Some(Arc::new(SourceFile::from_bytes(name, bytes))))
}

/// The text of bytes in any of the encodings that editors write, for a look at whether it is a template.
fn lossy(bytes: &[u8]) -> Cow<'_, str> {
    let wide = |unit: fn([u8; 2]) -> u16, bytes: &[u8]| {
        let units: Vec<u16> = bytes.chunks_exact(2).map(|pair| unit([pair[0], pair[1]])).collect();
        Cow::Owned(String::from_utf16_lossy(&units))
    };
    match bytes {
        [0xff, 0xfe, rest @ ..] => wide(u16::from_le_bytes, rest),
        [0xfe, 0xff, rest @ ..] => wide(u16::from_be_bytes, rest),
        _ => String::from_utf8_lossy(bytes),
    }
}

/// The file at `path`, which a template names; `None` where it cannot be read or is outside the workspace: the repository that
/// the current folder is in, else the current folder.
#[must_use]
pub fn linked(path: &str) -> Option<Arc<SourceFile>> {
    linked_from(Path::new("."), path)
}

/// The file at `path`, which a template names; `None` where it cannot be read or is outside the workspace: the repository that
/// `folder` is in, else `folder`.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "this is the place that looks at paths")]
pub fn linked_from(folder: &Path, path: &str) -> Option<Arc<SourceFile>> {
    let here = folder.canonicalize().ok()?;
    let root = here.ancestors().find(|folder| folder.join(".git").exists()).unwrap_or(&here);
    let real = Path::new(path).canonicalize().ok()?;
    if !real.starts_with(root) {
        return None;
    }
    Some(Arc::new(SourceFile::from_bytes(path, read_file(&real).ok()?)))
}

/// The template at `path`; `None` where the file cannot be read or does not look like one.
#[must_use]
pub fn template(path: &Path) -> Option<Arc<SourceFile>> {
    let bytes = read_file(path).ok()?;
    looks_like_template(&lossy(&bytes)).then(|| Arc::new(SourceFile::from_bytes(slashed(path), bytes)))
}

/// A path as templates name each other, with `/`.
#[must_use]
pub fn slashed(path: &Path) -> String {
    let path = path.to_string_lossy();
    if std::path::MAIN_SEPARATOR == '/' { path.into_owned() } else { path.replace(std::path::MAIN_SEPARATOR, "/") }
}

/// By what one sees that a file has changed: when it was written, and its length.
pub type Stamp = (Option<SystemTime>, u64);

/// The day, in UTC.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "whether something has come to its end is asked of the day of the run")]
pub fn today() -> Day {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    Day::of_unix_time(since.map_or(0, |passed| passed.as_secs()))
}

/// The stamp of the file at `path`, `None` where there is none.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "this is the place that looks at paths")]
pub fn stamp(path: &Path) -> Option<Stamp> {
    let metadata = path.metadata().ok()?;
    Some((metadata.modified().ok(), metadata.len()))
}

/// Whether there is a file at `path`.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "this is the place that looks at paths")]
pub fn is_a_file(path: &Path) -> bool {
    path.is_file()
}

/// Whether there is something at `path`.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "this is the place that looks at paths")]
pub fn exists(path: &Path) -> bool {
    path.symlink_metadata().is_ok()
}

/// The text of a file that the command line names.
///
/// # Errors
///
/// Says why it cannot be read.
pub fn text(path: &Path) -> Result<String, String> {
    let bytes = read_file(path).map_err(|error| describe(&error))?;
    String::from_utf8(bytes).map_err(|_| "not UTF-8".to_owned())
}

/// The path of `file` from the folder that `base` is in, with `/`.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "this is the place that looks at paths")]
pub fn path_from(base: &Path, file: &str) -> String {
    let folder = base.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let (Ok(folder), Ok(file)) = (folder.canonicalize(), Path::new(file).canonicalize()) else { return file.replace('\\', "/") };
    let common = folder.components().zip(file.components()).take_while(|(one, other)| one == other).count();
    let up = folder.components().skip(common).map(|_| "..".to_owned());
    let down = file.components().skip(common).map(|part| part.as_os_str().to_string_lossy().into_owned());
    up.chain(down).collect::<Vec<_>>().join("/")
}

/// The names of the stacks that a CDK app makes of `sources`, by the template's path: what `manifest.json` beside them says.
#[must_use]
pub fn cdk_stack_names(sources: &[Arc<SourceFile>]) -> BTreeMap<String, String> {
    let mut names = BTreeMap::new();
    let mut seen = FxHashSet::default();
    for source in sources {
        // The CDK writes templates under this ending, which spares other folders the look for a manifest.
        if !source.name().ends_with(".template.json") {
            continue;
        }
        let folder = Path::new(source.name()).parent().unwrap_or(Path::new(""));
        if !seen.insert(folder.to_owned()) {
            continue;
        }
        let Ok(text) = text(&folder.join("manifest.json")) else { continue };
        let Ok(manifest) = serde_json::from_str::<serde_json::Value>(&text) else { continue };
        let artifacts = manifest.get("artifacts").and_then(serde_json::Value::as_object);
        for (id, artifact) in artifacts.into_iter().flatten() {
            if artifact.get("type").and_then(serde_json::Value::as_str) != Some("aws:cloudformation:stack") {
                continue;
            }
            let property = |name: &str| artifact.get("properties")?.get(name)?.as_str();
            if let Some(template) = property("templateFile") {
                let name = property("stackName").unwrap_or(id);
                names.insert(folder.join(template).display().to_string(), name.to_owned());
            }
        }
    }
    names
}

#[expect(clippy::disallowed_methods, reason = "this is the place that reads files")]
fn read_file(path: &Path) -> io::Result<Vec<u8>> {
    let file = File::open(path)?;
    if file.metadata()?.is_dir() {
        return Err(io::Error::other("is a directory"));
    }
    read_limited(file)
}

/// At most one byte more than a template may have, by which `text` knows that it is too large.
fn read_limited(reader: impl Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    reader.take(MAX_FILE_BYTES as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Whether a text is meant as a CloudFormation template, by a scan of its bytes.
///
/// It is where it has, at the top level, `AWSTemplateFormatVersion`, or else `Resources` together with `Transform` or with a
/// resource type anywhere.
#[must_use]
pub fn looks_like_template(text: &str) -> bool {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let bytes = text.as_bytes();
    if memmem::find(bytes, b"Resources").is_none() && memmem::find(bytes, b"AWSTemplateFormatVersion").is_none() {
        return false;
    }
    let top = if text.trim_start().starts_with('{') { flow_keys(bytes) } else { block_keys(bytes) };
    top.version || top.resources && (top.transform || has_resource_type(bytes))
}

/// Which of the telling keys are at the top level.
#[derive(Default)]
struct TopLevel {
    version: bool,
    resources: bool,
    transform: bool,
}

impl TopLevel {
    fn add(&mut self, key: &[u8]) {
        match key {
            b"AWSTemplateFormatVersion" => self.version = true,
            b"Resources" => self.resources = true,
            b"Transform" => self.transform = true,
            _ => {}
        }
    }
}

/// Keys at the indentation of the first one, which need not be none, quoted or not.
fn block_keys(bytes: &[u8]) -> TopLevel {
    let mut top = TopLevel::default();
    let mut indentation = None;
    let starts = std::iter::once(0).chain(memchr::memchr2_iter(b'\n', b'\r', bytes).map(|at| at + 1));
    for start in starts {
        let line = &bytes[start..];
        let spaces = line.iter().take_while(|byte| **byte == b' ').count();
        let line = &line[spaces..];
        match line.first() {
            None | Some(b'\r' | b'\n' | b'#' | b'%') => continue,
            Some(_) if line.starts_with(b"---") => continue,
            Some(_) if *indentation.get_or_insert(spaces) != spaces => continue,
            Some(_) => {}
        }
        let (key, rest) = match line.first() {
            Some(quote @ (b'"' | b'\'')) => {
                let Some(length) = memchr::memchr(*quote, &line[1..line.len().min(40)]) else { continue };
                (&line[1..=length], &line[length + 2..])
            }
            Some(b'A' | b'R' | b'T') => {
                let length = line.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
                line.split_at(length)
            }
            _ => continue,
        };
        let rest = rest.trim_ascii_start();
        if rest.first() == Some(&b':') && rest.get(1).is_none_or(u8::is_ascii_whitespace) {
            top.add(key);
        }
    }
    top
}

/// Quoted keys one brace deep.
fn flow_keys(bytes: &[u8]) -> TopLevel {
    let mut top = TopLevel::default();
    let mut depth = 0_u32;
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        at += 1;
        match byte {
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth = depth.saturating_sub(1),
            b'"' => {
                let Some(length) = string_length(&bytes[at..]) else { break };
                let (key, rest) = (&bytes[at..at + length], &bytes[at + length + 1..]);
                if depth == 1 && rest.trim_ascii_start().first() == Some(&b':') {
                    top.add(key);
                }
                at += length + 1;
            }
            _ => {}
        }
    }
    top
}

/// The bytes up to the closing quote, `None` where there is none.
fn string_length(bytes: &[u8]) -> Option<usize> {
    let mut at = 0;
    loop {
        at += memchr::memchr2(b'"', b'\\', bytes.get(at..)?)?;
        if bytes[at] == b'"' {
            return Some(at);
        }
        at += 2;
    }
}

/// Whether something like `AWS::S3::Bucket`, `Custom::Thing` or `Vendor::Service::Thing` is anywhere.
fn has_resource_type(bytes: &[u8]) -> bool {
    let is_word = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
    memmem::find_iter(bytes, b"::").any(|at| {
        let before = &bytes[..at];
        if !is_word(before.last()) || !is_word(bytes.get(at + 2)) {
            return false;
        }
        let line = &before[memchr::memrchr2(b'\n', b'{', before).map_or(0, |start| start + 1)..];
        ["AWS", "Alexa", "Custom"].iter().any(|vendor| line.ends_with(vendor.as_bytes())) || memmem::find(line, b"Type").is_some()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates_are_known_by_their_top_level_keys() {
        for text in [
            "AWSTemplateFormatVersion: 2010-09-09\n",
            "\u{feff}# a comment\r\nResources:\r\n  B:\r\n    Type: AWS::S3::Bucket\r\n",
            "\"Resources\" :\n  B: {Type: 'Custom::Thing'}\n",
            "Transform: AWS::Serverless-2016-10-31\nResources: {}\n",
            "---\n# indented\n  Description: x\n  Resources:\n    B:\n      Type: AWS::S3::Bucket\n",
            "Resources:\n  M: {Type: Vendor::Service::Thing::MODULE}\n",
            "{\"Resources\": {\"B\": {\"Type\": \"AWS::S3::Bucket\"}}}",
            "\n {\n \"Description\": \"a \\\"quoted\\\" {\",\n \"Resources\"\n : {\"B\": {\"Type\":\"Alexa::ASK::Skill\"}}}",
        ] {
            assert!(looks_like_template(text), "{text}");
        }
    }

    #[test]
    fn other_documents_are_not_templates() {
        for text in [
            "",
            "version: 2\nbuild:\n  os: ubuntu-22.04\n",
            "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - resources: {limits: {cpu: 1}}\n",
            "openapi: 3.0.0\ncomponents:\n  schemas:\n    Resources: {type: object}\n",
            "service: x\nresources:\n  Resources:\n    B:\n      Type: AWS::S3::Bucket\n",
            "Resources:\n  - a list of something else\n",
            "- a: list\n  Resources:\n    B:\n      Type: AWS::S3::Bucket\n",
            "Resources::Thing\n",
            "{\"version\": \"tree-0.1\", \"tree\": {\"Resources\": {\"id\": \"AWS::S3::Bucket\"}}}",
            "{\"version\":\"36.0.0\",\"artifacts\":{\"S\":{\"type\":\"aws:cloudformation:stack\"}}}",
            "{\"Resources",
            "{\":",
            "{\"a\\",
            "ignore_checks:\n- E3012\n",
        ] {
            assert!(!looks_like_template(text), "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_can_be_asked(text in "([\\[{}\"'\\\\: \n\rä]|Resources|AWS::|Type|#|-|AWSTemplateFormatVersion){0,30}") {
            let _ = looks_like_template(&text);
        }
    }
}
