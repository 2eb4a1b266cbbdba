//! Auto Scaling groups behind capacity providers, and their instances.

use super::super::identity::NamedBy;
use super::super::{Resource, ResourceGraph};
use super::LaunchData;
use crate::template::Intrinsic;
use crate::values::{Choice, Expression, Formula, Found, Part, Value};

pub(super) const GROUPS: NamedBy = NamedBy {
    resource_type: "AWS::AutoScaling::AutoScalingGroup",
    property: "AutoScalingGroupName",
    arn_marker: "autoScalingGroupName/",
    reserved: &[],
};

pub(super) const LAUNCH_TEMPLATES: NamedBy = NamedBy {
    resource_type: "AWS::EC2::LaunchTemplate",
    property: "LaunchTemplateName",
    arn_marker: "launch-template/",
    reserved: &[],
};

pub(super) const LAUNCH_CONFIGURATIONS: NamedBy = NamedBy {
    resource_type: "AWS::AutoScaling::LaunchConfiguration",
    property: "LaunchConfigurationName",
    arn_marker: "launchConfigurationName/",
    reserved: &[],
};

/// The Auto Scaling group side of a capacity provider, in one case.
#[derive(Clone, Debug)]
pub struct GroupProvider<'t> {
    /// When the provider is of this kind.
    pub when: Formula,
    /// `AutoScalingGroupProvider`.
    pub written: Expression<'t>,
    /// The block, where it is there.
    pub block: Choice<'t>,
}

/// Where the image of a group's instances is written.
#[derive(Clone, Debug)]
pub struct Image<'t> {
    /// When it is this one.
    pub when: Formula,
    /// The value of `ImageId`.
    pub written: Expression<'t>,
}

