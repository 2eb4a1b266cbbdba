//! `unreachable-branches`: a branch of `Fn::If` that is never chosen.

use super::super::{Finding, Rule, Scope, Sink, Status};
use super::place;
use crate::analysis::Analysis;
use crate::diagnostic::Severity;
use crate::syntax::{Function, MAX_EXPANDED_NODES, Node};
use crate::template::Intrinsic;
use crate::values::{Answer, Formula, ResourceId, StackId};

pub(super) static RULE: Rule = Rule {
    code: "W1028",
    name: "unreachable-branches",
    severity: Severity::Warning,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/language/unreachable-branches.md"),
    scope: Scope::Text,
    options: &[],
    check,
};

fn check(analysis: &Analysis, sink: &mut Sink) {
    let template = analysis.template;
    if !template.calls().any(|call| call.function == Function::If) {
        return;
    }
    let graph = analysis.graph();
    let values = graph.values();
    let mut walk = Walk { analysis, budget: MAX_EXPANDED_NODES, path: Vec::new(), found: Vec::new() };
    for (index, resource) in template.resources.iter().enumerate() {
        let when = graph.resource(ResourceId { stack: StackId::ROOT, index: index as u32 }).when;
        resource.properties.into_iter().for_each(|node| walk.value(node, when));
    }
    for output in template.outputs.iter() {
        let when = output.condition.map_or(Formula::TRUE, |name| values.condition_named(StackId::ROOT, name));
        output.value.into_iter().for_each(|node| walk.value(node, when));
    }
    for (branch, condition, answer) in walk.found {
        let name = condition.as_str().unwrap_or_default();
        let always = if answer { "false" } else { "true" };
        let mut finding = Finding::at(place::of_value(branch), "this branch is never chosen")
            .node(branch)
            .note(format!("where it stands, `{name}` is always {always}"))
            .help("remove `Fn::If`, and keep the other branch");
        if let Some(declared) = template.conditions.get(name) {
            finding = finding.label(declared.key.span(), "the condition");
        }
        sink.report(finding);
    }
}

struct Walk<'a, 't> {
    analysis: &'a Analysis<'t>,
    /// The nodes that may still be looked at; aliases could make them many.
    budget: u64,
    /// The conditions that were asked on the way, and the answers.
    path: Vec<(&'t str, bool)>,
    /// A branch, its condition, and what that would have to be.
    found: Vec<(Node<'t>, Node<'t>, bool)>,
}

impl<'t> Walk<'_, 't> {
    /// Finds the branches that are never chosen in a value that is there when `when` holds.
    fn value(&mut self, node: Node<'t>, when: Formula) {
        if self.budget == 0 {
            return;
        }
        self.budget -= 1;
        let Some(Intrinsic::If { condition, then, otherwise }) = Intrinsic::of(node) else {
            let parts = node.items().chain(node.entries().map(|entry| entry.value));
            return parts.filter(|part| part.has_calls()).for_each(|part| self.value(part, when));
        };
        let name = condition.as_str().filter(|name| self.analysis.template.conditions.get(name).is_some());
        let values = self.analysis.values();
        let formulas = &values.formulas;
        let Some(name) = name.filter(|_| formulas.satisfiable(when) == Answer::Yes) else { return };
        let holds = values.condition_named(StackId::ROOT, condition);
        let asked = self.path.iter().find(|(asked, _)| *asked == name).map(|(_, answer)| *answer);
        // A condition that is never one way at all is no matter of the place.
        let is_open = [holds, formulas.not(holds)].iter().all(|formula| formulas.satisfiable(*formula) != Answer::No);
        for (branch, answer, chosen) in [(then, true, holds), (otherwise, false, formulas.not(holds))] {
            let chosen = if is_open { formulas.and(when, chosen) } else { when };
            if asked.is_some_and(|asked| asked != answer) || formulas.satisfiable(chosen) == Answer::No {
                self.found.push((branch, condition, answer));
            } else {
                self.path.push((name, answer));
                self.value(branch, chosen);
                self.path.pop();
            }
        }
    }
}
