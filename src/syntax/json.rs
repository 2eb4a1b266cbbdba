//! Strict JSON (RFC 8259), straight into the tree.
//!
//! What is no strict JSON is left to the YAML reader, which takes comments and trailing commas too, and reports problems.

use std::sync::Arc;

use super::tree::{Builder, MAX_DEPTH, Style, Tag, TextAt, Tree};
use crate::text::{SourceFile, Span};

/// Reads strict JSON; `None` where the text is none.
pub(super) fn parse(source: &Arc<SourceFile>) -> Option<Tree> {
    let text = source.text();
    let pos = if text.starts_with('\u{feff}') { 3 } else { 0 };
    let mut reader = Reader { text, bytes: text.as_bytes(), pos, builder: Builder::new(source), objects: Vec::with_capacity(16) };
    reader.document()?;
    let mut tree = reader.builder.finish();
    tree.strict_json = true;
    Some(tree)
}

struct Reader<'s> {
    text: &'s str,
    bytes: &'s [u8],
    pos: usize,
    builder: Builder,
    /// For each open collection whether it is an object.
    objects: Vec<bool>,
}

/// What a string cannot hold as it stands: its end, an escape, a control character.
static SPECIAL: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 0x20 {
        table[byte] = true;
        byte += 1;
    }
    table[b'"' as usize] = true;
    table[b'\\' as usize] = true;
    table
};

