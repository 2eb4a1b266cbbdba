//! `malformed-update-policy`: an update policy that its resource does not have.

use super::super::{Finding, Rule, Scope, Sink, Status};
use super::attribute::{self, Keys, Takes};
use super::shape;
use crate::analysis::Analysis;
use crate::diagnostic::{Safety, Severity};
use crate::syntax::Node;

pub(super) static RULE: Rule = Rule {
    code: "E3016",
    name: "malformed-update-policy",
    severity: Severity::Error,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/sections/malformed-update-policy.md"),
    scope: Scope::Text,
    options: &[],
    check,
};

/// What each type takes.
///
/// Source: <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-updatepolicy.html>.
const TYPES: &[(&str, Keys)] = &[
    (
        "AWS::AutoScaling::AutoScalingGroup",
        &[
            ("AutoScalingReplacingUpdate", Takes::Keys(&[("WillReplace", Takes::Bool)])),
            ("AutoScalingScheduledAction", Takes::Keys(&[("IgnoreUnmodifiedGroupSizeProperties", Takes::Bool)])),
            ("AutoScalingRollingUpdate", Takes::Keys(ROLLING_UPDATE)),
            (
                "AutoScalingInstanceRefresh",
                Takes::Keys(&[
                    ("Strategy", Takes::OneOf(&["Rolling", "ReplaceRootVolume"])),
                    ("Preferences", Takes::Keys(REFRESH_PREFERENCES)),
                ]),
            ),
        ],
    ),
    (
        "AWS::Lambda::Alias",
        &[(
            "CodeDeployLambdaAliasUpdate",
            Takes::Keys(&[
                ("ApplicationName", Takes::Text),
                ("DeploymentGroupName", Takes::Text),
                ("BeforeAllowTrafficHook", Takes::Text),
                ("AfterAllowTrafficHook", Takes::Text),
            ]),
        )],
    ),
    ("AWS::Elasticsearch::Domain", &[("EnableVersionUpgrade", Takes::Bool)]),
    ("AWS::OpenSearchService::Domain", &[("EnableVersionUpgrade", Takes::Bool)]),
    ("AWS::ElastiCache::ReplicationGroup", &[("UseOnlineResharding", Takes::Bool)]),
    ("AWS::AppStream::Fleet", &[("StopBeforeUpdate", Takes::Mapping), ("StartAfterUpdate", Takes::Mapping)]),
];

const ROLLING_UPDATE: Keys = &[
    ("MaxBatchSize", Takes::Number),
    ("MinActiveInstancesPercent", Takes::Number),
    ("MinInstancesInService", Takes::Number),
    ("MinSuccessfulInstancesPercent", Takes::Number),
    ("PauseTime", Takes::Text),
    (
        "SuspendProcesses",
        Takes::SeveralOf(&[
            "Launch",
            "Terminate",
            "AddToLoadBalancer",
            "AlarmNotification",
            "AZRebalance",
            "HealthCheck",
            "InstanceRefresh",
            "ReplaceUnhealthy",
            "ScheduledActions",
        ]),
    ),
    ("WaitOnResourceSignals", Takes::Bool),
];

const REFRESH_PREFERENCES: Keys = &[
    ("AlarmSpecification", Takes::Keys(&[("Alarms", Takes::Texts)])),
    ("BakeTime", Takes::Number),
    ("CheckpointDelay", Takes::Number),
    ("CheckpointPercentages", Takes::Numbers),
    ("InstanceWarmup", Takes::Number),
    ("MaxHealthyPercentage", Takes::Number),
    ("MinHealthyPercentage", Takes::Number),
    ("ScaleInProtectedInstances", Takes::OneOf(&["Ignore", "Refresh", "Wait"])),
    ("SkipMatching", Takes::Bool),
    ("StandbyInstances", Takes::OneOf(&["Ignore", "Terminate", "Wait"])),
];

fn check(analysis: &Analysis, sink: &mut Sink) {
    let section = analysis.template.resources.node.filter(|_| shape::is_settled(analysis));
    for (_, resource) in section.into_iter().flat_map(shape::written) {
        let Some(policy) = resource.value.get("UpdatePolicy") else { continue };
        let Some(resource_type) = resource.value.get("Type").and_then(Node::as_str) else { continue };
        // What a module cannot have, E5001 says.
        if resource_type.ends_with("::MODULE") {
            continue;
        }
        let Some((_, keys)) = TYPES.iter().find(|(known, _)| *known == resource_type) else {
            let finding = Finding::at(shape::at_value(policy), format!("`{resource_type}` has no `UpdatePolicy`")).node(policy);
            sink.report(match resource.value.remove_entry("UpdatePolicy") {
                Some(edit) => finding.help("remove it").fix("remove `UpdatePolicy`", Safety::Safe, vec![edit]),
                None => finding.help("remove it"),
            });
            continue;
        };
        attribute::read(analysis, resource.value, "`UpdatePolicy`", policy, keys, sink);
    }
}
