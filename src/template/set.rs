//! Templates that are analysed together, and how they are linked.

use std::collections::BTreeSet;
use std::ops::Bound::{Included, Unbounded};

use rustc_hash::{FxHashMap, FxHashSet};

use super::stack_exports::{StackExports, is_named_after_stack};
use super::{Intrinsic, Piece, Template, pieces};
use crate::syntax::Node;

/// The number of a template in its set.
pub type MemberId = usize;

/// The templates of one run.
#[derive(Debug, Default)]
pub struct TemplateSet<'t> {
    members: Vec<Member<'t>>,
    exports: Exports,
    relations: Relations,
    stack_exports: StackExports,
    /// They describe what is deployed, all of it in one world.
    deployed: bool,
}

/// A template of a set.
#[derive(Debug)]
pub struct Member<'t> {
    /// The template.
    pub template: &'t Template<'t>,
    /// The name of the stack it is deployed as, where that is known.
    pub stack_name: Option<String>,
    /// The nested stacks whose template is in the set: the number of the resource, and the template.
    pub children: FxHashMap<u32, MemberId>,
}

/// An output with an export.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Export {
    /// The template.
    pub member: MemberId,
    /// The number of the output.
    pub output: usize,
}

/// Which resources tie templates together beside exports and imports: by a name that is written out in both.
#[derive(Clone, Copy, Debug)]
pub struct Ties {
    /// Types whose resources other stacks name, each with the property that names them.
    pub declaring: &'static [(&'static str, &'static str)],
    /// Types whose resources change one that another stack declares, each with the property that names that one.
    pub changing: &'static [(&'static str, &'static str)],
}

