//! `constant-conditions`: a condition that always holds, or never.

use rustc_hash::FxHashSet;

use super::super::{Finding, Rule, Scope, Sink, Status};
use crate::analysis::Analysis;
use crate::diagnostic::Severity;
use crate::syntax::Node;
use crate::template::{ConditionFunction, Intrinsic, Named, Parameter, calls};
use crate::text::nearest_name;
use crate::values::{Answer, Expression, Formula, StackId, Values};

pub(super) static RULE: Rule = Rule {
    code: "LNG101",
    name: "constant-conditions",
    severity: Severity::Warning,
    status: Status::Preview { since: "0.1.0" },
    page: include_str!("../../../rules/language/constant-conditions.md"),
    scope: Scope::Text,
    options: &[],
    check,
};

/// Most operands of a condition of which two are looked for that contradict each other.
const MAX_OPERANDS: usize = 16;

/// Whether a mistake is where the values of parameters are decided, or may hide a macro: they may be others once the whole text can
/// be read. A section that could not be read as a whole makes what depends on it unknown.
pub(super) fn may_read_otherwise(analysis: &Analysis) -> bool {
    let (tree, template) = (analysis.tree, analysis.template);
    let sections = [template.parameters.node, template.mappings.node, template.conditions.node, template.rules.node];
    let is_in_section = || sections.into_iter().flatten().any(|section| tree.is_damaged_at(section.span()));
    let has_transform = || tree.root().is_some_and(|root| root.get("Transform").is_some());
    tree.is_damaged() && (is_in_section() || !has_transform() && tree.may_hide("Transform"))
}

fn check(analysis: &Analysis, sink: &mut Sink) {
    let template = analysis.template;
    if template.conditions.is_empty() || template.has_unknown_transform() || may_read_otherwise(analysis) {
        return;
    }
    // What the user says of one deployment does not make a condition constant.
    let values = analysis.open_values();
    // Assertions that no deployment fulfils make everything constant.
    if values.formulas.satisfiable(Formula::TRUE) == Answer::No {
        return;
    }
    let constant = |name: &str| answer(values, values.condition(StackId::ROOT, name));
    let found: Vec<_> = template.conditions.iter().filter_map(|entry| Some((entry, constant(entry.name())?))).collect();
    let names: FxHashSet<&str> = found.iter().map(|(entry, _)| entry.name()).collect();
    for (entry, always) in &found {
        // The cause is told where it is.
        let depends =
            |node: Node| node.condition().and_then(Node::as_str).is_some_and(|name| names.contains(name) && name != entry.name());
        if entry.node.descendants().any(depends) || calls(entry.node).any(|call| is_of_literals(call.node)) {
            continue;
        }
        let holds = if *always { "always" } else { "never" };
        let finding = Finding::at(entry.key.span(), format!("condition `{}` {holds} holds", entry.name())).node(entry.node);
        let reason = Reasons { analysis, values }.of(entry.node, *always, 0);
        sink.report(match reason {
            Some(reason) => reason.explain(finding),
            None => finding
                .note("no values that the parameters may have change that")
                .help("remove the condition, or compare with a value that is allowed"),
        });
    }
}

/// What a formula always is, where it is the same in every deployment.
fn answer(values: &Values, formula: Formula) -> Option<bool> {
    if values.formulas.satisfiable(formula) == Answer::No {
        return Some(false);
    }
    (values.formulas.satisfiable(values.formulas.not(formula)) == Answer::No).then_some(true)
}

/// Whether two literals are compared, which another rule tells.
fn is_of_literals(node: Node) -> bool {
    let is_text = |node: Node| node.scalar().is_some() && node.function().is_none();
    match ConditionFunction::of(node) {
        ConditionFunction::Equals(left, right) => is_text(left) == is_text(right),
        _ => false,
    }
}

