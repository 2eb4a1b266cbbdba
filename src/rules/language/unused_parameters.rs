//! `unused-parameters`: a parameter that nothing refers to.

use std::borrow::Cow;

use rustc_hash::FxHashSet;

use super::super::{Rule, Scope, Sink, Status};
use super::unused;
use crate::analysis::Analysis;
use crate::diagnostic::{Safety, Severity};
use crate::syntax::{self, Function, Node, Tree};
use crate::template::{self, Intrinsic, Named, calls};

pub(super) static RULE: Rule = Rule {
    code: "W2001",
    name: "unused-parameters",
    severity: Severity::Warning,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/language/unused-parameters.md"),
    scope: Scope::Text,
    options: &[],
    check,
};

fn check(analysis: &Analysis, sink: &mut Sink) {
    let template = analysis.template;
    if template.parameters.is_empty() || template.has_macro() || unused::is_hidden(analysis) {
        return;
    }
    let Some(mut used) = used(analysis.tree) else { return };
    // What a loop runs over is gone once it is written out.
    let written = analysis.source.contains("Fn::ForEach::").then(|| syntax::parse(analysis.source));
    if let Some(written) = &written {
        match self::used(written) {
            Some(more) => used.extend(more.into_iter().map(|name| Cow::Owned(name.into_owned()))),
            None => return,
        }
    }
    // In `Rules`, a function may ask for all parameters of a type.
    let types: Vec<&str> = template
        .calls()
        .filter(|call| matches!(call.function, Function::RefAll | Function::ValueOfAll))
        .filter_map(|call| call.argument.items().next().unwrap_or(call.argument).as_str())
        .collect();
    let by_type = template
        .parameters
        .iter()
        .filter(|parameter| parameter.node.get("Type").and_then(Node::as_str).is_some_and(|own| types.contains(&own)));
    used.extend(by_type.map(|parameter| Cow::Borrowed(parameter.name())));
    unused::report(&template.parameters, "parameter", "Parameters", Safety::Unsafe, |name| used.contains(name), sink);
}

/// The names that a template refers to; `None` where one is computed.
fn used(tree: &Tree) -> Option<FxHashSet<Cow<'_, str>>> {
    let mut used = FxHashSet::default();
    for call in tree.root().into_iter().flat_map(calls) {
        match call.intrinsic() {
            Intrinsic::Ref(name) => drop(used.insert(Cow::Borrowed(name))),
            Intrinsic::Malformed(Function::Ref, _) => return None,
            Intrinsic::Sub { text, .. } => {
                used.extend(template::variables(text.as_str().unwrap_or_default()).map(Cow::Borrowed));
            }
            Intrinsic::Other(Function::ValueOf, argument) => {
                used.extend(argument.items().next().and_then(Node::as_str).map(Cow::Borrowed));
            }
            _ => {}
        }
    }
    Some(used)
}
