//! What `DeletionPolicy` and `UpdateReplacePolicy` can say.

use super::super::{Finding, Sink};
use crate::template::Resource;
use crate::text::nearest_name;

/// Types of which CloudFormation can make a snapshot.
///
/// Source: `valid_snapshot_types` in `helpers.py` of cfn-lint 1.58.0.
const SNAPSHOT_TYPES: &[&str] = &[
    "AWS::DocDB::DBCluster",
    "AWS::EC2::Volume",
    "AWS::ElastiCache::CacheCluster",
    "AWS::ElastiCache::ReplicationGroup",
    "AWS::Neptune::DBCluster",
    "AWS::RDS::DBCluster",
    "AWS::RDS::DBInstance",
    "AWS::Redshift::Cluster",
];

/// Reports a policy of a resource that is none of `policies`, nor `Snapshot` where its type has snapshots.
pub(super) fn report(resource: &Resource, key: &str, policies: &[&'static str], sink: &mut Sink) {
    let Some(entry) = resource.node.entry(key).filter(|entry| entry.value.function().is_none()) else { return };
    let has_snapshots = SNAPSHOT_TYPES.contains(&resource.resource_type);
    let policies: Vec<&str> = policies.iter().copied().chain(has_snapshots.then_some("Snapshot")).collect();
    let policy = entry.value.as_str().unwrap_or_default();
    if policies.contains(&policy) {
        return;
    }
    let resource_type = resource.resource_type;
    let message = match entry.value.as_str() {
        Some("Snapshot") => format!("there are no snapshots of `{resource_type}`"),
        Some(_) => format!("`{policy}` is no `{key}`"),
        None => format!("`{key}` must be a string"),
    };
    let listed: Vec<String> = policies.iter().map(|policy| format!("`{policy}`")).collect();
    let help = match nearest_name(policy, policies.iter().copied()) {
        Some(nearest) => format!("write `{nearest}`"),
        None => format!("write one of {}", listed.join(", ")),
    };
    sink.report(Finding::at(entry.key.span(), message).node(entry.value).help(help));
}
