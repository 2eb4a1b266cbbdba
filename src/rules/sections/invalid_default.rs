//! `invalid-default`: a default that its own parameter does not allow.

use regex::bytes::RegexBuilder;

use super::super::{Finding, Rule, Scope, Sink, Status};
use super::shape;
use crate::analysis::Analysis;
use crate::diagnostic::Severity;
use crate::syntax::{Node, Scalar};
use crate::template::{Parameter, ParameterType};

pub(super) static RULE: Rule = Rule {
    code: "E2015",
    name: "invalid-default",
    severity: Severity::Error,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/sections/invalid-default.md"),
    scope: Scope::Text,
    options: &[],
    check,
};

/// Most bytes of a pattern once it is made ready; a larger one is left alone.
const MAX_PATTERN: usize = 1 << 20;

fn check(analysis: &Analysis, sink: &mut Sink) {
    if !shape::is_settled(analysis) {
        return;
    }
    for parameter in analysis.template.parameters.iter() {
        let Some(default) = parameter.default.filter(|default| shape::is_text(*default)) else { continue };
        let Some(value) = default.scalar().map(Scalar::canonical) else { continue };
        for (constraint, message) in faults(parameter, &value, "default") {
            let finding = Finding::at(shape::at_value(default), message).node(default);
            sink.report(finding.label(constraint.span(), "the constraint").help("change the default, or what is allowed"));
        }
    }
}

/// The constraints that a value breaks, each with what is wrong.
pub(super) fn faults<'t>(parameter: &Parameter<'t>, value: &str, what: &str) -> Vec<(Node<'t>, String)> {
    let mut faults = Vec::new();
    let shown = shape::shortened(value);
    let values: Vec<&str> =
        if parameter.parameter_type.is_list() { value.split(',').map(str::trim).collect() } else { vec![value] };
    if let Some(allowed) = parameter.allowed_values {
        let allows = |value: &str| {
            allowed
                .items()
                .any(|item| !shape::is_text(item) || item.scalar().is_some_and(|scalar| is_same(&scalar.canonical(), value)))
        };
        if !values.iter().all(|value| allows(value)) && !allows(value) {
            faults.push((allowed, format!("the {what} `{shown}` is not among `AllowedValues`")));
        }
    }
    if let (Some(pattern), Some(node)) = (parameter.allowed_pattern, parameter.node.get("AllowedPattern")) {
        // The pattern is Java's; what both read alike is asked.
        // To Java `\d` and `\w` are of ASCII, which is also far quicker to make ready.
        if let Ok(regex) =
            RegexBuilder::new(&format!("^(?:{pattern})$")).unicode(!value.is_ascii()).size_limit(MAX_PATTERN).build()
            && !values.iter().all(|value| regex.is_match(value.as_bytes()))
            && !regex.is_match(value.as_bytes())
        {
            faults.push((node, format!("the {what} `{shown}` does not match `AllowedPattern`")));
        }
    }
    match parameter.parameter_type {
        ParameterType::Number => match value.trim().parse::<f64>() {
            Ok(number) => {
                let bounds =
                    [(parameter.min_value, "less than `MinValue`", 1.0), (parameter.max_value, "more than `MaxValue`", -1.0)];
                for (bound, words, sign) in bounds {
                    let broken = bound.filter(|bound| shape::number(*bound).is_some_and(|bound| number * sign < bound * sign));
                    faults.extend(broken.map(|bound| (bound, format!("the {what} `{shown}` is {words}"))));
                }
            }
            Err(_) => {
                faults.push((parameter.node.get("Type").unwrap_or(parameter.node), format!("the {what} `{shown}` is no number")));
            }
        },
        ParameterType::List | ParameterType::SsmValue { .. } | ParameterType::Unknown => {}
        ParameterType::String | ParameterType::Aws(_) => {
            let length = value.chars().count() as f64;
            let bounds = [
                (parameter.min_length, "shorter than `MinLength`", 1.0),
                (parameter.max_length, "longer than `MaxLength`", -1.0),
            ];
            for (bound, words, sign) in bounds {
                let broken = bound.filter(|bound| shape::number(*bound).is_some_and(|bound| length * sign < bound * sign));
                faults.extend(broken.map(|bound| (bound, format!("the {what} `{shown}` is {words}"))));
            }
        }
    }
    faults
}

/// Whether two values are one to CloudFormation, to which `1` and `1.0` are the same number.
fn is_same(left: &str, right: &str) -> bool {
    left == right || matches!((left.parse::<f64>(), right.parse::<f64>()), (Ok(left), Ok(right)) if left == right)
}
