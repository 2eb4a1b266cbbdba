//! `unused-sub-variables`: a variable that is given to `Fn::Sub` and that its string does not have.

use super::super::{Finding, Rule, Scope, Sink, Status};
use crate::analysis::Analysis;
use crate::diagnostic::{Safety, Severity};
use crate::syntax::{Entry, Function};
use crate::template::{self, Intrinsic};

pub(super) static RULE: Rule = Rule {
    code: "W1019",
    name: "unused-sub-variables",
    severity: Severity::Warning,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/language/unused-sub-variables.md"),
    scope: Scope::Text,
    options: &[],
    check,
};

fn check(analysis: &Analysis, sink: &mut Sink) {
    if !analysis.source.contains("Sub") {
        return;
    }
    if analysis.template.has_unknown_transform() {
        return;
    }
    for call in analysis.template.calls().filter(|call| call.function == Function::Sub) {
        let Intrinsic::Sub { text, variables: Some(variables) } = call.intrinsic() else { continue };
        let Some(written) = text.as_str().filter(|_| text.function().is_none() && variables.function().is_none()) else {
            continue;
        };
        let used: Vec<&str> = template::variables(written).collect();
        let unused = |entry: &Entry| entry.key.as_str().is_some_and(|name| !used.contains(&name) && !name.contains("${"));
        for entry in variables.entries().filter(unused) {
            let name = entry.key.as_str().unwrap_or_default();
            let finding = Finding::at(entry.key.span(), format!("the string has no `${{{name}}}`"))
                .node(entry.value)
                .label(text.span(), "this string")
                .help(format!("remove `{name}`, or write `${{{name}}}`"));
            // The list goes with the last of them. Where the string has no variable at all, another rule takes the function away.
            let edit = match variables.len() {
                1 => written.contains("${").then(|| call.node.replace_by_substitution(written)).flatten(),
                _ => variables.remove_entry(name),
            };
            sink.report(match edit {
                Some(edit) => finding.fix(format!("remove `{name}`"), Safety::Safe, vec![edit]),
                None => finding,
            });
        }
    }
}
