//! The lines of a finding that are shown, from all files it touches, as one small text for miette to draw.
//!
//! miette alone would read a file from its start for every label, print control characters as they are, join labels that are
//! far apart, print a minified file whole and know one file only. So the lines are cut out here: a [`Chunk`] is what appears
//! in one box, and miette's [`SourceCode`] is asked for chunks.

use std::sync::Arc;

use miette::{LabeledSpan, MietteError, MietteSpanContents, SourceCode, SourceSpan, SpanContents};

use super::super::{Style, escape};
use crate::diagnostic::Diagnostic;
use crate::text::{SourceFile, Span};

/// Lines shown around each label.
pub(super) const CONTEXT_LINES: usize = 1;

/// Two labels with no more lines than this between their contexts are shown in one box.
const MAX_GAP: u32 = 2;

/// A label over more lines than this is shown at its first line only.
const MAX_LABEL_LINES: u32 = 5;

/// A line longer than this, in characters, is cut around its label.
const MAX_LINE: usize = 240;

/// Characters shown on either side of a label in a line that is cut.
const MARGIN: usize = 50;

/// No label's text is folded narrower than this, however far right it starts.
const MIN_LABEL_WIDTH: usize = 32;

/// The lines shown, and where the labels are in them.
#[derive(Debug)]
pub(super) struct Excerpt {
    text: String,
    chunks: Vec<Chunk>,
    labels: Vec<LabeledSpan>,
}

/// What appears in one box.
#[derive(Debug)]
struct Chunk {
    /// `path:line:column` is made of this name and the place of the first label.
    name: String,
    /// The number of the first line, from 0.
    line: usize,
    /// How many lines.
    line_count: usize,
    /// Its bytes in the excerpt.
    start: usize,
    end: usize,
    /// Line and column, from 0, of the primary label, or else of the first.
    place: (usize, usize),
}

impl Excerpt {
    pub(super) fn new(diagnostic: &Diagnostic, style: Style) -> Self {
        let mut excerpt = Self { text: String::new(), chunks: Vec::new(), labels: Vec::new() };
        for group in group(marks(diagnostic)) {
            excerpt.push(&group, style);
        }
        // The order in which miette reads them, and gives them their colours.
        excerpt.labels.sort_by_key(LabeledSpan::offset);
        excerpt
    }

    /// The labels in the order of the excerpt.
    pub(super) fn labels(&self) -> &[LabeledSpan] {
        &self.labels
    }

    fn push(&mut self, group: &[Mark], style: Style) {
        let Some(first) = group.first() else { return };
        let (from, to) = shown_lines(group);
        let start = self.text.len();
        let mut spans = vec![(0, 0); group.len()];
        for number in from..=to {
            let place = self.copy_line(&first.file, number, first.cut.then_some(first.span), style);
            for (mark, span) in group.iter().zip(&mut spans) {
                if mark.line == number {
                    span.0 = place(mark.span.start);
                }
                if mark.last_line == number {
                    span.1 = place(mark.span.end);
                }
            }
        }
        let leading = group.iter().find(|mark| mark.is_primary()).unwrap_or(first);
        let position = first.file.position(leading.span.start);
        self.chunks.push(Chunk {
            name: escape::one_line(first.file.name()).into_owned(),
            line: from as usize - 1,
            line_count: (to - from) as usize + 1,
            start,
            end: self.text.len(),
            place: (position.line as usize - 1, position.column as usize - 1),
        });
        self.label(group, &mut spans, to, style);
    }

