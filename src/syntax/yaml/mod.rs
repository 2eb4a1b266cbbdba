//! YAML, straight into the tree.
//!
//! The dialect is libyaml's YAML 1.1, which PyYAML and so cfn-lint read with. The scanner makes tokens, the parser here makes
//! nodes of them, and neither recurses. What a fault spoils and where reading goes on is in `recover`.

pub(super) mod chars;
mod direct;
mod recover;
mod scalars;
mod scanner;

use std::sync::Arc;

use rustc_hash::FxHashMap;

use self::scanner::{Kind, SimpleKey, Token};
use super::problem::ProblemKind;
use super::tree::{Builder, MAX_DEPTH, NodeId, Style, Tag, TextAt, Tree};
use crate::text::{SourceFile, Span};

/// Reads YAML.
pub(super) fn parse(source: &Arc<SourceFile>) -> Tree {
    let mut parser = Parser::new(source);
    parser.find_forbidden_characters();
    parser.document();
    parser.builder.finish()
}

/// An open collection and what comes next in it.
#[derive(Clone, Copy, Debug)]
struct Frame {
    state: State,
    /// Where it starts: its bracket, or its first entry.
    start: u32,
    /// Of a block collection.
    column: i32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    BlockSequence,
    /// A sequence whose dashes stand below the key that it is the value of.
    Indentless,
    BlockKey,
    BlockValue,
    FlowFirstItem,
    FlowItem,
    FlowFirstKey,
    FlowKey,
    FlowValue,
    /// An entry of a flow mapping without `:`.
    FlowEmptyValue,
    /// `[key: value]`, a mapping without braces.
    PairKey,
    PairValue,
    PairEnd,
}

impl State {
    fn is_flow(self) -> bool {
        !matches!(self, Self::BlockSequence | Self::Indentless | Self::BlockKey | Self::BlockValue)
    }
}

#[derive(Clone, Copy, Debug)]
struct Fault {
    kind: ProblemKind,
    span: Span,
    related: Option<Span>,
}

/// A quoted scalar that spans lines. When a fault follows right after it, the scalar is the likely cause.
#[derive(Clone, Copy, Debug)]
struct Suspect {
    /// The opening quote.
    quote: usize,
    /// The first line inside that looks like an entry.
    resume: Option<usize>,
    end: usize,
}

struct Parser<'s> {
    text: &'s str,
    bytes: &'s [u8],
    pos: usize,
    /// Where the present line starts.
    line: usize,
    /// The column of the innermost block collection, -1 outside of all.
    indent: i32,
    indents: Vec<i32>,
    /// The number of open brackets.
    flow: usize,
    /// One for each open bracket, and one for the block around them.
    keys: Vec<SimpleKey>,
    /// No key below this one is possible.
    first_key: usize,
    /// Whether a key may start here.
    allowed: bool,
    tokens: Vec<Token>,
    head: usize,
    taken: usize,
    fault: Option<Fault>,
    suspect: Option<Suspect>,
    /// Where a plain scalar has to end whatever follows.
    plain_stop: usize,
    handles: Vec<(String, String)>,
    versioned: bool,
    in_document: bool,

    builder: Builder,
    frames: Vec<Frame>,
    anchors: FxHashMap<&'s str, NodeId>,
    /// The end of the last token that is text of a node.
    last_end: u32,
    /// Up to here no line was found that looks like an entry inside open brackets.
    searched: usize,
    too_deep: bool,
    /// Where the last recovery went on.
    resumed: Option<usize>,
}

impl<'s> Parser<'s> {
    fn new(source: &'s Arc<SourceFile>) -> Self {
        let text = source.text();
        let start = if text.starts_with('\u{feff}') { 3 } else { 0 };
        Self {
            text,
            bytes: text.as_bytes(),
            pos: start,
            line: start,
            indent: -1,
            indents: Vec::with_capacity(16),
            flow: 0,
            keys: vec![SimpleKey::default()],
            first_key: 0,
            allowed: true,
            tokens: Vec::with_capacity(64),
            head: 0,
            taken: 0,
            fault: None,
            suspect: None,
            plain_stop: usize::MAX,
            handles: Vec::new(),
            versioned: false,
            in_document: false,
            builder: Builder::new(source),
            frames: Vec::with_capacity(16),
            anchors: FxHashMap::default(),
            last_end: start as u32,
            searched: 0,
            too_deep: false,
            resumed: None,
        }
    }

