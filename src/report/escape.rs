//! Text from templates made harmless: what a terminal would obey, or show in another order, is shown as what it is.

use std::borrow::Cow;

/// `text` on one line, with control characters written as `\n` or `\u{1b}`.
#[must_use]
pub fn one_line(text: &str) -> Cow<'_, str> {
    if !text.contains(is_hazardous) {
        return Cow::Borrowed(text);
    }
    let mut escaped = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        if is_hazardous(character) { escaped.extend(character.escape_default()) } else { escaped.push(character) }
    }
    Cow::Owned(escaped)
}

/// `line` with each control character but the tab replaced by one visible character, so that columns stay what they are.
pub(super) fn source_line(line: &str, unicode: bool) -> Cow<'_, str> {
    let replaced = |character| character != '\t' && is_hazardous(character);
    if !line.contains(replaced) {
        return Cow::Borrowed(line);
    }
    let visible = |character| match u32::from(character) {
        _ if !replaced(character) => character,
        _ if !unicode => '?',
        code @ 0..0x20 => char::from_u32(0x2400 + code).unwrap_or(char::REPLACEMENT_CHARACTER),
        0x7f => '\u{2421}',
        _ => char::REPLACEMENT_CHARACTER,
    };
    Cow::Owned(line.chars().map(visible).collect())
}

/// Whether a terminal obeys the character (C0, C1) or lets it change the order of the text (the bidirectional controls).
pub(super) fn is_hazardous(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escape_codes_are_written_out_in_messages() {
        assert_eq!(one_line("a\u{1b}[31m\nb\u{9b}c"), "a\\u{1b}[31m\\nb\\u{9b}c");
        assert_eq!(one_line("名前"), "名前");
    }

    #[test]
    fn escape_codes_take_one_column_in_source_lines() {
        assert_eq!(source_line("\ta\u{1b}b\u{202e}", true), "\ta␛b\u{fffd}");
        assert_eq!(source_line("a\u{1b}b", false), "a?b");
    }
}
