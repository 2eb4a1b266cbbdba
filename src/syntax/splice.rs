//! Entries of a tree in the place of others: a passage that was mended and read alone becomes part of the tree of its text, of which
//! nothing else has to be read again.

use super::problem::{Problem, ProblemKind};
use super::repair::Size;
use super::tree::{RawKind, Style, Tag, Tree};
use crate::text::Span;

/// Entries of a block mapping that stand one below the other, with lines of their own before and behind which the text reads the
/// same whatever they say.
#[derive(Clone, Copy, Debug)]
pub(super) struct Run {
    mapping: u32,
    /// The node of the first key, and the one behind the last value.
    nodes: (u32, u32),
    /// Where their lines start and end.
    lines: (u32, u32),
}

impl Run {
    /// The entries on `lines`, of which the first starts at `first`, up to the key at `next`, `None` at the end of the text.
    pub(super) fn find(tree: &Tree, lines: (usize, usize), first: usize, next: Option<usize>) -> Option<Self> {
        let at = |offset: usize| tree.nodes.partition_point(|node| (node.start as usize) < offset);
        let starts_mapping = |id: usize| tree.nodes.get(id).is_some_and(|node| node.kind == RawKind::Mapping);
        // The first entry of a mapping starts where the mapping does.
        let start = Some(at(first)).map(|id| id + usize::from(starts_mapping(id)))?;
        let mapping = tree.mapping_of_key(start, first)?;
        let inside = tree.nodes[mapping as usize];
        let after = match next {
            None => tree.nodes.len(),
            Some(next) => {
                let key = at(next);
                let around = tree.mapping_of_key(key, next)?;
                if around == mapping {
                    key
                } else {
                    let is_around = tree.around(mapping).any(|outer| outer == around);
                    (is_around && inside.a as usize == key).then_some(key)?
                }
            }
        };
        let nodes = (start as u32, after as u32);
        let is_within = inside.a >= nodes.1 && !inside.flag && inside.b > 2;
        is_within.then_some(Self { mapping, nodes, lines: (lines.0 as u32, lines.1 as u32) })
    }

    /// How many nodes and mistakes they have when they are read alone.
    pub(super) fn size(&self, tree: &Tree) -> Size {
        let mistakes = tree.problems.iter().filter(|problem| self.has(problem.span.start)).count();
        Size { nodes: (self.nodes.1 - self.nodes.0) as usize + 1, mistakes }
    }

    fn has(&self, offset: u32) -> bool {
        (self.lines.0..self.lines.1).contains(&offset)
    }

    /// Whether `part`, their lines read alone from `first` on, would be read the same in their place.
    pub(super) fn takes(&self, tree: &Tree, part: &Tree, first: usize) -> bool {
        let Some(root) = part.nodes.first() else { return false };
        let is_block = root.kind == RawKind::Mapping && root.style == Style::Block && root.tag == Tag::NONE && !root.flag;
        let is_sound =
            part.problems.is_empty() && part.anchors.is_empty() && root.start as usize == first - self.lines.0 as usize;
        let is_named = |(span, _): &(Span, _)| self.has(span.start);
        let is_twin = |kind, related: Option<Span>| {
            kind == ProblemKind::TooManyExpandedNodes || related.is_some_and(|first| self.has(first.start))
        };
        let mut others = tree.problems.iter().filter(|problem| !self.has(problem.span.start));
        // With directives, tags have other names.
        let head = &tree.source.text()[..tree.nodes[0].start as usize];
        is_block
            && is_sound
            && !tree.anchors.iter().any(is_named)
            && !others.any(|problem| is_twin(problem.kind, problem.related))
            && !head.contains('%')
            && !self.repeats_key(tree, part)
    }

    /// Whether a key of `part` may stand in the mapping already.
    fn repeats_key(&self, tree: &Tree, part: &Tree) -> bool {
        let mut own: Vec<u32> = part.keys_of(0).map(|id| part.nodes[id as usize].hash).collect();
        own.sort_unstable();
        let outside = tree.keys_of(self.mapping).filter(|id| !(self.nodes.0..self.nodes.1).contains(id));
        outside.map(|id| tree.nodes[id as usize].hash).any(|hash| own.binary_search(&hash).is_ok())
    }
}