/// Why a condition is constant.
struct Reason<'t> {
    labels: Vec<(Node<'t>, String)>,
    note: String,
    help: String,
}

impl<'t> Reason<'t> {
    fn explain(self, finding: Finding<'t>) -> Finding<'t> {
        let labelled = self.labels.into_iter().fold(finding, |finding, (node, label)| finding.label(node.span(), label));
        labelled.note(self.note).help(self.help)
    }
}

struct Reasons<'a, 't> {
    analysis: &'a Analysis<'t>,
    values: &'a Values<'t>,
}

impl<'t> Reasons<'_, 't> {
    fn of(&self, node: Node<'t>, always: bool, depth: usize) -> Option<Reason<'t>> {
        if depth > MAX_OPERANDS {
            return None;
        }
        match ConditionFunction::of(node) {
            ConditionFunction::Not(inner) => self.of(inner, !always, depth + 1),
            ConditionFunction::Equals(left, right) => {
                self.comparison(left, right, always).or_else(|| self.comparison(right, left, always))
            }
            ConditionFunction::And(list) if !always => self.operands(list, false, depth),
            ConditionFunction::Or(list) if always => self.operands(list, true, depth),
            _ => None,
        }
    }

    /// One operand that decides alone, or two that do together.
    fn operands(&self, list: Node<'t>, always: bool, depth: usize) -> Option<Reason<'t>> {
        let formulas = &self.values.formulas;
        let as_asked = |node: Node<'t>| {
            let formula = self.values.formula(Expression { stack: StackId::ROOT, node });
            if always { formulas.not(formula) } else { formula }
        };
        let operands: Vec<(Node<'t>, Formula)> = list.items().take(MAX_OPERANDS).map(|node| (node, as_asked(node))).collect();
        if let Some((node, _)) = operands.iter().find(|(_, formula)| formulas.satisfiable(*formula) == Answer::No) {
            return self.of(*node, always, depth + 1);
        }
        for (index, (first, one)) in operands.iter().enumerate() {
            for (second, other) in &operands[index + 1..] {
                if formulas.satisfiable(formulas.and(*one, *other)) == Answer::No {
                    let note = if always { "one of these two always holds" } else { "these two never hold together" };
                    return Some(Reason {
                        labels: vec![(*first, "the one".to_owned()), (*second, "the other".to_owned())],
                        note: note.to_owned(),
                        help: "remove the condition, or one of the two".to_owned(),
                    });
                }
            }
        }
        None
    }

    /// A parameter that can never be what it is compared with, or nothing else.
    fn comparison(&self, reference: Node<'t>, literal: Node<'t>, always: bool) -> Option<Reason<'t>> {
        let Some(Intrinsic::Ref(name)) = Intrinsic::of(reference) else { return None };
        let parameter = self.analysis.template.parameters.get(name)?;
        let written = literal.scalar().filter(|_| literal.function().is_none())?.canonical();
        let Parameter { allowed_values, min_length, .. } = *parameter;
        if let Some(allowed) = allowed_values {
            let texts: Vec<&str> = allowed.items().filter_map(Node::as_str).collect();
            let label = vec![(allowed, "all that is allowed".to_owned())];
            if always {
                let note = format!("`{written}` is the only value that `{name}` may have");
                return Some(Reason { labels: label, note, help: "remove the condition, or allow other values".to_owned() });
            }
            let help = match nearest_name(&written, texts.iter().copied()) {
                Some(near) => format!("compare with `{near}`"),
                None => "compare with a value that is allowed, or allow this one".to_owned(),
            };
            return Some(Reason { labels: label, note: format!("`{name}` cannot be `{written}`"), help });
        }
        let least = min_length.filter(|_| written.is_empty() && !always)?;
        Some(Reason {
            labels: vec![(least, "no empty text is allowed".to_owned())],
            note: format!("`{name}` cannot be empty"),
            help: "take away `MinLength`, or the condition".to_owned(),
        })
    }
}
