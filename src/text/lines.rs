//! From byte offsets to lines and columns.

/// A place as people count it: both numbers start at 1, the column counts Unicode scalar values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// Line, from 1.
    pub line: u32,
    /// Column in Unicode scalar values, from 1. A byte-order mark takes no column.
    pub column: u32,
}

/// Where each line starts. A line ends with LF, CR LF or a lone CR, as editors and YAML see it.
#[derive(Debug)]
pub struct LineIndex {
    starts: Vec<u32>,
}

const BYTE_ORDER_MARK: &str = "\u{feff}";

impl LineIndex {
    /// The lines of `text`.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let bytes = text.as_bytes();
        let mut starts = vec![0];
        for at in memchr::memchr2_iter(b'\n', b'\r', bytes) {
            if bytes[at] == b'\r' && bytes.get(at + 1) == Some(&b'\n') {
                continue;
            }
            starts.push(u32::try_from(at + 1).expect("a source file is smaller than 4 GiB"));
        }
        Self { starts }
    }

    /// The number of lines; a text that ends with a line break has an empty last line.
    #[must_use]
    pub fn count(&self) -> usize {
        self.starts.len()
    }

    /// The offset at which line `line` (from 1) starts, or `None` past the last line.
    #[must_use]
    pub fn start(&self, line: u32) -> Option<u32> {
        self.starts.get(line.checked_sub(1)? as usize).copied()
    }

    /// The line that `offset` is in, from 1.
    #[must_use]
    pub fn line_of(&self, offset: u32) -> u32 {
        self.starts.partition_point(|start| *start <= offset) as u32
    }

    /// Line and column of `offset`; an offset inside a character counts as that character.
    #[must_use]
    pub fn position(&self, text: &str, offset: u32) -> Position {
        let line = self.starts.partition_point(|start| *start <= offset);
        let start = self.starts[line - 1] as usize;
        let mut end = (offset as usize).min(text.len());
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        let before = &text[start.min(end)..end];
        let before = if start == 0 { before.strip_prefix(BYTE_ORDER_MARK).unwrap_or(before) } else { before };
        let column = if before.is_ascii() { before.len() } else { before.chars().count() };
        Position { line: line as u32, column: column as u32 + 1 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str, offset: u32) -> (u32, u32) {
        let position = LineIndex::new(text).position(text, offset);
        (position.line, position.column)
    }

    #[test]
    fn columns_count_characters_and_not_bytes() {
        assert_eq!(at("名前: 🚢x", "名前: 🚢".len() as u32), (1, 6));
    }

    #[test]
    fn a_byte_order_mark_takes_no_column() {
        assert_eq!(at("\u{feff}ab\nc", 4), (1, 2));
        assert_eq!(at("\u{feff}ab\nc", 6), (2, 1));
    }

    #[test]
    fn cr_lf_is_one_break_and_a_lone_cr_is_another() {
        assert_eq!(at("a\r\nb\rc", 3), (2, 1));
        assert_eq!(at("a\r\nb\rc", 5), (3, 1));
    }

    #[test]
    fn an_offset_past_the_end_is_the_end() {
        assert_eq!(at("ab", 99), (1, 3));
        assert_eq!(at("", 0), (1, 1));
    }
}
