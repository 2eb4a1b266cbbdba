//! Small changes to a template's text: entries, items and scalars, in the layout around them.
//!
//! Each function gives the edit whose result reads as meant, or `None` where that is not sure: the place is shared through an
//! anchor, the lines hold something else too, or the layout is one that is not known here. What to change is for rules to say.

use super::scalar::ScalarValue;
use super::tree::{RawKind, Style, Tag};
use super::view::{Kind, Node};
use crate::text::{Edit, SourceFile, Span};

impl<'t> Node<'t> {
    /// Adds `key: value` to this mapping.
    ///
    /// In block style it gets its own line below the last entry; in braces it follows the last one. `value` is a plain scalar or
    /// a flow collection on one line, as YAML; in JSON its strings are quoted.
    #[must_use]
    pub fn insert_entry(self, key: &str, value: &str) -> Option<Edit> {
        if !self.is_mapping() || self.entry(key).is_some() {
            return None;
        }
        let children = self.children_in_order()?;
        let entry = format!("{}: {}", self.snippet(key)?, self.snippet(value)?);
        let Some(last) = children.chunks_exact(2).last() else { return self.fill(&entry) };
        if self.style() == Style::Flow {
            return self.append_in_brackets('}', last[0], last[1].span().end, &entry);
        }
        let text = Lines(self.source());
        let indent = text.indent(last[0].span().start)?;
        if last[1].ends_in_block_scalar() {
            // The end of its text is hard to tell from what follows; the place above the entry is not.
            let edit = format!("{entry}{}{indent}", text.line_break(last[0].span().start));
            return Some(insertion(last[0].span().start, edit));
        }
        text.below(last[1].span().end, &indent, &entry)
    }

    /// Takes the entry `key` out of this mapping, with its lines and the comment that ends them.
    #[must_use]
    pub fn remove_entry(self, key: &str) -> Option<Edit> {
        let children = self.is_mapping().then(|| self.children_in_order())??;
        let parts: Vec<Span> =
            children.chunks_exact(2).map(|entry| Span::new(entry[0].span().start, entry[1].span().end)).collect();
        let index = children.chunks_exact(2).position(|entry| entry[0].as_str() == Some(key))?;
        if self.style() == Style::Flow {
            return self.remove_in_brackets('}', &parts, index);
        }
        self.remove_lines(&parts, index)
    }

    /// Adds `value` at the end of this list; see [`Self::insert_entry`].
    #[must_use]
    pub fn append_item(self, value: &str) -> Option<Edit> {
        let children = self.is_sequence().then(|| self.children_in_order())??;
        let item = self.snippet(value)?;
        let Some(last) = children.last() else { return self.fill(&item) };
        if self.style() == Style::Flow {
            return self.append_in_brackets(']', *last, last.span().end, &item);
        }
        if last.ends_in_block_scalar() {
            return None;
        }
        let text = Lines(self.source());
        let indent = text.indent(text.dash(last.span().start)?)?;
        text.below(last.span().end, &indent, &format!("- {item}"))
    }

    /// Takes the item number `index` out of this list, with its lines and the comment that ends them.
    #[must_use]
    pub fn remove_item(self, index: usize) -> Option<Edit> {
        let children = self.is_sequence().then(|| self.children_in_order())??;
        if self.style() == Style::Flow {
            let parts: Vec<Span> = children.iter().map(|item| item.span()).collect();
            return self.remove_in_brackets(']', &parts, index);
        }
        let text = Lines(self.source());
        let parts = children.iter().map(|item| Some(Span::new(text.dash(item.span().start)?, item.span().end)));
        self.remove_lines(&parts.collect::<Option<Vec<_>>>()?, index)
    }

