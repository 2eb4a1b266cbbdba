//! `misplaced-stored-values`: a value of Parameter Store where CloudFormation does not put it in.

use super::super::{Finding, Rule, Scope, Sink, Status};
use super::place;
use crate::analysis::Analysis;
use crate::diagnostic::Severity;
use crate::syntax::Node;

pub(super) static RULE: Rule = Rule {
    code: "E1052",
    name: "misplaced-stored-values",
    severity: Severity::Error,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/language/misplaced-stored-values.md"),
    scope: Scope::Text,
    options: &[],
    check,
};

const STORED: &str = "{{resolve:ssm:";

fn check(analysis: &Analysis, sink: &mut Sink) {
    if !analysis.source.text().contains(STORED) {
        return;
    }
    let template = analysis.template;
    let compared = [template.conditions.node, template.rules.node].into_iter().flatten();
    report(compared, "the reference itself is compared, as it is written", sink);
    let attributes =
        template.resources.iter().flat_map(|resource| ["CreationPolicy", "UpdatePolicy"].map(|key| resource.node.get(key)));
    report(
        attributes.flatten(),
        "CloudFormation puts stored values into the properties and the metadata of a resource only",
        sink,
    );
    let names = template.outputs.iter().filter_map(|output| output.export_name);
    report(names, "the name of an export is needed before anything is read", sink);
}

fn report<'t>(places: impl Iterator<Item = Node<'t>>, why: &str, sink: &mut Sink) {
    for node in places.flat_map(Node::descendants) {
        if node.as_str().is_some_and(|text| text.contains(STORED)) {
            sink.report(
                Finding::at(place::of_value(node), "a stored value is not put in here")
                    .node(node)
                    .note(why)
                    .help("declare a parameter of type `AWS::SSM::Parameter::Value<String>`, and refer to it"),
            );
        }
    }
}
