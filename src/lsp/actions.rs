//! What can be done about findings: their fixes, keeping them back with a reason, and all safe fixes at once.

use std::sync::Arc;

use serde_json::{Value, json};

use super::diagnostics;
use super::view::{OWN, View};
use crate::check::Companions;
use crate::diagnostic::{Diagnostic, Safety};
use crate::fix;
use crate::suppress;
use crate::text::{Edit, SourceFile, Span};

/// Most findings at one place for which actions are worked out.
const MAX_FINDINGS: usize = 10;

/// Stands for the reason that whoever takes the action has to give.
const REASON: &str = "TODO: say why";

/// The kind of the action that takes all safe fixes.
const FIX_ALL: &str = "source.fixAll.cfnvet";

/// The actions for a part of the text; `only` names the kinds that are asked for, all where it is `None`.
pub(super) fn actions(view: &View, part: Span, only: Option<&[String]>) -> Value {
    // A kind stands for those below it.
    let wants = |kind: &str| {
        let is_below =
            |asked: &String| kind == asked || kind.strip_prefix(asked.as_str()).is_some_and(|rest| rest.starts_with('.'));
        only.is_none_or(|only| only.iter().any(|asked| asked.is_empty() || is_below(asked)))
    };
    let mut actions = Vec::new();
    let touches = |finding: &&Diagnostic| finding.span.start <= part.end && part.start <= finding.span.end;
    let here: Vec<&Diagnostic> = view.findings.iter().filter(touches).take(MAX_FINDINGS).collect();
    if wants("quickfix") {
        actions.extend(here.iter().filter_map(|finding| fix(view, finding)));
        actions.extend(here.iter().filter_map(|finding| ignore(view, finding)));
    }
    // Looked for only where it is asked for by name: it takes several checks, and editors ask with every move.
    if only.is_some() && wants(FIX_ALL) {
        actions.extend(fix_all(view));
    }
    Value::Array(actions)
}

fn fix(view: &View, finding: &Diagnostic) -> Option<Value> {
    let fix = finding.fix.as_ref().filter(|fix| fix.file.name() == view.source().name())?;
    let is_safe = fix.safety == Safety::Safe;
    let title = match is_safe {
        true => format!("{}: {}", finding.code, fix.title),
        false => format!("{}: {} (changes what is deployed)", finding.code, fix.title),
    };
    let edits: Vec<_> = fix.edits.iter().map(|edit| (OWN, edit.clone())).collect();
    Some(json!({
        "title": title, "kind": "quickfix", "isPreferred": is_safe,
        "diagnostics": [diagnostics::diagnostic(finding, view.client)],
        "edit": view.workspace_edit(&edits),
    }))
}

fn ignore(view: &View, finding: &Diagnostic) -> Option<Value> {
    let source = &view.world.parsed(OWN).source;
    let (changed, left) = suppress::add(source, &[finding], REASON);
    let edit = difference(source, &changed).filter(|_| left.is_empty())?;
    Some(json!({
        "title": format!("Ignore {} here, with a reason", finding.code), "kind": "quickfix",
        "diagnostics": [diagnostics::diagnostic(finding, view.client)],
        "edit": view.workspace_edit(&[(OWN, edit)]),
    }))
}

fn fix_all(view: &View) -> Option<Value> {
    let parsed = view.world.parsed(OWN);
    if !view.findings.iter().any(|finding| finding.fix.as_ref().is_some_and(|fix| fix.safety == Safety::Safe)) {
        return None;
    }
    let others = 1..view.set.members().len();
    let companions = Companions {
        sources: others.clone().map(|member| Arc::clone(&view.world.parsed(member).source)).collect(),
        settings: others.map(|member| Arc::clone(&view.world.parsed(member).given)).collect(),
        ..Companions::default()
    };
    let sources = [Arc::clone(&parsed.source)];
    let fixed = fix::apply(&sources, &[Arc::clone(&parsed.given)], &companions, &|_| None, Safety::Safe);
    let edit = difference(&parsed.source, fixed.files.first()?.after.text())?;
    let title = format!("Fix all that is safe ({})", fixed.ended);
    Some(json!({"title": title, "kind": FIX_ALL, "edit": view.workspace_edit(&[(OWN, edit)])}))
}

/// The one change that makes a text of another, as short as it can be.
fn difference(before: &SourceFile, after: &str) -> Option<Edit> {
    let old = before.text();
    if old == after {
        return None;
    }
    let mut start = old.bytes().zip(after.bytes()).take_while(|(old, new)| old == new).count();
    while !old.is_char_boundary(start) || !after.is_char_boundary(start) {
        start -= 1;
    }
    let same_end = |(old, new): &(u8, u8)| old == new;
    let mut end = old[start..].bytes().rev().zip(after[start..].bytes().rev()).take_while(same_end).count();
    while !old.is_char_boundary(old.len() - end) || !after.is_char_boundary(after.len() - end) {
        end -= 1;
    }
    let span = Span::new(start as u32, (old.len() - end) as u32);
    Some(Edit { span, replacement: after[start..after.len() - end].to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_difference_of_two_texts_is_the_least() {
        let edit = |before: &str, after: &str| {
            let edit = difference(&SourceFile::new("a", before), after).expect("they differ");
            (edit.span.range(), edit.replacement)
        };
        assert_eq!(edit("abc", "abxc"), (2..2, "x".to_owned()));
        assert_eq!(edit("aaa", "aa"), (2..3, String::new()));
        assert_eq!(edit("港舟", "港船"), (3..6, "船".to_owned()));
        assert_eq!(edit("", "a"), (0..0, "a".to_owned()));
        assert!(difference(&SourceFile::new("a", "x"), "x").is_none());
    }
}