    /// Reports the characters that YAML forbids everywhere; they are read as text.
    fn find_forbidden_characters(&mut self) {
        let suspicious = |byte: u8| byte < 0x20 && !matches!(byte, b'\t' | b'\n' | b'\r') || byte == 0x7f;
        // One pass that the compiler turns into vector instructions; nearly every text ends here.
        let controls = self.bytes.iter().fold(false, |found, &byte| found | suspicious(byte));
        let others = memchr::memchr2_iter(0xc2, 0xef, self.bytes).any(|at| {
            let next = self.bytes.get(at + 1).copied().unwrap_or_default();
            self.bytes[at] == 0xc2 && (0x80..0xa0).contains(&next) && next != 0x85
                || self.bytes[at] == 0xef && next == 0xbf && self.bytes.get(at + 2).is_some_and(|last| *last >= 0xbe)
        });
        if !controls && !others {
            return;
        }
        let forbidden = |c: char| {
            c < ' ' && !matches!(c, '\t' | '\n' | '\r')
                || matches!(c, '\x7f'..='\u{9f}' if c != '\u{85}')
                || matches!(c, '\u{fffe}' | '\u{ffff}')
        };
        let mut run: Option<(usize, usize)> = None;
        for (at, c) in self.text.char_indices().filter(|(_, c)| forbidden(*c)) {
            match &mut run {
                Some((_, end)) if *end == at => *end = at + c.len_utf8(),
                _ => {
                    if let Some((start, end)) = run.replace((at, at + c.len_utf8())) {
                        self.builder.problem(ProblemKind::ForbiddenCharacter, Span::new(start as u32, end as u32), None);
                    }
                }
            }
        }
        if let Some((start, end)) = run {
            self.builder.problem(ProblemKind::ForbiddenCharacter, Span::new(start as u32, end as u32), None);
        }
    }

    fn document(&mut self) {
        let mut directive = None;
        while self.peek().kind == Kind::Directive {
            directive = Some(self.take());
        }
        let mut explicit = false;
        let first = self.peek();
        if first.kind == Kind::DocumentStart {
            self.take();
            self.last_end = first.end;
            explicit = true;
        } else if let Some(directive) = directive {
            self.builder.problem(ProblemKind::BadDirective, directive.span(), None);
        }
        self.in_document = true;
        if explicit && matches!(self.peek().kind, Kind::Directive | Kind::DocumentStart | Kind::DocumentEnd | Kind::StreamEnd) {
            self.builder.problem(ProblemKind::Empty, Span::at(self.last_end), None);
            self.missing(self.last_end);
        } else if first.kind == Kind::StreamEnd {
            if self.builder.tree.problems.is_empty() {
                self.builder.problem(ProblemKind::Empty, Span::at(first.start), None);
            }
            return;
        } else {
            self.root();
        }
        self.direct();
        while let Some(frame) = self.frames.last().copied() {
            self.step(frame);
            self.direct();
        }
        self.end_of_document();
    }

    /// The outermost node, or the first of it that can be read.
    fn root(&mut self) {
        while self.builder.tree.nodes.is_empty() {
            let token = self.peek();
            match token.kind {
                Kind::StreamEnd | Kind::DocumentStart | Kind::Directive => return,
                Kind::DocumentEnd => {
                    self.builder.problem(ProblemKind::ReservedCharacter, token.span(), None);
                    return;
                }
                _ => self.node(true, false),
            }
        }
    }

    fn end_of_document(&mut self) {
        let mut ended = false;
        while self.peek().kind == Kind::DocumentEnd {
            self.take();
            ended = true;
        }
        let next = self.peek();
        match next.kind {
            Kind::StreamEnd => {}
            Kind::DocumentStart | Kind::Directive => self.builder.problem(ProblemKind::SecondDocument, next.span(), None),
            _ if ended => self.builder.problem(ProblemKind::SecondDocument, next.span(), None),
            _ => self.trailing(next),
        }
    }

    fn state(&mut self, state: State) {
        if let Some(frame) = self.frames.last_mut() {
            frame.state = state;
        }
    }

    fn text_taken(&mut self) -> Token {
        let token = self.take();
        self.last_end = token.end;
        token
    }

    /// A value that is not there.
    fn missing(&mut self, at: u32) {
        self.builder.scalar(Span::at(at), TextAt::Source(Span::at(at)), Style::Plain, Tag::NONE);
    }

