//! `unset-retention`: a resource that deletes its data after a time nobody chose.

use super::super::{Finding, Rule, Scope, Sink, Status};
use crate::analysis::Analysis;
use crate::diagnostic::Severity;
use crate::graph::ResourceGraph;
use crate::values::{Choice, Formula, ResourceId, StackId, Value, Verdict};

pub(super) static RULE: Rule = Rule {
    code: "I3013",
    name: "unset-retention",
    severity: Severity::Info,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/language/unset-retention.md"),
    scope: Scope::Text,
    options: &[],
    check,
};

/// What a type calls the time after which it deletes data.
///
/// Source: the rule I3013 of cfn-lint 1.58.0.
const RETENTION: &[(&str, &[&str])] = &[
    ("AWS::DocDB::DBCluster", &["BackupRetentionPeriod"]),
    ("AWS::Kinesis::Stream", &["RetentionPeriodHours"]),
    ("AWS::RDS::DBCluster", &["BackupRetentionPeriod"]),
    ("AWS::RDS::DBInstance", &["BackupRetentionPeriod"]),
    ("AWS::Redshift::Cluster", &["AutomatedSnapshotRetentionPeriod"]),
    ("AWS::SQS::Queue", &["MessageRetentionPeriod"]),
    ("AWS::Synthetics::Canary", &["SuccessRetentionPeriod", "FailureRetentionPeriod"]),
];

fn check(analysis: &Analysis, sink: &mut Sink) {
    let template = analysis.template;
    let retention = |resource_type: &str| RETENTION.iter().find(|(name, _)| *name == resource_type).map(|(_, keys)| *keys);
    if template.has_unknown_transform() || !template.resources.iter().any(|resource| retention(resource.resource_type).is_some())
    {
        return;
    }
    let graph = analysis.graph();
    for (index, declaration) in template.resources.iter().enumerate() {
        let Some(keys) = retention(declaration.resource_type) else { continue };
        let entry = declaration.node.entry("Properties");
        if entry.is_some_and(|entry| !entry.value.is_mapping()) {
            continue;
        }
        let resource = graph.resource(ResourceId { stack: StackId::ROOT, index: index as u32 });
        let values = graph.values();
        let mut missing: Vec<(&str, Verdict)> = Vec::new();
        for key in keys {
            let unset = graph.properties(&resource).into_iter().map(|properties| {
                let formulas = &values.formulas;
                let unset = formulas.and(properties.when, formulas.not(graph.has(&properties, key)));
                if declaration.resource_type == "AWS::RDS::DBInstance" {
                    formulas.and(unset, keeps_own_backups(graph, &properties))
                } else {
                    unset
                }
            });
            let unset = values.formulas.any(unset);
            missing.extend(values.verdict(resource.when, unset).map(|verdict| (*key, verdict)));
        }
        for (key, verdict) in missing {
            let name = declaration.logical_id();
            sink.report(
                Finding::at(entry.map_or(declaration.key.span(), |entry| entry.key.span()), format!("`{name}` has no `{key}`"))
                    .node(entry.map_or(declaration.node, |entry| entry.value))
                    .note("its data is deleted after a time that the service chooses")
                    .help(format!("set `{key}`"))
                    .verdict(verdict),
            );
        }
    }
}

/// When an instance has backups of its own: it is no replica, and of an engine other than Aurora, whose cluster has them.
fn keeps_own_backups<'t>(graph: &ResourceGraph<'t>, properties: &Choice<'t>) -> Formula {
    let values = graph.values();
    let engines = values.property(properties, "Engine").into_iter().filter_map(|engine| {
        let written = engine.written()?;
        let cases = values.cases(written, engine.when).into_iter();
        let other = cases.filter(|case| match &case.value {
            Value::Text(text) => text.known().is_some_and(|text| !text.starts_with("aurora")),
            _ => false,
        });
        Some(values.formulas.any(other.map(|case| case.when)))
    });
    let engine = values.formulas.any(engines);
    values.formulas.and(engine, values.formulas.not(graph.has(properties, "SourceDBInstanceIdentifier")))
}
