//! What SAM adds to the template language.

use crate::analysis::Analysis;
use crate::template::Transform;

/// The macro that turns SAM's resources into CloudFormation's.
pub(super) const TRANSFORM: &str = "AWS::Serverless-2016-10-31";

/// Whether nothing turns what SAM adds into CloudFormation's language; another macro might.
pub(super) fn is_left_alone(analysis: &Analysis) -> bool {
    if analysis.tree.may_hide("Transform") {
        return false;
    }
    let transforms = &analysis.template.transforms;
    !transforms.contains(&Transform::Serverless) && !analysis.template.has_unknown_transform()
}
