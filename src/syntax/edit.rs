//! Changes to a text that leave the rest of it as it is: comments, layout, quotes.
//!
//! Each gives `None` where the text around makes the change unsure: aliases, merge keys, tags, comments in the way.

use super::tree::Style;
use super::view::{Entry, Node};
use crate::text::{Edit, Span};

impl<'t> Node<'t> {
    /// Writes another value in place of a scalar, in the same quotes.
    #[must_use]
    pub fn replacement(self, value: &str) -> Option<Edit> {
        let scalar = self.scalar().filter(|_| self.function().is_none())?;
        let written = self.tree().source().slice(self.span());
        let replacement = match scalar.style() {
            Style::Plain if written == scalar.text() && !written.is_empty() => value.to_owned(),
            Style::SingleQuoted if written.starts_with('\'') => format!("'{value}'"),
            Style::DoubleQuoted if written.starts_with('"') => format!("\"{value}\""),
            _ => return None,
        };
        Some(Edit { span: self.span(), replacement })
    }

    /// Takes the entry `key` out of a mapping that has others.
    #[must_use]
    pub fn without_entry(self, key: &str) -> Option<Edit> {
        let entries: Vec<Entry> = self.entries().collect();
        let at = entries.iter().position(|entry| entry.key.as_str() == Some(key))?;
        if entries.len() < 2 || !entries.iter().all(|entry| self.holds(entry.key) && self.holds(entry.value)) {
            return None;
        }
        let span = match self.style() {
            Style::Block => self.lines_of(entries[at])?,
            Style::Flow if at + 1 < entries.len() => {
                let next = entries[at + 1].key.span().start;
                self.only_a_comma(Span::new(entries[at].value.span().end, next))?;
                Span::new(entries[at].key.span().start, next)
            }
            Style::Flow => {
                let before = entries[at - 1].value.span().end;
                self.only_a_comma(Span::new(before, entries[at].key.span().start))?;
                Span::new(before, entries[at].value.span().end)
            }
            _ => return None,
        };
        Some(Edit { span, replacement: String::new() })
    }

    /// Adds an item, as it is to be written, at the end of a list that has others.
    #[must_use]
    pub fn with_item(self, text: &str) -> Option<Edit> {
        let items: Vec<Node> = self.items().collect();
        let last = *items.last()?;
        if !self.holds(last) || self.function().is_some() {
            return None;
        }
        let end = Span::at(last.span().end);
        let source = self.tree().source().text();
        let replacement = match self.style() {
            Style::Flow => format!(", {text}"),
            Style::Block => {
                // The dash of the last item, on a line of its own.
                let line = source[..last.span().start as usize].rfind('\n').map_or(0, |at| at + 1);
                let before = &source[line..last.span().start as usize];
                let indentation = before.trim_end_matches([' ', '\t']).strip_suffix('-')?;
                if !indentation.chars().all(|c| c == ' ') || last.scalar().is_none() {
                    return None;
                }
                // A comment behind the last item stays there: the new one comes after the whole line.
                let rest = &source[last.span().end as usize..];
                let line_end = rest.find(['\n', '\r']).unwrap_or(rest.len());
                blank_or_comment(&rest[..line_end])?;
                let span = Span::at(last.span().end + line_end as u32);
                let newline = if source.contains("\r\n") { "\r\n" } else { "\n" };
                return Some(Edit { span, replacement: format!("{newline}{before}{text}") });
            }
            _ => return None,
        };
        Some(Edit { span: end, replacement })
    }

    /// Whether `child` is written inside this node, and not elsewhere behind an alias.
    fn holds(self, child: Self) -> bool {
        self.span().contains(child.span()) && child.parent().is_some_and(|parent| parent.id() == self.id())
    }

    fn only_a_comma(self, between: Span) -> Option<()> {
        let text = self.tree().source().slice(between);
        (text.trim() == ",").then_some(())
    }

