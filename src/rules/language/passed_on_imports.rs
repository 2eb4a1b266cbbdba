//! `passed-on-imports`: an output that only passes on an import.

use super::super::{Finding, Rule, Scope, Sink, Status};
use super::place;
use crate::analysis::Analysis;
use crate::diagnostic::Severity;
use crate::syntax::Function;
use crate::template::calls;

pub(super) static RULE: Rule = Rule {
    code: "W6001",
    name: "passed-on-imports",
    severity: Severity::Warning,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/language/passed-on-imports.md"),
    scope: Scope::Text,
    options: &[],
    check,
};

fn check(analysis: &Analysis, sink: &mut Sink) {
    if !analysis.source.text().contains("ImportValue") {
        return;
    }
    for output in analysis.template.outputs.iter() {
        for call in output.value.into_iter().flat_map(calls).filter(|call| call.function == Function::ImportValue) {
            let at = place::of_call(call.node, Function::ImportValue.long());
            sink.report(
                Finding::at(at, "the output passes on what another stack exports")
                    .node(call.node)
                    .help("import the value where it is used, from the stack that exports it"),
            );
        }
    }
}