    /// Takes several entries out of this mapping; `None` where nothing would be left of it.
    #[must_use]
    pub fn remove_entries(self, keys: &[&str]) -> Option<Vec<Edit>> {
        let children = self.is_mapping().then(|| self.children_in_order())??;
        let entries: Vec<_> = children.chunks_exact(2).collect();
        let goes: Vec<bool> = entries.iter().map(|entry| entry[0].as_str().is_some_and(|key| keys.contains(&key))).collect();
        if goes.iter().all(|goes| *goes) {
            return None;
        }
        if self.style() != Style::Flow {
            let gone = entries.iter().zip(&goes).filter(|(_, goes)| **goes);
            return gone.map(|(entry, _)| self.remove_entry(entry[0].as_str()?)).collect();
        }
        self.closing('}', entries.last()?[1].span().end)?;
        let mut edits = Vec::new();
        let mut index = 0;
        while index < goes.len() {
            let run = goes[index..].iter().take_while(|goes| **goes).count();
            if run > 0 {
                let (first, last) = (entries[index][0].span(), entries[index + run - 1][1].span());
                let removed = match (entries.get(index + run), index.checked_sub(1)) {
                    (Some(next), _) => Span::new(first.start, next[0].span().start),
                    (None, before) => Span::new(entries[before?][1].span().end, last.end),
                };
                if self.source().slice(removed).contains('#') {
                    return None;
                }
                edits.push(self.removal(removed)?);
            }
            index += run.max(1);
        }
        Some(edits)
    }

    /// Adds `values` at the end of this list, in one edit; see [`Self::insert_entry`].
    #[must_use]
    pub fn append_items(self, values: &[String]) -> Option<Edit> {
        let mut edits = values.iter().map(|value| self.append_item(value));
        let mut first = edits.next()??;
        for edit in edits {
            let separator = if self.is_empty() { ", " } else { "" };
            first.replacement = format!("{}{separator}{}", first.replacement, edit?.replacement);
        }
        Some(first)
    }

    /// This node on one line, as it can stand in a flow collection; `None` where an alias, a comment or a text of several lines
    /// is part of it.
    #[must_use]
    pub fn in_flow(self) -> Option<String> {
        let written = self.source().slice(self.span());
        let raw = self.raw();
        let anchored = self.tree().anchors().iter().any(|(anchor, _)| self.span().contains(*anchor));
        if raw.kind == RawKind::Alias || anchored || written.contains('#') || self.is_shared() {
            return None;
        }
        if raw.kind == RawKind::Scalar {
            let plain = raw.style == Style::Plain;
            let unsafe_plain = plain && written.contains([',', '[', ']', '{', '}']);
            let several = matches!(raw.style, Style::Literal | Style::Folded) || written.contains(['\n', '\r']);
            return match (unsafe_plain, several) {
                (false, false) if !written.is_empty() => Some(written.to_owned()),
                (true, false) if raw.tag == Tag::NONE => quoted(self.as_str()?, Style::DoubleQuoted),
                _ => None,
            };
        }
        if raw.style == Style::Flow {
            return if written.contains(['\n', '\r']) { self.rewritten() } else { Some(written.to_owned()) };
        }
        self.rewritten()
    }

    fn rewritten(self) -> Option<String> {
        let children = self.children_in_order()?;
        let tag = match self.raw().tag == Tag::NONE {
            true => String::new(),
            false => format!("{} ", self.source().slice(self.span()).split_whitespace().next()?),
        };
        let parts = children.iter().map(|child| child.in_flow()).collect::<Option<Vec<_>>>()?;
        if self.is_sequence() {
            return Some(format!("{tag}[{}]", parts.join(", ")));
        }
        let entries: Vec<String> = parts.chunks_exact(2).map(|entry| format!("{}: {}", entry[0], entry[1])).collect();
        Some(format!("{tag}{{{}}}", entries.join(", ")))
    }

    /// Makes this scalar say `text`, in the quotes it has. A plain one gets quotes where `text` cannot stand without.
    #[must_use]
    pub fn replace_scalar(self, text: &str) -> Option<Edit> {
        let raw = self.raw();
        // The tag of a function is kept where the node is its argument; another one says what the scalar is.
        if raw.kind != RawKind::Scalar || self.tag() != Tag::NONE || self.is_shared() {
            return None;
        }
        let style = raw.style;
        // What is written otherwise (escapes, folds, the text of a loop) is not taken to pieces.
        let (old, written) = (quoted(self.as_str()?, style)?, self.source().slice(self.span()));
        let tag = written.strip_suffix(old.as_str()).filter(|_| !old.is_empty())?;
        let is_tag = tag.starts_with('!') && tag.ends_with(' ') && !tag.trim_end().contains(char::is_whitespace);
        let kept = tag.is_empty() || raw.tag != Tag::NONE && is_tag;
        if !kept {
            return None;
        }
        let replacement = if style == Style::Plain { self.snippet_of_text(text)? } else { quoted(text, style)? };
        let span = Span::new(self.span().start + tag.len() as u32, self.span().end);
        Some(Edit { span, replacement })
    }

