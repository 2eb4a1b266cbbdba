//! What a feature sees: an open template and those it is linked with, as they are at this moment.

use gen_lsp_types as lsp;
use serde_json::{Value, json};

use super::capabilities::Client;
use super::documents::Documents;
use super::folder::Folder;
use super::{convert, uri};
use crate::analysis::Analysis;
use crate::check::World;
use crate::diagnostic::Diagnostic;
use crate::graph_view::Words;
use crate::syntax::Node;
use crate::template::{Intrinsic, MemberId, Template, TemplateSet};
use crate::text::{Edit, SourceFile, Span};
use crate::values::{Formula, ResourceId, StackId};

pub(super) struct View<'t> {
    pub(super) client: &'t Client,
    pub(super) documents: &'t Documents,
    /// The workspace folder it is in.
    pub(super) folder: &'t Folder,
    pub(super) world: &'t World,
    pub(super) set: &'t TemplateSet<'t>,
    /// Of the open template, which is number 0.
    pub(super) analysis: Analysis<'t>,
    /// What is found in it, where that was asked for.
    pub(super) findings: &'t [Diagnostic],
}

/// The number of the template that a view is of.
pub(super) const OWN: MemberId = 0;

impl<'t> View<'t> {
    pub(super) fn source(&self) -> &'t SourceFile {
        self.world.parsed(OWN).source.as_ref()
    }

    /// The template as it is written, loops and all.
    pub(super) fn written(&self, member: MemberId) -> Template<'t> {
        Template::new(self.world.parsed(member).written())
    }

    pub(super) fn offset(&self, position: lsp::Position) -> u32 {
        convert::offset(self.source(), position, self.client.encoding)
    }

    pub(super) fn range(&self, span: Span) -> lsp::Range {
        convert::range(self.source(), span, self.client.encoding)
    }

    pub(super) fn span(&self, range: lsp::Range) -> Span {
        convert::span(self.source(), range, self.client.encoding)
    }

    pub(super) fn range_in(&self, member: MemberId, span: Span) -> lsp::Range {
        convert::range(&self.world.parsed(member).source, span, self.client.encoding)
    }

    pub(super) fn location(&self, member: MemberId, span: Span) -> lsp::Location {
        lsp::Location { uri: self.uri(self.world.parsed(member).source.name()), range: self.range_in(member, span) }
    }

    /// The URI of a template, as the editor writes it where it is open.
    pub(super) fn uri(&self, name: &str) -> lsp::Uri {
        self.documents.get(name).map_or_else(|| uri::of(name), |document| document.uri.clone())
    }

    /// Changes of templates, as the editor applies them.
    pub(super) fn workspace_edit(&self, edits: &[(MemberId, Edit)]) -> Value {
        let mut members: Vec<MemberId> = edits.iter().map(|(member, _)| *member).collect();
        members.sort_unstable();
        members.dedup();
        let of = |member: MemberId| -> Vec<lsp::TextEdit> {
            let own = edits.iter().filter(|(of, _)| *of == member);
            let edit =
                |edit: &Edit| lsp::TextEdit { range: self.range_in(member, edit.span), new_text: edit.replacement.clone() };
            own.map(|(_, change)| edit(change)).collect()
        };
        if self.client.versioned_edits {
            let changes = members.iter().map(|member| {
                let name = self.world.parsed(*member).source.name();
                let version = self.documents.get(name).map(|document| document.version);
                json!({"textDocument": {"uri": self.uri(name), "version": version}, "edits": of(*member)})
            });
            return json!({"documentChanges": changes.collect::<Vec<_>>()});
        }
        let changes =
            members.iter().map(|member| (self.uri(self.world.parsed(*member).source.name()).to_string(), json!(of(*member))));
        json!({"changes": changes.collect::<serde_json::Map<_, _>>()})
    }

    /// Words for when something holds in the template.
    pub(super) fn words(&self) -> Words<'_, 't> {
        Words::new(self.analysis.values())
    }

    /// The nodes around an offset, from the root to the innermost; the key of an entry where that is at the offset.
    pub(super) fn path_to(&self, offset: u32) -> Vec<Node<'t>> {
        self.analysis.tree.root().map_or_else(Vec::new, |root| path_to(root, offset))
    }

    /// When the text of the innermost of these nodes counts: where its resource exists, and the `Fn::If`s around take this branch.
    pub(super) fn given(&self, path: &[Node<'t>]) -> Formula {
        let values = self.analysis.values();
        let mut given = self.resource_of(path).map_or(Formula::TRUE, |id| self.analysis.graph().resource(id).when);
        for (at, node) in path.iter().enumerate() {
            let Some(Intrinsic::If { condition, then, otherwise }) = Intrinsic::of(*node) else { continue };
            let inner = &path[at + 1..];
            let holds = values.condition_named(StackId::ROOT, condition);
            if inner.iter().any(|node| node.id() == then.id()) {
                given = values.formulas.and(given, holds);
            } else if inner.iter().any(|node| node.id() == otherwise.id()) {
                given = values.formulas.and(given, values.formulas.not(holds));
            }
        }
        given
    }

    /// The resource that a path leads into.
    pub(super) fn resource_of(&self, path: &[Node<'t>]) -> Option<ResourceId> {
        let resources = &self.analysis.template.resources;
        let index = resources.iter().position(|resource| path.iter().any(|node| node.id() == resource.node.id()))?;
        Some(ResourceId { stack: StackId::ROOT, index: index as u32 })
    }
}

/// The nodes around an offset below a node, itself first.
pub(super) fn path_to(root: Node<'_>, offset: u32) -> Vec<Node<'_>> {
    let holds = |node: &Node| node.span().start <= offset && offset <= node.span().end;
    let mut path = vec![root];
    let mut at = root;
    // An alias of what is around it leads in a circle.
    while path.len() <= crate::syntax::MAX_DEPTH {
        let entries = at.entries().flat_map(|entry| [entry.key, entry.value]);
        // Two values that touch: the later begins at the offset.
        let Some(next) = at.items().chain(entries).filter(|node| holds(node) && node.id() != at.id()).last() else { break };
        path.push(next);
        at = next;
    }
    path
}
