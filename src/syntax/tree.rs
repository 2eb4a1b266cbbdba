//! The tree: one flat list of nodes in document order.
//!
//! A collection is followed by its descendants, so that a subtree is a range and is skipped in one step. The children of a
//! mapping alternate: key, value, key, value.

use std::sync::{Arc, OnceLock};

use rustc_hash::FxHashMap;

use super::function::Function;
use super::problem::{Problem, ProblemKind};
use crate::text::{SourceFile, Span};

/// Deepest nesting of collections. CloudFormation's own limit is far below; 256 leaves every walk of the tree room to recurse.
pub const MAX_DEPTH: usize = 256;

/// Most nodes that a tree may have once every alias is written out, as in cfn-lint.
pub const MAX_EXPANDED_NODES: u64 = 250_000;

/// The number of a node in its tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(pub(super) u32);

/// How a value is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Style {
    /// A scalar without quotes, or nothing at all.
    Plain,
    /// `'…'`
    SingleQuoted,
    /// `"…"`
    DoubleQuoted,
    /// `|`
    Literal,
    /// `>`
    Folded,
    /// A mapping or sequence by indentation.
    Block,
    /// `{…}` or `[…]`
    Flow,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum RawKind {
    Scalar,
    Sequence,
    Mapping,
    /// Stands for the node `a`; for itself where the name is unknown.
    Alias,
}

/// The tag of a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Tag(pub(super) u16);

impl Tag {
    /// No tag.
    pub const NONE: Self = Self(0);
    /// `!`, which makes a plain scalar a string.
    pub const NON_SPECIFIC: Self = Self(1);
    /// `!!str`
    pub const STR: Self = Self(2);
    /// `!!int`
    pub const INT: Self = Self(3);
    /// `!!float`
    pub const FLOAT: Self = Self(4);
    /// `!!bool`
    pub const BOOL: Self = Self(5);
    /// `!!null`
    pub const NULL: Self = Self(6);
    const FIRST_FUNCTION: u16 = 16;
    pub(super) const FIRST_OTHER: u16 = 64;

    /// The tag `!Sub` and its kin.
    #[must_use]
    pub const fn of(function: Function) -> Self {
        Self(Self::FIRST_FUNCTION + function as u16)
    }

    /// The function whose short form this tag is.
    #[must_use]
    pub fn function(self) -> Option<Function> {
        let index = self.0.checked_sub(Self::FIRST_FUNCTION)?;
        Function::ALL.get(index as usize).copied()
    }
}

/// One node. Which of `a` and `b` mean what depends on the kind:
/// scalar: offset and length of the text, in the source or, with `owned`, in the tree's buffer;
/// collection: one past the last descendant, and the number of children;
/// alias: the node it stands for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Raw {
    pub(super) start: u32,
    pub(super) end: u32,
    pub(super) a: u32,
    pub(super) b: u32,
    /// [`hash`] of the text of a scalar that is a key, or that an alias in a key's place stands for; 0 for everything else.
    pub(super) hash: u32,
    /// The collection it is in; itself for the root.
    pub(super) parent: u32,
    pub(super) tag: Tag,
    pub(super) kind: RawKind,
    pub(super) style: Style,
    /// A scalar: its text is in the buffer. A mapping: it has a merge key.
    pub(super) flag: bool,
    /// The function whose long form a mapping is, as [`Function::ALL`] counts them from 1; 0 for everything else. Known once the
    /// tree is finished.
    pub(super) long: u8,
    /// A function is called here or somewhere in it, or may be in what an alias stands for. Known once the tree is finished.
    pub(super) has_calls: bool,
}

/// A value that is not there.
const NULL: Raw = Raw {
    start: 0,
    end: 0,
    a: 0,
    b: 0,
    hash: 0,
    parent: 0,
    tag: Tag::NONE,
    kind: RawKind::Scalar,
    style: Style::Plain,
    flag: false,
    long: 0,
    has_calls: false,
};

/// A text as a tree.
#[derive(Debug)]
pub struct Tree {
    pub(super) source: Arc<SourceFile>,
    pub(super) nodes: Vec<Raw>,
    pub(super) buffer: String,
    pub(super) tags: Vec<String>,
    pub(super) comments: Vec<Span>,
    pub(super) anchors: Vec<(Span, NodeId)>,
    pub(super) problems: Vec<Problem>,
    pub(super) strict_json: bool,
    /// The strings that hold JSON, read when the first is asked for.
    pub(super) embedded: OnceLock<Vec<(NodeId, Tree)>>,
    /// Every call of a function, found when the first is asked for.
    pub(super) calls: OnceLock<Vec<super::view::CallAt>>,
    /// What a mistake may hide, found when a rule asks.
    pub(super) unread: OnceLock<super::unread::Unread>,
    /// The path of the string that this tree was read from, for one that a template holds as a string.
    pub(super) within: Vec<String>,
}

