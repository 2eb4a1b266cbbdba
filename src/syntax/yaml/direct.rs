//! The common lines of a block, straight from bytes to nodes: `key: value`, `key:`, `- item`, `- key: value`, with plain or
//! quoted scalars that stay on their line, short tags and comments.
//!
//! A node is added only once its whole line is known to be of these. Everything else is left to the tokens, untouched: between
//! two nodes the state is the one that they would have left behind, with no token waiting.

use super::chars::{CLASS, INDICATOR, NAME, is_blank_or_end, is_break, plain_run_end, quoted_run_end, spaces_end};
use super::scanner::{MAX_KEY_LENGTH, SimpleKey};
use super::{Frame, Parser, State};
use crate::syntax::tree::{MAX_DEPTH, Style, Tag, TextAt};
use crate::text::Span;

/// A scalar that stays on its line.
#[derive(Clone, Copy, Debug)]
struct Piece {
    style: Style,
    start: usize,
    end: usize,
    /// The first byte after it that is no space.
    stop: usize,
}

impl Piece {
    fn span(self) -> Span {
        Span::new(self.start as u32, self.end as u32)
    }

    fn text(self) -> TextAt {
        let quote = u32::from(self.style != Style::Plain);
        TextAt::Source(Span::new(self.start as u32 + quote, self.end as u32 - quote))
    }
}

/// What to read next.
#[derive(Clone, Copy, Debug)]
enum Next {
    /// An entry of an open collection.
    Entry,
    /// The value of this key, which has its colon and is an entry of the innermost collection.
    Key(Piece),
    /// Whatever it is, it is not read here.
    Other,
}

