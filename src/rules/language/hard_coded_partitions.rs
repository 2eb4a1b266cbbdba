//! `hard-coded-partitions`: an ARN in `Fn::Sub` that works in one partition only.

use super::super::{Finding, Rule, Scope, Sink, Status};
use super::place;
use crate::analysis::Analysis;
use crate::diagnostic::{Safety, Severity};
use crate::syntax::{Function, Node};
use crate::template::{Call, Intrinsic, Transform, calls};

pub(super) static RULE: Rule = Rule {
    code: "I3042",
    name: "hard-coded-partitions",
    severity: Severity::Info,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/language/hard-coded-partitions.md"),
    scope: Scope::Text,
    options: &[],
    check,
};

fn check(analysis: &Analysis, sink: &mut Sink) {
    let template = analysis.template;
    if template.transforms.contains(&Transform::Serverless) || !analysis.source.contains("arn:") {
        return;
    }
    for call in [template.resources.node, template.globals].into_iter().flatten().flat_map(calls) {
        let Some(text) = string_of(call) else { continue };
        let Some(written) = text.as_str().filter(|written| written.contains("arn:")) else { continue };
        let fixed = ["aws", "aws-cn", "aws-us-gov"];
        let found: Vec<&str> =
            written.match_indices("arn:").filter_map(|(at, arn)| partition(&written[at + arn.len()..])).collect();
        let Some(partition) = found.iter().find(|partition| !is_open(partition)) else { continue };
        let at = if call.argument.is_sequence() { text.span() } else { place::of_call(call.node, "Fn::Sub") };
        let finding = Finding::at(at, format!("the ARN is one of partition `{partition}` only"))
            .node(text)
            .help("write `${AWS::Partition}` in its place");
        let replacement = found
            .iter()
            .filter(|partition| fixed.contains(partition))
            .fold(written.to_owned(), |text, partition| text.replace(&format!("arn:{partition}:"), "arn:${AWS::Partition}:"));
        let edit = (replacement != written).then(|| text.replace_scalar(&replacement)).flatten();
        sink.report(match edit {
            Some(edit) => finding.fix("write `${AWS::Partition}`", Safety::Safe, vec![edit]),
            None => finding,
        });
    }
}

/// The string of an `Fn::Sub`.
fn string_of(call: Call<'_>) -> Option<Node<'_>> {
    if call.function != Function::Sub {
        return None;
    }
    match call.intrinsic() {
        Intrinsic::Sub { text, .. } => Some(text),
        _ => None,
    }
}

/// The partition of an ARN, from what stands behind `arn:`; `None` where no service, region and account follow.
fn partition(rest: &str) -> Option<&str> {
    let (partition, rest) = part(rest)?;
    let (service, rest) = rest.split_once(':')?;
    (!service.is_empty() && !service.contains(char::is_whitespace)).then_some(())?;
    part(rest)?;
    Some(partition)
}

/// What stands before the next colon that is not in `${AWS::…}`, and what follows.
fn part(text: &str) -> Option<(&str, &str)> {
    if let Some(end) = text.strip_prefix("${").and_then(|_| text.find('}'))
        && text[..end].contains("::")
        && let Some(rest) = text[end + 1..].strip_prefix(':')
    {
        return Some((&text[..=end], rest));
    }
    text.split_once(':').filter(|(part, _)| !part.contains(char::is_whitespace))
}

/// Whether a partition is left open, or chosen by a variable.
fn is_open(partition: &str) -> bool {
    partition.is_empty() || partition.starts_with('*') || partition.starts_with("${")
}
