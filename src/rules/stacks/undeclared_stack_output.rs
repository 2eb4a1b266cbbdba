//! `undeclared-stack-output`: `Fn::GetAtt` reads an output that the nested stack's template does not have.

use crate::analysis::Analysis;
use crate::diagnostic::Severity;
use crate::graph::EdgeKind;
use crate::rules::{Finding, Rule, Scope, Sink, Status};
use crate::template::Named;
use crate::text::nearest_name;

pub(super) static RULE: Rule = Rule {
    code: "XST105",
    name: "undeclared-stack-output",
    severity: Severity::Error,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/stacks/undeclared-stack-output.md"),
    scope: Scope::Deployment,
    options: &[],
    check,
};

fn check(analysis: &Analysis, sink: &mut Sink) {
    if analysis.set.member(analysis.member).children.is_empty() {
        return;
    }
    let graph = analysis.graph();
    let values = graph.values();
    for nested in graph.nested_stacks() {
        let child = values.template(nested.stack);
        if child.has_unknown_transform() {
            continue;
        }
        for edge in graph.references_to(nested.resource.id) {
            let EdgeKind::GetAtt(attribute) = &edge.kind else { continue };
            let Some(output) = attribute.strip_prefix("Outputs.") else { continue };
            if output.is_empty() || child.outputs.get(output).is_some() {
                continue;
            }
            let Some(verdict) = values.verdict(edge.when, edge.when) else { continue };
            let help = match nearest_name(output, child.outputs.iter().map(Named::name)) {
                Some(nearest) => format!("read `Outputs.{nearest}`"),
                None => format!("declare output `{output}` in {}", child.tree.source().name()),
            };
            let name = nested.resource.logical_id();
            let finding =
                Finding::at(edge.place.clone(), format!("the template of nested stack `{name}` has no output `{output}`"))
                    .label(nested.resource.place(), format!("its template is {}", child.tree.source().name()))
                    .help(help)
                    .verdict(verdict);
            sink.report(finding);
        }
    }
}
