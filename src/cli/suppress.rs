//! `check --baseline`, `--write-baseline` and `--add-ignores`.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::{CheckArgs, CliError, output, write};
use crate::config::{Baseline, BaselineEntry, Settings};
use crate::diagnostic::{Diagnostic, fingerprints};
use crate::discover;
use crate::report::RunProblem;
use crate::suppress;
use crate::text::SourceFile;

/// Takes out of `diagnostics` what a baseline holds, or all of them where one is written; returns how many.
pub(super) fn without_baseline(
    arguments: &CheckArgs,
    sources: &[Arc<SourceFile>],
    settings: &[Arc<Settings>],
    diagnostics: &mut Vec<Diagnostic>,
) -> Result<usize, CliError> {
    match &arguments.write_baseline {
        Some(path) => {
            write_baseline(path, diagnostics)?;
            Ok(std::mem::take(diagnostics).len())
        }
        None => apply_baselines(arguments.baseline.as_deref(), sources, settings, diagnostics),
    }
}

/// Takes the findings that a baseline holds out of `diagnostics`; returns how many.
fn apply_baselines(
    given: Option<&Path>,
    sources: &[Arc<SourceFile>],
    settings: &[Arc<Settings>],
    diagnostics: &mut Vec<Diagnostic>,
) -> Result<usize, CliError> {
    let paths: Vec<Option<PathBuf>> = settings
        .iter()
        .map(|settings| given.map(Path::to_owned).or_else(|| settings.baseline.as_ref().map(PathBuf::from)))
        .collect();
    if paths.iter().all(Option::is_none) && given.is_none() {
        return Ok(0);
    }
    let mut loaded: Vec<(PathBuf, Baseline)> = Vec::new();
    let mut of_file: FxHashMap<&str, usize> = FxHashMap::default();
    for (source, path) in sources.iter().zip(&paths) {
        let Some(path) = path else { continue };
        let index = match loaded.iter().position(|(known, _)| known == path) {
            Some(index) => index,
            None => {
                let problem = |problem: String| CliError::Baseline { at: path.display().to_string(), problem };
                let text = discover::text(path).map_err(problem)?;
                let baseline = Baseline::parse(&text).map_err(|error| {
                    let place = error.place.map(|place| format!(":{}:{}", place.line, place.column)).unwrap_or_default();
                    CliError::Baseline { at: format!("{}{place}", path.display()), problem: error.message }
                })?;
                loaded.push((path.clone(), baseline));
                loaded.len() - 1
            }
        };
        of_file.insert(source.name(), index);
    }
    let prints = fingerprints(diagnostics);
    let mut prints = prints.iter();
    let mut seen: Vec<FxHashSet<(String, String, String)>> = vec![FxHashSet::default(); loaded.len()];
    let before = diagnostics.len();
    diagnostics.retain(|diagnostic| {
        let print = prints.next().map_or("", String::as_str);
        // A nested template that nobody gave has the baseline of the command line.
        let only = (given.is_some() && !loaded.is_empty()).then_some(0);
        let Some(index) = of_file.get(diagnostic.file.name()).copied().or(only) else { return true };
        let (path, baseline) = &loaded[index];
        let file = discover::path_from(path, diagnostic.file.name());
        let is_known = baseline.contains(&file, &diagnostic.code, print);
        if is_known {
            seen[index].insert((file, diagnostic.code.to_string(), print.to_owned()));
        }
        !is_known
    });
    for (index, (path, baseline)) in loaded.iter().enumerate() {
        let own = sources.iter().filter(|source| of_file.get(source.name()) == Some(&index));
        let checked: FxHashSet<String> = own.map(|source| discover::path_from(path, source.name())).collect();
        let gone = baseline.count(|file| checked.contains(file))
            - seen[index].iter().filter(|(file, ..)| checked.contains(file)).count();
        if gone > 0 {
            let entries = if gone == 1 { "1 entry no longer occurs" } else { &format!("{gone} entries no longer occur") };
            output::warning(&format!("{}: {entries}, `--write-baseline` writes it anew", path.display()));
        }
    }
    Ok(before - diagnostics.len())
}

/// Writes the findings as a baseline. A file that is something else is left as it is.
fn write_baseline(path: &Path, diagnostics: &[Diagnostic]) -> Result<(), CliError> {
    if let Ok(text) = discover::text(path)
        && !text.trim().is_empty()
        && Baseline::parse(&text).is_err()
    {
        let problem = "is no baseline, and is left as it is".to_owned();
        return Err(CliError::Baseline { at: path.display().to_string(), problem });
    }
    let entries = diagnostics.iter().zip(fingerprints(diagnostics)).map(|(diagnostic, fingerprint)| BaselineEntry {
        file: discover::path_from(path, diagnostic.file.name()),
        code: diagnostic.code.to_string(),
        fingerprint,
        message: diagnostic.message.clone(),
    });
    super::outputs::write_to(Some(path), &Baseline::render(entries.collect()))
}

/// Writes suppressions for `diagnostics` into their files, which `sources` are afterwards; adds what could not be written.
pub(super) fn add_ignores(
    sources: &mut [Arc<SourceFile>],
    diagnostics: &[Diagnostic],
    reason: &str,
    problems: &mut Vec<RunProblem>,
) {
    let problem = |file: &str, message: String| RunProblem { file: Some(file.to_owned()), place: None, message };
    for source in sources {
        let own = diagnostics.iter().filter(|diagnostic| diagnostic.file.name() == source.name());
        // What is wrong with a suppression is mended, not suppressed.
        let own: Vec<&Diagnostic> = own.filter(|diagnostic| !diagnostic.code.starts_with("SUP")).collect();
        if !own.is_empty() && source.problem().is_none() {
            let (text, left) = suppress::add(source, &own, reason);
            for finding in left {
                let line = source.position(finding.span.start).line;
                problems.push(problem(source.name(), format!("no place to suppress {} of line {line}", finding.code)));
            }
            if text != source.text() {
                match write::replace(Path::new(source.name()), source.text(), &text) {
                    Ok(()) => *source = Arc::new(SourceFile::new(source.name(), text)),
                    Err(message) => problems.push(problem(source.name(), message)),
                }
            }
        }
    }
}
