//! `unreadable-pattern`: a pattern that is no regular expression.

use super::super::{Finding, Rule, Scope, Sink, Status};
use super::shape;
use crate::analysis::Analysis;
use crate::diagnostic::Severity;

pub(super) static RULE: Rule = Rule {
    code: "I2003",
    name: "unreadable-pattern",
    severity: Severity::Info,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/sections/unreadable-pattern.md"),
    scope: Scope::Text,
    options: &[],
    check,
};

fn check(analysis: &Analysis, sink: &mut Sink) {
    for parameter in analysis.template.parameters.iter() {
        let (Some(pattern), Some(node)) = (parameter.allowed_pattern, parameter.node.get("AllowedPattern")) else { continue };
        if let Some(fault) = fault(pattern).filter(|_| shape::is_text(node)) {
            sink.report(
                Finding::at(shape::at_value(node), format!("`AllowedPattern` cannot be read: {fault}"))
                    .node(node)
                    .help("write a character that stands for itself with a backslash"),
            );
        }
    }
}

/// What no dialect of regular expressions takes. The rest is for Java to judge, which reads the pattern.
fn fault(pattern: &str) -> Option<&'static str> {
    let mut groups = 0_u32;
    let mut brackets = 0_u32;
    let mut repeatable = false;
    let mut characters = pattern.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '\\' => match characters.next() {
                // What follows stands for itself up to `\E`.
                Some('Q') => return None,
                Some(_) => repeatable = true,
                None => return Some("it ends with a backslash"),
            },
            '[' => {
                brackets += 1;
                let _ = characters.next_if_eq(&'^');
                let _ = characters.next_if_eq(&']');
            }
            ']' if brackets > 0 => {
                brackets -= 1;
                repeatable = true;
            }
            _ if brackets > 0 => {}
            '(' => {
                groups += 1;
                repeatable = characters.next_if_eq(&'?').is_some();
            }
            ')' if groups == 0 => return Some("a `)` closes nothing"),
            ')' => {
                groups -= 1;
                repeatable = true;
            }
            '|' => repeatable = false,
            '*' | '+' | '?' if !repeatable => return Some("nothing stands before what repeats it"),
            _ => repeatable = true,
        }
    }
    match (brackets, groups) {
        (0, 0) => None,
        (0, _) => Some("a `(` is never closed"),
        _ => Some("a `[` is never closed"),
    }
}
