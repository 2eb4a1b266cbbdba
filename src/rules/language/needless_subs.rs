//! `needless-subs`: `Fn::Sub` of a string without variables.

use super::super::{Finding, Rule, Scope, Sink, Status};
use super::place;
use crate::analysis::Analysis;
use crate::diagnostic::{Safety, Severity};
use crate::template::{Intrinsic, Piece, Transform, calls, pieces};

pub(super) static RULE: Rule = Rule {
    code: "W1020",
    name: "needless-subs",
    severity: Severity::Warning,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/language/needless-subs.md"),
    scope: Scope::Text,
    options: &[],
    check,
};

fn check(analysis: &Analysis, sink: &mut Sink) {
    let template = analysis.template;
    if template.transforms.contains(&Transform::Serverless) || template.has_unknown_transform() {
        return;
    }
    // Where no function is evaluated, another rule speaks of it.
    let places = [template.resources.node, template.outputs.node, template.conditions.node, template.rules.node];
    for call in places.into_iter().flatten().flat_map(calls) {
        let Intrinsic::Sub { text, .. } = call.intrinsic() else { continue };
        let Some(written) = text.as_str().filter(|_| text.function().is_none() && text.other_tag().is_none()) else { continue };
        if has_variable(written) {
            continue;
        }
        let at = if call.argument.is_sequence() { text.span() } else { place::of_call(call.node, "Fn::Sub") };
        let finding = Finding::at(at, "`Fn::Sub` has nothing to put in").node(text).help("write the string alone");
        // `${!x}` says `${x}` only inside `Fn::Sub`.
        let edit = (!written.contains("${")).then(|| call.node.replace_by_argument(text)).flatten();
        sink.report(match edit {
            Some(edit) => finding.fix("write the string alone", Safety::Safe, vec![edit]),
            None => finding,
        });
    }
}

/// Whether a string has `${name}`, other than `${!name}`.
fn has_variable(text: &str) -> bool {
    pieces(text).iter().any(|piece| matches!(piece, Piece::Variable { name, .. } if !name.is_empty() && !name.starts_with('!')))
}
