//! Which resources of other stacks a resource gets through `Fn::ImportValue`.

use super::ResourceGraph;
use crate::syntax::Node;
use crate::template::Intrinsic;
use crate::text::Place;
use crate::values::{Expression, Formula, Part, ResourceId, StackId, Value};

/// An import whose export, in one of the templates given, is made of a resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Import {
    /// The resource that imports.
    pub from: ResourceId,
    /// The resource behind the export.
    pub to: ResourceId,
    /// The name that is imported, as a person reads it.
    pub name: String,
    /// The import.
    pub place: Place,
    /// When it is there and means this resource.
    pub when: Formula,
}

impl<'t> ResourceGraph<'t> {
    /// The imports of the resources of a stack, in the order in which they are written.
    #[must_use]
    pub fn imports(&self, stack: StackId) -> Vec<Import> {
        let mut imports = Vec::new();
        for (index, declaration) in self.values.template(stack).resources.iter().enumerate() {
            let resource = self.resource(ResourceId { stack, index: index as u32 });
            if let Some(properties) = declaration.properties {
                self.imports_in(properties, resource.id, resource.when, &mut imports);
            }
        }
        imports
    }

    fn imports_in(&self, node: Node<'t>, from: ResourceId, when: Formula, imports: &mut Vec<Import>) {
        match Intrinsic::of(node) {
            Some(Intrinsic::ImportValue(name)) => self.import(node, name, from, when, imports),
            Some(Intrinsic::If { condition, then, otherwise }) => {
                let holds = self.values.condition_named(from.stack, condition);
                self.imports_in(then, from, self.values.formulas.and(when, holds), imports);
                self.imports_in(otherwise, from, self.values.formulas.and(when, self.values.formulas.not(holds)), imports);
            }
            _ => {
                node.items().for_each(|item| self.imports_in(item, from, when, imports));
                node.entries().for_each(|entry| self.imports_in(entry.value, from, when, imports));
            }
        }
    }

    fn import(&self, node: Node<'t>, name: Node<'t>, from: ResourceId, when: Formula, imports: &mut Vec<Import>) {
        let names = self.values.cases(Expression { stack: from.stack, node: name }, when);
        let shown = names.into_iter().find_map(|case| match case.value {
            Value::Text(text) => Some(self.values.show(&text)),
            _ => None,
        });
        for case in self.values.cases(Expression { stack: from.stack, node }, when) {
            let Value::Text(text) = &case.value else { continue };
            for part in text.parts() {
                if let Part::Resource(to, _) = part
                    && !self.values.is_own(to.stack)
                {
                    let name = shown.clone().unwrap_or_default();
                    imports.push(Import { from, to: *to, name, place: node.place(), when: case.when });
                }
            }
        }
    }
}
