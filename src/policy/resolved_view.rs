//! The view `resolved`: what a template becomes, one document for each way in which what a policy reads can turn out.
//!
//! Functions are folded where their result is known, conditions are decided, and a parameter has its default. Only the properties
//! that a policy names are looked at, so that the choices of all others make no further documents.

use std::borrow::Cow;

use rustc_hash::FxHashMap;

use super::document::{Entry, Shape, Value};
use super::reads::Reads;
use super::template_view::{self, MAX_DEPTH, MAX_SIZE};
use crate::graph::ecs::{CLUSTERS, PROVIDERS};
use crate::graph::{NamedBy, Resource, ResourceGraph, Target};
use crate::syntax::{Kind, Node};
use crate::template::{Intrinsic, ParameterType};
use crate::text::Place;
use crate::values::{self, Choice, Expression, Formula, Found, Part, StackId, Text};

/// Most documents of one template.
const MAX_WORLDS: usize = 64;

/// Most tries to make one.
const MAX_BUILDS: usize = 4 * MAX_WORLDS;

/// A way in which a template can turn out.
#[derive(Debug)]
pub(super) struct World<'t> {
    /// When it does.
    pub(super) when: Formula,
    /// What it then is.
    pub(super) document: Value<'t>,
    /// By logical ID: the parameters that have their default where the document says so.
    pub(super) assumed: FxHashMap<String, Formula>,
}

/// The documents of a template.
#[derive(Debug)]
pub(super) struct Worlds<'t> {
    /// At least one, unless the template is too deep or too large.
    pub(super) worlds: Vec<World<'t>>,
    /// Whether there would have been too many, so that there is one, which is as it is written.
    pub(super) is_as_written: bool,
}

/// What is done with a value that has several cases.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Several {
    /// Each makes a document.
    Split,
    /// What `Fn::If` and conditions choose makes a document; lookups stay as they are written.
    SplitConditions,
    /// It stays as it is written.
    Keep,
}

/// Why a document cannot be made.
enum Stop {
    /// It is several.
    Split(Vec<Formula>),
    /// Nothing is deployed so.
    Undeployable,
    /// It is too deep or too large for Guard.
    TooLarge,
}

type Built<T> = Result<T, Stop>;

/// The documents of the template that `graph` is about, for a policy that reads what `reads` says. `None` where it is too deep or
/// too large for Guard.
pub(super) fn documents<'t>(graph: &ResourceGraph<'t>, root: Node<'t>, reads: &Reads) -> Option<Worlds<'t>> {
    for several in [Several::Split, Several::SplitConditions] {
        match split(graph, root, reads, several) {
            Ok(worlds) if worlds.is_empty() => break,
            Ok(worlds) => return Some(Worlds { worlds, is_as_written: false }),
            Err(Stop::TooLarge) => return None,
            Err(Stop::Split(_) | Stop::Undeployable) => {}
        }
    }
    let document = template_view::document(root)?;
    let world = World { when: Formula::TRUE, document, assumed: FxHashMap::default() };
    Some(Worlds { worlds: vec![world], is_as_written: true })
}

/// All documents; a split where there are too many.
fn split<'t>(graph: &ResourceGraph<'t>, root: Node<'t>, reads: &Reads, several: Several) -> Built<Vec<World<'t>>> {
    let mut worlds = Vec::new();
    let mut work = vec![Formula::TRUE];
    let mut builds = 0;
    while let Some(when) = work.pop() {
        builds += 1;
        if worlds.len() + work.len() >= MAX_WORLDS || builds > MAX_BUILDS {
            return Err(Stop::Split(Vec::new()));
        }
        let mut builder = Builder::new(graph, when, several);
        match builder.template(root, reads) {
            Ok((document, assumed)) => worlds.push(World { when, document, assumed }),
            Err(Stop::Split(ways)) => work.extend(ways.into_iter().rev()),
            Err(Stop::Undeployable) => {}
            Err(Stop::TooLarge) => return Err(Stop::TooLarge),
        }
    }
    Ok(worlds)
}

/// The properties of a resource as far as they are known where `when` holds: what has several cases stays as it is written.
pub(super) fn properties<'t>(graph: &ResourceGraph<'t>, resource: &Resource<'t>, when: Formula) -> Option<Value<'t>> {
    let mut builder = Builder::new(graph, when, Several::Keep);
    let node = resource.declaration.properties?;
    let context = Context { stack: resource.id.stack, key: "Properties", is_text: false };
    builder.value(node, context, MAX_DEPTH).ok().flatten()
}

