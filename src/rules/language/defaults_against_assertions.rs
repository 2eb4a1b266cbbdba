//! `defaults-against-assertions`: the defaults of parameters break an assertion of `Rules`.

use super::super::{Finding, Rule, Scope, Sink, Status};
use super::constant_conditions::may_read_otherwise;
use super::place;
use crate::analysis::Analysis;
use crate::diagnostic::Severity;
use crate::syntax::{Node, Scalar};
use crate::template::{AssertionRule, Intrinsic, Named, Parameter, calls};
use crate::values::{Answer, Expression, Formula, StackId, Values};

pub(super) static RULE: Rule = Rule {
    code: "LNG102",
    name: "defaults-against-assertions",
    severity: Severity::Warning,
    status: Status::Preview { since: "0.1.0" },
    page: include_str!("../../../rules/language/defaults-against-assertions.md"),
    scope: Scope::Text,
    options: &[],
    check,
};

fn check(analysis: &Analysis, sink: &mut Sink) {
    let template = analysis.template;
    if template.rules.is_empty() || template.has_unknown_transform() || may_read_otherwise(analysis) {
        return;
    }
    // What is given in place of a default does not make the default better.
    let values = analysis.open_values();
    for rule in template.rules.iter() {
        for assertion in rule.assertions.into_iter().flat_map(Node::items) {
            let Some(assert) = assertion.get("Assert") else { continue };
            let asked = parameters(analysis, rule, assert);
            let Some(defaults) = asked.iter().map(|parameter| default_of(parameter)).collect::<Option<Vec<_>>>() else {
                continue;
            };
            // An empty default says that somebody has to choose.
            let Some((first, text)) = defaults.first().filter(|_| defaults.iter().all(|(_, text)| !text.is_empty())) else {
                continue;
            };
            let formula = |node| values.formula(Expression { stack: StackId::ROOT, node });
            let when = rule.condition.map_or(Formula::TRUE, formula);
            let breaks = values.formulas.and(when, values.formulas.not(formula(assert)));
            if !is_so_with_defaults(values, breaks) {
                continue;
            }
            let mut finding = Finding::at(place::of_value(*first), format!("the default `{text}` breaks an assertion"))
                .node(*first)
                .label(assert.span(), format!("this assertion of `{}`", rule.name()))
                .help("change the default, or take it away so that a value has to be given");
            for (other, _) in &defaults[1..] {
                finding = finding.label(other.span(), "together with this default");
            }
            if let Some(text) = assertion.get("AssertDescription").and_then(Node::as_str).filter(|text| !text.trim().is_empty()) {
                let line = text.trim().lines().next().unwrap_or_default();
                finding = finding.note(format!("the assertion says: {}", line.trim()));
            }
            sink.report(finding);
        }
    }
}

/// Whether a formula is true where every parameter has its default. Assertions are assumed to hold, so the solver cannot be asked.
fn is_so_with_defaults(values: &Values, formula: Formula) -> bool {
    let variables = values.formulas.variables(formula);
    let defaults: Vec<_> = variables.iter().map(|variable| (*variable, values.formulas.default_of(*variable))).collect();
    let lookup = |asked| defaults.iter().find(|(variable, _)| *variable == asked).and_then(|(_, default)| default.as_deref());
    values.formulas.satisfiable(Formula::TRUE) != Answer::No && values.formulas.evaluate_with(formula, &lookup) == Some(true)
}

/// The parameters that decide whether an assertion holds.
fn parameters<'t>(analysis: &Analysis<'t>, rule: &AssertionRule<'t>, assert: Node<'t>) -> Vec<&'t Parameter<'t>> {
    let mut found: Vec<&Parameter> = Vec::new();
    for call in [Some(assert), rule.condition].into_iter().flatten().flat_map(calls) {
        if let Intrinsic::Ref(name) = call.intrinsic()
            && let Some(parameter) = analysis.template.parameters.get(name)
            && !found.iter().any(|known| known.key == parameter.key)
        {
            found.push(parameter);
        }
    }
    found
}

fn default_of<'t>(parameter: &Parameter<'t>) -> Option<(Node<'t>, String)> {
    let default = parameter.default?;
    Some((default, default.scalar().map(Scalar::canonical)?.into_owned()))
}
