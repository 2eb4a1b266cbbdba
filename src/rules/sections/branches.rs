//! The calls in a value, and the choices of `Fn::If` that lead to each.

use std::rc::Rc;

use super::super::{Finding, Sink};
use crate::analysis::Analysis;
use crate::syntax::Node;
use crate::template::Intrinsic;
use crate::values::{Formula, StackId};

/// The choices that lead to a value: the conditions of the calls of `Fn::If` around it, and which way each goes.
#[derive(Clone, Debug, Default)]
pub(super) struct Branch<'t>(Option<Rc<Step<'t>>>);

#[derive(Debug)]
struct Step<'t> {
    condition: Node<'t>,
    holds: bool,
    before: Branch<'t>,
}

impl<'t> Branch<'t> {
    fn then(&self, condition: Node<'t>, holds: bool) -> Self {
        Self(Some(Rc::new(Step { condition, holds, before: self.clone() })))
    }

    fn formula(&self, analysis: &Analysis<'t>) -> Formula {
        let values = analysis.values();
        let (mut formula, mut at) = (Formula::TRUE, self);
        while let Some(step) = &at.0 {
            let condition = values.condition_named(StackId::ROOT, step.condition);
            formula = values.formulas.and(formula, if step.holds { condition } else { values.formulas.not(condition) });
            at = &step.before;
        }
        formula
    }

    /// Reports what is wrong in this branch of something that is there under `exists`: not at all where it cannot be reached.
    pub(super) fn report(&self, analysis: &Analysis<'t>, exists: Option<Node<'t>>, finding: Finding<'t>, sink: &mut Sink) {
        if self.0.is_none() {
            return sink.report(finding);
        }
        let values = analysis.values();
        let exists = exists.map_or(Formula::TRUE, |name| values.condition_named(StackId::ROOT, name));
        if let Some(verdict) = values.verdict(exists, self.formula(analysis)) {
            sink.report(finding.verdict(verdict));
        }
    }
}

/// What a value can be: the value itself, or the branches of `Fn::If`.
pub(super) fn choices<'t>(value: Node<'t>, branch: &Branch<'t>) -> impl Iterator<Item = (Node<'t>, Branch<'t>)> + use<'t> {
    let (mut next, mut open) = (Some((value, branch.clone())), Vec::new());
    std::iter::from_fn(move || {
        let (mut node, mut branch) = next.take().or_else(|| open.pop())?;
        while let Some(Intrinsic::If { condition, then, otherwise }) = Intrinsic::of(node) {
            open.push((otherwise, branch.then(condition, false)));
            (node, branch) = (then, branch.then(condition, true));
        }
        Some((node, branch))
    })
}

/// A call of a function in a value.
#[derive(Clone, Debug)]
pub(super) struct Call<'t> {
    pub node: Node<'t>,
    pub intrinsic: Intrinsic<'t>,
    pub branch: Branch<'t>,
}

/// All calls in a value, in the order of the text.
pub(super) fn calls(value: Node<'_>) -> impl Iterator<Item = Call<'_>> {
    let (mut next, mut open) = (Some((value, Branch::default())), Vec::new());
    std::iter::from_fn(move || {
        while let Some((node, branch)) = next.take().or_else(|| open.pop()) {
            let (from, mut found) = (open.len(), None);
            match Intrinsic::of(node) {
                Some(Intrinsic::If { condition, then, otherwise }) => {
                    open.push((then, branch.then(condition, true)));
                    open.push((otherwise, branch.then(condition, false)));
                }
                Some(intrinsic) => {
                    // The argument of a short form may be a call in the long form, `!Base64 {Fn::Sub: x}`.
                    let argument = node.function().map_or(node, |(_, argument)| argument);
                    let inner = argument.function().map(|_| argument);
                    match inner {
                        Some(inner) => open.push((inner, branch.clone())),
                        None => open.extend(children(argument).map(|child| (child, branch.clone()))),
                    }
                    found = Some(Call { node, intrinsic, branch });
                }
                None => open.extend(children(node).map(|child| (child, branch.clone()))),
            }
            open[from..].reverse();
            if found.is_some() {
                return found;
            }
        }
        None
    })
}

/// What is in a value and may have calls in it.
fn children<'t>(node: Node<'t>) -> impl Iterator<Item = Node<'t>> {
    node.items().chain(node.entries().map(|entry| entry.value)).filter(|child| child.has_calls())
}