    /// Puts `Fn::Sub` of `text` in the place of this value; `None` where the text has several lines, or a comment would be lost.
    #[must_use]
    pub fn replace_by_substitution(self, text: &str) -> Option<Edit> {
        if text.contains(['\n', '\r']) || !self.is_replaceable() {
            return None;
        }
        let text = quoted(text, Style::DoubleQuoted)?;
        let replacement = if self.is_json() { format!("{{\"Fn::Sub\": {text}}}") } else { format!("!Sub {text}") };
        Some(Edit { span: self.span(), replacement })
    }

    /// Puts the string `text`, which stands in this value, in its place; `None` where the string has several lines.
    #[must_use]
    pub fn replace_by_argument(self, text: Self) -> Option<Edit> {
        let written = text.as_str().filter(|text| !text.contains(['\n', '\r']))?;
        if !self.is_replaceable() {
            return None;
        }
        let replacement = match text.style() {
            Style::SingleQuoted | Style::DoubleQuoted => quoted(written, text.style())?,
            // A plain text of a function is a string; without the function it might become a number.
            _ if text.scalar()?.value() == ScalarValue::String(written) => self.snippet_of_text(written)?,
            _ => quoted(written, Style::DoubleQuoted)?,
        };
        Some(Edit { span: self.span(), replacement })
    }

    /// Whether the whole text of this value can be written anew: it is this value's alone, and on lines without comments.
    fn is_replaceable(self) -> bool {
        let written = self.source().slice(self.span());
        let anchors = self.tree().anchors();
        let free = !written.contains(" #") && !written.contains("\n#") && !written.is_empty() && !self.is_shared();
        // A value in the long form stays behind the tag of another function.
        let alone = self.raw().kind == RawKind::Scalar || self.tag() == self.raw().tag;
        free && alone
            && !anchors.iter().any(|(anchor, _)| self.span().contains(*anchor))
            && !matches!(self.style(), Style::Literal | Style::Folded)
            && !self.ends_in_block_scalar()
    }

