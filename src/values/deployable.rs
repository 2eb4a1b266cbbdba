//! Lookups that fail: a template in which one does cannot be deployed with those values.

use std::rc::Rc;

use super::{Expression, Formula, ResourceId, StackId, Value, Values};
use crate::conditions::Variable;
use crate::template::Intrinsic;

/// Most lookups of one analysis that are asked when they fail.
const MAX_LOOKUPS: usize = 256;

/// When a lookup fails, with the unknowns that decide it.
#[derive(Clone, Debug)]
pub(super) struct FailingLookup {
    when: Formula,
    variables: Vec<Variable>,
}

impl<'t> Values<'t> {
    /// When something exists, and when something is the case with it, without the values with which a lookup fails: those are no
    /// deployment, so they speak neither for it nor against it.
    #[must_use]
    pub fn deployments(&self, exists: Formula, hits: Formula) -> (Formula, Formula) {
        let deployable = self.deployable_with(&[exists, hits]);
        (self.formulas.and(exists, deployable), self.formulas.and(hits, deployable))
    }

    /// When no lookup fails that has to do with `formulas`. Those that depend on none of their unknowns are left out: they neither
    /// exclude a case of them nor single one out.
    fn deployable_with(&self, formulas: &[Formula]) -> Formula {
        let lookups = self.failing_lookups();
        if lookups.is_empty() {
            return Formula::TRUE;
        }
        let mut known: Vec<Variable> = formulas.iter().flat_map(|formula| self.formulas.variables(*formula)).collect();
        let mut left: Vec<&FailingLookup> = lookups.iter().collect();
        let mut related = Vec::new();
        // Two lookups may share an unknown of which the formula says nothing.
        loop {
            let before = left.len();
            left.retain(|lookup| {
                let meets = lookup.variables.iter().any(|variable| known.contains(variable));
                if meets {
                    known.extend(lookup.variables.iter().copied());
                    related.push(lookup.when);
                }
                !meets
            });
            if left.len() == before {
                return self.formulas.not(self.formulas.any(related));
            }
        }
    }

    /// The lookups in the properties of resources that can fail, in the stack that is checked and those that it creates. Looked for once.
    fn failing_lookups(&self) -> Rc<[FailingLookup]> {
        Rc::clone(self.failing.get_or_init(|| {
            let mut walk = Walk { values: self, found: Vec::new(), asked: 0 };
            let stacks = (0..self.stack_count()).map(StackId::new).filter(|stack| self.is_own(*stack));
            for stack in stacks.collect::<Vec<_>>() {
                for (index, resource) in self.template(stack).resources.iter().enumerate() {
                    if let Some(properties) = resource.properties {
                        let when = self.created_when(ResourceId { stack, index: index as u32 });
                        walk.value(Expression { stack, node: properties }, when);
                    }
                }
            }
            walk.found.into()
        }))
    }

    /// When a resource and the nested stacks around it are created.
    fn created_when(&self, resource: ResourceId) -> Formula {
        let mut path = self.around(resource.stack);
        path.push(resource);
        let conditions = path.into_iter().filter_map(|resource| {
            let declared = self.template(resource.stack).resources.at(resource.index as usize)?;
            Some(self.condition_named(resource.stack, declared.condition?))
        });
        self.formulas.all(conditions.collect::<Vec<_>>())
    }
}

struct Walk<'a, 't> {
    values: &'a Values<'t>,
    found: Vec<FailingLookup>,
    asked: usize,
}

impl<'t> Walk<'_, 't> {
    fn value(&mut self, Expression { stack, node }: Expression<'t>, when: Formula) {
        let formulas = &self.values.formulas;
        match Intrinsic::of(node) {
            Some(Intrinsic::If { condition, then, otherwise }) => {
                let holds = self.values.condition_named(stack, condition);
                let (on, off) = (formulas.and(when, holds), formulas.and(when, formulas.not(holds)));
                self.value(Expression { stack, node: then }, on);
                self.value(Expression { stack, node: otherwise }, off);
                return;
            }
            // What is looked up in has its own lookups, which fail with it.
            Some(Intrinsic::FindInMap { .. } | Intrinsic::Select { .. }) => return self.lookup(Expression { stack, node }, when),
            _ => {}
        }
        let parts = node.items().chain(node.entries().map(|entry| entry.value));
        parts.filter(|part| part.has_calls()).for_each(|node| self.value(Expression { stack, node }, when));
    }

    fn lookup(&mut self, expression: Expression<'t>, when: Formula) {
        self.asked += 1;
        if self.asked > MAX_LOOKUPS {
            return;
        }
        for case in self.values.cases(expression, when) {
            if case.value == Value::Invalid && self.values.possible(case.when) {
                let variables = self.values.formulas.variables(case.when);
                self.found.push(FailingLookup { when: case.when, variables });
            }
        }
    }
}
