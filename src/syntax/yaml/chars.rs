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

/// Where the line that holds `at` ends, its break not included.
pub(super) fn line_end(bytes: &[u8], at: usize) -> usize {
    let rest = &bytes[at..];
    let end = memchr::memchr2(b'\n', b'\r', rest).unwrap_or(rest.len());
    let other = memchr::memchr2_iter(0xc2, 0xe2, &rest[..end]).find(|found| is_break(rest, *found));
    at + other.unwrap_or(end)
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