/// Where a value stands.
#[derive(Clone, Copy)]
struct Context<'k> {
    stack: StackId,
    /// The key that it, or the list it is in, stands under.
    key: &'k str,
    /// Whether the service takes it as a text, whatever it looks like.
    is_text: bool,
}

struct Builder<'g, 't> {
    graph: &'g ResourceGraph<'t>,
    values: &'g values::Values<'t>,
    when: Formula,
    several: Several,
    left: usize,
    assumed: Formula,
}

impl<'g, 't> Builder<'g, 't> {
    fn new(graph: &'g ResourceGraph<'t>, when: Formula, several: Several) -> Self {
        Self { graph, values: graph.values(), when, several, left: MAX_SIZE, assumed: Formula::TRUE }
    }

    fn template(&mut self, root: Node<'t>, reads: &Reads) -> Built<(Value<'t>, FxHashMap<String, Formula>)> {
        let mut entries = Vec::new();
        let mut assumed = FxHashMap::default();
        for entry in root.entries() {
            let key = entry.key.as_str().unwrap_or_default();
            let value = match key {
                "Resources" if entry.value.is_mapping() => self.resources(entry.value, reads, &mut assumed)?,
                // The policy is not shown it.
                _ if !reads.is_section(key) && !entry.value.is_null() => continue,
                _ => self.as_written(entry.value)?,
            };
            entries.push(Entry { key: Cow::Borrowed(key), key_place: entry.key.place(), value });
        }
        Ok((Value { shape: Shape::Map(entries), place: root.place() }, assumed))
    }

    fn resources(&mut self, section: Node<'t>, reads: &Reads, assumed: &mut FxHashMap<String, Formula>) -> Built<Value<'t>> {
        let own: Vec<Resource> =
            self.graph.resources().into_iter().filter(|resource| resource.id.stack == StackId::ROOT).collect();
        let declared: FxHashMap<&str, &Resource> = own.iter().map(|resource| (resource.logical_id(), resource)).collect();
        let mut entries = Vec::new();
        for entry in section.entries() {
            let key = entry.key.as_str().unwrap_or_default();
            let known = declared.get(key).filter(|resource| reads.is_of_type(resource.resource_type()));
            let value = match known {
                Some(resource) => {
                    self.assumed = Formula::TRUE;
                    let Some(value) = self.resource(resource, entry.value, reads)? else { continue };
                    if self.assumed != Formula::TRUE {
                        assumed.insert(key.to_owned(), self.assumed);
                    }
                    value
                }
                // Nor this, but for its type.
                None => match entry.value.entry("Type").filter(|_| declared.contains_key(key)) {
                    Some(of) => {
                        let value = self.as_written(of.value)?;
                        let only = Entry { key: Cow::Borrowed("Type"), key_place: of.key.place(), value };
                        Value { shape: Shape::Map(vec![only]), place: entry.value.place() }
                    }
                    None => self.as_written(entry.value)?,
                },
            };
            entries.push(Entry { key: Cow::Borrowed(key), key_place: entry.key.place(), value });
        }
        Ok(Value { shape: Shape::Map(entries), place: section.place() })
    }

    fn resource(&mut self, resource: &Resource<'t>, node: Node<'t>, reads: &Reads) -> Built<Option<Value<'t>>> {
        let formulas = &self.values.formulas;
        let exists = formulas.and(self.when, resource.when);
        if !self.values.possible(exists) {
            return Ok(None);
        }
        if !self.values.implies(self.when, resource.when) {
            let other = formulas.and(self.when, formulas.not(resource.when));
            return Err(Stop::Split(vec![exists, other]));
        }
        let stack = resource.id.stack;
        let mut entries = Vec::new();
        for entry in node.entries() {
            let key = entry.key.as_str().unwrap_or_default();
            let value = if key == "Properties" {
                self.read_properties(entry.value, stack, reads)?
            } else {
                self.as_written(entry.value)?
            };
            entries.push(Entry { key: Cow::Borrowed(key), key_place: entry.key.place(), value });
        }
        Ok(Some(Value { shape: Shape::Map(entries), place: node.place() }))
    }