    /// Appends a line of a file, cut around `focus` where it is given, and returns where a byte of the file now is.
    fn copy_line<'a>(
        &mut self,
        file: &'a SourceFile,
        number: u32,
        focus: Option<Span>,
        style: Style,
    ) -> impl Fn(u32) -> usize + use<'a> {
        let ellipsis = if style.unicode { "…" } else { "..." };
        let line_start = file.lines().start(number).unwrap_or_default();
        let whole = line_text(file, number);
        let (skipped, shown) = match focus {
            Some(focus) => window(whole, focus.start - line_start, focus.end - line_start),
            None => head(whole),
        };
        if !whole[..skipped].trim_start_matches(BYTE_ORDER_MARK).is_empty() {
            self.text.push_str(ellipsis);
        }
        let base = self.text.len();
        self.text.push_str(&escape::source_line(shown, style.unicode));
        if skipped + shown.len() < whole.len() {
            self.text.push_str(ellipsis);
        }
        self.text.push('\n');
        move |offset| {
            let within = (offset.saturating_sub(line_start) as usize).saturating_sub(skipped);
            base + escape::source_line(&shown[..boundary_before(shown, within)], style.unicode).len()
        }
    }

    fn label(&mut self, group: &[Mark], spans: &mut [(usize, usize)], last_line: u32, style: Style) {
        // miette moves the underline of a label that overlaps the one before it; so the earlier one ends where the next begins.
        for at in 1..spans.len() {
            let (before, after) = (spans[at - 1], spans[at]);
            let one_line = group[at - 1].line == group[at].last_line && group[at - 1].line == group[at - 1].last_line;
            if one_line && before.1 > after.0 {
                if before.0 < after.0 { spans[at - 1].1 = after.0 } else { spans[at].0 = before.1.min(after.1) }
            }
        }
        // The frame to the left of the text: the line number, the bar, and the corner that leads to the label's text.
        let frame = last_line.to_string().len() + 8;
        for (mark, (start, end)) in group.iter().zip(spans) {
            let line_start = self.text[..*start].rfind('\n').map_or(0, |at| at + 1);
            // The label's text hangs below the middle of its underline.
            let middle = boundary_before(&self.text, usize::midpoint(*start, (*end).max(*start)));
            let column = textwrap::core::display_width(&self.text[line_start.min(middle)..middle]);
            let width = style.width.saturating_sub(frame + column).max(MIN_LABEL_WIDTH);
            let message = (!mark.message.is_empty()).then(|| textwrap::fill(&mark.message, width));
            let span = (*start, end.saturating_sub(*start));
            self.labels.push(match mark.is_primary() {
                true => LabeledSpan::new_primary_with_span(message, span),
                false => LabeledSpan::new_with_span(message, span),
            });
        }
    }
}

impl SourceCode for Excerpt {
    /// The whole chunk with context; without, only the place of the chunk's leading label, which is all that miette reads.
    ///
    /// A span over two chunks is out of bounds, which keeps miette from joining them.
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        context_before: usize,
        _context_after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let end = span.offset() + span.len();
        let chunk = self.chunks.iter().find(|chunk| (chunk.start..chunk.end).contains(&span.offset()) && end < chunk.end);
        let chunk = chunk.ok_or(MietteError::OutOfBounds)?;
        let bytes = &self.text.as_bytes()[chunk.start..chunk.end];
        let whole = SourceSpan::from((chunk.start, chunk.end - chunk.start));
        let (line, column) = if context_before == 0 { chunk.place } else { (chunk.line, 0) };
        Ok(Box::new(MietteSpanContents::new_named(chunk.name.clone(), bytes, whole, line, column, chunk.line_count)))
    }
}

/// One label, made to fit on few lines.
#[derive(Clone, Debug)]
struct Mark {
    file: Arc<SourceFile>,
    span: Span,
    /// Lines of the span's ends, from 1.
    line: u32,
    last_line: u32,
    message: String,
    /// Its place among the labels of the finding; 0 is the primary one.
    order: usize,
    /// Whether its line is too long to be shown whole.
    cut: bool,
}

fn marks(diagnostic: &Diagnostic) -> Vec<Mark> {
    let primary = diagnostic.label.as_deref().unwrap_or_default();
    let mut marks = vec![Mark::new(&diagnostic.file, diagnostic.span, primary, 0)];
    for label in &diagnostic.labels {
        let mark = Mark::new(&label.file, label.span, &label.message, marks.len());
        // Two labels on the same text would be drawn side by side, the second one on the text after it.
        match marks.iter_mut().find(|other| other.is_in(&mark.file) && other.span == mark.span) {
            Some(same) if same.message.is_empty() => same.message = mark.message,
            Some(same) => same.message = format!("{}\n{}", same.message, mark.message),
            None => marks.push(mark),
        }
    }
    marks
}

impl Mark {
    fn new(file: &Arc<SourceFile>, span: Span, message: &str, order: usize) -> Self {
        let text = file.text();
        let start = boundary_before(text, span.start as usize);
        let mut end = (span.end as usize).clamp(start, text.len());
        while !text.is_char_boundary(end) {
            end += 1;
        }
        end = start + text[start..end].trim_end().len();
        let span = Span::new(start as u32, end as u32);
        let line = file.position(span.start).line;
        let last_line = file.position(span.end).line;
        let whole = line_text(file, line);
        let cut = whole.len() > MAX_LINE && whole.chars().count() > MAX_LINE;
        let message = escape::one_line(message).into_owned();
        let mut mark = Self { file: Arc::clone(file), span, line, last_line, message, order, cut };
        if cut || last_line - line >= MAX_LABEL_LINES {
            mark.keep_first_line();
        }
        mark
    }

