//! YAML with mistakes, read as if they were mended: with the colon, the closing quote or bracket, or the indentation that makes
//! the text readable. The tree has the places of the text as it is.

use std::ops::Range;
use std::sync::Arc;

use super::problem::{Problem, ProblemKind};
use super::splice::Run;
use super::tree::{Raw, RawKind, Tree};
use super::yaml;
use super::yaml::chars::spaces_end;
use crate::text::{SourceFile, Span};

/// Most mistakes that are mended in one text, and most bytes that are read for it.
const MAX_REPAIRS: usize = 4;
const MAX_BYTES: usize = 2 << 20;
/// A text with more mistakes is none that somebody is typing.
const MAX_MISTAKES: usize = 32;
/// What is not indented more is an outer entry: a section or, as most people write, a resource.
const OUTER_COLUMN: usize = 2;
/// Lines around a mistake that it may have to do with.
const NEAR_LINES: usize = 8;
/// Most lines that a quote that is not closed is taken to swallow.
const MAX_SWALLOWED: usize = 100;
/// Most columns that a line is taken to be off.
const MAX_SHIFT: usize = 2;

/// `insert` in the place of `remove` bytes at `at`.
#[derive(Clone, Debug)]
struct Edit {
    at: usize,
    remove: usize,
    insert: String,
}

/// A way to mend a mistake, and what to report for it.
struct Candidate {
    edit: Edit,
    problem: Problem,
    /// Of two that are as good the one that leaves the text indented as it usually is, and of those the one that joins lines above
    /// it. The greatest number for what is no indentation.
    usual: usize,
    /// It cannot become text of the line above without a mistake.
    is_entry: bool,
}

impl Candidate {
    fn is_indentation(&self) -> bool {
        self.problem.kind == ProblemKind::BadIndentation
    }
}

/// `tree`, or a better reading of its text.
pub(super) fn repair(source: &Arc<SourceFile>, tree: Tree) -> Tree {
    let text = source.text();
    if tree.problems().len() > MAX_MISTAKES || text.len() > MAX_BYTES {
        return tree;
    }
    let (mut edits, mut mended): (Vec<Edit>, Vec<Problem>) = (Vec::new(), Vec::new());
    let (mut best, mut tried) = (tree, Vec::new());
    let mut bytes = MAX_BYTES;
    let lines = lines(text);
    let whole = Passage { source: Arc::clone(source), above: 0, start: 0, first: 0, next: None, is_level: false };
    while mended.len() < MAX_REPAIRS && tried.len() < 2 * MAX_REPAIRS {
        let known = |problem: &&Problem| problem.kind.is_syntax() && !tried.contains(&problem.span);
        let Some(problem) = best.problems().iter().find(known).cloned() else { break };
        tried.push(problem.span);
        let mut ways = candidates(text, &lines, &problem);
        ways.retain(|way| edits.iter().all(|edit| edit.at != way.edit.at));
        // In a long text they are compared where they are; those of which that says nothing, in all of it.
        let passage = Passage::around(source, &lines, &problem);
        let passage = passage.map(|outer| outer.narrowed(&best, &lines, &problem, &ways).unwrap_or(outer));
        let near = passage.as_ref().and_then(|passage| {
            let run = passage.run(&best);
            let so_far = run.map_or_else(|| Size::of(&passage.read(&edits, None)), |run| run.size(&best));
            let (chosen, part) = passage.choose(&edits, &ways, so_far, &mut bytes)?;
            let edit = &ways[chosen].edit;
            if let Some(run) = run.filter(|run| passage.is_behind_key(&edits, edit) && run.takes(&best, &part, passage.first)) {
                return Some((chosen, Reading::Part(run, part)));
            }
            let tree = whole.read(&edits, Some(edit));
            Size::of(&tree).is_better(Size::of(&best), &ways[chosen]).then_some((chosen, Reading::Whole(tree)))
        });
        if near.is_none()
            && let Some(passage) = &passage
        {
            // A line that far away is indented as those around it are.
            ways.retain(|way| !passage.holds(&way.edit) && !way.is_indentation());
        }
        let far =
            || whole.choose(&edits, &ways, Size::of(&best), &mut bytes).map(|(chosen, tree)| (chosen, Reading::Whole(tree)));
        if let Some((chosen, reading)) = near.or_else(far) {
            let Candidate { edit, problem, .. } = ways.swap_remove(chosen);
            best = match reading {
                Reading::Whole(tree) => tree,
                Reading::Part(run, part) => best.with(&run, &part),
            };
            edits.push(edit);
            edits.sort_by_key(|edit| edit.at);
            mended.push(problem);
        }
    }
    best.problems.append(&mut mended);
    best.problems.sort_by_key(|problem| (problem.span, problem.kind as u8, problem.related));
    best
}

