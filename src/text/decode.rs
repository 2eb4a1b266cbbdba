//! From the bytes of a file to its text.

/// Largest template that cfnvet reads, in bytes.
///
/// CloudFormation takes templates of up to 1 MB from S3 (quota "Template body size in an S3 object"); ten times as much leaves
/// room for templates that are packaged or minified before they are deployed.
///
/// Source: CloudFormation quotas, <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html>.
pub const MAX_FILE_BYTES: usize = 10 * 1024 * 1024;

/// Why bytes are no text that CloudFormation reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DecodeProblem {
    /// The file is in UTF-16, by its byte-order mark or by the zero bytes between its letters.
    Utf16,
    /// The file is in UTF-32, by its byte-order mark.
    Utf32,
    /// The bytes after the text are not UTF-8.
    NotUtf8,
    /// The file is larger than [`MAX_FILE_BYTES`].
    TooLarge {
        /// Its size in bytes.
        bytes: usize,
    },
}

/// Decodes UTF-8, with or without a byte-order mark (which stays in the text, so that offsets are those of the file).
///
/// Where the bytes are no such text, the part before the fault is returned with the fault; it ends at the fault's place.
#[must_use]
pub(super) fn decode(bytes: Vec<u8>) -> (String, Option<DecodeProblem>) {
    let refused = |problem| (String::new(), Some(problem));
    if bytes.len() > MAX_FILE_BYTES {
        return refused(DecodeProblem::TooLarge { bytes: bytes.len() });
    }
    match *bytes.as_slice() {
        [0xff, 0xfe, 0, 0, ..] | [0, 0, 0xfe, 0xff, ..] => return refused(DecodeProblem::Utf32),
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => return refused(DecodeProblem::Utf16),
        // One zero byte beside another character, in either byte order: no YAML or JSON text holds a zero byte.
        [first, second, ..] if (first == 0) != (second == 0) => return refused(DecodeProblem::Utf16),
        _ => {}
    }
    match String::from_utf8(bytes) {
        Ok(text) => (text, None),
        Err(error) => {
            let offset = error.utf8_error().valid_up_to();
            let mut bytes = error.into_bytes();
            bytes.truncate(offset);
            (String::from_utf8(bytes).unwrap_or_default(), Some(DecodeProblem::NotUtf8))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_encodings_are_named() {
        let utf16: Vec<u8> = "Re".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(decode(utf16).1, Some(DecodeProblem::Utf16));
        assert_eq!(decode(vec![0xff, 0xfe, b'R', 0]).1, Some(DecodeProblem::Utf16));
        assert_eq!(decode(vec![0xff, 0xfe, 0, 0]).1, Some(DecodeProblem::Utf32));
    }

    #[test]
    fn the_text_before_a_byte_that_is_not_utf_8_is_kept() {
        assert_eq!(decode(b"Name: caf\xe9".to_vec()), ("Name: caf".to_owned(), Some(DecodeProblem::NotUtf8)));
    }

    #[test]
    fn a_byte_order_mark_stays_in_the_text() {
        assert_eq!(decode("\u{feff}a".into()), ("\u{feff}a".into(), None));
    }
}
