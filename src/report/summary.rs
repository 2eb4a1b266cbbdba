//! The last line of the formats for people.

use std::fmt::Write;
use std::time::Duration;

use super::Report;
use crate::diagnostic::Severity;

/// `Checked 12 templates: 2 errors, 1 warning in 3 ms.`
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
    let mut hidden = String::new();
    if report.hidden.suppressed > 0 {
        let _ = write!(hidden, "; {} suppressed", report.hidden.suppressed);
    }
    if report.hidden.baseline > 0 {
        let _ = write!(hidden, "; {} in the baseline not shown", counted(report.hidden.baseline, "finding"));
    }
    format!("Checked {}: {}{hidden}{elapsed}.", counted(report.files_checked, report.kind), counts.join(", "))
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