/// A text that was mended.
enum Reading {
    Whole(Tree),
    /// In the place of these entries.
    Part(Run, Tree),
}

/// A part of the text in which the ways to mend it are compared.
struct Passage {
    source: Arc<SourceFile>,
    /// How many bytes of it are lines from further above.
    above: usize,
    /// Where the rest is in the text.
    start: usize,
    /// Where what its first line says starts, and what the first line behind it says, `None` at the end of the text.
    first: usize,
    next: Option<usize>,
    /// No line of it is indented less than its first.
    is_level: bool,
}

impl Passage {
    /// In a long text, the outer entries that a mistake is between.
    fn around(source: &SourceFile, lines: &[Line], problem: &Problem) -> Option<Self> {
        let text = source.text();
        let number = lines.partition_point(|line| line.start <= problem.span.start as usize).saturating_sub(1);
        let is_outer = |line: &Line| line.column() <= OUTER_COLUMN;
        let from = lines[..number.saturating_sub(NEAR_LINES)].iter().rposition(is_outer)?;
        let is_next = |line: &Line| line.column() <= lines[from].column();
        let behind = lines.get(number + NEAR_LINES..)?;
        let next = behind.iter().position(is_next).map_or(lines.len(), |next| number + NEAR_LINES + next);
        let end = lines.get(next).map_or(text.len(), |line| line.start);
        ((end - lines[from].start) * 4 <= text.len()).then(|| {
            let outer = Self::of(source, lines, from..next);
            let near = number.saturating_sub(NEAR_LINES)..next;
            if outer.is_level { outer } else { Self::beneath(source, lines, near) }
        })
    }

    /// The lines of `range` below those that they belong to: enough to compare ways where a line is indented less than all around it.
    fn beneath(source: &SourceFile, lines: &[Line], range: Range<usize>) -> Self {
        let text = source.text();
        let (first, next) = (lines[range.start], lines.get(range.end));
        let mut around = vec![first];
        for line in lines[..range.start].iter().rev() {
            let inner = around[around.len() - 1];
            let holds = inner.is_item(text) && line.column() == inner.column() && !line.is_item(text);
            if line.column() < inner.column() || holds {
                around.push(*line);
            }
        }
        let end = next.map_or(text.len(), |line| line.start);
        let mut part = String::new();
        for line in around[1..].iter().rev() {
            part.push_str(&text[line.start..line.end(text)]);
            part.push('\n');
        }
        let above = part.len();
        part.push_str(&text[first.start..end]);
        let source = Arc::new(SourceFile::new(source.name(), part));
        Self { source, above, start: first.start, first: first.content, next: next.map(|line| line.content), is_level: false }
    }

    fn of(source: &SourceFile, lines: &[Line], range: Range<usize>) -> Self {
        let (first, next) = (lines[range.start], lines.get(range.end));
        let end = next.map_or(source.text().len(), |line| line.start);
        let part = Arc::new(SourceFile::new(source.name(), &source.text()[first.start..end]));
        let is_level = lines[range].iter().all(|line| line.column() >= first.column());
        Self { source: part, above: 0, start: first.start, first: first.content, next: next.map(|line| line.content), is_level }
    }

