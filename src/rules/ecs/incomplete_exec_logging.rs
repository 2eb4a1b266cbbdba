//! `incomplete-exec-logging`: a cluster's logging of ECS Exec sessions lacks something it needs.

use crate::analysis::Analysis;
use crate::diagnostic::Severity;
use crate::graph::ecs::{CLUSTER, SessionSettings};
use crate::rules::{Finding, Rule, Scope, Sink, Status};
use crate::values::{Formula, Found};

pub(super) static RULE: Rule = Rule {
    code: "ECS107",
    name: "incomplete-exec-logging",
    severity: Severity::Error,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/ecs/incomplete-exec-logging.md"),
    scope: Scope::Deployment,
    options: &[],
    check,
};

fn check(analysis: &Analysis, sink: &mut Sink) {
    if !analysis.mentions(&["ExecuteCommandConfiguration"]) {
        return;
    }
    let graph = analysis.graph();
    for cluster in graph.resources().iter().filter(|resource| resource.resource_type() == CLUSTER) {
        for session in graph.session_settings(cluster) {
            check_destination(analysis, &session, sink);
            check_encryption(analysis, &session, sink);
        }
    }
}

/// `Logging: OVERRIDE` says that the destination is given.
fn check_destination<'t>(analysis: &Analysis<'t>, session: &SessionSettings<'t>, sink: &mut Sink) {
    let (graph, values) = (analysis.graph(), analysis.values());
    let SessionSettings { cluster, settings } = session;
    let overrides = graph.is_surely(settings, "Logging", "OVERRIDE");
    let without = values.formulas.not(graph.has(settings, "LogConfiguration"));
    let Some(verdict) = values.verdict(settings.when, values.formulas.and(overrides, without)) else { return };
    let Some(logging) = values.property(settings, "Logging").iter().find_map(|logging| logging.written()) else { return };
    let message = format!("`{}` overrides the logging of ECS Exec sessions and says no destination", cluster.logical_id());
    let finding = Finding::at(graph.entry_span(logging.node), message)
        .node(logging.node)
        .resource(graph, cluster)
        .verdict(verdict)
        .here("`OVERRIDE` needs a `LogConfiguration`")
        .note("ECS rejects the cluster: with `OVERRIDE`, `logConfiguration` is required")
        .help("add `LogConfiguration` with a log group or a bucket, or drop `Logging`, which then is `DEFAULT`");
    sink.report(finding);
}

/// `CloudWatchEncryptionEnabled` needs a log group that has a key.
fn check_encryption<'t>(analysis: &Analysis<'t>, session: &SessionSettings<'t>, sink: &mut Sink) {
    let (graph, values) = (analysis.graph(), analysis.values());
    let overrides = graph.is_surely(&session.settings, "Logging", "OVERRIDE");
    for destination in values.property(&session.settings, "LogConfiguration") {
        let encrypted = values.formulas.and(overrides, graph.is_surely(&destination, "CloudWatchEncryptionEnabled", "true"));
        let switch = values.property(&destination, "CloudWatchEncryptionEnabled");
        let Some(switch) = switch.iter().find_map(|switch| switch.written()) else { continue };
        for (when, group) in graph.log_groups(&destination) {
            let keys = graph.property(&group, &["KmsKeyId"]);
            let without = keys.iter().filter(|key| key.found == Found::Absent).map(|key| key.when);
            let without = values.formulas.any(without.collect::<Vec<Formula>>());
            let exists = values.formulas.and(when, group.when);
            let Some(verdict) = values.verdict(exists, values.formulas.and(encrypted, without)) else { continue };
            let message = format!(
                "`{}` wants encrypted logs of ECS Exec sessions, and log group `{}` has no KMS key",
                session.cluster.logical_id(),
                group.logical_id()
            );
            let finding = Finding::at(graph.entry_span(switch.node), message)
                .node(switch.node)
                .resource(graph, &session.cluster)
                .severity(Severity::Warning)
                .verdict(verdict)
                .here("this needs a log group with a customer managed key")
                .label(group.place(), "no `KmsKeyId`")
                .note("sessions do not start where the log group is not encrypted with a key of yours")
                .help(format!("give `{}` a `KmsKeyId`, or set `CloudWatchEncryptionEnabled` to `false`", group.logical_id()));
            sink.report(finding);
        }
    }
}