impl Reader<'_> {
    fn peek(&self) -> u8 {
        self.bytes.get(self.pos).copied().unwrap_or_default()
    }

    /// The next character that is no blank; 0 at the end.
    fn next(&mut self) -> u8 {
        loop {
            match self.peek() {
                b' ' => {
                    // Indentation: eight at a time.
                    while self.bytes.get(self.pos..self.pos + 8) == Some(b"        ") {
                        self.pos += 8;
                    }
                    while self.peek() == b' ' {
                        self.pos += 1;
                    }
                }
                b'\n' | b'\r' | b'\t' => self.pos += 1,
                byte => return byte,
            }
        }
    }

    fn document(&mut self) -> Option<()> {
        let first = self.next();
        self.value(first)?;
        while let Some(&object) = self.objects.last() {
            match self.next() {
                b',' => {
                    self.pos += 1;
                    let byte = self.next();
                    if object { self.entry(byte)? } else { self.value(byte)? }
                }
                b'}' if object => self.close(),
                b']' if !object => self.close(),
                _ => return None,
            }
        }
        self.next();
        (self.pos == self.bytes.len()).then_some(())
    }

    fn close(&mut self) {
        self.pos += 1;
        self.objects.pop();
        self.builder.close(self.pos as u32);
    }

    fn entry(&mut self, byte: u8) -> Option<()> {
        if byte != b'"' {
            return None;
        }
        self.string()?;
        if self.next() != b':' {
            return None;
        }
        self.pos += 1;
        let byte = self.next();
        self.value(byte)
    }

    /// A scalar, or a collection with the first value in it.
    fn value(&mut self, mut byte: u8) -> Option<()> {
        loop {
            match byte {
                b'"' => return self.string(),
                b'{' | b'[' => {
                    if self.objects.len() >= MAX_DEPTH {
                        return None;
                    }
                    let object = byte == b'{';
                    let start = self.pos as u32;
                    if object {
                        self.builder.open_mapping(start, Style::Flow, Tag::NONE);
                    } else {
                        self.builder.open_sequence(start, Style::Flow, Tag::NONE);
                    }
                    self.objects.push(object);
                    self.pos += 1;
                    byte = self.next();
                    match byte {
                        b'}' if object => {
                            self.close();
                            return Some(());
                        }
                        b']' if !object => {
                            self.close();
                            return Some(());
                        }
                        b'"' if object => {
                            self.string()?;
                            if self.next() != b':' {
                                return None;
                            }
                            self.pos += 1;
                            byte = self.next();
                        }
                        _ if object => return None,
                        _ => {}
                    }
                }
                b't' => return self.word("true"),
                b'f' => return self.word("false"),
                b'n' => return self.word("null"),
                b'-' | b'0'..=b'9' => return self.number(),
                _ => return None,
            }
        }
    }

    fn plain(&mut self, end: usize) {
        let span = Span::new(self.pos as u32, end as u32);
        self.builder.scalar(span, TextAt::Source(span), Style::Plain, Tag::NONE);
        self.pos = end;
    }

    fn word(&mut self, word: &str) -> Option<()> {
        let end = self.pos + word.len();
        (self.bytes.get(self.pos..end)? == word.as_bytes()).then(|| self.plain(end))
    }

    fn digits(&self, from: usize) -> Option<usize> {
        let count = self.bytes[from..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        (count > 0).then_some(from + count)
    }

    fn number(&mut self) -> Option<()> {
        let at = |at: usize| self.bytes.get(at).copied().unwrap_or_default();
        let mut end = self.pos + usize::from(self.peek() == b'-');
        end = if at(end) == b'0' { end + 1 } else { self.digits(end)? };
        if at(end) == b'.' {
            end = self.digits(end + 1)?;
        }
        if matches!(at(end), b'e' | b'E') {
            let sign = usize::from(matches!(at(end + 1), b'+' | b'-'));
            end = self.digits(end + 1 + sign)?;
        }
        self.plain(end);
        Some(())
    }

    /// Where the characters from `at` on end that a string holds as they stand. Looks at eight bytes at a time.
    fn run_end(&self, mut at: usize) -> usize {
        const ONES: u64 = 0x0101_0101_0101_0101;
        const HIGH: u64 = ONES << 7;
        // A byte's high bit where the byte is zero; the lowest such byte is exact.
        let zero = |word: u64| word.wrapping_sub(ONES) & !word & HIGH;
        while let Some(eight) = self.bytes.get(at..at + 8) {
            let word = u64::from_le_bytes(eight.try_into().expect("eight bytes"));
            let control = word.wrapping_sub(ONES * 0x20) & !word & HIGH;
            let found = zero(word ^ (ONES * b'"' as u64)) | zero(word ^ (ONES * b'\\' as u64)) | control;
            if found != 0 {
                return at + found.trailing_zeros() as usize / 8;
            }
            at += 8;
        }
        at + self.bytes[at..].iter().take_while(|byte| !SPECIAL[**byte as usize]).count()
    }

    fn string(&mut self) -> Option<()> {
        let start = self.pos;
        let mut at = self.run_end(start + 1);
        if *self.bytes.get(at)? == b'"' {
            self.pos = at + 1;
            let (span, text) = (Span::new(start as u32, self.pos as u32), Span::new(start as u32 + 1, at as u32));
            self.builder.scalar(span, TextAt::Source(text), Style::DoubleQuoted, Tag::NONE);
            return Some(());
        }
        let buffer_start = self.builder.tree.buffer.len() as u32;
        self.builder.tree.buffer.push_str(&self.text[start + 1..at]);
        loop {
            match *self.bytes.get(at)? {
                b'"' => break,
                b'\\' => at = self.escape(at)?,
                byte if byte < 0x20 => return None,
                _ => {
                    let end = self.run_end(at);
                    self.builder.tree.buffer.push_str(&self.text[at..end]);
                    at = end;
                }
            }
        }
        self.pos = at + 1;
        let span = Span::new(start as u32, self.pos as u32);
        let text = Span::new(buffer_start, self.builder.tree.buffer.len() as u32);
        self.builder.scalar(span, TextAt::Buffer(text), Style::DoubleQuoted, Tag::NONE);
        Some(())
    }

    /// Decodes the escape at `at`; where it ends.
    fn escape(&mut self, at: usize) -> Option<usize> {
        let character = match *self.bytes.get(at + 1)? {
            b'n' => '\n',
            b'"' => '"',
            b'\\' => '\\',
            b'/' => '/',
            b'b' => '\x08',
            b'f' => '\x0c',
            b'r' => '\r',
            b't' => '\t',
            b'u' => {
                let unit = self.unit(at)?;
                let (code, length) = match unit {
                    // The first half of a pair; alone it is no character.
                    0xd800..=0xdbff => {
                        let second = self.unit(at + 6).filter(|second| (0xdc00..=0xdfff).contains(second))?;
                        (0x10000 + ((unit - 0xd800) << 10) + (second - 0xdc00), 12)
                    }
                    unit => (unit, 6),
                };
                self.builder.tree.buffer.push(char::from_u32(code)?);
                return Some(at + length);
            }
            _ => return None,
        };
        self.builder.tree.buffer.push(character);
        Some(at + 2)
    }

    /// The number in `\uXXXX`.
    fn unit(&self, at: usize) -> Option<u32> {
        let digits = self.text.get(at..at + 6)?.strip_prefix("\\u")?;
        digits.bytes().all(|byte| byte.is_ascii_hexdigit()).then(|| u32::from_str_radix(digits, 16).ok())?
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::ProblemKind;

    fn tree(text: &str) -> Option<Tree> {
        parse(&Arc::new(SourceFile::new("t.json", text)))
    }

    #[test]
    fn strings_are_decoded_and_keep_their_place() {
        let tree = tree("{\"a\": \"x\\n\\u00e9\\ud83d\\udea2\", \"b\": [1, -2.5e3, true, null, {}]}").expect("it is JSON");
        let root = tree.root().expect("it has a root");
        let a = root.get("a").expect("a is there");
        assert_eq!((a.as_str(), a.span()), (Some("x\né🚢"), Span::new(6, 29)));
        assert_eq!(
            root.get("b").map(|b| b.items().map(|item| item.as_str().unwrap_or("-").to_owned()).collect::<Vec<_>>()),
            Some(vec!["1".to_owned(), "-2.5e3".into(), "true".into(), "null".into(), "-".into()])
        );
        assert!(tree.is_strict_json());
    }

    #[test]
    fn what_is_no_strict_json_is_left_to_yaml() {
        for text in [
            "{\"a\": 1,}",
            "{a: 1}",
            "{\"a\": 01}",
            "{\"a\": \"\\ud83d\"}",
            "{\"a\": \"\t\"}",
            "{} x",
            "{",
            "{\"a\" 1}",
            "{\"a\": .5}",
            "{'a': 1}",
        ] {
            assert!(tree(text).is_none(), "{text}");
        }
    }

    #[test]
    fn equal_keys_are_found_in_json_too() {
        let tree = tree("{\"a\": 1, \"b\": 2, \"\\u0061\": 3}").expect("it is JSON");
        assert_eq!(tree.problems()[0].kind, ProblemKind::DuplicateKey);
        assert_eq!(tree.problems()[0].related, Some(Span::new(1, 4)));
    }
}
