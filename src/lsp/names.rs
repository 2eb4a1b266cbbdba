//! Names and where they are written, in the open template and in those it is linked with.

use serde_json::{Value, json};

use super::view::{OWN, View};
use crate::syntax::Node;
use crate::template::{Attribute, Intrinsic, MemberId, SymbolKind, Template, occurrences, text_span, variables_of};
use crate::text::Span;

/// A name that a template declares.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Name {
    pub(super) member: MemberId,
    pub(super) kind: SymbolKind,
    pub(super) name: String,
}

/// A place where a name is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Use {
    pub(super) member: MemberId,
    pub(super) span: Span,
    pub(super) is_declaration: bool,
    /// Whether the name itself is written there, as it is not where an export is imported.
    pub(super) is_name: bool,
}

/// The name at an offset of the open template, and where it is written there.
pub(super) fn at(view: &View, offset: u32) -> Option<(Name, Span)> {
    let holds = |span: Span| span.start <= offset && offset <= span.end;
    // What leads into another template says more than the name around it.
    if let Some((name, span, _)) = links(view, OWN).into_iter().find(|(_, span, _)| holds(*span)) {
        return Some((name, span));
    }
    let written = view.written(OWN);
    let found = occurrences(&written).into_iter().find(|found| holds(found.span))?;
    Some((Name { member: OWN, kind: found.kind, name: found.name.to_owned() }, found.span))
}

/// All places where a name is written, its declaration among them; sorted by template and place.
pub(super) fn uses(view: &View, name: &Name) -> Vec<Use> {
    let written = view.written(name.member);
    let own = occurrences(&written).into_iter().filter(|found| found.kind == name.kind && found.name == name.name);
    let mut uses: Vec<Use> = own
        .map(|found| Use { member: name.member, span: found.span, is_declaration: found.is_declaration, is_name: true })
        .collect();
    if matches!(name.kind, SymbolKind::Parameter | SymbolKind::Output) {
        for member in 0..view.set.members().len() {
            let links = links(view, member).into_iter().filter(|(to, ..)| to == name);
            uses.extend(links.map(|(_, span, is_name)| Use { member, span, is_declaration: false, is_name }));
        }
    }
    uses.sort_by_key(|found| (found.member, found.span));
    uses.dedup();
    uses
}

/// What a template writes of the names of others: parameters that it gives a nested stack, outputs of one, and exports that it
/// imports; with the place, and whether the name itself stands there.
fn links(view: &View, member: MemberId) -> Vec<(Name, Span, bool)> {
    let found = view.set.member(member);
    let template = found.template;
    let mut links = Vec::new();
    for (&resource, &child) in &found.children {
        let Some(resource) = template.resources.at(resource as usize) else { continue };
        let given = resource.properties.and_then(|properties| properties.get("Parameters"));
        for entry in given.into_iter().flat_map(Node::entries) {
            let Some(name) = entry.key.as_str().filter(|name| view.set.member(child).template.parameters.get(name).is_some())
            else {
                continue;
            };
            let target = Name { member: child, kind: SymbolKind::Parameter, name: name.to_owned() };
            links.extend(text_span(entry.key).map(|span| (target, span, true)));
        }
    }
    let child_of = |name: &str| {
        let index = template.resources.index(name)?;
        found.children.get(&(index as u32)).copied()
    };
    let output = |resource: &str, attribute: &str| {
        let (child, output) = (child_of(resource)?, attribute.strip_prefix("Outputs.")?);
        view.set.member(child).template.outputs.get(output)?;
        Some(Name { member: child, kind: SymbolKind::Output, name: output.to_owned() })
    };
    let mut work: Vec<Node> = template.tree.root().into_iter().collect();
    while let Some(node) = work.pop() {
        match Intrinsic::of(node) {
            Some(Intrinsic::GetAtt { resource, attribute: Attribute::Name(attribute) }) => {
                if let Some(target) = output(resource, attribute)
                    && let Some((_, argument)) = node.function()
                    && let Some(span) = text_span(argument.items().nth(1).filter(|_| argument.is_sequence()).unwrap_or(argument))
                {
                    links.push((target.clone(), Span::new(span.end - target.name.len() as u32, span.end), true));
                }
            }
            Some(Intrinsic::Sub { text, .. }) => {
                for (name, span) in variables_of(text) {
                    let target = name.split_once('.').and_then(|(resource, attribute)| output(resource, attribute));
                    if let Some(target) = target {
                        let start = span.end - target.name.len() as u32;
                        links.push((target, Span::new(start, span.end), true));
                    }
                }
            }
            Some(Intrinsic::ImportValue(name)) => {
                let exports = view.set.exports_like(name).into_iter().chain(view.set.export_named_after_stack(name, member));
                for export in exports {
                    let exported = view.set.member(export.member).template.outputs.at(export.output);
                    let Some(output) = exported.and_then(|output| output.key.as_str()) else { continue };
                    let target = Name { member: export.member, kind: SymbolKind::Output, name: output.to_owned() };
                    links.push((target, node.span(), false));
                }
            }
            _ => {}
        }
        work.extend(node.items());
        work.extend(node.entries().map(|entry| entry.value));
    }
    links.sort_by_key(|(_, span, _)| *span);
    links
}

