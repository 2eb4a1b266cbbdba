//! `recursive-stack`: a template nests itself, directly or through others.

use crate::analysis::Analysis;
use crate::diagnostic::Severity;
use crate::rules::{Finding, Rule, Scope, Sink, Status};
use crate::template::{MemberId, TemplateSet};

pub(super) static RULE: Rule = Rule {
    code: "XST107",
    name: "recursive-stack",
    severity: Severity::Error,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/stacks/recursive-stack.md"),
    scope: Scope::Text,
    options: &[],
    check,
};

fn check(analysis: &Analysis, sink: &mut Sink) {
    let own = analysis.member;
    let mut children: Vec<(u32, MemberId)> = analysis.set.member(own).children.iter().map(|(at, child)| (*at, *child)).collect();
    children.sort_unstable();
    for (resource, child) in children {
        let Some(path) = way(analysis.set, child, own) else { continue };
        let Some(resource) = analysis.template.resources.at(resource as usize) else { continue };
        let files: Vec<String> = path.iter().map(|member| format!("`{}`", name(analysis.set, *member))).collect();
        let finding =
            Finding::at(resource.key.place(), format!("nested stack `{}` leads back to this template", resource.logical_id()))
                .node(resource.node)
                .here(format!("it creates {}", files.join(", which creates ")))
                .note("CloudFormation would go on creating stacks until it meets a quota")
                .help("nest a template that does not nest this one");
        sink.report(finding);
    }
}

fn name<'a>(set: &'a TemplateSet, member: MemberId) -> &'a str {
    set.member(member).template.tree.source().name()
}

/// The shortest way down from `from` to `to`, both ends included.
fn way(set: &TemplateSet, from: MemberId, to: MemberId) -> Option<Vec<MemberId>> {
    let mut ways = vec![vec![from]];
    let mut seen = vec![from];
    let mut at = 0;
    while let Some(path) = ways.get(at).cloned() {
        let last = *path.last()?;
        if last == to {
            return Some(path);
        }
        let mut children: Vec<MemberId> = set.member(last).children.values().copied().collect();
        children.sort_unstable();
        for child in children {
            if !seen.contains(&child) {
                seen.push(child);
                ways.push([path.as_slice(), &[child]].concat());
            }
        }
        at += 1;
    }
    None
}
