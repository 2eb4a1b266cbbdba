//! One line a finding: `path:line:column: error ECS101 message [possible: when …]`.

use std::fmt::Write;

use super::{Report, one_line, sentence, summary};

pub(super) fn render(report: &Report) -> String {
    let mut out = String::new();
    for diagnostic in report.diagnostics {
        let position = diagnostic.file.position(diagnostic.span.start);
        let _ = writeln!(
            out,
            "{}:{}:{}: {} {} {}",
            one_line(diagnostic.file.name()),
            position.line,
            position.column,
            diagnostic.severity.as_str(),
            one_line(&diagnostic.code),
            sentence::of(diagnostic),
        );
    }
    out.push_str(&summary::fixes(report));
    out.push_str(&summary::line(report));
    out.push('\n');
    out
}
