//! How often each rule found something, in place of the findings.

use std::fmt::Write;

use rustc_hash::FxHashMap;
use serde::Serialize;

use super::{Report, json, one_line, summary};
use crate::diagnostic::{Diagnostic, Severity};

/// What the findings of one rule add up to.
struct Count<'a> {
    code: &'a str,
    name: &'a str,
    /// The worst of them.
    severity: Severity,
    count: usize,
    fixable: usize,
}

/// The rule with the most findings first.
fn counts<'a>(diagnostics: &'a [Diagnostic]) -> Vec<Count<'a>> {
    let mut by_code: FxHashMap<&str, Count<'a>> = FxHashMap::default();
    for diagnostic in diagnostics {
        let (code, name, severity): (&str, &str, _) = (&diagnostic.code, &diagnostic.name, diagnostic.severity);
        let entry = by_code.entry(code).or_insert(Count { code, name, severity, count: 0, fixable: 0 });
        entry.count += 1;
        entry.fixable += usize::from(diagnostic.fix.is_some());
        entry.severity = entry.severity.max(severity);
    }
    let mut counts: Vec<Count> = by_code.into_values().collect();
    counts.sort_by(|first, second| second.count.cmp(&first.count).then(first.code.cmp(second.code)));
    counts
}

pub(super) fn table(report: &Report) -> String {
    let mut out = String::new();
    let counts = counts(report.diagnostics);
    if !counts.is_empty() {
        let code = counts.iter().map(|count| count.code.len()).chain([4]).max().unwrap_or_default();
        let _ = writeln!(out, "{:>5}  {:code$}  {:8}  {:>7}  NAME", "COUNT", "CODE", "SEVERITY", "FIXABLE");
        for Count { code: written, name, severity, count, fixable } in &counts {
            let (written, severity) = (one_line(written), severity.as_str());
            let _ = writeln!(out, "{count:>5}  {written:code$}  {severity:8}  {fixable:>7}  {}", one_line(name));
        }
    }
    out.push_str(&summary::line(report));
    out.push('\n');
    out
}

#[derive(Serialize)]
struct Entry<'a> {
    code: &'a str,
    name: &'a str,
    severity: &'static str,
    count: usize,
    fixable: usize,
}

pub(super) fn json(report: &Report) -> String {
    let mut out = String::new();
    let _ = writeln!(out, "{{\"version\": {},", json::VERSION);
    let _ = writeln!(out, "\"tool\": {},", json::line(&json::TOOL));
    let _ = writeln!(out, "\"files_checked\": {},\n\"files_skipped\": {},", report.files.len(), report.files_skipped);
    out.push_str("\"statistics\": ");
    let entry = |count: Count| {
        let Count { code, name, severity, count, fixable } = count;
        json::line(&Entry { code, name, severity: severity.as_str(), count, fixable })
    };
    json::list(&mut out, counts(report.diagnostics).into_iter().map(entry));
    out.push_str(",\n\"problems\": ");
    json::problems(&mut out, report);
    out.push_str("}\n");
    out
}