    /// The innermost entries of it that have all to do with the mistake, and nothing of which reaches out of them.
    fn narrowed(&self, tree: &Tree, lines: &[Line], problem: &Problem, ways: &[Candidate]) -> Option<Self> {
        if !self.is_level {
            return None;
        }
        let text = tree.source().text();
        let line_of = |offset: usize| lines.partition_point(|line| line.start <= offset).saturating_sub(1);
        let number = line_of(problem.span.start as usize);
        let (mut first, mut last) = (number.saturating_sub(NEAR_LINES), number + NEAR_LINES);
        let mut column = usize::MAX;
        for way in ways.iter().filter(|way| self.holds(&way.edit)) {
            let own = line_of(way.edit.at);
            (first, last) = (first.min(own), last.max(own));
            if way.is_indentation() {
                column = column.min(way.edit.insert.len());
            }
        }
        let near = lines.get(first..=last)?;
        column = near.iter().map(|line| line.column()).min()?.min(column);
        let from = lines[..first].iter().rposition(|line| {
            let is_outer = line.column() <= column;
            column = column.min(line.column());
            is_outer && !line.is_item(text)
        })?;
        let own = lines[from].column();
        let is_next = |line: &Line| line.column() < own || line.column() == own && !line.is_item(text);
        let next = lines[last + 1..].iter().position(is_next).map_or(lines.len(), |next| last + 1 + next);
        let narrowed = Self::of(tree.source(), lines, from..next);
        (narrowed.source.text().len() < self.source.text().len() && narrowed.run(tree).is_some()).then_some(narrowed)
    }

    /// The entries of `tree` that it is.
    fn run(&self, tree: &Tree) -> Option<Run> {
        let lines = (self.start, self.start + self.source.text().len());
        self.is_level.then(|| Run::find(tree, lines, self.first, self.next))?
    }

    /// Whether those of the edits that are in it leave its first entry where it is.
    fn is_behind_key(&self, edits: &[Edit], edit: &Edit) -> bool {
        edits.iter().chain([edit]).filter(|edit| self.holds(edit)).all(|edit| edit.at >= self.first)
    }

    fn holds(&self, edit: &Edit) -> bool {
        edit.at >= self.start && edit.at + edit.remove <= self.start + self.source.text().len() - self.above
    }

    fn read(&self, edits: &[Edit], edit: Option<&Edit>) -> Tree {
        let inside = edits.iter().chain(edit).filter(|edit| self.holds(edit));
        let mut inside: Vec<Edit> = inside.map(|edit| Edit { at: edit.at - self.start + self.above, ..edit.clone() }).collect();
        inside.sort_by_key(|edit| edit.at);
        read(&self.source, &inside)
    }

    /// The best way that makes it better than it is read so far, and how it is read then.
    fn choose(&self, edits: &[Edit], ways: &[Candidate], so_far: Size, bytes: &mut usize) -> Option<(usize, Tree)> {
        let mut found: Option<(Rank, usize, Tree)> = None;
        for (index, way) in ways.iter().enumerate().filter(|(_, way)| self.holds(&way.edit)) {
            let Some(left) = bytes.checked_sub(self.source.text().len()) else { break };
            *bytes = left;
            let tree = self.read(edits, Some(&way.edit));
            let rank = Rank::of(&tree, way);
            if Size::of(&tree).is_better(so_far, way) && found.as_ref().is_none_or(|(least, ..)| rank < *least) {
                found = Some((rank, index, tree));
            }
        }
        found.map(|(_, index, tree)| (index, tree))
    }
}

/// How good a reading is, the best one least.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Rank {
    mistakes: usize,
    /// The number of keys and items without a value.
    missing: usize,
    read: std::cmp::Reverse<usize>,
    usual: std::cmp::Reverse<usize>,
}

impl Rank {
    fn of(tree: &Tree, way: &Candidate) -> Self {
        let is_missing = |node: &&Raw| node.kind == RawKind::Scalar && node.start == node.end;
        Self {
            mistakes: tree.problems().len(),
            missing: tree.nodes.iter().filter(is_missing).count(),
            read: std::cmp::Reverse(tree.len()),
            usual: std::cmp::Reverse(way.usual),
        }
    }
}