/// What [`Ties`] found.
#[derive(Debug, Default)]
struct Relations {
    /// By type and name: the outermost templates that declare a resource.
    declared: FxHashMap<(&'static str, String), Vec<MemberId>>,
    /// The same where the name is the default of a parameter.
    declared_by_default: FxHashMap<(&'static str, String), Vec<MemberId>>,
    /// By name: the outermost templates that change what is called so.
    changed: FxHashMap<String, Vec<MemberId>>,
    /// By a template that exports: the outermost templates that import from it and change something.
    changed_through: FxHashMap<MemberId, Vec<MemberId>>,
}

/// The exports by the shape of their names: what is written out, with a mark for each part that is not.
#[derive(Debug, Default)]
struct Exports {
    by_shape: FxHashMap<String, Vec<Export>>,
    /// The shapes without a hole, in their order.
    whole: BTreeSet<String>,
    /// The same, each from its last character to its first.
    whole_reversed: BTreeSet<String>,
    /// The shapes with a hole, by what stands behind the last hole, then by what stands before the first.
    holed: FxHashMap<String, FxHashMap<String, Vec<String>>>,
    /// Those whose name has no shape.
    shapeless: Vec<Export>,
}

/// Stands in a shape for a part that is not written out.
const HOLE: char = '\0';

/// Most exports that one import is compared with where their names do not tell, and most values that one name is followed through.
const MAX_CANDIDATES: usize = 64;

impl<'t> TemplateSet<'t> {
    /// A set of `members`; with `link`, their imports find their exports.
    #[must_use]
    pub fn new(members: Vec<Member<'t>>, link: bool) -> Self {
        let mut exports = Exports::default();
        let mut stack_exports = StackExports::new(members.len());
        for (member, found) in members.iter().enumerate().filter(|_| link) {
            for (output, declared) in found.template.outputs.iter().enumerate() {
                let Some(name) = declared.export_name else { continue };
                let export = Export { member, output };
                stack_exports.add(name, export, found.template);
                // No import is known to mean the name of a stack that is not known itself.
                if found.stack_name.is_none() && is_named_after_stack(name) {
                    continue;
                }
                match shape(name, found.stack_name.as_deref()) {
                    Some(shape) => exports.add(shape, export),
                    None => exports.shapeless.push(export),
                }
            }
        }
        Self { members, exports, stack_exports, relations: Relations::default(), deployed: false }
    }

    /// The same set, in which `ties` are found too.
    #[must_use]
    pub fn tied(mut self, ties: Ties) -> Self {
        let mut relations = Relations::default();
        let parents = parents(&self.members);
        for (number, member) in self.members.iter().enumerate() {
            for resource in member.template.resources.iter() {
                let property_of = |types: &'static [(&'static str, &'static str)]| {
                    let known = types.iter().find(|(resource_type, _)| *resource_type == resource.resource_type)?;
                    Some((known.0, resource.properties?.get(known.1)))
                };
                if let Some((resource_type, property)) = property_of(ties.declaring) {
                    for name in self.written_out(number, property, &parents) {
                        add(relations.declared.entry((resource_type, name)).or_default(), &outermost(&parents, number));
                    }
                    // What nests a template says what its parameters are.
                    if let Some(name) =
                        property.and_then(|property| default_of(member.template, property)).filter(|_| parents[number].is_empty())
                    {
                        add(relations.declared_by_default.entry((resource_type, name)).or_default(), &[number]);
                    }
                }
                if let Some((_, property)) = property_of(ties.changing) {
                    let roots = outermost(&parents, number);
                    for name in self.written_out(number, property, &parents) {
                        // An ARN ends in the name.
                        let name = name.rsplit('/').next().unwrap_or(&name).to_owned();
                        add(relations.changed.entry(name).or_default(), &roots);
                    }
                    for root in roots {
                        for exporter in self.imported_by(root) {
                            add(relations.changed_through.entry(exporter).or_default(), &[root]);
                        }
                    }
                }
            }
        }
        self.relations = relations;
        self
    }

    /// The strings that a value is written as: itself, or what the parents give the parameter that it refers to.
    fn written_out(&self, member: MemberId, value: Option<Node<'t>>, parents: &[Vec<MemberId>]) -> Vec<String> {
        let (mut found, mut work) = (Vec::new(), vec![(member, value)]);
        // Stacks that nest each other in many ways, or in a circle, are followed so far and no further.
        for _ in 0..MAX_CANDIDATES {
            let Some((member, value)) = work.pop() else { break };
            let Some(value) = value else { continue };
            match Intrinsic::of(value) {
                None => found.extend(value.as_str().map(str::to_owned)),
                Some(Intrinsic::Ref(parameter)) => {
                    for &parent in &parents[member] {
                        let above = &self.members[parent];
                        let creating = above.children.iter().filter(|(_, child)| **child == member);
                        let resources = creating.filter_map(|(resource, _)| above.template.resources.at(*resource as usize));
                        let given = resources.map(|resource| resource.properties?.get("Parameters")?.get(parameter));
                        work.extend(given.map(|given| (parent, given)));
                    }
                }
                Some(_) => {}
            }
        }
        found
    }

    /// The outermost template that declares a resource of a type with a name that is written out, or, where none does, with a
    /// parameter whose default is the name; `None` where there is none, and where there are several.
    #[must_use]
    pub fn declaring(&self, resource_type: &'static str, name: &str) -> Option<MemberId> {
        let key = (resource_type, name.to_owned());
        let declared = self.relations.declared.get(&key).or_else(|| self.relations.declared_by_default.get(&key));
        match declared.map(Vec::as_slice) {
            Some([only]) => Some(*only),
            _ => None,
        }
    }

    /// The outermost template that changes what is called `name`; `None` where there is none, and where there are several.
    #[must_use]
    pub fn changing(&self, name: &str) -> Option<MemberId> {
        match self.relations.changed.get(name).map(Vec::as_slice) {
            Some([only]) => Some(*only),
            _ => None,
        }
    }

    /// The outermost templates that import from `exporter` and change something, in the order in which they were given.
    #[must_use]
    pub fn changing_through(&self, exporter: MemberId) -> &[MemberId] {
        self.relations.changed_through.get(&exporter).map_or(&[], Vec::as_slice)
    }

    /// A template and those that it nests, directly or through others.
    #[must_use]
    pub fn nested_in(&self, outermost: MemberId) -> Vec<MemberId> {
        let mut found = vec![outermost];
        let mut at = 0;
        while let Some(&member) = found.get(at) {
            let mut children: Vec<MemberId> = self.members[member].children.values().copied().collect();
            // The order of a map is not the order of the files.
            children.sort_unstable();
            children.retain(|child| !found.contains(child));
            children.dedup();
            found.extend(children);
            at += 1;
        }
        found
    }

    /// The templates from which a template, or one that it nests, imports by the looks of the names.
    #[must_use]
    pub fn imported_by(&self, outermost: MemberId) -> Vec<MemberId> {
        let mut found = FxHashSet::default();
        for member in self.nested_in(outermost) {
            let mut work: Vec<Node> = self.members[member].template.tree.root().into_iter().collect();
            while let Some(node) = work.pop() {
                if let Some(Intrinsic::ImportValue(name)) = Intrinsic::of(node) {
                    found.extend(self.exports_like(name).into_iter().map(|export| export.member));
                    found.extend(self.export_named_after_stack(name, member).map(|export| export.member));
                }
                work.extend(node.items());
                work.extend(node.entries().map(|entry| entry.value));
            }
        }
        let mut found: Vec<MemberId> = found.into_iter().collect();
        found.sort_unstable();
        found
    }

    /// A set of descriptions of what is deployed: each sees the resources of all.
    #[must_use]
    pub fn deployed(members: Vec<Member<'t>>) -> Self {
        Self {
            members,
            exports: Exports::default(),
            stack_exports: StackExports::default(),
            relations: Relations::default(),
            deployed: true,
        }
    }

    /// Whether the members describe what is deployed.
    #[must_use]
    pub fn is_deployed(&self) -> bool {
        self.deployed
    }

    /// The template number `id`.
    #[must_use]
    pub fn member(&self, id: MemberId) -> &Member<'t> {
        &self.members[id]
    }

