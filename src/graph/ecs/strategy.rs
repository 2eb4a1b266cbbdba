//! Capacity provider strategies as they are written, whether or not they decide anything.

use super::super::identity::{Identity, Target};
use super::super::{Resource, ResourceGraph};
use super::capacity::PROVIDERS;
use super::{ASSOCIATIONS, CLUSTER, Launch};
use crate::values::{Choice, Expression, Formula, Found, Value};

/// A list of strategy items, in one case.
#[derive(Clone, Debug)]
pub struct Strategy<'t> {
    /// The resource it is written in.
    pub resource: Resource<'t>,
    /// What starts tasks by it; `None` for the default strategy of a cluster.
    pub launch: Option<Launch<'t>>,
    /// The list.
    pub list: Expression<'t>,
    /// When it is there.
    pub when: Formula,
    /// Its items; all of them are known.
    pub items: Vec<Weighted<'t>>,
}

/// An item of a strategy as written.
#[derive(Clone, Debug)]
pub struct Weighted<'t> {
    /// When it is in the list.
    pub when: Formula,
    /// The item.
    pub written: Expression<'t>,
    /// The same, for reading its properties.
    pub settings: Choice<'t>,
    /// What it names.
    pub providers: Vec<Identity<'t>>,
}

/// The kinds of capacity provider. One strategy holds one kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ProviderKind {
    /// `FARGATE` and `FARGATE_SPOT`.
    Fargate,
    /// Of an Auto Scaling group.
    Group,
    /// Of ECS Managed Instances.
    ManagedInstances,
}

impl<'t> ResourceGraph<'t> {
    /// The strategies that are written out: of services, task sets, rules, schedules and pipes, and the defaults of clusters.
    #[must_use]
    pub fn strategies(&self) -> Vec<Strategy<'t>> {
        let mut found = Vec::new();
        for launch in self.launches() {
            found.extend(self.strategies_of(&launch));
        }
        let defaults = self.resources().into_iter().filter(|resource| matches!(resource.resource_type(), CLUSTER | ASSOCIATIONS));
        for resource in defaults {
            for list in self.property(&resource, &["DefaultCapacityProviderStrategy"]) {
                found.extend(self.read_strategy(resource, None, &list));
            }
        }
        found
    }

    /// The strategies that a launch has of its own.
    #[must_use]
    pub fn strategies_of(&self, launch: &Launch<'t>) -> Vec<Strategy<'t>> {
        let lists = self.values.property(&launch.settings, "CapacityProviderStrategy");
        lists.iter().filter_map(|list| self.read_strategy(launch.resource, Some(launch), list)).collect()
    }

    fn read_strategy(&self, resource: Resource<'t>, launch: Option<&Launch<'t>>, list: &Choice<'t>) -> Option<Strategy<'t>> {
        let mut items = Vec::new();
        for settings in self.values.items(list) {
            let written = settings.written()?;
            let named = self.values.property(&settings, "CapacityProvider");
            let providers = named.iter().flat_map(|choice| self.identify(choice, PROVIDERS)).collect();
            items.push(Weighted { when: settings.when, written, settings, providers });
        }
        Some(Strategy { resource, launch: launch.cloned(), list: list.written()?, when: list.when, items })
    }

    /// The kinds of what an identity names, where they are known.
    #[must_use]
    pub fn provider_kinds(&self, provider: &Identity<'t>) -> Vec<(Formula, ProviderKind)> {
        match &provider.target {
            Target::Name(name) if name.known().is_some_and(|name| PROVIDERS.reserved.contains(&name)) => {
                vec![(provider.when, ProviderKind::Fargate)]
            }
            Target::Resource(id) => {
                let declared = self.resource(*id);
                let mut kinds = Vec::new();
                for properties in self.properties(&declared) {
                    for (block, kind) in [
                        ("AutoScalingGroupProvider", ProviderKind::Group),
                        ("ManagedInstancesProvider", ProviderKind::ManagedInstances),
                    ] {
                        let written = self.values.property(&properties, block);
                        let written = written.iter().filter(|choice| choice.written().is_some()).map(|choice| choice.when);
                        let when = self.values.formulas.any(written.collect::<Vec<_>>());
                        kinds.push((self.values.formulas.and(provider.when, when), kind));
                    }
                }
                kinds
            }
            Target::Name(_) | Target::Absent | Target::Unknown(_) => Vec::new(),
        }
    }

    /// When a launch says neither launch type nor strategy, so that the default strategy of its cluster applies.
    #[must_use]
    pub fn inherits_strategy(&self, launch: &Launch<'t>) -> Formula {
        let formulas = &self.values.formulas;
        let mut ways = Vec::new();
        for launch_type in self.values.property(&launch.settings, "LaunchType") {
            if launch_type.found != Found::Absent {
                continue;
            }
            let settings = Choice { when: launch_type.when, ..launch.settings };
            for list in self.values.property(&settings, "CapacityProviderStrategy") {
                let items = self.values.items(&list);
                let present = formulas.any(items.iter().map(|item| item.when).collect::<Vec<_>>());
                ways.push(formulas.and(list.when, formulas.not(present)));
            }
        }
        formulas.any(ways)
    }

    /// The whole number that a property certainly is, in each case; `None` in the cases in which that is not known. Nothing
    /// written is 0.
    #[must_use]
    pub fn numbers(&self, mapping: &Choice<'t>, property: &str) -> Vec<(Formula, Option<i64>)> {
        let choices = self.values.property(mapping, property);
        let cases = choices.iter().flat_map(|choice| self.values.cases_of(choice));
        let number = |value: &Value<'t>| match value {
            Value::Absent => Some(0),
            Value::Text(text) => text.known().and_then(|text| text.trim().parse().ok()),
            Value::Structure(_) | Value::Unknown(_) | Value::Invalid => None,
        };
        cases.map(|case| (case.when, number(&case.value))).collect()
    }

    /// When a number is 0 or left out for certain.
    #[must_use]
    pub fn is_zero(&self, mapping: &Choice<'t>, property: &str) -> Formula {
        let formulas = &self.values.formulas;
        let choices = self.values.property(mapping, property);
        let cases = choices.iter().flat_map(|choice| self.values.cases_of(choice));
        let ways = cases.map(|case| match &case.value {
            Value::Absent => case.when,
            Value::Text(text) if !self.values.is_open(text) => formulas.and(case.when, self.values.text_is(text, "0")),
            Value::Text(_) | Value::Structure(_) | Value::Unknown(_) | Value::Invalid => Formula::FALSE,
        });
        formulas.any(ways.collect::<Vec<_>>())
    }
}
