//! Reading a tree: nodes as CloudFormation sees them, aliases followed, merge keys merged.

use super::function::Function;
use super::scalar::Scalar;
use super::tree::{NodeId, Raw, RawKind, Style, Tag, Tree, hash};
use std::sync::Arc;

use crate::text::{Place, Span};

/// A node of a tree.
#[derive(Clone, Copy, Debug)]
pub struct Node<'t> {
    tree: &'t Tree,
    id: u32,
    /// The tag is set aside: this is the argument of the function that the tag names.
    bare: bool,
}

/// What a node is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A single value; a missing one is an empty plain scalar.
    Scalar,
    /// A list.
    Sequence,
    /// A mapping.
    Mapping,
}

/// A key of a mapping and its value.
#[derive(Clone, Copy, Debug)]
pub struct Entry<'t> {
    /// The key.
    pub key: Node<'t>,
    /// The value.
    pub value: Node<'t>,
}

impl PartialEq for Node<'_> {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.tree, other.tree) && self.id == other.id && self.bare == other.bare
    }
}

impl Eq for Node<'_> {}

impl Tree {
    /// The outermost node, `None` for an empty text.
    #[must_use]
    pub fn root(&self) -> Option<Node<'_>> {
        (!self.nodes.is_empty()).then(|| Node { tree: self, id: 0, bare: false }.followed())
    }

    /// The node `id`.
    #[must_use]
    pub fn node(&self, id: NodeId) -> Node<'_> {
        Node { tree: self, id: id.0, bare: false }.followed()
    }

    /// The mappings that are written with the key `name`.
    pub fn mappings_with<'n>(&self, name: &'n str) -> impl Iterator<Item = Node<'_>> + use<'_, 'n> {
        let wanted = hash(name.as_bytes());
        let may_be_named = move |raw: &Raw| raw.hash == wanted || raw.kind == RawKind::Alias;
        let some = self.nodes.iter().enumerate().filter(move |(_, raw)| may_be_named(raw));
        let named = some.map(|(id, _)| Node { tree: self, id: id as u32, bare: false }).filter(move |node| {
            let key = node.followed();
            key.raw().hash == wanted && key.as_str() == Some(name)
        });
        named.filter_map(Node::parent).filter(|parent| parent.is_mapping())
    }

    /// Whether there are aliases, those of nothing among them.
    #[must_use]
    pub fn has_aliases(&self) -> bool {
        self.nodes.iter().any(|raw| raw.kind == RawKind::Alias)
    }

    /// The aliases, as the place of each and the node it stands for.
    pub fn aliases(&self) -> impl Iterator<Item = (Span, Node<'_>)> {
        let aliases = self.nodes.iter().enumerate().filter(|(at, raw)| raw.kind == RawKind::Alias && raw.a as usize != *at);
        aliases.map(|(at, raw)| (Span::new(raw.start, raw.end), Node { tree: self, id: at as u32, bare: false }.followed()))
    }
}

/// A node as it stands in the text: an alias is an alias, a merge key a key.
#[derive(Clone, Copy, Debug)]
pub struct Written<'t> {
    /// What it is; `None` for an alias.
    pub kind: Option<Kind>,
    /// The text of the node, tag and anchor included.
    pub span: Span,
    /// How it is written.
    pub style: Style,
    /// Its tag.
    pub tag: Tag,
    /// The tag's name, where it is none that YAML or CloudFormation defines.
    pub other_tag: Option<&'t str>,
    /// A scalar's text.
    pub text: &'t str,
    /// The number of nodes in it, itself included: how many to skip for the node after it.
    pub size: usize,
    /// The number of its children; a mapping has two for each entry.
    pub children: usize,
}

impl Tree {
    /// Every node in the order of the text, collections before what is in them. For comparisons with other readers; rules look
    /// at [`Node`]s.
    pub fn written(&self) -> impl Iterator<Item = Written<'_>> {
        (0..self.nodes.len() as u32).map(|id| {
            let node = Node { tree: self, id, bare: false };
            let raw = node.raw();
            let collection = matches!(raw.kind, RawKind::Sequence | RawKind::Mapping);
            Written {
                kind: (raw.kind != RawKind::Alias).then(|| node.kind()),
                span: node.span(),
                style: raw.style,
                tag: raw.tag,
                other_tag: node.other_tag(),
                text: if raw.kind == RawKind::Scalar { node.text() } else { "" },
                size: if collection { (raw.a - id) as usize } else { 1 },
                children: if collection { raw.b as usize } else { 0 },
            }
        })
    }
}