    /// A value that is not there in brackets: libyaml's place for it is at the comma or bracket that follows.
    fn missing_before(&mut self, token: Token) {
        let follows = matches!(token.kind, Kind::FlowEntry | Kind::FlowMappingEnd | Kind::Value);
        self.missing(if follows { token.start } else { self.last_end });
    }

    fn close(&mut self, end: u32) {
        self.frames.pop();
        self.builder.close(end);
    }

    /// Reads as far as the next node of the innermost collection, or to its end.
    fn step(&mut self, frame: Frame) {
        let token = self.peek();
        match frame.state {
            State::BlockSequence | State::Indentless => self.step_block_sequence(frame.state == State::Indentless, token),
            State::BlockKey => match token.kind {
                Kind::Key => {
                    let key = self.take();
                    // The key that a later `:` made has no text of its own.
                    self.last_end = self.last_end.max(key.end);
                    self.state(State::BlockValue);
                    self.block_content(key.end.max(key.start));
                }
                Kind::BlockEnd => {
                    self.take();
                    self.close(self.last_end);
                }
                _ => self.unexpected(token),
            },
            State::BlockValue => {
                if token.kind == Kind::Value {
                    let end = self.text_taken().end;
                    self.state(State::BlockKey);
                    self.block_content(end);
                } else if token.kind == Kind::Fault {
                    self.unexpected(token);
                } else {
                    self.state(State::BlockKey);
                    self.missing(self.last_end);
                }
            }
            State::FlowFirstItem | State::FlowItem => self.step_flow_sequence(frame.state == State::FlowFirstItem, token),
            State::FlowFirstKey | State::FlowKey => self.step_flow_mapping(frame.state == State::FlowFirstKey, token),
            State::FlowValue | State::PairValue => self.step_flow_value(frame.state, token),
            State::FlowEmptyValue => {
                self.state(State::FlowKey);
                if token.kind == Kind::Value { self.missing(self.last_end) } else { self.missing_before(token) }
            }
            State::PairKey => {
                self.state(State::PairValue);
                if matches!(token.kind, Kind::Value | Kind::FlowEntry | Kind::FlowSequenceEnd) {
                    self.missing(self.last_end);
                } else {
                    self.node(false, false);
                }
            }
            State::PairEnd => self.close(self.last_end),
        }
    }

    /// The key or value that follows a `?` or `:` which ends at `end`.
    fn block_content(&mut self, end: u32) {
        if matches!(self.peek().kind, Kind::Key | Kind::Value | Kind::BlockEnd) {
            self.missing(end);
        } else {
            self.node(true, true);
        }
    }

    fn step_block_sequence(&mut self, indentless: bool, token: Token) {
        if token.kind == Kind::BlockEntry {
            let end = self.text_taken().end;
            self.block_item(indentless, end);
        } else if indentless {
            if token.kind == Kind::Fault {
                return self.unexpected(token);
            }
            self.close(self.last_end);
        } else if token.kind == Kind::BlockEnd {
            self.take();
            self.close(self.last_end);
        } else {
            self.unexpected(token);
        }
    }

    /// The item that follows a dash which ends at `end`.
    fn block_item(&mut self, indentless: bool, end: u32) {
        let next = self.peek().kind;
        let empty = matches!(next, Kind::BlockEntry | Kind::BlockEnd) || indentless && matches!(next, Kind::Key | Kind::Value);
        if empty { self.missing(end) } else { self.node(true, false) }
    }

    fn step_flow_sequence(&mut self, first: bool, mut token: Token) {
        if token.kind != Kind::FlowSequenceEnd {
            if !first {
                if token.kind != Kind::FlowEntry {
                    return self.unexpected(token);
                }
                self.text_taken();
                token = self.peek();
                // From here on the comma is taken; should the item fail, the next one stands without another.
                self.state(State::FlowFirstItem);
            }
            if token.kind == Kind::Key {
                self.state(State::FlowItem);
                let key = self.take();
                self.last_end = self.last_end.max(key.end);
                if self.builder.depth() >= MAX_DEPTH {
                    return self.too_deep(key);
                }
                self.builder.open_mapping(key.start, Style::Flow, Tag::NONE);
                self.frames.push(Frame { state: State::PairKey, start: key.start, column: -1 });
                return;
            }
            if token.kind != Kind::FlowSequenceEnd {
                self.state(State::FlowItem);
                return self.node(false, false);
            }
        }
        let end = self.text_taken().end;
        self.close(end);
    }

