//! What the analyzer understood of templates, as a graph: plain data, and one file a format.
//!
//! How the graph is read out of templates is in `graph_view`; nothing here knows a rule or a resource type.

mod dot;
mod drawing;
mod html;
mod json;
mod layout;
mod mermaid;

use std::sync::Arc;

use crate::diagnostic::{Diagnostic, Witness};
use crate::text::{SourceFile, Span};

/// The resources of the templates given together, and how they hang together.
#[derive(Clone, Debug, Default)]
pub struct GraphView {
    /// The stacks, each before those nested in it.
    pub stacks: Vec<StackView>,
    /// The resources, by stack, in the order in which they are written.
    pub resources: Vec<ResourceView>,
    /// Who refers to whom, sorted.
    pub edges: Vec<EdgeView>,
    /// What is wrong, sorted.
    pub findings: Vec<FindingView>,
}

/// A stack.
#[derive(Clone, Debug)]
pub struct StackView {
    /// Its template.
    pub file: Arc<SourceFile>,
    /// The number of the resource that creates it; `None` for a stack of its own.
    pub parent: Option<usize>,
    /// The name it is deployed under, where that is known.
    pub name: Option<String>,
}

/// A resource.
#[derive(Clone, Debug)]
pub struct ResourceView {
    /// The number of its stack.
    pub stack: usize,
    /// The logical ID.
    pub logical_id: String,
    /// The type; empty where there is none.
    pub resource_type: String,
    /// Where its logical ID is written, in the template of its stack.
    pub span: Span,
    /// When it exists; `None` where it always does.
    pub when: Option<When>,
}

/// A reference, or something that follows from several.
#[derive(Clone, Debug)]
pub struct EdgeView {
    /// The number of the resource that refers.
    pub from: usize,
    /// The number of the resource it refers to.
    pub to: usize,
    /// How.
    pub kind: EdgeKind,
    /// Where it is written, in the template of the stack of `from`; `None` where no single text says it.
    pub span: Option<Span>,
    /// When it is there; `None` where it always is.
    pub when: Option<When>,
    /// What that takes beyond the existence of `from`; `None` where nothing.
    pub beyond: Option<When>,
    /// What else there is to say.
    pub note: Option<String>,
    /// Whether it is part of a hazard.
    pub hazard: bool,
}

/// How a resource refers to another.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EdgeKind {
    /// Tasks of the one run on the other.
    PlacesTasksOn,
    /// `Fn::ImportValue`, with the name that is imported.
    Import(String),
    /// `Ref`
    Ref,
    /// `Fn::GetAtt`, with the return value's name.
    GetAtt(String),
    /// `${…}` in `Fn::Sub`.
    Sub,
    /// `DependsOn`
    DependsOn,
}

impl EdgeKind {
    /// The word in the JSON form.
    const fn as_str(&self) -> &'static str {
        match self {
            Self::PlacesTasksOn => "PlacesTasksOn",
            Self::Import(_) => "Import",
            Self::Ref => "Ref",
            Self::GetAtt(_) => "GetAtt",
            Self::Sub => "Sub",
            Self::DependsOn => "DependsOn",
        }
    }

    /// The words at an arrow.
    fn label(&self) -> String {
        match self {
            Self::PlacesTasksOn => "places tasks on".to_owned(),
            Self::Import(name) => format!("imports {name}"),
            Self::GetAtt(attribute) if !attribute.is_empty() => format!("GetAtt {attribute}"),
            other => other.as_str().to_owned(),
        }
    }
}

/// When something is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum When {
    /// Exactly where these named conditions have these values.
    Conditions(Vec<(String, bool)>),
    /// Among others where this holds.
    Example(Witness),
    /// Never.
    Never,
    /// At times; when is not known.
    Sometimes,
}

impl When {
    /// The rest of a phrase that begins with "if".
    #[must_use]
    pub fn text(&self) -> String {
        let condition = |(name, holds): (&String, bool)| if holds { name.clone() } else { format!("not {name}") };
        match self {
            Self::Conditions(conditions) => {
                conditions.iter().map(|(name, holds)| condition((name, *holds))).collect::<Vec<_>>().join(" and ")
            }
            Self::Example(witness) => {
                let conditions = witness.conditions.iter().map(|(name, holds)| condition((name, *holds)));
                let parameters = witness.parameters.iter().map(|(name, value)| format!("{name} = {value:?}"));
                let clauses: Vec<String> = conditions.chain(parameters).chain(witness.order.iter().cloned()).collect();
                format!("for example {}", clauses.join(" and "))
            }
            Self::Never => "never".to_owned(),
            Self::Sometimes => "at times".to_owned(),
        }
    }
}

