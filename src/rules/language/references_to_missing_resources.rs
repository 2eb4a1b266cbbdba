//! `references-to-missing-resources`: a reference to a resource that is not always there.

use super::super::{Finding, Rule, Scope, Sink, Status};
use super::place;
use crate::analysis::Analysis;
use crate::diagnostic::Severity;
use crate::syntax::{MAX_EXPANDED_NODES, Node};
use crate::template::{self, Intrinsic};
use crate::values::{Formula, ResourceId, StackId};

pub(super) static RULE: Rule = Rule {
    code: "W1001",
    name: "references-to-missing-resources",
    severity: Severity::Warning,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/language/references-to-missing-resources.md"),
    scope: Scope::Text,
    options: &[],
    check,
};

fn check(analysis: &Analysis, sink: &mut Sink) {
    let template = analysis.template;
    if template.resources.iter().all(|resource| resource.condition.is_none()) {
        return;
    }
    let graph = analysis.graph();
    let values = graph.values();
    let mut walk = Walk { analysis, budget: MAX_EXPANDED_NODES, found: Vec::new() };
    for (index, resource) in template.resources.iter().enumerate() {
        let when = graph.resource(ResourceId { stack: StackId::ROOT, index: index as u32 }).when;
        resource.properties.into_iter().chain(resource.metadata).for_each(|node| walk.value(node, when));
    }
    for output in template.outputs.iter() {
        let when = output.condition.map_or(Formula::TRUE, |name| values.condition_named(StackId::ROOT, name));
        output.value.into_iter().chain(output.export_name).for_each(|node| walk.value(node, when));
    }
    for Reference { node, target, when } in walk.found {
        let exists = graph.resource(ResourceId { stack: StackId::ROOT, index: target as u32 }).when;
        let missing = values.formulas.and(when, values.formulas.not(exists));
        let (Some(verdict), Some(target)) = (values.verdict(when, missing), template.resources.at(target)) else { continue };
        let name = target.logical_id();
        let at = place::of_value(node);
        let mut finding = Finding::at(at, format!("`{name}` is not always there to refer to"))
            .node(node)
            .label(target.condition.map_or(target.key.span(), |condition| condition.span()), "it is created under this condition")
            .help(format!("refer to `{name}` only where it is created, with `Fn::If` or a condition"))
            .verdict(verdict);
        if at != node.span() {
            finding = finding.label(node.span(), "the reference");
        }
        sink.report(finding);
    }
}

struct Reference<'t> {
    node: Node<'t>,
    target: usize,
    when: Formula,
}

struct Walk<'a, 't> {
    analysis: &'a Analysis<'t>,
    /// The nodes that may still be looked at; aliases could make them many.
    budget: u64,
    found: Vec<Reference<'t>>,
}

impl<'t> Walk<'_, 't> {
    /// Finds the references to resources with a condition in a value that is there when `when` holds.
    fn value(&mut self, node: Node<'t>, when: Formula) {
        if self.budget == 0 || when == Formula::FALSE {
            return;
        }
        self.budget -= 1;
        match Intrinsic::of(node) {
            Some(Intrinsic::Ref(name)) => self.add(node, name, when),
            Some(Intrinsic::GetAtt { resource, .. }) => self.add(node, resource, when),
            Some(Intrinsic::Sub { text, variables }) => {
                for name in template::outer_variables(text, variables) {
                    self.add(node, name.split_once('.').map_or(name, |(resource, _)| resource), when);
                }
                variables.into_iter().for_each(|variables| self.value(variables, when));
            }
            Some(Intrinsic::If { condition, then, otherwise }) => {
                let values = self.analysis.values();
                let holds = values.condition_named(StackId::ROOT, condition);
                let formulas = &values.formulas;
                self.value(then, formulas.and(when, holds));
                self.value(otherwise, formulas.and(when, formulas.not(holds)));
            }
            _ => {
                let parts = node.items().chain(node.entries().map(|entry| entry.value));
                parts.filter(|part| part.has_calls()).for_each(|part| self.value(part, when));
            }
        }
    }

    fn add(&mut self, node: Node<'t>, name: &str, when: Formula) {
        let resources = &self.analysis.template.resources;
        let target = resources.index(name).filter(|index| resources.at(*index).is_some_and(|target| target.condition.is_some()));
        if let Some(target) = target {
            self.found.push(Reference { node, target, when });
        }
    }
}
