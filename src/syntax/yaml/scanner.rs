//! From characters to tokens, by libyaml's rules: which token may stand where depends on the indentation, on the nesting of
//! brackets, and on whether a key may start here.

use super::chars::{BLANK, CLASS, INDICATOR, NAME, URI, break_len, is_blank, is_blank_or_end, line_end, next_line, spaces_end};
use super::{Fault, Parser};
use crate::syntax::problem::ProblemKind;
use crate::syntax::tree::{MAX_DEPTH, Style, Tag};
use crate::text::Span;

/// Longest key that may stand without `?`, in characters (YAML 1.1, section 9.1: "simple keys").
pub(super) const MAX_KEY_LENGTH: usize = 1024;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Scalar,
    Alias,
    Anchor,
    Tag,
    BlockSequenceStart,
    BlockMappingStart,
    BlockEnd,
    BlockEntry,
    Key,
    Value,
    FlowSequenceStart,
    FlowSequenceEnd,
    FlowMappingStart,
    FlowMappingEnd,
    FlowEntry,
    Directive,
    DocumentStart,
    DocumentEnd,
    StreamEnd,
    /// The scanner cannot go on; the fault is in [`Parser::fault`].
    Fault,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Token {
    pub(super) kind: Kind,
    /// Of a scalar.
    pub(super) style: Style,
    /// A scalar's text is in the tree's buffer.
    pub(super) owned: bool,
    /// Of a tag.
    pub(super) tag: Tag,
    pub(super) start: u32,
    pub(super) end: u32,
    /// Start and end of a scalar's text; the column of a block collection.
    pub(super) a: u32,
    pub(super) b: u32,
}

impl Token {
    pub(super) fn new(kind: Kind, start: usize, end: usize) -> Self {
        let (start, end) = (start as u32, end as u32);
        Self { kind, style: Style::Plain, owned: false, tag: Tag::NONE, start, end, a: start, b: end }
    }

    pub(super) fn span(self) -> Span {
        Span::new(self.start, self.end)
    }
}

/// A place where a key may have started whose `:` has not been seen yet. There is one for each level of brackets.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct SimpleKey {
    pub(super) possible: bool,
    /// Nothing but a key can stand here.
    pub(super) required: bool,
    /// The number of its first token.
    pub(super) token: usize,
    pub(super) at: usize,
    /// The start of its line, which is how lines are told apart.
    pub(super) line: usize,
    pub(super) column: i32,
}

