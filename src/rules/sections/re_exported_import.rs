//! `re-exported-import`: an output that gives what the stack itself imports.

use super::super::{Finding, Rule, Scope, Sink, Status};
use super::{branches, shape};
use crate::analysis::Analysis;
use crate::diagnostic::Severity;
use crate::template::Intrinsic;

pub(super) static RULE: Rule = Rule {
    code: "W6001",
    name: "re-exported-import",
    severity: Severity::Warning,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/sections/re-exported-import.md"),
    scope: Scope::Text,
    options: &[],
    check,
};

fn check(analysis: &Analysis, sink: &mut Sink) {
    let section = analysis.template.outputs.node;
    for (_, output) in section.into_iter().flat_map(shape::written) {
        let mut seen = None;
        for call in output.value.get("Value").into_iter().flat_map(branches::calls) {
            let at = shape::at_call(call.node);
            if matches!(call.intrinsic, Intrinsic::ImportValue(_)) && seen.replace(at) != Some(at) {
                sink.report(
                    Finding::at(at, "the output gives what this stack imports")
                        .node(call.node)
                        .note("the exporting stack can then neither change nor remove it, and nobody sees from where it comes")
                        .help("import it where it is needed, from the stack that exports it"),
                );
            }
        }
    }
}
