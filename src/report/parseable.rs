//! One line a finding, `file:line:column:line:column:CODE:message`, as cfn-lint's format of this name.

use std::fmt::Write;

use super::{Report, one_line, sentence};

pub(super) fn render(report: &Report) -> String {
    let mut out = String::new();
    for diagnostic in report.diagnostics {
        let [start, end] = [diagnostic.span.start, diagnostic.span.end].map(|offset| diagnostic.file.position(offset));
        let _ = writeln!(
            out,
            "{}:{}:{}:{}:{}:{}:{}",
            one_line(diagnostic.file.name()),
            start.line,
            start.column,
            end.line,
            end.column,
            one_line(&diagnostic.code),
            sentence::of(diagnostic),
        );
    }
    out
}