    fn step_flow_mapping(&mut self, first: bool, mut token: Token) {
        if token.kind != Kind::FlowMappingEnd {
            if !first {
                if token.kind != Kind::FlowEntry {
                    return self.unexpected(token);
                }
                self.text_taken();
                token = self.peek();
                self.state(State::FlowFirstKey);
            }
            if token.kind == Kind::Key {
                let key = self.take();
                self.last_end = self.last_end.max(key.end);
                self.state(State::FlowValue);
                let next = self.peek();
                if matches!(next.kind, Kind::Value | Kind::FlowEntry | Kind::FlowMappingEnd) {
                    return self.missing_before(next);
                }
                return self.node(false, false);
            }
            if token.kind != Kind::FlowMappingEnd {
                self.state(State::FlowEmptyValue);
                return self.node(false, false);
            }
        }
        let end = self.text_taken().end;
        self.close(end);
    }

    fn step_flow_value(&mut self, state: State, mut token: Token) {
        let (after, closing) = match state {
            State::PairValue => (State::PairEnd, Kind::FlowSequenceEnd),
            _ => (State::FlowKey, Kind::FlowMappingEnd),
        };
        self.state(after);
        if token.kind == Kind::Value {
            self.text_taken();
            token = self.peek();
            if token.kind != Kind::FlowEntry && token.kind != closing {
                return self.node(false, false);
            }
        }
        if state == State::PairValue { self.missing(self.last_end) } else { self.missing_before(token) }
    }

    /// One node: its tag and anchor, then a scalar, or the start of a collection.
    fn node(&mut self, block: bool, indentless: bool) {
        let mut token = self.peek();
        if token.kind == Kind::Scalar {
            self.text_taken();
            self.scalar(token, token.start, Tag::NONE);
            return;
        }
        let (mut tag, mut anchor): (Option<Token>, Option<Token>) = (None, None);
        let mut start = token.start;
        loop {
            let (seen, problem) = match token.kind {
                Kind::Tag => (&mut tag, ProblemKind::BadTag),
                Kind::Anchor => (&mut anchor, ProblemKind::BadAnchor),
                _ => break,
            };
            match seen {
                Some(first) => {
                    let first = first.span();
                    self.builder.problem(problem, token.span(), Some(first));
                }
                None => *seen = Some(token),
            }
            self.text_taken();
            token = self.peek();
        }
        let with_properties = tag.is_some() || anchor.is_some();
        if !with_properties {
            start = token.start;
        }
        let id = self.builder.next();
        let of = tag.map_or(Tag::NONE, |tag| tag.tag);
        if let Some(anchor) = anchor.filter(|_| token.kind != Kind::Alias) {
            self.builder.anchor(anchor.span(), id);
            self.anchors.insert(&self.text[anchor.start as usize + 1..anchor.end as usize], id);
        }
        match token.kind {
            Kind::Alias => {
                if let Some(property) = anchor.or(tag) {
                    let kind = if anchor.is_some() { ProblemKind::BadAnchor } else { ProblemKind::BadTag };
                    self.builder.problem(kind, property.span(), Some(token.span()));
                }
                self.text_taken();
                self.alias(token);
            }
            Kind::BlockEntry if indentless => {
                if self.builder.depth() >= MAX_DEPTH {
                    return self.too_deep(token);
                }
                self.builder.open_sequence(start, Style::Block, of);
                self.frames.push(Frame { state: State::Indentless, start, column: self.block_indent() });
            }
            Kind::Scalar => {
                self.text_taken();
                self.scalar(token, start, of);
            }
            Kind::FlowSequenceStart | Kind::FlowMappingStart => {
                if self.builder.depth() >= MAX_DEPTH {
                    return self.too_deep(token);
                }
                self.text_taken();
                let state = if token.kind == Kind::FlowSequenceStart {
                    self.builder.open_sequence(start, Style::Flow, of);
                    State::FlowFirstItem
                } else {
                    self.builder.open_mapping(start, Style::Flow, of);
                    State::FlowFirstKey
                };
                self.frames.push(Frame { state, start: token.start, column: -1 });
            }
            Kind::BlockSequenceStart | Kind::BlockMappingStart if block => {
                if self.builder.depth() >= MAX_DEPTH {
                    return self.too_deep(token);
                }
                self.take();
                // Should the first entry be broken, the collection is empty and ends where it starts.
                self.last_end = self.last_end.max(token.start);
                let state = if token.kind == Kind::BlockSequenceStart {
                    self.builder.open_sequence(start, Style::Block, of);
                    State::BlockSequence
                } else {
                    self.builder.open_mapping(start, Style::Block, of);
                    State::BlockKey
                };
                self.frames.push(Frame { state, start, column: token.a as i32 });
            }
            Kind::Fault => {
                if with_properties {
                    self.empty(start, of);
                }
                self.unexpected(token);
            }
            _ if with_properties => self.empty(start, of),
            _ => self.unexpected(token),
        }
    }