impl Tree {
    /// The block mapping in which the node `id` is a key that starts at `offset`.
    fn mapping_of_key(&self, id: usize, offset: usize) -> Option<u32> {
        let key = self.nodes.get(id)?;
        let is_key = key.kind == RawKind::Scalar && key.hash != 0 && key.start as usize == offset;
        let around = &self.nodes[key.parent as usize];
        let is_block = around.kind == RawKind::Mapping && around.style == Style::Block;
        (is_key && is_block).then_some(key.parent)
    }

    /// The collections that `id` is in, the innermost first.
    fn around(&self, id: u32) -> impl Iterator<Item = u32> {
        let parent = |id: &u32| Some(self.nodes[*id as usize].parent).filter(|parent| parent != id);
        std::iter::successors(parent(&id), parent)
    }

    fn after(&self, id: u32) -> u32 {
        let node = &self.nodes[id as usize];
        if matches!(node.kind, RawKind::Mapping | RawKind::Sequence) { node.a } else { id + 1 }
    }

    /// The keys of a mapping.
    fn keys_of(&self, mapping: u32) -> impl Iterator<Item = u32> {
        let end = self.nodes[mapping as usize].a;
        let within = move |id: u32| (id < end).then_some(id);
        std::iter::successors(within(mapping + 1), move |key| within(self.after(self.after(*key))))
    }

    /// The tag called `name`, which is none that YAML or CloudFormation defines.
    fn other_tag(&mut self, name: &str) -> Tag {
        let index = self.tags.iter().position(|known| known == name).unwrap_or_else(|| {
            self.tags.push(name.to_owned());
            self.tags.len() - 1
        });
        Tag(u16::try_from(index).ok().and_then(|index| index.checked_add(Tag::FIRST_OTHER)).unwrap_or(u16::MAX))
    }

