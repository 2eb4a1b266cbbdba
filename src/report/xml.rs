//! Text in XML.

use std::fmt::Write;

use super::escape;

/// `text` as it stands in a quoted attribute. What XML 1.0 cannot hold in any way becomes the replacement character; line breaks,
/// and what a terminal would obey, become references.
pub(super) fn attribute(text: &str) -> String {
    escaped(text, "")
}

/// `text` as it stands between tags, where a line break is one.
pub(super) fn content(text: &str) -> String {
    escaped(text, "\n")
}

fn escaped(text: &str, kept: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&apos;"),
            _ if kept.contains(character) => out.push(character),
            '\t' | '\n' | '\r' => reference(&mut out, character),
            '\0'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => out.push(char::REPLACEMENT_CHARACTER),
            _ if escape::is_hazardous(character) => reference(&mut out, character),
            _ => out.push(character),
        }
    }
    out
}

fn reference(out: &mut String, character: char) {
    let _ = write!(out, "&#{};", u32::from(character));
}