    fn source(self) -> &'t SourceFile {
        self.tree().source()
    }

    /// Whether an alias repeats this node or one around it: a change here would be one there too.
    fn is_shared(self) -> bool {
        let mut at = Some(self);
        while let Some(node) = at {
            let parent = node.parent();
            let anchored = self.tree().anchors().iter().any(|(_, named)| *named == node.id());
            // In the expansion of a loop, a node that an alias repeats stands outside of the text around it.
            if anchored || parent.is_some_and(|parent| !parent.span().contains(node.span())) {
                return true;
            }
            at = parent;
        }
        false
    }

    /// The keys and values, or items, as written; `None` where they are not the text between this node's start and end.
    fn children_in_order(self) -> Option<Vec<Self>> {
        if self.is_shared() {
            return None;
        }
        let children = self.written_children();
        let mut from = self.span().start;
        let ordered = children.iter().all(|child| {
            from <= child.span().start && {
                from = child.span().end;
                true
            }
        });
        (ordered && from <= self.span().end).then_some(children)
    }

    fn ends_in_block_scalar(self) -> bool {
        let mut node = self;
        while let Some(last) = node.written_children().last() {
            node = *last;
        }
        matches!(node.style(), Style::Literal | Style::Folded)
    }

    /// Whether the text is JSON, or as good as.
    fn is_json(self) -> bool {
        self.tree().is_strict_json() || self.tree().root().is_some_and(|root| root.is_mapping() && root.style() == Style::Flow)
    }

    /// The bracket that ends this flow collection; `None` for a pair without brackets.
    fn closing(self, bracket: char, last_end: u32) -> Option<u32> {
        let at = self.span().end.checked_sub(1)?;
        (last_end <= at && self.source().slice(Span::new(at, at + 1)).starts_with(bracket)).then_some(at)
    }

    /// Puts the first entry into `{}` or `[]`.
    fn fill(self, content: &str) -> Option<Edit> {
        let bracket = if self.is_mapping() { '}' } else { ']' };
        let at = self.closing(bracket, self.span().start)?;
        let written = self.source().slice(self.span());
        (self.style() == Style::Flow && !written.contains('#')).then(|| insertion(at, content.to_owned()))
    }

    /// Puts `content` behind the last of the entries, which starts with `last` and ends at `end`.
    fn append_in_brackets(self, bracket: char, last: Self, end: u32, content: &str) -> Option<Edit> {
        self.closing(bracket, end)?;
        let text = Lines(self.source());
        let before = text.before(last.span().start);
        let separator = if self.source().position(self.span().start).line != self.source().position(last.span().start).line
            && before.bytes().all(|byte| matches!(byte, b' ' | b'\t'))
        {
            format!(",{}{before}", text.line_break(last.span().start))
        } else {
            ", ".to_owned()
        };
        Some(insertion(end, format!("{separator}{content}")))
    }

    fn remove_in_brackets(self, bracket: char, parts: &[Span], index: usize) -> Option<Edit> {
        let part = *parts.get(index)?;
        let closing = self.closing(bracket, parts.last()?.end)?;
        let (removed, gap) = match (index.checked_sub(1), parts.get(index + 1)) {
            (_, Some(next)) => (Span::new(part.start, next.start), Span::new(part.end, next.start)),
            (Some(before), None) => (Span::new(parts[before].end, part.end), Span::new(parts[before].end, part.start)),
            (None, None) if self.source().slice(Span::new(part.end, closing)).contains(',') => return None,
            (None, None) => (part, Span::new(part.end, closing)),
        };
        (!self.source().slice(gap).contains('#')).then(|| self.removal(removed)).flatten()
    }

    /// Removes the lines of one of the entries or items of a block.
    fn remove_lines(self, parts: &[Span], index: usize) -> Option<Edit> {
        let part = *parts.get(index)?;
        if parts.len() < 2 {
            return None;
        }
        let text = Lines(self.source());
        // Blank lines that follow would become part of a text that keeps its last line breaks.
        let above = index.checked_sub(1).map_or("", |index| self.source().slice(parts[index]));
        if above.contains('+') && above.contains(['|', '>']) {
            return None;
        }
        let end = text.end_of(part)?;
        if text.before(part.start).trim_start_matches('\u{feff}').bytes().all(|byte| byte == b' ') {
            // A byte-order mark stays where it is.
            let mark = text.before(part.start).len() - text.before(part.start).trim_start_matches('\u{feff}').len();
            let (start, next) = (text.start(part.start) + mark as u32, text.next(end));
            if next == end && start > 0 {
                // The last line, which nothing ends: the one above becomes the last.
                return self.removal(Span::new(text.end_above(start), end));
            }
            return self.removal(Span::new(start, next));
        }
        // The first entry of a list's item stands behind the dash; the next one takes its place.
        let next = parts.get(index + 1)?;
        let own_line = text.start(next.start) == text.next(end) && text.before(next.start).bytes().all(|byte| byte == b' ');
        (own_line && self.is_mapping()).then(|| self.removal(Span::new(part.start, next.start))).flatten()
    }

    /// Without `span`; `None` where that takes an anchor away.
    fn removal(self, span: Span) -> Option<Edit> {
        let anchored = self.tree().anchors().iter().any(|(anchor, _)| span.contains(*anchor));
        (!anchored).then(|| Edit { span, replacement: String::new() })
    }

    /// `snippet` as it is written in this node's file.
    fn snippet(self, snippet: &str) -> Option<String> {
        let file = SourceFile::new("snippet", format!("[{snippet}]"));
        let tree = super::parse(&std::sync::Arc::new(file));
        let item = tree.root()?.items().next()?;
        let whole = item.span() == Span::new(1, snippet.len() as u32 + 1) || snippet.starts_with('!');
        let sound = tree.problems().is_empty() && tree.comments().is_empty() && tree.anchors().is_empty();
        if tree.root()?.len() != 1 || !whole || !sound || snippet.contains(['\n', '\r']) {
            return None;
        }
        if self.is_json() { json(item) } else { Some(snippet.to_owned()) }
    }

    /// A plain scalar that says `text`, or the same in quotes.
    fn snippet_of_text(self, text: &str) -> Option<String> {
        let file = SourceFile::new("snippet", format!("[{text}]"));
        let tree = super::parse(&std::sync::Arc::new(file));
        let item = tree.root().and_then(|root| root.items().next());
        let plain = tree.problems().is_empty()
            && tree.comments().is_empty()
            && tree.root().is_some_and(|root| root.len() == 1)
            && item.is_some_and(|item| {
                item.style() == Style::Plain && item.tag() == Tag::NONE && item.as_str() == Some(text) && !item.span().is_empty()
            });
        match item.filter(|_| plain) {
            Some(item) if self.is_json() => json(item),
            Some(_) => Some(text.to_owned()),
            None => quoted(text, Style::DoubleQuoted),
        }
    }
}

