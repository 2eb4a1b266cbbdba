//! `malformed-deployment-file`: a deployment file that Git sync cannot read.

use super::super::{Finding, Rule, Scope, Sink, Status};
use super::written::{self, TEMPLATE};
use crate::analysis::Analysis;
use crate::diagnostic::Severity;
use crate::syntax::Node;
use crate::text::{Span, nearest_name};

pub(super) static RULE: Rule = Rule {
    code: "E0100",
    name: "malformed-deployment-file",
    severity: Severity::Error,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/files/malformed-deployment-file.md"),
    scope: Scope::DeploymentFile,
    options: &[],
    check,
};

/// Source: <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/git-sync-concepts-terms.html>.
const KEYS: [&str; 3] = [TEMPLATE, "parameters", "tags"];

fn check(analysis: &Analysis, sink: &mut Sink) {
    let Some(root) = analysis.tree.root().filter(|root| root.is_mapping()) else {
        let finding = Finding::at(Span::at(0), "a deployment file must be a mapping");
        return sink.report(finding.help(format!("write `{TEMPLATE}`, `parameters` and `tags`")));
    };
    for entry in root.entries() {
        let Some(name) = entry.key.as_str().filter(|name| !KEYS.contains(name)) else { continue };
        let finding = Finding::at(entry.key.span(), format!("a deployment file has no `{name}`")).node(entry.value);
        let free = KEYS.into_iter().filter(|known| root.get(known).is_none());
        sink.report(match nearest_name(name, free) {
            Some(near) => finding.help(format!("write `{near}`")),
            None => finding.help("remove it"),
        });
    }
    match root.entry(TEMPLATE) {
        None => {
            let at = root.entries().next().map_or(Span::at(0), |entry| entry.key.span());
            let finding = Finding::at(at, "the deployment file does not say which template it is for").node(root);
            sink.report(finding.help(format!("add `{TEMPLATE}`, with the path from the top of the repository")));
        }
        Some(entry) if entry.value.as_str().is_none_or(str::is_empty) => {
            sink.report(Finding::at(entry.key.span(), format!("`{TEMPLATE}` must be a path")).node(entry.value));
        }
        Some(_) => {}
    }
    each(root, "parameters", sink, |name, at, node, sink| {
        if !written::is_value(node) {
            sink.report(written::no_value(name, at, node));
        }
    });
    each(root, "tags", sink, |name, at, node, sink| {
        if node.scalar().is_none_or(|scalar| scalar.is_null()) {
            sink.report(Finding::at(at, format!("tag `{name}` must have a string")).node(node));
        }
    });
}

fn each<'t>(root: Node<'t>, key: &str, sink: &mut Sink, look: impl Fn(&str, Span, Node<'t>, &mut Sink)) {
    let Some(entry) = root.entry(key).filter(|entry| !entry.value.is_null()) else { return };
    if !entry.value.is_mapping() {
        return sink.report(Finding::at(entry.key.span(), format!("`{key}` must be a mapping")).node(entry.value));
    }
    for own in entry.value.entries() {
        look(own.key.as_str().unwrap_or_default(), own.key.span(), own.value, sink);
    }
}
