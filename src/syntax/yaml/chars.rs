//! The classes of bytes that the scanner asks for.

/// A space or a tab.
pub(super) const BLANK: u8 = 1;
/// The first byte of a line break, or of another character that starts with the same byte as NEL, LS or PS.
pub(super) const BREAK: u8 = 2;
/// `,`, `[`, `]`, `{`, `}`.
pub(super) const FLOW: u8 = 4;
/// `:`
pub(super) const COLON: u8 = 8;
/// What names of anchors, handles and directives are made of.
pub(super) const NAME: u8 = 16;
/// What tags are made of.
pub(super) const URI: u8 = 32;
/// What a plain scalar cannot start with, `-`, `?` and `:` before a blank included.
pub(super) const INDICATOR: u8 = 64;
/// A quote or a backslash.
pub(super) const QUOTE: u8 = 128;

pub(super) static CLASS: [u8; 256] = classes();

const fn classes() -> [u8; 256] {
    let mut table = [0; 256];
    let groups: [(&[u8], u8); 8] = [
        (b" \t", BLANK | INDICATOR),
        (b"\n\r", BREAK | INDICATOR),
        (b"\xc2\xe2", BREAK),
        (b",[]{}", FLOW | INDICATOR),
        (b":", COLON),
        (b"#&*!|>'\"%@`", INDICATOR),
        (b";/?:@&=+$.%!~*'()", URI),
        (b"'\"\\", QUOTE),
    ];
    let mut group = 0;
    while group < groups.len() {
        let (bytes, class) = groups[group];
        let mut at = 0;
        while at < bytes.len() {
            table[bytes[at] as usize] |= class;
            at += 1;
        }
        group += 1;
    }
    let mut byte = 0;
    while byte < 256 {
        if (byte as u8).is_ascii_alphanumeric() || byte == b'_' as usize || byte == b'-' as usize {
            table[byte] |= NAME | URI;
        }
        byte += 1;
    }
    table
}

/// The length of the line break at `at`, 0 where there is none. YAML 1.1 counts NEL, LS and PS among the breaks.
pub(super) fn break_len(bytes: &[u8], at: usize) -> usize {
    match bytes.get(at) {
        Some(b'\n') => 1,
        Some(b'\r') => 1 + usize::from(bytes.get(at + 1) == Some(&b'\n')),
        Some(0xc2) => 2 * usize::from(bytes.get(at + 1) == Some(&0x85)),
        Some(0xe2) => 3 * usize::from(matches!(bytes.get(at + 1..at + 3), Some([0x80, 0xa8 | 0xa9]))),
        _ => 0,
    }
}

pub(super) fn is_break(bytes: &[u8], at: usize) -> bool {
    break_len(bytes, at) > 0
}

pub(super) fn is_blank(bytes: &[u8], at: usize) -> bool {
    matches!(bytes.get(at), Some(b' ' | b'\t'))
}

/// A blank, a break or the end of the text.
pub(super) fn is_blank_or_end(bytes: &[u8], at: usize) -> bool {
    match bytes.get(at) {
        None | Some(b' ' | b'\t' | b'\n' | b'\r') => true,
        Some(0xc2 | 0xe2) => is_break(bytes, at),
        Some(_) => false,
    }
}

// What follows looks at eight bytes at a time: texts are mostly bytes that a search passes over, in runs too short for the searches
// of `memchr`, each of which costs as much as twenty bytes one by one.

const ONES: u64 = u64::from_le_bytes([1; 8]);
const HIGH: u64 = u64::from_le_bytes([0x80; 8]);

/// Marks the first of eight bytes that is less than `limit`, and maybe some behind it.
fn below(eight: u64, limit: u8) -> u64 {
    eight.wrapping_sub(ONES * u64::from(limit)) & !eight
}

/// Marks the first of eight bytes that is `byte`, and maybe some behind it.
fn equal(eight: u64, byte: u8) -> u64 {
    below(eight ^ (ONES * u64::from(byte)), 1)
}

/// The first place from `at` on that `marks` marks, the end of the text where there is none.
#[inline]
fn first_marked(bytes: &[u8], mut at: usize, marks: impl Fn(u64) -> u64) -> usize {
    while let Some(eight) = bytes.get(at..at + 8) {
        let marked = marks(u64::from_le_bytes(eight.try_into().expect("eight bytes were taken"))) & HIGH;
        if marked != 0 {
            return at + marked.trailing_zeros() as usize / 8;
        }
        at += 8;
    }
    let mut last = [b' '; 8];
    let rest = bytes.get(at..).unwrap_or_default();
    last[..rest.len()].copy_from_slice(rest);
    let marked = marks(u64::from_le_bytes(last)) & HIGH;
    at + rest.len().min(marked.trailing_zeros() as usize / 8)
}

/// The first place from `at` on where no space is.
#[inline]
pub(in crate::syntax) fn spaces_end(bytes: &[u8], at: usize) -> usize {
    let is_other = |eight: u64| {
        let differs = eight ^ (ONES * u64::from(b' '));
        // A bit below the highest that differs carries into it.
        ((differs & !HIGH) + !HIGH) | differs
    };
    first_marked(bytes, at, is_other)
}

/// A place from `at` on up to which nothing is that a plain scalar outside of brackets may end at.
#[inline]
pub(super) fn plain_run_end(bytes: &[u8], at: usize) -> usize {
    first_marked(bytes, at, |eight| below(eight, b' ' + 1) | equal(eight, b':') | eight)
}

/// A place from `at` on up to which neither a quote, a backslash nor a break is.
#[inline]
pub(super) fn quoted_run_end(bytes: &[u8], at: usize) -> usize {
    let is_quote = |eight| equal(eight, b'"') | equal(eight, b'\'') | equal(eight, b'\\');
    first_marked(bytes, at, |eight| below(eight, b' ') | is_quote(eight) | eight)
}

/// Where the line that holds `at` ends, its break not included.
pub(super) fn line_end(bytes: &[u8], mut at: usize) -> usize {
    loop {
        at = first_marked(bytes, at, |eight| below(eight, b' ') | eight);
        if at >= bytes.len() || is_break(bytes, at) {
            return at;
        }
        at += 1;
    }
}

/// Where the line after `at`'s starts; the end of the text after the last line.
pub(super) fn next_line(bytes: &[u8], at: usize) -> usize {
    let end = line_end(bytes, at);
    end + break_len(bytes, end)
}

/// Where the line that holds `at` starts.
pub(super) fn line_start(bytes: &[u8], at: usize) -> usize {
    let mut start = at;
    while start > 0 {
        let before = start - 1;
        match bytes[before] {
            b'\n' => break,
            // Between the two bytes of a CR LF is no start of a line.
            b'\r' if bytes.get(start) != Some(&b'\n') => break,
            0x85 if before > 0 && bytes[before - 1] == 0xc2 => break,
            0xa8 | 0xa9 if before > 1 && bytes[before - 2..before] == [0xe2, 0x80] => break,
            _ => start = before,
        }
    }
    start
}