    /// The properties of a resource, of which a policy reads some.
    fn read_properties(&mut self, node: Node<'t>, stack: StackId, reads: &Reads) -> Built<Value<'t>> {
        if !node.is_mapping() || node.function().is_some() || Intrinsic::of(node).is_some() {
            let context = Context { stack, key: "Properties", is_text: false };
            let value = self.value(node, context, MAX_DEPTH)?;
            return Ok(value.unwrap_or(Value { shape: Shape::Map(Vec::new()), place: node.place() }));
        }
        let mut entries = Vec::new();
        for entry in node.entries() {
            let key = entry.key.as_str().unwrap_or_default();
            let value = if reads.is_named(key) {
                let context = Context { stack, key, is_text: is_text_key(key) };
                let Some(value) = self.value(entry.value, context, MAX_DEPTH)? else { continue };
                value
            } else {
                self.as_written(entry.value)?
            };
            entries.push(Entry { key: Cow::Borrowed(key), key_place: entry.key.place(), value });
        }
        Ok(Value { shape: Shape::Map(entries), place: node.place() })
    }

    /// A value where the document holds; `None` where there is none.
    fn value(&mut self, node: Node<'t>, context: Context, depth: usize) -> Built<Option<Value<'t>>> {
        let depth = depth.checked_sub(1).ok_or(Stop::TooLarge)?;
        if node.is_null() {
            return self.as_written(node).map(Some);
        }
        let choices = self.values.choices(Expression { stack: context.stack, node }, self.when);
        let found = match choices.as_slice() {
            [only] => only.found,
            [] => return Err(Stop::Undeployable),
            _ if self.several == Several::Keep => return self.as_written(node).map(Some),
            _ => return Err(Stop::Split(choices.iter().map(|choice| choice.when).collect())),
        };
        match found {
            Found::Absent => Ok(None),
            Found::Unknown(_) => self.as_written(node).map(Some),
            Found::Written(written) => {
                let mut value = self.written(written, context, depth)?;
                // What a function chooses is shown with the function.
                if let Some(value) = value.as_mut().filter(|value| !matches!(value.shape, Shape::Map(_) | Shape::List(_))) {
                    value.place = node.place();
                }
                Ok(value)
            }
        }
    }

    fn written(&mut self, written: Expression<'t>, context: Context, depth: usize) -> Built<Option<Value<'t>>> {
        let Expression { stack, node } = written;
        self.left = self.left.checked_sub(1).ok_or(Stop::TooLarge)?;
        let context = Context { stack, ..context };
        if let Some(named) = naming(context.key).filter(|_| !node.is_sequence() && !node.is_null())
            && let Some(id) = self.named(written, named)?
        {
            return Ok(Some(reference(id, node.place())));
        }
        if Intrinsic::of(node).is_some() {
            return self.folded(written, context, depth);
        }
        if node.function().is_some() {
            return self.as_written(node).map(Some);
        }
        let shape = match node.kind() {
            Kind::Scalar => loose(template_view::scalar(node), context),
            Kind::Sequence => {
                let mut items = Vec::new();
                for item in node.items() {
                    items.extend(self.value(item, context, depth)?);
                }
                Shape::List(items)
            }
            Kind::Mapping => {
                let mut entries = Vec::new();
                for entry in node.entries() {
                    let key = entry.key.as_str().unwrap_or_default();
                    let context = Context { key, is_text: context.is_text || is_text_key(key), ..context };
                    let Some(value) = self.value(entry.value, context, depth)? else { continue };
                    entries.push(Entry { key: Cow::Borrowed(key), key_place: entry.key.place(), value });
                }
                Shape::Map(entries)
            }
        };
        Ok(Some(Value { shape, place: node.place() }))
    }

    /// What a function becomes.
    fn folded(&mut self, call: Expression<'t>, context: Context, depth: usize) -> Built<Option<Value<'t>>> {
        let mut cases = self.values.cases(call, self.when);
        cases.retain(|case| self.values.possible(case.when));
        let count = cases.len();
        cases.retain(|case| case.value != values::Value::Invalid);
        let case = match (cases.as_slice(), self.several) {
            ([], _) => return Err(Stop::Undeployable),
            ([only], _) if count == 1 => only,
            (_, Several::Split) => return Err(Stop::Split(cases.iter().map(|case| case.when).collect())),
            _ => return self.as_written(call.node).map(Some),
        };
        match &case.value {
            values::Value::Absent => Ok(None),
            values::Value::Text(text) => self.text(text, case.source, call, context).map(Some),
            values::Value::Structure(structure) if structure.node.id() != call.node.id() => {
                self.value(structure.node, Context { stack: structure.stack, ..context }, depth)
            }
            values::Value::Structure(_) | values::Value::Unknown(_) | values::Value::Invalid => {
                self.as_written(call.node).map(Some)
            }
        }
    }

    fn text(&mut self, text: &Text<'t>, source: Option<Node<'t>>, call: Expression<'t>, context: Context) -> Built<Value<'t>> {
        let place = call.node.place();
        let shape = |shape| Ok(Value { shape, place: place.clone() });
        if let Some(known) = text.known() {
            // A mapping's value keeps its type.
            let typed = source.filter(|node| node.kind() == Kind::Scalar).map(template_view::scalar);
            return shape(loose(typed.unwrap_or_else(|| Shape::String(Cow::Owned(known.to_owned()))), context));
        }
        if let Some(Part::Resource(id, attribute)) = text.only()
            && id.stack == StackId::ROOT
        {
            let logical_id = self.graph.resource(*id).logical_id();
            return Ok(match attribute {
                None => reference(logical_id, place),
                Some(attribute) => get_att(logical_id, attribute, place),
            });
        }
        if let Some(default) = self.values.with_defaults(text) {
            let is_default = self.values.text_is(text, &default);
            let formulas = &self.values.formulas;
            if self.values.possible(formulas.all([self.when, self.assumed, is_default])) {
                self.assumed = formulas.and(self.assumed, is_default);
                let number = self.is_number(text).then(|| default.parse().ok()).flatten();
                return shape(number.map_or_else(|| loose(Shape::String(Cow::Owned(default)), context), Shape::Int));
            }
        }
        self.as_written(call.node)
    }

    fn is_number(&self, text: &Text<'t>) -> bool {
        let Some(Part::Parameter(stack, name)) = text.only() else { return false };
        let parameter = self.values.template(*stack).parameters.get(name);
        parameter.is_some_and(|parameter| matches!(parameter.parameter_type, ParameterType::Number))
    }

    /// The resource of the template that a name or an ARN means.
    fn named(&self, written: Expression<'t>, named: NamedBy) -> Built<Option<&'t str>> {
        let choice = Choice { when: self.when, found: Found::Written(written) };
        let mut identities = self.graph.identify(&choice, named);
        identities.retain(|identity| self.values.possible(identity.when));
        match identities.as_slice() {
            [only] => Ok(match only.target {
                Target::Resource(id) if id.stack == StackId::ROOT => Some(self.graph.resource(id).logical_id()),
                _ => None,
            }),
            [] => Ok(None),
            _ if self.several == Several::Split => {
                Err(Stop::Split(identities.iter().map(|identity| self.values.formulas.and(self.when, identity.when)).collect()))
            }
            _ => Ok(None),
        }
    }

    fn as_written(&mut self, node: Node<'t>) -> Built<Value<'t>> {
        template_view::value(node, MAX_DEPTH, &mut self.left).ok_or(Stop::TooLarge)
    }
}

/// What the value of a key names.
fn naming(key: &str) -> Option<NamedBy> {
    match key {
        "CapacityProvider" | "CapacityProviders" => Some(PROVIDERS),
        "Cluster" => Some(CLUSTERS),
        _ => None,
    }
}

/// Whether the values under a key are texts, even where they look like something else.
fn is_text_key(key: &str) -> bool {
    matches!(
        key,
        "Value" | "Key" | "Name" | "Tags" | "Environment" | "Variables" | "Parameters" | "Options" | "DockerLabels" | "Labels"
    )
}

/// CloudFormation takes the words for a boolean.
fn loose<'t>(shape: Shape<'t>, context: Context) -> Shape<'t> {
    match &shape {
        Shape::String(word) if !context.is_text => match word.as_ref() {
            "true" | "True" | "TRUE" => Shape::Bool(true),
            "false" | "False" | "FALSE" => Shape::Bool(false),
            _ => shape,
        },
        _ => shape,
    }
}

/// `{"Ref": id}`
pub(super) fn reference<'t>(logical_id: &'t str, place: Place) -> Value<'t> {
    let value = Value { shape: Shape::String(Cow::Borrowed(logical_id)), place: place.clone() };
    let entry = Entry { key: Cow::Borrowed("Ref"), key_place: place.clone(), value };
    Value { shape: Shape::Map(vec![entry]), place }
}

/// `{"Fn::GetAtt": [id, attribute]}`
fn get_att<'t>(logical_id: &'t str, attribute: &str, place: Place) -> Value<'t> {
    let text = |text: Cow<'t, str>| Value { shape: Shape::String(text), place: place.clone() };
    let list = Shape::List(vec![text(Cow::Borrowed(logical_id)), text(Cow::Owned(attribute.to_owned()))]);
    let value = Value { shape: list, place: place.clone() };
    let entry = Entry { key: Cow::Borrowed("Fn::GetAtt"), key_place: place.clone(), value };
    Value { shape: Shape::Map(vec![entry]), place }
}
