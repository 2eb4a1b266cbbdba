//! A finding in one line: for the formats that have room for no more than a message.

use super::{one_line, witness};
use crate::diagnostic::{Certainty, Diagnostic, Safety};

/// The message, the nested stack, and whether and when it holds: `message [in nested stack A/B] [possible: when …]`.
pub(super) fn of(diagnostic: &Diagnostic) -> String {
    format!("{}{}{}", one_line(&diagnostic.message), stack(diagnostic), certainty(diagnostic))
}

/// That line, and one each for the notes, the help and, `with_fix`, the fix, as a comment in a review shows them.
pub(super) fn with_advice(diagnostic: &Diagnostic, with_fix: bool) -> String {
    let mut text = of(diagnostic);
    let mut line = |keyword: &str, words: &str| {
        text.push('\n');
        text.push_str(keyword);
        text.push_str(&one_line(words));
    };
    diagnostic.notes.iter().for_each(|note| line("note: ", note));
    if let Some(help) = &diagnostic.help {
        line("help: ", help);
    }
    if let Some(fix) = diagnostic.fix.as_ref().filter(|_| with_fix) {
        line("fix: ", &format!("{} ({})", fix.title, safety(fix.safety)));
    }
    text
}

/// What to know before a fix is applied.
pub(super) const fn safety(safety: Safety) -> &'static str {
    match safety {
        Safety::Safe => "safe",
        Safety::Unsafe => "unsafe: it changes what is deployed",
    }
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
