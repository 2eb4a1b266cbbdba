//! One versioned document for programs: every field always present, one line a finding.
//!
//! The shape is a contract: fields are added, never renamed; a change of meaning raises `version`.

use std::collections::BTreeMap;
use std::fmt::Write;

use serde::Serialize;

use super::{Report, escape};
use crate::diagnostic::{Diagnostic, Fix, Label, Safety, Witness};
use crate::text::{SourceFile, Span};

/// The version of the document's shape.
pub(super) const VERSION: u32 = 1;

pub(super) fn render(report: &Report) -> String {
    let mut out = String::new();
    let _ = writeln!(out, "{{\"version\": {VERSION},");
    let _ = writeln!(out, "\"tool\": {},", line(&TOOL));
    let _ = writeln!(out, "\"files_checked\": {},", report.files.len());
    let _ = writeln!(out, "\"files_skipped\": {},", report.files_skipped);
    let _ = writeln!(out, "\"suppressed\": {},", report.hidden.suppressed);
    let _ = writeln!(out, "\"in_baseline\": {},", report.hidden.baseline);
    out.push_str("\"diagnostics\": ");
    list(&mut out, report.diagnostics.iter().map(|diagnostic| line(&Finding::new(diagnostic))));
    out.push_str(",\n\"problems\": ");
    problems(&mut out, report);
    out.push_str("}\n");
    out
}

pub(super) fn problems(out: &mut String, report: &Report) {
    let problem = |problem: &super::RunProblem| {
        let place = problem.place.as_ref();
        line(&Problem {
            file: problem.file.as_deref(),
            message: &problem.message,
            line: place.map(|place| place.line),
            column: place.map(|place| place.column),
        })
    };
    list(out, report.problems.iter().map(problem));
}

pub(super) fn list(out: &mut String, items: impl Iterator<Item = String>) {
    out.push('[');
    for (index, item) in items.enumerate() {
        out.push_str(if index == 0 { "\n" } else { ",\n" });
        out.push_str(&item);
    }
    out.push(']');
}

/// JSON leaves C1 and bidirectional controls as they are; a terminal would obey them. They occur in strings only, where an
/// escape means the same.
pub(super) fn line(value: &impl Serialize) -> String {
    let text = serde_json::to_string(value).expect("strings, numbers and maps with string keys always serialize");
    if !text.contains(escape::is_hazardous) {
        return text;
    }
    let mut escaped = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        if escape::is_hazardous(character) {
            let _ = write!(escaped, "\\u{:04x}", u32::from(character));
        } else {
            escaped.push(character);
        }
    }
    escaped
}

#[derive(Serialize)]
pub(super) struct Tool {
    name: &'static str,
    version: &'static str,
}

/// Who wrote the document.
pub(super) const TOOL: Tool = Tool { name: env!("CARGO_PKG_NAME"), version: env!("CARGO_PKG_VERSION") };

#[derive(Serialize)]
struct Problem<'a> {
    file: Option<&'a str>,
    message: &'a str,
    line: Option<usize>,
    column: Option<usize>,
}

#[derive(Serialize)]
pub(super) struct Finding<'a> {
    code: &'a str,
    name: &'a str,
    severity: &'static str,
    certainty: &'static str,
    message: &'a str,
    help: Option<&'a str>,
    notes: &'a [String],
    url: Option<&'a str>,
    file: &'a str,
    span: Place,
    label: Option<&'a str>,
    template_path: &'a [String],
    logical_id: Option<&'a str>,
    stack_path: &'a [String],
    labels: Vec<OtherText<'a>>,
    when: Option<When<'a>>,
    fix: Option<Change<'a>>,
    echo_of: Option<&'a str>,
}

impl<'a> Finding<'a> {
    pub(super) fn new(diagnostic: &'a Diagnostic) -> Self {
        Self {
            code: &diagnostic.code,
            name: &diagnostic.name,
            severity: diagnostic.severity.as_str(),
            certainty: diagnostic.certainty.as_str(),
            message: &diagnostic.message,
            help: diagnostic.help.as_deref(),
            notes: &diagnostic.notes,
            url: diagnostic.url.as_deref(),
            file: diagnostic.file.name(),
            span: Place::new(&diagnostic.file, diagnostic.span),
            label: diagnostic.label.as_deref(),
            template_path: &diagnostic.template_path,
            logical_id: diagnostic.logical_id.as_deref(),
            stack_path: &diagnostic.stack_path,
            labels: diagnostic.labels.iter().map(OtherText::new).collect(),
            when: diagnostic.when.as_ref().map(When::new),
            fix: diagnostic.fix.as_ref().map(Change::new),
            echo_of: diagnostic.echo_of.as_deref(),
        }
    }
}

#[derive(Serialize)]
pub(super) struct Place {
    start: Point,
    end: Point,
}

#[derive(Serialize)]
struct Point {
    line: u32,
    column: u32,
    offset: u32,
}

impl Place {
    pub(super) fn new(file: &SourceFile, span: Span) -> Self {
        let point = |offset| {
            let position = file.position(offset);
            Point { line: position.line, column: position.column, offset }
        };
        Self { start: point(span.start), end: point(span.end) }
    }
}

#[derive(Serialize)]
struct OtherText<'a> {
    file: &'a str,
    span: Place,
    message: &'a str,
}

impl<'a> OtherText<'a> {
    fn new(label: &'a Label) -> Self {
        Self { file: label.file.name(), span: Place::new(&label.file, label.span), message: &label.message }
    }
}

#[derive(Serialize)]
pub(super) struct When<'a> {
    conditions: &'a BTreeMap<String, bool>,
    parameters: &'a BTreeMap<String, String>,
    order: &'a [String],
    with_defaults: bool,
}

impl<'a> When<'a> {
    pub(super) fn new(witness: &'a Witness) -> Self {
        Self {
            conditions: &witness.conditions,
            parameters: &witness.parameters,
            order: &witness.order,
            with_defaults: witness.with_defaults,
        }
    }
}

#[derive(Serialize)]
struct Change<'a> {
    title: &'a str,
    safety: &'static str,
    edits: Vec<Replacement<'a>>,
}

#[derive(Serialize)]
struct Replacement<'a> {
    file: &'a str,
    span: Place,
    replacement: &'a str,
}

impl<'a> Change<'a> {
    fn new(fix: &'a Fix) -> Self {
        let replacement = |edit: &'a crate::text::Edit| Replacement {
            file: fix.file.name(),
            span: Place::new(&fix.file, edit.span),
            replacement: &edit.replacement,
        };
        let safety = match fix.safety {
            Safety::Safe => "safe",
            Safety::Unsafe => "unsafe",
        };
        Self { title: &fix.title, safety, edits: fix.edits.iter().map(replacement).collect() }
    }
}