impl<'t> Node<'t> {
    /// The tree it is part of.
    #[must_use]
    pub fn tree(self) -> &'t Tree {
        self.tree
    }

    /// Its number.
    #[must_use]
    pub fn id(self) -> NodeId {
        NodeId(self.id)
    }

    #[inline]
    pub(super) fn raw(self) -> &'t Raw {
        &self.tree.nodes[self.id as usize]
    }

    /// The node an alias stands for. An alias of nothing stays, and reads as an empty scalar.
    #[inline]
    fn followed(mut self) -> Self {
        // Each step goes to an earlier node, so this ends.
        while self.raw().kind == RawKind::Alias && self.raw().a < self.id {
            self.id = self.raw().a;
        }
        self
    }

    /// The text of the node, tag and anchor included.
    #[inline]
    #[must_use]
    pub fn span(self) -> Span {
        Span::new(self.raw().start, self.raw().end)
    }

    /// The text of the node, in its file.
    #[must_use]
    pub fn place(self) -> Place {
        self.place_of(self.span())
    }

    /// A text of the node's file.
    #[must_use]
    pub fn place_of(self, span: Span) -> Place {
        Place { file: Arc::clone(&self.tree.source), span }
    }

    /// What it is.
    #[inline]
    #[must_use]
    pub fn kind(self) -> Kind {
        match self.raw().kind {
            RawKind::Scalar | RawKind::Alias => Kind::Scalar,
            RawKind::Sequence => Kind::Sequence,
            RawKind::Mapping => Kind::Mapping,
        }
    }

    /// Whether it is a mapping.
    #[inline]
    #[must_use]
    pub fn is_mapping(self) -> bool {
        self.kind() == Kind::Mapping
    }

    /// Whether it is a sequence.
    #[inline]
    #[must_use]
    pub fn is_sequence(self) -> bool {
        self.kind() == Kind::Sequence
    }

    /// How it is written.
    #[must_use]
    pub fn style(self) -> Style {
        self.raw().style
    }

    /// Its tag.
    #[inline]
    #[must_use]
    pub fn tag(self) -> Tag {
        if self.bare { Tag::NONE } else { self.raw().tag }
    }

    /// The tag as written, without its first `!`, where it is none that YAML or CloudFormation defines.
    #[must_use]
    pub fn other_tag(self) -> Option<&'t str> {
        let index = self.tag().0.checked_sub(Tag::FIRST_OTHER)?;
        self.tree.tags.get(index as usize).map(String::as_str)
    }

    /// The scalar, `None` for a collection.
    #[must_use]
    pub fn scalar(self) -> Option<Scalar<'t>> {
        let raw = self.raw();
        match raw.kind {
            RawKind::Scalar => Some(Scalar::new(self.text(), raw.style, self.tag())),
            RawKind::Alias => Some(Scalar::new("", Style::Plain, Tag::NULL)),
            RawKind::Sequence | RawKind::Mapping => None,
        }
    }

    /// A scalar's text without its quotes, escapes and folds; `None` for a collection.
    #[inline]
    #[must_use]
    pub fn as_str(self) -> Option<&'t str> {
        match self.raw().kind {
            RawKind::Scalar => Some(self.text()),
            RawKind::Alias => Some(""),
            RawKind::Sequence | RawKind::Mapping => None,
        }
    }

    #[inline]
    fn text(self) -> &'t str {
        let raw = self.raw();
        let range = raw.a as usize..(raw.a + raw.b) as usize;
        if raw.flag { &self.tree.buffer[range] } else { &self.tree.source.text()[range] }
    }

    /// Whether it is a missing or null value.
    #[must_use]
    pub fn is_null(self) -> bool {
        self.scalar().is_some_and(|scalar| scalar.is_null())
    }

    /// The number of items of a sequence, or of entries of a mapping before merging.
    #[must_use]
    pub fn len(self) -> usize {
        match self.raw().kind {
            RawKind::Scalar | RawKind::Alias => 0,
            RawKind::Sequence => self.raw().b as usize,
            RawKind::Mapping => self.raw().b as usize / 2,
        }
    }

    /// Whether it has no child.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// The items of a sequence; none for anything else.
    #[inline]
    #[must_use]
    pub fn items(self) -> Items<'t> {
        let raw = self.raw();
        let end = if raw.kind == RawKind::Sequence { raw.a } else { 0 };
        Items { tree: self.tree, at: self.id + 1, end }
    }

    /// The entries of a mapping in the order in which they are written, merged ones last; none for anything else.
    #[inline]
    #[must_use]
    pub fn entries(self) -> Entries<'t> {
        let raw = self.raw();
        let end = if raw.kind == RawKind::Mapping { raw.a } else { 0 };
        if raw.kind == RawKind::Mapping && raw.flag {
            return Entries { tree: self.tree, at: 0, end: 0, merged: Some(self.merged().into_iter()) };
        }
        Entries { tree: self.tree, at: self.id + 1, end, merged: None }
    }

    /// The value of the first entry whose key is `name`.
    #[must_use]
    pub fn get(self, name: &str) -> Option<Self> {
        self.entry(name).map(|entry| entry.value)
    }

    /// The first entry whose key is `name`.
    #[must_use]
    pub fn entry(self, name: &str) -> Option<Entry<'t>> {
        let raw = self.raw();
        if raw.kind != RawKind::Mapping {
            return None;
        }
        let wanted = hash(name.as_bytes());
        let is_named = |key: Self| key.raw().hash == wanted && key.as_str() == Some(name);
        if raw.flag {
            return self.entries().find(|entry| is_named(entry.key));
        }
        // Rules ask for little else so often: what is passed over is not looked at.
        let mut at = self.id + 1;
        while at < raw.a {
            let key = Self { tree: self.tree, id: at, bare: false };
            let value = Self { tree: self.tree, id: key.after(), bare: false };
            if is_named(key.followed()) {
                return Some(Entry { key: key.followed(), value: value.followed() });
            }
            at = value.after();
        }
        None
    }

    /// The entry of this mapping in which `child` is the key or the value, as it is written there.
    #[must_use]
    pub fn entry_with(self, child: Self) -> Option<Entry<'t>> {
        let raw = self.raw();
        if raw.kind == RawKind::Mapping && raw.flag {
            return self.entries().find(|entry| entry.key.id == child.id || entry.value.id == child.id);
        }
        let end = if raw.kind == RawKind::Mapping { raw.a } else { 0 };
        let mut at = self.id + 1;
        while at < end && at <= child.id {
            let key = Self { tree: self.tree, id: at, bare: false };
            let value = Self { tree: self.tree, id: key.after(), bare: false };
            if child.id == key.id || child.id == value.id {
                return Some(Entry { key: key.followed(), value: value.followed() });
            }
            at = value.after();
        }
        None
    }

    /// The entry in which this is the value.
    #[must_use]
    pub fn own_entry(self) -> Option<Entry<'t>> {
        self.parent()?.entry_with(self).filter(|entry| entry.value.id() == self.id())
    }

    /// Whether a function may be called here or somewhere in it. Walks that look for calls pass over the rest, which is most of a
    /// template.
    #[inline]
    #[must_use]
    pub fn has_calls(self) -> bool {
        self.raw().has_calls
    }

    /// The function that this value is a call of, and its argument: `!Sub x` and `{Fn::Sub: x}` alike.
    ///
    /// `Condition:` as the only key of a mapping is none: outside the places where CloudFormation looks for a condition it is
    /// an ordinary key (IAM statements have one). See [`Self::condition`].
    #[inline]
    #[must_use]
    pub fn function(self) -> Option<(Function, Self)> {
        if let Some(function) = self.tag().function() {
            return Some((function, Self { bare: true, ..self }));
        }
        let function = *Function::ALL.get((self.raw().long as usize).checked_sub(1)?)?;
        let value = Self { tree: self.tree, id: self.id + 2, bare: false }.followed();
        (function != Function::Condition).then_some((function, value))
    }

    /// The name in `!Condition name` or `{Condition: name}`, for places where a condition is expected.
    #[must_use]
    pub fn condition(self) -> Option<Self> {
        if self.tag() == Tag::of(Function::Condition) {
            return Some(Self { bare: true, ..self });
        }
        self.only_entry().filter(|(name, value)| *name == "Condition" && value.as_str().is_some()).map(|(_, value)| value)
    }

    /// The key and the value of a mapping that has one entry.
    fn only_entry(self) -> Option<(&'t str, Self)> {
        let raw = self.raw();
        if raw.kind != RawKind::Mapping || raw.b != 2 || raw.flag {
            return None;
        }
        let key = Self { tree: self.tree, id: self.id + 1, bare: false }.followed();
        let name = key.as_str()?;
        Some((name, Self { tree: self.tree, id: self.id + 2, bare: false }.followed()))
    }

    /// The node around this one, `None` for the root. A node reached through an alias has the parent it is written in.
    #[must_use]
    pub fn parent(self) -> Option<Self> {
        let parent = self.raw().parent;
        (parent != self.id).then_some(Self { tree: self.tree, id: parent, bare: false })
    }

    /// The keys and list indices that lead here from the root.
    #[must_use]
    pub fn path(self) -> Vec<String> {
        let mut path = Vec::new();
        let mut at = self;
        while let Some(parent) = at.parent() {
            let step = match parent.kind() {
                Kind::Sequence => parent.items().position(|item| item.id == at.id).map(|index| index.to_string()),
                _ => parent.entry_with(at).and_then(|entry| entry.key.as_str().map(str::to_owned)),
            };
            path.extend(step);
            at = parent;
        }
        path.extend(self.tree.within.iter().rev().cloned());
        path.reverse();
        path
    }

    /// This node and all that is written in it, in the order of the text; what an alias stands for is left to where it is written.
    pub fn descendants(self) -> impl Iterator<Item = Self> + use<'t> {
        let written = (self.id..self.after().max(self.id + 1)).map(move |id| Self { tree: self.tree, id, bare: false });
        written.filter(|node| node.raw().kind != RawKind::Alias)
    }

    /// The functions that this value calls: two where the argument of a short form is a call in the long form, `!Base64 {Fn::Sub: x}`.
    pub fn functions(self) -> impl Iterator<Item = (Function, Self, Self)> + use<'t> {
        let outer = self.function();
        let inner = outer
            .filter(|(_, argument)| argument.id == self.id)
            .and_then(|(_, argument)| argument.function().map(|(function, inner)| (function, argument, inner)));
        outer.map(|(function, argument)| (function, self, argument)).into_iter().chain(inner)
    }

    /// The calls of functions in this node and in all that is written in it, in the order of the text: the function, the call and
    /// its argument.
    pub fn calls(self) -> impl Iterator<Item = (Function, Self, Self)> + use<'t> {
        let all = self.tree.calls.get_or_init(|| find_calls(self.tree));
        let from = all.partition_point(|call| call.node < self.id);
        let end = self.after().max(self.id + 1);
        let tree = self.tree;
        all[from..].iter().take_while(move |call| call.node < end).map(move |call| {
            let node = |id: u32, bare: bool| Self { tree, id, bare };
            (call.function, node(call.node, call.is_bare), node(call.argument, call.takes_bare))
        })
    }

    /// The strings in this node and in all that is written in it that hold `part`, in the order of the text.
    pub fn strings_with<'n>(self, part: &'n str) -> impl Iterator<Item = Self> + use<'t, 'n> {
        let finder = memchr::memmem::Finder::new(part.as_bytes());
        let text = self.tree.source.text().as_bytes();
        // Strings stand in the order of the text, so that one look through it is enough for most: the first place at `from` or
        // behind it.
        let mut from = self.raw().start as usize;
        let mut next = finder.find(&text[from.min(text.len())..]).map(|at| from + at);
        self.descendants().filter(move |node| {
            let raw = node.raw();
            if raw.kind != RawKind::Scalar {
                return false;
            }
            let (start, end) = (raw.a as usize, (raw.a + raw.b) as usize);
            if raw.flag || start < from {
                return finder.find(node.text().as_bytes()).is_some();
            }
            if next.is_some_and(|at| at < start) {
                from = start;
                next = finder.find(&text[start..]).map(|at| start + at);
            }
            next.is_some_and(|at| at + part.len() <= end)
        })
    }

    #[inline]
    fn after(self) -> u32 {
        match self.raw().kind {
            RawKind::Sequence | RawKind::Mapping => self.raw().a,
            RawKind::Scalar | RawKind::Alias => self.id + 1,
        }
    }

    /// The nodes directly in this one as they stand in the text: an alias is an alias, a merge key a key.
    pub(super) fn written_children(self) -> Vec<Self> {
        let raw = self.raw();
        if matches!(raw.kind, RawKind::Scalar | RawKind::Alias) {
            return Vec::new();
        }
        let mut children = Vec::with_capacity(raw.b as usize);
        let mut at = self.id + 1;
        while at < raw.a {
            let child = Self { tree: self.tree, id: at, bare: false };
            children.push(child);
            at = child.after();
        }
        children
    }

    /// Own entries first; then those of the merged mappings whose key is not there yet, as PyYAML and `aws cloudformation
    /// package` merge them.
    fn merged(self) -> Vec<Entry<'t>> {
        let plain = |node: Self| Entries { tree: node.tree, at: node.id + 1, end: node.after(), merged: None };
        let (mut entries, mut sources) = (Vec::new(), Vec::new());
        for entry in plain(self) {
            if is_merge_key(entry.key) { sources.push(entry.value) } else { entries.push(entry) }
        }
        for source in sources {
            let mappings: Vec<Self> = if source.is_sequence() { source.items().collect() } else { vec![source] };
            for mapping in mappings.into_iter().filter(|mapping| mapping.is_mapping()) {
                for entry in mapping.entries() {
                    if !entries.iter().any(|own: &Entry| own.key.as_str() == entry.key.as_str()) {
                        entries.push(entry);
                    }
                }
            }
        }
        entries
    }
}

