//! `unsubstituted-variables`: `${…}` in a string that `Fn::Sub` never sees.

use super::super::{Finding, Rule, Scope, Sink, Status};
use crate::analysis::Analysis;
use crate::diagnostic::{Safety, Severity};
use crate::syntax::{Function, Node};
use crate::template::{PSEUDO_PARAMETERS, Piece, pieces};

pub(super) static RULE: Rule = Rule {
    code: "E1029",
    name: "unsubstituted-variables",
    severity: Severity::Error,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/language/unsubstituted-variables.md"),
    scope: Scope::Text,
    options: &[],
    check,
};

fn check(analysis: &Analysis, sink: &mut Sink) {
    let template = analysis.template;
    let Some(root) = analysis.tree.root() else { return };
    if template.has_unknown_transform() || !analysis.source.contains("${") {
        return;
    }
    let sections = root.entries().filter(|entry| entry.key.as_str() != Some("Metadata"));
    for node in sections.flat_map(|entry| entry.value.strings_with("${")) {
        // Most of them are the strings of `Fn::Sub`.
        if is_call(node) || node.parent().is_some_and(is_call) {
            continue;
        }
        let Some(text) = node.as_str() else { continue };
        let Some(name) = variables(text).find(|name| is_declared(analysis, name)) else { continue };
        if is_key(node) || is_substituted(node, name) {
            continue;
        }
        let at = node.parent().and_then(|parent| parent.entry_with(node));
        let finding = Finding::at(at.map_or(node.span(), |entry| entry.key.span()), format!("`${{{name}}}` is not put in here"))
            .node(node)
            .note("without `Fn::Sub` the string stays as it is written")
            .help("write the string with `Fn::Sub`");
        let edit = all_declared(analysis, text).then(|| node.replace_by_substitution(text)).flatten();
        sink.report(match edit {
            Some(edit) => finding.fix("write the string with `Fn::Sub`", Safety::Unsafe, vec![edit]),
            None => finding,
        });
    }
}

/// The names in `${…}` that could be variables.
fn variables(text: &str) -> impl Iterator<Item = &str> {
    let is_name =
        |name: &&str| !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_:.".contains(&byte));
    text.split("${").skip(1).filter_map(|rest| rest.split_once('}').map(|(name, _)| name)).filter(is_name)
}

/// Whether `Fn::Sub` would find something of this name.
fn is_declared(analysis: &Analysis, name: &str) -> bool {
    let template = analysis.template;
    let resource = name.split_once('.').map_or(name, |(resource, _)| resource);
    PSEUDO_PARAMETERS.contains(&name) || template.parameters.get(name).is_some() || template.resources.get(resource).is_some()
}

fn all_declared(analysis: &Analysis, text: &str) -> bool {
    pieces(text).all(|piece| match piece {
        Piece::Variable { name, .. } => is_declared(analysis, name),
        Piece::Text(text) => !text.contains("${"),
    })
}

fn is_key(node: Node) -> bool {
    node.parent().and_then(|parent| parent.entry_with(node)).is_some_and(|entry| entry.key.id() == node.id())
}

/// Whether this is a call that puts variables in, or may.
fn is_call(node: Node) -> bool {
    node.functions().any(|(function, ..)| matches!(function, Function::Sub | Function::Transform))
}

/// Whether something else puts the variable in: `Fn::Sub`, the substitutions of a state machine, or the stack of a nested template.
fn is_substituted(node: Node, name: &str) -> bool {
    let mut at = node;
    loop {
        if is_call(at) {
            return true;
        }
        let Some(parent) = at.parent() else { return false };
        let key = parent.entry_with(at).and_then(|entry| entry.key.as_str());
        match key {
            Some("TemplateBody") => return true,
            Some("Definition" | "DefinitionString")
                if parent.get("DefinitionSubstitutions").is_some_and(|given| given.get(name).is_some()) =>
            {
                return true;
            }
            _ => {}
        }
        at = parent;
    }
}
