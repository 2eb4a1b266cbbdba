//! `untyped-image-ids`: a parameter is used as the ID of an image, and takes any string.

use rustc_hash::FxHashSet;

use super::super::{Finding, Rule, Scope, Sink, Status};
use super::paths::values_at;
use crate::analysis::Analysis;
use crate::diagnostic::{Safety, Severity};
use crate::template::Intrinsic;

pub(super) static RULE: Rule = Rule {
    code: "W2506",
    name: "untyped-image-ids",
    severity: Severity::Warning,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/language/untyped-image-ids.md"),
    scope: Scope::Text,
    options: &[],
    check,
};

/// Source: the rule W2506 of cfn-lint 1.58.0.
const IMAGES: &[(&str, &[&str])] = &[
    ("AWS::AutoScaling::LaunchConfiguration", &["ImageId"]),
    ("AWS::Batch::ComputeEnvironment", &["ComputeResources", "ImageId"]),
    ("AWS::Cloud9::EnvironmentEC2", &["ImageId"]),
    ("AWS::EC2::Instance", &["ImageId"]),
    ("AWS::EC2::LaunchTemplate", &["LaunchTemplateData", "ImageId"]),
    ("AWS::EC2::SpotFleet", &["SpotFleetRequestConfigData", "LaunchSpecifications", "*", "ImageId"]),
    ("AWS::ImageBuilder::Image", &["ImageId"]),
];

/// The types of parameters that only an image fits.
const TYPES: [&str; 2] = ["AWS::EC2::Image::Id", "AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>"];

fn check(analysis: &Analysis, sink: &mut Sink) {
    let mut told = FxHashSet::default();
    for resource in analysis.template.resources.iter() {
        let Some(properties) = resource.properties else { continue };
        for (_, path) in IMAGES.iter().filter(|(resource_type, _)| *resource_type == resource.resource_type) {
            for node in values_at(properties, path) {
                let Some(Intrinsic::Ref(name)) = Intrinsic::of(node) else { continue };
                let Some(parameter) = analysis.template.parameters.get(name) else { continue };
                let Some(declared) = parameter.node.entry("Type").filter(|entry| told.insert(entry.key.id())) else { continue };
                let Some(written) = declared.value.as_str().filter(|written| !TYPES.contains(written)) else { continue };
                let fitting = TYPES[usize::from(written.starts_with("AWS::SSM::"))];
                let finding =
                    Finding::at(declared.key.span(), format!("parameter `{name}` is used as an image, and takes any string"))
                        .node(declared.value)
                        .label(node.span(), "used here")
                        .help(format!("write `{fitting}`, and CloudFormation checks that there is such an image"));
                sink.report(match declared.value.replace_scalar(fitting) {
                    Some(edit) => finding.fix(format!("write `{fitting}`"), Safety::Unsafe, vec![edit]),
                    None => finding,
                });
            }
        }
    }
}
