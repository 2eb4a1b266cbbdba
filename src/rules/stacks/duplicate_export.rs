//! `duplicate-export`: two templates export one name.

use crate::analysis::Analysis;
use crate::config::Workspace;
use crate::diagnostic::Severity;
use crate::rules::{Finding, Rule, Scope, Sink, Status};
use crate::template::Named;

pub(super) static RULE: Rule = Rule {
    code: "XST102",
    name: "duplicate-export",
    severity: Severity::Error,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/stacks/duplicate-export.md"),
    scope: Scope::Text,
    options: &[],
    check,
};

fn check(analysis: &Analysis, sink: &mut Sink) {
    if analysis.settings.workspace == Workspace::Off {
        return;
    }
    // Among templates that merely lie in one repository, two may be alternatives of each other, or be for different regions.
    let severity = if analysis.settings.workspace == Workspace::Closed { RULE.severity } else { Severity::Info };
    for (index, output) in analysis.template.outputs.iter().enumerate() {
        let Some(node) = output.export_name.filter(|node| node.function().is_none()) else { continue };
        let Some(name) = node.as_str().filter(|name| !name.contains("{{")) else { continue };
        let mut others = analysis.set.exports_like(node);
        others.retain(|other| {
            let declared = analysis.set.member(other.member).template.outputs.at(other.output);
            let same = declared
                .and_then(|declared| declared.export_name)
                .is_some_and(|other| other.function().is_none() && other.as_str() == Some(name));
            // The later one is reported, once.
            same && (other.member, other.output) < (analysis.member, index)
        });
        let Some(first) = others.first() else { continue };
        let Some(declared) = analysis.set.member(first.member).template.outputs.at(first.output) else { continue };
        let place = declared.export_name.unwrap_or(declared.key).place();
        let file = place.file.name().to_owned();
        let finding = Finding::at(node.place(), format!("`{name}` is exported twice"))
            .node(node)
            .here(format!("output `{}` exports it again", output.name()))
            .label(place, "the first one is here")
            .note(format!(
                "an account has one export of a name in a region: the second stack to be deployed, this or that of {file}, fails"
            ))
            .help("name one of them after its stack: `!Sub \"${AWS::StackName}-…\"`")
            .severity(severity);
        sink.report(finding);
    }
}