impl<'t> ResourceGraph<'t> {
    /// The cases in which a capacity provider is one of an Auto Scaling group.
    #[must_use]
    pub fn group_provider(&self, provider: &Resource<'t>) -> Vec<GroupProvider<'t>> {
        let blocks = self.property(provider, &["AutoScalingGroupProvider"]);
        let written = blocks.into_iter().filter_map(|block| {
            let written = block.written()?;
            Some(GroupProvider { when: block.when, written, block })
        });
        written.collect()
    }

    /// When managed scaling is on, and where that is written. It is off where nothing is said.
    #[must_use]
    pub fn managed_scaling(&self, provider: &GroupProvider<'t>, when: Formula) -> (Formula, Option<Expression<'t>>) {
        let formulas = &self.values.formulas;
        let block = Choice { when: formulas.and(provider.when, when), ..provider.block };
        let (mut on, mut written) = (Formula::FALSE, None);
        for scaling in self.values.property(&block, "ManagedScaling") {
            for status in self.values.property(&scaling, "Status") {
                for case in self.values.cases_of(&status) {
                    let enabled = match &case.value {
                        Value::Text(text) if text.unknown().is_none() => self.values.text_is(text, "ENABLED"),
                        // A block without a status, or one that cannot be known, may be on.
                        Value::Absent if scaling.found != Found::Absent => Formula::TRUE,
                        Value::Text(_) | Value::Unknown(_) => Formula::TRUE,
                        Value::Absent | Value::Structure(_) | Value::Invalid => Formula::FALSE,
                    };
                    let enabled = formulas.and(case.when, enabled);
                    if self.values.possible(enabled) {
                        on = formulas.or(on, enabled);
                        written = written.or(status.written()).or(scaling.written());
                    }
                }
            }
        }
        (on, written)
    }

    /// When managed scaling is certainly off.
    #[must_use]
    pub fn managed_scaling_off(&self, provider: &GroupProvider<'t>) -> Formula {
        let scalings = self.values.property(&provider.block, "ManagedScaling");
        let ways = scalings.iter().map(|scaling| match scaling.found {
            Found::Absent => scaling.when,
            Found::Written(_) => self.is_surely(scaling, "Status", "DISABLED"),
            Found::Unknown(_) => Formula::FALSE,
        });
        self.values.formulas.any(ways.collect::<Vec<_>>())
    }

    /// When managed termination protection is certainly on, and where that is written.
    #[must_use]
    pub fn termination_protection(&self, provider: &GroupProvider<'t>) -> (Formula, Option<Expression<'t>>) {
        let written = self.values.property(&provider.block, "ManagedTerminationProtection");
        let on = self.is_surely(&provider.block, "ManagedTerminationProtection", "ENABLED");
        (on, written.iter().find_map(Choice::written))
    }

    /// The groups behind a provider that the templates declare.
    #[must_use]
    pub fn groups(&self, provider: &GroupProvider<'t>, when: Formula) -> Vec<(Formula, Resource<'t>)> {
        let block = Choice { when: self.values.formulas.and(provider.when, when), ..provider.block };
        let names = self.values.property(&block, "AutoScalingGroupArn");
        let identities = names.iter().flat_map(|name| self.identify(name, GROUPS));
        identities.filter_map(|identity| Some((identity.when, self.target(&identity)?))).collect()
    }

    /// The images of a group's instances, through its launch template, launch configuration or mixed instances policy.
    #[must_use]
    pub fn images(&self, group: &Resource<'t>, when: Formula) -> Vec<Image<'t>> {
        self.launch_data(group, when).iter().flat_map(|data| self.images_of(data)).collect()
    }

    /// The images that a launch template or launch configuration names.
    #[must_use]
    pub fn images_of(&self, data: &LaunchData<'t>) -> Vec<Image<'t>> {
        let images = self.values.property(&data.settings, "ImageId").into_iter();
        images.filter_map(|image| Some(Image { when: image.when, written: image.written()? })).collect()
    }

    /// Whether the agent of an image offers ECS Exec; `None` where nothing is said about the image.
    #[must_use]
    pub fn image_support(&self, image: &Image<'t>) -> Option<ImageSupport> {
        let values = &self.values;
        let unknown_age = |what: String| {
            Some(ImageSupport::Unproven(format!(
                "the image is {what}: its age, and whether its agent offers ECS Exec, do not show"
            )))
        };
        if let Some(Intrinsic::FindInMap { map, .. }) = Intrinsic::of(image.written.node) {
            return unknown_age(format!("pinned in mapping `{}`", map.as_str().unwrap_or_default()));
        }
        let cases = values.cases(image.written, Formula::TRUE);
        let Value::Text(text) = &cases.first()?.value else { return None };
        match text.only()? {
            Part::Literal(literal) if literal.starts_with("ami-") => unknown_age(format!("pinned to `{literal}`")),
            Part::Parameter(_, name) => unknown_age(format!("whatever parameter `{name}` is given")),
            _ => Some(support_of_path(&self.image_path(image)?)),
        }
    }

    /// The public parameter of Systems Manager that names an image.
    #[must_use]
    pub fn image_path(&self, image: &Image<'t>) -> Option<String> {
        let cases = self.values.cases(image.written, Formula::TRUE);
        let Value::Text(text) = &cases.first()?.value else { return None };
        let path = match text.only()? {
            Part::Literal(literal) => literal.strip_prefix("resolve:ssm:")?,
            Part::Dynamic(reference) => reference.strip_prefix("{{resolve:ssm:")?.trim_end_matches('}'),
            Part::SsmParameter(stack, name) => self.values.template(*stack).parameters.get(name)?.default?.as_str()?,
            _ => return None,
        };
        Some(path.to_owned())
    }
}

/// Whether the agent of an image offers ECS Exec.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ImageSupport {
    /// It does, in its current version.
    Supports,
    /// It never does, and why.
    CannotSupport(String),
    /// The template does not show it, and why.
    Unproven(String),
}

impl ImageSupport {
    /// Why it does not, or may not.
    #[must_use]
    pub fn doubt(self) -> Option<String> {
        match self {
            Self::Supports => None,
            Self::CannotSupport(why) | Self::Unproven(why) => Some(why),
        }
    }
}

/// Whether a public parameter of Systems Manager names an image that ECS makes.
#[must_use]
pub fn is_made_for_ecs(path: &str) -> bool {
    path.contains("/ecs/optimized-ami/") || path.contains("/bottlerocket/aws-ecs") || path.contains("ECS_Optimized")
}

/// What a public parameter of Systems Manager says about its image.
///
/// Source: <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/retrieve-ecs-optimized_AMI.html>; the agent of the Amazon
/// Linux 1 and Windows Server 2016 images does not offer ECS Exec.
fn support_of_path(path: &str) -> ImageSupport {
    if path.contains("/ecs/optimized-ami/amazon-linux/") {
        return ImageSupport::CannotSupport("the ECS-optimized image of Amazon Linux 1 does not offer ECS Exec".to_owned());
    }
    if path.contains("2016") && path.to_ascii_lowercase().contains("windows") {
        return ImageSupport::CannotSupport("Windows Server 2016 does not offer ECS Exec".to_owned());
    }
    if path.starts_with('/') && !is_made_for_ecs(path) {
        return ImageSupport::Unproven(format!(
            "`{path}` names no ECS-optimized image, so whether it offers ECS Exec does not show"
        ));
    }
    ImageSupport::Supports
}
