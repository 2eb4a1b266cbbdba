//! One versioned document for programs: every field always present, one line an entry.
//!
//! The shape is a contract: fields are added, never renamed; a change of meaning raises `version`.

use std::collections::BTreeMap;
use std::fmt::Write;

use serde::Serialize;

use super::{EdgeKind, EdgeView, FindingView, GraphView, ResourceView, StackView, When};
use crate::report::json::{self, Finding, Place, TOOL, line, list};

/// The version of the document's shape.
const VERSION: u32 = 1;

pub(super) fn render(view: &GraphView) -> String {
    let mut out = String::new();
    let _ = writeln!(out, "{{\"version\": {VERSION},");
    let _ = writeln!(out, "\"tool\": {},", line(&TOOL));
    out.push_str("\"stacks\": ");
    list(&mut out, view.stacks.iter().enumerate().map(|(id, found)| line(&Stack::new(id, found))));
    out.push_str(",\n\"resources\": ");
    list(&mut out, view.resources.iter().enumerate().map(|(id, found)| line(&Resource::new(view, id, found))));
    out.push_str(",\n\"edges\": ");
    list(&mut out, view.edges.iter().map(|edge| line(&Edge::new(view, edge))));
    out.push_str(",\n\"findings\": ");
    list(&mut out, view.findings.iter().map(|finding| line(&Found::new(finding))));
    out.push_str("}\n");
    out
}

#[derive(Serialize)]
struct Stack<'a> {
    id: usize,
    name: Option<&'a str>,
    file: &'a str,
    /// The resource that creates it.
    parent: Option<usize>,
}

impl<'a> Stack<'a> {
    fn new(id: usize, stack: &'a StackView) -> Self {
        Self { id, name: stack.name.as_deref(), file: stack.file.name(), parent: stack.parent }
    }
}

#[derive(Serialize)]
struct Resource<'a> {
    id: usize,
    stack: usize,
    logical_id: &'a str,
    #[serde(rename = "type")]
    resource_type: &'a str,
    file: &'a str,
    line: u32,
    span: Place,
    when: Option<Condition<'a>>,
    hazard: bool,
}

impl<'a> Resource<'a> {
    fn new(view: &'a GraphView, id: usize, resource: &'a ResourceView) -> Self {
        let file = &view.stacks[resource.stack].file;
        Self {
            id,
            stack: resource.stack,
            logical_id: &resource.logical_id,
            resource_type: &resource.resource_type,
            file: file.name(),
            line: file.position(resource.span.start).line,
            span: Place::new(file, resource.span),
            when: resource.when.as_ref().map(Condition::new),
            hazard: view.hazards(id).next().is_some(),
        }
    }
}

#[derive(Serialize)]
struct Edge<'a> {
    from: usize,
    to: usize,
    kind: &'static str,
    /// The return value that `Fn::GetAtt` reads.
    attribute: Option<&'a str>,
    /// The name that is imported.
    export: Option<&'a str>,
    label: String,
    file: &'a str,
    span: Option<Place>,
    when: Option<Condition<'a>>,
    note: Option<&'a str>,
    hazard: bool,
}

impl<'a> Edge<'a> {
    fn new(view: &'a GraphView, edge: &'a EdgeView) -> Self {
        let file = &view.stacks[view.resources[edge.from].stack].file;
        let (attribute, export) = match &edge.kind {
            EdgeKind::GetAtt(name) => (Some(name.as_str()).filter(|name| !name.is_empty()), None),
            EdgeKind::Import(name) => (None, Some(name.as_str())),
            _ => (None, None),
        };
        Self {
            from: edge.from,
            to: edge.to,
            kind: edge.kind.as_str(),
            attribute,
            export,
            label: edge.kind.label(),
            file: file.name(),
            span: edge.span.map(|span| Place::new(file, span)),
            when: edge.when.as_ref().map(Condition::new),
            note: edge.note.as_deref(),
            hazard: edge.hazard,
        }
    }
}

/// When something is there.
#[derive(Serialize)]
struct Condition<'a> {
    text: String,
    /// Whether `conditions` say it all: it is there exactly where they hold.
    exact: bool,
    conditions: BTreeMap<&'a str, bool>,
    /// One way there, where there is more to it.
    example: Option<json::When<'a>>,
}

impl<'a> Condition<'a> {
    fn new(when: &'a When) -> Self {
        let (exact, conditions, example) = match when {
            When::Conditions(conditions) => {
                (true, conditions.iter().map(|(name, holds)| (name.as_str(), *holds)).collect(), None)
            }
            When::Example(witness) => (false, BTreeMap::new(), Some(json::When::new(witness))),
            When::Never | When::Sometimes => (false, BTreeMap::new(), None),
        };
        Self { text: when.text(), exact, conditions, example }
    }
}

#[derive(Serialize)]
struct Found<'a> {
    #[serde(flatten)]
    finding: Finding<'a>,
    hazard: bool,
    /// The resources it was found at.
    resources: &'a [usize],
    /// Other resources that it points to.
    involved: &'a [usize],
}

impl<'a> Found<'a> {
    fn new(found: &'a FindingView) -> Self {
        Self {
            finding: Finding::new(&found.diagnostic),
            hazard: found.hazard,
            resources: &found.resources,
            involved: &found.involved,
        }
    }
}
