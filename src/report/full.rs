//! Findings with the text they are about, for people.
//!
//! The snippets are miette's; what stands around them, and which lines they show (`excerpt`), is ours.

mod excerpt;

use std::fmt::{self, Write};

use anstyle::{AnsiColor, Style as Paint};
use excerpt::Excerpt;
use miette::{GraphicalReportHandler, GraphicalTheme, LabeledSpan, SourceCode, ThemeCharacters, ThemeStyles};

use super::{Report, Style, one_line, sentence, summary, witness};
use crate::diagnostic::{Certainty, Diagnostic, Severity};

/// Prose is folded no narrower than this, however narrow the terminal.
const MIN_WIDTH: usize = 40;

pub(super) fn render(report: &Report) -> String {
    let page = Page { style: Style { width: report.style.width.max(MIN_WIDTH), ..report.style } };
    let mut out = String::new();
    for diagnostic in report.diagnostics {
        page.finding(&mut out, diagnostic).expect("writing to a string cannot fail");
        out.push('\n');
    }
    out.push_str(&summary::fixes(report));
    let paint = match report.diagnostics.iter().map(|diagnostic| diagnostic.severity).max() {
        Some(severity) => color(severity).bold(),
        None if !report.problems.is_empty() => AnsiColor::Yellow.on_default(),
        None => AnsiColor::Green.on_default(),
    };
    let _ = writeln!(out, "{}", page.paint(paint, &summary::line(report)));
    out
}

const fn color(severity: Severity) -> Paint {
    match severity {
        Severity::Error => AnsiColor::Red.on_default(),
        Severity::Warning => AnsiColor::Yellow.on_default(),
        Severity::Info => AnsiColor::Cyan.on_default(),
    }
}

struct Page {
    style: Style,
}

impl Page {
    fn finding(&self, out: &mut String, diagnostic: &Diagnostic) -> fmt::Result {
        self.header(out, diagnostic)?;
        let excerpt = Excerpt::new(diagnostic, self.style);
        let title = one_line(&diagnostic.message);
        self.handler(&excerpt, diagnostic.severity)
            .render_report(out, &Snippet { title: &title, excerpt: &excerpt, severity: diagnostic.severity })?;
        self.footer(out, diagnostic)
    }

    fn header(&self, out: &mut String, diagnostic: &Diagnostic) -> fmt::Result {
        let strong = color(diagnostic.severity).bold();
        let code = format!("{} {}", diagnostic.severity.as_str(), one_line(&diagnostic.code));
        write!(out, "{} {}", self.paint(strong, &code), one_line(&diagnostic.name))?;
        match diagnostic.certainty {
            Certainty::Definite => writeln!(out),
            certainty => writeln!(out, "{}", self.paint(Paint::new().dimmed(), &format!(" ({})", certainty.as_str()))),
        }
    }

    fn footer(&self, out: &mut String, diagnostic: &Diagnostic) -> fmt::Result {
        if !diagnostic.stack_path.is_empty() {
            self.entry(out, "in:", &format!("nested stack `{}`", diagnostic.stack_path.join("/")))?;
        }
        if let Some(sentence) = diagnostic.when.as_ref().and_then(witness::sentence) {
            self.entry(out, "when", &sentence)?;
        }
        for note in &diagnostic.notes {
            self.entry(out, "note:", note)?;
        }
        if let Some(help) = &diagnostic.help {
            self.entry(out, "help:", help)?;
        }
        if let Some(fix) = &diagnostic.fix {
            let safety = sentence::safety(fix.safety);
            self.entry(out, "fix:", &format!("{} ({safety})", fix.title))?;
        }
        if let Some(url) = &diagnostic.url {
            // Not folded: a link that is broken over two lines cannot be followed.
            writeln!(out, "  {} {}", self.paint(AnsiColor::Cyan.on_default(), "see:"), one_line(url))?;
        }
        Ok(())
    }

    /// `  note: text`, folded, with the folded lines below the text.
    fn entry(&self, out: &mut String, keyword: &str, text: &str) -> fmt::Result {
        let indent = " ".repeat(keyword.len() + 3);
        let options = textwrap::Options::new(self.style.width).initial_indent(&indent).subsequent_indent(&indent);
        let text = textwrap::fill(&one_line(text), options);
        let keyword = self.paint(AnsiColor::Cyan.on_default(), keyword);
        writeln!(out, "  {keyword} {}", text.strip_prefix(&indent).unwrap_or(&text))
    }

    fn paint(&self, paint: Paint, text: &str) -> String {
        if self.style.color { format!("{paint}{text}{paint:#}") } else { text.to_owned() }
    }

    fn handler(&self, excerpt: &Excerpt, severity: Severity) -> GraphicalReportHandler {
        let characters = if self.style.unicode { ThemeCharacters::unicode() } else { ThemeCharacters::ascii() };
        let mut styles = if self.style.color { ThemeStyles::ansi() } else { ThemeStyles::none() };
        if self.style.color {
            let primary = match severity {
                Severity::Error => styles.error,
                Severity::Warning => styles.warning,
                Severity::Info => styles.highlights[0],
            };
            // miette gives colours to labels in the order of the text; the primary one is to have that of the severity.
            styles.highlights = excerpt.labels().iter().map(|l| if l.primary() { primary } else { styles.advice }).collect();
            styles.link = styles.advice;
        }
        GraphicalReportHandler::new_themed(GraphicalTheme { characters, styles })
            .with_links(false)
            .with_width(self.style.width)
            .with_context_lines(excerpt::CONTEXT_LINES)
            .without_syntax_highlighting()
    }
}

/// The part of a finding that miette draws: the message and the excerpt.
#[derive(Debug)]
struct Snippet<'a> {
    title: &'a str,
    excerpt: &'a Excerpt,
    severity: Severity,
}

impl fmt::Display for Snippet<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.title)
    }
}

impl std::error::Error for Snippet<'_> {}

impl miette::Diagnostic for Snippet<'_> {
    fn severity(&self) -> Option<miette::Severity> {
        Some(match self.severity {
            Severity::Error => miette::Severity::Error,
            Severity::Warning => miette::Severity::Warning,
            Severity::Info => miette::Severity::Advice,
        })
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(self.excerpt)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(self.excerpt.labels().iter().cloned()))
    }
}
