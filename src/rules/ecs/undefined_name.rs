//! A value that names a container, a volume or a port that is not there: the question that several rules ask.

use crate::diagnostic::Safety;
use crate::graph::ecs::{Names, TaskDefinition};
use crate::graph::{Resource, ResourceGraph};
use crate::rules::Finding;
use crate::syntax::Node;
use crate::text::Edit;
use crate::values::{Choice, Formula, Text, Value, Verdict};

/// The names that a task definition has, when it is the one that is meant.
pub(super) struct Among<'t> {
    pub(super) when: Formula,
    pub(super) definition: Resource<'t>,
    pub(super) names: Names<'t>,
}

/// A value that names nothing that is there.
pub(super) struct Undefined<'t> {
    /// The value as written.
    pub(super) node: Node<'t>,
    /// The name.
    pub(super) name: String,
    /// The task definition that does not have it.
    pub(super) definition: Resource<'t>,
    verdict: Verdict,
    nearest: Option<String>,
    known: Vec<String>,
}

impl<'t> Among<'t> {
    /// The names of the entries of a list of a task definition's properties.
    pub(super) fn of(graph: &ResourceGraph<'t>, definition: &TaskDefinition<'t>, list: &str) -> Self {
        let names = graph.entry_names(&definition.properties, list, "Name");
        Self { when: definition.when, definition: definition.resource, names }
    }
}

/// What `property` names in vain. `read` takes the name out of the value.
pub(super) fn undefined<'t>(
    graph: &ResourceGraph<'t>,
    property: &Choice<'t>,
    among: &[Among<'t>],
    read: impl Fn(Text<'t>) -> Text<'t>,
) -> Option<Undefined<'t>> {
    let (values, formulas) = (graph.values(), &graph.values().formulas);
    let node = property.written()?.node;
    let mut hits = Vec::new();
    let mut first = None;
    for case in values.cases_of(property) {
        let Value::Text(text) = case.value else { continue };
        let text = read(text);
        // An empty name is another fault, which the schema shows.
        if text.known() == Some("") {
            continue;
        }
        for among in among {
            let hit = formulas.all([case.when, among.when, graph.is_none_of(&text, &among.names)]);
            if values.possible(hit) {
                hits.push(hit);
                first.get_or_insert((text.clone(), among));
            }
        }
    }
    let (text, among) = first?;
    let verdict = values.verdict(property.when, formulas.any(hits))?;
    let mut known: Vec<String> = among.names.known.iter().map(|name| values.show(&name.text)).collect();
    known.dedup();
    let nearest = text.known().and_then(|name| among.names.nearest(name)).map(str::to_owned);
    Some(Undefined { node, name: values.show(&text), definition: among.definition, verdict, nearest, known })
}

impl<'t> Undefined<'t> {
    /// The finding, with the nearest name as a fix. `thing` is the word for what is named.
    pub(super) fn finding(self, graph: &ResourceGraph<'t>, resource: &Resource<'t>, thing: &str) -> Finding<'t> {
        let definition = self.definition.logical_id();
        let message = format!("{thing} `{}` is not in task definition `{definition}`", self.name);
        let mut finding = Finding::at(graph.entry_span(self.node), message)
            .node(self.node)
            .resource(graph, resource)
            .here(format!("names no {thing}"))
            .verdict(self.verdict);
        if self.definition.id != resource.id {
            finding = finding.label(self.definition.place(), "the task definition");
        }
        let Some(nearest) = self.nearest else { return finding.help(one_of(thing, &self.known)) };
        let finding = finding.help(format!("name {thing} `{nearest}`"));
        match renamed(self.node, &self.name, &nearest) {
            Some(edit) => finding.fix(format!("name `{nearest}`"), Safety::Unsafe, vec![edit]),
            None => finding,
        }
    }
}

fn one_of(thing: &str, known: &[String]) -> String {
    let names: Vec<String> = known.iter().take(8).map(|name| format!("`{name}`")).collect();
    match names.as_slice() {
        [] => format!("declare the {thing} in the task definition"),
        [only] => format!("name {thing} {only}, or declare this one"),
        names => format!("name one of {}, or declare this one", names.join(", ")),
    }
}

/// The change of `old` to `new` in a scalar that begins with it.
fn renamed(node: Node, old: &str, new: &str) -> Option<Edit> {
    let text = node.scalar().filter(|_| node.function().is_none())?.text();
    node.replace_scalar(&format!("{new}{}", text.strip_prefix(old)?))
}
