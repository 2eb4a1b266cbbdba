//! How findings look: one file a format, each a pure function of plain data.
//!
//! Which findings there are, and where the text goes, is not here.

mod checkstyle;
mod concise;
pub mod diff;
mod escape;
mod full;
mod github;
mod gitlab;
pub mod graph;
mod json;
mod json_lines;
mod junit;
mod parseable;
mod path;
mod rdjson;
mod sarif;
mod sentence;
mod statistics;
mod summary;
pub mod timings;
mod witness;
mod xml;

use std::sync::Arc;
use std::time::Duration;

pub use escape::one_line;

use crate::diagnostic::{Diagnostic, RuleInfo, Witness};
use crate::text::SourceFile;

/// What a run has found out.
#[derive(Clone, Copy, Debug, Default)]
pub struct Report<'a> {
    /// The findings, in the order in which they are shown.
    pub diagnostics: &'a [Diagnostic],
    /// What kept the run from checking everything it was asked to.
    pub problems: &'a [RunProblem],
    /// What the rules are, for the formats that describe those that found something.
    pub rules: &'a [RuleInfo],
    /// The files checked, with and without findings.
    pub files: &'a [Arc<SourceFile>],
    /// The number of files that were named and are no templates.
    pub files_skipped: usize,
    /// What these files are, for the summary: `template`.
    pub kind: &'static str,
    /// What was fixed and can be; `None` where there is no `--fix`.
    pub fixes: Option<Fixes>,
    /// How long it took; `None` leaves it out, so that two runs print the same bytes.
    pub elapsed: Option<Duration>,
    /// What the reader's side can show.
    pub style: Style,
    /// How many findings are not shown, and why.
    pub hidden: Hidden,
}

/// Findings that are not shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Hidden {
    /// The templates suppress them.
    pub suppressed: usize,
    /// They are in the baseline.
    pub baseline: usize,
}

/// What was fixed, and what can be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Fixes {
    /// How many findings a fix has ended; they are not among those reported.
    pub ended: usize,
    /// In how many files.
    pub files: usize,
    /// How many of the findings reported `--fix` would end.
    pub safe: usize,
    /// How many more with `--unsafe-fixes`.
    pub unsafe_only: usize,
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

/// What an editor shows of a finding: the message and when it holds in the first line, then the notes and the help.
#[must_use]
pub fn in_editor(diagnostic: &Diagnostic) -> String {
    sentence::with_advice(diagnostic, false)
}

/// When something holds, as the rest of a sentence that begins with "when"; `None` where nothing is known.
#[must_use]
pub fn when(witness: &Witness) -> Option<String> {
    witness::sentence(witness)
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
    /// The findings of that document, one a line and nothing else.
    JsonLines,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
    /// Annotations of GitHub Actions.
    Github,
    /// A Code Quality report of GitLab.
    Gitlab,
    /// JUnit's XML, for servers that show tests.
    Junit,
    /// Reviewdog's document.
    Rdjson,
    /// The findings of that document, one a line.
    Rdjsonl,
    /// Checkstyle's XML.
    Checkstyle,
    /// One line a finding, as cfn-lint's format of this name.
    Parseable,
}

impl Format {
    /// Every format, in the order in which the help lists them.
    pub const ALL: [Self; 12] = [
        Self::Full,
        Self::Concise,
        Self::Json,
        Self::JsonLines,
        Self::Sarif,
        Self::Github,
        Self::Gitlab,
        Self::Junit,
        Self::Rdjson,
        Self::Rdjsonl,
        Self::Checkstyle,
        Self::Parseable,
    ];

    /// The word on the command line.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Concise => "concise",
            Self::Json => "json",
            Self::JsonLines => "json-lines",
            Self::Sarif => "sarif",
            Self::Github => "github",
            Self::Gitlab => "gitlab",
            Self::Junit => "junit",
            Self::Rdjson => "rdjson",
            Self::Rdjsonl => "rdjsonl",
            Self::Checkstyle => "checkstyle",
            Self::Parseable => "parseable",
        }
    }

    /// The format of that name.
    #[must_use]
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.as_str() == word)
    }

    /// The whole report. It ends with a line break, unless it has nothing to say.
    #[must_use]
    pub fn render(self, report: &Report) -> String {
        match self {
            Self::Full => full::render(report),
            Self::Concise => concise::render(report),
            Self::Json => json::render(report),
            Self::JsonLines => json_lines::render(report),
            Self::Sarif => sarif::render(report),
            Self::Github => github::render(report),
            Self::Gitlab => gitlab::render(report),
            Self::Junit => junit::render(report),
            Self::Rdjson => rdjson::document(report),
            Self::Rdjsonl => rdjson::lines(report),
            Self::Checkstyle => checkstyle::render(report),
            Self::Parseable => parseable::render(report),
        }
    }

    /// How often each rule found something, in place of the findings; `None` where the format has no shape for that.
    #[must_use]
    pub fn render_statistics(self, report: &Report) -> Option<String> {
        match self {
            Self::Full | Self::Concise => Some(statistics::table(report)),
            Self::Json => Some(statistics::json(report)),
            _ => None,
        }
    }

    /// Whether [`Self::render_statistics`] has something to show.
    #[must_use]
    pub const fn has_statistics(self) -> bool {
        matches!(self, Self::Full | Self::Concise | Self::Json)
    }
}
