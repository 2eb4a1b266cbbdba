//! Task definitions, their containers, and the kind of compute that runs them.

use super::super::identity::NamedBy;
use super::super::{Resource, ResourceGraph};
use super::{CapacityKind, Launch, Provider, TASK_DEFINITION};
use crate::values::{Choice, Expression, Formula, Text, Value};

const TASK_DEFINITIONS: NamedBy =
    NamedBy { resource_type: TASK_DEFINITION, property: "Family", arn_marker: "task-definition/", reserved: &[] };

/// The kind of compute that runs a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Compute {
    /// AWS Fargate.
    Fargate,
    /// The account's own EC2 instances, with or without an Auto Scaling group.
    Ec2,
    /// Servers outside AWS.
    External,
    /// ECS Managed Instances.
    ManagedInstances,
    /// Not to be known from the files given.
    Unknown,
}

impl Compute {
    /// The word for it in `RequiresCompatibilities`; `None` where it is not known.
    #[must_use]
    pub const fn compatibility(self) -> Option<&'static str> {
        match self {
            Self::Fargate => Some("FARGATE"),
            Self::Ec2 => Some("EC2"),
            Self::External => Some("EXTERNAL"),
            Self::ManagedInstances => Some("MANAGED_INSTANCES"),
            Self::Unknown => None,
        }
    }
}

impl Compute {
    /// What it is, for a message: "Fargate", …
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Fargate => "Fargate",
            Self::Ec2 => "EC2 instances",
            Self::External => "external instances",
            Self::ManagedInstances => "Managed Instances",
            Self::Unknown => "unknown compute",
        }
    }
}

/// A task definition that the templates declare.
#[derive(Clone, Copy, Debug)]
pub struct TaskDefinition<'t> {
    /// When it is used; when it exists, for one that nothing uses.
    pub when: Formula,
    /// The resource.
    pub resource: Resource<'t>,
    /// Its properties, there.
    pub properties: Choice<'t>,
}

/// A container of a task definition.
#[derive(Clone, Debug)]
pub struct Container<'t> {
    /// When it is part of the definition.
    pub when: Formula,
    /// The container as written.
    pub written: Expression<'t>,
    /// The same, for reading its properties.
    pub settings: Choice<'t>,
    /// Its name in each case; empty where it has none that can be read.
    pub names: Vec<(Formula, Text<'t>)>,
}

