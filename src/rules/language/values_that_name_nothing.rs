//! `values-that-name-nothing`: a parameter chooses the resource of `Fn::GetAtt`, and may be given a name that no resource has.

use super::super::{Finding, Rule, Scope, Sink, Status};
use super::place;
use crate::analysis::Analysis;
use crate::diagnostic::Severity;
use crate::syntax::{Function, Node, Scalar};
use crate::template::{Intrinsic, Resource};
use crate::text::nearest_name;

pub(super) static RULE: Rule = Rule {
    code: "W2030",
    name: "values-that-name-nothing",
    severity: Severity::Warning,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/language/values-that-name-nothing.md"),
    scope: Scope::Text,
    options: &[],
    check,
};

fn check(analysis: &Analysis, sink: &mut Sink) {
    let template = analysis.template;
    // What the template does not show may declare it.
    if template.parameters.is_empty() || template.has_unknown_transform() || analysis.tree.ends_early() {
        return;
    }
    for call in template.calls().filter(|call| call.function == Function::GetAtt) {
        let Some(first) = call.argument.items().next() else { continue };
        let Some(Intrinsic::Ref(name)) = Intrinsic::of(first) else { continue };
        let Some(parameter) = template.parameters.get(name) else { continue };
        // SAM makes resources of its own.
        let is_declared = |value: &str| {
            let is_made = |resource: &Resource| {
                resource.resource_type.starts_with("AWS::Serverless::") && value.starts_with(resource.logical_id())
            };
            template.resources.get(value).is_some() || template.resources.iter().any(is_made)
        };
        let values: Vec<Node> = match parameter.allowed_values {
            Some(list) => list.items().collect(),
            None => parameter.default.into_iter().collect(),
        };
        for node in values {
            let Some(value) = node.scalar().map(Scalar::canonical).filter(|value| !is_declared(value)) else { continue };
            let finding = Finding::at(place::of_value(node), format!("no resource is called `{value}`"))
                .node(node)
                .label(first.span(), "the parameter chooses a resource here");
            let names = template.resources.iter().map(Resource::logical_id);
            sink.report(match nearest_name(&value, names) {
                Some(near) => finding.help(format!("write `{near}`")),
                None => finding.help("allow names of resources only"),
            });
        }
    }
}
