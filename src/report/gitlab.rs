//! A Code Quality report of GitLab: a list of findings, each with a fingerprint of its own.
//!
//! Source: <https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format>.

use serde::Serialize;

use super::{Report, json, path, sentence};
use crate::diagnostic::{self, Diagnostic, Severity};

pub(super) fn render(report: &Report) -> String {
    let fingerprints = diagnostic::fingerprints(report.diagnostics);
    let findings = report.diagnostics.iter().zip(&fingerprints);
    let mut out = String::new();
    json::list(&mut out, findings.map(|(diagnostic, fingerprint)| json::line(&Violation::new(diagnostic, fingerprint))));
    out.push('\n');
    out
}

#[derive(Serialize)]
struct Violation {
    description: String,
    check_name: String,
    fingerprint: String,
    severity: &'static str,
    location: Location,
}

#[derive(Serialize)]
struct Location {
    path: String,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: u32,
    end: u32,
}

impl Violation {
    fn new(diagnostic: &Diagnostic, fingerprint: &str) -> Self {
        let path = path::in_repository(diagnostic.file.name());
        let line = |offset| diagnostic.file.position(offset).line;
        Self {
            description: format!("{}: {}", diagnostic.code, sentence::of(diagnostic)),
            check_name: diagnostic.name.clone().into_owned(),
            // GitLab shows only one of the findings that share a fingerprint, whatever their files.
            fingerprint: diagnostic::hash(&[&path, fingerprint]),
            severity: match diagnostic.severity {
                Severity::Error => "major",
                Severity::Warning => "minor",
                Severity::Info => "info",
            },
            location: Location {
                lines: Lines { begin: line(diagnostic.span.start), end: line(diagnostic.span.end) },
                path: path.into_owned(),
            },
        }
    }
}