    /// The lines of an entry of a block mapping, where nothing else is on them.
    fn lines_of(self, entry: Entry<'t>) -> Option<Span> {
        let source = self.tree().source().text();
        let (start, end) = (entry.key.span().start as usize, entry.value.span().end.max(entry.key.span().end) as usize);
        let line = source[..start].rfind('\n').map_or(0, |at| at + 1);
        if !source[line..start].chars().all(|c| c == ' ') {
            return None;
        }
        if source[..end].ends_with('\n') {
            return Some(Span::new(line as u32, end as u32));
        }
        let rest = &source[end..];
        let line_end = rest.find('\n').map_or(rest.len(), |at| at + 1);
        // An empty value ends behind its key, before the colon.
        blank_or_comment(rest[..line_end].trim_start_matches(':'))?;
        Some(Span::new(line as u32, (end + line_end) as u32))
    }
}

fn blank_or_comment(text: &str) -> Option<()> {
    let trimmed = text.trim_start();
    (trimmed.is_empty() || (trimmed.starts_with('#') && trimmed.len() < text.len())).then_some(())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::super::parse;
    use super::*;
    use crate::text::SourceFile;

    fn edited(text: &str, edit: impl Fn(Node) -> Option<Edit>) -> Option<String> {
        let tree = parse(&Arc::new(SourceFile::new("t", text)));
        let edit = edit(tree.root()?)?;
        let mut out = text.to_owned();
        out.replace_range(edit.span.range(), &edit.replacement);
        Some(out)
    }

    #[test]
    fn an_entry_goes_with_its_lines() {
        let without = |text: &str| edited(text, |root| root.without_entry("B"));
        assert_eq!(without("A: 1 # a\nB: 2 # b\nC: 3\n").as_deref(), Some("A: 1 # a\nC: 3\n"));
        assert_eq!(without("A: 1\r\nB:\r\n  - 2\r\n  - 3\r\nC: 3\r\n").as_deref(), Some("A: 1\r\nC: 3\r\n"));
        assert_eq!(without("A: 1\nB: 2").as_deref(), Some("A: 1\n"));
        assert_eq!(without("B: 2\n"), None);
    }

    #[test]
    fn an_entry_goes_with_one_comma() {
        let without = |text: &str| edited(text, |root| root.without_entry("B"));
        assert_eq!(without("{A: 1, B: 2, C: 3}").as_deref(), Some("{A: 1, C: 3}"));
        assert_eq!(without("{A: 1, B: 2}").as_deref(), Some("{A: 1}"));
        assert_eq!(without("{\n  \"A\": 1,\n  \"B\": [2],\n  \"C\": 3\n}").as_deref(), Some("{\n  \"A\": 1,\n  \"C\": 3\n}"));
        assert_eq!(without("{A: 1, B: 2, # two\n C: 3}"), None);
    }

    #[test]
    fn the_first_entry_of_a_list_item_stays() {
        let first = |root: Node| root.items().next()?.without_entry("A");
        assert_eq!(edited("- A: 1\n  B: 2\n", first), None);
    }

    #[test]
    fn an_item_is_added_as_the_others_are_written() {
        let with = |text: &str| edited(text, |root| root.get("L")?.with_item("X"));
        assert_eq!(with("L: [A]\n").as_deref(), Some("L: [A, X]\n"));
        assert_eq!(with("L:\n  - A # a\nM: 1\n").as_deref(), Some("L:\n  - A # a\n  - X\nM: 1\n"));
        assert_eq!(with("L:\r\n- A\r\n").as_deref(), Some("L:\r\n- A\r\n- X\r\n"));
        assert_eq!(with("{\"L\": [\n  \"A\"\n]}").as_deref(), Some("{\"L\": [\n  \"A\", X\n]}"));
    }

    #[test]
    fn a_value_keeps_its_quotes() {
        let replaced = |text: &str| edited(text, |root| root.get("A")?.replacement("x"));
        assert_eq!(replaced("A: b # c\n").as_deref(), Some("A: x # c\n"));
        assert_eq!(replaced("{\"A\": \"b\"}").as_deref(), Some("{\"A\": \"x\"}"));
        assert_eq!(replaced("A: !Ref b\n"), None);
        assert_eq!(replaced("A: &x b\n"), None);
    }
}
