//! `exec-role-without-logging`: a cluster logs or encrypts ECS Exec sessions, and the task role may not.

use super::allowance::allowance;
use crate::analysis::Analysis;
use crate::diagnostic::{Safety, Severity};
use crate::graph::Resource;
use crate::graph::ecs::{ExecLaunch, ExecTask, SessionSettings};
use crate::graph::iam::RoleUse;
use crate::rules::{Finding, Rule, Scope, Sink, Status};
use crate::syntax::Node;
use crate::values::{Choice, Formula, Verdict};

pub(super) static RULE: Rule = Rule {
    code: "ECS108",
    name: "exec-role-without-logging",
    severity: Severity::Warning,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/ecs/exec-role-without-logging.md"),
    scope: Scope::Deployment,
    options: &[],
    check,
};

/// Source: "Logging and auditing using ECS Exec",
/// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-exec.html>.
const TO_LOG_GROUP: [&str; 4] =
    ["logs:DescribeLogGroups", "logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"];

/// An action that sessions need, where a cluster is set up so.
#[derive(Clone, Copy)]
struct Need<'t> {
    action: &'static str,
    when: Formula,
    /// The setting that asks for it.
    setting: Node<'t>,
    owner: &'t str,
}

fn check(analysis: &Analysis, sink: &mut Sink) {
    if !analysis.mentions(&["EnableExecuteCommand"]) || !analysis.mentions(&["ExecuteCommandConfiguration"]) {
        return;
    }
    let (graph, values) = (analysis.graph(), analysis.values());
    let mut uses = Vec::new();
    for task in graph.exec_tasks() {
        for launch in &task.launches {
            let needs = needs(analysis, launch);
            for identity in roles(analysis, &task) {
                let Some(role) = graph.target(&identity) else { continue };
                let exists = values.formulas.and(launch.exists, identity.when);
                for need in &needs {
                    let hits = values.formulas.all([launch.on, identity.when, need.when]);
                    uses.push(RoleUse { role, exists, hits, by: *need });
                }
            }
        }
    }
    for (role, uses) in RoleUse::by_role(uses) {
        let permissions = graph.permissions(&role);
        let lacking = uses.iter().map(|each| {
            let denied = permissions.grants(graph, each.by.action).denied(&values.formulas);
            (each, values.formulas.and(each.hits, denied))
        });
        let lacking: Vec<_> = lacking.filter(|(_, lacks)| values.possible(*lacks)).collect();
        let exists = values.formulas.any(lacking.iter().map(|(each, _)| each.exists).collect::<Vec<_>>());
        let hits = values.formulas.any(lacking.iter().map(|(_, lacks)| *lacks).collect::<Vec<_>>());
        if let Some(verdict) = values.verdict(exists, hits) {
            let needs: Vec<&Need> = lacking.iter().map(|(each, _)| &each.by).collect();
            sink.report(diagnostic(analysis, &role, &needs, verdict));
        }
    }
}

fn roles<'t>(analysis: &Analysis<'t>, task: &ExecTask<'t>) -> Vec<crate::graph::Identity<'t>> {
    let named = analysis.values().property(&task.definition.properties, "TaskRoleArn");
    named.iter().flat_map(|role| analysis.graph().roles(role)).collect()
}

/// What the sessions of a launch need, by the settings of its cluster.
fn needs<'t>(analysis: &Analysis<'t>, launch: &ExecLaunch<'t>) -> Vec<Need<'t>> {
    let (graph, values) = (analysis.graph(), analysis.values());
    let mut needs = Vec::new();
    for SessionSettings { cluster, settings } in graph.session_settings_of(&launch.launch) {
        let owner = cluster.logical_id();
        let mut add = |mapping: &Choice<'t>, property: &str, when: Formula, actions: &[&'static str]| {
            for setting in values.property(mapping, property) {
                let when = values.formulas.and(when, setting.when);
                if let Some(setting) = setting.written() {
                    needs.extend(actions.iter().map(|action| Need { action, when, setting: setting.node, owner }));
                }
            }
        };
        add(&settings, "KmsKeyId", graph.key_left_to_iam(&settings), &["kms:Decrypt"]);
        let overrides = graph.is_surely(&settings, "Logging", "OVERRIDE");
        for destination in values.property(&settings, "LogConfiguration") {
            add(&destination, "CloudWatchLogGroupName", overrides, &TO_LOG_GROUP);
            let buckets = graph.buckets(&destination).into_iter();
            let open = buckets.map(|(when, bucket)| values.formulas.and(when, graph.has_allowing_policy(&bucket)));
            let by_role = values.formulas.and(overrides, values.formulas.not(values.formulas.any(open.collect::<Vec<_>>())));
            add(&destination, "S3BucketName", by_role, &["s3:PutObject"]);
            let encrypted = values.formulas.and(by_role, graph.is_surely(&destination, "S3EncryptionEnabled", "true"));
            if values.possible(graph.has(&destination, "S3BucketName")) {
                add(&destination, "S3EncryptionEnabled", encrypted, &["s3:GetEncryptionConfiguration"]);
            }
        }
    }
    needs
}

fn diagnostic<'t>(analysis: &Analysis<'t>, role: &Resource<'t>, needs: &[&Need<'t>], verdict: Verdict) -> Finding<'t> {
    let graph = analysis.graph();
    let name = role.logical_id();
    let mut actions: Vec<&str> = Vec::new();
    let mut settings: Vec<Node<'t>> = Vec::new();
    for need in needs {
        if !actions.contains(&need.action) {
            actions.push(need.action);
        }
    }
    let owner = needs.first().map_or("", |need| need.owner);
    let quoted: Vec<String> = actions.iter().map(|action| format!("`{action}`")).collect();
    let message = format!(
        "task role `{name}` does not allow {}, which the session settings of `{owner}` need",
        quoted.join(if quoted.len() == 2 { " and " } else { ", " })
    );
    let mut finding = Finding::at(role.place(), message)
        .node(role.declaration.node)
        .resource(graph, role)
        .verdict(verdict)
        .here("the agent of ECS Exec writes session logs, and decrypts, with this role");
    for need in needs {
        if !settings.iter().any(|node| node.id() == need.setting.id()) {
            settings.push(need.setting);
            finding = finding.label(graph.entry_span(need.setting), format!("`{}` asks for it here", need.owner));
        }
    }
    // Writing to a bucket and decrypting are given on the resource in question, by somebody who knows it.
    if actions.iter().all(|action| action.starts_with("logs:"))
        && let Some(edit) = allowance(analysis, role, "ecs-exec-logging", &actions)
    {
        finding = finding.fix(format!("allow the actions in a policy of `{name}`"), Safety::Unsafe, vec![edit]);
    }
    finding
        .note("a session whose key cannot be used does not start; one whose log cannot be written ends or leaves no log")
        .help(format!("allow {} in a policy of `{name}`", quoted.join(", ")))
}
