//! Writes suppressions for findings into the text of their template.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::{comment, line_of};
use crate::diagnostic::Diagnostic;
use crate::rules;
use crate::syntax::{self, Node, Tree};
use crate::template::Template;
use crate::text::{Edit, SourceFile, Span};

/// The text of `source` with suppressions for `findings`, which are in it: a comment above the line, or `Metadata` where there can be
/// none. Beside it the findings for which there is no place.
#[must_use]
pub fn add<'d>(source: &Arc<SourceFile>, findings: &[&'d Diagnostic], reason: &str) -> (String, Vec<&'d Diagnostic>) {
    let mut text = source.text().to_owned();
    let mut lines: BTreeMap<u32, Vec<&'d Diagnostic>> = BTreeMap::new();
    for finding in findings {
        lines.entry(source.position(finding.span.start).line).or_default().push(finding);
    }
    let tree = syntax::parse(source);
    let (mut elsewhere, mut left) = (Vec::new(), Vec::new());
    // From the last to the first, so that what is above stays where it is.
    for findings in lines.into_values().rev() {
        let current = Arc::new(SourceFile::new(source.name(), text.as_str()));
        let edit = (!tree.is_strict_json()).then(|| above(&current, findings[0].span.start, &codes(&findings), reason));
        match edit.flatten().map(|edit| applied(&text, &edit)).filter(|changed| same_values(&current, changed)) {
            Some(changed) => text = changed,
            None => elsewhere.extend(findings),
        }
    }
    elsewhere.sort_by(|one, other| one.order(other));
    // One entry covers all findings of a rule in a resource.
    let mut written: BTreeSet<(Option<String>, &str)> = BTreeSet::new();
    for finding in elsewhere {
        let place = (resource_of(&tree, finding.span), &*finding.code);
        if written.contains(&place) {
            continue;
        }
        match in_metadata(source.name(), &text, place.0.as_deref(), place.1, reason) {
            Some(changed) => {
                text = changed;
                written.insert(place);
            }
            None => left.push(finding),
        }
    }
    (text, left)
}

fn codes(findings: &[&Diagnostic]) -> Vec<String> {
    let mut codes: Vec<String> = findings.iter().map(|finding| finding.code.to_string()).collect();
    codes.sort();
    codes.dedup();
    codes
}

fn applied(text: &str, edit: &Edit) -> String {
    let mut text = text.to_owned();
    text.replace_range(edit.span.range(), &edit.replacement);
    text
}

/// A comment above the line of `offset`, or more rules in the one that is there.
fn above(source: &Arc<SourceFile>, offset: u32, codes: &[String], reason: &str) -> Option<Edit> {
    let line = line_of(source, offset);
    if let Some(before) = line.start.checked_sub(1).map(|end| line_of(source, end)) {
        let text = source.slice(before);
        let start = before.start + (text.len() - text.trim_start().len()) as u32;
        let span = Span::new(start, before.start + text.trim_end().len() as u32);
        let is_rule = |word: &str| rules::find(word).is_some();
        if text.trim_start().starts_with('#')
            && let Some((_, comment::Comment::Ignore { rules, whole_file: false })) = comment::read(source, span, &is_rule)
        {
            let new = codes.iter().filter(|code| !rules.iter().any(|rule| rule.selector.eq_ignore_ascii_case(code)));
            let added: String = new.map(|code| format!(", {code}")).collect();
            return Some(Edit { span: Span::at(rules.last()?.span.end), replacement: added });
        }
    }
    let text = source.slice(line);
    let line_break = match text {
        _ if text.ends_with("\r\n") => "\r\n",
        _ if text.ends_with('\r') => "\r",
        _ => "\n",
    };
    // A byte-order mark stays in front.
    let mark = if text.starts_with('\u{feff}') { 3 } else { 0 };
    let content = &text[mark..];
    let indent = &content[..content.len() - content.trim_start_matches(' ').len()];
    let comment = format!("{indent}# cfnvet: ignore[{}] {reason}{line_break}", codes.join(", "));
    Some(Edit { span: Span::at(line.start + mark as u32), replacement: comment })
}

/// Whether a text still says what it said: only comments differ.
fn same_values(source: &Arc<SourceFile>, changed: &str) -> bool {
    let changed = syntax::parse(&Arc::new(SourceFile::new(source.name(), changed)));
    let before = syntax::parse(source);
    let value = |tree: &Tree| -> Vec<(String, usize)> { tree.written().map(|node| (node.text.to_owned(), node.size)).collect() };
    value(&before) == value(&changed)
        && before.problems().len() == changed.problems().len()
        && before.comments().len() <= changed.comments().len()
}

/// The logical ID of the resource that a text is in.
fn resource_of(tree: &Tree, span: Span) -> Option<String> {
    let template = Template::new(tree);
    let found = template.resources.iter().find(|resource| {
        let (key, node) = (resource.key.span(), resource.node.span());
        key.contains(span) || Span::new(key.start.min(node.start), node.end).contains(span)
    });
    found.and_then(|resource| resource.key.as_str()).map(str::to_owned)
}

/// `text` with the rule in the `Metadata` of the resource, or of the template.
fn in_metadata(name: &str, text: &str, resource: Option<&str>, code: &str, reason: &str) -> Option<String> {
    let tree = syntax::parse(&Arc::new(SourceFile::new(name, text)));
    if !tree.problems().is_empty() {
        return None;
    }
    let root = tree.root()?;
    let around = match resource {
        Some(resource) => root.get("Resources")?.get(resource)?,
        None => root,
    };
    let reason = format!("\"{}\"", reason.replace('\\', "\\\\").replace('"', "\\\""));
    let edit = entry(around, code, &reason)?;
    let changed = applied(text, &edit);
    let again = syntax::parse(&Arc::new(SourceFile::new(name, changed.as_str())));
    again.problems().is_empty().then_some(changed)
}

fn entry(around: Node, code: &str, reason: &str) -> Option<Edit> {
    let Some(metadata) = around.get("Metadata") else {
        return around.insert_entry("Metadata", &format!("{{cfnvet: {{ignore: {{{code}: {reason}}}}}}}"));
    };
    let Some(own) = metadata.get("cfnvet") else {
        return metadata.insert_entry("cfnvet", &format!("{{ignore: {{{code}: {reason}}}}}"));
    };
    let Some(ignore) = own.get("ignore") else { return own.insert_entry("ignore", &format!("{{{code}: {reason}}}")) };
    if ignore.is_sequence() { ignore.append_item(code) } else { ignore.insert_entry(code, reason) }
}