/// How much is read, and how much is wrong with it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Size {
    pub(super) nodes: usize,
    pub(super) mistakes: usize,
}

impl Size {
    fn of(tree: &Tree) -> Self {
        Self { nodes: tree.len(), mistakes: tree.problems().len() }
    }

    /// A line that becomes text of the one above is none that was mended.
    fn is_better(self, so_far: Self, way: &Candidate) -> bool {
        let says_more = self.nodes > so_far.nodes || self.nodes == so_far.nodes && way.is_entry;
        self.mistakes < so_far.mistakes && says_more
    }
}

/// Reads the text with `edits`, which are in order, and moves every place back to where it is without them.
fn read(source: &Arc<SourceFile>, edits: &[Edit]) -> Tree {
    let (mut mended, mut from) = (String::with_capacity(source.text().len() + 16), 0);
    // Where each edit starts and ends in the mended text, and where in the text as it is.
    let mut moves: Vec<(usize, usize, usize, usize)> = Vec::new();
    for edit in edits {
        mended.push_str(&source.text()[from..edit.at]);
        let start = mended.len();
        mended.push_str(&edit.insert);
        from = edit.at + edit.remove;
        moves.push((start, mended.len(), edit.at, from));
    }
    mended.push_str(&source.text()[from..]);
    let moved_back = |at: usize, edit: Option<&(usize, usize, usize, usize)>| match edit {
        Some((_, end, _, own_end)) if at >= *end => own_end + (at - end),
        Some((start, _, own_start, own_end)) => own_start + (at - start).min(own_end - own_start),
        None => at,
    };
    // What starts where spaces were removed starts behind them; what ends there ends before them.
    let back = |start: u32, end: u32| {
        let first = moved_back(start as usize, moves.iter().rev().find(|(edit, ..)| *edit <= start as usize)) as u32;
        let last = moved_back(end as usize, moves.iter().rev().find(|(edit, ..)| *edit < end as usize)) as u32;
        (first, if start == end { first } else { last.max(first) })
    };
    let moved = |span: Span| {
        let (start, end) = back(span.start, span.end);
        Span::new(start, end)
    };
    let mut tree = yaml::parse(&Arc::new(SourceFile::new(source.name(), mended)));
    for node in &mut tree.nodes {
        (node.start, node.end) = back(node.start, node.end);
        if node.kind == RawKind::Scalar && !node.flag {
            let (start, end) = back(node.a, node.a + node.b);
            (node.a, node.b) = (start, end - start);
        }
    }
    keep_nested(&mut tree.nodes);
    tree.comments.iter_mut().for_each(|comment| *comment = moved(*comment));
    tree.anchors.iter_mut().for_each(|(span, _)| *span = moved(*span));
    for problem in &mut tree.problems {
        problem.span = moved(problem.span);
        problem.related = problem.related.map(moved);
    }
    tree.source = Arc::clone(source);
    tree
}

/// What is empty where spaces were removed may stand on either side of them: it stays within what it is part of.
fn keep_nested(nodes: &mut [Raw]) {
    let mut open: Vec<(u32, u32, u32)> = Vec::new();
    for (id, node) in nodes.iter_mut().enumerate() {
        while open.last().is_some_and(|(after, ..)| *after as usize <= id) {
            open.pop();
        }
        if let Some((_, start, end)) = open.last() {
            node.start = node.start.clamp(*start, *end);
            node.end = node.end.clamp(node.start, *end);
        }
        if matches!(node.kind, RawKind::Mapping | RawKind::Sequence) {
            open.push((node.a, node.start, node.end));
        }
    }
}

/// A line that is neither empty nor a comment.
#[derive(Clone, Copy, Debug)]
struct Line {
    start: usize,
    /// Its first character that is no space.
    content: usize,
}

impl Line {
    fn column(self) -> usize {
        self.content - self.start
    }

    fn end(self, text: &str) -> usize {
        let end = memchr::memchr(b'\n', &text.as_bytes()[self.content..]).map_or(text.len(), |length| self.content + length);
        self.content + text[self.content..end].trim_end().len()
    }

