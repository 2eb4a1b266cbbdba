//! `disclosed-secret`: a secret parameter in metadata or an output.

use rustc_hash::FxHashSet;

use super::super::{Finding, Rule, Scope, Sink, Status};
use super::{branches, shape};
use crate::analysis::Analysis;
use crate::diagnostic::Severity;
use crate::syntax::Node;
use crate::template::{self, Intrinsic, Named, Parameter};

pub(super) static RULE: Rule = Rule {
    code: "W2010",
    name: "disclosed-secret",
    severity: Severity::Warning,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/sections/disclosed-secret.md"),
    scope: Scope::Text,
    options: &[],
    check,
};

fn check(analysis: &Analysis, sink: &mut Sink) {
    let template = analysis.template;
    let secrets: Vec<&Parameter> = template.parameters.iter().filter(|parameter| is_secret(parameter)).collect();
    if secrets.is_empty() {
        return;
    }
    let outputs = template.outputs.node.into_iter().flat_map(shape::written);
    for (_, output) in outputs {
        let export = output.value.get("Export").and_then(|export| export.get("Name"));
        for value in output.value.get("Value").into_iter().chain(export) {
            report(analysis, value, output.value.get("Condition"), &secrets, "an output", sink);
        }
    }
    let resources = template.resources.node.into_iter().flat_map(shape::written);
    for (_, resource) in resources {
        if let Some(metadata) = resource.value.get("Metadata") {
            report(analysis, metadata, resource.value.get("Condition"), &secrets, "metadata", sink);
        }
    }
}

fn is_secret(parameter: &Parameter) -> bool {
    let value = parameter.no_echo.filter(|node| shape::is_bool(*node)).and_then(Node::scalar);
    value.is_some_and(|scalar| scalar.canonical().eq_ignore_ascii_case("true"))
}

fn report<'t>(
    analysis: &Analysis<'t>,
    value: Node<'t>,
    exists: Option<Node<'t>>,
    secrets: &[&Parameter<'t>],
    place: &str,
    sink: &mut Sink,
) {
    let exists = exists.filter(|condition| shape::is_text(*condition));
    let is_secret = |name: &str| secrets.iter().any(|secret| secret.name() == name);
    let mut seen = FxHashSet::default();
    for call in branches::calls(value) {
        let names: Vec<&str> = match call.intrinsic {
            Intrinsic::Ref(name) => is_secret(name).then_some(name).into_iter().collect(),
            Intrinsic::Sub { text, variables } => {
                template::outer_variables(text, variables).filter(|name| is_secret(name)).collect()
            }
            _ => continue,
        };
        for secret in secrets.iter().filter(|secret| names.contains(&secret.name())) {
            let at = shape::at_call(call.node);
            if seen.insert((at.start, secret.name())) {
                let finding = Finding::at(at, format!("secret parameter `{}` shows in {place}", secret.name()))
                    .node(call.node)
                    .label(secret.key.span(), "`NoEcho` hides it only while it stays a parameter")
                    .help("keep the secret in Secrets Manager or Parameter Store, and give its ARN");
                call.branch.report(analysis, exists, finding, sink);
            }
        }
    }
}
