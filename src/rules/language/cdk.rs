//! Templates that the AWS CDK has written: nobody edits them, so advice about their style helps nobody.

use crate::template::Template;

/// Whether the AWS CDK has written a template.
pub(in super::super) fn is_synthesized(template: &Template) -> bool {
    template.resources.iter().any(|resource| {
        resource.resource_type == "AWS::CDK::Metadata"
            || resource.logical_id() == "CDKMetadata"
            || resource.metadata.is_some_and(|metadata| metadata.get("aws:cdk:path").is_some())
    })
}
