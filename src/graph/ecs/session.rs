//! How a cluster logs and encrypts the sessions of ECS Exec.

use super::super::identity::NamedBy;
use super::super::{Resource, ResourceGraph};
use super::Launch;
use crate::values::{Choice, Formula, Found};

const LOG_GROUPS: NamedBy =
    NamedBy { resource_type: "AWS::Logs::LogGroup", property: "LogGroupName", arn_marker: "log-group:", reserved: &[] };

const BUCKETS: NamedBy =
    NamedBy { resource_type: "AWS::S3::Bucket", property: "BucketName", arn_marker: ":s3:::", reserved: &[] };

/// A key has no name; it is told by `Ref` or its ARN.
const KEYS: NamedBy = NamedBy { resource_type: "AWS::KMS::Key", property: "", arn_marker: "key/", reserved: &[] };

/// `ExecuteCommandConfiguration` of a cluster, in one case.
#[derive(Clone, Copy, Debug)]
pub struct SessionSettings<'t> {
    /// The cluster.
    pub cluster: Resource<'t>,
    /// The mapping, or its absence.
    pub settings: Choice<'t>,
}

impl<'t> ResourceGraph<'t> {
    /// The settings for sessions of a cluster.
    #[must_use]
    pub fn session_settings(&self, cluster: &Resource<'t>) -> Vec<SessionSettings<'t>> {
        let found = self.property(cluster, &["Configuration", "ExecuteCommandConfiguration"]);
        found.into_iter().map(|settings| SessionSettings { cluster: *cluster, settings }).collect()
    }

    /// The settings for sessions of a launch's tasks, where the templates declare its cluster.
    #[must_use]
    pub fn session_settings_of(&self, launch: &Launch<'t>) -> Vec<SessionSettings<'t>> {
        let mut found = Vec::new();
        for identity in self.clusters_of_launch(launch) {
            let Some(cluster) = self.target(&identity) else { continue };
            for settings in self.session_settings(&cluster) {
                let when = self.values.formulas.and(identity.when, settings.settings.when);
                if self.values.possible(when) {
                    found.push(SessionSettings { settings: Choice { when, ..settings.settings }, ..settings });
                }
            }
        }
        found
    }

    /// The log groups of the templates that `CloudWatchLogGroupName` of a `LogConfiguration` names.
    #[must_use]
    pub fn log_groups(&self, destination: &Choice<'t>) -> Vec<(Formula, Resource<'t>)> {
        self.declared(destination, "CloudWatchLogGroupName", LOG_GROUPS)
    }

    /// The buckets of the templates that `S3BucketName` of a `LogConfiguration` names.
    #[must_use]
    pub fn buckets(&self, destination: &Choice<'t>) -> Vec<(Formula, Resource<'t>)> {
        self.declared(destination, "S3BucketName", BUCKETS)
    }

    /// When a policy of the templates may allow something on a bucket, whoever asks.
    #[must_use]
    pub fn has_allowing_policy(&self, bucket: &Resource<'t>) -> Formula {
        let formulas = &self.values.formulas;
        let mut ways = Vec::new();
        for policy in self.of_type("AWS::S3::BucketPolicy") {
            for named in self.property(&policy, &["Bucket"]) {
                for identity in self
                    .identify(&named, BUCKETS)
                    .iter()
                    .filter(|identity| self.target(identity).is_none_or(|other| other.id == bucket.id))
                {
                    let node = policy.declaration.node;
                    let allows = node.tree().source().slice(node.span()).contains("Allow");
                    ways.extend(allows.then_some(identity.when));
                }
            }
        }
        formulas.any(ways)
    }

    /// When `KmsKeyId` is a key of the templates whose policy leaves the decision to IAM: it names accounts, and no roles.
    #[must_use]
    pub fn key_left_to_iam(&self, settings: &Choice<'t>) -> Formula {
        let formulas = &self.values.formulas;
        let keys = self.declared(settings, "KmsKeyId", KEYS);
        let ways = keys.into_iter().map(|(when, key)| {
            let documents = self.property(&key, &["KeyPolicy"]);
            let left = formulas.any(documents.iter().map(|document| match document.found {
                Found::Written(_) => self.names_only_accounts(document),
                Found::Absent => document.when,
                Found::Unknown(_) => Formula::FALSE,
            }));
            formulas.and(when, left)
        });
        formulas.any(ways.collect::<Vec<_>>())
    }

    fn declared(&self, mapping: &Choice<'t>, property: &str, named: NamedBy) -> Vec<(Formula, Resource<'t>)> {
        let names = self.values.property(mapping, property);
        let identities = names.iter().flat_map(|name| self.identify(name, named));
        identities.filter_map(|identity| Some((identity.when, self.target(&identity)?))).collect()
    }
}
