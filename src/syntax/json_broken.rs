//! JSON with mistakes. A string ends with its line, and the indentation says which bracket a line is in, so that a mistake
//! spoils its own entry.

use std::sync::Arc;

use super::problem::ProblemKind;
use super::tree::{Builder, MAX_DEPTH, Style, Tag, TextAt, Tree};
use crate::text::{SourceFile, Span};

/// Longest line of a text that is read by its indentation, and how many lines are looked at for a closing bracket.
const MAX_LINE: usize = 8 << 10;
const MAX_LINES: usize = 1_000;

/// Reads a text that was meant to be JSON; `None` where its indentation does not show what is in what.
pub(super) fn parse(source: &Arc<SourceFile>) -> Option<Tree> {
    let text = source.text();
    if !is_indented(text) {
        return None;
    }
    let pos = if text.starts_with('\u{feff}') { 3 } else { 0 };
    let mut reader = Reader {
        text,
        bytes: text.as_bytes(),
        pos,
        line: pos,
        indent: 0,
        builder: Builder::new(source),
        frames: Vec::new(),
        last_end: pos,
        reported: None,
        ended: false,
    };
    reader.read()?;
    Some(reader.builder.finish())
}

/// Whether what is in a bracket that ends its line is indented more than the line, nearly everywhere.
fn is_indented(text: &str) -> bool {
    let (mut right, mut wrong) = (0, 0);
    let mut opened: Option<usize> = None;
    for line in text.lines() {
        let content = line.trim();
        if content.is_empty() {
            continue;
        }
        if line.len() > MAX_LINE {
            return false;
        }
        let indent = line.len() - line.trim_start().len();
        if let Some(before) = opened.take().filter(|_| !content.starts_with(['}', ']'])) {
            *(if indent > before { &mut right } else { &mut wrong }) += 1;
        }
        opened = content.ends_with(['{', '[']).then_some(indent);
    }
    // The mistake itself may be one that is wrong.
    right > 0 && wrong * 10 <= right || wrong == 1 && right > 2
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// A key of an object, or the end of it.
    Key,
    /// The colon behind a key.
    Colon,
    Value,
    /// A comma, or the end.
    Comma,
}

#[derive(Clone, Copy, Debug)]
struct Frame {
    object: bool,
    state: State,
    start: usize,
    /// Of the line that its bracket is on.
    indent: usize,
    line: usize,
    column: usize,
    /// Where its entries start, once there is one.
    inner: Option<usize>,
    /// Its opening bracket is missing.
    implied: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Token {
    Open(bool),
    Close(bool),
    Comma,
    Colon,
    Scalar,
}

struct Reader<'s> {
    text: &'s str,
    bytes: &'s [u8],
    pos: usize,
    /// The present line's start and indentation.
    line: usize,
    indent: usize,
    builder: Builder,
    frames: Vec<Frame>,
    last_end: usize,
    /// The line of the last mistake. What follows from it is not reported again.
    reported: Option<usize>,
    ended: bool,
}