impl<'t> ResourceGraph<'t> {
    /// All task definitions that are declared in the templates that are checked, in each case of their properties.
    #[must_use]
    pub fn task_definitions(&self) -> Vec<TaskDefinition<'t>> {
        let declared = self.resources().into_iter().filter(|resource| resource.resource_type() == TASK_DEFINITION);
        declared.flat_map(|resource| self.definitions_of(resource, resource.when)).collect()
    }

    /// The task definitions that a launch runs, where the templates declare them.
    #[must_use]
    pub fn task_definitions_of(&self, launch: &Launch<'t>) -> Vec<TaskDefinition<'t>> {
        let named = ["TaskDefinition", "TaskDefinitionArn"].map(|name| self.values.property(&launch.settings, name)).concat();
        let identities = named.iter().flat_map(|choice| self.identify(choice, TASK_DEFINITIONS));
        identities
            .filter_map(|identity| Some((self.target(&identity)?, identity.when)))
            .flat_map(|(resource, when)| self.definitions_of(resource, when))
            .collect()
    }

    fn definitions_of(&self, resource: Resource<'t>, when: Formula) -> Vec<TaskDefinition<'t>> {
        let cases = self.properties(&resource).into_iter().filter_map(|properties| {
            let when = self.values.formulas.and(when, properties.when);
            self.values.possible(when).then_some(TaskDefinition { when, resource, properties: Choice { when, ..properties } })
        });
        cases.collect()
    }

    /// The containers of a task definition; none where the list is not written out.
    #[must_use]
    pub fn containers(&self, definition: &TaskDefinition<'t>) -> Vec<Container<'t>> {
        let lists = self.values.property(&definition.properties, "ContainerDefinitions");
        let items = lists.iter().flat_map(|list| self.values.items(list));
        items
            .filter_map(|settings| {
                let written = settings.written()?;
                Some(Container { when: settings.when, written, names: self.texts(&settings, "Name"), settings })
            })
            .collect()
    }

    /// What to call a container: its name in backquotes, or "a container".
    #[must_use]
    pub fn container_name(&self, container: &Container<'t>) -> String {
        match container.names.as_slice() {
            [(_, name)] => format!("`{}`", self.values.show(name)),
            _ => "a container".to_owned(),
        }
    }

    /// The strings that a property can be, each with its condition; cases that are no strings are left out.
    #[must_use]
    pub fn texts(&self, mapping: &Choice<'t>, property: &str) -> Vec<(Formula, Text<'t>)> {
        self.values.property(mapping, property).iter().flat_map(|choice| self.texts_of(choice)).collect()
    }

    /// The strings that a value can be, each with its condition; cases that are no strings are left out.
    #[must_use]
    pub fn texts_of(&self, choice: &Choice<'t>) -> Vec<(Formula, Text<'t>)> {
        let cases = self.values.cases_of(choice).into_iter();
        cases
            .filter_map(|case| match case.value {
                Value::Text(text) => Some((case.when, text)),
                Value::Absent | Value::Structure(_) | Value::Unknown(_) | Value::Invalid => None,
            })
            .collect()
    }

    /// When a property can be the given string, in any spelling of `true` and `false`. A parameter that takes any value can be it:
    /// for what the templates say, ask [`Self::says`] or [`Self::is_surely`].
    #[must_use]
    pub fn may_be(&self, mapping: &Choice<'t>, property: &str, literal: &str) -> Formula {
        let formulas = &self.values.formulas;
        let spellings: &[&str] = match literal {
            "true" => &["true", "True", "TRUE"],
            "false" => &["false", "False", "FALSE"],
            other => &[other],
        };
        let ways = self.texts(mapping, property).into_iter().filter(|(_, text)| text.unknown().is_none()).map(|(when, text)| {
            formulas.and(when, formulas.any(spellings.iter().map(|spelling| self.values.text_is(&text, spelling))))
        });
        formulas.any(ways)
    }

    /// The kinds of compute that a launch's tasks run on. The cases cover the launch, and exclude each other but for strategies
    /// that mix kinds. A launch type that a parameter sets freely is not known, but for the parameter's default.
    #[must_use]
    pub fn compute(&self, launch: &Launch<'t>) -> Vec<(Formula, Compute)> {
        let formulas = &self.values.formulas;
        let mut found = Vec::new();
        for capacity in self.capacity(launch) {
            match capacity.kind {
                CapacityKind::LaunchType(launch_type) => {
                    for case in self.values.cases_of(&launch_type) {
                        let Value::Text(text) = &case.value else {
                            found.push((case.when, Compute::Unknown));
                            continue;
                        };
                        let mut covered = Formula::FALSE;
                        for (word, compute) in
                            [("FARGATE", Compute::Fargate), ("EC2", Compute::Ec2), ("EXTERNAL", Compute::External)]
                        {
                            let when = formulas.and(case.when, self.stated(text, &[word], case.when));
                            covered = formulas.or(covered, when);
                            found.push((when, compute));
                        }
                        found.push((formulas.and(case.when, formulas.not(covered)), Compute::Unknown));
                    }
                }
                CapacityKind::Default => found.push((capacity.when, Compute::Ec2)),
                CapacityKind::Unknown(_) => found.push((capacity.when, Compute::Unknown)),
                CapacityKind::Strategy(items, _) => {
                    for item in items {
                        let when = formulas.and(capacity.when, item.when);
                        match item.provider {
                            Provider::Fargate => found.push((when, Compute::Fargate)),
                            Provider::Unknown(_) => found.push((when, Compute::Unknown)),
                            Provider::Declared(provider) => {
                                for properties in self.properties(&provider) {
                                    let group = self.has(&properties, "AutoScalingGroupProvider");
                                    let managed = self.has(&properties, "ManagedInstancesProvider");
                                    found.push((formulas.and(when, group), Compute::Ec2));
                                    found.push((formulas.and(when, managed), Compute::ManagedInstances));
                                }
                            }
                        }
                    }
                }
            }
        }
        found.retain(|(when, _)| self.values.possible(*when));
        found
    }

    /// When a launch's tasks run on one kind of compute for certain.
    #[must_use]
    pub fn runs_on(&self, launch: &Launch<'t>, wanted: Compute) -> Formula {
        let kinds = self.compute(launch);
        self.values.formulas.any(kinds.into_iter().filter(|(_, compute)| *compute == wanted).map(|(when, _)| when))
    }
}
