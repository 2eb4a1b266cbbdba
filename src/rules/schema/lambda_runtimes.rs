//! One rule for each stage in the end of a runtime of Lambda, on the day of the run.
//!
//! They differ in the stage alone, so they share this file; each has its page.

use super::super::{Finding, Rule, Scope, Sink, Status};
use super::each_fault;
use crate::analysis::Analysis;
use crate::diagnostic::Severity;
use crate::schema::{Facts, RuntimeStage};
use crate::template::Transform;
use crate::validation::{Kind, runtime_stage};

macro_rules! stages {
    ($($rule:ident = $code:literal, $name:literal, $severity:expr, $stage:expr;)*) => {
        $(static $rule: Rule = Rule {
            code: $code,
            name: $name,
            severity: $severity,
            status: Status::Stable { since: "0.1.0" },
            page: include_str!(concat!("../../../rules/schema/", $name, ".md")),
            scope: Scope::Text,
            options: &[],
            check: |analysis, sink| report(analysis, sink, $stage),
        };)*

        pub(super) const RULES: &[&Rule] = &[$(&$rule,)*];
    };
}

stages! {
    DEPRECATED = "W2531", "deprecated-runtimes", Severity::Warning, RuntimeStage::Deprecated;
    NO_CREATION = "E2531", "runtimes-without-creation", Severity::Error, RuntimeStage::NoCreation;
    NO_UPDATE = "E2533", "runtimes-without-updates", Severity::Error, RuntimeStage::NoUpdate;
}

fn report(analysis: &Analysis, sink: &mut Sink, stage: RuntimeStage) {
    let finding = |name: &str, at| {
        let finding = Finding::at(at, format!("the runtime `{name}` {}", words(name, stage)));
        match advice(name) {
            Some(advice) => finding.help(advice),
            None => finding,
        }
    };
    each_fault(analysis, sink, |fault| match fault.kind {
        Kind::EndedRuntime(found) if found == stage => Some(finding(fault.node.as_str()?, fault.at)),
        _ => None,
    });
    // What SAM gives to each function.
    let globals = analysis.template.globals.filter(|_| analysis.template.transforms.contains(&Transform::Serverless));
    let Some(entry) = globals.and_then(|globals| globals.get("Function")?.entry("Runtime")) else { return };
    let Some(name) = entry.value.as_str().filter(|_| entry.value.function().is_none()) else { return };
    if runtime_stage(name, analysis.settings.today) == Some(stage) {
        sink.report(finding(name, entry.key.span()).node(entry.value));
    }
}

/// What is the matter with a runtime, behind its name.
pub(super) fn words(name: &str, stage: RuntimeStage) -> String {
    let runtime = Facts::embedded().lambda_runtime(name);
    let since = |day: Option<crate::config::Day>| day.map_or_else(String::new, |day| format!(" since {day}"));
    match stage {
        RuntimeStage::Deprecated => {
            format!("is deprecated{}", since(runtime.map(|runtime| runtime.deprecated)))
        }
        RuntimeStage::NoCreation => {
            format!("is not taken for new functions{}", since(runtime.and_then(|runtime| runtime.no_creation)))
        }
        RuntimeStage::NoUpdate => {
            format!("is not taken for new or changed functions{}", since(runtime.and_then(|runtime| runtime.no_update)))
        }
    }
}

/// What to use in place of a runtime.
pub(super) fn advice(name: &str) -> Option<String> {
    let successor = Facts::embedded().lambda_runtime(name)?.successor?;
    Some(format!("move to `{successor}`"))
}
