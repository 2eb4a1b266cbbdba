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

/// Why a run could not check all that it was asked to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunProblem {
    /// The file it is about; `None` for the command line.
    pub file: Option<String>,
    /// What is wrong, without the file's name.
    pub message: String,
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