    /// All templates.
    #[must_use]
    pub fn members(&self) -> &[Member<'t>] {
        &self.members
    }

    /// The exports that an import of `name` may mean, by the looks of their names.
    #[must_use]
    pub fn exports_like(&self, name: Node<'t>) -> Vec<Export> {
        let mut found = Vec::new();
        if let Some(shape) = shape(name, None) {
            found.extend(self.exports.by_shape.get(&shape).into_iter().flatten().copied());
            // A name that is written out may be one of those that are not, and the other way round.
            let others = self.exports.fitting(&shape);
            let mut others: Vec<Export> = others
                .iter()
                .filter_map(|other| self.exports.by_shape.get(*other))
                .flatten()
                .copied()
                .take(MAX_CANDIDATES)
                .collect();
            // The order of the names is not the order of the files.
            others.sort_unstable();
            found.append(&mut others);
        }
        found.extend(self.exports.shapeless.iter().take(MAX_CANDIDATES).copied());
        found
    }

    /// The export that an import of `name` in `importer` means where exports are named after their stacks.
    #[must_use]
    pub fn export_named_after_stack(&self, name: Node<'t>, importer: MemberId) -> Option<Export> {
        self.stack_exports.meant_by(&self.members, name, importer)
    }
}

impl Exports {
    fn add(&mut self, shape: String, export: Export) {
        match ends(&shape) {
            Some((start, end)) => {
                let alike = self.holed.entry(end.to_owned()).or_default().entry(start.to_owned()).or_default();
                if !alike.contains(&shape) {
                    alike.push(shape.clone());
                }
            }
            None => {
                self.whole.insert(shape.clone());
                self.whole_reversed.insert(reversed(&shape));
            }
        }
        self.by_shape.entry(shape).or_default().push(export);
    }

    /// Other shapes that can be the same name as `shape`. Found by what the names begin and end with: comparing each import with
    /// each export would take the square of the number of templates.
    fn fitting(&self, shape: &str) -> Vec<&str> {
        let mut found: Vec<&str> = Vec::new();
        match ends(shape) {
            Some((start, end)) if start.len() >= end.len() => {
                let alike = self.whole.range::<str, _>((Included(start), Unbounded)).take_while(|other| other.starts_with(start));
                found.extend(alike.filter(|other| may_be_same(shape, other)).take(MAX_CANDIDATES).map(String::as_str));
            }
            Some((_, end)) => {
                let end = reversed(end);
                let alike = self
                    .whole_reversed
                    .range::<str, _>((Included(end.as_str()), Unbounded))
                    .take_while(|other| other.starts_with(&end));
                let alike = alike.filter_map(|other| self.whole.get(&reversed(other)));
                found.extend(alike.filter(|other| may_be_same(shape, other)).take(MAX_CANDIDATES).map(String::as_str));
            }
            None => {
                let places = || shape.char_indices().map(|(at, _)| at).chain([shape.len()]);
                for by_start in places().filter_map(|at| self.holed.get(&shape[at..])) {
                    let alike = places().filter_map(|at| by_start.get(&shape[..at])).flatten();
                    found.extend(alike.filter(|other| may_be_same(shape, other)).take(MAX_CANDIDATES).map(String::as_str));
                }
            }
        }
        found
    }
}

/// What stands before the first hole of a shape and behind the last; `None` where it has none.
fn ends(shape: &str) -> Option<(&str, &str)> {
    let (start, rest) = shape.split_once(HOLE)?;
    Some((start, rest.rsplit(HOLE).next().unwrap_or(rest)))
}

