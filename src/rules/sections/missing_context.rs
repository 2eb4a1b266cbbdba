//! `missing-context`: resources that matter to the architecture have no context.

use super::super::{Finding, Rule, Scope, Sink, Status};
use super::{context, shape};
use crate::analysis::Analysis;
use crate::config::{OptionShape, RuleOption};
use crate::diagnostic::Severity;
use crate::template::Resource;

pub(super) static RULE: Rule = Rule {
    code: "I4010",
    name: "missing-context",
    severity: Severity::Info,
    status: Status::Experimental { since: "0.1.0" },
    page: include_str!("../../../rules/sections/missing-context.md"),
    scope: Scope::Text,
    options: &[context::INCIDENTAL, SUBORDINATE],
    check,
};

/// Types of resources of which no context is asked.
const SUBORDINATE: RuleOption = RuleOption { name: "additional_low_value_types", shape: OptionShape::Texts };

/// Types that serve another resource, whose context covers them.
///
/// Source: the rule I4010 of cfn-lint 1.58.0.
const SERVING: &[&str] = &[
    "AWS::IAM::Policy",
    "AWS::Lambda::Permission",
    "AWS::Logs::LogGroup",
    "AWS::Logs::LogStream",
    "AWS::S3::BucketPolicy",
    "AWS::SNS::TopicPolicy",
    "AWS::SQS::QueuePolicy",
];

/// Most names that a note lists.
const MAX_LISTED: usize = 12;

fn check(analysis: &Analysis, sink: &mut Sink) {
    let more = context::texts(analysis, &RULE, SUBORDINATE.name);
    let is_asked = |resource: &&&Resource| {
        let own = resource.resource_type;
        !SERVING.contains(&own) && !more.contains(&own) && !own.ends_with("::MODULE") && context::of(resource.metadata).is_none()
    };
    let resources = context::resources(analysis, &RULE);
    let missing: Vec<&Resource> = resources.iter().filter(is_asked).copied().collect();
    let Some(first) = missing.first() else { return };
    // What one resource is for, its own context says.
    if missing.len() > 1
        && context::of(analysis.template.metadata).is_none()
        && let Some(root) = analysis.tree.root()
    {
        let at = root.entry("Metadata").map_or_else(|| shape::start(root), |entry| entry.key.span());
        let finding = Finding::at(at, "the template has no context that describes its architecture").node(root);
        sink.report(finding.help(format!("add `{}` with `arch` to `Metadata`", context::KEY)));
    }
    let mut names: Vec<String> = missing.iter().take(MAX_LISTED).map(|resource| format!("`{}`", resource.logical_id())).collect();
    if missing.len() > MAX_LISTED {
        names.push(format!("{} more", missing.len() - MAX_LISTED));
    }
    let message = match missing.len() {
        1 => format!("{} has no context", names[0]),
        count => format!("{count} resources have no context"),
    };
    let mut finding = Finding::at(first.key.span(), message).node(first.node);
    if missing.len() > 1 {
        finding = finding.note(format!("they are {}", names.join(", ")));
    }
    sink.report(finding.help(format!("add `{}` with `why` to the metadata of each", context::KEY)));
}