/// A call of a function, as numbers of nodes.
#[derive(Clone, Copy, Debug)]
pub(super) struct CallAt {
    node: u32,
    argument: u32,
    function: Function,
    /// The node is the argument of another call in the short form.
    is_bare: bool,
    takes_bare: bool,
}

fn find_calls(tree: &Tree) -> Vec<CallAt> {
    let all = (0..tree.nodes.len() as u32).filter(|id| {
        let raw = &tree.nodes[*id as usize];
        raw.long != 0 || raw.kind != RawKind::Alias && raw.tag.function().is_some()
    });
    let calls = all.flat_map(|id| Node { tree, id, bare: false }.functions());
    let call = |(function, node, argument): (Function, Node, Node)| CallAt {
        node: node.id,
        argument: argument.id,
        function,
        is_bare: node.bare,
        takes_bare: argument.bare,
    };
    calls.map(call).collect()
}

fn is_merge_key(key: Node) -> bool {
    key.style() == Style::Plain && key.tag() == Tag::NONE && key.as_str() == Some("<<")
}

/// The items of a sequence.
#[derive(Clone, Debug)]
pub struct Items<'t> {
    tree: &'t Tree,
    at: u32,
    end: u32,
}

impl<'t> Iterator for Items<'t> {
    type Item = Node<'t>;

