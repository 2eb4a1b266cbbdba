//! What a fault spoils: its own entry. Where reading goes on after it.

use super::chars::{CLASS, FLOW, line_end, line_start, next_line};
use super::scanner::{Kind, SimpleKey, Token};
use super::{Parser, State};
use crate::syntax::problem::ProblemKind;
use crate::text::Span;

impl Parser<'_> {
    /// Reports `token`, which cannot stand here, and goes on with the next entry.
    pub(super) fn unexpected(&mut self, token: Token) {
        let fault = self.fault.take();
        if fault.is_some_and(|fault| fault.kind == ProblemKind::TooDeep) {
            return self.too_deep(token);
        }
        if let Some(suspect) = self.suspect.take()
            && (suspect.end == usize::MAX || line_start(self.bytes, token.start as usize) <= suspect.end)
            && suspect.quote <= token.start as usize
        {
            let broken = suspect.end == usize::MAX;
            if broken || suspect.resume.is_some() {
                return self.recover_quote(suspect.quote, suspect.resume);
            }
        }
        if self.flow_frames() > 0 {
            return self.recover_flow(token, fault.map(|fault| (fault.kind, fault.span, fault.related)));
        }
        let (kind, span, related) = match fault {
            Some(fault) => (fault.kind, fault.span, fault.related),
            None => self.block_problem(token),
        };
        self.builder.problem(kind, span, related);
        if matches!(token.kind, Kind::StreamEnd | Kind::DocumentStart | Kind::DocumentEnd | Kind::Directive) {
            while !self.frames.is_empty() {
                self.close(self.last_end);
            }
            return;
        }
        self.resume_block(token.start as usize);
    }

    /// Text after the outermost node.
    pub(super) fn trailing(&mut self, token: Token) {
        let fault = self.fault.take();
        let (kind, span, related) = match fault {
            Some(fault) => (fault.kind, fault.span, fault.related),
            None => self.block_problem(token),
        };
        self.builder.problem(kind, span, related);
    }

    fn block_problem(&self, token: Token) -> (ProblemKind, Span, Option<Span>) {
        let rest = Span::new(token.start, self.content_end(token.start as usize).max(token.end as usize) as u32);
        let first = self.text[line_start(self.bytes, token.start as usize)..token.start as usize].trim_matches(' ').is_empty();
        match token.kind {
            Kind::FlowSequenceEnd | Kind::FlowMappingEnd => (ProblemKind::StrayBracket, token.span(), None),
            Kind::Value | Kind::FlowEntry if first => (ProblemKind::ReservedCharacter, token.span(), None),
            Kind::Value => (ProblemKind::NestedColon, token.span(), None),
            Kind::BlockEntry | Kind::BlockSequenceStart => {
                (ProblemKind::MisplacedBlock, Span::new(token.start, token.start + 1), None)
            }
            _ if first => (ProblemKind::BadIndentation, rest, None),
            Kind::Tag => (ProblemKind::BadTag, token.span(), None),
            Kind::Anchor => (ProblemKind::BadAnchor, token.span(), None),
            _ => (ProblemKind::TrailingText, rest, None),
        }
    }

    fn flow_frames(&self) -> usize {
        self.frames.iter().rev().take_while(|frame| frame.state.is_flow()).count()
    }

    /// The number of brackets that the open frames stand for.
    fn brackets(&self) -> usize {
        let pair = |state| matches!(state, State::PairKey | State::PairValue | State::PairEnd);
        self.frames.iter().filter(|frame| frame.state.is_flow() && !pair(frame.state)).count()
    }

    /// Forgets what was scanned ahead and goes on at `at`.
    fn rewind(&mut self, at: usize, allowed: bool) {
        // Each recovery goes on behind the one before it, so that reading ends.
        let stuck = self.resumed.is_some_and(|resumed| at <= resumed);
        let at = if stuck { self.resumed.map_or(at, |resumed| next_line(self.bytes, resumed)) } else { at };
        self.resumed = Some(at);
        self.builder.forget_comments(at);
        self.taken += self.tokens.len() - self.head;
        self.tokens.clear();
        self.head = 0;
        self.fault = None;
        self.suspect = None;
        self.pos = at;
        self.line = line_start(self.bytes, at);
        if self.line == 0 && self.text.starts_with('\u{feff}') {
            self.line = 3.min(at);
        }
        self.flow = self.brackets();
        self.keys.clear();
        self.keys.resize(self.flow + 1, SimpleKey::default());
        self.first_key = self.flow;
        self.allowed = allowed;
        self.indents.clear();
        self.indent = -1;
        for frame in &self.frames {
            if !frame.state.is_flow() && frame.column > self.indent {
                self.indents.push(self.indent);
                self.indent = frame.column;
            }
        }
    }

    /// Goes on with the next entry of the innermost block collection or of one around it.
    fn resume_block(&mut self, from: usize) {
        while self.frames.last().is_some_and(|frame| frame.state.is_flow()) {
            self.close(self.last_end);
        }
        self.end_entry();
        let limit = if self.frames.is_empty() && self.builder.tree.nodes.is_empty() { i32::MAX } else { self.block_indent() };
        let line = self.resume_line(from, limit);
        self.rewind(line, true);
    }

    /// Completes the entry of the innermost block mapping.
    fn end_entry(&mut self) {
        if let Some(frame) = self.frames.last_mut()
            && matches!(frame.state, State::BlockKey | State::BlockValue)
        {
            frame.state = State::BlockKey;
            self.builder.complete(self.last_end);
        }
    }

    /// Drops what was read from `at` on, and the collections that started there.
    fn drop_from(&mut self, at: usize) {
        while self.frames.last().is_some_and(|frame| frame.start as usize >= at) {
            self.frames.pop();
        }
        self.builder.truncate(at as u32, self.frames.len());
        self.anchors.retain(|_, node| (node.0 as usize) < self.builder.tree.nodes.len());
        self.last_end = self.last_end.min(at as u32);
    }

    /// A quote is not closed: what it swallowed is read again, from the first line that looks like an entry.
    fn recover_quote(&mut self, quote: usize, resume: Option<usize>) {
        self.drop_from(quote);
        self.builder.problem(ProblemKind::UnclosedQuote, Span::new(quote as u32, quote as u32 + 1), None);
        if self.block_indent() < 0 && self.flow_frames() > 0 {
            let at = resume.unwrap_or_else(|| self.after_quote(quote));
            self.end_flow_entry();
            self.expect_entry();
            return self.rewind(at, true);
        }
        while self.frames.last().is_some_and(|frame| frame.state.is_flow()) {
            self.close(self.last_end);
        }
        self.end_entry();
        match resume {
            Some(line) => self.rewind(line, true),
            None => self.resume_block(quote),
        }
    }

    /// Completes the entry of the innermost flow collection.
    fn end_flow_entry(&mut self) {
        while let Some(frame) = self.frames.last_mut() {
            match frame.state {
                State::PairKey | State::PairValue | State::PairEnd => self.close(self.last_end),
                State::FlowFirstKey | State::FlowKey | State::FlowValue | State::FlowEmptyValue => {
                    frame.state = State::FlowKey;
                    return self.builder.complete(self.last_end);
                }
                State::FlowFirstItem | State::FlowItem => {
                    frame.state = State::FlowItem;
                    return;
                }
                _ => return,
            }
        }
    }

    /// The next entry of the innermost flow collection needs no comma.
    fn expect_entry(&mut self) {
        if let Some(frame) = self.frames.last_mut() {
            match frame.state {
                State::FlowKey => frame.state = State::FlowFirstKey,
                State::FlowItem => frame.state = State::FlowFirstItem,
                _ => {}
            }
        }
    }

    fn recover_flow(&mut self, token: Token, fault: Option<(ProblemKind, Span, Option<Span>)>) {
        let flows = self.flow_frames();
        let outer = self.frames.len() - flows;
        let bracket = self.frames.last().map_or(0, |frame| frame.start);
        let opened = |bracket: u32| Span::new(bracket, bracket + 1);
        // A line inside the brackets that looks like an entry of the block around them: a bracket was left open above it.
        if self.block_indent() >= 0
            && let Some(line) = self.entry_line(self.frames[outer].start as usize, token.end as usize)
        {
            self.drop_from(line);
            let bracket = self.frames[outer..].last().map_or(bracket, |frame| frame.start);
            self.builder.problem(ProblemKind::UnclosedBracket, opened(bracket), None);
            while self.frames.len() > outer {
                self.close(self.last_end);
            }
            self.end_entry();
            return self.rewind(line, true);
        }
        let state = self.frames.last().map_or(State::FlowItem, |frame| frame.state);
        let Some((kind, span, related)) = fault else {
            return self.recover_flow_token(token, state, bracket);
        };
        self.builder.problem(kind, span, related);
        self.skip_flow_entry(span.end as usize);
    }

    fn recover_flow_token(&mut self, token: Token, state: State, bracket: u32) {
        let opened = Span::new(bracket, bracket + 1);
        match token.kind {
            Kind::StreamEnd | Kind::DocumentStart | Kind::DocumentEnd | Kind::Directive => {
                self.builder.problem(ProblemKind::UnclosedBracket, opened, None);
                while self.frames.last().is_some_and(|frame| frame.state.is_flow()) {
                    self.close(self.last_end);
                }
                self.end_entry();
                self.rewind(token.start as usize, true);
            }
            Kind::FlowSequenceEnd | Kind::FlowMappingEnd => {
                let sequence = token.kind == Kind::FlowSequenceEnd;
                let matches = |state| match state {
                    State::FlowFirstItem | State::FlowItem => sequence,
                    State::FlowFirstKey | State::FlowKey | State::FlowValue | State::FlowEmptyValue => !sequence,
                    _ => false,
                };
                let flows = self.frames.len() - self.flow_frames();
                let mut target = self.frames[flows..].iter().rposition(|frame| matches(frame.state)).map(|at| at + flows);
                let right = if sequence { '}' } else { ']' };
                if target.is_none() && !self.text[token.end as usize..].trim_start().starts_with(right) {
                    // The wrong bracket for the innermost collection, rather than one too many in it.
                    let pair = |state| matches!(state, State::PairKey | State::PairValue | State::PairEnd);
                    target = self.frames.iter().rposition(|frame| !pair(frame.state));
                }
                self.builder.problem(ProblemKind::StrayBracket, token.span(), target.map(|_| opened));
                if let Some(target) = target {
                    while self.frames.len() > target {
                        self.close(token.end);
                    }
                    self.last_end = token.end;
                } else {
                    self.end_flow_entry();
                }
                self.rewind(token.end as usize, false);
            }
            Kind::Value => {
                self.builder.problem(ProblemKind::NestedColon, token.span(), None);
                self.skip_flow_entry(token.end as usize);
            }
            Kind::FlowEntry => {
                // Two commas in a row.
                self.builder.problem(ProblemKind::ReservedCharacter, token.span(), None);
                self.end_flow_entry();
                self.expect_entry();
                self.rewind(token.end as usize, true);
            }
            Kind::BlockEntry => {
                self.builder.problem(ProblemKind::MisplacedBlock, token.span(), None);
                self.skip_flow_entry(token.end as usize);
            }
            Kind::Scalar | Kind::FlowMappingStart | Kind::FlowSequenceStart
                if state == State::FlowKey && !self.is_key(token) && self.builder.take_missing() =>
            {
                // `{"key" value}`: the last entry got a missing value because there was no colon.
                let key = self.builder.last_span();
                self.builder.problem(ProblemKind::MissingColon, key, None);
                self.node(false, false);
            }
            Kind::Scalar if self.builder.quote_before(token.start).is_some() => {
                // `"a, "b": c`: the quote that closed the scalar was meant to open the next one.
                let opening = self.builder.quote_before(token.start).unwrap_or(token.start);
                self.builder.problem(ProblemKind::UnclosedQuote, Span::new(opening, opening + 1), None);
                self.skip_flow_entry(token.end as usize);
            }
            _ if matches!(state, State::FlowKey | State::FlowItem) => {
                self.builder.problem(ProblemKind::MissingComma, Span::new(token.start, token.end.max(token.start + 1)), None);
                self.expect_entry();
                self.rewind(token.start as usize, true);
            }
            _ => {
                self.builder.problem(ProblemKind::TrailingText, token.span(), None);
                self.skip_flow_entry(token.end as usize);
            }
        }
    }

    /// Whether a colon follows `token`.
    fn is_key(&self, token: Token) -> bool {
        let rest = self.text[token.end as usize..].trim_start_matches([' ', '\t']);
        token.kind == Kind::Scalar && rest.starts_with(':')
    }

    /// Goes on behind the entry of the innermost brackets that `at` is in.
    fn skip_flow_entry(&mut self, at: usize) {
        self.end_flow_entry();
        let end = self.flow_entry_end(at, 0);
        self.rewind(end, false);
    }

    /// Where the next comma or closing bracket is, brackets and quotes in between passed over. `depth` brackets are open.
    fn flow_entry_end(&self, from: usize, mut depth: usize) -> usize {
        let (mut at, mut line_quote, mut line) = (from, 0, 0);
        let limited = self.block_indent() >= 0;
        while let Some(&byte) = self.bytes.get(at) {
            match byte {
                b'[' | b'{' => depth += 1,
                b']' | b'}' if depth == 0 => return at,
                b']' | b'}' => depth -= 1,
                b',' if depth == 0 => return at,
                b'"' | b'\'' if at >= line_quote => {
                    let before = at.checked_sub(1).map_or(b' ', |before| self.bytes[before]);
                    let starts = before.is_ascii_whitespace() || before == b':' || CLASS[before as usize] & FLOW != 0;
                    // Asked once a line: a line may be as long as the file.
                    if line <= at {
                        line = line_end(self.bytes, at);
                    }
                    // Only a quote that closes on its line is one.
                    match memchr::memchr(byte, &self.bytes[at + 1..line]) {
                        Some(length) if starts => at += length + 1,
                        Some(_) => {}
                        None => line_quote = line,
                    }
                }
                b'\n' if limited && self.looks_like_entry(at + 1, at) => return at,
                _ => {}
            }
            at += 1;
        }
        at
    }

    /// The first line in `from..to` that looks like an entry of the block around the brackets.
    fn entry_line(&mut self, from: usize, to: usize) -> Option<usize> {
        let mut line = next_line(self.bytes, from.max(self.searched));
        while line < to {
            if self.looks_like_entry(line, from) {
                return Some(line);
            }
            self.searched = line;
            line = next_line(self.bytes, line);
        }
        None
    }

    /// Leaves out the collection that starts at `token`.
    pub(super) fn too_deep(&mut self, token: Token) {
        let start = token.start as usize;
        if !self.too_deep {
            self.builder.problem(ProblemKind::TooDeep, Span::new(token.start, token.start + 1), None);
            self.too_deep = true;
        }
        self.fault = None;
        if self.flow_frames() > 0 || matches!(token.kind, Kind::FlowSequenceStart | Kind::FlowMappingStart | Kind::Fault) {
            let after = if matches!(self.bytes.get(start), Some(b'[' | b'{')) { start + 1 } else { start };
            let end = self.flow_entry_end(after, usize::from(after > start));
            self.missing(self.last_end);
            if self.flow_frames() > 0 {
                self.end_flow_entry();
            }
            return self.rewind(end, false);
        }
        self.resume_block(start);
    }
}