/// `node` in JSON, with the long forms of functions.
fn json(node: Node) -> Option<String> {
    if let Some((function, argument)) = node.function().filter(|_| node.tag() != Tag::NONE) {
        let argument = match argument.as_str().and_then(|text| text.split_once('.')) {
            Some((name, attribute)) if function == super::Function::GetAtt => {
                let parts = [quoted(name, Style::DoubleQuoted)?, quoted(attribute, Style::DoubleQuoted)?];
                format!("[{}]", parts.join(", "))
            }
            _ => json(argument)?,
        };
        return Some(format!("{{\"{}\": {argument}}}", function.long()));
    }
    match node.kind() {
        Kind::Scalar => {
            let text = node.as_str()?;
            let literal = match node.scalar()?.value() {
                ScalarValue::Bool(_) | ScalarValue::Null => matches!(text, "true" | "false" | "null"),
                ScalarValue::Int(number) => number.to_string() == text,
                ScalarValue::Float(_) | ScalarValue::String(_) => false,
            };
            if literal { Some(text.to_owned()) } else { quoted(text, Style::DoubleQuoted) }
        }
        Kind::Sequence => Some(format!("[{}]", node.items().map(json).collect::<Option<Vec<_>>>()?.join(", "))),
        Kind::Mapping => {
            let entry = |key: Node, value| Some(format!("{}: {}", quoted(key.as_str()?, Style::DoubleQuoted)?, json(value)?));
            let entries = node.entries().map(|pair| entry(pair.key, pair.value)).collect::<Option<Vec<_>>>()?;
            Some(format!("{{{}}}", entries.join(", ")))
        }
    }
}

/// `text` on one line in the given quotes; `None` where it needs more than they can say simply.
fn quoted(text: &str, style: Style) -> Option<String> {
    if text.chars().any(|c| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}')) {
        return None;
    }
    match style {
        Style::Plain => Some(text.to_owned()),
        Style::SingleQuoted => Some(format!("'{}'", text.replace('\'', "''"))),
        Style::DoubleQuoted => Some(format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))),
        Style::Literal | Style::Folded | Style::Block | Style::Flow => None,
    }
}

fn insertion(at: u32, replacement: String) -> Edit {
    Edit { span: Span::at(at), replacement }
}

/// The lines of a file. A line ends with LF, CR LF or a lone CR.
#[derive(Clone, Copy)]
struct Lines<'t>(&'t SourceFile);

impl<'t> Lines<'t> {
    fn start(self, at: u32) -> u32 {
        let before = &self.0.text().as_bytes()[..at as usize];
        before.iter().rposition(|byte| matches!(byte, b'\n' | b'\r')).map_or(0, |found| found as u32 + 1)
    }

    /// The end of the line, before its line break.
    fn end(self, at: u32) -> u32 {
        let text = self.0.text().as_bytes();
        text[at as usize..]
            .iter()
            .position(|byte| matches!(byte, b'\n' | b'\r'))
            .map_or(text.len() as u32, |found| at + found as u32)
    }

    /// The start of the line after the one of `at`.
    fn next(self, at: u32) -> u32 {
        let end = self.end(at);
        let rest = &self.0.text()[end as usize..];
        end + if rest.starts_with("\r\n") { 2 } else { u32::from(!rest.is_empty()) }
    }

    /// Where the text above the line that starts at `start` ends, before empty lines.
    fn end_above(self, start: u32) -> u32 {
        self.0.text()[..start as usize].trim_end_matches(['\n', '\r']).len() as u32
    }

