//! `undeclared-output-conditions`: a condition of an output that is not declared.

use super::super::{Finding, Rule, Scope, Sink, Status};
use super::{meant, place};
use crate::analysis::Analysis;
use crate::diagnostic::{Safety, Severity};
use crate::template::Named;
use crate::text::nearest_name;

pub(super) static RULE: Rule = Rule {
    code: "E6005",
    name: "undeclared-output-conditions",
    severity: Severity::Error,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/language/undeclared-output-conditions.md"),
    scope: Scope::Text,
    options: &[],
    check,
};

fn check(analysis: &Analysis, sink: &mut Sink) {
    let template = analysis.template;
    for output in template.outputs.iter() {
        let Some(node) = output.condition.filter(|node| node.function().is_none()) else { continue };
        let Some(name) = node.as_str().filter(|name| template.conditions.get(name).is_none()) else { continue };
        if template.may_be_made(name) {
            continue;
        }
        let help = match nearest_name(name, template.conditions.iter().map(Named::name)) {
            Some(nearest) => format!("write `{nearest}`"),
            None => format!("declare `{name}` in `Conditions`"),
        };
        let finding = Finding::at(place::of_value(node), format!("no condition is called `{name}`")).node(node).help(help);
        let meant = meant::plainly(name, template.conditions.iter().map(Named::name));
        sink.report(match meant.and_then(|meant| Some((meant, node.replace_scalar(meant)?))) {
            Some((meant, edit)) => finding.fix(format!("write `{meant}`"), Safety::Safe, vec![edit]),
            None => finding,
        });
    }
}