impl Reader<'_> {
    fn line_start(&self, at: usize) -> usize {
        memchr::memrchr(b'\n', &self.bytes[..at]).map_or(0, |found| found + 1)
    }

    fn line_end(&self, at: usize) -> usize {
        let end = memchr::memchr(b'\n', &self.bytes[at..]).map_or(self.bytes.len(), |found| at + found);
        if end > at && self.bytes[end - 1] == b'\r' { end - 1 } else { end }
    }

    /// Reports a mistake, where it does not follow from one on the same line.
    fn problem(&mut self, kind: ProblemKind, start: usize, end: usize) {
        let line = self.line_start(start);
        if self.reported != Some(line) {
            self.reported = Some(line);
            let end = (end..=self.text.len()).find(|end| self.text.is_char_boundary(*end)).unwrap_or(self.text.len());
            self.builder.problem(kind, Span::new(start as u32, end as u32), None);
        }
    }

    /// Whether the text before was reported, so that what is missing behind it is part of that.
    fn is_reported_before(&self) -> bool {
        self.reported == Some(self.line_start(self.last_end))
    }

    fn missing_bracket(&mut self) {
        if !self.is_reported_before() {
            self.problem(ProblemKind::MissingBracket, self.pos, self.pos);
        }
    }

    /// Passes blanks, breaks and comments. Whether the next token is the first of its line; `None` at the end.
    fn next(&mut self) -> Option<bool> {
        let mut first = self.pos == self.line;
        loop {
            match *self.bytes.get(self.pos)? {
                b'\n' => {
                    self.pos += 1;
                    self.line = self.pos;
                    first = true;
                }
                b' ' | b'\t' | b'\r' => self.pos += 1,
                b'#' => {
                    let end = self.line_end(self.pos);
                    self.builder.comment(Span::new(self.pos as u32, end as u32));
                    self.pos = end;
                }
                _ => break,
            }
        }
        if first {
            self.indent = self.pos - self.line;
        }
        Some(first)
    }

    fn token(&self) -> Token {
        match self.bytes[self.pos] {
            b'{' => Token::Open(true),
            b'[' => Token::Open(false),
            b'}' => Token::Close(true),
            b']' => Token::Close(false),
            b',' => Token::Comma,
            b':' => Token::Colon,
            _ => Token::Scalar,
        }
    }

    fn read(&mut self) -> Option<()> {
        self.next()?;
        if self.token() != Token::Open(true) {
            return None;
        }
        self.open(true, false);
        while let Some(first) = self.next() {
            if self.frames.is_empty() {
                if !self.ended {
                    self.problem(ProblemKind::TrailingText, self.pos, self.line_end(self.pos));
                    self.ended = true;
                }
                self.pos = self.line_end(self.pos);
                continue;
            }
            if self.builder.depth() >= MAX_DEPTH {
                return None;
            }
            let token = self.token();
            if first && !self.align(token) {
                continue;
            }
            self.step(token);
        }
        if let Some(frame) = self.frames.last().copied() {
            if !self.is_reported_before() {
                self.problem(ProblemKind::UnclosedBracket, frame.start, frame.start + 1);
            }
            while !self.frames.is_empty() {
                self.close(self.last_end);
            }
        }
        Some(())
    }

    /// Opens or closes what the indentation of the present line says, before its first token. False where the token is taken.
    fn align(&mut self, token: Token) -> bool {
        let column = self.indent;
        if let Token::Close(object) = token {
            let closes =
                |frame: &Frame| frame.indent == column || frame.column == column || frame.implied && frame.indent <= column;
            if let Some(target) = self.frames.iter().rposition(closes) {
                self.leave(target + 1);
                if self.frames[target].object != object {
                    self.problem(ProblemKind::StrayBracket, self.pos, self.pos + 1);
                    self.pos += 1;
                    self.close(self.pos);
                    return false;
                }
            } else if self.frames.last().is_some_and(|frame| frame.inner.is_some_and(|inner| inner <= column)) {
                // Its opening bracket is gone.
                if !self.is_reported_before() {
                    self.problem(ProblemKind::StrayBracket, self.pos, self.pos + 1);
                }
                self.pos += 1;
                return false;
            }
            return true;
        }
        if matches!(token, Token::Comma | Token::Colon) {
            return true;
        }
        let Some(top) = self.frames.last().copied() else { return true };
        let is_key = token == Token::Scalar && self.is_key();
        let outside = top.inner.map_or(column <= top.indent && !top.implied, |inner| column < inner);
        if outside && let Some(target) = self.frames.iter().rposition(|frame| frame.inner == Some(column)) {
            if self.frames[target].object == is_key || self.frames[target].object && token == Token::Scalar {
                self.leave(target + 1);
            }
            return true;
        }
        if !top.object {
            return true;
        }
        let deeper = top.inner.is_some_and(|inner| column > inner);
        match top.state {
            // The key above has lost the bracket behind it, or is half a key.
            State::Colon if deeper => {
                let key = self.builder.last_span();
                self.problem(ProblemKind::MissingColon, key.start as usize, key.end as usize);
                self.imply(is_key);
            }
            State::Value if deeper && is_key => {
                self.missing_bracket();
                self.imply(true);
            }
            State::Value if deeper && self.closes_list(top.inner) => {
                self.missing_bracket();
                self.imply(false);
            }
            State::Colon | State::Value if is_key || top.state == State::Colon => self.end_entry(),
            _ => {}
        }
        true
    }

    /// Whether the first line that is indented no more than the key above closes a list.
    fn closes_list(&self, key: Option<usize>) -> bool {
        let rest = self.text[self.line_end(self.pos)..].lines().take(MAX_LINES);
        let mut outside = rest.filter(|line| !line.trim().is_empty()).filter_map(|line| {
            let indent = line.len() - line.trim_start().len();
            key.is_some_and(|key| indent <= key).then_some((indent, line))
        });
        outside.next().is_some_and(|(indent, line)| Some(indent) == key && line.trim_start().starts_with(']'))
    }

    /// Whether the scalar here has a colon behind it.
    fn is_key(&self) -> bool {
        let rest = &self.text[self.pos..self.line_end(self.pos)];
        let Some(inner) = rest.strip_prefix('"') else {
            return rest.contains("\":") || rest.contains("\" :");
        };
        let Some(end) = closing_quote(inner) else { return false };
        inner[end + 1..].trim_start().starts_with(':')
    }

    /// Closes what is open above `depth`, whose closing bracket is missing.
    fn leave(&mut self, depth: usize) {
        if self.frames.len() > depth
            && let Some(frame) = self.frames.last().copied()
            && !frame.implied
            && self.reported != Some(self.line_start(frame.start))
            && !self.is_reported_before()
        {
            self.problem(ProblemKind::UnclosedBracket, frame.start, frame.start + 1);
            // A comma that is missing with it is part of it.
            self.reported = Some(self.line_start(self.last_end));
        }
        while self.frames.len() > depth {
            self.close(self.last_end);
        }
    }

    fn open(&mut self, object: bool, implied: bool) {
        let start = self.pos;
        let indent = if implied { self.frames.last().and_then(|frame| frame.inner).unwrap_or(self.indent) } else { self.indent };
        let at = start as u32;
        if object {
            self.builder.open_mapping(at, Style::Flow, Tag::NONE);
        } else {
            self.builder.open_sequence(at, Style::Flow, Tag::NONE);
        }
        let column = start - self.line.min(start);
        let state = if object { State::Key } else { State::Value };
        self.frames.push(Frame { object, state, start, indent, line: self.line, column, inner: None, implied });
        if !implied {
            self.pos += 1;
            self.last_end = self.pos;
        }
    }

    /// Opens a collection whose bracket is missing.
    fn imply(&mut self, object: bool) {
        self.enter();
        self.open(object, true);
    }

    /// What comes next in the innermost collection is a value's successor.
    fn enter(&mut self) {
        let column = self.pos - self.line;
        if let Some(frame) = self.frames.last_mut() {
            frame.state = State::Comma;
            frame.inner.get_or_insert(column);
        }
    }

    fn state(&mut self, state: State) {
        if let Some(frame) = self.frames.last_mut() {
            frame.state = state;
        }
    }

    /// Ends an entry that has no value, or no colon.
    fn end_entry(&mut self) {
        let Some(frame) = self.frames.last().copied() else { return };
        if frame.object && matches!(frame.state, State::Colon | State::Value) {
            let key = self.builder.last_span();
            let kind = if frame.state == State::Colon { ProblemKind::MissingColon } else { ProblemKind::MissingValue };
            self.problem(kind, key.start as usize, key.end as usize);
            self.builder.complete(self.last_end as u32);
            self.state(State::Comma);
        }
    }

    fn close(&mut self, end: usize) {
        self.frames.pop();
        self.builder.close(end as u32);
        self.last_end = self.last_end.max(end);
    }

    fn step(&mut self, token: Token) {
        let Some(frame) = self.frames.last().copied() else { return };
        match token {
            Token::Close(object) => self.step_close(object),
            Token::Comma => {
                match frame.state {
                    State::Comma => {}
                    State::Colon => self.end_entry(),
                    State::Value if frame.object => self.builder.complete(self.last_end as u32),
                    State::Key | State::Value => {
                        if !self.is_reported_before() {
                            self.problem(ProblemKind::ReservedCharacter, self.pos, self.pos + 1);
                        }
                    }
                }
                self.state(if frame.object { State::Key } else { State::Value });
                self.pos += 1;
                self.last_end = self.pos;
            }
            Token::Colon => {
                if frame.object && frame.state == State::Colon {
                    self.state(State::Value);
                } else {
                    self.problem(ProblemKind::NestedColon, self.pos, self.pos + 1);
                }
                self.pos += 1;
                self.last_end = self.pos;
            }
            Token::Open(object) => {
                self.prepare_value();
                self.enter();
                self.open(object, false);
            }
            Token::Scalar => self.step_scalar(frame),
        }
    }

    /// Reports what is missing before a value, and adds a key where there is none.
    fn prepare_value(&mut self) {
        let Some(frame) = self.frames.last().copied() else { return };
        match frame.state {
            State::Value => {}
            State::Colon => {
                let key = self.builder.last_span();
                self.problem(ProblemKind::MissingColon, key.start as usize, key.end as usize);
            }
            State::Comma | State::Key => {
                if frame.state == State::Comma && !self.is_reported_before() {
                    self.problem(ProblemKind::MissingComma, self.pos, self.pos + 1);
                }
                if frame.object {
                    let at = Span::at(self.pos as u32);
                    self.problem(ProblemKind::MissingColon, self.pos, self.pos + 1);
                    self.builder.scalar(at, TextAt::Source(at), Style::Plain, Tag::NONE);
                }
            }
        }
    }

    fn step_scalar(&mut self, frame: Frame) {
        let in_key_place = frame.object && matches!(frame.state, State::Key | State::Comma);
        if !frame.object && self.is_key() && self.bytes[self.pos] == b'"' {
            if frame.state == State::Comma && !self.is_reported_before() {
                self.problem(ProblemKind::MissingComma, self.pos, self.pos + 1);
            }
            self.missing_bracket();
            return self.imply(true);
        }
        if !in_key_place {
            self.prepare_value();
            self.enter();
            return self.scalar(false);
        }
        if frame.state == State::Comma && !self.is_reported_before() {
            let same_line = self.line_start(self.last_end) == self.line;
            if same_line && !self.is_key() {
                // More text behind a value.
                let end = self.line_end(self.pos);
                self.problem(ProblemKind::TrailingText, self.pos, end);
            } else {
                let end = self.scalar_end();
                self.problem(ProblemKind::MissingComma, self.pos, end);
            }
        }
        self.enter();
        self.scalar(true);
        self.state(State::Colon);
    }

    /// Where the string here ends, if it is whole.
    fn scalar_end(&self) -> usize {
        let rest = &self.text[self.pos..self.line_end(self.pos)];
        let inner = rest.strip_prefix('"').and_then(closing_quote);
        inner.map_or(self.pos + rest.len(), |end| self.pos + end + 2)
    }

    fn step_close(&mut self, object: bool) {
        let end = self.pos + 1;
        let Some(target) = self.frames.iter().rposition(|frame| frame.object == object) else {
            self.problem(ProblemKind::StrayBracket, self.pos, end);
            self.pos = end;
            return;
        };
        if let Some(frame) = self.frames.last().copied() {
            if frame.state == State::Colon {
                self.end_entry();
            }
            if target + 1 < self.frames.len() && self.frames[target].line != frame.line && self.frames[target].line != self.line {
                // Of the wrong kind.
                self.problem(ProblemKind::StrayBracket, self.pos, end);
                self.pos = end;
                return self.close(end);
            }
        }
        self.leave(target + 1);
        self.pos = end;
        self.close(end);
    }

    fn add(&mut self, start: usize, end: usize, text: (usize, usize)) {
        let span = Span::new(start as u32, end as u32);
        let written = &self.text[text.0..text.1];
        let quoted = self.bytes[start] == b'"' || end > text.1;
        let style = if quoted { Style::DoubleQuoted } else { Style::Plain };
        let mut at = TextAt::Source(Span::new(text.0 as u32, text.1 as u32));
        if quoted && written.contains('\\') {
            match serde_json::from_str::<String>(&format!("\"{written}\"")) {
                Ok(decoded) => at = self.builder.buffer(&decoded),
                Err(_) => self.problem(ProblemKind::BadEscape, start, end),
            }
        }
        self.builder.scalar(span, at, style, Tag::NONE);
        self.pos = end;
        self.last_end = end;
    }

    /// Adds the scalar here: a string or a word. Where a quote is missing, it ends where the line says so.
    fn scalar(&mut self, key: bool) {
        let start = self.pos;
        let line_end = self.line_end(start);
        let rest = &self.text[start..line_end];
        let Some(inner) = rest.strip_prefix('"') else { return self.word(rest) };
        if let Some(end) = closing_quote(inner) {
            let after = inner[end + 1..].trim_start();
            let delimited = after.is_empty() || after.starts_with([',', ':', ']', '}', '#']);
            let written = inner[..end].trim_end();
            if delimited || !written.ends_with([':', ',']) {
                return self.add(start, start + end + 2, (start + 1, start + 1 + end));
            }
            // The quote opens the next string.
            let length = written[..written.len() - 1].trim_end().len();
            self.problem(ProblemKind::UnclosedQuote, start, start + 1);
            return self.add(start, start + 1 + length, (start + 1, start + 1 + length));
        }
        self.problem(ProblemKind::UnclosedQuote, start, start + 1);
        let mut written = inner.trim_end();
        if key && let Some(colon) = key_colon(written) {
            written = &written[..colon];
        } else {
            written = written.strip_suffix(',').unwrap_or(written).trim_end();
            let mut frames = self.frames.iter().rev().take_while(|frame| frame.line == self.line);
            while let Some(frame) = frames.next()
                && let Some(shorter) = written.strip_suffix(if frame.object { '}' } else { ']' })
            {
                written = shorter.trim_end();
            }
        }
        let end = start + 1 + written.len();
        self.add(start, end, (start + 1, end));
    }

    fn word(&mut self, rest: &str) {
        let start = self.pos;
        if rest.matches('"').count() % 2 == 1
            && let Some(quote) = rest.find('"')
        {
            self.problem(ProblemKind::UnclosedQuote, start + quote, start + quote + 1);
            return self.add(start, start + quote + 1, (start, start + quote));
        }
        if rest.starts_with(['@', '`', '%']) {
            self.problem(ProblemKind::ReservedCharacter, start, start + 1);
        }
        let stops = |(at, c): (usize, char)| {
            matches!(c, ',' | ']' | '}' | '{' | '[' | '"' | '#')
                || c == ':' && !rest[at + 1..].starts_with(|c: char| !c.is_whitespace())
        };
        let end = rest.char_indices().find(|found| stops(*found)).map_or(rest.len(), |(at, _)| at);
        let length = rest[..end].trim_end().len().max(rest.chars().next().map_or(1, char::len_utf8));
        self.add(start, start + length, (start, start + length));
    }
}

/// Where the quote is that closes the string which starts with `inner`.
fn closing_quote(inner: &str) -> Option<usize> {
    let bytes = inner.as_bytes();
    let mut at = 0;
    loop {
        match bytes.get(at)? {
            b'"' => return Some(at),
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
}

/// The colon behind a key whose closing quote is missing.
fn key_colon(written: &str) -> Option<usize> {
    let follows = |at: usize| written[at + 1..].chars().next().is_none_or(|c| c.is_whitespace() || matches!(c, '{' | '['));
    let before = |at: usize| !written[..at].ends_with(':');
    written.match_indices(':').map(|(at, _)| at).find(|at| follows(*at) && before(*at))
}