    fn keep_first_line(&mut self) {
        if self.last_line > self.line {
            let start = self.file.lines().start(self.line).unwrap_or_default();
            self.span.end = start + line_text(&self.file, self.line).trim_end().len() as u32;
            self.last_line = self.line;
        }
    }

    fn is_primary(&self) -> bool {
        self.order == 0
    }

    /// Whether it is near enough to the end of `group` to be shown in one box with it.
    fn joins(&self, group: &[Self]) -> bool {
        let reach = group.iter().map(|other| other.last_line).max().unwrap_or_default();
        let near = reach + 2 * CONTEXT_LINES as u32 + MAX_GAP >= self.line;
        near && !self.cut && group.iter().all(|other| !other.cut && other.is_in(&self.file))
    }

    fn is_in(&self, file: &Arc<SourceFile>) -> bool {
        Arc::ptr_eq(&self.file, file) || self.file.name() == file.name()
    }
}

/// The marks that share a box, the boxes in the order in which the finding is to be read: the primary mark's first.
fn group(marks: Vec<Mark>) -> Vec<Vec<Mark>> {
    let mut places: Vec<(usize, Mark)> = Vec::with_capacity(marks.len());
    let mut files: Vec<Arc<SourceFile>> = Vec::new();
    for mark in marks {
        let file = files.iter().position(|file| mark.is_in(file)).unwrap_or_else(|| {
            files.push(Arc::clone(&mark.file));
            files.len() - 1
        });
        places.push((file, mark));
    }
    places.sort_by_key(|(file, mark)| (*file, mark.span.start, mark.span.end));
    let mut groups: Vec<Vec<Mark>> = Vec::new();
    for (_, mark) in places {
        match groups.last_mut() {
            Some(group) if mark.joins(group) => group.push(mark),
            _ => groups.push(vec![mark]),
        }
    }
    for group in groups.iter_mut().filter(|group| group.len() > 1) {
        // miette draws a label over several lines badly beside others.
        group.iter_mut().for_each(Mark::keep_first_line);
    }
    groups.sort_by_key(|group| group.iter().map(|mark| mark.order).min());
    groups
}

/// The first and the last line of the box that shows `group`.
fn shown_lines(group: &[Mark]) -> (u32, u32) {
    let first = group.iter().map(|mark| mark.line).min().unwrap_or(1);
    let last = group.iter().map(|mark| mark.last_line).max().unwrap_or(first);
    let Some(Mark { file, cut: false, .. }) = group.first() else { return (first, last) };
    // A blank line around the labels says nothing.
    let says_something = |number: &u32| !line_text(file, *number).trim().is_empty();
    let context = CONTEXT_LINES as u32;
    let before = (first.saturating_sub(context).max(1)..first).find(says_something);
    let after = (last + 1..=last + context).rev().find(says_something);
    (before.unwrap_or(first), after.unwrap_or(last))
}

const BYTE_ORDER_MARK: &str = "\u{feff}";

/// Line `number`, from 1, without its line break.
fn line_text(file: &SourceFile, number: u32) -> &str {
    let index = file.lines();
    let start = index.start(number).unwrap_or(file.text().len() as u32);
    let end = index.start(number + 1).unwrap_or(file.text().len() as u32);
    file.slice(Span::new(start, end)).trim_end_matches(['\n', '\r'])
}

/// The beginning of `line`, without a byte-order mark: the bytes left out in front, and what is shown.
fn head(line: &str) -> (usize, &str) {
    let rest = line.strip_prefix(BYTE_ORDER_MARK).unwrap_or(line);
    (line.len() - rest.len(), &rest[..after(rest, 0, MAX_LINE)])
}

/// The part of a long line around the bytes from `start` to `end`: the bytes left out in front, and what is shown.
fn window(line: &str, start: u32, end: u32) -> (usize, &str) {
    let (start, end) = ((start as usize).min(line.len()), (end as usize).min(line.len()));
    let from = line[..start].char_indices().rev().nth(MARGIN - 1).map_or(0, |(at, _)| at);
    let end = end.min(after(line, start, MAX_LINE - 2 * MARGIN));
    let (skipped, line) = if from == 0 { (head(line).0, line) } else { (from, line) };
    (skipped, &line[skipped..after(line, end, MARGIN)])
}

/// `offset`, or where the character begins that it is in, or the end of the text.
fn boundary_before(text: &str, offset: usize) -> usize {
    let mut offset = offset.min(text.len());
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    offset
}

/// The offset `count` characters after `start`.
fn after(line: &str, start: usize, count: usize) -> usize {
    line[start..].char_indices().nth(count).map_or(line.len(), |(at, _)| start + at)
}