impl Parser<'_> {
    /// Reads entries for as long as they are of the common kind.
    pub(super) fn direct(&mut self) {
        let mut next = if self.is_direct() { Next::Entry } else { Next::Other };
        loop {
            next = match next {
                Next::Entry => self.direct_entry(),
                Next::Key(key) => self.direct_pair(key),
                Next::Other => return,
            }
        }
    }

    /// Whether the next thing is an entry of a block collection and no token waits.
    fn is_direct(&mut self) -> bool {
        if !self.tokens.is_empty() || self.flow > 0 || self.fault.is_some() {
            return false;
        }
        let key = &mut self.keys[0];
        if key.possible {
            if key.required || key.line == self.line {
                return false;
            }
            key.possible = false;
        }
        self.is_sound()
            && self.frames.last().is_some_and(|frame| {
                matches!(frame.state, State::BlockKey | State::BlockSequence | State::Indentless) && frame.column == self.indent
            })
    }

    /// Whether a list below a key is indented as the key is. Recovery from a first entry that is indented too far parts them.
    fn is_sound(&self) -> bool {
        match self.frames[..] {
            [.., around, top] => top.state != State::Indentless || around.column == top.column,
            _ => true,
        }
    }

    /// After something that was left to the tokens.
    fn direct_again(&mut self) -> Next {
        if self.is_direct() { Next::Entry } else { Next::Other }
    }

    /// Passes spaces, ends of lines and comments. The byte there, `None` at the end of the text.
    fn next_byte(&mut self) -> Option<u8> {
        let bytes = self.bytes;
        let mut pos = self.pos;
        loop {
            pos = spaces_end(self.bytes, pos);
            match bytes.get(pos) {
                Some(b'\n') => {
                    pos += 1;
                    self.line = pos;
                    self.allowed = true;
                }
                Some(b'\r') if bytes.get(pos + 1) == Some(&b'\n') => {
                    pos += 2;
                    self.line = pos;
                    self.allowed = true;
                }
                Some(b'#') => {
                    self.pos = pos;
                    self.skip_comment();
                    pos = self.pos;
                }
                other => {
                    self.pos = pos;
                    return other.copied();
                }
            }
        }
    }

    /// Whether a dash stands at `at` that starts an item.
    fn is_dash(&self, at: usize) -> bool {
        self.bytes.get(at) == Some(&b'-') && matches!(self.bytes.get(at + 1), Some(b' ' | b'\n'))
    }

    /// Whether the line at `at` ends there, but for a comment.
    fn is_end(&self, at: usize) -> bool {
        match self.bytes.get(at) {
            None | Some(b'\n' | b'#') => true,
            Some(b'\r') => self.bytes.get(at + 1) == Some(&b'\n'),
            Some(_) => false,
        }
    }

    fn is_key_piece(&self, piece: Piece) -> bool {
        self.bytes.get(piece.stop) == Some(&b':')
            && matches!(self.bytes.get(piece.stop + 1), Some(b' ' | b'\n' | b'\r'))
            && piece.stop - piece.start <= MAX_KEY_LENGTH / 2
    }

    /// The scalar at `start`, if it has no escape and what follows it on its line is nothing, a comment, or its colon. The
    /// caller looks at what follows.
    #[inline]
    fn piece(&self, start: usize) -> Option<Piece> {
        let bytes = self.bytes;
        let first = *bytes.get(start)?;
        if CLASS[first as usize] & INDICATOR != 0 {
            return if matches!(first, b'\'' | b'"') { self.quoted_piece(start, first) } else { None };
        }
        if matches!(first, b'-' | b'?' | b':') && is_blank_or_end(bytes, start + 1) {
            return None;
        }
        let plain = |end, stop| Some(Piece { style: Style::Plain, start, end, stop });
        let mut at = start;
        loop {
            at = plain_run_end(bytes, at);
            match bytes.get(at) {
                None | Some(b'\n') => return plain(at, at),
                Some(b':') => match bytes.get(at + 1) {
                    Some(b' ' | b'\n' | b'\r') => return plain(at, at),
                    None | Some(b'\t' | 0xc2 | 0xe2) => return None,
                    Some(_) => at += 1,
                },
                Some(b' ') => {
                    let end = at;
                    at = spaces_end(self.bytes, at);
                    match bytes.get(at) {
                        None | Some(b'\n' | b'#') => return plain(end, at),
                        Some(b'\r') => return if self.is_end(at) { plain(end, at) } else { None },
                        Some(b'\t') => return None,
                        Some(b':') if is_blank_or_end(bytes, at + 1) => return plain(end, at),
                        Some(_) => {}
                    }
                }
                Some(b'\r') if self.is_end(at) => return plain(at, at),
                Some(b'\t' | b'\r') => return None,
                Some(_) if is_break(bytes, at) => return None,
                Some(_) => at += 1,
            }
        }
    }

    fn quoted_piece(&self, start: usize, quote: u8) -> Option<Piece> {
        let bytes = self.bytes;
        let style = if quote == b'\'' { Style::SingleQuoted } else { Style::DoubleQuoted };
        let mut at = start + 1;
        loop {
            at = quoted_run_end(bytes, at);
            match *bytes.get(at)? {
                byte if byte == quote => break,
                b'\\' if quote == b'"' => return None,
                _ if is_break(bytes, at) => return None,
                _ => at += 1,
            }
        }
        let end = at + 1;
        if quote == b'\'' && bytes.get(end) == Some(&b'\'') {
            return None;
        }
        Some(Piece { style, start, end, stop: spaces_end(self.bytes, end) })
    }

    fn direct_entry(&mut self) -> Next {
        let Some(byte) = self.next_byte() else { return Next::Other };
        let column = self.column();
        // A line that starts with a byte-order mark, a break of other alphabets, a document marker or a directive.
        if !self.allowed || byte >= 0x80 || column == 0 && self.is_special(byte) {
            return Next::Other;
        }
        if column > self.indent || column < self.indent && !self.is_outer(column) {
            return Next::Other;
        }
        if self.is_dash(self.pos) {
            self.direct_close(column);
            let top = self.frames.last().filter(|frame| frame.column == self.indent);
            return match top.map(|frame| frame.state) {
                Some(State::BlockSequence | State::Indentless) => self.direct_item(),
                _ => Next::Other,
            };
        }
        // What closes is closed only when the key is known: a fault in it is seen from inside.
        match self.piece(self.pos).filter(|piece| self.is_key_piece(*piece)) {
            Some(key) if self.direct_close_for_key(column) => Next::Key(key),
            _ => Next::Other,
        }
    }

    /// Closes what a key at `column` closes. False where no mapping is open there.
    fn direct_close_for_key(&mut self, column: i32) -> bool {
        self.direct_close(column);
        let [.., around, top] = self.frames[..] else {
            return self.frames.last().is_some_and(|top| top.state == State::BlockKey && top.column == column);
        };
        if top.column != column || self.indent != column {
            return false;
        }
        if top.state == State::Indentless && around.state == State::BlockKey && around.column == column {
            // The list below a key ends with the next key.
            self.close(self.last_end);
            return true;
        }
        top.state == State::BlockKey
    }

    /// Whether `byte`, the first of a line, may start a document marker or a directive.
    fn is_special(&self, byte: u8) -> bool {
        byte == b'-' && !self.is_dash(self.pos) || matches!(byte, b'.' | b'%')
    }

    /// Whether an open collection has the indentation `column`, or the one that the next line is in.
    fn is_outer(&self, column: i32) -> bool {
        self.indents.iter().rev().copied().find(|indent| *indent <= column) == Some(column)
    }

    /// Closes the collections that are indented more than `column`.
    fn direct_close(&mut self, column: i32) {
        while self.indent > column {
            let Some(frame) = self.frames.last() else { return };
            match frame.state {
                State::Indentless if self.is_sound() => {}
                State::BlockKey | State::BlockSequence if frame.column == self.indent => {
                    let Some(indent) = self.indents.pop() else { return };
                    self.indent = indent;
                }
                _ => return,
            }
            self.close(self.last_end);
        }
    }

    /// Opens a block collection at the present place.
    fn direct_open(&mut self, state: State) {
        let (start, column) = (self.pos as u32, self.column());
        if state == State::BlockKey {
            self.builder.open_mapping(start, Style::Block, Tag::NONE);
        } else {
            self.builder.open_sequence(start, Style::Block, Tag::NONE);
        }
        if state != State::Indentless {
            self.last_end = self.last_end.max(start);
            self.indents.push(self.indent);
            self.indent = column;
        }
        self.frames.push(Frame { state, start, column });
    }

    /// A key and the value on its line, or what stands below it.
    #[inline]
    fn direct_pair(&mut self, key: Piece) -> Next {
        let column = (key.start - self.line) as i32;
        self.keys[0] = SimpleKey { possible: false, required: false, token: self.taken, at: key.start, line: self.line, column };
        self.builder.scalar(key.span(), key.text(), key.style, Tag::NONE);
        self.pos = key.stop + 1;
        self.last_end = self.pos as u32;
        self.allowed = false;
        let end = self.last_end;
        let at = spaces_end(self.bytes, self.pos);
        if self.is_end(at) {
            self.pos = at;
            return self.direct_below(end);
        }
        if self.direct_value(at) {
            return Next::Entry;
        }
        self.block_content(end);
        self.direct_again()
    }

    /// What stands below a key whose colon ends at `end`.
    fn direct_below(&mut self, end: u32) -> Next {
        if let Some(byte) = self.next_byte()
            && self.allowed
            && byte < 0x80
        {
            let column = self.column();
            let special = column == 0 && self.is_special(byte);
            if column >= self.indent {
                let deeper = column > self.indent;
                if self.is_dash(self.pos) {
                    if self.builder.depth() < MAX_DEPTH {
                        self.direct_open(if deeper { State::BlockSequence } else { State::Indentless });
                        return Next::Entry;
                    }
                } else if !special
                    && let Some(key) = self.piece(self.pos).filter(|piece| self.is_key_piece(*piece))
                    && (!deeper || self.builder.depth() < MAX_DEPTH)
                {
                    if deeper {
                        self.direct_open(State::BlockKey);
                    } else {
                        self.missing(end);
                    }
                    return Next::Key(key);
                }
            } else if !special && self.is_outer(column) {
                if self.is_dash(self.pos) {
                    self.missing(end);
                    return Next::Entry;
                }
                if let Some(key) = self.piece(self.pos).filter(|piece| self.is_key_piece(*piece)) {
                    self.missing(end);
                    return if self.direct_close_for_key(column) { Next::Key(key) } else { Next::Other };
                }
            }
        }
        self.block_content(end);
        self.direct_again()
    }

    /// An item of a sequence, from its dash on.
    fn direct_item(&mut self) -> Next {
        self.pos += 1;
        self.last_end = self.pos as u32;
        self.allowed = true;
        let end = self.last_end;
        let indentless = self.frames.last().is_some_and(|frame| frame.state == State::Indentless);
        if let Some(byte) = self.next_byte()
            && byte < 0x80
            && self.column() > self.indent
        {
            let room = self.builder.depth() < MAX_DEPTH;
            if byte == b'-' && self.is_dash(self.pos) {
                if room {
                    self.direct_open(State::BlockSequence);
                    return Next::Entry;
                }
            } else if let Some(piece) = self.piece(self.pos) {
                if !self.is_key_piece(piece) {
                    if self.direct_scalar(piece, piece.start, Tag::NONE) {
                        return Next::Entry;
                    }
                } else if room {
                    self.direct_open(State::BlockKey);
                    return Next::Key(piece);
                }
            } else if byte == b'!' && self.direct_value(self.pos) {
                return Next::Entry;
            }
        }
        self.block_item(indentless, end);
        self.direct_again()
    }

    /// The scalar at `start`, its tag included, if nothing follows it on its line and it does not go on below. Otherwise
    /// nothing changes.
    #[inline]
    fn direct_value(&mut self, start: usize) -> bool {
        if self.bytes.get(start) != Some(&b'!') {
            return self.piece(start).is_some_and(|piece| self.direct_scalar(piece, start, Tag::NONE));
        }
        let name = &self.bytes[start + 1..];
        let length = name.iter().position(|byte| CLASS[*byte as usize] & NAME == 0).unwrap_or(name.len());
        if length == 0 || name.get(length) != Some(&b' ') || !self.handles.is_empty() {
            return false;
        }
        let name_end = start + 1 + length;
        let Some(piece) = self.piece(spaces_end(self.bytes, name_end)).filter(|piece| self.is_end(piece.stop)) else {
            return false;
        };
        // Should the scalar go on below, the tag is made again, and is the same one.
        let tag = self.builder.tag(&self.text[start + 1..name_end]);
        self.direct_scalar(piece, start, tag)
    }

    /// Adds the scalar `piece`, whose tag starts at `start`. False, and nothing is changed, where something follows it on its
    /// line or it goes on below.
    #[inline]
    fn direct_scalar(&mut self, piece: Piece, start: usize, tag: Tag) -> bool {
        if !self.is_end(piece.stop) {
            return false;
        }
        let bytes = self.bytes;
        let (mut pos, mut line, mut allowed) = (piece.stop, self.line, false);
        if piece.style == Style::Plain {
            // A plain scalar goes on in a line that is indented more than the collection.
            loop {
                pos = spaces_end(self.bytes, pos);
                match bytes.get(pos) {
                    Some(b'\n') => {
                        pos += 1;
                        line = pos;
                        allowed = true;
                    }
                    Some(b'\r') if bytes.get(pos + 1) == Some(&b'\n') => {
                        pos += 2;
                        line = pos;
                        allowed = true;
                    }
                    None | Some(b'#') => break,
                    Some(b'\t' | b'\r' | 0x80..) => return false,
                    Some(_) if (pos - line) as i32 > self.indent => return false,
                    Some(_) => break,
                }
            }
        }
        self.builder.scalar(Span::new(start as u32, piece.end as u32), piece.text(), piece.style, tag);
        self.last_end = piece.end as u32;
        (self.pos, self.line, self.allowed) = (pos, line, allowed);
        true
    }
}
