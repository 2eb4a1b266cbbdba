//! `joins-without-delimiter`: `Fn::Join` that puts strings together without anything between them.

use super::super::{Finding, Rule, Scope, Sink, Status};
use super::cdk;
use crate::analysis::Analysis;
use crate::diagnostic::{Safety, Severity};
use crate::syntax::{Function, Node};
use crate::template::{Attribute, Intrinsic, Template, calls, pieces};

pub(super) static RULE: Rule = Rule {
    code: "I1022",
    name: "joins-without-delimiter",
    severity: Severity::Info,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/language/joins-without-delimiter.md"),
    scope: Scope::Text,
    options: &[],
    check,
};

fn check(analysis: &Analysis, sink: &mut Sink) {
    let template = analysis.template;
    if cdk::is_synthesized(template) {
        return;
    }
    let places = [template.resources.node, template.outputs.node, template.conditions.node];
    for call in places.into_iter().flatten().flat_map(calls).filter(|call| call.function == Function::Join) {
        let Intrinsic::Join { delimiter, list } = call.intrinsic() else { continue };
        let is_empty = delimiter.as_str() == Some("") && !delimiter.is_null() && delimiter.function().is_none();
        if !is_empty || !list.is_sequence() || list.function().is_some() || !list.items().all(fits) || !is_evaluated(call.node) {
            continue;
        }
        let finding = Finding::at(delimiter.span(), "`Fn::Join` with an empty delimiter")
            .node(delimiter)
            .help("write the string with `Fn::Sub`");
        let edit = text(template, list).and_then(|text| call.node.replace_by_substitution(&text));
        sink.report(match edit {
            Some(edit) => finding.fix("write it with `Fn::Sub`", Safety::Safe, vec![edit]),
            None => finding,
        });
    }
}

/// Whether `Fn::Sub` can say an item.
fn fits(item: Node) -> bool {
    match Intrinsic::of(item) {
        Some(Intrinsic::Ref(_) | Intrinsic::GetAtt { attribute: Attribute::Name(_), .. }) => true,
        Some(Intrinsic::Sub { variables, .. }) => variables.is_none(),
        Some(_) => false,
        None => item.as_str().is_some() && !item.is_null(),
    }
}

/// Whether CloudFormation evaluates functions where `node` stands: not in `Metadata`, nor where a function is not expected.
fn is_evaluated(node: Node) -> bool {
    let mut keys = node.path().into_iter();
    match keys.next().as_deref() {
        Some("Resources") => match keys.nth(1).as_deref() {
            Some("Metadata") => keys.next().as_deref() == Some("AWS::CloudFormation::Init"),
            attribute => attribute == Some("Properties"),
        },
        _ => true,
    }
}

/// What `Fn::Sub` is to be given; `None` where it would say something else.
fn text(template: &Template, list: Node) -> Option<String> {
    let mut text = String::new();
    for item in list.items() {
        match Intrinsic::of(item) {
            // A list is spliced into the items of `Fn::Join`, and refused by `Fn::Sub`.
            Some(Intrinsic::Ref(name)) => {
                let is_list = template.parameters.get(name).is_some_and(|parameter| parameter.parameter_type.is_list());
                if is_list || matches!(name, "AWS::NotificationARNs" | "AWS::NoValue") {
                    return None;
                }
                text.push_str(&format!("${{{name}}}"));
            }
            Some(Intrinsic::GetAtt { resource, attribute: Attribute::Name(attribute) }) => {
                text.push_str(&format!("${{{resource}.{attribute}}}"));
            }
            Some(Intrinsic::Sub { text: inner, .. }) => text.push_str(inner.as_str()?),
            Some(_) => return None,
            None => text.push_str(&item.scalar()?.canonical().replace("${", "${!")),
        }
    }
    // Only now would an open `${` meet its end, or a `$` its brace.
    let pieces = |text: &str| pieces(text).count();
    let separate: usize = list.items().map(|item| Intrinsic::of(item).map_or(0, |_| 1)).sum();
    let joined = list.items().all(|item| !item.as_str().is_some_and(|text| text.ends_with('$')));
    (joined && pieces(&text) >= separate).then_some(text)
}