fn reversed(name: &str) -> String {
    name.chars().rev().collect()
}

/// The templates that nest each template.
fn parents(members: &[Member]) -> Vec<Vec<MemberId>> {
    let mut parents = vec![Vec::new(); members.len()];
    for (number, member) in members.iter().enumerate() {
        for &child in member.children.values().filter(|child| **child != number) {
            add(&mut parents[child], &[number]);
        }
    }
    parents
}

/// The templates around `member` that no other one nests; none where only a circle leads to it.
fn outermost(parents: &[Vec<MemberId>], member: MemberId) -> Vec<MemberId> {
    let (mut found, mut seen, mut at) = (Vec::new(), vec![member], 0);
    while let Some(&member) = seen.get(at) {
        if parents[member].is_empty() {
            found.push(member);
        }
        for &parent in &parents[member] {
            if !seen.contains(&parent) {
                seen.push(parent);
            }
        }
        at += 1;
    }
    found.sort_unstable();
    found
}

fn add(members: &mut Vec<MemberId>, more: &[MemberId]) {
    for member in more {
        if !members.contains(member) {
            members.push(*member);
        }
    }
}

/// The default of the parameter that a value refers to.
fn default_of(template: &Template, value: Node) -> Option<String> {
    let Some(Intrinsic::Ref(parameter)) = Intrinsic::of(value) else { return None };
    Some(template.parameters.get(parameter)?.default?.as_str()?.to_owned())
}

/// The shape of a name: a string, or an `Fn::Sub` or `Fn::Join` of strings and references. `stack` is the name of the stack it is
/// in, where that is known.
fn shape(name: Node, stack: Option<&str>) -> Option<String> {
    let hole = |name: &str| stack.filter(|_| name == "AWS::StackName").map_or_else(|| HOLE.to_string(), str::to_owned);
    match Intrinsic::of(name) {
        None => name.as_str().map(str::to_owned),
        Some(Intrinsic::Sub { text, .. }) => {
            let pieces = pieces(text.as_str()?);
            let shape = pieces.map(|piece| match piece {
                Piece::Text(text) => text.to_owned(),
                Piece::Variable { name, .. } => hole(name),
            });
            Some(shape.collect())
        }
        Some(Intrinsic::Join { delimiter, list }) if list.is_sequence() && list.function().is_none() => {
            let items: Option<Vec<String>> = list.items().map(|item| shape(item, stack)).collect();
            Some(items?.join(delimiter.as_str()?))
        }
        Some(Intrinsic::Ref(name)) => Some(hole(name)),
        Some(_) => None,
    }
}

/// Whether two shapes can be the same name: one of them is written out, and fits between the ends of the other.
fn may_be_same(a: &str, b: &str) -> bool {
    let (whole, holed) = if a.contains(HOLE) { (b, a) } else { (a, b) };
    let (Some((start, end)), false) = (ends(holed), whole.contains(HOLE)) else { return false };
    whole.len() >= start.len() + end.len() && whole.starts_with(start) && whole.ends_with(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_written_name_fits_between_the_ends_of_one_with_holes() {
        assert!(may_be_same("\0-cluster", "prod-cluster"));
        assert!(!may_be_same("\0-cluster", "prod-vpc"));
        assert!(!may_be_same("\0-cluster", "\0-vpc"));
        assert!(!may_be_same("ab\0ba", "aba"));
    }

    #[test]
    fn looking_shapes_up_finds_what_comparing_all_would_find() {
        let shapes = [
            "prod-cluster",
            "cluster",
            "",
            "\0",
            "\0-cluster",
            "prod-\0",
            "prod-\0-vpc",
            "a\0b\0r",
            "prüfung-\0",
            "prüfung-vpc",
            "abr",
        ];
        let mut exports = Exports::default();
        for (output, shape) in shapes.iter().enumerate() {
            exports.add((*shape).to_owned(), Export { member: 0, output });
        }
        for wanted in shapes.iter().chain(&["prod-a-vpc", "\0-vpc", "axbyr", "pr\0", "ü"]) {
            let mut found = exports.fitting(wanted);
            let mut expected: Vec<&str> = shapes.iter().copied().filter(|shape| may_be_same(wanted, shape)).collect();
            found.sort_unstable();
            expected.sort_unstable();
            assert_eq!(found, expected, "{wanted:?}");
        }
    }
}
