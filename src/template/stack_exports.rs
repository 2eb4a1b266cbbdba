//! Exports that are named after their stack, as `${AWS::StackName}-Cluster`, and which of them an import means.
//!
//! The name of a stack is seldom written in a template, so `${ClusterStack}-Cluster` cannot be compared with such an export. What
//! tells them together is that one template alone exports all that is imported from `${ClusterStack}`.

use std::sync::OnceLock;

use rustc_hash::FxHashMap;

use super::{Export, Intrinsic, Member, MemberId, Template};
use crate::syntax::Node;

/// How an export that is named after its stack begins.
const STACK_NAME: &str = "${AWS::StackName}";

/// The exports of a set that are named after their stacks.
#[derive(Debug, Default)]
pub(super) struct StackExports {
    /// By what stands behind the name of the stack.
    by_rest: FxHashMap<String, Alike>,
    /// The names that each template imports, as written; read when they are first asked for.
    imported: Vec<OnceLock<Vec<String>>>,
}

/// The exports of which the same stands behind the name of the stack.
#[derive(Debug, Default)]
struct Alike {
    /// All, in the order of the templates.
    all: Vec<Export>,
    /// By the folder of their template.
    by_folder: FxHashMap<Option<String>, Vec<Export>>,
}

impl StackExports {
    /// None yet, for a set of so many templates.
    pub(super) fn new(members: usize) -> Self {
        Self { by_rest: FxHashMap::default(), imported: (0..members).map(|_| OnceLock::new()).collect() }
    }

    /// Adds an export of the name `name`, if it is named after its stack.
    pub(super) fn add(&mut self, name: Node, export: Export, template: &Template) {
        let Some(name) = written(name) else { return };
        if let Some(rest) = name.strip_prefix(STACK_NAME).filter(|rest| !rest.is_empty() && !rest.contains("${")) {
            let alike = self.by_rest.entry(rest.to_owned()).or_default();
            alike.all.push(export);
            alike.by_folder.entry(folder(template)).or_default().push(export);
        }
    }

    /// The export that an import of `name` in `importer` means. It has to be of one template alone, first among those in the folder
    /// of the importer; and the template has to export whatever else the importer takes from the same stack.
    pub(super) fn meant_by<'t>(&self, members: &[Member<'t>], name: Node<'t>, importer: MemberId) -> Option<Export> {
        if self.by_rest.is_empty() {
            return None;
        }
        let name = written(name)?;
        // The stack's name ends behind the last thing that is not written out, or somewhere in what is.
        let from = name.rfind('}').map_or(1, |end| end + 1);
        let splits = || name.char_indices().filter(|(at, _)| *at >= from).map(|(at, _)| name.split_at(at));
        let meant = |(stack, rest): (&str, &str), exports: &[Export]| -> Vec<Export> {
            let others = exports.iter().filter(|export| stack != STACK_NAME && export.member != importer);
            // Two are enough to tell that none is meant.
            others.filter(|export| self.has_all(members, **export, (stack, rest), importer)).take(2).copied().collect()
        };
        let own = folder(members[importer].template);
        let near = splits().flat_map(|split| {
            meant(split, self.by_rest.get(split.1).and_then(|alike| alike.by_folder.get(&own)).map_or(&[], Vec::as_slice))
        });
        let mut found: Vec<Export> = near.take(2).collect();
        if found.is_empty() {
            let far =
                splits().flat_map(|split| meant(split, self.by_rest.get(split.1).map_or(&[], |alike| alike.all.as_slice())));
            found = far.take(2).collect();
        }
        match found.as_slice() {
            [only] => Some(*only),
            _ => None,
        }
    }

    /// Whether the template of `export` exports all that `importer` takes from the stack whose name it writes so.
    fn has_all(&self, members: &[Member], export: Export, (stack, rest): (&str, &str), importer: MemberId) -> bool {
        // `coast-vpc-Id` is not taken from the stack `coast-v`.
        let separator = rest.chars().next().filter(|first| !first.is_alphanumeric());
        let imported = self.imported[importer].get_or_init(|| imported_names(members[importer].template));
        let others = imported.iter().filter_map(|name| name.strip_prefix(stack));
        let mut of_stack =
            others.filter(|rest| !rest.contains("${") && separator.is_none_or(|separator| rest.starts_with(separator)));
        of_stack.all(|rest| {
            let exports = self.by_rest.get(rest).map_or(&[][..], |alike| alike.all.as_slice());
            rest.is_empty() || exports.binary_search_by_key(&export.member, |other| other.member).is_ok()
        })
    }
}

/// Whether the name of an export holds the name of its stack.
pub(super) fn is_named_after_stack(name: Node) -> bool {
    written(name).is_some_and(|name| name.contains(STACK_NAME))
}

fn folder(template: &Template) -> Option<String> {
    template.tree.source().name().rsplit_once('/').map(|(folder, _)| folder.to_owned())
}

/// The names that a template imports, as written.
fn imported_names(template: &Template) -> Vec<String> {
    fn collect(node: Node, names: &mut Vec<String>) {
        if let Some(Intrinsic::ImportValue(name)) = Intrinsic::of(node) {
            names.extend(written(name));
        }
        node.items().for_each(|item| collect(item, names));
        node.entries().for_each(|entry| collect(entry.value, names));
    }
    let mut names = Vec::new();
    template.resources.iter().for_each(|resource| collect(resource.node, &mut names));
    names
}

/// A string as `Fn::Sub` would write it: itself, or an `Fn::Sub` or `Fn::Join` of strings and references.
#[must_use]
pub fn written(name: Node) -> Option<String> {
    match Intrinsic::of(name) {
        None => name.as_str().map(str::to_owned),
        Some(Intrinsic::Sub { text, variables: None }) => text.as_str().map(str::to_owned),
        Some(Intrinsic::Join { delimiter, list }) if list.is_sequence() && list.function().is_none() => {
            let items: Option<Vec<String>> = list.items().map(written).collect();
            Some(items?.join(delimiter.as_str()?))
        }
        Some(Intrinsic::Ref(name)) => Some(format!("${{{name}}}")),
        Some(_) => None,
    }
}
