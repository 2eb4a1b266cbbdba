//! `echoed-secrets`: a `NoEcho` parameter where CloudFormation shows it.

use super::super::{Finding, Rule, Scope, Sink, Status};
use super::place;
use crate::analysis::Analysis;
use crate::diagnostic::Severity;
use crate::syntax::Node;
use crate::template::{Intrinsic, Piece, calls, pieces};

pub(super) static RULE: Rule = Rule {
    code: "W2010",
    name: "echoed-secrets",
    severity: Severity::Warning,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/language/echoed-secrets.md"),
    scope: Scope::Text,
    options: &[],
    check,
};

fn check(analysis: &Analysis, sink: &mut Sink) {
    let template = analysis.template;
    let is_hidden = |name: &str| {
        let no_echo = template.parameters.get(name).and_then(|parameter| parameter.no_echo);
        no_echo.and_then(Node::as_str).is_some_and(|text| text.eq_ignore_ascii_case("true"))
    };
    if !template.parameters.iter().any(|parameter| is_hidden(parameter.key.as_str().unwrap_or_default())) {
        return;
    }
    let metadata = template.resources.iter().filter_map(|resource| resource.metadata);
    let places = template.outputs.node.into_iter().map(|node| (node, "an output"));
    let places = places.chain(metadata.chain(template.metadata).map(|node| (node, "metadata")));
    for (call, shown) in places.flat_map(|(node, shown)| calls(node).map(move |call| (call, shown))) {
        let names: Vec<&str> = match call.intrinsic() {
            Intrinsic::Ref(name) => vec![name],
            Intrinsic::Sub { text, .. } => {
                let pieces = pieces(text.as_str().unwrap_or_default()).into_iter();
                pieces.filter_map(|piece| if let Piece::Variable { name, .. } = piece { Some(name) } else { None }).collect()
            }
            _ => continue,
        };
        let Some(name) = names.into_iter().find(|name| is_hidden(name)) else { continue };
        sink.report(
            Finding::at(place::of_call(call.node, call.function.long()), format!("`{name}` is not masked in {shown}"))
                .node(call.node)
                .note("`NoEcho` masks a value only where it is shown as a parameter")
                .help("keep the value in Secrets Manager, and read it where it is used"),
        );
    }
}
