//! Auto Scaling groups behind capacity providers, and their instances.

use super::super::identity::NamedBy;
use super::super::{Resource, ResourceGraph};
use crate::values::{Choice, Expression, Formula, Found, Value};

const GROUPS: NamedBy = NamedBy {
    resource_type: "AWS::AutoScaling::AutoScalingGroup",
    property: "AutoScalingGroupName",
    arn_marker: "autoScalingGroupName/",
    reserved: &[],
};

const LAUNCH_TEMPLATES: NamedBy = NamedBy {
    resource_type: "AWS::EC2::LaunchTemplate",
    property: "LaunchTemplateName",
    arn_marker: "launch-template/",
    reserved: &[],
};

const LAUNCH_CONFIGURATIONS: NamedBy = NamedBy {
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
            Found::Written(_) => self.is_certainly(scaling, "Status", "DISABLED"),
            Found::Unknown(_) => Formula::FALSE,
        });
        self.values.formulas.any(ways.collect::<Vec<_>>())
    }

    /// When managed termination protection is certainly on, and where that is written.
    #[must_use]
    pub fn termination_protection(&self, provider: &GroupProvider<'t>) -> (Formula, Option<Expression<'t>>) {
        let written = self.values.property(&provider.block, "ManagedTerminationProtection");
        let on = self.is_certainly(&provider.block, "ManagedTerminationProtection", "ENABLED");
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
        let mut images = Vec::new();
        for properties in self.properties(group) {
            let properties = Choice { when: self.values.formulas.and(when, properties.when), ..properties };
            if !self.values.possible(properties.when) {
                continue;
            }
            for configuration in self.values.property(&properties, "LaunchConfigurationName") {
                self.images_of(&configuration, LAUNCH_CONFIGURATIONS, &["ImageId"], &mut images);
            }
            let specifications =
                [&["LaunchTemplate"][..], &["MixedInstancesPolicy", "LaunchTemplate", "LaunchTemplateSpecification"][..]];
            for specification in specifications.iter().flat_map(|path| self.values.path(&properties, path)) {
                for name in ["LaunchTemplateId", "LaunchTemplateName"] {
                    for template in self.values.property(&specification, name) {
                        self.images_of(&template, LAUNCH_TEMPLATES, &["LaunchTemplateData", "ImageId"], &mut images);
                    }
                }
            }
        }
        images
    }

    fn images_of(&self, name: &Choice<'t>, named: NamedBy, path: &[&str], images: &mut Vec<Image<'t>>) {
        if name.found == Found::Absent {
            return;
        }
        for identity in self.identify(name, named) {
            let Some(declared) = self.target(&identity) else { continue };
            for image in self.property(&declared, path) {
                if let Some(written) = image.written() {
                    images.push(Image { when: self.values.formulas.and(identity.when, image.when), written });
                }
            }
        }
    }
}
