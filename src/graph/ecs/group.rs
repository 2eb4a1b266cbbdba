//! Auto Scaling groups that are the capacity of ECS: their providers, their clusters, and what their instances start with.

use super::super::{Resource, ResourceGraph, Target};
use super::provider::{GROUPS, LAUNCH_CONFIGURATIONS, LAUNCH_TEMPLATES};
use super::{CAPACITY_PROVIDER, CapacityKind, GroupProvider, Launch, Provider};
use crate::template::Intrinsic;
use crate::values::{Choice, Expression, Formula, Found, ResourceId, Text, Unknown, Value};

/// An Auto Scaling group with a capacity provider in front of it.
#[derive(Clone, Debug)]
pub struct HostGroup<'t> {
    /// When it is the capacity of the provider.
    pub when: Formula,
    /// The group.
    pub group: Resource<'t>,
    /// The provider.
    pub provider: Resource<'t>,
    /// The provider's block for the group.
    pub block: GroupProvider<'t>,
    /// When managed scaling is on, and where that is written.
    pub managed_scaling: (Formula, Option<Expression<'t>>),
}

/// A launch template or launch configuration of a group, in one case.
#[derive(Clone, Copy, Debug)]
pub struct LaunchData<'t> {
    /// The launch template or launch configuration.
    pub resource: Resource<'t>,
    /// The mapping that holds `ImageId`, `UserData` and `IamInstanceProfile`, where the group uses it.
    pub settings: Choice<'t>,
}

/// What an instance runs when it first starts, in one case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserData<'t> {
    /// When it is this.
    pub when: Formula,
    /// The text before `Fn::Base64`; empty where there is none.
    pub text: Result<Text<'t>, Unknown>,
    /// The value of `UserData`, where there is one.
    pub written: Option<Expression<'t>>,
}

/// The role of the instances that run the tasks of a launch, in one case.
#[derive(Clone, Copy, Debug)]
pub struct InstanceRole<'t> {
    /// When.
    pub when: Formula,
    /// The role, and where its instance profile is named; `None` where the templates do not tell the instances or their role.
    pub role: Option<(Resource<'t>, Expression<'t>)>,
}

