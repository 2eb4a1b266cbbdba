//! Templates that are analysed together, and how they are linked.

use rustc_hash::FxHashMap;

use super::stack_exports::StackExports;
use super::{Intrinsic, Piece, Template, pieces};
use crate::syntax::Node;

/// The number of a template in its set.
pub type MemberId = usize;

/// The templates of one run.
#[derive(Debug, Default)]
pub struct TemplateSet<'t> {
    members: Vec<Member<'t>>,
    exports: Exports,
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

/// The exports by the shape of their names: what is written out, with a mark for each part that is not.
#[derive(Debug, Default)]
struct Exports {
    by_shape: FxHashMap<String, Vec<Export>>,
    /// Those whose name has no shape.
    shapeless: Vec<Export>,
}

/// Stands in a shape for a part that is not written out.
const HOLE: char = '\0';

/// Most exports that one import is compared with where their names do not tell.
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
                match shape(name, found.stack_name.as_deref()) {
                    Some(shape) => exports.by_shape.entry(shape).or_default().push(export),
                    None => exports.shapeless.push(export),
                }
                stack_exports.add(name, export);
            }
        }
        Self { members, exports, stack_exports, deployed: false }
    }

    /// A set of descriptions of what is deployed: each sees the resources of all.
    #[must_use]
    pub fn deployed(members: Vec<Member<'t>>) -> Self {
        Self { members, exports: Exports::default(), stack_exports: StackExports::default(), deployed: true }
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
            let mixed = self.exports.by_shape.iter().filter(|(other, _)| **other != shape && may_be_same(other, &shape));
            let mut others: Vec<Export> = mixed.flat_map(|(_, exports)| exports.iter().copied()).take(MAX_CANDIDATES).collect();
            // The order of a map is not the order of the files.
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

/// The shape of a name: a string, or an `Fn::Sub` or `Fn::Join` of strings and references. `stack` is the name of the stack it is
/// in, where that is known.
fn shape(name: Node, stack: Option<&str>) -> Option<String> {
    let hole = |name: &str| stack.filter(|_| name == "AWS::StackName").map_or_else(|| HOLE.to_string(), str::to_owned);
    match Intrinsic::of(name) {
        None => name.as_str().map(str::to_owned),
        Some(Intrinsic::Sub { text, .. }) => {
            let pieces = pieces(text.as_str()?).into_iter();
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
    let (Some((start, rest)), false) = (holed.split_once(HOLE), whole.contains(HOLE)) else { return false };
    let end = rest.rsplit(HOLE).next().unwrap_or(rest);
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
}
