//! `merge-keys`: a mapping is merged into another by `<<`.

use super::super::{Finding, Rule, Scope, Sink, Status};
use crate::analysis::Analysis;
use crate::diagnostic::Severity;
use crate::syntax::{Kind, Style, Tag, Written};
use crate::template::Transform;
use crate::text::Span;

pub(super) static RULE: Rule = Rule {
    code: "W1100",
    name: "merge-keys",
    severity: Severity::Warning,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/template/merge-keys.md"),
    scope: Scope::Text,
    options: &[],
    check,
};

fn check(analysis: &Analysis, sink: &mut Sink) {
    for at in Shared::of(analysis).merges {
        let finding = Finding::at(at, "CloudFormation does not know merge keys");
        sink.report(finding.help("write the entries out, or deploy with `aws cloudformation package` or SAM, which do"));
    }
}

/// What YAML shares between parts of a text, and CloudFormation does not know.
#[derive(Debug, Default)]
pub(super) struct Shared {
    /// Merge keys.
    pub(super) merges: Vec<Span>,
    /// Aliases, but for those that are merged.
    pub(super) aliases: Vec<Span>,
}

impl Shared {
    /// What is shared in a template; nothing where SAM's command line writes it out.
    pub(super) fn of(analysis: &Analysis) -> Self {
        let mut shared = Self::default();
        // Both are dear to find, and rare; stars stand in most policies.
        let text = analysis.source.text();
        let may_share = || analysis.source.contains("<<") || analysis.tree.has_aliases();
        if !text.contains('*')
            || !may_share()
            || analysis.set.is_deployed()
            || analysis.template.transforms.contains(&Transform::Serverless)
        {
            return shared;
        }
        let nodes: Vec<Written> = analysis.tree.written().collect();
        let mut merged = 0..0;
        for (index, node) in nodes.iter().enumerate() {
            let is_plain = node.style == Style::Plain && node.tag == Tag::NONE && node.kind == Some(Kind::Scalar);
            let is_key = || text[node.span.end as usize..].trim_start().starts_with(':');
            if is_plain && node.text == "<<" && is_key() {
                shared.merges.push(node.span);
                merged = index + 1..index + 1 + nodes.get(index + 1).map_or(0, |value| value.size);
            }
            if node.kind.is_none() && !merged.contains(&index) {
                shared.aliases.push(node.span);
            }
        }
        shared
    }
}