impl<'t> ResourceGraph<'t> {
    /// The groups of the templates behind providers of the templates that are checked.
    #[must_use]
    pub fn host_groups(&self) -> Vec<HostGroup<'t>> {
        let mut found = Vec::new();
        for provider in self.resources().into_iter().filter(|resource| resource.resource_type() == CAPACITY_PROVIDER) {
            for block in self.group_provider(&provider) {
                for (when, group) in self.groups(&block, Formula::TRUE) {
                    let when = self.values.formulas.and(when, group.when);
                    if self.values.possible(when) {
                        let managed_scaling = self.managed_scaling(&block, when);
                        found.push(HostGroup { when, group, provider, block: block.clone(), managed_scaling });
                    }
                }
            }
        }
        found
    }

    /// When the group called `name` is the given one.
    #[must_use]
    pub fn names_group(&self, name: &Choice<'t>, group: ResourceId) -> Formula {
        let same = self.identify(name, GROUPS).into_iter().filter(|identity| identity.target == Target::Resource(group));
        self.values.formulas.any(same.map(|identity| identity.when).collect::<Vec<_>>())
    }

    /// The launch templates and launch configurations of a group that the templates declare, wherever the group names them.
    #[must_use]
    pub fn launch_data(&self, group: &Resource<'t>, when: Formula) -> Vec<LaunchData<'t>> {
        let mut found = Vec::new();
        for properties in self.properties(group) {
            let properties = Choice { when: self.values.formulas.and(when, properties.when), ..properties };
            if !self.values.possible(properties.when) {
                continue;
            }
            for name in self.values.property(&properties, "LaunchConfigurationName").iter().filter(|name| is_there(name)) {
                for identity in self.identify(name, LAUNCH_CONFIGURATIONS) {
                    if let Some(resource) = self.target(&identity) {
                        self.add_launch_data(resource, &[], identity.when, &mut found);
                    }
                }
            }
            for name in self.launch_template_names(&properties) {
                for identity in self.identify(&name, LAUNCH_TEMPLATES) {
                    if let Some(resource) = self.target(&identity) {
                        self.add_launch_data(resource, &["LaunchTemplateData"], identity.when, &mut found);
                    }
                }
            }
        }
        found
    }

    fn launch_template_names(&self, properties: &Choice<'t>) -> Vec<Choice<'t>> {
        let mut specifications = self.values.path(properties, &["LaunchTemplate"]);
        let mixed = self.values.path(properties, &["MixedInstancesPolicy", "LaunchTemplate"]);
        for template in &mixed {
            specifications.extend(self.values.property(template, "LaunchTemplateSpecification"));
            for overrides in self.values.property(template, "Overrides") {
                let items = self.values.items(&overrides);
                specifications.extend(items.iter().flat_map(|item| self.values.property(item, "LaunchTemplateSpecification")));
            }
        }
        let names = specifications.iter().flat_map(|specification| {
            ["LaunchTemplateId", "LaunchTemplateName"].into_iter().flat_map(|name| self.values.property(specification, name))
        });
        names.filter(is_there).collect()
    }

    fn add_launch_data(&self, resource: Resource<'t>, path: &[&str], when: Formula, found: &mut Vec<LaunchData<'t>>) {
        for settings in self.property(&resource, path) {
            let settings = Choice { when: self.values.formulas.and(when, settings.when), ..settings };
            if !self.values.possible(settings.when) {
                continue;
            }
            // Several overrides of a group often name one launch template.
            let known = found.iter_mut().find(|known| known.resource.id == resource.id && known.settings.found == settings.found);
            match known {
                Some(known) => known.settings.when = self.values.formulas.or(known.settings.when, settings.when),
                None => found.push(LaunchData { resource, settings }),
            }
        }
    }

    /// What instances run when they first start. The cases exclude each other and cover the launch data.
    #[must_use]
    pub fn user_data(&self, data: &LaunchData<'t>) -> Vec<UserData<'t>> {
        let mut found = Vec::new();
        for choice in self.values.property(&data.settings, "UserData") {
            let written = choice.written();
            let one = |text| UserData { when: choice.when, text, written };
            match choice.found {
                Found::Absent => found.push(one(Ok(Text::default()))),
                Found::Unknown(why) => found.push(one(Err(why))),
                Found::Written(expression) => match Intrinsic::of(expression.node) {
                    Some(Intrinsic::Base64(node)) => {
                        for case in self.values.cases(Expression { node, ..expression }, choice.when) {
                            let text = match case.value {
                                Value::Text(text) => Ok(text),
                                Value::Absent => Ok(Text::default()),
                                Value::Unknown(why) => Err(why),
                                Value::Structure(_) => Err(Unknown::Shape),
                                Value::Invalid => continue,
                            };
                            found.push(UserData { when: case.when, text, written });
                        }
                    }
                    // Already encoded, or made elsewhere.
                    _ => found.push(one(Err(Unknown::Function))),
                },
            }
        }
        found
    }

    /// The instance profile that a launch template or launch configuration names, by name or ARN.
    #[must_use]
    pub fn instance_profiles(&self, data: &LaunchData<'t>) -> Vec<Choice<'t>> {
        let profiles = self.values.property(&data.settings, "IamInstanceProfile").into_iter();
        let named = profiles.flat_map(|profile| match profile.written() {
            // A launch template has a mapping here, a launch configuration a string.
            Some(written) if written.node.is_mapping() && Intrinsic::of(written.node).is_none() => {
                ["Arn", "Name"].iter().flat_map(|name| self.values.property(&profile, name)).collect()
            }
            _ => vec![profile],
        });
        named.filter(is_there).collect()
    }

    /// The roles of the instances that run a launch's tasks: through its capacity providers, their groups, and the launch templates or
    /// launch configurations of these. The cases cover the launch; several may hold together.
    #[must_use]
    pub fn instance_roles(&self, launch: &Launch<'t>) -> Vec<InstanceRole<'t>> {
        let formulas = &self.values.formulas;
        let mut found = Vec::new();
        for capacity in self.capacity(launch) {
            let CapacityKind::Strategy(items, _) = capacity.kind else {
                // Instances that join a cluster by themselves are any.
                found.push(InstanceRole { when: capacity.when, role: None });
                continue;
            };
            for item in items {
                let when = formulas.and(capacity.when, item.when);
                let known = found.len();
                if let Provider::Declared(provider) = item.provider {
                    self.add_instance_roles(&provider, when, &mut found);
                }
                let told = formulas.any(found[known..].iter().map(|role| role.when).collect::<Vec<_>>());
                found.push(InstanceRole { when: formulas.and(when, formulas.not(told)), role: None });
            }
        }
        found.retain(|role| self.values.possible(role.when));
        found
    }

    fn add_instance_roles(&self, provider: &Resource<'t>, when: Formula, found: &mut Vec<InstanceRole<'t>>) {
        for block in self.group_provider(provider) {
            for (when, group) in self.groups(&block, when) {
                for data in self.launch_data(&group, when) {
                    for named in self.instance_profiles(&data) {
                        let Some(written) = named.written() else { continue };
                        for identity in self.roles_of_instance_profile(&named) {
                            let role = self.target(&identity).map(|role| (role, written));
                            found.push(InstanceRole { when: identity.when, role });
                        }
                    }
                }
            }
        }
    }

    /// The clusters of the templates to which a provider is attached, each with the condition.
    #[must_use]
    pub fn clusters_of(&self, provider: &Resource<'t>) -> Vec<(Formula, Resource<'t>)> {
        let attached = self.attachments().into_iter().filter_map(|attachment| {
            let when = self.attaches(&attachment, &Target::Resource(provider.id));
            self.values.possible(when).then_some((when, self.resource(attachment.cluster?)))
        });
        attached.collect()
    }

    /// When a property is true, in any spelling, as far as the templates say so.
    #[must_use]
    pub fn is_on(&self, mapping: &Choice<'t>, property: &str) -> Formula {
        self.says(mapping, property, &["true", "True", "TRUE"])
    }

    /// When a property is not written.
    #[must_use]
    pub fn is_missing(&self, mapping: &Choice<'t>, property: &str) -> Formula {
        let absent = self.values.property(mapping, property).into_iter().filter(|choice| choice.found == Found::Absent);
        self.values.formulas.any(absent.map(|choice| choice.when).collect::<Vec<_>>())
    }
}

fn is_there(choice: &Choice) -> bool {
    choice.found != Found::Absent
}