    fn text(self, text: &str) -> &str {
        &text[self.content..self.end(text)]
    }

    fn is_item(self, text: &str) -> bool {
        text[self.content..].starts_with("- ")
    }

    /// Behind the dashes that it starts with.
    fn inner(self, text: &str) -> usize {
        let (mut at, end) = (self.content, self.end(text));
        while text[at..end].starts_with("- ") {
            at += 2 + text[at + 2..end].bytes().take_while(|byte| *byte == b' ').count();
        }
        at
    }
}

fn lines(text: &str) -> Vec<Line> {
    let bytes = text.as_bytes();
    // A line for every 28 bytes is a little more than CloudFormation templates have.
    let mut lines = Vec::with_capacity(text.len() / 28 + 16);
    let mut start = if text.starts_with('\u{feff}') { 3 } else { 0 };
    while start < bytes.len() {
        let content = spaces_end(bytes, start);
        let end = memchr::memchr(b'\n', &bytes[content..]).map_or(bytes.len(), |length| content + length);
        let says_something = match bytes.get(content) {
            None | Some(b'#') => false,
            Some(byte) => byte.is_ascii_graphic() || !text[content..end].trim().is_empty(),
        };
        if says_something {
            lines.push(Line { start, content });
        }
        start = end + 1;
    }
    lines
}

fn candidates(text: &str, lines: &[Line], problem: &Problem) -> Vec<Candidate> {
    let at = problem.span.start as usize;
    let number = lines.partition_point(|line| line.start <= at).saturating_sub(1);
    let mut found = Vec::new();
    if lines.is_empty() {
        return found;
    }
    match problem.kind {
        ProblemKind::UnclosedQuote | ProblemKind::UnclosedBracket => {
            found.extend(closings(text, lines, number, problem));
        }
        ProblemKind::BadIndentation
        | ProblemKind::MissingColon
        | ProblemKind::NestedColon
        | ProblemKind::MisplacedBlock
        | ProblemKind::StrayBracket
        | ProblemKind::TrailingText
        | ProblemKind::ReservedCharacter => {
            // A quote that is not closed on its line swallows what follows, and the mistake shows only behind the next one.
            let is_open = |number: &usize| is_open(lines[*number].text(text));
            for above in (number.saturating_sub(MAX_SWALLOWED)..number).rev().filter(is_open).take(3) {
                let line = lines[above];
                let quote = line.content + line.text(text).rfind(['"', '\'']).unwrap_or(0);
                let span = Span::new(quote as u32, quote as u32 + 1);
                found.extend(closings(text, lines, above, &Problem { kind: ProblemKind::UnclosedQuote, span, related: None }));
            }
            for line in (number.saturating_sub(2)..=number).rev() {
                found.extend(colons(text, lines, line));
            }
            if !matches!(problem.kind, ProblemKind::StrayBracket | ProblemKind::ReservedCharacter) {
                found.extend(indentations(text, lines, number));
            }
        }
        _ => {}
    }
    found
}

/// The end of a line with what closes the quote and the brackets that it opens, and the colon where the quote is a key's.
fn closings(text: &str, lines: &[Line], number: usize, problem: &Problem) -> Vec<Candidate> {
    let line = lines[number];
    let closing = closing(line.text(text));
    if closing.is_empty() {
        return Vec::new();
    }
    let inner = line.inner(text);
    let is_key = closing.len() == 1
        && text[inner..].starts_with(closing.as_str())
        && lines.get(number + 1).is_some_and(|next| next.column() > inner - line.start);
    let mut inserts = vec![closing];
    if is_key {
        inserts.insert(0, format!("{}:", inserts[0]));
    }
    let candidate = |insert| Candidate {
        edit: Edit { at: line.end(text), remove: 0, insert },
        problem: problem.clone(),
        usual: usize::MAX,
        is_entry: true,
    };
    inserts.into_iter().map(candidate).collect()
}

