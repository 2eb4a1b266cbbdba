//! What several test files need.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use cfnvet::config::{Day, Overrides, Selectors, Settings};
use cfnvet::diagnostic::{Diagnostic, Severity};
use cfnvet::text::SourceFile;

/// The folder of `Cargo.toml`.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The text of a file of the repository.
pub(crate) fn read(path: impl AsRef<Path>) -> String {
    let path = path.as_ref();
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The files below a folder of the repository, sorted, by their paths from its root with `/`.
pub(crate) fn files_below(folder: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec![PathBuf::from(folder)];
    while let Some(folder) = folders.pop() {
        let entries = fs::read_dir(root().join(&folder)).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
        for entry in entries {
            let entry = entry.expect("the folder can be read");
            let path = folder.join(entry.file_name());
            if entry.file_type().expect("its kind is known").is_dir() {
                folders.push(path);
            } else {
                found.push(path.to_string_lossy().replace('\\', "/"));
            }
        }
    }
    found.sort();
    found
}

/// The settings under which exactly the rules named run and everything they say is reported.
pub(crate) fn only(rules: &[&str]) -> Settings {
    let select = rules.iter().map(|rule| (*rule).to_owned()).collect();
    let selectors = Selectors { select, ignore: Vec::new() };
    let settings = Settings { today: Day::parse("2026-06-01"), ..Settings::default() };
    settings.with(&Overrides { selectors, severity: Some(Severity::Info), ..Overrides::default() })
}

/// What `settings` report for `text`, sorted.
pub(crate) fn check(name: &str, text: impl Into<Vec<u8>>, settings: &Settings) -> Vec<Diagnostic> {
    check_together(&[(name, &text.into())], settings)
}

/// What `settings` report for files that are given together, sorted.
pub(crate) fn check_together(files: &[(&str, &[u8])], settings: &Settings) -> Vec<Diagnostic> {
    let source = |(name, text): &(&str, &[u8])| Arc::new(SourceFile::from_bytes(*name, text.to_vec()));
    let sources: Vec<Arc<SourceFile>> = files.iter().map(source).collect();
    let settings: Vec<_> = sources.iter().map(|_| Arc::new(settings.clone())).collect();
    let load = |path: &str| sources.iter().find(|source| source.name() == path.trim_start_matches("./")).map(Arc::clone);
    cfnvet::check::check(&sources, &settings, &load).diagnostics
}

/// The line a finding starts in, from 1.
pub(crate) fn line(diagnostic: &Diagnostic) -> u32 {
    diagnostic.file.position(diagnostic.span.start).line
}

/// `text` with the fixes of all findings applied.
pub(crate) fn fixed(text: &str, diagnostics: &[Diagnostic]) -> String {
    let mut edits: Vec<_> =
        diagnostics.iter().filter_map(|diagnostic| diagnostic.fix.as_ref()).flat_map(|fix| &fix.edits).collect();
    edits.sort_by_key(|edit| std::cmp::Reverse(edit.span));
    edits.dedup();
    let mut text = text.to_owned();
    for edit in edits {
        text.replace_range(edit.span.range(), &edit.replacement);
    }
    text
}

/// What is wrong with the words of a finding, by the rules of style that a program can check.
pub(crate) fn wording_faults(diagnostic: &Diagnostic) -> Vec<String> {
    let mut faults = Vec::new();
    let labels = diagnostic.label.iter().chain(diagnostic.labels.iter().map(|label| &label.message));
    let clauses = std::iter::once(&diagnostic.message).chain(&diagnostic.help).chain(labels);
    for text in clauses.clone().filter(|text| text.ends_with('.')) {
        faults.push(format!("ends with a full stop: {text:?}"));
    }
    for text in clauses.chain(&diagnostic.notes) {
        if text.trim() != text || text.is_empty() || text.contains('\n') {
            faults.push(format!("is empty, has more than one line or blanks around: {text:?}"));
        }
        let words = || text.split(|character: char| !character.is_alphanumeric()).map(str::to_ascii_lowercase);
        for (word, instead) in [("should", "must"), ("illegal", "invalid")] {
            if words().any(|found| found == word) {
                faults.push(format!("says {word:?}, which is {instead:?} here: {text:?}"));
            }
        }
    }
    faults
}
