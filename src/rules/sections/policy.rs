//! `DeletionPolicy` and `UpdateReplacePolicy`: what may stand there.

use super::super::{Finding, Sink};
use super::branches::{self, Branch};
use super::shape;
use crate::analysis::Analysis;
use crate::diagnostic::Safety;
use crate::syntax::{Function, Node};

/// The types of which a snapshot can be taken.
///
/// Source: <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-deletionpolicy.html>.
const WITH_SNAPSHOT: &[&str] = &[
    "AWS::DocDB::DBCluster",
    "AWS::EC2::Volume",
    "AWS::ElastiCache::CacheCluster",
    "AWS::ElastiCache::ReplicationGroup",
    "AWS::Neptune::DBCluster",
    "AWS::RDS::DBCluster",
    "AWS::RDS::DBInstance",
    "AWS::Redshift::Cluster",
];

const SNAPSHOT: &str = "Snapshot";

/// Functions that may compute it, with `AWS::LanguageExtensions`.
const FUNCTIONS: &[Function] =
    &[Function::Ref, Function::Sub, Function::Select, Function::FindInMap, Function::If, Function::Transform];

/// Reports the resources whose `attribute` is none of `values`, to which a snapshot comes where the type has them.
pub(super) fn check(analysis: &Analysis, attribute: &str, values: &[&str], sink: &mut Sink) {
    if !shape::is_settled(analysis) {
        return;
    }
    let section = analysis.template.resources.node;
    for (_, resource) in section.into_iter().flat_map(shape::written) {
        let Some(policy) = resource.value.get(attribute) else { continue };
        let resource_type = resource.value.get("Type").and_then(Node::as_str).unwrap_or_default();
        let mut allowed = values.to_vec();
        if WITH_SNAPSHOT.contains(&resource_type) {
            allowed.push(SNAPSHOT);
        }
        let exists = resource.value.get("Condition").filter(|condition| shape::is_text(*condition));
        for (choice, branch) in branches::choices(policy, &Branch::default()) {
            if let Some(finding) = fault(attribute, resource_type, choice, &allowed) {
                branch.report(analysis, exists, finding, sink);
            }
        }
    }
}

fn fault<'t>(attribute: &str, resource_type: &str, value: Node<'t>, allowed: &[&str]) -> Option<Finding<'t>> {
    let one_of = || {
        let allowed: Vec<String> = allowed.iter().map(|value| format!("`{value}`")).collect();
        format!("write one of {}", allowed.join(", "))
    };
    if let Some((function, _)) = value.function() {
        let finding = || {
            let message = format!("`{}` does not work in `{attribute}`", function.long());
            Finding::at(shape::at_value(value), message).node(value).help(one_of())
        };
        return (!FUNCTIONS.contains(&function)).then(finding);
    }
    if shape::is_filled(value) {
        return None;
    }
    if !shape::is_text(value) {
        return Some(shape::wrong_kind(&format!("`{attribute}`"), "a string", value).help(one_of()));
    }
    let written = value.as_str()?;
    if allowed.contains(&written) {
        return None;
    }
    let finding =
        Finding::at(shape::at_value(value), format!("`{attribute}` cannot be `{}`", shape::shortened(written))).node(value);
    if written == SNAPSHOT {
        let finding = finding.note(format!("CloudFormation takes no snapshots of `{resource_type}`"));
        return Some(finding.help("write `Retain` to keep it"));
    }
    let finding = finding.help(one_of());
    let meant = allowed.iter().find(|allowed| allowed.eq_ignore_ascii_case(written));
    let edit = meant.and_then(|meant| Some((meant, value.replace_scalar(meant)?)));
    Some(match edit {
        Some((meant, edit)) => finding.fix(format!("write `{meant}`"), Safety::Safe, vec![edit]),
        None => finding,
    })
}
