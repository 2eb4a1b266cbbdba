//! Places as editors count them: lines and characters from 0, a character being a byte or a UTF-16 unit.

use super::{SourceFile, Span};

/// What an editor counts as one character.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Encoding {
    /// Bytes.
    Utf8,
    /// UTF-16 code units, which every editor knows.
    #[default]
    Utf16,
}

/// A place as an editor counts it, both numbers from 0. A byte-order mark counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct EditorPosition {
    /// Line.
    pub line: u32,
    /// Characters before it in the line.
    pub character: u32,
}

impl SourceFile {
    /// Where an editor sees a byte offset.
    #[must_use]
    pub fn editor_position(&self, offset: u32, encoding: Encoding) -> EditorPosition {
        let (text, lines) = (self.text(), self.lines());
        let mut end = (offset as usize).min(text.len());
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        let line = lines.line_of(end as u32);
        let before = &text[lines.start(line).unwrap_or_default() as usize..end];
        let character = match encoding {
            Encoding::Utf8 => before.len(),
            Encoding::Utf16 if before.is_ascii() => before.len(),
            Encoding::Utf16 => before.chars().map(char::len_utf16).sum(),
        };
        EditorPosition { line: line - 1, character: character as u32 }
    }

    /// The byte offset of a place in an editor. A place behind the end of its line is that end, one behind the last line the end of
    /// the text; one within a character is its start.
    #[must_use]
    pub fn offset_in_editor(&self, position: EditorPosition, encoding: Encoding) -> u32 {
        let text = self.text();
        let Some(start) = self.lines().start(position.line.saturating_add(1)) else { return text.len() as u32 };
        let line = self.line_text(position.line);
        let mut left = position.character as usize;
        let mut at = 0;
        match encoding {
            Encoding::Utf8 => {
                at = left.min(line.len());
                while !line.is_char_boundary(at) {
                    at -= 1;
                }
            }
            Encoding::Utf16 => {
                for character in line.chars() {
                    if left < character.len_utf16() {
                        break;
                    }
                    left -= character.len_utf16();
                    at += character.len_utf8();
                }
            }
        }
        start + at as u32
    }

    /// The text of a line, counted from 0, without its line break.
    #[must_use]
    pub fn line_text(&self, line: u32) -> &str {
        let Some(start) = self.lines().start(line.saturating_add(1)) else { return "" };
        let end = self.lines().start(line + 2).unwrap_or(self.text().len() as u32);
        self.slice(Span::new(start, end)).trim_end_matches(['\n', '\r'])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_go_there_and_back_in_both_encodings() {
        let file = SourceFile::new("a", "Key: 名前🚢x\r\nb\rc");
        for encoding in [Encoding::Utf8, Encoding::Utf16] {
            for (offset, _) in file.text().char_indices().filter(|(at, _)| !file.text()[*at..].starts_with(['\n', '\r'])) {
                let position = file.editor_position(offset as u32, encoding);
                assert_eq!(file.offset_in_editor(position, encoding), offset as u32, "{position:?}");
            }
        }
        let ship = file.text().find('🚢').unwrap() as u32;
        assert_eq!(file.editor_position(ship + 4, Encoding::Utf16), EditorPosition { line: 0, character: 9 });
        assert_eq!(file.editor_position(ship + 4, Encoding::Utf8), EditorPosition { line: 0, character: 15 });
    }

    #[test]
    fn places_outside_the_text_are_its_nearest() {
        let file = SourceFile::new("a", "🚢\nb");
        let at = |line, character| file.offset_in_editor(EditorPosition { line, character }, Encoding::Utf16);
        assert_eq!((at(0, 1), at(0, 2), at(0, 99), at(1, 9), at(7, 0)), (0, 4, 4, 6, 6));
        assert_eq!(at(u32::MAX, u32::MAX), 6);
    }
}
