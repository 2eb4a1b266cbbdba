//! Who refers to whom, under which condition, and who is therefore created first.

use std::collections::hash_map::Entry;
use std::rc::Rc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::{Resource, ResourceGraph};
use crate::syntax::Node;
use crate::template::{self, Attribute, Intrinsic};
use crate::text::Place;
use crate::values::{Formula, Precedence, ResourceId, StackId};

/// A reference from one resource to another. CloudFormation creates the target first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edge {
    /// The resource that refers.
    pub from: ResourceId,
    /// The resource that is referred to.
    pub to: ResourceId,
    /// How.
    pub kind: EdgeKind,
    /// The reference.
    pub place: Place,
    /// When it is there.
    pub when: Formula,
}

/// How a resource refers to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EdgeKind {
    /// `Ref`
    Ref,
    /// `Fn::GetAtt`, with the return value's name.
    GetAtt(String),
    /// `${…}` in `Fn::Sub`.
    Sub,
    /// `DependsOn`
    DependsOn,
}

impl<'t> ResourceGraph<'t> {
    /// The references between the resources of a stack, in the order in which they are written.
    #[must_use]
    pub fn edges(&self, stack: StackId) -> Rc<[Edge]> {
        if let Some(known) = self.edges.borrow().get(&stack) {
            return Rc::clone(known);
        }
        let mut edges = Vec::new();
        let resources = Rc::clone(&self.stack_resources()[stack.index()]);
        for resource in resources.iter() {
            let mut walk = Walk { graph: self, resource, edges: &mut edges };
            for (name, node) in resource.declaration.depends_on() {
                walk.add(name, EdgeKind::DependsOn, node, resource.when);
            }
            let parts = resource.declaration.node.entries();
            for entry in parts.filter(|entry| !matches!(entry.key.as_str(), Some("DependsOn" | "Type" | "Condition"))) {
                walk.value(entry.value, resource.when);
            }
        }
        let edges: Rc<[Edge]> = edges.into();
        self.edges.borrow_mut().insert(stack, Rc::clone(&edges));
        edges
    }

    /// When the references make CloudFormation create `later` after `earlier`.
    ///
    /// A stack that others import from is there before them; of two nested stacks, the resources that create them decide.
    #[must_use]
    pub fn created_after(&self, later: ResourceId, earlier: ResourceId) -> Formula {
        // What is deployed is there, whatever the order was.
        if self.values.is_deployed() {
            return Formula::TRUE;
        }
        match (self.values.precedence(later.stack), self.values.precedence(earlier.stack)) {
            (None, Some(Precedence::Before)) | (Some(Precedence::After), None) => return Formula::TRUE,
            (None, Some(_)) | (Some(_), None) => return Formula::FALSE,
            _ => {}
        }
        let mut path = self.values.around(earlier.stack);
        path.push(earlier);
        let mut later_path = self.values.around(later.stack);
        later_path.push(later);
        // The resources in the innermost stack that both are in, directly or through nested stacks.
        let pair =
            later_path.iter().rev().find_map(|later| Some((*later, *path.iter().find(|earlier| earlier.stack == later.stack)?)));
        match pair {
            Some((later, earlier)) if later == earlier => Formula::FALSE,
            Some((later, earlier)) => self.created_after_in_stack(later, earlier),
            None => Formula::FALSE,
        }
    }

    /// The resources of the same stack that references lead to from `start`, directly or through others, whatever the conditions.
    #[must_use]
    pub fn reached_from(&self, start: ResourceId) -> FxHashSet<ResourceId> {
        self.reach(start, |edge| (edge.from, edge.to))
    }

    /// The resources of the same stack whose references lead to `end`.
    #[must_use]
    pub fn leading_to(&self, end: ResourceId) -> FxHashSet<ResourceId> {
        self.reach(end, |edge| (edge.to, edge.from))
    }

