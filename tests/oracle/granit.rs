//! granit-parser, an independent YAML 1.2 parser.

use cfnvet::syntax::Style;
use granit_parser::{Event, Parser, ScalarStyle, StructureStyle, Tag};

use super::{Item, Outcome, Shape};

/// Reads `text` with granit. Spans leave out tags and anchors, and start block scalars at their content.
pub fn read(text: &str) -> Outcome {
    let options = granit_parser::options! {
        emit_comments: false,
        emit_anchor_events: false,
        emit_unresolved_aliases: true,
        block_scalar_eof_without_line_feed: true,
    };
    let (mut items, mut documents) = (Vec::new(), 0);
    let mut parser = Parser::new_from_str_with_options(text, options);
    while let Some(next) = parser.next_event() {
        let (event, span) = match next {
            Ok(next) => next,
            Err(error) => {
                let offset = error.marker().byte_offset().unwrap_or_default();
                return Outcome::Rejected { message: error.to_string(), offset };
            }
        };
        let range = span.byte_range().unwrap_or_default();
        let mut push = |shape, tag: Option<&Tag>, text: String, style| {
            if documents == 1 {
                let tag = tag.map(|tag| format!("{}{}", tag.handle(), tag.suffix())).unwrap_or_default();
                items.push(Item { shape, start: range.start, end: range.end, tag, text, style });
            }
        };
        let structure = |style| if style == StructureStyle::Flow { Style::Flow } else { Style::Block };
        match event {
            Event::DocumentStart(..) => documents += 1,
            Event::Alias(_) | Event::UnresolvedAlias(_) => push(Shape::Alias, None, String::new(), Style::Plain),
            Event::Scalar(text, style, _, tag) => {
                let style = match style {
                    ScalarStyle::Plain => Style::Plain,
                    ScalarStyle::SingleQuoted => Style::SingleQuoted,
                    ScalarStyle::DoubleQuoted => Style::DoubleQuoted,
                    ScalarStyle::Literal => Style::Literal,
                    ScalarStyle::Folded => Style::Folded,
                };
                // A missing value reads `~` there; its span is empty.
                let text = if style == Style::Plain && range.is_empty() { String::new() } else { text.into_owned() };
                push(Shape::Scalar, tag.as_deref(), text, style);
            }
            Event::SequenceStart(style, _, tag) => push(Shape::Sequence, tag.as_deref(), String::new(), structure(style)),
            Event::MappingStart(style, _, tag) => push(Shape::Mapping, tag.as_deref(), String::new(), structure(style)),
            Event::SequenceEnd | Event::MappingEnd => push(Shape::End, None, String::new(), Style::Plain),
            _ => {}
        }
    }
    Outcome::Accepted(items, documents)
}
