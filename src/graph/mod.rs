//! The resources of the templates, what they refer to, and in which order they are created.
//!
//! A reference inside `Fn::If` exists only under the branch's condition, and so does its edge. What a resource type means is
//! in the module of its service.

pub mod batch;
pub mod ecs;
mod edges;
pub mod iam;
mod identity;
mod imports;

use std::cell::{OnceCell, RefCell};
use std::rc::Rc;

use rustc_hash::FxHashMap;

use crate::syntax::Node;
use crate::template;
use crate::text::{Place, Span};
use crate::values::{Choice, Expression, Formula, Found, ResourceId, StackId, Values};

pub use edges::{Edge, EdgeKind};
pub use identity::{Identity, NamedBy, Target};
pub use imports::Import;

/// The resources of a template, of the nested stacks it creates, and of the stacks it imports from.
#[derive(Debug)]
pub struct ResourceGraph<'t> {
    values: Values<'t>,
    /// By stack; stacks are added when a value leads to them.
    resources: RefCell<Vec<Rc<[Resource<'t>]>>>,
    edges: RefCell<FxHashMap<StackId, Rc<[Edge]>>>,
    /// Which policies name which roles, with the number of stacks when that was found.
    attached_policies: RefCell<Option<(u32, Rc<iam::AttachedPolicies<'t>>)>>,
    /// By the earlier resource: when each other one of its stack is created after it, as far as that was asked.
    orders: RefCell<FxHashMap<ResourceId, FxHashMap<ResourceId, Formula>>>,
    associations: RefCell<ecs::Associations<'t>>,
    /// By stack and resource type: the names that its resources are given.
    names: RefCell<FxHashMap<(StackId, &'static str), identity::Names<'t>>>,
    launched: OnceCell<Rc<[ecs::Launched<'t>]>>,
    runs: OnceCell<Rc<[ecs::Run<'t>]>>,
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
    pub fn place(&self) -> Place {
        self.declaration.key.place()
    }
}

impl<'t> ResourceGraph<'t> {
    /// The graph of the templates of `values`.
    #[must_use]
    pub fn new(values: Values<'t>) -> Self {
        let graph = Self {
            values,
            resources: RefCell::default(),
            edges: RefCell::default(),
            orders: RefCell::default(),
            associations: RefCell::default(),
            names: RefCell::default(),
            launched: OnceCell::new(),
            runs: OnceCell::new(),
            attached_policies: RefCell::default(),
        };
        graph.load();
        graph
    }

    /// Reads the resources of the stacks that were added since, and of the nested stacks they create.
    fn load(&self) {
        loop {
            let stack = StackId::new(self.resources.borrow().len() as u32);
            if self.values.stack_count() <= self.resources.borrow().len() as u32 {
                return;
            }
            let around = self.values.around(stack).last().map_or(Formula::TRUE, |around| self.resource(*around).when);
            let declarations = self.values.template(stack).resources.iter().enumerate();
            let resources = declarations.map(|(index, declaration)| {
                let own = declaration.condition.map_or(Formula::TRUE, |name| self.values.condition_named(stack, name));
                let id = ResourceId { stack, index: index as u32 };
                Resource { id, declaration, when: self.values.formulas.and(around, own) }
            });
            let resources: Rc<[Resource]> = resources.collect();
            self.resources.borrow_mut().push(Rc::clone(&resources));
            for resource in resources.iter().filter(|resource| is_nested_stack(resource.resource_type())) {
                self.values.nested(resource.id);
            }
        }
    }

    fn stack_resources(&self) -> Vec<Rc<[Resource<'t>]>> {
        self.load();
        self.resources.borrow().clone()
    }

    /// The values that its properties take.
    #[must_use]
    pub fn values(&self) -> &Values<'t> {
        &self.values
    }

    /// The resources that are checked: those of the template, and of the nested stacks it creates.
    #[must_use]
    pub fn resources(&self) -> Vec<Resource<'t>> {
        let stacks = self.stack_resources();
        let own = stacks.iter().enumerate().filter(|(index, _)| self.values.is_own(StackId::new(*index as u32)));
        own.flat_map(|(_, resources)| resources.iter().copied()).collect()
    }

    /// The resources of one type in all stacks known so far, those that others import from included.
    #[must_use]
    pub fn of_type(&self, resource_type: &str) -> Vec<Resource<'t>> {
        let stacks = self.stack_resources();
        stacks
            .iter()
            .flat_map(|stack| stack.iter())
            .filter(|resource| resource.resource_type() == resource_type)
            .copied()
            .collect()
    }

    /// The resource `id`.
    ///
    /// # Panics
    ///
    /// Never for an id that this graph or its values gave.
    #[must_use]
    pub fn resource(&self, id: ResourceId) -> Resource<'t> {
        if self.resources.borrow().len() <= id.stack.index() {
            self.load();
        }
        self.resources.borrow()[id.stack.index()][id.index as usize]
    }

    /// The nested stacks whose templates were given, in those of them too.
    #[must_use]
    pub fn nested_stacks(&self) -> Vec<NestedStack<'t>> {
        let resources = self.resources().into_iter().filter(|resource| is_nested_stack(resource.resource_type()));
        let nested = resources.filter_map(|resource| {
            let stack = self.values.nested(resource.id)?;
            Some(NestedStack { resource, stack, parameters: self.property(&resource, &["Parameters"]) })
        });
        nested.collect()
    }

    /// The references to a resource in its own stack.
    #[must_use]
    pub fn references_to(&self, id: ResourceId) -> Vec<Edge> {
        self.edges(id.stack).iter().filter(|edge| edge.to == id).cloned().collect()
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
    pub fn entry_span(&self, value: Node<'t>) -> Place {
        let span = value.own_entry().map_or(value.span(), |entry| Span::new(entry.key.span().start, value.span().end));
        value.place_of(span)
    }

    /// The key under which a written value stands; the value itself for an item of a list.
    #[must_use]
    pub fn entry_key(&self, value: Node<'t>) -> Place {
        value.own_entry().map_or(value.place(), |entry| entry.key.place())
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

/// A nested stack whose template was given.
#[derive(Clone, Debug)]
pub struct NestedStack<'t> {
    /// The resource that creates it.
    pub resource: Resource<'t>,
    /// The stack it creates.
    pub stack: StackId,
    /// `Parameters`, in each case, where the resource exists.
    pub parameters: Vec<Choice<'t>>,
}

/// Whether resources of a type create a stack of a template.
#[must_use]
pub fn is_nested_stack(resource_type: &str) -> bool {
    matches!(resource_type, "AWS::CloudFormation::Stack" | "AWS::Serverless::Application")
}
