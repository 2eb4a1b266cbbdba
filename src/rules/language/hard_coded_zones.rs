//! `hard-coded-zones`: an Availability Zone that is written out.

use super::super::{Finding, Rule, Scope, Sink, Status};
use super::cdk;
use super::paths::values_at;
use super::place;
use crate::analysis::Analysis;
use crate::diagnostic::Severity;
use crate::syntax::ScalarValue;

pub(super) static RULE: Rule = Rule {
    code: "W3010",
    name: "hard-coded-zones",
    severity: Severity::Warning,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/language/hard-coded-zones.md"),
    scope: Scope::Text,
    options: &[],
    check,
};

/// Where a type takes the name of an Availability Zone.
///
/// Source: the rule W3010 of cfn-lint 1.58.0.
const ZONES: &[(&str, &[&str])] = &[
    ("AWS::AutoScaling::AutoScalingGroup", &["AvailabilityZones", "*"]),
    ("AWS::DAX::Cluster", &["AvailabilityZones", "*"]),
    ("AWS::DMS::ReplicationInstance", &["AvailabilityZone"]),
    ("AWS::EC2::Host", &["AvailabilityZone"]),
    ("AWS::EC2::Instance", &["AvailabilityZone"]),
    ("AWS::EC2::LaunchTemplate", &["LaunchTemplateData", "Placement", "AvailabilityZone"]),
    ("AWS::EC2::SpotFleet", &["SpotFleetRequestConfigData", "LaunchSpecifications", "*", "Placement", "AvailabilityZone"]),
    ("AWS::EC2::SpotFleet", &["SpotFleetRequestConfigData", "LaunchTemplateConfigs", "*", "Overrides", "*", "AvailabilityZone"]),
    ("AWS::EC2::Subnet", &["AvailabilityZone"]),
    ("AWS::EC2::Volume", &["AvailabilityZone"]),
    ("AWS::EMR::Cluster", &["Instances", "Placement", "AvailabilityZone"]),
    ("AWS::ElasticLoadBalancing::LoadBalancer", &["AvailabilityZones", "*"]),
    ("AWS::ElasticLoadBalancingV2::TargetGroup", &["Targets", "*", "AvailabilityZone"]),
    ("AWS::Glue::Connection", &["ConnectionInput", "PhysicalConnectionRequirements", "AvailabilityZone"]),
    ("AWS::OpsWorks::Instance", &["AvailabilityZone"]),
    ("AWS::RDS::DBCluster", &["AvailabilityZones", "*"]),
    ("AWS::RDS::DBInstance", &["AvailabilityZone"]),
];

fn check(analysis: &Analysis, sink: &mut Sink) {
    if !analysis.source.contains("AvailabilityZone") {
        return;
    }
    let template = analysis.template;
    if cdk::is_synthesized(template) {
        return;
    }
    for resource in template.resources.iter() {
        let paths = ZONES.iter().filter(|(resource_type, _)| *resource_type == resource.resource_type);
        for node in paths.flat_map(|(_, path)| resource.properties.into_iter().flat_map(|node| values_at(node, path))) {
            let Some(ScalarValue::String(zone)) = node.scalar().map(|scalar| scalar.value()) else { continue };
            if zone == "all" || node.function().is_some() {
                continue;
            }
            sink.report(
                Finding::at(place::of_value(node), format!("Availability Zone `{zone}` is written out"))
                    .node(node)
                    .note("the template can be deployed to one region only, and not by accounts that do not have the zone")
                    .help("take it from a parameter, or with `Fn::GetAZs`"),
            );
        }
    }
}