    #[inline]
    fn next(&mut self) -> Option<Node<'t>> {
        if self.at >= self.end {
            return None;
        }
        let node = Node { tree: self.tree, id: self.at, bare: false };
        self.at = node.after();
        Some(node.followed())
    }
}

/// The entries of a mapping.
#[derive(Clone, Debug)]
pub struct Entries<'t> {
    tree: &'t Tree,
    at: u32,
    end: u32,
    /// Those of a mapping that merges others.
    merged: Option<std::vec::IntoIter<Entry<'t>>>,
}

impl<'t> Iterator for Entries<'t> {
    type Item = Entry<'t>;

    #[inline]
    fn next(&mut self) -> Option<Entry<'t>> {
        if self.at >= self.end {
            return self.merged.as_mut()?.next();
        }
        let key = Node { tree: self.tree, id: self.at, bare: false };
        let value = Node { tree: self.tree, id: key.after(), bare: false };
        self.at = value.after();
        Some(Entry { key: key.followed(), value: value.followed() })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::text::SourceFile;

    fn tree(text: &str) -> Tree {
        super::super::parse(&Arc::new(SourceFile::new("t.yaml", text)))
    }

    #[test]
    fn an_entry_is_found_by_its_name_and_by_what_is_in_it() {
        let tree = tree("x: &x {k: &k 1}\ny: {a: [1], b: {c: 2}, *k : 3}\nz: {<<: *x, d: 4}\n");
        for mapping in tree.root().into_iter().flat_map(Node::descendants).filter(|node| node.is_mapping()) {
            for entry in mapping.entries().filter(|entry| entry.key.parent() == Some(mapping)) {
                assert_eq!(mapping.entry_with(entry.key).map(|found| found.value), Some(entry.value));
                assert_eq!(mapping.entry_with(entry.value).map(|found| found.key), Some(entry.key));
                assert_eq!(entry.key.as_str().and_then(|name| mapping.get(name)), Some(entry.value));
            }
            assert!(mapping.entry_with(mapping).is_none());
        }
        let merged = tree.root().and_then(|root| root.get("z")?.get("k"));
        assert_eq!(merged.and_then(Node::as_str), Some("1"));
    }

    #[test]
    fn what_has_calls_is_what_is_around_them() {
        let tree = tree("a: {b: [!Ref x], c: {d: 1}}\ne: {Fn::Sub: x}\nf: [&g {h: 1}, 2]\ni: {j: *g}\n");
        let has = |path: &[&str]| path.iter().try_fold(tree.root()?, |node, key| node.get(key)).map(Node::has_calls);
        assert_eq!((has(&[]), has(&["a"]), has(&["a", "b"]), has(&["e"])), (Some(true), Some(true), Some(true), Some(true)));
        assert_eq!((has(&["a", "c"]), has(&["f"])), (Some(false), Some(false)));
        // What an alias stands for may have some.
        assert_eq!(has(&["i"]), Some(true));
    }
}
