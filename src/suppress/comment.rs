//! `# cfnvet: ignore[…]` as it is written in a comment.

use super::{Fault, Listed};
use crate::text::{SourceFile, Span};

/// What a comment asks for.
#[derive(Debug)]
pub(super) enum Comment {
    /// It suppresses rules, in the part it stands at or in the whole file.
    Ignore { rules: Vec<Listed>, whole_file: bool },
    /// It is meant to, and cannot be read.
    Malformed(Fault),
}

const WORDS: [&str; 2] = ["ignore", "ignore-file"];

/// Reads the directive of a comment; with it, the text from its `#` to its end.
pub(super) fn read(source: &SourceFile, comment: Span, is_rule: &dyn Fn(&str) -> bool) -> Option<(Span, Comment)> {
    let text = source.slice(comment);
    // It may follow other words of the comment, behind a `#` of its own.
    let at = text.match_indices("cfnvet").map(|(at, _)| at).find(|at| text[..*at].trim_end().ends_with('#'))?;
    let hash = text[..at].rfind('#')?;
    let whole = Span::new(comment.start + hash as u32, comment.start + text.trim_end().len() as u32);
    let rest = &text[at + "cfnvet".len()..];
    let has_colon = rest.trim_start().starts_with(':');
    if !has_colon && !rest.starts_with([' ', '\t']) {
        return None;
    }
    let rest = rest.trim_start().strip_prefix(':').unwrap_or(rest).trim_start();
    let length = rest.find(|c: char| !c.is_ascii_alphabetic() && c != '-' && c != '_').unwrap_or(rest.len());
    let (word, rest) = rest.split_at(length);
    let open = rest.trim_start();
    let lower = word.to_ascii_lowercase().replace('_', "-");
    let meant = nearest(&lower);
    let names: Vec<&str> = bare_names(open, is_rule);
    // Without the colon it is as likely a sentence about cfnvet.
    if !has_colon && !(meant.is_some() && (open.starts_with('[') || !names.is_empty())) {
        return None;
    }
    let malformed = |message: String, rewritten: Option<String>| {
        Some((whole, Comment::Malformed(Fault { message, span: whole, replacement: rewritten })))
    };
    let Some(directive) = meant else {
        return malformed(format!("unknown directive `{word}`, there is `ignore[RULES]` and `ignore-file[RULES]`"), None);
    };
    let Some(list) = open.strip_prefix('[') else {
        if names.is_empty() {
            return malformed("the comment names no rule to ignore".to_owned(), Some(String::new()));
        }
        let tail = after_names(open, names.len());
        let rewritten = format!("# cfnvet: {directive}[{}]{}", names.join(", "), spaced(tail));
        return malformed("the rules to ignore must stand in brackets".to_owned(), Some(rewritten));
    };
    let Some((list, reason)) = list.split_once(']') else {
        return malformed("the bracket of the list of rules is not closed".to_owned(), None);
    };
    if list.split(',').all(|name| name.trim().is_empty()) {
        return malformed("the comment names no rule to ignore".to_owned(), Some(String::new()));
    }
    if directive != word || !has_colon {
        let message = match has_colon {
            true => format!("unknown directive `{word}`, did you mean `{directive}`?"),
            false => "a colon is missing behind `cfnvet`".to_owned(),
        };
        return malformed(message, Some(format!("# cfnvet: {directive}[{}]{}", list.trim(), spaced(reason))));
    }
    let mut from = list.as_ptr() as usize - text.as_ptr() as usize;
    let mut rules = Vec::new();
    for part in list.split(',') {
        let name = part.trim();
        let start = comment.start + (from + part.len() - part.trim_start().len()) as u32;
        if !name.is_empty() {
            rules.push(Listed { selector: name.to_owned(), span: Span::new(start, start + name.len() as u32) });
        }
        from += part.len() + 1;
    }
    Some((whole, Comment::Ignore { rules, whole_file: directive == "ignore-file" }))
}

fn nearest(word: &str) -> Option<&'static str> {
    if let Some(known) = WORDS.into_iter().find(|known| *known == word) {
        return Some(known);
    }
    crate::text::nearest_name(word, WORDS.into_iter()).filter(|_| word.starts_with('i'))
}

/// The rules that are named one after the other without brackets.
fn bare_names<'t>(text: &'t str, is_rule: &dyn Fn(&str) -> bool) -> Vec<&'t str> {
    words(text).map_while(|word| is_rule(word).then_some(word)).collect()
}

fn after_names(text: &str, count: usize) -> &str {
    match words(text).nth(count) {
        Some(word) => &text[word.as_ptr() as usize - text.as_ptr() as usize..],
        None => "",
    }
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split([' ', '\t', ',', ':', '(', ')', '=']).filter(|word| !word.is_empty())
}

fn spaced(reason: &str) -> String {
    let reason = reason.trim();
    if reason.is_empty() { String::new() } else { format!(" {reason}") }
}
