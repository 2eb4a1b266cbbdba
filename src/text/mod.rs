//! Source text and places in it.
//!
//! Every place in cfnvet is a [`Span`] of bytes into one [`SourceFile`]; lines and columns exist only here, and are made
//! when a report asks for them. What the text means is not here.

mod decode;
mod edit;
mod editor;
mod grams;
mod lines;
mod nearest;
mod place;

use std::sync::OnceLock;

pub use decode::{DecodeProblem, MAX_FILE_BYTES};
pub use edit::Edit;
pub use editor::{EditorPosition, Encoding};
pub use lines::{LineIndex, Position};
pub use nearest::{is_one_slip_away, nearest_name};
pub use place::Place;

/// A half-open range of bytes, counted from the first byte of the file (a byte-order mark included).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// Offset of the first byte.
    pub start: u32,
    /// Offset one past the last byte.
    pub end: u32,
}

impl Span {
    /// The range `start..end`.
    #[must_use]
    pub const fn new(start: u32, end: u32) -> Self {
        Self { start, end }
    }

    /// The empty range at `offset`.
    #[must_use]
    pub const fn at(offset: u32) -> Self {
        Self { start: offset, end: offset }
    }

    /// The number of bytes.
    #[must_use]
    pub const fn len(self) -> u32 {
        self.end - self.start
    }

    /// Whether the range holds no byte.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.start == self.end
    }

    /// Whether `other` lies inside this range.
    #[must_use]
    pub const fn contains(self, other: Self) -> bool {
        self.start <= other.start && other.end <= self.end
    }

    /// The range as indices.
    #[must_use]
    pub const fn range(self) -> std::ops::Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// One file: the name it was given under, and its text.
#[derive(Debug)]
pub struct SourceFile {
    name: String,
    text: String,
    problem: Option<DecodeProblem>,
    lines: OnceLock<LineIndex>,
    grams: OnceLock<grams::Grams>,
}

impl SourceFile {
    /// A file called `name` in messages, holding `text`.
    ///
    /// The text may begin with a byte-order mark; offsets count it, columns do not.
    #[must_use]
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Self {
        Self { name: name.into(), text: text.into(), problem: None, lines: OnceLock::new(), grams: OnceLock::new() }
    }

    /// A file called `name` that holds `bytes`. Where they are no text, [`Self::problem`] says why, and [`Self::text`] is
    /// what comes before the fault.
    #[must_use]
    pub fn from_bytes(name: impl Into<String>, bytes: Vec<u8>) -> Self {
        let (text, problem) = decode::decode(bytes);
        Self { name: name.into(), text, problem, lines: OnceLock::new(), grams: OnceLock::new() }
    }

    /// Why the file is no text that CloudFormation reads, `None` where it is one. The fault is at the end of the text.
    #[must_use]
    pub fn problem(&self) -> Option<DecodeProblem> {
        self.problem
    }

    /// The path as the user gave it, or the name given for standard input.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The whole text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether `part` stands anywhere in the text.
    #[must_use]
    pub fn contains(&self, part: &str) -> bool {
        let grams = self.grams.get_or_init(|| grams::Grams::new(self.text.as_bytes()));
        grams.may_hold(part.as_bytes()) && memchr::memmem::find(self.text.as_bytes(), part.as_bytes()).is_some()
    }

    /// The text of `span`; empty where the span is not on character boundaries of this file.
    #[must_use]
    pub fn slice(&self, span: Span) -> &str {
        self.text.get(span.range()).unwrap_or_default()
    }

    /// The index from bytes to lines, made on the first call.
    pub fn lines(&self) -> &LineIndex {
        self.lines.get_or_init(|| LineIndex::new(&self.text))
    }

    /// Line and column of a byte offset.
    pub fn position(&self, offset: u32) -> Position {
        self.lines().position(&self.text, offset)
    }
}
