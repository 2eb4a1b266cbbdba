//! Plain, quoted and block scalars.

use super::chars::{
    BLANK, BREAK, CLASS, COLON, FLOW, QUOTE, break_len, is_blank, is_blank_or_end, is_break, line_end, line_start, next_line,
    quoted_run_end, spaces_end,
};
use super::scanner::{Kind, MAX_KEY_LENGTH, Token};
use super::{Parser, Suspect};
use crate::syntax::problem::ProblemKind;
use crate::syntax::tree::Style;
use crate::text::Span;

impl Parser<'_> {
    fn buffer(&mut self) -> &mut String {
        &mut self.builder.tree.buffer
    }

    fn push_scalar(&mut self, style: Style, span: (usize, usize), owned: bool, text: (usize, usize)) {
        let mut token = Token::new(Kind::Scalar, span.0, span.1);
        (token.style, token.owned, token.a, token.b) = (style, owned, text.0 as u32, text.1 as u32);
        if !self.push_key(token) {
            self.tokens.push(token);
        }
    }

    /// If the scalar is a key, adds it with the tokens around it: most keys stand right before their colon, and need no place
    /// to be kept for what the colon puts before them.
    fn push_key(&mut self, token: Token) -> bool {
        let key = self.keys[self.keys.len() - 1];
        let mut colon = self.pos;
        if !key.possible || key.at != token.start as usize || key.line != self.line || colon - key.at > MAX_KEY_LENGTH / 2 {
            return false;
        }
        while is_blank(self.bytes, colon) {
            colon += 1;
        }
        let follows = self.bytes.get(colon) == Some(&b':') && (self.flow > 0 || is_blank_or_end(self.bytes, colon + 1));
        if !follows || colon - key.at > MAX_KEY_LENGTH {
            return false;
        }
        self.roll(key.column, None, Kind::BlockMappingStart, key.at);
        self.push(Kind::Key, key.at, key.at);
        self.tokens.push(token);
        self.push(Kind::Value, colon, colon + 1);
        let top = self.keys.len() - 1;
        self.keys[top].possible = false;
        self.allowed = false;
        self.pos = colon + 1;
        true
    }

    /// Appends to the buffer what the breaks in `from..to` stand for inside a plain or quoted scalar: a space for one, itself
    /// for each after the first.
    fn fold(&mut self, from: usize, to: usize) {
        let bytes = self.bytes;
        let mut first = None;
        let mut rest = 0;
        let mut at = from;
        while at < to {
            let length = break_len(bytes, at);
            if length == 0 {
                at += 1;
                continue;
            }
            // LS and PS stay what they are; the others become line feeds.
            let text = if length == 3 { &self.text[at..at + 3] } else { "\n" };
            at += length;
            if first.is_none() {
                first = Some(text);
                if length == 3 {
                    self.builder.tree.buffer.push_str(text);
                }
            } else {
                rest += 1;
                self.builder.tree.buffer.push_str(text);
            }
        }
        if first == Some("\n") && rest == 0 {
            self.buffer().push(' ');
        }
    }

    // Plain scalars.

    pub(super) fn fetch_plain(&mut self) {
        if !self.save_key() {
            return;
        }
        self.allowed = false;
        let bytes = self.bytes;
        let stops = if self.flow > 0 { BLANK | BREAK | COLON | FLOW } else { BLANK | BREAK | COLON };
        let start = self.pos;
        let indent = self.indent + 1;
        let first_line = self.line;
        let (mut end, mut owned, mut buffer_start) = (start, false, 0);
        let mut crossed = false;
        loop {
            if self.pos == self.line && self.at_marker() || self.bytes.get(self.pos) == Some(&b'#') || self.pos >= self.plain_stop
            {
                break;
            }
            let segment = self.pos;
            let mut pos = segment;
            while let Some(&byte) = bytes.get(pos) {
                let class = CLASS[byte as usize] & stops;
                if class == 0 {
                    pos += 1;
                } else if class & COLON != 0 {
                    if self.flow > 0 && matches!(bytes.get(pos + 1), Some(b',' | b'?' | b'[' | b']' | b'{' | b'}')) {
                        self.pos = pos;
                        return self.fail(ProblemKind::ReservedCharacter, pos, pos + 1);
                    }
                    if is_blank_or_end(bytes, pos + 1) {
                        break;
                    }
                    pos += 1;
                } else if class == BREAK && !is_break(bytes, pos) {
                    pos += 1;
                } else {
                    break;
                }
            }
            self.pos = pos;
            if pos > segment {
                if crossed {
                    if !owned {
                        owned = true;
                        buffer_start = self.builder.tree.buffer.len();
                        self.builder.tree.buffer.push_str(&self.text[start..end]);
                    }
                    self.fold(end, segment);
                    self.builder.tree.buffer.push_str(&self.text[segment..pos]);
                    crossed = false;
                } else if owned {
                    self.builder.tree.buffer.push_str(&self.text[end..pos]);
                }
                // A key cannot span lines: the line above has lost its colon, or this one is indented too far.
                let colon = self.flow == 0 && bytes.get(pos) == Some(&b':') && self.line != first_line;
                if colon {
                    return self.split_plain(start, first_line);
                }
                end = pos;
            }
            if !is_blank(bytes, self.pos) && !is_break(bytes, self.pos) {
                break;
            }
            loop {
                if is_blank(bytes, self.pos) {
                    if crossed && self.column() < indent && bytes[self.pos] == b'\t' {
                        self.skip_tab_lines();
                        break;
                    }
                    self.pos += 1;
                } else {
                    let length = break_len(bytes, self.pos);
                    if length == 0 {
                        break;
                    }
                    crossed = true;
                    self.pos += length;
                    self.line = self.pos;
                }
            }
            if self.flow == 0 && self.column() < indent || self.pos == bytes.len() {
                break;
            }
        }
        if crossed {
            self.allowed = true;
        }
        let text = if owned { (buffer_start, self.builder.tree.buffer.len()) } else { (start, end) };
        self.push_scalar(Style::Plain, (start, end), owned, text);
    }

    /// A plain scalar that started at `start` on another line runs into a `:` at the present line's key.
    fn split_plain(&mut self, start: usize, first_line: usize) {
        let mut content = self.line;
        while self.bytes.get(content) == Some(&b' ') {
            content += 1;
        }
        let key = self.keys[0];
        let column = (content - self.line) as i32;
        let own_column = (start - first_line) as i32;
        // Behind a byte-order mark the line starts inside of it.
        let alone = self.bytes[first_line..start].iter().all(|byte| matches!(byte, b' ' | 0xbf));
        if key.possible && key.required {
            // The first line stands among keys and has no colon; what follows is what it would have held.
            self.pos = start;
            self.line = first_line;
            self.keys[0].possible = false;
            self.report_missing_colon(start);
            return self.skip_lines(self.indent);
        }
        if own_column == column {
            self.keys[0].possible = false;
            self.report_missing_colon(start);
            self.pos = self.line;
            self.allowed = true;
            return;
        }
        if alone && own_column < column {
            // The same for the first key of a mapping, which shows its column.
            self.keys[0].possible = false;
            self.report_missing_colon(start);
            return self.skip_lines(own_column);
        }
        let span = Span::new(content as u32, self.content_end(content) as u32);
        self.builder.problem(ProblemKind::BadIndentation, span, None);
        // What stands before the line stays as the value.
        let limit = self.line;
        self.pos = start;
        self.line = first_line;
        let stop = std::mem::replace(&mut self.plain_stop, limit);
        let before = self.tokens.len();
        self.allowed = false;
        self.fetch_plain();
        self.plain_stop = stop;
        debug_assert!(self.tokens.len() > before, "a plain scalar that ends before its colon is a token");
        self.pos = limit;
        self.line = limit;
        self.skip_lines(self.indent);
    }

    fn report_missing_colon(&mut self, start: usize) {
        let span = Span::new(start as u32, self.content_end(start) as u32);
        self.builder.problem(ProblemKind::MissingColon, span, None);
    }

    // Quoted scalars.

    pub(super) fn fetch_quoted(&mut self, style: Style) {
        if !self.save_key() {
            return;
        }
        self.allowed = false;
        let bytes = self.bytes;
        let quote = if style == Style::SingleQuoted { b'\'' } else { b'"' };
        let start = self.pos;
        let mut pos = start + 1;
        // Most quoted scalars have no escape and stay on their line: their text is the source's.
        loop {
            pos = quoted_run_end(bytes, pos);
            let Some(&byte) = bytes.get(pos) else { break };
            if byte == quote {
                if quote == b'\'' && bytes.get(pos + 1) == Some(&b'\'') {
                    break;
                }
                self.pos = pos + 1;
                return self.push_scalar(style, (start, pos + 1), false, (start + 1, pos));
            } else if byte == b'\\' && quote == b'"' || CLASS[byte as usize] & BREAK != 0 && is_break(bytes, pos) {
                break;
            } else {
                pos += 1;
            }
        }
        let buffer_start = self.builder.tree.buffer.len();
        self.builder.tree.buffer.push_str(&self.text[start + 1..pos]);
        self.pos = pos;
        let problems = self.builder.tree.problems.len();
        let (line, mut suspect) = (self.line, None);
        // Trailing blanks of the copied part belong to the fold, if there is one.
        let mut kept = self.builder.tree.buffer.trim_end_matches([' ', '\t']).len().max(buffer_start);
        loop {
            if self.pos == self.line && self.at_marker() || self.pos >= bytes.len() {
                self.builder.tree.problems.truncate(problems);
                self.builder.tree.buffer.truncate(buffer_start);
                self.pos = start + 1;
                self.line = line;
                self.suspect = Some(Suspect { quote: start, resume: suspect, end: usize::MAX });
                return self.fail(ProblemKind::UnclosedQuote, start, start + 1);
            }
            let byte = bytes[self.pos];
            if byte == quote {
                if quote == b'\'' && bytes.get(self.pos + 1) == Some(&b'\'') {
                    self.buffer().push('\'');
                    self.pos += 2;
                    kept = self.buffer().len();
                    continue;
                }
                break;
            }
            if byte == b'\\' && quote == b'"' {
                let length = break_len(bytes, self.pos + 1);
                if length == 0 {
                    self.scan_escape();
                    kept = self.buffer().len();
                    continue;
                }
                // The break is escaped: it and the blanks that follow are no text, further breaks are.
                kept = self.buffer().len();
                self.pos += 1 + length;
                self.line = self.pos;
                self.note_suspect(start, &mut suspect);
                self.skip_breaks(start, &mut suspect, true);
                kept = kept.max(self.buffer().len());
                continue;
            }
            if is_break(bytes, self.pos) {
                self.buffer().truncate(kept);
                self.skip_breaks(start, &mut suspect, false);
                kept = self.buffer().len();
                continue;
            }
            let mut stop = self.pos + 1;
            if !matches!(byte, b' ' | b'\t') {
                while stop < bytes.len() && CLASS[bytes[stop] as usize] & (QUOTE | BREAK | BLANK) == 0 {
                    stop += 1;
                }
            }
            while !self.text.is_char_boundary(stop) {
                stop += 1;
            }
            self.builder.tree.buffer.push_str(&self.text[self.pos..stop]);
            self.pos = stop;
            if !matches!(byte, b' ' | b'\t') {
                kept = self.buffer().len();
            }
        }
        self.pos += 1;
        if self.line != line {
            self.suspect = Some(Suspect { quote: start, resume: suspect, end: self.pos });
        }
        let text = (buffer_start, self.builder.tree.buffer.len());
        self.push_scalar(style, (start, self.pos), true, text);
    }

    /// Passes breaks and blanks inside a quoted scalar, and adds what they stand for. After an escaped break the first break
    /// is text too.
    fn skip_breaks(&mut self, start: usize, suspect: &mut Option<usize>, escaped: bool) {
        let from = self.pos;
        let mut at = from;
        loop {
            if is_blank(self.bytes, at) {
                at += 1;
                continue;
            }
            let length = break_len(self.bytes, at);
            if length == 0 {
                break;
            }
            at += length;
            self.pos = at;
            self.line = at;
            self.note_suspect(start, suspect);
        }
        self.pos = at;
        if !escaped {
            return self.fold(from, at);
        }
        let mut inner = from;
        while inner < at {
            let length = break_len(self.bytes, inner);
            if length > 0 {
                let text = if length == 3 { &self.text[inner..inner + 3] } else { "\n" };
                self.builder.tree.buffer.push_str(text);
            }
            inner += length.max(1);
        }
    }

    /// Remembers the first line inside a quoted scalar that looks as if the quote had not been closed before it.
    fn note_suspect(&self, start: usize, suspect: &mut Option<usize>) {
        if suspect.is_none() && self.looks_like_entry(self.line, start) {
            *suspect = Some(self.line);
        }
    }

    /// Whether the line at `line` could be an entry of the innermost block collection or one around it; or, where there is
    /// none around the bracket, an entry of a JSON object.
    pub(super) fn looks_like_entry(&self, line: usize, inner: usize) -> bool {
        let mut at = line;
        while self.bytes.get(at) == Some(&b' ') {
            at += 1;
        }
        let content = &self.bytes[at..self.content_end(at)];
        if self.block_indent() < 0 {
            // The string before has not been closed: its quote is the one that opens this line's key.
            return self.flow > 0
                && content.starts_with(b"\"")
                && memchr::memmem::find(content, b"\":").is_some()
                && inner < line;
        }
        if (at - line) as i32 > self.block_indent() {
            return false;
        }
        content.starts_with(b"- ")
            || content == b"-"
            || content.first().is_some_and(|first| !matches!(first, b'#' | b']' | b'}' | b',' | b':'))
                && (content.ends_with(b":") || memchr::memmem::find(content, b": ").is_some())
    }

    fn scan_escape(&mut self) {
        let at = self.pos;
        let simple = match self.bytes.get(at + 1) {
            Some(b'0') => "\0",
            Some(b'a') => "\x07",
            Some(b'b') => "\x08",
            Some(b't' | b'\t') => "\t",
            Some(b'n') => "\n",
            Some(b'v') => "\x0b",
            Some(b'f') => "\x0c",
            Some(b'r') => "\r",
            Some(b'e') => "\x1b",
            Some(b' ') => " ",
            Some(b'"') => "\"",
            Some(b'/') => "/",
            Some(b'\\') => "\\",
            Some(b'N') => "\u{85}",
            Some(b'_') => "\u{a0}",
            Some(b'L') => "\u{2028}",
            Some(b'P') => "\u{2029}",
            Some(digits @ (b'x' | b'u' | b'U')) => {
                let count = match digits {
                    b'x' => 2,
                    b'u' => 4,
                    _ => 8,
                };
                let digits =
                    self.text.get(at + 2..at + 2 + count).filter(|text| text.bytes().all(|byte| byte.is_ascii_hexdigit()));
                let decoded = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok()).and_then(char::from_u32);
                if let Some(character) = decoded {
                    self.buffer().push(character);
                    self.pos = at + 2 + count;
                } else {
                    let end = digits.map_or(at + 2, |_| at + 2 + count);
                    self.bad_escape(at, end);
                }
                return;
            }
            _ => {
                let next = self.text[at + 1..].chars().next().map_or(0, char::len_utf8);
                return self.bad_escape(at, at + 1 + next);
            }
        };
        self.buffer().push_str(simple);
        self.pos = at + 2;
    }

    /// Reports an escape and keeps it as written.
    fn bad_escape(&mut self, at: usize, end: usize) {
        self.builder.problem(ProblemKind::BadEscape, Span::new(at as u32, end as u32), None);
        self.builder.tree.buffer.push_str(&self.text[at..end]);
        self.pos = end;
    }

    // Block scalars.

    pub(super) fn fetch_block_scalar(&mut self, style: Style) {
        if !self.remove_key() {
            return;
        }
        self.allowed = true;
        let bytes = self.bytes;
        let start = self.pos;
        let mut at = start + 1;
        let (mut chomp, mut increment, mut valid) = (None, 0, true);
        for _ in 0..2 {
            match bytes.get(at) {
                Some(byte @ (b'+' | b'-')) if chomp.is_none() => chomp = Some(*byte),
                Some(byte @ b'0'..=b'9') if increment == 0 => {
                    increment = i32::from(byte - b'0');
                    valid &= increment > 0;
                }
                _ => break,
            }
            at += 1;
        }
        self.pos = at;
        while is_blank(bytes, self.pos) {
            self.pos += 1;
        }
        if bytes.get(self.pos) == Some(&b'#') {
            self.skip_comment();
        }
        if !valid || self.pos < bytes.len() && !is_break(bytes, self.pos) {
            let end = self.content_end(start);
            self.builder.problem(ProblemKind::BadBlockScalar, Span::new(start as u32, end as u32), None);
            self.pos = line_end(bytes, self.pos);
        }
        self.pos += break_len(bytes, self.pos);
        if self.pos < bytes.len() || is_break_before(bytes, self.pos) {
            self.line = self.pos;
        }
        let mut indent = if increment > 0 { self.indent.max(0) + increment } else { 0 };
        let buffer_start = self.builder.tree.buffer.len();
        let mut end = self.pos;
        let mut pending = self.block_breaks(&mut indent, &mut end);
        // The break of the last line; it and `pending` wait until it is known whether text follows.
        let mut last_break: Option<&str> = None;
        let mut leading_blank = false;
        while self.column() == indent && self.pos < bytes.len() {
            let blank = is_blank(bytes, self.pos);
            match last_break.take() {
                // A single break between two lines of text is a space, further ones are themselves.
                Some("\n") if style == Style::Folded && !leading_blank && !blank => {
                    let space = if pending.0 == pending.1 { " " } else { "" };
                    self.buffer().push_str(space);
                }
                Some(text) => self.buffer().push_str(text),
                None => {}
            }
            self.push_breaks(pending);
            leading_blank = blank;
            let stop = line_end(bytes, self.pos);
            self.builder.tree.buffer.push_str(&self.text[self.pos..stop]);
            self.pos = stop;
            let length = break_len(bytes, stop);
            last_break = match length {
                0 => None,
                3 => Some(&self.text[stop..stop + 3]),
                _ => Some("\n"),
            };
            self.pos += length;
            if length > 0 {
                self.line = self.pos;
            }
            pending = self.block_breaks(&mut indent, &mut end);
        }
        if let Some(text) = last_break.filter(|_| chomp != Some(b'-')) {
            self.buffer().push_str(text);
        }
        if chomp == Some(b'+') {
            self.push_breaks(pending);
        }
        let text = (buffer_start, self.builder.tree.buffer.len());
        self.push_scalar(style, (start, end), true, text);
    }

    fn push_breaks(&mut self, (from, to): (usize, usize)) {
        let mut at = from;
        while at < to {
            let length = break_len(self.bytes, at);
            if length > 0 {
                let text = if length == 3 { &self.text[at..at + 3] } else { "\n" };
                self.builder.tree.buffer.push_str(text);
            }
            at += length.max(1);
        }
    }

    /// Passes the empty lines of a block scalar and the indentation of the next one. Finds the scalar's indentation where it
    /// is not known yet. Returns the place of the breaks; `end` becomes the end of the last one.
    fn block_breaks(&mut self, indent: &mut i32, end: &mut usize) -> (usize, usize) {
        let from = self.pos;
        *end = from;
        let mut deepest = 0;
        loop {
            let limit = if *indent == 0 { usize::MAX } else { (self.line + *indent as usize).max(self.pos) };
            self.pos = spaces_end(self.bytes, self.pos).min(limit);
            deepest = deepest.max(self.column());
            if (*indent == 0 || self.column() < *indent) && self.bytes.get(self.pos) == Some(&b'\t') {
                let stop = *end;
                self.skip_tab_lines();
                *indent = if *indent == 0 { deepest.max(self.indent + 1).max(1) } else { *indent };
                // The scalar ends above the tab, even where a later line has its indentation.
                *indent = if self.column() == *indent { i32::MAX } else { *indent };
                return (from, stop);
            }
            let length = break_len(self.bytes, self.pos);
            if length == 0 {
                break;
            }
            self.pos += length;
            self.line = self.pos;
            *end = self.pos;
        }
        if *indent == 0 {
            *indent = deepest.max(self.indent + 1).max(1);
        }
        (from, *end)
    }

    /// The line of the opening quote, for which a new line is sought to go on with.
    pub(super) fn after_quote(&self, quote: usize) -> usize {
        next_line(self.bytes, line_start(self.bytes, quote))
    }
}

fn is_break_before(bytes: &[u8], at: usize) -> bool {
    at > 0 && line_start(bytes, at) == at
}
