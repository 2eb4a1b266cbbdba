//! `untransformed-loops`: `Fn::ForEach` in a template that is not transformed by `AWS::LanguageExtensions`.

use super::super::{Finding, Rule, Scope, Sink, Status};
use crate::analysis::Analysis;
use crate::diagnostic::Severity;
use crate::syntax::Node;
use crate::template::Transform;

pub(super) static RULE: Rule = Rule {
    code: "E1032",
    name: "untransformed-loops",
    severity: Severity::Error,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/language/untransformed-loops.md"),
    scope: Scope::Text,
    options: &[],
    check,
};

const LOOP: &str = "Fn::ForEach::";

fn check(analysis: &Analysis, sink: &mut Sink) {
    let template = analysis.template;
    if !analysis.source.contains(LOOP)
        || template.transforms.contains(&Transform::LanguageExtensions)
        || template.has_unknown_transform()
    {
        return;
    }
    let sections = [template.conditions.node, template.resources.node, template.outputs.node];
    for entry in sections.into_iter().flatten().flat_map(Node::descendants).flat_map(Node::entries) {
        if entry.key.as_str().is_some_and(|key| key.starts_with(LOOP)) {
            sink.report(
                Finding::at(entry.key.span(), "`Fn::ForEach` needs the transform `AWS::LanguageExtensions`")
                    .node(entry.value)
                    .help("add `Transform: AWS::LanguageExtensions` to the template"),
            );
        }
    }
}