    /// A node that is nothing but its tag and anchor.
    fn empty(&mut self, start: u32, tag: Tag) {
        let end = self.last_end;
        self.builder.scalar(Span::new(start, end), TextAt::Source(Span::at(end)), Style::Plain, tag);
    }

    fn scalar(&mut self, token: Token, start: u32, tag: Tag) {
        let at = Span::new(token.a, token.b);
        let text = if token.owned { TextAt::Buffer(at) } else { TextAt::Source(at) };
        self.builder.scalar(Span::new(start, token.end), text, token.style, tag);
    }

    fn alias(&mut self, token: Token) {
        let name = &self.text[token.start as usize + 1..token.end as usize];
        let target = match self.anchors.get(name).copied() {
            None => {
                self.builder.problem(ProblemKind::UnknownAlias, token.span(), None);
                None
            }
            Some(target) if self.builder.is_open(target) => {
                self.builder.problem(ProblemKind::RecursiveAlias, token.span(), None);
                None
            }
            target => target,
        };
        self.builder.alias(token.span(), target);
    }

    /// The column of the innermost block collection that the parser is in.
    fn block_indent(&self) -> i32 {
        self.frames.iter().rev().find(|frame| !frame.state.is_flow()).map_or(-1, |frame| frame.column)
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use super::super::{Node, parse};
    use super::*;

    fn show(node: Node, out: &mut String) {
        if node.is_mapping() {
            out.push('{');
            for entry in node.entries() {
                show(entry.key, out);
                out.push(':');
                show(entry.value, out);
                out.push(' ');
            }
            out.push('}');
        } else if node.is_sequence() {
            out.push('[');
            for item in node.items() {
                show(item, out);
                out.push(' ');
            }
            out.push(']');
        } else {
            let _ = write!(out, "{}", node.as_str().unwrap_or_default());
        }
    }

    fn read(text: &str) -> (String, Vec<(ProblemKind, String)>) {
        let source = Arc::new(SourceFile::new("t.yaml", text));
        let tree = parse(&source);
        let mut out = String::new();
        if let Some(root) = tree.root() {
            show(root, &mut out);
        }
        (out, tree.problems().iter().map(|problem| (problem.kind, source.slice(problem.span).to_owned())).collect())
    }

    fn plain(text: &str) -> String {
        let (out, problems) = read(text);
        assert_eq!(problems, [], "{text}");
        out
    }

    #[test]
    fn mappings_and_sequences_nest_by_indentation() {
        assert_eq!(
            plain("a: 1\nb:\n  - x\n  - y: z\n    w: v\nc:\n- d\n- e\nf: {g: [h, i: j], k}\n"),
            "{a:1 b:[x {y:z w:v } ] c:[d e ] f:{g:[h {i:j } ] k: } }"
        );
    }

    #[test]
    fn scalars_fold_and_keep_as_they_say() {
        assert_eq!(
            plain("a: |\n  x\n   y\n\n  z\nb: >-\n  x\n  y\n\n  z\nc: 'it''s'\nd: \"a\\tb\n  c\"\ne: one\n  two\n"),
            "{a:x\n y\n\nz\n b:x y\nz c:it's d:a\tb c e:one two }"
        );
    }

    #[test]
    fn a_byte_order_mark_before_a_line_without_a_colon_is_no_part_of_it() {
        let (out, problems) = read("  b: 2\n]\n\u{feff}a  b\n \n    f:\n");
        assert!(out.starts_with("{b:2 "), "{out}");
        assert!(!problems.is_empty());
    }

    #[test]
    fn common_lines_beside_others_read_the_same() {
        assert_eq!(
            plain("a:  # c\n- !Ref b\n-\n  c: 'd' # e\n- - f\n  - g h\n\"i\": j\n  k\nl :\nm: !Sub\n  n\no: &p q\n"),
            "{a:[b {c:d } [f g h ] ] i:j k l: m:n o:q }"
        );
        assert_eq!(plain("a:\r\n  b: c\r\n  d:\r\n  - e\r\nf: g"), "{a:{b:c d:[e ] } f:g }");
    }
}