    /// The tree with `part` in the place of `run`, which takes it.
    pub(super) fn with(mut self, run: &Run, part: &Tree) -> Self {
        let ((first, after), (start, end)) = (run.nodes, run.lines);
        let base = self.buffer.len() as u32;
        self.buffer.push_str(&part.buffer);
        let tags: Vec<Tag> = part.tags.iter().map(|name| self.other_tag(name)).collect();
        let removed = (first..after).filter(|id| self.nodes[*id as usize].parent == run.mapping).count() as u32;
        let root = part.nodes[0];
        let grown = |id: u32| id + part.nodes.len() as u32 - 1 - (after - first);
        for id in std::iter::once(run.mapping).chain(self.around(run.mapping).collect::<Vec<_>>()) {
            let node = &mut self.nodes[id as usize];
            if node.a == after {
                node.end = root.end + start;
            }
            node.a = grown(node.a);
            // One too many, where the calls were in what is replaced, costs time only.
            node.has_calls |= root.has_calls;
        }
        let children = &mut self.nodes[run.mapping as usize].b;
        *children = *children - removed + root.b;
        for node in &mut self.nodes[after as usize..] {
            if node.parent >= after {
                node.parent = grown(node.parent);
            }
            // An alias may stand for what is above.
            if node.kind != RawKind::Scalar && node.a >= after {
                node.a = grown(node.a);
            }
        }
        let placed = part.nodes[1..].iter().map(|node| {
            let mut node = *node;
            (node.start, node.end) = (node.start + start, node.end + start);
            node.parent = if node.parent == 0 { run.mapping } else { node.parent + first - 1 };
            node.a += match node.kind {
                RawKind::Scalar if node.flag => base,
                RawKind::Scalar => start,
                _ => first - 1,
            };
            if let Some(other) = node.tag.0.checked_sub(Tag::FIRST_OTHER) {
                node.tag = tags.get(other as usize).copied().unwrap_or(node.tag);
            }
            node
        });
        self.nodes.splice(first as usize..after as usize, placed);
        for (_, node) in &mut self.anchors {
            if node.0 >= after {
                node.0 = grown(node.0);
            }
        }
        let comment = |offset: u32| self.comments.partition_point(|comment| comment.start < offset);
        let comments = comment(start)..comment(end);
        let moved = |span: Span| Span::new(span.start + start, span.end + start);
        self.comments.splice(comments, part.comments.iter().copied().map(moved));
        self.problems.retain(|problem| !run.has(problem.span.start));
        let own = part.problems.iter();
        self.problems.extend(own.map(|own| Problem { span: moved(own.span), related: own.related.map(moved), ..own.clone() }));
        self.problems.sort_by_key(|problem| (problem.span, problem.kind as u8, problem.related));
        self
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;
    use std::sync::Arc;

    use super::*;
    use crate::syntax::parse;
    use crate::text::SourceFile;

    /// A template of forty resources with `line` in one of them.
    fn template(line: &str) -> String {
        let mut text = String::from("Base: &base\n  a: 1\nResources:\n");
        for number in 0..40 {
            let _ = write!(text, "  Queue{number}: # one\n    Type: AWS::SQS::Queue\n    Properties:\n      Tags: !Other\n");
            let _ = write!(text, "        - {{Key: a, Value: \"b\\t{number}\"}}\n      Script: |\n        one\n");
            text.push_str(if number == 20 { line } else { "" });
            text.push_str("      Name: !Sub 'x'\n      More:\n        b: 'it''s'\n");
        }
        text.push_str("Outputs:\n  Same: *base\n");
        text
    }

    #[test]
    fn a_mended_passage_reads_as_the_whole_text_does() {
        let broken = template("      Enabled\n        - 1\n");
        let whole = template("      Enabled:\n        - 1\n");
        let colon = whole.find("Enabled:").expect("it is there") as u32 + 7;
        let read = |text: &str| parse(&Arc::new(SourceFile::new("t.yaml", text)));
        let (broken, whole) = (read(&broken), read(&whole));
        assert_eq!(broken.problems().iter().map(|problem| problem.kind).collect::<Vec<_>>(), [ProblemKind::MissingColon]);
        assert_eq!(whole.problems(), []);
        let back = |at: u32| if at > colon { at - 1 } else { at };
        let moved = |span: Span| Span::new(back(span.start), back(span.end));
        let nodes = |tree: &Tree, moved: &dyn Fn(Span) -> Span| -> Vec<String> {
            let node = |node: crate::syntax::Written| {
                format!("{:?} {:?} {:?} {:?} {}", node.kind, moved(node.span), node.other_tag, node.text, node.size)
            };
            tree.written().map(node).collect()
        };
        assert_eq!(nodes(&broken, &|span| span), nodes(&whole, &moved));
        assert_eq!(broken.comments(), whole.comments().iter().copied().map(moved).collect::<Vec<_>>());
        assert_eq!(broken.aliases().count(), 1);
        assert!(broken.nodes.iter().map(|node| node.parent).eq(whole.nodes.iter().map(|node| node.parent)));
    }

    #[test]
    fn calls_in_a_mended_passage_are_known_around_it() {
        let read = |text: &str| parse(&Arc::new(SourceFile::new("t.yaml", text.replace("!Sub ", ""))));
        let (broken, whole) = (template("      Enabled\n        - !Ref A\n"), template("      Enabled:\n        - !Ref A\n"));
        let (broken, whole) = (read(&broken), read(&whole));
        let with_calls = |tree: &Tree| tree.nodes.iter().filter(|node| node.has_calls).count();
        // The call, what it is in up to the root, and an alias.
        assert_eq!((with_calls(&broken), with_calls(&whole)), (8, 8));
    }

    #[test]
    fn only_whole_entries_of_a_block_mapping_are_a_run() {
        let text = "A:\n  b: 1\n  c: 2\n  d: 3\nE: 4\n";
        let tree = parse(&Arc::new(SourceFile::new("t.yaml", text)));
        let at = |part: &str| text.find(part).expect("it is there");
        let run = Run::find(&tree, (at("  c"), at("  d")), at("c:"), Some(at("d:"))).expect("it is one");
        assert_eq!((run.size(&tree).nodes, run.size(&tree).mistakes), (3, 0));
        assert!(Run::find(&tree, (at("  c"), at("E")), at("c:"), Some(at("E:"))).is_some());
        assert!(Run::find(&tree, (at("  c"), at("  d")), at("2"), Some(at("d:"))).is_none());
        assert!(Run::find(&tree, (at("  c"), at("  d")), at("c:"), Some(at("3"))).is_none());
    }
}