    fn reach(&self, start: ResourceId, ends: impl Fn(&Edge) -> (ResourceId, ResourceId)) -> FxHashSet<ResourceId> {
        let edges = self.edges(start.stack);
        let mut next: FxHashMap<ResourceId, Vec<ResourceId>> = FxHashMap::default();
        for (from, to) in edges.iter().map(ends) {
            next.entry(from).or_default().push(to);
        }
        let mut reached = FxHashSet::default();
        let mut work = vec![start];
        while let Some(at) = work.pop() {
            let fresh = next.get(&at).into_iter().flatten().copied().filter(|id| reached.insert(*id));
            work.extend(fresh);
        }
        reached
    }

    fn created_after_in_stack(&self, later: ResourceId, earlier: ResourceId) -> Formula {
        let edges = self.edges(later.stack);
        let mut orders = self.orders.borrow_mut();
        let known = orders.entry(earlier).or_default();
        let formulas = &self.values.formulas;
        // Post-order over an explicit stack: a node's formula is the disjunction over its edges. A circle, which cannot be
        // deployed, adds nothing. What is found for the nodes on the way is kept for the next question.
        let mut work = vec![(later, false)];
        while let Some((at, expanded)) = work.pop() {
            let edges = edges_from(&edges, at);
            if expanded {
                let ways = edges.iter().map(|edge| {
                    let beyond =
                        if edge.to == earlier { Formula::TRUE } else { known.get(&edge.to).copied().unwrap_or(Formula::FALSE) };
                    formulas.and(edge.when, beyond)
                });
                known.insert(at, formulas.any(ways));
            } else if let Entry::Vacant(slot) = known.entry(at) {
                slot.insert(Formula::FALSE);
                work.push((at, true));
                work.extend(
                    edges.iter().filter(|edge| edge.to != earlier && !known.contains_key(&edge.to)).map(|edge| (edge.to, false)),
                );
            }
        }
        known.get(&later).copied().unwrap_or(Formula::FALSE)
    }
}

/// The references of one resource, of those of its stack.
fn edges_from(edges: &[Edge], from: ResourceId) -> &[Edge] {
    // They are found resource by resource.
    let start = edges.partition_point(|edge| edge.from < from);
    let count = edges[start..].partition_point(|edge| edge.from == from);
    &edges[start..start + count]
}

struct Walk<'a, 't> {
    graph: &'a ResourceGraph<'t>,
    resource: &'a Resource<'t>,
    edges: &'a mut Vec<Edge>,
}

impl<'t> Walk<'_, 't> {
    fn stack(&self) -> StackId {
        self.resource.id.stack
    }

    fn add(&mut self, name: &str, kind: EdgeKind, node: Node<'t>, when: Formula) {
        let template = self.graph.values.template(self.stack());
        if let Some(index) = template.resources.index(name) {
            let to = ResourceId { stack: self.stack(), index: index as u32 };
            self.edges.push(Edge { from: self.resource.id, to, kind, place: node.place(), when });
        }
    }

    fn value(&mut self, node: Node<'t>, when: Formula) {
        match Intrinsic::of(node) {
            Some(Intrinsic::Ref(name)) => self.add(name, EdgeKind::Ref, node, when),
            Some(Intrinsic::GetAtt { resource, attribute }) => {
                let attribute = match attribute {
                    Attribute::Name(name) => name.to_owned(),
                    Attribute::Computed(_) => String::new(),
                };
                self.add(resource, EdgeKind::GetAtt(attribute), node, when);
            }
            Some(Intrinsic::Sub { text, variables }) => {
                for name in template::outer_variables(text, variables) {
                    let name = name.split_once('.').map_or(name, |(resource, _)| resource);
                    self.add(name, EdgeKind::Sub, text, when);
                }
                if let Some(variables) = variables {
                    self.value(variables, when);
                }
            }
            Some(Intrinsic::If { condition, then, otherwise }) => {
                let formulas = &self.graph.values.formulas;
                let holds = self.graph.values.condition_named(self.stack(), condition);
                self.value(then, formulas.and(when, holds));
                self.value(otherwise, formulas.and(when, formulas.not(holds)));
            }
            _ => {
                let parts = node.items().chain(node.entries().map(|entry| entry.value));
                parts.filter(|part| part.has_calls()).for_each(|part| self.value(part, when));
            }
        }
    }
}
