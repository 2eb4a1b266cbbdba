//! `cfnvet check --fix` and `--diff`.

use std::path::Path;
use std::sync::Arc;

use super::outputs::Outputs;
use super::{COULD_NOT_RUN, CheckArgs, CliError, FINDINGS, SUCCESS, output, write};
use crate::check::Outcome;
use crate::diagnostic::{Diagnostic, Safety};
use crate::discover::STANDARD_INPUT;
use crate::fix::{self, Fixed};
use crate::report::{Fixes, RunProblem, diff};
use crate::text::SourceFile;

/// The fixes to apply; `None` where findings are only reported.
pub(super) fn allowed(arguments: &CheckArgs) -> Result<Option<Safety>, CliError> {
    if !arguments.fix && !arguments.diff {
        return Ok(None);
    }
    if reads_standard_input(arguments) && arguments.inputs.paths.len() > 1 {
        return Err(CliError::FixBesideStandardInput);
    }
    Ok(Some(if arguments.unsafe_fixes { Safety::Unsafe } else { Safety::Safe }))
}

/// How many of the findings could be fixed, for a run that only reports them.
pub(super) fn offered(diagnostics: &[Diagnostic], sources: &[Arc<SourceFile>]) -> Fixes {
    let (safe, unsafe_only) = fix::offered(diagnostics, sources);
    Fixes { safe, unsafe_only, ..Fixes::default() }
}

/// Prints what `--fix` would change.
pub(super) fn show(outputs: &Outputs, fixed: &Fixed, problems: &[RunProblem]) -> Result<u8, CliError> {
    let here = here();
    let diffs = fixed.files.iter().map(|file| {
        let name = file.before.name();
        let below = here.as_ref().and_then(|here| Path::new(name).strip_prefix(here).ok()).and_then(Path::to_str);
        diff::unified(below.unwrap_or(name), file.before.text(), file.after.text())
    });
    outputs.write_text(&diffs.collect::<String>())?;
    tell(fixed);
    if fixed.ended > 0 {
        output::note(&format!("Would fix {}.\n", counts(fixed.ended, fixed.files.len())));
    }
    Ok(match (problems.is_empty(), fixed.files.is_empty()) {
        (false, _) => COULD_NOT_RUN,
        (true, false) => FINDINGS,
        (true, true) => SUCCESS,
    })
}

/// Writes the files that changed, and gives what is left to report. A file that cannot be written is a problem and stays as it
/// was; `recheck` says what is found then.
pub(super) fn keep(
    arguments: &CheckArgs,
    sources: &mut [Arc<SourceFile>],
    fixed: Fixed,
    problems: &mut Vec<RunProblem>,
    recheck: impl FnOnce(&[Arc<SourceFile>]) -> Result<Outcome, CliError>,
) -> Result<(Outcome, Fixes), CliError> {
    tell(&fixed);
    let found = fixed.ended + fixed.outcome.diagnostics.len();
    let mut written = 0;
    for file in &fixed.files {
        let name = file.before.name();
        let result = match reads_standard_input(arguments) {
            true => Ok(()),
            false => write::replace(Path::new(name), file.before.text(), file.after.text()),
        };
        match result {
            Ok(()) => {
                written += 1;
                if let Some(source) = sources.iter_mut().find(|source| Arc::ptr_eq(source, &file.before)) {
                    *source = Arc::clone(&file.after);
                }
            }
            Err(message) => problems.push(RunProblem { file: Some(name.to_owned()), place: None, message }),
        }
    }
    if reads_standard_input(arguments) {
        give_back(sources, problems)?;
    }
    let outcome = if written == fixed.files.len() { fixed.outcome } else { recheck(sources)? };
    let unsafe_only = if arguments.unsafe_fixes { 0 } else { offered(&outcome.diagnostics, sources).unsafe_only };
    let ended = found.saturating_sub(outcome.diagnostics.len());
    Ok((outcome, Fixes { ended, files: written, safe: 0, unsafe_only }))
}

/// Whether the text that was read from standard input goes to standard output, and the report to standard error.
pub(super) fn gives_text_back(arguments: &CheckArgs) -> bool {
    arguments.fix && !arguments.diff && reads_standard_input(arguments)
}

/// Whether a template comes from standard input.
pub(super) fn reads_standard_input(arguments: &CheckArgs) -> bool {
    arguments.inputs.paths.iter().any(|path| path == Path::new(STANDARD_INPUT))
}

/// Prints the text of standard input as it is now.
fn give_back(sources: &[Arc<SourceFile>], problems: &mut Vec<RunProblem>) -> Result<(), CliError> {
    for source in sources {
        if source.problem().is_some() {
            // What was read is not all that there was.
            let message = "cannot be fixed, because it is no UTF-8 text; nothing is printed".to_owned();
            problems.push(RunProblem { file: Some(source.name().to_owned()), place: None, message });
        } else {
            output::print(source.text())?;
        }
    }
    Ok(())
}

/// Says which fixes were not applied, and why.
fn tell(fixed: &Fixed) {
    for left in &fixed.left {
        let Diagnostic { file, span, code, .. } = &left.diagnostic;
        let position = file.position(span.start);
        let place = format!("{}:{}:{}", file.name(), position.line, position.column);
        output::warning(&format!("{place}: {code} is not fixed: {}", left.reason));
    }
}

fn counts(findings: usize, files: usize) -> String {
    let plural = |count| if count == 1 { "" } else { "s" };
    format!("{findings} finding{} in {files} file{}", plural(findings), plural(files))
}

/// The current folder, so that names in a diff are relative.
#[expect(clippy::disallowed_methods, reason = "`patch` takes no absolute names")]
fn here() -> Option<std::path::PathBuf> {
    std::env::current_dir().ok()
}
