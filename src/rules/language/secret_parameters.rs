//! `secret-parameters`: a password that is a parameter.

use super::super::{Finding, Rule, Scope, Sink, Status};
use super::{passwords, place};
use crate::analysis::Analysis;
use crate::diagnostic::Severity;
use crate::template::{Intrinsic, Resource};

pub(super) static RULE: Rule = Rule {
    code: "W1011",
    name: "secret-parameters",
    severity: Severity::Warning,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/language/secret-parameters.md"),
    scope: Scope::Text,
    options: &[],
    check,
};

fn check(analysis: &Analysis, sink: &mut Sink) {
    // OpsWorks has ended; nobody can create its resources.
    let living = |resource: &&Resource| !resource.resource_type.starts_with("AWS::OpsWorks::");
    for resource in analysis.template.resources.iter().filter(living) {
        for node in passwords::of(resource) {
            let Some(Intrinsic::Ref(name)) = Intrinsic::of(node) else { continue };
            let Some(parameter) = analysis.template.parameters.get(name) else { continue };
            sink.report(
                Finding::at(place::of_value(node), format!("the password is parameter `{name}`"))
                    .node(node)
                    .label(parameter.key.span(), "whoever deploys the stack has to know it")
                    .help("write a dynamic reference, `{{resolve:secretsmanager:…}}`"),
            );
        }
    }
}