impl Parser<'_> {
    /// The next token, which stays the next one until [`Self::take`].
    pub(super) fn peek(&mut self) -> Token {
        loop {
            if let Some(&token) = self.tokens.get(self.head) {
                // Most of the time no key waits for its colon.
                let waits = self.first_key + 1 < self.keys.len() || self.keys[self.first_key].possible;
                if !waits || !self.head_may_be_key() {
                    return token;
                }
            }
            self.fetch();
        }
    }

    pub(super) fn take(&mut self) -> Token {
        let token = self.tokens[self.head];
        self.head += 1;
        self.taken += 1;
        if self.head == self.tokens.len() {
            self.tokens.clear();
            self.head = 0;
        }
        token
    }

    /// Whether the next token would have a key before it if a `:` followed.
    fn head_may_be_key(&mut self) -> bool {
        while self.first_key < self.keys.len() {
            let key = self.keys[self.first_key];
            if key.possible && !self.is_stale(key) {
                return key.token == self.taken && self.fault.is_none();
            }
            if self.first_key == 0 && key.possible && key.required {
                // Fetching reports it.
                return key.token == self.taken && self.fault.is_none();
            }
            self.keys[self.first_key].possible = false;
            if self.first_key + 1 == self.keys.len() {
                return false;
            }
            self.first_key += 1;
        }
        false
    }

    fn is_stale(&self, key: SimpleKey) -> bool {
        key.line != self.line
            || self.pos - key.at > MAX_KEY_LENGTH && self.text[key.at..self.pos].chars().count() > MAX_KEY_LENGTH
    }

    pub(super) fn column(&self) -> i32 {
        (self.pos - self.line) as i32
    }

    pub(super) fn push(&mut self, kind: Kind, start: usize, end: usize) {
        self.tokens.push(Token::new(kind, start, end));
    }

    /// Ends the tokens with a fault, from which the parser recovers.
    pub(super) fn fail(&mut self, kind: ProblemKind, start: usize, end: usize) {
        self.fault = Some(Fault { kind, span: Span::new(start as u32, end as u32), related: None });
        self.push(Kind::Fault, start, end);
    }

    fn character_end(&self, at: usize) -> usize {
        at + self.text[at..].chars().next().map_or(0, char::len_utf8)
    }

    /// The end of the line's content: without its comment's blanks or its break.
    pub(super) fn content_end(&self, at: usize) -> usize {
        let mut end = line_end(self.bytes, at);
        while end > at && is_blank(self.bytes, end - 1) {
            end -= 1;
        }
        end
    }

    fn fetch(&mut self) {
        loop {
            self.skip_to_token();
            let key = self.keys[0];
            if key.possible && key.required && self.is_stale(key) {
                return self.fail_missing_colon();
            }
            let Some(&byte) = self.bytes.get(self.pos) else { return self.fetch_end() };
            let column = self.column();
            if column == 0 && matches!(byte, b'-' | b'.') && self.at_marker() {
                let kind = if byte == b'-' { Kind::DocumentStart } else { Kind::DocumentEnd };
                return self.fetch_marker(kind);
            }
            if column == 0 && byte == b'%' {
                return self.fetch_directive();
            }
            if self.flow == 0 && self.indent > column && !self.unroll_to(column) {
                continue;
            }
            return self.fetch_token(byte);
        }
    }

    fn fetch_token(&mut self, byte: u8) {
        let bytes = self.bytes;
        if CLASS[byte as usize] & INDICATOR == 0 {
            let indicator = matches!(byte, b'-' | b'?' | b':');
            if !indicator {
                return self.fetch_plain();
            }
            let alone = is_blank_or_end(bytes, self.pos + 1);
            match byte {
                b'-' if alone => return self.fetch_block_entry(),
                b'?' if alone || self.flow > 0 => return self.fetch_key(),
                b':' if alone || self.flow > 0 => return self.fetch_value(),
                _ => return self.fetch_plain(),
            }
        }
        match byte {
            b'[' => self.fetch_flow_start(Kind::FlowSequenceStart),
            b'{' => self.fetch_flow_start(Kind::FlowMappingStart),
            b']' => self.fetch_flow_end(Kind::FlowSequenceEnd),
            b'}' => self.fetch_flow_end(Kind::FlowMappingEnd),
            b',' => {
                if self.remove_key() {
                    self.allowed = true;
                    self.push(Kind::FlowEntry, self.pos, self.pos + 1);
                    self.pos += 1;
                }
            }
            b'*' => self.fetch_anchor(Kind::Alias),
            b'&' => self.fetch_anchor(Kind::Anchor),
            b'!' => self.fetch_tag(),
            b'|' if self.flow == 0 => self.fetch_block_scalar(Style::Literal),
            b'>' if self.flow == 0 => self.fetch_block_scalar(Style::Folded),
            b'\'' => self.fetch_quoted(Style::SingleQuoted),
            b'"' => self.fetch_quoted(Style::DoubleQuoted),
            b'\t' => self.skip_tab_lines(),
            _ => self.fail(ProblemKind::ReservedCharacter, self.pos, self.character_end(self.pos)),
        }
    }

    /// Skips blanks, breaks and comments.
    fn skip_to_token(&mut self) {
        loop {
            if self.pos == self.line && self.bytes[self.pos..].starts_with(b"\xef\xbb\xbf") {
                // libyaml skips a byte-order mark at the start of any line, and counts one column for it.
                self.pos += 3;
                self.line = self.pos - 1;
            }
            let mut pos = spaces_end(self.bytes, self.pos);
            if self.flow > 0 || !self.allowed {
                pos = self.skip_blanks(pos);
            }
            self.pos = pos;
            if self.bytes.get(self.pos) == Some(&b'#') {
                self.skip_comment();
            }
            let length = break_len(self.bytes, self.pos);
            if length == 0 {
                return;
            }
            self.pos += length;
            self.line = self.pos;
            if self.flow == 0 {
                self.allowed = true;
            }
        }
    }

    pub(super) fn skip_comment(&mut self) {
        let end = line_end(self.bytes, self.pos);
        self.builder.comment(Span::new(self.pos as u32, end as u32));
        self.pos = end;
    }

    pub(super) fn at_marker(&self) -> bool {
        let rest = &self.bytes[self.pos..];
        (rest.starts_with(b"---") || rest.starts_with(b"...")) && is_blank_or_end(self.bytes, self.pos + 3)
    }

    // Indentation.

    pub(super) fn roll(&mut self, column: i32, token: Option<usize>, kind: Kind, at: usize) {
        if self.flow > 0 || self.indent >= column {
            return;
        }
        self.indents.push(self.indent);
        self.indent = column;
        let mut start = Token::new(kind, at, at);
        start.a = column as u32;
        match token {
            Some(token) => self.tokens.insert(self.head + token - self.taken, start),
            None => self.tokens.push(start),
        }
    }

    pub(super) fn unroll(&mut self, column: i32) {
        while self.flow == 0 && self.indent > column {
            self.push(Kind::BlockEnd, self.pos, self.pos);
            self.indent = self.indents.pop().expect("an indent was pushed for each block collection");
        }
    }

    /// Ends the collections that are indented more than `column`. Where no open collection has that indentation, reports it,
    /// skips the line and returns false.
    fn unroll_to(&mut self, column: i32) -> bool {
        let below = self.indents.iter().rev().copied().find(|indent| *indent <= column).unwrap_or(-1);
        if below == column {
            self.unroll(column);
            return true;
        }
        let content = Span::new(self.pos as u32, self.content_end(self.pos) as u32);
        self.builder.problem(ProblemKind::BadIndentation, content, None);
        if below == -1 && !self.frames.is_empty() {
            // The first entry of the file was indented too far. The others show how far is right.
            while self.indents.len() > 1 {
                self.push(Kind::BlockEnd, self.pos, self.pos);
                self.indent = self.indents.pop().expect("the loop ends at the last one");
            }
            self.indent = column;
            self.frames[0].column = column;
            return true;
        }
        // A key without a value on its line has its value below: deeper than itself, and spoiled with it.
        let limit = if self.bytes[content.range()].ends_with(b":") { column } else { self.indent };
        self.skip_lines(limit);
        false
    }

    /// Skips this line and those after it that are indented more than `limit`.
    pub(super) fn skip_lines(&mut self, limit: i32) {
        self.pos = self.resume_line(self.pos, limit);
        self.line = self.pos;
        self.allowed = true;
        self.keys[0].possible = false;
    }

    /// The first line after `at`'s that has content which is not indented more than `limit`; the empty lines and comments
    /// above it are kept with it.
    pub(super) fn resume_line(&self, at: usize, limit: i32) -> usize {
        let mut line = next_line(self.bytes, at);
        let mut above = None;
        while line < self.bytes.len() {
            let mut start = line;
            while self.bytes.get(start) == Some(&b' ') {
                start += 1;
            }
            let column = (start - line) as i32;
            let marker = column == 0 && self.is_marker(line);
            if self.bytes.get(start) == Some(&b'#') || break_len(self.bytes, start) > 0 {
                above.get_or_insert(line);
            } else if start < self.bytes.len() && (column <= limit || marker) {
                return above.unwrap_or(line);
            } else {
                above = None;
            }
            line = next_line(self.bytes, start);
        }
        above.unwrap_or(self.bytes.len())
    }

    fn is_marker(&self, at: usize) -> bool {
        let rest = &self.bytes[at..];
        (rest.starts_with(b"---") || rest.starts_with(b"...")) && is_blank_or_end(self.bytes, at + 3)
    }

    /// Reports a tab that indents, and skips its line and all such lines that follow.
    pub(super) fn skip_tab_lines(&mut self) {
        let mut end = self.pos;
        while self.bytes.get(end) == Some(&b'\t') {
            end += 1;
        }
        self.builder.problem(ProblemKind::TabIndentation, Span::new(self.pos as u32, end as u32), None);
        loop {
            let opens = self.bytes[self.pos..self.content_end(self.pos)].ends_with(b":");
            self.skip_lines(if opens { self.indent } else { i32::MAX });
            let mut at = self.pos;
            while self.bytes.get(at) == Some(&b' ') {
                at += 1;
            }
            if self.bytes.get(at) != Some(&b'\t') {
                break;
            }
            self.pos = at;
        }
    }

    // Keys.

    pub(super) fn save_key(&mut self) -> bool {
        if !self.allowed {
            return true;
        }
        let column = self.column();
        let key = SimpleKey {
            possible: true,
            required: self.flow == 0 && self.indent == column,
            token: self.taken + self.tokens.len() - self.head,
            at: self.pos,
            line: self.line,
            column,
        };
        if !self.remove_key() {
            return false;
        }
        let top = self.keys.len() - 1;
        self.keys[top] = key;
        self.first_key = self.first_key.min(top);
        true
    }

    /// Gives up a key whose `:` has not come. False where it had to come; that is reported.
    pub(super) fn remove_key(&mut self) -> bool {
        let top = self.keys.len() - 1;
        let key = &mut self.keys[top];
        if key.possible && key.required {
            self.fail_missing_colon();
            return false;
        }
        key.possible = false;
        true
    }

    /// A line where only a key can stand has no `:`. Its tokens are dropped.
    fn fail_missing_colon(&mut self) {
        let key = self.keys[0];
        self.keys[0].possible = false;
        let (at, mut end) = (key.at, self.content_end(key.at));
        // A comment is no part of it.
        let line = &self.bytes[at..end];
        if let Some(hash) = memchr::memmem::find(line, b" #") {
            end = at + hash;
            while end > at && is_blank(self.bytes, end - 1) {
                end -= 1;
            }
        }
        self.tokens.truncate(self.head + (key.token - self.taken));
        let kind = if self.pos - key.at > MAX_KEY_LENGTH && key.line == self.line {
            ProblemKind::KeyTooLong
        } else {
            ProblemKind::MissingColon
        };
        self.fail(kind, at, end);
    }

    // Tokens.

    fn fetch_end(&mut self) {
        self.unroll(-1);
        if self.remove_key() {
            self.allowed = false;
            self.keys.iter_mut().for_each(|key| key.possible = false);
            self.push(Kind::StreamEnd, self.pos, self.pos);
        }
    }

    fn fetch_marker(&mut self, kind: Kind) {
        self.unroll(-1);
        if self.remove_key() {
            self.allowed = false;
            self.push(kind, self.pos, self.pos + 3);
            self.pos += 3;
        }
    }

    fn fetch_flow_start(&mut self, kind: Kind) {
        if !self.save_key() {
            return;
        }
        self.push(kind, self.pos, self.pos + 1);
        if self.flow >= MAX_DEPTH {
            // The parser stops at this bracket; what is in it needs no tokens.
            return self.fail(ProblemKind::TooDeep, self.pos, self.pos + 1);
        }
        self.keys.push(SimpleKey::default());
        self.flow += 1;
        self.allowed = true;
        self.pos += 1;
    }

    fn fetch_flow_end(&mut self, kind: Kind) {
        if !self.remove_key() {
            return;
        }
        if self.flow > 0 {
            self.flow -= 1;
            self.keys.pop();
            self.first_key = self.first_key.min(self.keys.len() - 1);
        }
        self.allowed = false;
        self.push(kind, self.pos, self.pos + 1);
        self.pos += 1;
    }

    fn fetch_block_entry(&mut self) {
        if self.flow == 0 {
            if !self.allowed {
                return self.fail(ProblemKind::MisplacedBlock, self.pos, self.pos + 1);
            }
            self.roll(self.column(), None, Kind::BlockSequenceStart, self.pos);
        }
        if self.remove_key() {
            self.allowed = true;
            self.push(Kind::BlockEntry, self.pos, self.pos + 1);
            self.pos += 1;
        }
    }

    fn fetch_key(&mut self) {
        if self.flow == 0 {
            if !self.allowed {
                return self.fail(ProblemKind::MisplacedBlock, self.pos, self.pos + 1);
            }
            self.roll(self.column(), None, Kind::BlockMappingStart, self.pos);
        }
        if self.remove_key() {
            self.allowed = self.flow == 0;
            self.push(Kind::Key, self.pos, self.pos + 1);
            self.pos += 1;
        }
    }

    fn fetch_value(&mut self) {
        let top = self.keys.len() - 1;
        let key = self.keys[top];
        if key.possible && !self.is_stale(key) {
            self.tokens.insert(self.head + key.token - self.taken, Token::new(Kind::Key, key.at, key.at));
            self.roll(key.column, Some(key.token), Kind::BlockMappingStart, key.at);
            self.keys[top].possible = false;
            self.allowed = false;
        } else {
            if self.flow == 0 {
                if !self.allowed {
                    let long = key.line == self.line && self.pos - key.at > MAX_KEY_LENGTH;
                    let kind = if long { ProblemKind::KeyTooLong } else { ProblemKind::NestedColon };
                    return self.fail(kind, self.pos, self.pos + 1);
                }
                self.roll(self.column(), None, Kind::BlockMappingStart, self.pos);
            }
            self.allowed = self.flow == 0;
        }
        self.push(Kind::Value, self.pos, self.pos + 1);
        self.pos += 1;
    }

    fn name_end(&self, mut at: usize) -> usize {
        while self.bytes.get(at).is_some_and(|byte| CLASS[*byte as usize] & NAME != 0) {
            at += 1;
        }
        at
    }

    fn fetch_anchor(&mut self, kind: Kind) {
        if !self.save_key() {
            return;
        }
        self.allowed = false;
        let end = self.name_end(self.pos + 1);
        let ends = is_blank_or_end(self.bytes, end)
            || matches!(self.bytes.get(end), Some(b'?' | b':' | b',' | b']' | b'}' | b'%' | b'@' | b'`'));
        if end == self.pos + 1 || !ends {
            return self.fail(ProblemKind::BadAnchor, self.pos, end);
        }
        self.push(kind, self.pos, end);
        self.pos = end;
    }

    // Tags and directives.

    fn fetch_tag(&mut self) {
        if !self.save_key() {
            return;
        }
        self.allowed = false;
        let start = self.pos;
        let mut end = self.name_end(start + 1);
        let simple = end > start + 1 && is_blank_or_end(self.bytes, end);
        let tag = if simple && self.handles.is_empty() {
            self.builder.tag(&self.text[start + 1..end])
        } else {
            match self.scan_tag(start) {
                Ok((tag, after)) => {
                    end = after;
                    tag
                }
                Err(at) => {
                    let mut stop = at;
                    while !is_blank_or_end(self.bytes, stop) {
                        stop += 1;
                    }
                    return self.fail(ProblemKind::BadTag, start, stop);
                }
            }
        };
        let mut token = Token::new(Kind::Tag, start, end);
        token.tag = tag;
        self.tokens.push(token);
        self.pos = end;
    }

    /// The tag at `start` and where it ends; an error is the place where it cannot be read.
    fn scan_tag(&mut self, start: usize) -> Result<(Tag, usize), usize> {
        let (resolved, end);
        if self.bytes.get(start + 1) == Some(&b'<') {
            let mut uri = Vec::new();
            let stop = self.scan_uri(start + 2, true, &mut uri)?;
            if uri.is_empty() || self.bytes.get(stop) != Some(&b'>') {
                return Err(stop);
            }
            (resolved, end) = (uri, stop + 1);
        } else {
            let mut handle_end = self.name_end(start + 1);
            let named = self.bytes.get(handle_end) == Some(&b'!');
            handle_end += usize::from(named);
            let mut suffix = Vec::new();
            if named {
                end = self.scan_uri(handle_end, false, &mut suffix)?;
                if suffix.is_empty() {
                    return Err(end);
                }
                let handle = &self.text[start..handle_end];
                let prefix = self.handles.iter().find(|(name, _)| name == handle).map(|(_, prefix)| prefix.clone());
                let Some(prefix) = prefix.or_else(|| (handle == "!!").then(|| CORE.to_owned())) else {
                    self.builder.problem(ProblemKind::BadTag, Span::new(start as u32, end as u32), None);
                    return if self.tag_ends(end) { Ok((self.builder.tag(&self.text[start + 1..end]), end)) } else { Err(end) };
                };
                resolved = [prefix.as_bytes(), &suffix].concat();
            } else {
                suffix.extend_from_slice(&self.bytes[start + 1..handle_end]);
                end = self.scan_uri(handle_end, false, &mut suffix)?;
                let prefix = self.handles.iter().find(|(name, _)| name == "!").map_or("!", |(_, prefix)| prefix);
                // A lone `!` is the tag `!` whatever the handle `!` stands for.
                resolved = if suffix.is_empty() { b"!".to_vec() } else { [prefix.as_bytes(), &suffix].concat() };
            }
        }
        if !self.tag_ends(end) {
            return Err(end);
        }
        let resolved = String::from_utf8_lossy(&resolved);
        Ok((self.named_tag(&resolved), end))
    }

    fn tag_ends(&self, at: usize) -> bool {
        is_blank_or_end(self.bytes, at) || self.flow > 0 && self.bytes.get(at) == Some(&b',')
    }

    fn named_tag(&mut self, resolved: &str) -> Tag {
        if let Some(name) = resolved.strip_prefix(CORE) {
            return match name {
                "str" => Tag::STR,
                "int" => Tag::INT,
                "float" => Tag::FLOAT,
                "bool" => Tag::BOOL,
                "null" => Tag::NULL,
                _ => self.builder.tag(&format!("!{name}")),
            };
        }
        match resolved.strip_prefix('!') {
            Some("") => Tag::NON_SPECIFIC,
            Some(name) => self.builder.tag(name),
            None => self.builder.tag(&format!("<{resolved}>")),
        }
    }

    fn scan_uri(&self, mut at: usize, verbatim: bool, uri: &mut Vec<u8>) -> Result<usize, usize> {
        while let Some(&byte) = self.bytes.get(at) {
            if CLASS[byte as usize] & URI == 0 && !(verbatim && matches!(byte, b',' | b'[' | b']')) {
                break;
            }
            if byte != b'%' {
                uri.push(byte);
                at += 1;
                continue;
            }
            let octet = |at: usize| {
                let digits = self.text.get(at..at + 3).and_then(|escape| escape.strip_prefix('%'));
                digits
                    .filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()))
                    .map(|digits| u8::from_str_radix(digits, 16))
            };
            let mut left = 1;
            let mut first = true;
            while left > 0 {
                let Some(Ok(value)) = octet(at) else { return Err(at) };
                if first {
                    left = match value {
                        0..=0x7f => 1,
                        0xc0..=0xdf => 2,
                        0xe0..=0xef => 3,
                        0xf0..=0xf7 => 4,
                        _ => return Err(at),
                    };
                } else if value & 0xc0 != 0x80 {
                    return Err(at);
                }
                first = false;
                uri.push(value);
                at += 3;
                left -= 1;
            }
        }
        Ok(at)
    }

    fn fetch_directive(&mut self) {
        if self.in_document {
            // In a document the line is no directive; it spoils nothing but itself.
            let end = self.content_end(self.pos);
            self.builder.problem(ProblemKind::BadDirective, Span::new(self.pos as u32, end as u32), None);
            self.pos = line_end(self.bytes, self.pos);
            return;
        }
        self.unroll(-1);
        if !self.remove_key() {
            return;
        }
        self.allowed = false;
        let start = self.pos;
        let end = match self.scan_directive(start) {
            Some(end) if break_len(self.bytes, end) > 0 || end == self.bytes.len() => end,
            _ => {
                let end = self.content_end(start);
                self.builder.problem(ProblemKind::BadDirective, Span::new(start as u32, end as u32), None);
                end
            }
        };
        self.push(Kind::Directive, start, self.content_end(start).min(end));
        self.pos = end;
    }

    fn skip_blanks(&self, mut at: usize) -> usize {
        while self.bytes.get(at).is_some_and(|byte| CLASS[*byte as usize] & BLANK != 0) {
            at += 1;
        }
        at
    }

    /// Reads `%YAML` or `%TAG`; where its line ends, or `None` where it is malformed.
    fn scan_directive(&mut self, start: usize) -> Option<usize> {
        let name_end = self.name_end(start + 1);
        if !is_blank_or_end(self.bytes, name_end) {
            return None;
        }
        let at = self.skip_blanks(name_end);
        let end = match &self.text[start + 1..name_end] {
            "YAML" => {
                let digits = |at: usize| at + self.bytes[at..].iter().take_while(|byte| byte.is_ascii_digit()).count();
                let major = digits(at);
                if self.bytes.get(major) != Some(&b'.') {
                    return None;
                }
                let minor = digits(major + 1);
                let number = |text: &str| if text.len() > 9 { None } else { text.parse::<u32>().ok() };
                let version = (number(&self.text[at..major])?, number(&self.text[major + 1..minor])?);
                if self.versioned || !matches!(version, (1, 1 | 2)) {
                    return None;
                }
                self.versioned = true;
                minor
            }
            "TAG" => {
                let mut handle_end = self.name_end(at + 1);
                if self.bytes.get(at) != Some(&b'!') {
                    return None;
                }
                if self.bytes.get(handle_end) == Some(&b'!') {
                    handle_end += 1;
                } else if handle_end > at + 1 {
                    return None;
                }
                if !is_blank(self.bytes, handle_end) {
                    return None;
                }
                let mut prefix = Vec::new();
                let end = self.scan_uri(self.skip_blanks(handle_end), true, &mut prefix).ok()?;
                let handle = &self.text[at..handle_end];
                if prefix.is_empty() || !is_blank_or_end(self.bytes, end) || self.handles.iter().any(|(name, _)| name == handle) {
                    return None;
                }
                self.handles.push((handle.to_owned(), String::from_utf8_lossy(&prefix).into_owned()));
                end
            }
            _ => return None,
        };
        let end = self.skip_blanks(end);
        if self.bytes.get(end) == Some(&b'#') {
            let stop = line_end(self.bytes, end);
            self.builder.comment(Span::new(end as u32, stop as u32));
            return Some(stop);
        }
        Some(end)
    }
}

const CORE: &str = "tag:yaml.org,2002:";
