//! `local-artifacts`: a property that holds a path on somebody's disk.

use super::super::{Finding, Rule, Scope, Sink, Status};
use super::paths::values_at;
use super::place;
use crate::analysis::Analysis;
use crate::diagnostic::Severity;
use crate::template::Transform;

pub(super) static RULE: Rule = Rule {
    code: "W3002",
    name: "local-artifacts",
    severity: Severity::Warning,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/language/local-artifacts.md"),
    scope: Scope::Text,
    options: &[],
    check,
};

/// Properties that take an address in S3, for which `aws cloudformation package` takes a local path.
///
/// Source: `TEMPLATED_PROPERTY_CFN_PATHS` of cfn-lint 1.58.0.
const ARTIFACTS: &[(&str, &[&str])] = &[
    ("AWS::ApiGateway::RestApi", &["BodyS3Location"]),
    ("AWS::AppSync::FunctionConfiguration", &["RequestMappingTemplateS3Location"]),
    ("AWS::AppSync::FunctionConfiguration", &["ResponseMappingTemplateS3Location"]),
    ("AWS::AppSync::GraphQLSchema", &["DefinitionS3Location"]),
    ("AWS::AppSync::Resolver", &["RequestMappingTemplateS3Location"]),
    ("AWS::AppSync::Resolver", &["ResponseMappingTemplateS3Location"]),
    ("AWS::CloudFormation::Stack", &["TemplateURL"]),
    ("AWS::CodeCommit::Repository", &["Code", "S3"]),
    ("AWS::ElasticBeanstalk::ApplicationVersion", &["SourceBundle"]),
    ("AWS::Lambda::Function", &["Code"]),
    ("AWS::Lambda::LayerVersion", &["Content"]),
    ("AWS::StepFunctions::StateMachine", &["DefinitionS3Location"]),
];

fn check(analysis: &Analysis, sink: &mut Sink) {
    let template = analysis.template;
    if template.transforms.contains(&Transform::Serverless) || template.has_unknown_transform() {
        return;
    }
    for resource in template.resources.iter() {
        let paths = ARTIFACTS.iter().filter(|(resource_type, _)| *resource_type == resource.resource_type);
        for node in paths.flat_map(|(_, path)| resource.properties.into_iter().flat_map(|node| values_at(node, path))) {
            let Some(text) = node.as_str().filter(|_| node.function().is_none() && !node.is_null()) else { continue };
            if text.starts_with("s3://") || text.starts_with("https://") {
                continue;
            }
            sink.report(
                Finding::at(place::of_value(node), format!("`{text}` is a path on this computer"))
                    .node(node)
                    .note("`aws cloudformation package` puts such files into S3, and writes a template that names them")
                    .help("deploy what `aws cloudformation package` writes"),
            );
        }
    }
}
