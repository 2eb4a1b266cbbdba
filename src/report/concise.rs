//! One line a finding: `path:line:column: error ECS101 message [possible: when …]`.

use std::fmt::Write;

use super::{Report, one_line, summary, witness};
use crate::diagnostic::{Certainty, Diagnostic};

pub(super) fn render(report: &Report) -> String {
    let mut out = String::new();
    for diagnostic in report.diagnostics {
        let position = diagnostic.file.position(diagnostic.span.start);
        let _ = writeln!(
            out,
            "{}:{}:{}: {} {} {}{}{}",
            one_line(diagnostic.file.name()),
            position.line,
            position.column,
            diagnostic.severity.as_str(),
            one_line(&diagnostic.code),
            one_line(&diagnostic.message),
            stack(diagnostic),
            certainty(diagnostic),
        );
    }
    out.push_str(&summary::fixes(report));
    out.push_str(&summary::line(report));
    out.push('\n');
    out
}

fn stack(diagnostic: &Diagnostic) -> String {
    if diagnostic.stack_path.is_empty() {
        return String::new();
    }
    format!(" [in nested stack {}]", one_line(&diagnostic.stack_path.join("/")))
}

fn certainty(diagnostic: &Diagnostic) -> String {
    let when = diagnostic.when.as_ref().and_then(witness::sentence).map(|when| format!("when {}", one_line(&when)));
    match (diagnostic.certainty, when) {
        (Certainty::Definite, None) => String::new(),
        (Certainty::Definite, Some(when)) => format!(" [{when}]"),
        (certainty, None) => format!(" [{}]", certainty.as_str()),
        (certainty, Some(when)) => format!(" [{}: {when}]", certainty.as_str()),
    }
}
