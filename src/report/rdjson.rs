//! The Reviewdog Diagnostic Format, as one document and as lines.
//!
//! Source: <https://github.com/reviewdog/reviewdog/tree/master/proto/rdf>.

use serde::Serialize;

use super::{Report, json, path, sentence};
use crate::diagnostic::{Diagnostic, Fix, Severity};
use crate::text::{SourceFile, Span};

pub(super) fn document(report: &Report) -> String {
    let mut out = format!("{{\"source\": {},\n\"diagnostics\": ", json::line(&SOURCE));
    json::list(&mut out, report.diagnostics.iter().map(|diagnostic| json::line(&Entry::new(diagnostic, None))));
    out.push_str("}\n");
    out
}

pub(super) fn lines(report: &Report) -> String {
    report.diagnostics.iter().map(|diagnostic| json::line(&Entry::new(diagnostic, Some(SOURCE))) + "\n").collect()
}

#[derive(Clone, Copy, Serialize)]
struct Source {
    name: &'static str,
}

const SOURCE: Source = Source { name: "cfnvet" };

#[derive(Serialize)]
struct Entry<'a> {
    message: String,
    location: Location,
    severity: &'static str,
    /// In a document it stands once, at the top.
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<Source>,
    code: Code<'a>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    suggestions: Vec<Suggestion>,
}

#[derive(Serialize)]
struct Location {
    path: String,
    range: Range,
}

#[derive(Serialize)]
struct Code<'a> {
    value: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<&'a str>,
}

/// The end is exclusive.
#[derive(Serialize)]
struct Range {
    start: Position,
    end: Position,
}

#[derive(Serialize)]
struct Position {
    line: u32,
    /// In bytes of UTF-8, from 1.
    column: u32,
}

#[derive(Serialize)]
struct Suggestion {
    range: Range,
    text: String,
}

impl<'a> Entry<'a> {
    fn new(diagnostic: &'a Diagnostic, source: Option<Source>) -> Self {
        let file = &diagnostic.file;
        let location = Location { path: path::in_repository(file.name()).into_owned(), range: Range::new(file, diagnostic.span) };
        let fix = diagnostic.fix.as_ref().filter(|fix| fix.file.name() == file.name());
        Self {
            message: sentence::with_advice(diagnostic, true),
            location,
            severity: match diagnostic.severity {
                Severity::Error => "ERROR",
                Severity::Warning => "WARNING",
                Severity::Info => "INFO",
            },
            source,
            code: Code { value: &diagnostic.code, url: diagnostic.url.as_deref() },
            suggestions: fix.and_then(Suggestion::new).into_iter().collect(),
        }
    }
}

impl Suggestion {
    /// Several suggestions are alternatives, so the edits of a fix become one that goes from the first to the last of them.
    fn new(fix: &Fix) -> Option<Self> {
        let mut edits: Vec<_> = fix.edits.iter().collect();
        edits.sort_by_key(|edit| edit.span);
        let (first, last) = (edits.first()?, edits.last()?);
        let whole = Span::new(first.span.start, last.span.end);
        let (mut text, mut at) = (String::new(), whole.start);
        for edit in &edits {
            text.push_str(fix.file.text().get(at as usize..edit.span.start as usize)?);
            text.push_str(&edit.replacement);
            at = edit.span.end;
        }
        Some(Self { range: Range::new(&fix.file, whole), text })
    }
}

impl Range {
    fn new(file: &SourceFile, span: Span) -> Self {
        let position = |offset: u32| {
            let line = file.position(offset).line;
            let end = u32::try_from(file.text().len()).unwrap_or(u32::MAX);
            // A byte-order mark counts: reviewdog cuts the lines out of the bytes of the file.
            let start = file.lines().start(line).unwrap_or_default();
            Position { line, column: offset.min(end).saturating_sub(start) + 1 }
        };
        Self { start: position(span.start), end: position(span.end) }
    }
}