/// Whether a quoted value starts on the line and does not end there.
fn is_open(content: &str) -> bool {
    closing(content).starts_with(['"', '\''])
}

/// What closes the quote and the brackets that `rest` opens.
fn closing(rest: &str) -> String {
    let (mut open, mut quote) = (Vec::new(), None);
    let (mut escaped, mut before) = (false, ' ');
    for c in rest.chars() {
        let starts = matches!(before, ' ' | '[' | '{' | ',' | ':');
        before = c;
        match quote {
            Some(_) if escaped => escaped = false,
            Some('"') if c == '\\' => escaped = true,
            Some(own) if own == c => quote = None,
            Some(_) => {}
            None => match c {
                '"' | '\'' if starts => quote = Some(c),
                '[' => open.push(']'),
                '{' => open.push('}'),
                ']' | '}' => {
                    open.pop();
                }
                _ => {}
            },
        }
    }
    quote.into_iter().chain(open.into_iter().rev()).collect()
}

/// A colon behind the key of a line that has none, where something shows that it is one: a value, or what is below it.
fn colons(text: &str, lines: &[Line], number: usize) -> Vec<Candidate> {
    let line = lines[number];
    let (inner, end) = (line.inner(text), line.end(text));
    let content = &text[inner..end];
    if content.contains(": ") || content.ends_with(':') || content.starts_with(['[', '{', '!', '&', '*', '|', '>', '#']) {
        return Vec::new();
    }
    let length = match content.chars().next() {
        Some(quote @ ('"' | '\'')) => content[1..].find(quote).map_or(content.len(), |end| end + 2),
        _ => content.find(' ').unwrap_or(content.len()),
    };
    let is_name = |c: char| c.is_alphanumeric() || matches!(c, ':' | '-' | '_' | '.' | '/' | '\'' | '"' | '<');
    if length == 0 || !content[..length].chars().all(is_name) {
        return Vec::new();
    }
    let rest = content[length..].trim_start();
    let rest = rest.find(" #").map_or(rest, |comment| rest[..comment].trim_end());
    let column = inner - line.start;
    let below = lines.get(number + 1).is_some_and(|next| next.column() > column || next.is_item(text) && next.column() == column);
    let forms: &[&str] = match rest {
        "" if below => &[":", ": [", ": |"],
        value if value.starts_with(['!', '"', '\'', '[', '{']) || !value.is_empty() && !value.contains(' ') => &[":"],
        _ => &[],
    };
    let span = Span::new(inner as u32, (inner + length) as u32);
    let span = if rest.is_empty() { span } else { Span::new(inner as u32, end as u32) };
    let problem = Problem { kind: ProblemKind::MissingColon, span, related: None };
    let edit = |insert: &&str| Edit { at: inner + length, remove: 0, insert: (*insert).to_owned() };
    forms.iter().map(|form| Candidate { edit: edit(form), problem: problem.clone(), usual: usize::MAX, is_entry: true }).collect()
}

