//! `invalid-export-name`: an export whose name is no string.

use super::super::{Rule, Scope, Sink, Status};
use super::branches::{self, Branch};
use super::shape;
use crate::analysis::Analysis;
use crate::diagnostic::Severity;
use crate::syntax::Function;
use crate::template::Intrinsic;

pub(super) static RULE: Rule = Rule {
    code: "E6102",
    name: "invalid-export-name",
    severity: Severity::Error,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/sections/invalid-export-name.md"),
    scope: Scope::Text,
    options: &[],
    check,
};

fn check(analysis: &Analysis, sink: &mut Sink) {
    let section = analysis.template.outputs.node.filter(|section| shape::is_readable(analysis, *section));
    for (_, output) in section.into_iter().flat_map(shape::written) {
        let Some(name) = output.value.get("Export").and_then(|export| export.get("Name")) else { continue };
        let exists = output.value.get("Condition").filter(|condition| shape::is_text(*condition));
        for (choice, branch) in branches::choices(name, &Branch::default()) {
            let is_list = match Intrinsic::of(choice) {
                None => !shape::is_text(choice) && !shape::is_filled(choice),
                Some(Intrinsic::Split { .. } | Intrinsic::Other(Function::GetAZs | Function::Cidr, _)) => true,
                Some(Intrinsic::Ref(name)) => {
                    analysis.template.parameters.get(name).is_some_and(|parameter| parameter.parameter_type.is_list())
                }
                Some(_) => false,
            };
            if is_list {
                let finding = shape::wrong_kind("the name of an export", "a string", choice);
                branch.report(analysis, exists, finding.help("write a name, or `Fn::Sub`"), sink);
            }
        }
    }
}
