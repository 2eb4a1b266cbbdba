//! `malformed-update-policy`: an update policy that its resource does not have.

use super::super::{Finding, Rule, Scope, Sink, Status};
use super::branches::{self, Branch};
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

/// What a key of an update policy takes.
enum Takes {
    Bool,
    Number,
    Text,
    OneOf(&'static [&'static str]),
    Numbers,
    Texts,
    SeveralOf(&'static [&'static str]),
    Keys(Keys),
    /// Anything, so long as it is a mapping.
    Mapping,
}

type Keys = &'static [(&'static str, Takes)];

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
    let section = analysis.template.resources.node.filter(|section| shape::is_readable(analysis, *section));
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
        let exists = resource.value.get("Condition").filter(|condition| shape::is_text(*condition));
        let mut reader = Reader { analysis, exists, sink };
        reader.mapping("`UpdatePolicy`", policy, keys, &Branch::default());
    }
}

struct Reader<'a, 't> {
    analysis: &'a Analysis<'t>,
    exists: Option<Node<'t>>,
    sink: &'a mut Sink,
}

impl<'t> Reader<'_, 't> {
    fn mapping(&mut self, what: &str, value: Node<'t>, keys: Keys, branch: &Branch<'t>) {
        for (choice, branch) in branches::choices(value, branch) {
            // The rest of the functions give what is not known here.
            if choice.function().is_some() || choice.is_null() {
                continue;
            }
            if !choice.is_mapping() {
                self.report(shape::wrong_kind(what, "a mapping", choice), &branch);
                continue;
            }
            for (name, entry) in shape::written(choice) {
                match keys.iter().find(|(known, _)| *known == name) {
                    Some((_, takes)) => self.value(name, entry.value, takes, &branch),
                    None => {
                        let known: Vec<&str> = keys.iter().map(|(known, _)| *known).collect();
                        self.report(shape::unknown_key(&format!("{what} has no"), choice, entry.key, &known), &branch);
                    }
                }
            }
        }
    }

    fn value(&mut self, name: &str, value: Node<'t>, takes: &Takes, branch: &Branch<'t>) {
        let what = format!("`{name}`");
        match takes {
            Takes::Keys(keys) => return self.mapping(&what, value, keys, branch),
            Takes::Numbers => return self.list(&what, value, &Takes::Number, branch),
            Takes::Texts => return self.list(&what, value, &Takes::Text, branch),
            Takes::SeveralOf(words) => return self.list(&what, value, &Takes::OneOf(words), branch),
            _ => {}
        }
        for (choice, branch) in branches::choices(value, branch) {
            let wanted = match takes {
                Takes::Bool if !shape::is_bool(choice) => "`true` or `false`",
                Takes::Number if shape::number(choice).is_none() => "a number",
                Takes::Text | Takes::OneOf(_) if !shape::is_text(choice) => "a string",
                Takes::Mapping if !choice.is_mapping() => "a mapping",
                Takes::OneOf(words) if !choice.as_str().is_some_and(|word| words.contains(&word)) => {
                    let words = words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ");
                    let written = shape::shortened(choice.as_str().unwrap_or_default());
                    let message = format!("{what} cannot be `{written}`");
                    let finding = Finding::at(shape::at_value(choice), message).node(choice);
                    self.report(finding.help(format!("write one of {words}")), &branch);
                    continue;
                }
                _ => continue,
            };
            if choice.function().is_none() {
                self.report(shape::wrong_kind(&what, wanted, choice), &branch);
            }
        }
    }

    fn list(&mut self, what: &str, value: Node<'t>, takes: &Takes, branch: &Branch<'t>) {
        for (choice, branch) in branches::choices(value, branch) {
            if shape::is_plain_list(choice) {
                let name = what.trim_matches('`');
                choice.items().for_each(|item| self.value(name, item, takes, &branch));
            } else if choice.function().is_none() {
                self.report(shape::wrong_kind(what, "a list", choice), &branch);
            }
        }
    }

    fn report(&mut self, finding: Finding<'t>, branch: &Branch<'t>) {
        branch.report(self.analysis, self.exists, finding, self.sink);
    }
}