/// The line, one next to it, or one above it that it does not agree with, in line with the others.
fn indentations(text: &str, lines: &[Line], number: usize) -> Vec<Candidate> {
    let line = lines[number];
    let column = line.column();
    let mut own: Vec<(Line, usize)> = Vec::new();
    let mut others: Vec<(Line, usize)> = Vec::new();
    if let Some(next) = lines.get(number + 1) {
        own.push((line, next.column()));
        others.push((*next, column));
    }
    // The lowest and the highest line of each block that is open above.
    let mut open: Option<(Line, Line)> = None;
    for above in lines[..number].iter().rev() {
        let other = above.column();
        if let Some((_, highest)) = open.as_mut().filter(|(lowest, _)| other >= lowest.column()) {
            if other == highest.column() {
                *highest = *above;
            }
            continue;
        }
        others.extend(open.map(|(_, highest)| (highest, column)));
        open = None;
        if other + MAX_SHIFT < column {
            // What stands behind a dash may be near still.
            own.push((line, above.inner(text) - above.start));
            others.extend(behind_dash(text, *above, column));
            break;
        }
        own.extend([(line, above.inner(text) - above.start), (line, other)]);
        others.push((*above, column));
        others.extend(behind_dash(text, *above, column));
        open = Some((*above, *above));
    }
    others.extend(open.map(|(_, highest)| (highest, column)));
    // Of two that are as good it is a line above: a mistake shows behind itself.
    others.append(&mut own);
    let mut moves: Vec<(Line, usize)> = Vec::new();
    for (line, to) in others {
        let is_near = to != line.column() && to.abs_diff(line.column()) <= MAX_SHIFT;
        if is_near && !moves.iter().any(|(moved, there)| moved.start == line.start && *there == to) {
            moves.push((line, to));
        }
    }
    let usual = Usual::new(lines);
    let is_entry = |line: Line| line.text(text).contains(": ") || line.text(text).ends_with(':');
    let candidate = |(line, to): (Line, usize)| Candidate {
        edit: Edit { at: line.start, remove: line.column(), insert: " ".repeat(to) },
        problem: Problem {
            kind: ProblemKind::BadIndentation,
            span: Span::new(line.content as u32, line.end(text) as u32),
            related: None,
        },
        usual: usual.of(line, to),
        is_entry: is_entry(line),
    };
    moves.into_iter().map(candidate).collect()
}

/// Where a line that starts with a dash has to be for what is behind it to be at `column`.
fn behind_dash(text: &str, line: Line, column: usize) -> Option<(Line, usize)> {
    let width = line.inner(text) - line.content;
    (width > 0 && column >= width).then(|| (line, column - width))
}

/// How usual the indentation of a text is.
struct Usual<'l> {
    lines: &'l [Line],
    /// How many lines are indented so many columns more than the one that they belong to; what belongs to none is as usual as the
    /// most usual of these.
    counts: [usize; 16],
    /// The sum of what each line's step says.
    sum: usize,
}

impl<'l> Usual<'l> {
    fn new(lines: &'l [Line]) -> Self {
        let mut counts = [0; 16];
        for step in steps_of(lines.iter().map(|line| line.column())).filter(|step| *step < 16) {
            counts[step] += 1;
        }
        let outer = counts[0];
        counts[0] = counts[1..].iter().copied().max().unwrap_or(0);
        let sum = outer * counts[0] + counts[1..].iter().map(|count| count * count).sum::<usize>();
        Self { lines, counts, sum }
    }

    fn sum_of(&self, columns: impl Iterator<Item = usize>) -> usize {
        steps_of(columns).map(|step| self.counts.get(step).copied().unwrap_or(0)).sum()
    }

    /// How usual it is with `line` at the column `to`, by a half more where another line of its block is there.
    fn of(&self, line: Line, to: usize) -> usize {
        let own = self.lines.partition_point(|other| other.start < line.start);
        // Nothing changes above the line that both columns belong to, and from the next one on that is not deeper than either.
        let least = line.column().min(to);
        let is_outer = |other: &Line| other.column() < least || other.column() == 0;
        let from = self.lines[..own].iter().rposition(is_outer).unwrap_or(0);
        let behind = self.lines[own + 1..].iter().position(|other| other.column() <= least);
        let end = behind.map_or(self.lines.len(), |behind| own + 1 + behind);
        let columns = |to: usize| (from..end).map(move |at| if at == own { to } else { self.lines[at].column() });
        let sum = self.sum - self.sum_of(columns(line.column())) + self.sum_of(columns(to));
        let is_sibling = self.lines[..own].iter().rev().map(|line| line.column()).find(|column| *column <= to) == Some(to);
        2 * sum + usize::from(is_sibling)
    }
}

/// How many columns each line is indented more than the one that it belongs to.
fn steps_of(columns: impl Iterator<Item = usize>) -> impl Iterator<Item = usize> {
    let mut open: Vec<usize> = Vec::new();
    columns.map(move |column| {
        while open.last().is_some_and(|around| *around >= column) {
            open.pop();
        }
        let step = column - open.last().copied().unwrap_or(0);
        open.push(column);
        step
    })
}