/// Where what stands at an offset is declared.
pub(super) fn definition(view: &View, offset: u32) -> Value {
    if let Some((child, _)) = nested_template(view, offset) {
        return json!(view.location(child, Span::at(0)));
    }
    let holds = |span: Span| span.start <= offset && offset <= span.end;
    // One import may mean several exports.
    let linked: Vec<Name> = links(view, OWN).into_iter().filter(|(_, span, _)| holds(*span)).map(|(name, ..)| name).collect();
    let names = if linked.is_empty() { at(view, offset).map(|(name, _)| name).into_iter().collect() } else { linked };
    let declared = names.iter().filter_map(|name| {
        let template = view.written(name.member);
        let key = template.declaration(name.kind, &name.name)?;
        Some(json!(view.location(name.member, text_span(key)?)))
    });
    Value::Array(declared.collect())
}

/// The template of the nested stack whose `TemplateURL` stands at an offset, with the place of that.
fn nested_template(view: &View, offset: u32) -> Option<(MemberId, Span)> {
    templates(view).into_iter().find(|(_, span)| span.start <= offset && offset <= span.end)
}

/// The templates that the open one nests, with the places where they are named.
pub(super) fn templates(view: &View) -> Vec<(MemberId, Span)> {
    let found = view.set.member(OWN);
    let named = found.children.iter().filter_map(|(&resource, &child)| {
        let properties = found.template.resources.at(resource as usize)?.properties?;
        let written = properties.get("TemplateURL").or_else(|| properties.get("Location"))?;
        Some((child, text_span(written).unwrap_or(written.span())))
    });
    let mut named: Vec<_> = named.collect();
    named.sort_by_key(|(_, span)| *span);
    named
}

/// Where what stands at an offset is used.
pub(super) fn references(view: &View, offset: u32, with_declaration: bool) -> Value {
    let Some((name, _)) = at(view, offset) else { return json!([]) };
    let uses = uses(view, &name).into_iter().filter(|found| with_declaration || !found.is_declaration);
    Value::Array(uses.map(|found| json!(view.location(found.member, found.span))).collect())
}

/// Where what stands at an offset is written in the open template.
pub(super) fn highlights(view: &View, offset: u32) -> Value {
    let Some((name, _)) = at(view, offset) else { return json!([]) };
    let uses = uses(view, &name).into_iter().filter(|found| found.member == OWN);
    // 2 reads, 3 writes.
    let kind = |is_declaration| if is_declaration { 3 } else { 2 };
    Value::Array(uses.map(|found| json!({"range": view.range(found.span), "kind": kind(found.is_declaration)})).collect())
}

/// The mapping of a name to what declares it, in words.
pub(super) const fn kind_in_words(kind: SymbolKind) -> &'static str {
    match kind {
        SymbolKind::Parameter => "parameter",
        SymbolKind::PseudoParameter => "pseudo parameter",
        SymbolKind::Mapping => "mapping",
        SymbolKind::Condition => "condition",
        SymbolKind::AssertionRule => "rule",
        SymbolKind::Resource => "resource",
        SymbolKind::Output => "output",
    }
}

/// Whether a name of this kind is taken in a template.
pub(super) fn is_taken(template: &Template, kind: SymbolKind, name: &str) -> bool {
    match kind {
        // `Ref` tells them apart by name alone.
        SymbolKind::Parameter | SymbolKind::Resource => {
            template.parameters.get(name).is_some() || template.resources.get(name).is_some()
        }
        kind => template.declaration(kind, name).is_some(),
    }
}
