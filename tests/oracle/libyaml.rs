//! libyaml, which PyYAML's C loader and so cfn-lint read with.
#![allow(unsafe_code)]

use std::mem::MaybeUninit;
use std::slice;

use cfnvet::syntax::Style;
use libyaml_rs as sys;

use super::{Item, Outcome, Shape};

/// Reads `text` with libyaml. Offsets count a byte-order mark.
pub fn read(text: &str) -> Outcome {
    let shift = if text.starts_with('\u{feff}') { 3 } else { 0 };
    let (mut items, mut documents) = (Vec::new(), 0);
    // SAFETY: the parser is initialized before use and deleted after; it reads `text`, which outlives it. Each event is
    // initialized by a successful call and deleted once; only the field of `data` that its type names is read, and libyaml
    // gives strings of the stated length or zero-terminated ones.
    unsafe {
        let mut parser = MaybeUninit::<sys::yaml_parser_t>::uninit();
        let parser = parser.as_mut_ptr();
        assert!(sys::yaml_parser_initialize(parser).ok, "libyaml starts");
        sys::yaml_parser_set_input_string(parser, text.as_ptr(), text.len() as u64);
        let outcome = loop {
            let mut event = MaybeUninit::<sys::yaml_event_t>::uninit();
            let event = event.as_mut_ptr();
            if sys::yaml_parser_parse(parser, event).fail {
                let prefix = &*parser.cast::<sys::yaml_parser_t>();
                let message = if prefix.problem.is_null() { String::new() } else { string(prefix.problem.cast()) };
                break Outcome::Rejected { message, offset: prefix.problem_mark.index as usize + shift };
            }
            let event_ref = &*event;
            let (start, end) = (event_ref.start_mark.index as usize + shift, event_ref.end_mark.index as usize + shift);
            let mut push = |shape, tag: *mut u8, text: String, style| {
                if documents == 1 {
                    let tag = if tag.is_null() { String::new() } else { string(tag) };
                    items.push(Item { shape, start, end, tag, text, style });
                }
            };
            let none = std::ptr::null_mut();
            let mut ended = false;
            match event_ref.type_ {
                sys::YAML_DOCUMENT_START_EVENT => documents += 1,
                sys::YAML_ALIAS_EVENT => push(Shape::Alias, none, String::new(), Style::Plain),
                sys::YAML_SCALAR_EVENT => {
                    let scalar = event_ref.data.scalar;
                    let bytes = slice::from_raw_parts(scalar.value, scalar.length as usize);
                    let style = match scalar.style {
                        sys::YAML_SINGLE_QUOTED_SCALAR_STYLE => Style::SingleQuoted,
                        sys::YAML_DOUBLE_QUOTED_SCALAR_STYLE => Style::DoubleQuoted,
                        sys::YAML_LITERAL_SCALAR_STYLE => Style::Literal,
                        sys::YAML_FOLDED_SCALAR_STYLE => Style::Folded,
                        _ => Style::Plain,
                    };
                    push(Shape::Scalar, scalar.tag, String::from_utf8_lossy(bytes).into_owned(), style);
                }
                sys::YAML_SEQUENCE_START_EVENT => {
                    let data = event_ref.data.sequence_start;
                    let flow = data.style == sys::YAML_FLOW_SEQUENCE_STYLE;
                    push(Shape::Sequence, data.tag, String::new(), if flow { Style::Flow } else { Style::Block });
                }
                sys::YAML_MAPPING_START_EVENT => {
                    let data = event_ref.data.mapping_start;
                    let flow = data.style == sys::YAML_FLOW_MAPPING_STYLE;
                    push(Shape::Mapping, data.tag, String::new(), if flow { Style::Flow } else { Style::Block });
                }
                sys::YAML_SEQUENCE_END_EVENT | sys::YAML_MAPPING_END_EVENT => push(Shape::End, none, String::new(), Style::Plain),
                sys::YAML_STREAM_END_EVENT => ended = true,
                _ => {}
            }
            sys::yaml_event_delete(event);
            if ended {
                break Outcome::Accepted(std::mem::take(&mut items), documents);
            }
        };
        sys::yaml_parser_delete(parser);
        outcome
    }
}

/// # Safety
///
/// `text` points to a zero-terminated string.
unsafe fn string(text: *const u8) -> String {
    // SAFETY: as the caller promises.
    unsafe { String::from_utf8_lossy(std::ffi::CStr::from_ptr(text.cast()).to_bytes()).into_owned() }
}
