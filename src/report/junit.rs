//! JUnit's XML, for servers that show tests: a suite for each file, and in it a test case for each finding.
//!
//! A file without findings is one test that passes. An info does not fail its test; a problem of the run is a test with an error.
//! Times are left out, so that two runs write the same bytes.
//!
//! Source: <https://github.com/testmoapp/junitxml>, and the schema of Jenkins's xUnit plugin.

use std::fmt::Write;

use rustc_hash::FxHashMap;

use super::xml::{attribute, content};
use super::{Report, RunProblem, one_line, path, sentence};
use crate::diagnostic::{Diagnostic, Severity};

pub(super) fn render(report: &Report) -> String {
    let mut of_file: FxHashMap<&str, Vec<&Diagnostic>> = FxHashMap::default();
    let mut files: Vec<&str> = report.files.iter().map(|file| file.name()).collect();
    for diagnostic in report.diagnostics {
        let name = diagnostic.file.name();
        // A nested template is read because of its parent, and is not among the files given.
        of_file.entry(name).or_default().push(diagnostic);
        files.push(name);
    }
    files.sort_unstable();
    files.dedup();

    let mut suites = String::new();
    let mut all = Counts::default();
    for file in files {
        let findings = of_file.get(file).map(Vec::as_slice).unwrap_or_default();
        all.add(&suite(&mut suites, file, findings));
    }
    if !report.problems.is_empty() {
        all.add(&problems(&mut suites, report.problems));
    }
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"cfnvet\" {}>\n{suites}</testsuites>\n",
        all.attributes()
    )
}

#[derive(Default)]
struct Counts {
    tests: usize,
    failures: usize,
    errors: usize,
}

impl Counts {
    fn add(&mut self, other: &Self) {
        self.tests += other.tests;
        self.failures += other.failures;
        self.errors += other.errors;
    }

    fn attributes(&self) -> String {
        format!("tests=\"{}\" failures=\"{}\" errors=\"{}\"", self.tests, self.failures, self.errors)
    }
}

fn suite(out: &mut String, file: &str, findings: &[&Diagnostic]) -> Counts {
    let failures = findings.iter().filter(|finding| finding.severity > Severity::Info).count();
    let counts = Counts { tests: findings.len().max(1), failures, errors: 0 };
    let file = attribute(&path::in_repository(file));
    let _ = writeln!(out, "  <testsuite name=\"{file}\" {} skipped=\"0\">", counts.attributes());
    if findings.is_empty() {
        let _ = writeln!(out, "    <testcase name=\"cfnvet\" classname=\"{file}\" file=\"{file}\"/>");
    }
    for diagnostic in findings {
        case(out, &file, diagnostic);
    }
    out.push_str("  </testsuite>\n");
    counts
}

fn case(out: &mut String, file: &str, diagnostic: &Diagnostic) {
    let start = diagnostic.file.position(diagnostic.span.start);
    let (line, column) = (start.line, start.column);
    let name = attribute(&format!("{} {} ({line}:{column})", diagnostic.code, diagnostic.name));
    let _ = writeln!(out, "    <testcase name=\"{name}\" classname=\"{file}\" file=\"{file}\" line=\"{line}\">");
    let place = format!("{}:{line}:{column}", one_line(diagnostic.file.name()));
    let text = content(&format!("{place}: {}", sentence::with_advice(diagnostic, true)));
    let _ = if diagnostic.severity > Severity::Info {
        let message = attribute(&sentence::of(diagnostic));
        let kind = diagnostic.severity.as_str();
        writeln!(out, "      <failure message=\"{message}\" type=\"{kind}\">{text}</failure>")
    } else {
        writeln!(out, "      <system-out>{text}</system-out>")
    };
    out.push_str("    </testcase>\n");
}

fn problems(out: &mut String, problems: &[RunProblem]) -> Counts {
    let counts = Counts { tests: problems.len(), failures: 0, errors: problems.len() };
    let _ = writeln!(out, "  <testsuite name=\"cfnvet\" {} skipped=\"0\">", counts.attributes());
    for problem in problems {
        let name = attribute(problem.file.as_deref().map(path::in_repository).as_deref().unwrap_or("command line"));
        let message = attribute(&problem.message);
        let _ = writeln!(out, "    <testcase name=\"{name}\" classname=\"cfnvet\">");
        let _ = writeln!(out, "      <error message=\"{message}\" type=\"problem\"/>\n    </testcase>");
    }
    out.push_str("  </testsuite>\n");
    counts
}
