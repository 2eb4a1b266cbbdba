//! `exported-secret`: an output exports a parameter that is marked secret.

use crate::analysis::Analysis;
use crate::diagnostic::Severity;
use crate::rules::{Finding, Rule, Scope, Sink, Status};
use crate::template::Named;
use crate::values::{Expression, Formula, Part, StackId, Value};

pub(super) static RULE: Rule = Rule {
    code: "XST106",
    name: "exported-secret",
    severity: Severity::Warning,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/stacks/exported-secret.md"),
    scope: Scope::Text,
    options: &[],
    check,
};

fn check(analysis: &Analysis, sink: &mut Sink) {
    if analysis.template.outputs.iter().all(|output| output.export_name.is_none()) || !analysis.mentions(&["NoEcho"]) {
        return;
    }
    let values = analysis.values();
    for output in analysis.template.outputs.iter() {
        let (Some(value), Some(_)) = (output.value, output.export_name) else { continue };
        let exists = output.condition.map_or(Formula::TRUE, |name| values.condition_named(StackId::ROOT, name));
        for case in values.cases(Expression { stack: StackId::ROOT, node: value }, exists) {
            let Value::Text(text) = &case.value else { continue };
            let secret = text.parts().iter().find_map(|part| match part {
                Part::Parameter(stack, name) | Part::SsmParameter(stack, name) => {
                    let parameter = values.template(*stack).parameters.get(name)?;
                    let hidden = parameter
                        .no_echo
                        .and_then(|node| node.scalar())
                        .is_some_and(|scalar| scalar.canonical().eq_ignore_ascii_case("true"));
                    hidden.then_some(parameter)
                }
                _ => None,
            });
            let (Some(parameter), Some(verdict)) = (secret, values.verdict(exists, case.when)) else { continue };
            let finding = Finding::at(
                analysis.graph().entry_span(value),
                format!("output `{}` exports secret parameter `{}`", output.name(), parameter.name()),
            )
            .node(value)
            .label(parameter.key.place(), "`NoEcho` hides it only while it stays a parameter")
            .note("whoever may list the exports of the account reads the value in clear text")
            .help("keep the secret in Secrets Manager or Parameter Store and export its ARN")
            .verdict(verdict);
            sink.report(finding);
        }
    }
}
