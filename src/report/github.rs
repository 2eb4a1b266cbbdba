//! Annotations, as the runner of GitHub Actions reads them from a log: `::error file=…,line=…::message`.
//!
//! Source: <https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands>; how a value is written is read
//! from the runner's `ActionCommand`.

use std::fmt::Write;

use super::{Report, RunProblem, escape, one_line, path, sentence, summary};
use crate::diagnostic::{Diagnostic, Severity};

pub(super) fn render(report: &Report) -> String {
    let mut out = String::new();
    report.diagnostics.iter().for_each(|diagnostic| finding(&mut out, diagnostic));
    report.problems.iter().for_each(|run_problem| problem(&mut out, run_problem));
    out.push_str(&summary::line(report));
    out.push('\n');
    out
}

fn finding(out: &mut String, diagnostic: &Diagnostic) {
    let command = match diagnostic.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "notice",
    };
    let name = path::in_repository(diagnostic.file.name());
    let [start, end] = [diagnostic.span.start, diagnostic.span.end].map(|offset| diagnostic.file.position(offset));
    let _ = write!(out, "::{command} file={},line={},endLine={}", property(&name), start.line, end.line);
    // The runner takes columns of one line only.
    if start.line == end.line {
        let _ = write!(out, ",col={},endColumn={}", start.column, end.column);
    }
    let title = format!("{} {}", one_line(&diagnostic.code), one_line(&diagnostic.name));
    // A log shows the message alone, so it says the place too.
    let message =
        format!("{}:{}:{}: {title}: {}", one_line(&name), start.line, start.column, sentence::with_advice(diagnostic, true));
    let _ = writeln!(out, ",title={}::{}", property(&title), data(&message));
}

fn problem(out: &mut String, problem: &RunProblem) {
    let message = data(&one_line(&problem.message));
    let _ = match &problem.file {
        Some(file) => {
            let file = path::in_repository(file);
            writeln!(out, "::error file={},title=cfnvet::{}: {message}", property(&file), data(&one_line(&file)))
        }
        None => writeln!(out, "::error title=cfnvet::{message}"),
    };
}

/// The runner undoes these in the message, and no others.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// In a value before the message, what separates values is escaped too. A control character that the runner has no escape for
/// would reach the terminal of whoever reads the log.
fn property(text: &str) -> String {
    let text = data(text).replace(':', "%3A").replace(',', "%2C");
    text.replace(escape::is_hazardous, "\u{fffd}")
}
