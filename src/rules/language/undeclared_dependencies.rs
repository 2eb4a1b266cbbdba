//! `undeclared-dependencies`: `DependsOn` of a resource that is not there.

use super::super::{Finding, Rule, Scope, Sink, Status};
use super::{meant, place};
use crate::analysis::Analysis;
use crate::diagnostic::{Safety, Severity};
use crate::template::{Named, Resource, Template};
use crate::text::{Span, nearest_name};
use crate::values::{ResourceId, StackId};

pub(super) static RULE: Rule = Rule {
    code: "E3005",
    name: "undeclared-dependencies",
    severity: Severity::Error,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/language/undeclared-dependencies.md"),
    scope: Scope::Text,
    options: &[],
    check,
};

fn check(analysis: &Analysis, sink: &mut Sink) {
    let template = analysis.template;
    if template.resources.iter().all(|resource| resource.depends_on.is_none()) {
        return;
    }
    for (index, resource) in template.resources.iter().enumerate() {
        for (name, node) in resource.depends_on().filter(|(_, node)| node.function().is_none()) {
            let Some(target) = template.resources.index(name).filter(|target| *target != index) else {
                let at = place::of_value(node);
                if !template.may_be_made(name) || name == resource.logical_id() {
                    let others = template.resources.iter().map(Named::name).filter(|other| *other != resource.logical_id());
                    let edit = meant::plainly(name, others).and_then(|meant| Some((meant, node.replace_scalar(meant)?)));
                    let finding = undeclared(template, resource, name, at).node(node);
                    sink.report(match edit {
                        Some((meant, edit)) => finding.fix(format!("write `{meant}`"), Safety::Safe, vec![edit]),
                        None => finding,
                    });
                }
                continue;
            };
            if template.resources.at(target).is_none_or(|target| target.condition.is_none()) {
                continue;
            }
            let graph = analysis.graph();
            let when = |index: usize| graph.resource(ResourceId { stack: StackId::ROOT, index: index as u32 }).when;
            let values = graph.values();
            let missing = values.formulas.and(when(index), values.formulas.not(when(target)));
            let Some(verdict) = values.verdict(when(index), missing) else { continue };
            let at = place::of_value(node);
            sink.report(
                Finding::at(at, format!("`{name}` may not be there to depend on"))
                    .node(node)
                    .label(template.resources.at(target).map_or(at, |target| target.key.span()), "it has a condition of its own")
                    .help(format!("give `{}` a condition that implies it", resource.logical_id()))
                    .verdict(verdict),
            );
        }
    }
}

fn undeclared<'t>(template: &Template, resource: &Resource, name: &str, at: Span) -> Finding<'t> {
    if name == resource.logical_id() {
        return Finding::at(at, format!("`{name}` depends on itself")).help("remove it from `DependsOn`");
    }
    let others = template.resources.iter().map(Named::name).filter(|other| *other != resource.logical_id());
    let help = match nearest_name(name, others) {
        Some(nearest) => format!("write `{nearest}`"),
        None => "remove it from `DependsOn`".to_owned(),
    };
    Finding::at(at, format!("no resource is called `{name}`")).help(help)
}
