//! The last lines of the formats for people.

use std::fmt::Write;
use std::time::Duration;

use super::Report;
use crate::diagnostic::Severity;

/// `Checked 12 templates, 3 other files skipped: 2 errors, 1 warning in 3 ms.`
pub(super) fn line(report: &Report) -> String {
    let mut counts = Vec::new();
    for severity in [Severity::Error, Severity::Warning, Severity::Info] {
        let count = report.diagnostics.iter().filter(|diagnostic| diagnostic.severity == severity).count();
        match (severity, count) {
            (_, 0) => {}
            (Severity::Info, _) => counts.push(format!("{count} info")),
            _ => counts.push(counted(count, severity.as_str())),
        }
    }
    if counts.is_empty() {
        counts.push("no findings".to_owned());
    }
    if !report.problems.is_empty() {
        counts.push(counted(report.problems.len(), "problem"));
    }
    let elapsed = report.elapsed.map(|elapsed| format!(" in {}", human(elapsed))).unwrap_or_default();
    let skipped = match report.files_skipped {
        0 => String::new(),
        skipped => format!(", {} skipped", counted(skipped, "other file")),
    };
    let mut hidden = String::new();
    if report.hidden.suppressed > 0 {
        let _ = write!(hidden, "; {} suppressed", report.hidden.suppressed);
    }
    if report.hidden.baseline > 0 {
        let _ = write!(hidden, "; {} in the baseline not shown", counted(report.hidden.baseline, "finding"));
    }
    format!("Checked {}{skipped}: {}{hidden}{elapsed}.", counted(report.files.len(), report.kind), counts.join(", "))
}

/// `Fixed 3 findings in 2 files. 1 more can be fixed with --unsafe-fixes.`; empty where nothing was and nothing can be.
pub(super) fn fixes(report: &Report) -> String {
    let fixes = report.fixes.unwrap_or_default();
    let mut sentences = Vec::new();
    if fixes.ended > 0 {
        sentences.push(format!("Fixed {} in {}.", counted(fixes.ended, "finding"), counted(fixes.files, "file")));
    }
    match (fixes.safe, fixes.unsafe_only) {
        (0, 0) => {}
        (0, more) if fixes.ended > 0 => sentences.push(format!("{more} more can be fixed with --unsafe-fixes.")),
        (0, more) => sentences.push(format!("{more} can be fixed with --fix --unsafe-fixes.")),
        (safe, 0) => sentences.push(format!("{safe} can be fixed with --fix.")),
        (safe, more) => sentences.push(format!("{safe} can be fixed with --fix, {more} more with --unsafe-fixes.")),
    }
    if sentences.is_empty() { String::new() } else { format!("{}\n", sentences.join(" ")) }
}

fn counted(count: usize, thing: &str) -> String {
    format!("{count} {thing}{}", if count == 1 { "" } else { "s" })
}

fn human(elapsed: Duration) -> String {
    match elapsed.as_millis() {
        milliseconds @ 0..10_000 => format!("{} ms", milliseconds.max(1)),
        _ => format!("{:.1} s", elapsed.as_secs_f64()),
    }
}
