//! Properties that take a password, and so the secure strings of Systems Manager.

use super::paths::values_at;
use crate::syntax::Node;
use crate::template::{Intrinsic, Resource};

/// Source: the User Guide, "Resources that support dynamic parameter patterns for secure strings",
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references-ssm-secure-strings.html>, and the rule E1027 of
/// cfn-lint 1.58.0.
const PASSWORDS: &[(&str, &[&str])] = &[
    ("AWS::DirectoryService::MicrosoftAD", &["Password"]),
    ("AWS::DirectoryService::SimpleAD", &["Password"]),
    ("AWS::ElastiCache::ReplicationGroup", &["AuthToken"]),
    ("AWS::IAM::User", &["LoginProfile", "Password"]),
    ("AWS::KinesisFirehose::DeliveryStream", &["RedshiftDestinationConfiguration", "Password"]),
    ("AWS::OpsWorks::App", &["AppSource", "Password"]),
    ("AWS::OpsWorks::Stack", &["CustomCookbooksSource", "Password"]),
    ("AWS::OpsWorks::Stack", &["RdsDbInstances", "*", "DbPassword"]),
    ("AWS::RDS::DBCluster", &["MasterUserPassword"]),
    ("AWS::RDS::DBInstance", &["MasterUserPassword"]),
    ("AWS::Redshift::Cluster", &["MasterUserPassword"]),
];

/// The passwords of a resource, in each branch of `Fn::If`.
pub(super) fn of<'t>(resource: &Resource<'t>) -> Vec<Node<'t>> {
    let paths = PASSWORDS.iter().filter(|(resource_type, _)| *resource_type == resource.resource_type);
    let mut found: Vec<Node> =
        paths.flat_map(|(_, path)| resource.properties.into_iter().flat_map(|node| values_at(node, path))).collect();
    let mut at = 0;
    while let Some(&node) = found.get(at).filter(|_| at < MAX_BRANCHES) {
        at += 1;
        if let Some(Intrinsic::If { then, otherwise, .. }) = Intrinsic::of(node) {
            found.extend([then, otherwise]);
        }
    }
    found
}

/// Most branches that are followed; aliases could make them many.
const MAX_BRANCHES: usize = 256;
