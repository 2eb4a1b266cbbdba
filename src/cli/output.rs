//! Printing, and what the terminal can show.

use std::io::{self, IsTerminal, Write};

use super::Color;
use crate::report::{Format, RunProblem, Style, one_line};

/// Text wider than this is hard to read, however wide the terminal.
const MAX_WIDTH: usize = 120;

/// Prints to standard output. A reader that has gone away, such as `head`, has what it wants: that is no error.
pub(super) fn print(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        result => result,
    }
}

/// Prints a line to standard error, where nobody can be told that it failed.
pub(super) fn error(message: &str) {
    let _ = writeln!(io::stderr(), "error: {}", one_line(message));
}

/// Prints a problem to standard error, with the text it is about.
pub(super) fn problem(problem: &RunProblem) {
    error(&sentence(problem));
    draw(problem);
}

/// Prints a problem to standard error that does not make the run fail.
pub(super) fn run_warning(problem: &RunProblem) {
    warning(&sentence(problem));
    draw(problem);
}

fn sentence(problem: &RunProblem) -> String {
    match (&problem.file, &problem.place) {
        (Some(file), Some(place)) => format!("{file}:{}:{}: {}", place.line, place.column, problem.message),
        (Some(file), None) => format!("{file}: {}", problem.message),
        (None, _) => problem.message.clone(),
    }
}

fn draw(problem: &RunProblem) {
    if let (Some(file), Some(place)) = (&problem.file, &problem.place) {
        let _ = write!(io::stderr(), "{}", place.drawing(file));
    }
}

/// Prints a line to standard error that does not make the run fail.
pub(super) fn warning(message: &str) {
    let _ = writeln!(io::stderr(), "warning: {}", one_line(message));
}

/// Prints lines to standard error, where nobody can be told that it failed.
pub(super) fn note(text: &str) {
    let _ = aside(text);
}

/// Prints the report to standard error, where standard output is for something else.
pub(super) fn aside(text: &str) -> io::Result<()> {
    io::stderr().write_all(text.as_bytes())
}

/// What the reader's side can show. The terminal is asked only where the answer matters.
#[expect(clippy::disallowed_methods, reason = "NO_COLOR and TERM are read here and nowhere else")]
pub(super) fn style(format: Format, color: Color, to_file: bool) -> Style {
    let plain = Style::default();
    if format != Format::Full {
        return plain;
    }
    let is_terminal = !to_file && io::stdout().is_terminal();
    let is_set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let is_dumb = || std::env::var_os("TERM").is_some_and(|terminal| terminal == "dumb");
    let color = match color {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => is_terminal && !is_set("NO_COLOR") && !is_dumb(),
    };
    if !is_terminal {
        return Style { color, ..plain };
    }
    let width = terminal_size::terminal_size().map_or(plain.width, |(width, _)| usize::from(width.0));
    Style { color, unicode: !is_dumb(), width: width.min(MAX_WIDTH) }
}
