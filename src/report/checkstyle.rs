//! Checkstyle's XML: the files, and in each its findings.

use std::fmt::Write;

use rustc_hash::FxHashMap;

use super::xml::attribute;
use super::{Report, path, sentence};
use crate::diagnostic::Diagnostic;

pub(super) fn render(report: &Report) -> String {
    let mut of_file: FxHashMap<&str, String> = FxHashMap::default();
    let mut files: Vec<&str> = report.files.iter().map(|file| file.name()).collect();
    for diagnostic in report.diagnostics {
        let name = diagnostic.file.name();
        files.push(name);
        finding(of_file.entry(name).or_default(), diagnostic);
    }
    for problem in report.problems {
        // The name stands for the run where no file is to blame.
        let name = problem.file.as_deref().unwrap_or("cfnvet");
        files.push(name);
        let message = attribute(&problem.message);
        let errors = of_file.entry(name).or_default();
        let _ = writeln!(errors, "    <error severity=\"error\" message=\"{message}\" source=\"cfnvet\"/>");
    }
    files.sort_unstable();
    files.dedup();

    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<checkstyle version=\"4.3\">\n");
    for file in files {
        let name = attribute(&path::in_repository(file));
        let _ = match of_file.get(file) {
            Some(errors) => writeln!(out, "  <file name=\"{name}\">\n{errors}  </file>"),
            None => writeln!(out, "  <file name=\"{name}\"/>"),
        };
    }
    out.push_str("</checkstyle>\n");
    out
}

fn finding(out: &mut String, diagnostic: &Diagnostic) {
    let start = diagnostic.file.position(diagnostic.span.start);
    let _ = writeln!(
        out,
        "    <error line=\"{}\" column=\"{}\" severity=\"{}\" message=\"{}\" source=\"cfnvet.{}\"/>",
        start.line,
        start.column,
        diagnostic.severity.as_str(),
        attribute(&sentence::of(diagnostic)),
        attribute(&diagnostic.code),
    );
}