impl Tree {
    /// The text the tree was read from.
    #[must_use]
    pub fn source(&self) -> &Arc<SourceFile> {
        &self.source
    }

    /// What is wrong with the text, in the order of the places.
    #[must_use]
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// The comments, from `#` to the end of the line.
    #[must_use]
    pub fn comments(&self) -> &[Span] {
        &self.comments
    }

    /// The anchors: the place of each `&name`, and the node it names.
    #[must_use]
    pub fn anchors(&self) -> &[(Span, NodeId)] {
        &self.anchors
    }

    /// Whether the text is JSON by the letter of RFC 8259.
    #[must_use]
    pub fn is_strict_json(&self) -> bool {
        self.strict_json
    }

    /// The number of nodes, keys included, aliases not written out.
    #[must_use]
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Whether the tree has no node at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }
}

/// The hash by which keys are compared before their bytes are. Never 0. It takes eight bytes at a time, because making it for
/// every key is a good part of the work of reading.
#[must_use]
pub(super) fn hash(bytes: &[u8]) -> u32 {
    const MIX: u64 = 0x9e37_79b9_7f4a_7c15;
    let eight = |at: usize| u64::from_le_bytes(bytes[at..at + 8].try_into().expect("eight bytes"));
    let four = |at: usize| u64::from(u32::from_le_bytes(bytes[at..at + 4].try_into().expect("four bytes")));
    let length = bytes.len();
    let mut state = (length as u64).wrapping_mul(MIX);
    if length >= 8 {
        let mut at = 0;
        while at + 8 < length {
            state = (state ^ eight(at)).wrapping_mul(MIX);
            state ^= state >> 29;
            at += 8;
        }
        state ^= eight(length - 8);
    } else if length >= 4 {
        state ^= four(0) | four(length - 4) << 32;
    } else if length > 0 {
        state ^= u64::from(bytes[0]) | u64::from(bytes[length / 2]) << 8 | u64::from(bytes[length - 1]) << 16;
    }
    state = state.wrapping_mul(MIX);
    ((state >> 32) as u32).max(1)
}

/// Where a scalar's text is.
#[derive(Clone, Copy, Debug)]
pub enum TextAt {
    /// As written, at this place in the source.
    Source(Span),
    /// At this place in the builder's buffer.
    Buffer(Span),
}

/// Makes a tree, node by node in document order.
#[derive(Debug)]
pub struct Builder {
    pub(super) tree: Tree,
    open: Vec<u32>,
    tag_numbers: FxHashMap<String, usize>,
    /// The nodes come from another tree, whose faults are known: what is made of them is nobody's text.
    pub(super) derived: bool,
}

impl Builder {
    /// A builder for a tree of `source`.
    #[must_use]
    pub fn new(source: &Arc<SourceFile>) -> Self {
        // A node for every 16 bytes is a little more than CloudFormation templates need (one per 19.6 bytes was measured).
        let capacity = source.text().len() / 16 + 16;
        Self {
            tree: Tree {
                source: Arc::clone(source),
                nodes: Vec::with_capacity(capacity),
                buffer: String::new(),
                tags: Vec::new(),
                comments: Vec::new(),
                anchors: Vec::new(),
                problems: Vec::new(),
                strict_json: false,
                embedded: OnceLock::new(),
                calls: OnceLock::new(),
                unread: OnceLock::new(),
                within: Vec::new(),
            },
            open: Vec::with_capacity(16),
            tag_numbers: FxHashMap::default(),
            derived: false,
        }
    }

    /// The number of collections that are open.
    #[must_use]
    pub fn depth(&self) -> usize {
        self.open.len()
    }

    /// The number of nodes so far.
    #[must_use]
    pub fn len(&self) -> usize {
        self.tree.nodes.len()
    }

