//! How findings look: one file a format, each a pure function of plain data.
//!
//! Which findings there are, and where the text goes, is not here.

mod concise;
mod escape;
mod full;
pub mod graph;
mod json;
mod summary;
mod witness;

use std::time::Duration;

pub use escape::one_line;

use crate::diagnostic::Diagnostic;

/// What a run has found out.
#[derive(Clone, Copy, Debug)]
pub struct Report<'a> {
    /// The findings, in the order in which they are shown.
    pub diagnostics: &'a [Diagnostic],
    /// What kept the run from checking everything it was asked to.
    pub problems: &'a [RunProblem],
    /// The number of templates checked.
    pub files_checked: usize,
    /// What these files are, for the summary: `template`.
    pub kind: &'static str,
    /// How long it took; `None` leaves it out, so that two runs print the same bytes.
    pub elapsed: Option<Duration>,
    /// What the reader's side can show.
    pub style: Style,
}

/// Why a run could not check all that it was asked to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunProblem {
    /// The file it is about; `None` for the command line.
    pub file: Option<String>,
    /// Where in the file it is, where that is known.
    pub place: Option<ProblemPlace>,
    /// What is wrong, without the file's name.
    pub message: String,
}

/// The place of a problem in a text that is no template, such as a config file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProblemPlace {
    /// From 1.
    pub line: usize,
    /// In characters, from 1.
    pub column: usize,
    /// The number of characters that are wrong, at least 1.
    pub width: usize,
    /// The text of the line.
    pub text: String,
}

impl ProblemPlace {
    /// The word of YAML at a line and column of `text`, both from 1.
    #[must_use]
    pub fn new(text: &str, line: usize, column: usize) -> Self {
        let text = text.lines().nth(line.saturating_sub(1)).unwrap_or_default();
        let rest: Vec<char> = text.chars().skip(column.saturating_sub(1)).collect();
        let quote = rest.first().copied().filter(|first| matches!(first, '"' | '\''));
        let length = if let Some(quote) = quote {
            rest.iter().skip(1).position(|character| *character == quote).map_or(rest.len(), |at| at + 2)
        } else {
            let ends = |at: &usize| {
                let after = rest.get(at + 1).is_none_or(|next| next.is_whitespace());
                match rest[*at] {
                    ',' | ']' | '}' => true,
                    ':' => after,
                    '#' => *at > 0 && rest[*at - 1].is_whitespace(),
                    _ => false,
                }
            };
            let end = (0..rest.len()).find(ends).unwrap_or(rest.len());
            rest[..end].iter().rposition(|character| !character.is_whitespace()).map_or(0, |last| last + 1)
        };
        Self { line, column, width: length.max(1), text: text.to_owned() }
    }

    /// The line with a mark under what is wrong, as the `full` report draws it; it ends with a line break.
    #[must_use]
    pub fn drawing(&self, file: &str) -> String {
        let number = self.line.to_string();
        let margin = " ".repeat(number.len() + 2);
        // A tab takes one column here, as it did where the columns were counted.
        let line = escape::source_line(&self.text, true).replace('\t', " ");
        let before = " ".repeat(self.column - 1);
        let file = one_line(file);
        let mark = "─".repeat(self.width);
        format!("{margin}╭─[{file}:{number}:{}]\n {number} │ {line}\n{margin}· {before}{mark}\n{margin}╰────\n", self.column)
    }
}

/// What the reader's side can show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// Whether escape codes colour the text.
    pub color: bool,
    /// Whether lines are drawn with characters beyond ASCII.
    pub unicode: bool,
    /// The width in columns at which prose is folded.
    pub width: usize,
}

impl Default for Style {
    fn default() -> Self {
        Self { color: false, unicode: true, width: 100 }
    }
}

/// The shape of a report.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// Findings with the text they are about, for people.
    #[default]
    Full,
    /// One line a finding, for editors and `grep`.
    Concise,
    /// One versioned document, for programs.
    Json,
}

impl Format {
    /// Every format, in the order in which the help lists them.
    pub const ALL: [Self; 3] = [Self::Full, Self::Concise, Self::Json];

    /// The word on the command line.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Concise => "concise",
            Self::Json => "json",
        }
    }

    /// The whole report; it ends with a line break.
    #[must_use]
    pub fn render(self, report: &Report) -> String {
        match self {
            Self::Full => full::render(report),
            Self::Concise => concise::render(report),
            Self::Json => json::render(report),
        }
    }
}
