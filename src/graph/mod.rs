//! The resources of the templates, what they refer to, and in which order they are created.
//!
//! A reference inside `Fn::If` exists only under the branch's condition, and so does its edge. What a resource type means is
//! in the module of its service.

pub mod ecs;
mod edges;
mod identity;

use std::cell::{OnceCell, RefCell};

use rustc_hash::FxHashMap;

use crate::syntax::Node;
use crate::template;
use crate::text::Span;
use crate::values::{Choice, Expression, Formula, Found, ResourceId, StackId, Values};

pub use edges::{Edge, EdgeKind};
pub use identity::{Identity, NamedBy, Target};

/// The resources of the templates that are analysed together.
#[derive(Debug)]
pub struct ResourceGraph<'t> {
    values: Values<'t>,
    resources: Vec<Resource<'t>>,
    edges: OnceCell<Vec<Edge>>,
    /// By the earlier resource: when each other one is created after it, as far as that was asked.
    orders: RefCell<FxHashMap<ResourceId, FxHashMap<ResourceId, Formula>>>,
    associations: OnceCell<Vec<ecs::Association<'t>>>,
    /// By resource type: the names its resources are given.
    names: RefCell<FxHashMap<&'static str, identity::Names<'t>>>,
}

/// A resource, in the stack that creates it.
#[derive(Clone, Copy, Debug)]
pub struct Resource<'t> {
    /// Which it is.
    pub id: ResourceId,
    /// What is written about it.
    pub declaration: &'t template::Resource<'t>,
    /// When it is created.
    pub when: Formula,
}

impl<'t> Resource<'t> {
    /// The logical ID.
    #[must_use]
    pub fn logical_id(&self) -> &'t str {
        self.declaration.logical_id()
    }

    /// `AWS::ECS::Service` and its kin; empty where it is missing.
    #[must_use]
    pub fn resource_type(&self) -> &'t str {
        self.declaration.resource_type
    }

    /// Where its logical ID is written.
    #[must_use]
    pub fn span(&self) -> Span {
        self.declaration.key.span()
    }
}

impl<'t> ResourceGraph<'t> {
    /// The graph of the templates of `values`.
    #[must_use]
    pub fn new(values: Values<'t>) -> Self {
        let stack = StackId::ROOT;
        let declarations = values.template(stack).resources.iter().enumerate();
        let resources = declarations
            .map(|(index, declaration)| Resource {
                id: ResourceId { stack, index: index as u32 },
                declaration,
                when: declaration.condition.map_or(Formula::TRUE, |name| values.condition_named(stack, name)),
            })
            .collect();
        Self {
            values,
            resources,
            edges: OnceCell::new(),
            orders: RefCell::default(),
            associations: OnceCell::new(),
            names: RefCell::default(),
        }
    }

    /// The values that its properties take.
    #[must_use]
    pub fn values(&self) -> &Values<'t> {
        &self.values
    }

    /// All resources, in the order in which they are written.
    #[must_use]
    pub fn resources(&self) -> &[Resource<'t>] {
        &self.resources
    }

    /// The resources of one type.
    pub fn of_type<'a>(&'a self, resource_type: &'a str) -> impl Iterator<Item = &'a Resource<'t>> + use<'a, 't> {
        self.resources.iter().filter(move |resource| resource.resource_type() == resource_type)
    }

    /// The resource `id`.
    ///
    /// # Panics
    ///
    /// Never for an id that this graph gave.
    #[must_use]
    pub fn resource(&self, id: ResourceId) -> &Resource<'t> {
        let own = |resource: &&Resource| resource.id == id;
        self.resources
            .get(id.index as usize)
            .filter(own)
            .or_else(|| self.resources.iter().find(own))
            .expect("an id of this graph")
    }

    /// The properties of a resource, where it exists.
    #[must_use]
    pub fn properties(&self, resource: &Resource<'t>) -> Vec<Choice<'t>> {
        self.values.properties(resource.id.stack, resource.declaration.properties, resource.when)
    }

    /// The ways a property of a resource can turn out, where the resource exists.
    #[must_use]
    pub fn property(&self, resource: &Resource<'t>, path: &[&str]) -> Vec<Choice<'t>> {
        self.properties(resource).iter().flat_map(|properties| self.values.path(properties, path)).collect()
    }

    /// The key under which a written value stands, with the value: the text that shows a property. The value alone for an item
    /// of a list.
    #[must_use]
    pub fn entry_span(&self, value: Node<'t>) -> Span {
        let Some(parent) = value.parent() else { return value.span() };
        let entry = parent.entries().find(|entry| entry.value.id() == value.id());
        entry.map_or(value.span(), |entry| Span::new(entry.key.span().start, value.span().end))
    }

    /// The key under which a written value stands; the value itself for an item of a list.
    #[must_use]
    pub fn entry_key(&self, value: Node<'t>) -> Span {
        let entry = value.parent().and_then(|parent| parent.entries().find(|entry| entry.value.id() == value.id()));
        entry.map_or(value.span(), |entry| entry.key.span())
    }

    /// When the property `name` of a mapping is there at all.
    #[must_use]
    pub fn has(&self, mapping: &Choice<'t>, name: &str) -> Formula {
        let written = self.values.property(mapping, name).into_iter().filter(|choice| choice.found != Found::Absent);
        self.values.formulas.any(written.map(|choice| choice.when))
    }

    /// An expression of a resource's stack.
    #[must_use]
    pub fn expression(&self, resource: &Resource<'t>, node: Node<'t>) -> Expression<'t> {
        Expression { stack: resource.id.stack, node }
    }
}
