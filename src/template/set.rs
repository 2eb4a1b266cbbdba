//! Templates that are analysed together, and how they are linked.

use rustc_hash::FxHashMap;

use super::{Intrinsic, Piece, Template, pieces};
use crate::syntax::Node;

/// The number of a template in its set.
pub type MemberId = usize;

/// The templates of one run.
#[derive(Debug, Default)]
pub struct TemplateSet<'t> {
    members: Vec<Member<'t>>,
    exports: Exports,
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
        for (member, found) in members.iter().enumerate().filter(|_| link) {
            for (output, declared) in found.template.outputs.iter().enumerate() {
                let Some(name) = declared.export_name else { continue };
                let export = Export { member, output };
                match shape(name) {
                    Some(shape) => exports.by_shape.entry(shape).or_default().push(export),
                    None => exports.shapeless.push(export),
                }
            }
        }
        Self { members, exports, deployed: false }
    }

    /// A set of descriptions of what is deployed: each sees the resources of all.
    #[must_use]
    pub fn deployed(members: Vec<Member<'t>>) -> Self {
        Self { members, exports: Exports::default(), deployed: true }
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
        if let Some(shape) = shape(name) {
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
}

/// The shape of a name: a string, or an `Fn::Sub` or `Fn::Join` of strings and references.
fn shape(name: Node) -> Option<String> {
    match Intrinsic::of(name) {
        None => name.as_str().map(str::to_owned),
        Some(Intrinsic::Sub { text, .. }) => Some(sub_shape(text.as_str()?)),
        Some(Intrinsic::Join { delimiter, list }) if list.is_sequence() && list.function().is_none() => {
            let items: Option<Vec<String>> = list.items().map(shape).collect();
            Some(items?.join(delimiter.as_str()?))
        }
        Some(Intrinsic::Ref(_)) => Some(HOLE.to_string()),
        Some(_) => None,
    }
}

fn sub_shape(text: &str) -> String {
    let mut shape = String::new();
    for piece in pieces(text) {
        match piece {
            Piece::Text(text) => shape.push_str(text),
            Piece::Variable { .. } => shape.push(HOLE),
        }
    }
    shape
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
