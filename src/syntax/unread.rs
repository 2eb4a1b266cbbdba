//! What a text with mistakes may hide.

use rustc_hash::FxHashSet;

use super::problem::{Problem, ProblemKind};
use super::tree::{RawKind, Tree, hash};
use crate::text::Span;

/// What is in the text and not, or not in its place, in the tree.
#[derive(Clone, Debug, Default)]
pub(super) struct Unread {
    /// The words between what was read.
    words: FxHashSet<String>,
    /// The hashes of all keys: what is declared may have come under another parent. Two that share one are not told apart, which
    /// would hide a name that is not there.
    keys: FxHashSet<u32>,
    /// The words on the lines of the mistakes, which may be halves of others.
    halves: Vec<String>,
    /// A mistake may be half a call, which may use anything.
    is_call: bool,
    /// The text ends in the mistake or is longer than what is read, so that anything may be missing.
    ends_early: bool,
}

impl Unread {
    fn may_hold(&self, name: &str) -> bool {
        let is_half = |half: &String| half.len() < name.len() && name.starts_with(half.as_str());
        self.ends_early || self.words.contains(name) || self.halves.iter().any(is_half)
    }
}

impl Tree {
    /// Whether a mistake broke off the text where it was being read.
    #[must_use]
    pub fn is_damaged(&self) -> bool {
        self.problems.iter().any(|problem| problem.kind.is_syntax())
    }

    /// Whether a mistake is on the lines of `span`.
    #[must_use]
    pub fn is_damaged_at(&self, span: Span) -> bool {
        let line = |at: u32| self.source.position(at).line;
        let (first, last) = (line(span.start), line(span.end));
        self.problems.iter().any(|problem| problem.kind.is_syntax() && (first..=last).contains(&line(problem.span.start)))
    }

    /// Whether what is called `name` may be declared in what could not be read.
    #[must_use]
    pub fn may_hide(&self, name: &str) -> bool {
        self.unread().is_some_and(|unread| unread.may_hold(name) || unread.keys.contains(&hash(name.as_bytes())))
    }

    /// Whether what could not be read may use what is called `name`.
    #[must_use]
    pub fn may_hide_use(&self, name: &str) -> bool {
        self.unread().is_some_and(|unread| unread.is_call || unread.may_hold(name))
    }

    /// Whether the text ends in a mistake, so that anything may be missing behind it.
    #[must_use]
    pub fn ends_early(&self) -> bool {
        let text = self.source.text();
        let end = text.trim_end().len();
        let is_cut = || text.trim_start().starts_with(['{', '[']) && !text.trim_end().ends_with(['}', ']']);
        let is_last = |problem: &Problem| {
            let behind = &text.as_bytes()[(problem.span.start as usize).min(end)..end];
            problem.kind.is_syntax() && memchr::memchr(b'\n', behind).is_none()
        };
        let is_left_out = |problem: &Problem| matches!(problem.kind, ProblemKind::TooDeep | ProblemKind::TooManyExpandedNodes);
        let mut problems = self.problems.iter();
        !self.problems.is_empty() && (is_cut() || problems.any(|problem| is_last(problem) || is_left_out(problem)))
    }

    fn unread(&self) -> Option<&Unread> {
        (!self.problems.is_empty()).then(|| self.unread.get_or_init(|| self.find_unread()))
    }

    fn find_unread(&self) -> Unread {
        let text = self.source.text();
        let mut unread = Unread { ends_early: self.ends_early(), ..Unread::default() };
        if unread.ends_early {
            return unread;
        }
        for problem in self.problems.iter().filter(|problem| problem.kind.is_syntax()) {
            let at = (problem.span.start as usize).min(text.len());
            let from = memchr::memrchr(b'\n', &text.as_bytes()[..at]).map_or(0, |found| found + 1);
            let to = memchr::memchr(b'\n', &text.as_bytes()[at..]).map_or(text.len(), |found| at + found);
            let line = &text[from..to];
            if line.contains(['"', '\'']) && words(line).next().is_none() {
                // A quote of which the name is not written yet.
                unread.halves.push(String::new());
            }
            unread.is_call |= line.contains(['!', '$']) || words(line).next_back().is_some_and(is_half_call);
            unread.halves.extend(words(line).map(str::to_owned));
        }
        unread.keys.reserve(self.nodes.len() / 2);
        unread.keys.extend(self.nodes.iter().map(|node| node.hash).filter(|hash| *hash != 0));
        let scalars = self.nodes.iter().filter(|node| !matches!(node.kind, RawKind::Mapping | RawKind::Sequence));
        let mut comments = self.comments.iter().map(|span| (span.start, span.end)).peekable();
        let mut read: Vec<(u32, u32)> = Vec::with_capacity(self.nodes.len() + self.comments.len());
        for node in scalars {
            while let Some(comment) = comments.next_if(|comment| comment.0 < node.start) {
                read.push(comment);
            }
            read.push((node.start, node.end));
        }
        read.extend(comments);
        if !read.is_sorted() {
            read.sort_unstable();
        }
        let mut at = 0;
        for (start, end) in read.into_iter().map(|(start, end)| (start as usize, end as usize)).chain([(text.len(), text.len())])
        {
            // Between most values there is nothing but blanks, colons and dashes.
            let between = text.as_bytes().get(at..start).filter(|between| between.iter().any(|byte| !is_between(*byte)));
            for word in between.and_then(|_| text.get(at..start)).into_iter().flat_map(words) {
                if !unread.words.contains(word) {
                    unread.words.insert(word.to_owned());
                }
            }
            at = at.max(end);
        }
        unread
    }
}

/// Whether a word may be the beginning of a function's name.
fn is_half_call(word: &str) -> bool {
    ["Ref", "Fn", "Condition"].iter().any(|name| name.starts_with(word))
}

fn is_between(byte: u8) -> bool {
    matches!(byte, b' ' | b'\n' | b'\r' | b':' | b'-' | b',' | b'[' | b']' | b'{' | b'}')
}

fn words(text: &str) -> impl DoubleEndedIterator<Item = &str> {
    text.split(|letter: char| !letter.is_alphanumeric() && !matches!(letter, '-' | '_' | '.')).filter(|word| !word.is_empty())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use crate::text::SourceFile;

    fn hides(text: &str, name: &str) -> bool {
        super::super::parse(&Arc::new(SourceFile::new("t.yaml", text))).may_hide(name)
    }

    #[test]
    fn a_text_without_mistakes_hides_nothing() {
        assert!(!hides("A: b\n", "c"));
    }

    #[test]
    fn a_name_may_be_in_the_mistake_or_half_of_it() {
        let text = "Resources:\n  Que\n    Type: AWS::SQS::Queue\n  Topic:\n    Type: AWS::SNS::Topic\n";
        assert!(hides(text, "Queue"));
        assert!(!hides(text, "Bucket"));
    }

    #[test]
    fn where_the_text_ends_in_the_mistake_anything_may_come() {
        assert!(hides("Resources:\n  Topic:\n    Type: AWS::SNS::Topic\n  Que", "Bucket"));
        assert!(hides("{\n  \"Resources\": {\n    \"Topic\": {\"Type\": \"AWS::SNS::Topic\"},\n", "Bucket"));
    }

    #[test]
    fn what_was_left_out_of_the_tree_may_be_meant() {
        assert!(hides("A: 1\nA: {Bucket: 2}\nB: 3\n", "Bucket"));
    }
}
