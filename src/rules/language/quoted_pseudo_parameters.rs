//! `quoted-pseudo-parameters`: a string that is the name of a pseudo parameter.

use super::super::{Finding, Rule, Scope, Sink, Status};
use super::place;
use crate::analysis::Analysis;
use crate::diagnostic::Severity;
use crate::syntax::Node;
use crate::template::PSEUDO_PARAMETERS;

pub(super) static RULE: Rule = Rule {
    code: "W1054",
    name: "quoted-pseudo-parameters",
    severity: Severity::Warning,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/language/quoted-pseudo-parameters.md"),
    scope: Scope::Text,
    options: &[],
    check,
};

fn check(analysis: &Analysis, sink: &mut Sink) {
    let template = analysis.template;
    if !PSEUDO_PARAMETERS.iter().any(|name| analysis.source.contains(name)) {
        return;
    }
    let resources = template.resources.iter().filter_map(|resource| resource.properties);
    let places = resources.chain(template.outputs.iter().filter_map(|output| output.value));
    for node in places.flat_map(Node::descendants) {
        let is_name = |text: &&str| text.starts_with("AWS::") && PSEUDO_PARAMETERS.contains(text) && node.function().is_none();
        let Some(name) = node.as_str().filter(is_name) else { continue };
        let parent = node.parent();
        // A list is what a lost function leaves behind, but for the principals of a policy.
        let in_lists = parent.is_some_and(Node::is_sequence);
        let lost = in_lists && !node.path().iter().any(|step| step.ends_with("Policy") || step.ends_with("PolicyDocument"));
        let faulty = || analysis.call_faults().iter().any(|fault| Some(fault.node) == parent || fault.node.parent() == parent);
        if lost || node.other_tag().is_some() || faulty() {
            continue;
        }
        let is_key = parent.is_some_and(|parent| parent.entries().any(|entry| entry.key.id() == node.id()));
        let is_argument = parent.is_some_and(|parent| parent.get("Ref").is_some_and(|argument| argument.id() == node.id()));
        if is_key || is_argument {
            continue;
        }
        sink.report(
            Finding::at(place::of_value(node), format!("`{name}` is only a string here"))
                .node(node)
                .help(format!("write `!Ref {name}`")),
        );
    }
}