    /// The text of the line before `at`.
    fn before(self, at: u32) -> &'t str {
        self.0.slice(Span::new(self.start(at), at))
    }

    /// The line break that lines near `at` end with.
    fn line_break(self, at: u32) -> &'t str {
        let here = self.0.slice(Span::new(self.end(at), self.next(at)));
        if !here.is_empty() {
            return here;
        }
        let first = self.0.slice(Span::new(self.end(0), self.next(0)));
        if first.is_empty() { "\n" } else { first }
    }

    /// Spaces as far as `at`; `None` where more than spaces and the dashes of lists stand before it.
    fn indent(self, at: u32) -> Option<String> {
        let before = self.before(at).trim_start_matches('\u{feff}');
        before.bytes().all(|byte| matches!(byte, b' ' | b'-')).then(|| " ".repeat(before.len()))
    }

    /// Where the line of `at` ends, if nothing but a comment follows.
    fn rest_is_comment(self, at: u32) -> Option<u32> {
        let end = self.end(at);
        let rest = self.0.slice(Span::new(at, end));
        let trimmed = rest.trim_start_matches([' ', '\t']);
        let free = trimmed.is_empty() || trimmed.starts_with('#') && (trimmed.len() < rest.len() || at == self.start(at));
        (free && !rest.contains(['\u{85}', '\u{2028}', '\u{2029}'])).then_some(end)
    }

    /// The end of the last line of `part`, if nothing but a comment follows there.
    fn end_of(self, part: Span) -> Option<u32> {
        let written = self.0.slice(part).trim_end();
        self.rest_is_comment(part.start + written.len() as u32)
    }

    /// A new line under the one in which an entry ends at `at`.
    fn below(self, at: u32, indent: &str, content: &str) -> Option<Edit> {
        let end = self.rest_is_comment(at)?;
        Some(insertion(end, format!("{}{indent}{content}", self.line_break(at))))
    }

    /// The dash of the item that starts at `at`.
    fn dash(self, at: u32) -> Option<u32> {
        let before = self.0.text()[..at as usize].trim_end_matches([' ', '\n', '\r']);
        before.ends_with('-').then(|| before.len() as u32 - 1)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::super::{Entry, Tree, parse};
    use super::*;

    const BLOCK: &str = "# above\nResources:\n  A:\n    Type: T # type\n    # about the properties\n    Properties:\n      Name: 'it''s'\n      Empty:\n      List:\n        - one # first\n        - Key: a\n          # between\n          Other: \"b\"\n        # about the last\n        - !Sub 'x'\n      Same:\n      - x\n      -  Deep: 1\n         Deeper: [a, b]\n      - - nested\n        - twice\n      -\n        Below: 1\n        Next: 2\n\n      Text: |\n        line\n\n      Keep: |+\n        line\n\n      After: plain\n        continued\n\n# at the end\n  B: {a: b, c: [], d: {}}\n";
    const FLOW: &str = "Top: {a: 1, b: 'x', c, d: , e: [1, 'two', {f: g}, h: i,],\n  j: [\n    k, # k\n    l\n  ], m: {n: o,}, p: [q] }\nTail: 1";
    const JSON: &str = "{\n  \"A\": {\n    \"Type\": \"T\",\n    \"List\": [\"x\", 1, true, {\"y\": null}],\n    \"Lines\": [\n      \"a\",\n      \"b\"\n    ],\n    \"One\": {\"z\": \"q\\\"\"}, \"Empty\": {}, \"None\": []\n  }\n}\n";
    const SHARED: &str = "A: &a\n  x: 1\n  y: [1, 2]\nB: *a\nC:\n  <<: *a\n  z: 1\nD:\n  - *a\n  - b\nE:\n  k: *a\n";

    #[derive(Clone, Debug, PartialEq)]
    enum Read {
        Scalar(String, Tag),
        List(Vec<Read>),
        /// By key, so that the place of an entry does not matter.
        Map(std::collections::BTreeMap<String, Read>),
    }

    fn read(node: Node) -> Read {
        match node.kind() {
            Kind::Scalar => Read::Scalar(node.as_str().unwrap_or_default().to_owned(), node.tag()),
            Kind::Sequence => Read::List(node.items().map(read).collect()),
            Kind::Mapping => Read::Map(
                node.entries().map(|entry| (entry.key.as_str().unwrap_or_default().into(), read(entry.value))).collect(),
            ),
        }
    }

    fn tree(text: &str) -> Tree {
        parse(&Arc::new(SourceFile::new("t.yaml", text)))
    }

    fn root(text: &str) -> Read {
        let tree = tree(text);
        assert_eq!(tree.problems(), [], "{text}");
        read(tree.root().expect("the text holds something"))
    }

    fn apply(text: &str, edit: &Edit) -> String {
        let mut text = text.to_owned();
        text.replace_range(edit.span.range(), &edit.replacement);
        text
    }

    /// Where `path` leads in a reading.
    fn at<'r>(mut read: &'r mut Read, path: &[String]) -> &'r mut Read {
        for step in path {
            read = match read {
                Read::Map(entries) => entries.get_mut(step).expect("the path is one of this tree"),
                Read::List(items) => &mut items[step.parse::<usize>().expect("an index")],
                Read::Scalar(..) => panic!("a scalar has no children"),
            };
        }
        read
    }

    /// Tries every change on every node; gives the number of changes made.
    fn try_all(text: &str) -> usize {
        let tree = tree(text);
        let mut made = 0;
        let mut check = |edit: Option<Edit>, node: Node, change: &dyn Fn(&mut Read)| {
            let Some(edit) = edit else { return };
            let mut expected = root(text);
            change(at(&mut expected, &node.path()));
            let changed = apply(text, &edit);
            assert_eq!(root(&changed), expected, "{:?} changed by {edit:?}:\n{changed}", node.path());
            if text.contains("\r\n") {
                assert_eq!(changed.matches('\n').count(), changed.matches("\r\n").count(), "{changed:?}");
            }
            made += 1;
        };
        let mut pending = vec![tree.root().expect("the text holds something")];
        while let Some(node) = pending.pop() {
            pending.extend(node.items());
            pending.extend(node.entries().map(|entry| entry.value));
            for (value, meaning) in [
                ("value", Read::Scalar("value".into(), Tag::NONE)),
                ("[a, 'b c']", Read::List(vec![Read::Scalar("a".into(), Tag::NONE), Read::Scalar("b c".into(), Tag::NONE)])),
            ] {
                let added = meaning.clone();
                check(node.insert_entry("Added", value), node, &|read| {
                    let Read::Map(entries) = read else { panic!("not a mapping") };
                    entries.insert("Added".into(), added.clone());
                });
                check(node.append_item(value), node, &|read| {
                    let Read::List(items) = read else { panic!("not a list") };
                    items.push(meaning.clone());
                });
            }
            for Entry { key, .. } in node.entries() {
                let key = key.as_str().expect("the fixtures have no other keys");
                check(node.remove_entry(key), node, &|read| {
                    let Read::Map(entries) = read else { panic!("not a mapping") };
                    entries.remove(key);
                });
            }
            for index in 0..node.items().count() {
                check(node.remove_item(index), node, &|read| {
                    let Read::List(items) = read else { panic!("not a list") };
                    items.remove(index);
                });
            }
            for text in ["new", "two words", "it's", "a: b", "\"\\", "", "#x", "[", "true", "5", "- ", "*x", "!Ref x"] {
                check(node.replace_scalar(text), node, &|read| *read = Read::Scalar(text.into(), Tag::NONE));
            }
        }
        made
    }

    #[test]
    fn every_change_reads_as_meant() {
        for (text, least) in [(BLOCK, 200), (FLOW, 100), (JSON, 130)] {
            assert!(try_all(text) > least, "{} changes: {text}", try_all(text));
            let lines = text.replace('\n', "\r\n");
            assert!(try_all(&lines) > least, "{lines}");
            try_all(&format!("\u{feff}{text}"));
            try_all(text.trim_end());
        }
        try_all(SHARED);
    }

    fn changed(text: &str, change: impl Fn(Node) -> Option<Edit>, path: &[&str]) -> Option<String> {
        let tree = tree(text);
        let node = path.iter().fold(tree.root().expect("the text holds something"), |node, step| node.get(step).expect("a key"));
        change(node).map(|edit| apply(text, &edit))
    }

    #[test]
    fn an_entry_gets_its_own_line_with_the_indentation_of_the_others() {
        let text = "A:\r\n  x: 1 # one\r\nB: 2\r\n";
        let added = changed(text, |node| node.insert_entry("y", "2"), &["A"]);
        assert_eq!(added.as_deref(), Some("A:\r\n  x: 1 # one\r\n  y: 2\r\nB: 2\r\n"));
        assert_eq!(changed(&added.expect("it was made"), |node| node.remove_entry("y"), &["A"]).as_deref(), Some(text));
    }

    #[test]
    fn a_line_goes_with_the_comment_that_ends_it_and_leaves_the_one_above() {
        let text = "# above\nx: 1 # one\ny: 2\n";
        assert_eq!(changed(text, |node| node.remove_entry("x"), &[]).as_deref(), Some("# above\ny: 2\n"));
    }

    #[test]
    fn a_file_whose_last_line_has_no_end_keeps_to_that() {
        for text in ["x: 1\ny: 2", "x: 1\r\ny: 2 # two", "x: 1\n\ny: 2"] {
            assert_eq!(changed(text, |node| node.remove_entry("y"), &[]).as_deref(), Some("x: 1"));
        }
        assert_eq!(changed("x: 1\n# y\ny: 2", |node| node.remove_entry("y"), &[]).as_deref(), Some("x: 1\n# y"));
        assert_eq!(changed("x: 1\ny: 2\n", |node| node.remove_entry("y"), &[]).as_deref(), Some("x: 1\n"));
    }

    #[test]
    fn strings_are_quoted_in_json() {
        let text = "{\n  \"A\": {\n    \"x\": [\"a\"]\n  }\n}\n";
        let added = changed(text, |node| node.insert_entry("y", "{Ref: B}"), &["A"]);
        assert_eq!(added.as_deref(), Some("{\n  \"A\": {\n    \"x\": [\"a\"],\n    \"y\": {\"Ref\": \"B\"}\n  }\n}\n"));
        let added = changed(text, |node| node.append_item("!GetAtt B.Arn"), &["A", "x"]);
        assert!(added.expect("it was made").contains("[\"a\", {\"Fn::GetAtt\": [\"B\", \"Arn\"]}]"));
        let added = changed(text, |node| node.append_item("false"), &["A", "x"]);
        assert!(added.expect("it was made").contains("[\"a\", false]"));
    }

    #[test]
    fn several_entries_go_together() {
        for (text, keys, left) in [
            ("A: {a: 1, b: 2, c: 3}\n", ["b", "c"], "A: {a: 1}\n"),
            ("A: {a: 1, b: 2, c: 3}\n", ["a", "c"], "A: {b: 2}\n"),
            ("A: {a: 1, b: 2, c: 3}\n", ["a", "b"], "A: {c: 3}\n"),
            ("A:\n  a: 1\n  b:\n    - 2\n  c: 3\n", ["b", "c"], "A:\n  a: 1\n"),
        ] {
            let tree = tree(text);
            let mapping = tree.root().and_then(|root| root.get("A")).expect("it is there");
            let mut edits = mapping.remove_entries(&keys).expect("it can be done");
            edits.sort_by_key(|edit| std::cmp::Reverse(edit.span));
            assert_eq!(edits.iter().fold(text.to_owned(), |text, edit| apply(&text, edit)), left);
        }
        let tree = tree("A: {a: 1, b: 2}\n");
        let mapping = tree.root().and_then(|root| root.get("A")).expect("it is there");
        assert_eq!(mapping.remove_entries(&["a", "b"]), None);
    }

    #[test]
    fn a_block_is_written_in_brackets() {
        let text =
            "A:\n  - x: 1\n    y: a, b\n  - !Ref C\n  - 'it''s'\nB: &b {c: 1}\nD: *b\nE:\n  f: 1 # why\n  g: 2\nG: |\n  text\n";
        let tree = tree(text);
        let root = tree.root().expect("the text holds something");
        let flow = |key| root.get(key).expect("a key").in_flow();
        assert_eq!(flow("A").as_deref(), Some("[{x: 1, y: \"a, b\"}, !Ref C, 'it''s']"));
        for key in ["B", "D", "E", "G"] {
            assert_eq!(flow(key), None, "{key}");
        }
    }

    #[test]
    fn several_items_are_added_in_one_edit() {
        let items = ["b".to_owned(), "c".to_owned()];
        for (text, longer) in
            [("A: []\n", "A: [b, c]\n"), ("A: [a]\n", "A: [a, b, c]\n"), ("A:\n  - a\n", "A:\n  - a\n  - b\n  - c\n")]
        {
            assert_eq!(changed(text, |node| node.append_items(&items), &["A"]).as_deref(), Some(longer));
        }
    }

    #[test]
    fn what_is_not_sure_is_not_changed() {
        let tree = tree(SHARED);
        let root = tree.root().expect("the text holds something");
        let shared = root.get("B").expect("a key");
        assert_eq!(shared.insert_entry("w", "1"), None);
        assert_eq!(shared.get("x").expect("a key").replace_scalar("2"), None);
        assert_eq!(root.get("C").expect("a key").remove_entry("y"), None);
        assert_eq!(root.get("E").expect("a key").remove_entry("k"), None);
    }
}
