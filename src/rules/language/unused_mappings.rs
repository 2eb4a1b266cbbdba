//! `unused-mappings`: a mapping that no `Fn::FindInMap` reads.

use rustc_hash::FxHashSet;

use super::super::{Rule, Scope, Sink, Status};
use super::unused;
use crate::analysis::Analysis;
use crate::diagnostic::{Safety, Severity};
use crate::syntax::{self, Function, Node, Tree};
use crate::template::{Intrinsic, calls};

pub(super) static RULE: Rule = Rule {
    code: "W7001",
    name: "unused-mappings",
    severity: Severity::Warning,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/language/unused-mappings.md"),
    scope: Scope::Text,
    options: &[],
    check,
};

fn check(analysis: &Analysis, sink: &mut Sink) {
    let mappings = &analysis.template.mappings;
    // A macro in the section itself adds mappings, and what reads those is not known.
    if mappings.is_empty() || unused::is_hidden(analysis) {
        return;
    }
    let mut used = FxHashSet::default();
    // What a loop runs over is gone once it is written out, and so is all of a loop that runs over nothing.
    let written = analysis.source.contains("Fn::ForEach::").then(|| syntax::parse(analysis.source));
    let loops = written.as_ref().and_then(Tree::root).into_iter().flat_map(calls);
    for call in analysis.template.calls().chain(loops) {
        match call.intrinsic() {
            Intrinsic::FindInMap { map, .. } => match map.as_str().filter(|_| map.function().is_none()) {
                Some(name) => drop(used.insert(name)),
                // A computed name may be that of any mapping.
                None => return,
            },
            // The name is the first thing even where the rest has the wrong shape.
            Intrinsic::Malformed(Function::FindInMap, argument) => {
                match argument.items().next().filter(|map| map.function().is_none()).and_then(Node::as_str) {
                    Some(name) => drop(used.insert(name)),
                    None => return,
                }
            }
            _ => {}
        }
    }
    unused::report(mappings, "mapping", "Mappings", Safety::Safe, |name| used.contains(name), sink);
}
