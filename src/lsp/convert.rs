//! Between spans of files and the ranges and locations of the protocol.

use gen_lsp_types as lsp;

use super::uri;
use crate::text::{EditorPosition, Encoding, SourceFile, Span};

pub(super) fn position(file: &SourceFile, offset: u32, encoding: Encoding) -> lsp::Position {
    let EditorPosition { line, character } = file.editor_position(offset, encoding);
    lsp::Position { line, character }
}

pub(super) fn range(file: &SourceFile, span: Span, encoding: Encoding) -> lsp::Range {
    lsp::Range { start: position(file, span.start, encoding), end: position(file, span.end, encoding) }
}

pub(super) fn location(file: &SourceFile, span: Span, encoding: Encoding) -> lsp::Location {
    lsp::Location { uri: uri::of(file.name()), range: range(file, span, encoding) }
}

pub(super) fn offset(file: &SourceFile, position: lsp::Position, encoding: Encoding) -> u32 {
    file.offset_in_editor(EditorPosition { line: position.line, character: position.character }, encoding)
}

pub(super) fn span(file: &SourceFile, range: lsp::Range, encoding: Encoding) -> Span {
    let (start, end) = (offset(file, range.start, encoding), offset(file, range.end, encoding));
    Span::new(start.min(end), end.max(start))
}
