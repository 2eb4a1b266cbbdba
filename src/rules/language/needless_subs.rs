//! `needless-subs`: `Fn::Sub` of a string without variables.

use super::super::{Finding, Rule, Scope, Sink, Status};
use super::place;
use crate::analysis::Analysis;
use crate::diagnostic::{Safety, Severity};
use crate::syntax::Function;
use crate::template::{Intrinsic, Transform, calls};

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
    // What a loop makes of a string may have no variable any more.
    let rewrites = [Transform::Serverless, Transform::LanguageExtensions];
    if rewrites.iter().any(|transform| template.transforms.contains(transform)) || template.has_unknown_transform() {
        return;
    }
    // Where no function is evaluated, another rule speaks of it.
    let places = [template.resources.node, template.outputs.node, template.conditions.node, template.rules.node];
    for call in places.into_iter().flatten().flat_map(calls).filter(|call| call.function == Function::Sub) {
        let Intrinsic::Sub { text, .. } = call.intrinsic() else { continue };
        let Some(written) = text.as_str().filter(|_| text.function().is_none() && text.other_tag().is_none()) else { continue };
        // `${!x}` says `${x}` only inside `Fn::Sub`.
        if written.contains("${") {
            continue;
        }
        let at = place::of_call(call.node, "Fn::Sub");
        let finding = Finding::at(at, "`Fn::Sub` has nothing to put in").node(text).help("write the string alone");
        sink.report(match call.node.replace_by_argument(text) {
            Some(edit) => finding.fix("write the string alone", Safety::Safe, vec![edit]),
            None => finding,
        });
    }
}