/// A finding, and the resources it is about.
#[derive(Clone, Debug)]
pub struct FindingView {
    /// The finding.
    pub diagnostic: Diagnostic,
    /// The numbers of the resources it was found at.
    pub resources: Vec<usize>,
    /// The numbers of other resources that it points to.
    pub involved: Vec<usize>,
    /// Whether its resources are to stand out.
    pub hazard: bool,
}

/// The shape of a graph's text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum GraphFormat {
    /// A Mermaid flowchart, which GitHub and GitLab draw in Markdown.
    #[default]
    Mermaid,
    /// A Graphviz digraph.
    Dot,
    /// One versioned document, for programs.
    Json,
    /// A page of its own that draws the graph.
    Html,
}

impl GraphFormat {
    /// Every format, in the order in which the help lists them.
    pub const ALL: [Self; 4] = [Self::Mermaid, Self::Dot, Self::Json, Self::Html];

    /// The word on the command line.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Mermaid => "mermaid",
            Self::Dot => "dot",
            Self::Json => "json",
            Self::Html => "html",
        }
    }

    /// The whole graph; it ends with a line break.
    #[must_use]
    pub fn render(self, view: &GraphView) -> String {
        match self {
            Self::Mermaid => mermaid::render(view),
            Self::Dot => dot::render(view),
            Self::Json => json::render(view),
            Self::Html => html::render(view),
        }
    }
}

impl GraphView {
    /// What a stack is called: the resource that creates it, or its name, and its template.
    fn stack_title(&self, stack: &StackView) -> String {
        let file = stack.file.name();
        match (stack.parent.map(|parent| &self.resources[parent].logical_id), &stack.name) {
            (Some(name), _) | (None, Some(name)) => format!("{name}: {file}"),
            (None, None) => file.to_owned(),
        }
    }

    /// The numbers of the stacks that the resources of one create.
    fn nested_in(&self, stack: usize) -> impl Iterator<Item = usize> {
        let is_child = move |parent: usize| self.resources[parent].stack == stack;
        self.stacks.iter().enumerate().filter(move |(_, found)| found.parent.is_some_and(is_child)).map(|(number, _)| number)
    }

    /// The numbers of the resources of a stack.
    fn resources_of(&self, stack: usize) -> impl Iterator<Item = usize> {
        let resources = self.resources.iter().enumerate();
        resources.filter(move |(_, resource)| resource.stack == stack).map(|(number, _)| number)
    }

    /// `template.yaml:12`
    fn place(&self, resource: usize) -> String {
        let resource = &self.resources[resource];
        let file = &self.stacks[resource.stack].file;
        format!("{}:{}", file.name(), file.position(resource.span.start).line)
    }

    /// The hazards found at a resource.
    fn hazards(&self, resource: usize) -> impl Iterator<Item = &Diagnostic> {
        let found = self.findings.iter().filter(move |finding| finding.hazard && finding.resources.contains(&resource));
        found.map(|finding| &finding.diagnostic)
    }

    /// The arrows to draw: one for all edges of a pair that are there under the same condition.
    fn arrows(&self) -> Vec<Arrow> {
        let mut arrows: Vec<Arrow> = Vec::new();
        for (number, edge) in self.edges.iter().enumerate() {
            let known = arrows.iter_mut().rev().take_while(|arrow| (arrow.from, arrow.to) == (edge.from, edge.to));
            match known.into_iter().find(|arrow| self.edges[arrow.edges[0]].when == edge.when) {
                Some(arrow) => {
                    arrow.edges.push(number);
                    arrow.hazard |= edge.hazard;
                }
                None => arrows.push(Arrow { from: edge.from, to: edge.to, edges: vec![number], hazard: edge.hazard }),
            }
        }
        arrows
    }
}

/// Edges that are drawn as one.
#[derive(Clone, Debug)]
struct Arrow {
    from: usize,
    to: usize,
    /// Their numbers; one at least.
    edges: Vec<usize>,
    hazard: bool,
}

impl Arrow {
    /// Whether it is there only at times.
    fn is_conditional(&self, view: &GraphView) -> bool {
        view.edges[self.edges[0]].when.is_some()
    }

    /// The kinds and the condition: `Ref, GetAtt Arn if IsProd`.
    fn label(&self, view: &GraphView) -> String {
        let mut label = self.kinds(view);
        if let Some(when) = &view.edges[self.edges[0]].beyond {
            label = format!("{label} if {}", when.text());
        }
        label
    }

    fn kinds(&self, view: &GraphView) -> String {
        let kinds: Vec<String> = self.edges.iter().map(|edge| view.edges[*edge].kind.label()).collect();
        kinds.join(", ")
    }
}

/// How a finding is told in one line.
fn headline(finding: &Diagnostic) -> String {
    format!("{} {}: {}", finding.severity.as_str(), finding.code, finding.message)
}
