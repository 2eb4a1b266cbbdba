//! `unknown-resource-types`: there is no resource type of this name.

use super::super::{Finding, Rule, Scope, Sink, Status};
use crate::analysis::Analysis;
use crate::diagnostic::{Safety, Severity};
use crate::schema::Facts;
use crate::validation;

pub(super) static RULE: Rule = Rule {
    code: "E3006",
    name: "unknown-resource-types",
    severity: Severity::Error,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/schema/unknown-resource-types.md"),
    scope: Scope::Text,
    options: &[],
    check,
};

fn check(analysis: &Analysis, sink: &mut Sink) {
    if analysis.set.is_deployed() || validation::is_rewritten(analysis.template) {
        return;
    }
    let regions = validation::regions_of(&analysis.settings.regions);
    for resource in analysis.template.resources.iter() {
        let Some(entry) = resource.node.entry("Type") else { continue };
        let Some(name) = entry.value.as_str().filter(|_| entry.value.function().is_none() && entry.value.other_tag().is_none())
        else {
            continue;
        };
        if name.is_empty() || name.starts_with("Custom::") || name.ends_with("::MODULE") {
            continue;
        }
        let Some(facts) = Facts::embedded().resource_type(name) else {
            let near = Facts::embedded().nearest(name);
            // Anybody can register types outside the namespaces of AWS.
            if near.is_none() && is_of_others(name) {
                continue;
            }
            let mut finding = Finding::at(entry.key.span(), format!("there is no resource type `{name}`")).node(entry.value);
            if let Some(near) = near {
                finding = finding.help(format!("write `{near}`"));
                if let Some(edit) = entry.value.replace_scalar(near) {
                    finding = finding.fix(format!("change it to `{near}`"), Safety::Unsafe, vec![edit]);
                }
            }
            sink.report(finding);
            continue;
        };
        if regions.is_some_and(|regions| !facts.is_serverless() && !facts.regions().meets(regions)) {
            let regions = analysis.settings.regions.join(", ");
            sink.report(Finding::at(entry.key.span(), format!("`{name}` does not exist in {regions}")).node(entry.value));
        }
    }
}

/// Whether a type is, by its name, one that somebody else than AWS registered.
fn is_of_others(name: &str) -> bool {
    let parts: Vec<&str> = name.split("::").collect();
    let is_word = |part: &&str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric());
    !name.starts_with("AWS::") && !name.starts_with("Alexa::") && parts.len() == 3 && parts.iter().all(is_word)
}