    /// Whether there is no node yet.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.tree.nodes.is_empty()
    }

    /// The node that the next call adds.
    #[must_use]
    pub fn next(&self) -> NodeId {
        NodeId(self.tree.nodes.len() as u32)
    }

    /// The tag called `name`, without its leading `!`.
    pub fn tag(&mut self, name: &str) -> Tag {
        if let Some(function) = Function::from_short(name) {
            return Tag::of(function);
        }
        let index = self.tag_numbers.get(name).copied().unwrap_or_else(|| {
            self.tree.tags.push(name.to_owned());
            self.tag_numbers.insert(name.to_owned(), self.tree.tags.len() - 1);
            self.tree.tags.len() - 1
        });
        // Past 65,000 distinct tags they are all "some other tag"; no rule tells them apart.
        Tag(u16::try_from(index).ok().and_then(|index| index.checked_add(Tag::FIRST_OTHER)).unwrap_or(u16::MAX))
    }

    /// Puts `text` into the tree's buffer.
    pub fn buffer(&mut self, text: &str) -> TextAt {
        let start = self.tree.buffer.len() as u32;
        self.tree.buffer.push_str(text);
        TextAt::Buffer(Span::new(start, self.tree.buffer.len() as u32))
    }

    /// Adds a scalar.
    pub fn scalar(&mut self, span: Span, text: TextAt, style: Style, tag: Tag) -> NodeId {
        let (at, flag) = match text {
            TextAt::Source(at) => (at, false),
            TextAt::Buffer(at) => (at, true),
        };
        let id = self.next();
        let (mut parent, mut hashed) = (id.0, 0);
        if let Some(&open) = self.open.last() {
            parent = open;
            let around = &mut self.tree.nodes[open as usize];
            around.b += 1;
            // Only keys are looked up and compared.
            if around.kind == RawKind::Mapping && around.b % 2 == 1 {
                let bytes = if flag { self.tree.buffer.as_bytes() } else { self.tree.source.text().as_bytes() };
                let bytes = &bytes[at.range()];
                around.flag |= bytes == b"<<" && style == Style::Plain && tag == Tag::NONE;
                hashed = hash(bytes);
            }
        }
        let (start, end) = (span.start, span.end);
        let raw = Raw {
            start,
            end,
            a: at.start,
            b: at.len(),
            hash: hashed,
            parent,
            tag,
            kind: RawKind::Scalar,
            style,
            flag,
            long: 0,
            has_calls: false,
        };
        self.tree.nodes.push(raw);
        id
    }

    /// Adds an alias of `target`, an earlier node; of nothing where the name is unknown.
    pub fn alias(&mut self, span: Span, target: Option<NodeId>) -> NodeId {
        let own = self.next();
        if let Some(target) = target.filter(|_| self.open_mapping_at_key().is_some())
            && self.tree.nodes[target.0 as usize].kind == RawKind::Scalar
        {
            // The key that the alias stands for is looked up by its own hash.
            let text = hash(self.text(target.0).as_bytes());
            self.tree.nodes[target.0 as usize].hash = text;
        }
        self.push(Raw {
            start: span.start,
            end: span.end,
            a: target.unwrap_or(own).0,
            b: 0,
            hash: 0,
            parent: 0,
            tag: Tag::NONE,
            kind: RawKind::Alias,
            style: Style::Plain,
            flag: false,
            long: 0,
            has_calls: false,
        })
    }

    /// Opens a mapping at `start`; what is added until [`Self::close`] is in it, keys and values in turn.
    pub fn open_mapping(&mut self, start: u32, style: Style, tag: Tag) -> NodeId {
        self.open(start, style, tag, RawKind::Mapping)
    }

    /// Opens a sequence at `start`.
    pub fn open_sequence(&mut self, start: u32, style: Style, tag: Tag) -> NodeId {
        self.open(start, style, tag, RawKind::Sequence)
    }

    fn open(&mut self, start: u32, style: Style, tag: Tag, kind: RawKind) -> NodeId {
        let raw =
            Raw { start, end: start, a: 0, b: 0, hash: 0, parent: 0, tag, kind, style, flag: false, long: 0, has_calls: false };
        let id = self.push(raw);
        self.open.push(id.0);
        id
    }

    /// Closes the innermost collection, whose text ends at `end`.
    pub fn close(&mut self, end: u32) {
        self.complete(end);
        let id = self.open.pop().expect("close is called once for each open");
        let after = self.tree.nodes.len() as u32;
        let node = &mut self.tree.nodes[id as usize];
        node.end = end;
        node.a = after;
        let parent = node.parent;
        if node.kind == RawKind::Mapping {
            if node.flag {
                self.check_merges(id);
            }
            if !self.derived {
                self.find_duplicates(id);
            }
        }
        let around = &self.tree.nodes[parent as usize];
        if parent != id && around.kind == RawKind::Mapping && around.b % 2 == 1 {
            self.problem(ProblemKind::KeyNotScalar, self.span(id), None);
        }
    }

    /// Reports the values of `<<` that are no mapping and no list of mappings.
    fn check_merges(&mut self, id: u32) {
        let end = self.tree.nodes[id as usize].a;
        let mut at = id + 1;
        while at < end {
            let (key, value) = (at, self.after(at));
            at = self.after(value);
            let node = &self.tree.nodes[key as usize];
            if node.kind != RawKind::Scalar || node.style != Style::Plain || node.tag != Tag::NONE || self.text(key) != "<<" {
                continue;
            }
            let target = self.followed(value);
            let good = match self.tree.nodes[target as usize].kind {
                // An alias of nothing has its own problem.
                RawKind::Mapping | RawKind::Alias => true,
                RawKind::Scalar => false,
                RawKind::Sequence => {
                    let (mut item, end) = (target + 1, self.tree.nodes[target as usize].a);
                    let mut mappings = true;
                    while item < end {
                        let kind = self.tree.nodes[self.followed(item) as usize].kind;
                        mappings &= matches!(kind, RawKind::Mapping | RawKind::Alias);
                        item = self.after(item);
                    }
                    mappings
                }
            };
            if !good {
                self.problem(ProblemKind::BadMerge, self.span(value), None);
            }
        }
    }

    fn span(&self, id: u32) -> Span {
        let node = &self.tree.nodes[id as usize];
        Span::new(node.start, node.end)
    }

    /// The node that an alias stands for; any other node itself.
    fn followed(&self, mut id: u32) -> u32 {
        while self.tree.nodes[id as usize].kind == RawKind::Alias && self.tree.nodes[id as usize].a < id {
            id = self.tree.nodes[id as usize].a;
        }
        id
    }

    /// Whether `node` is a collection that is not closed yet.
    pub(super) fn is_open(&self, node: NodeId) -> bool {
        let raw = self.tree.nodes.get(node.0 as usize);
        raw.is_some_and(|raw| matches!(raw.kind, RawKind::Mapping | RawKind::Sequence) && raw.a == 0)
    }

    /// Gives the last key of the innermost mapping a missing value at `at`, if it has none.
    pub(super) fn complete(&mut self, at: u32) {
        if let Some(&id) = self.open.last() {
            let node = self.tree.nodes[id as usize];
            if node.kind == RawKind::Mapping && node.b % 2 == 1 {
                self.scalar(Span::at(at), TextAt::Source(Span::at(at)), Style::Plain, Tag::NONE);
            }
        }
    }

    /// Takes back the value that the last entry of the innermost mapping does not have. False where it has one, or where its
    /// key is not a scalar.
    pub(super) fn take_missing(&mut self) -> bool {
        let Some(&id) = self.open.last() else { return false };
        let [.., key, value] = self.tree.nodes.as_slice() else { return false };
        // Where there is a colon, the missing value's place is behind it.
        let between = self.tree.source.text().get(key.end as usize..value.start as usize);
        let missing = value.kind == RawKind::Scalar && value.start == value.end && value.parent == id;
        let bare = key.kind == RawKind::Scalar && key.parent == id && between.is_some_and(|text| !text.contains(':'));
        if missing && bare {
            self.tree.nodes.pop();
            self.tree.nodes[id as usize].b -= 1;
        }
        missing && bare
    }

    /// The opening quote of the quoted scalar that ends at `offset` and is among the last two nodes.
    pub(super) fn quote_before(&self, offset: u32) -> Option<u32> {
        let last = self.tree.nodes.iter().rev().take(2);
        let quoted =
            last.rev().find(|node| node.end == offset && matches!(node.style, Style::SingleQuoted | Style::DoubleQuoted))?;
        let quote = if quoted.style == Style::SingleQuoted { b'\'' } else { b'"' };
        let bytes = &self.tree.source.text().as_bytes()[quoted.start as usize..quoted.end as usize];
        memchr::memchr(quote, bytes).map(|at| quoted.start + at as u32)
    }

    /// The text of the last node.
    pub(super) fn last_span(&self) -> Span {
        self.tree.nodes.last().map_or(Span::at(0), |node| Span::new(node.start, node.end))
    }

    /// Drops the comments from `offset` on.
    pub(super) fn forget_comments(&mut self, offset: usize) {
        while self.tree.comments.last().is_some_and(|comment| comment.start as usize >= offset) {
            self.tree.comments.pop();
        }
    }

    /// Drops the nodes that start at `offset` or later, and opens the collections again that they were in. `depth` collections
    /// are open afterwards.
    pub(super) fn truncate(&mut self, offset: u32, depth: usize) {
        let kept = self.tree.nodes.partition_point(|node| node.start < offset);
        for at in (kept..self.tree.nodes.len()).rev() {
            let parent = self.tree.nodes[at].parent as usize;
            if parent < kept {
                self.tree.nodes[parent].b -= 1;
            }
        }
        self.open.retain(|id| (*id as usize) < kept);
        self.tree.nodes.truncate(kept);
        for at in (0..kept).rev() {
            let node = self.tree.nodes[at];
            if matches!(node.kind, RawKind::Mapping | RawKind::Sequence) && (node.a as usize > kept || node.end > offset) {
                // It was closed with nodes in it that are gone. The innermost comes first, so that a value which completes it is
                // in those around it too.
                if node.kind == RawKind::Mapping && node.b % 2 == 1 {
                    let null = Raw { start: offset, end: offset, a: offset, b: 0, hash: 0, parent: at as u32, ..NULL };
                    self.tree.nodes.push(null);
                    self.tree.nodes[at].b += 1;
                }
                if node.a as usize > kept {
                    self.tree.nodes[at].a = self.tree.nodes.len() as u32;
                }
                self.tree.nodes[at].end = node.end.min(offset).max(node.start);
            }
        }
        if let Some(last) = self.tree.nodes.last_mut()
            && matches!(last.kind, RawKind::Scalar | RawKind::Alias)
            && last.end > offset
        {
            // A scalar that runs across the place ends above it, and reads as written: it has no lines left to fold, or few.
            let kept = self.tree.source.text()[last.start as usize..offset as usize].trim_end().len() as u32;
            last.end = last.start + kept;
            if last.style == Style::Plain && last.tag == Tag::NONE {
                (last.a, last.b, last.flag) = (last.start, kept, false);
            } else {
                (last.a, last.b, last.flag) = (last.start, 0, false);
            }
        }
        debug_assert_eq!(self.open.len(), depth, "frames and open collections agree");
        self.tree.anchors.retain(|(_, node)| (node.0 as usize) < kept);
        let kept = |problem: &Problem| problem.span.start < offset || problem.kind == ProblemKind::ForbiddenCharacter;
        self.tree.problems.retain(kept);
    }

    /// Records `&name` at `span` on `node`.
    pub fn anchor(&mut self, span: Span, node: NodeId) {
        self.tree.anchors.push((span, node));
    }

    /// Records a comment.
    pub fn comment(&mut self, span: Span) {
        self.tree.comments.push(span);
    }

    /// Records a problem.
    pub fn problem(&mut self, kind: ProblemKind, span: Span, related: Option<Span>) {
        self.tree.problems.push(Problem { kind, span, related });
    }

    /// The finished tree.
    #[must_use]
    pub fn finish(mut self) -> Tree {
        debug_assert!(self.open.is_empty(), "every collection is closed");
        self.check_expansion();
        self.find_long_forms();
        self.find_calls();
        self.tree.problems.sort_by_key(|problem| (problem.span, problem.kind as u8, problem.related));
        // What is read a second time after a fault is reported a second time.
        self.tree.problems.dedup();
        self.tree
    }

    /// Notes which mappings are calls of functions in the long form: every rule asks, and asks again.
    fn find_long_forms(&mut self) {
        for at in 0..self.tree.nodes.len() {
            let node = &self.tree.nodes[at];
            if node.kind != RawKind::Mapping || node.b != 2 || node.flag {
                continue;
            }
            let key = self.followed(at as u32 + 1);
            if self.tree.nodes[key as usize].kind == RawKind::Scalar
                && let Some(function) = Function::from_long(self.text(key))
            {
                self.tree.nodes[at].long = function as u8 + 1;
            }
        }
    }

    /// Notes in which nodes a function is called, so that walks can pass over the others.
    fn find_calls(&mut self) {
        for at in 0..self.tree.nodes.len() {
            let node = &self.tree.nodes[at];
            if node.long != 0 || node.kind == RawKind::Alias || node.tag.function().is_some() {
                let mut around = at;
                while !self.tree.nodes[around].has_calls {
                    self.tree.nodes[around].has_calls = true;
                    around = self.tree.nodes[around].parent as usize;
                }
            }
        }
    }

    /// The innermost collection, if it is a mapping and the next node is a key in it.
    fn open_mapping_at_key(&self) -> Option<u32> {
        let &id = self.open.last()?;
        let node = &self.tree.nodes[id as usize];
        (node.kind == RawKind::Mapping && node.b.is_multiple_of(2)).then_some(id)
    }

    fn push(&mut self, mut raw: Raw) -> NodeId {
        let id = self.next();
        raw.parent = id.0;
        if let Some(&parent) = self.open.last() {
            raw.parent = parent;
            self.tree.nodes[parent as usize].b += 1;
        }
        self.tree.nodes.push(raw);
        id
    }

    /// Reports keys that stand twice in the mapping `id`. Only where two hashes share a bit of 256, the keys are listed.
    fn find_duplicates(&mut self, id: u32) {
        let mapping = self.tree.nodes[id as usize];
        if mapping.b < 4 {
            return;
        }
        let (mut at, mut bits, mut suspicious) = (id + 1, [0_u64; 4], false);
        while at < mapping.a {
            let hash = self.tree.nodes[at as usize].hash;
            let bit = u64::from(hash != 0) << (hash & 63);
            let word = &mut bits[(hash >> 6 & 3) as usize];
            suspicious |= *word & bit != 0;
            *word |= bit;
            let value = self.after(at);
            at = if value < mapping.a { self.after(value) } else { value };
        }
        if !suspicious {
            return;
        }
        let mut keys: Vec<(u32, u32)> = Vec::with_capacity(mapping.b as usize / 2);
        at = id + 1;
        while at < mapping.a {
            if self.tree.nodes[at as usize].hash != 0 {
                keys.push((self.tree.nodes[at as usize].hash, at));
            }
            let value = self.after(at);
            at = if value < mapping.a { self.after(value) } else { value };
        }
        keys.sort_unstable();
        let mut found = Vec::new();
        for group in keys.chunk_by(|a, b| a.0 == b.0) {
            for (index, &(_, later)) in group.iter().enumerate().skip(1) {
                let text = self.text(later);
                // A merge key may stand several times: PyYAML merges all of them.
                let first = group[..index].iter().find(|&&(_, earlier)| self.text(earlier) == text);
                if let Some(&(_, first)) = first
                    && !(text == "<<" && mapping.flag)
                {
                    let related = Some(self.span(first));
                    found.push(Problem { kind: ProblemKind::DuplicateKey, span: self.span(later), related });
                }
            }
        }
        self.tree.problems.append(&mut found);
    }

    fn after(&self, at: u32) -> u32 {
        let node = &self.tree.nodes[at as usize];
        match node.kind {
            RawKind::Sequence | RawKind::Mapping => node.a,
            RawKind::Scalar | RawKind::Alias => at + 1,
        }
    }

    fn text(&self, at: u32) -> &str {
        let node = &self.tree.nodes[at as usize];
        let range = node.a as usize..(node.a + node.b) as usize;
        if node.flag { &self.tree.buffer[range] } else { &self.tree.source.text()[range] }
    }

    /// Cuts the aliases of a tree that would expand past [`MAX_EXPANDED_NODES`], so that no walk of it can take long.
    fn check_expansion(&mut self) {
        if !self.tree.nodes.iter().any(|node| node.kind == RawKind::Alias) {
            return;
        }
        // An alias stands for an earlier node that is closed by then (a recursive one is refused while parsing), so one pass in
        // document order knows every target's size. Sizes are prefix sums: `upto[i]` counts nodes 0..i, written out.
        let mut upto = Vec::with_capacity(self.tree.nodes.len() + 1);
        upto.push(0_u64);
        let mut first_too_large = None;
        for at in 0..self.tree.nodes.len() as u32 {
            let node = self.tree.nodes[at as usize];
            let size = if node.kind == RawKind::Alias && node.a < at {
                let end = self.after(node.a).min(at);
                1 + upto[end as usize].saturating_sub(upto[node.a as usize])
            } else {
                1
            };
            let total = upto[at as usize].saturating_add(size);
            if total > MAX_EXPANDED_NODES && node.kind == RawKind::Alias {
                let raw = &mut self.tree.nodes[at as usize];
                raw.a = at;
                first_too_large.get_or_insert(Span::new(raw.start, raw.end));
                upto.push(upto[at as usize].saturating_add(1));
                continue;
            }
            upto.push(total);
        }
        if let Some(span) = first_too_large {
            self.problem(ProblemKind::TooManyExpandedNodes, span, None);
        }
    }
}
