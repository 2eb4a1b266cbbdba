//! On which capacity tasks are placed.
//!
//! The order is the service's own: an explicit launch type; else the strategy; else the default strategy of the cluster; else the
//! EC2 launch type.

use std::rc::Rc;

use super::super::identity::{Identity, NamedBy, Target};
use super::super::{Resource, ResourceGraph};
use super::{ASSOCIATIONS, CAPACITY_PROVIDER, CLUSTER, Launch, LaunchPath};
use crate::template::Ties;
use crate::values::{Choice, Expression, Formula, Found, MAX_CASES, ResourceId, Text, Unknown, Value};

/// What ties stacks together beside exports and imports: clusters and providers by their names, and the associations of a cluster
/// that another stack declares.
pub const TIES: Ties = Ties {
    declaring: &[(CLUSTER, CLUSTERS.property), (CAPACITY_PROVIDER, PROVIDERS.property)],
    changing: &[(ASSOCIATIONS, "Cluster")],
};

/// How clusters are named.
pub const CLUSTERS: NamedBy = NamedBy { resource_type: CLUSTER, property: "ClusterName", arn_marker: "cluster/", reserved: &[] };

/// How capacity providers are named.
///
/// Source: `FARGATE` and `FARGATE_SPOT` are the names of AWS's own providers,
/// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-capacity-providers.html>.
pub const PROVIDERS: NamedBy = NamedBy {
    resource_type: CAPACITY_PROVIDER,
    property: "Name",
    arn_marker: "capacity-provider/",
    reserved: &["FARGATE", "FARGATE_SPOT"],
};

/// The capacity of a launch, in one case.
#[derive(Clone, Debug)]
pub struct Capacity<'t> {
    /// When.
    pub when: Formula,
    /// Which.
    pub kind: CapacityKind<'t>,
}

/// What decides where tasks are placed.
#[derive(Clone, Debug)]
pub enum CapacityKind<'t> {
    /// An explicit launch type.
    LaunchType(Choice<'t>),
    /// A strategy with at least one item.
    Strategy(Vec<StrategyItem<'t>>, StrategySource),
    /// Nothing: the EC2 launch type.
    Default,
    /// Not to be known.
    Unknown(Unknown),
}

/// Where a strategy is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StrategySource {
    /// On the launch itself.
    Own,
    /// On the cluster, as its default.
    Cluster(ResourceId),
    /// On the cluster's associations, as its default.
    Associations(ResourceId),
}

/// Capacity provider associations, in one case.
#[derive(Clone, Debug)]
pub(in crate::graph) struct Association<'t> {
    resource: Resource<'t>,
    cluster: ClusterName<'t>,
    properties: Choice<'t>,
}

/// How a cluster is told.
#[derive(Clone, Debug, PartialEq, Eq)]
enum ClusterName<'t> {
    /// The templates declare it.
    Declared(ResourceId),
    /// They do not; its name is written out.
    Written(Text<'t>),
}

/// All of them, by the number of stacks among which their clusters were looked for.
pub(in crate::graph) type Associations<'t> = Option<(u32, Rc<[Association<'t>]>)>;

/// An item of a strategy, in one case.
#[derive(Clone, Debug)]
pub struct StrategyItem<'t> {
    /// When it is there and tasks are placed by it.
    pub when: Formula,
    /// The item as written.
    pub written: Expression<'t>,
    /// Which provider it names.
    pub provider: Provider<'t>,
}

/// A capacity provider.
#[derive(Clone, Debug)]
pub enum Provider<'t> {
    /// One that the templates declare.
    Declared(Resource<'t>),
    /// `FARGATE` or `FARGATE_SPOT`.
    Fargate,
    /// One that the templates do not declare, or a name that is not to be known.
    Unknown(Unknown),
}

impl<'t> ResourceGraph<'t> {
    /// Where the tasks of a launch are placed. The cases exclude each other and cover the launch.
    #[must_use]
    pub fn capacity(&self, launch: &Launch<'t>) -> Vec<Capacity<'t>> {
        let mut found = Vec::new();
        for launch_type in self.values.property(&launch.settings, "LaunchType") {
            match launch_type.found {
                Found::Absent => {}
                Found::Written(_) => {
                    found.push(Capacity { when: launch_type.when, kind: CapacityKind::LaunchType(launch_type) });
                    continue;
                }
                Found::Unknown(why) => {
                    found.push(Capacity { when: launch_type.when, kind: CapacityKind::Unknown(why) });
                    continue;
                }
            }
            let settings = Choice { when: launch_type.when, ..launch.settings };
            for strategy in self.values.property(&settings, "CapacityProviderStrategy") {
                let rest = self.strategy(&strategy, StrategySource::Own, &mut found);
                if self.values.possible(rest) {
                    self.cluster_default(launch, rest, &mut found);
                }
            }
        }
        found.retain(|capacity| self.values.possible(capacity.when));
        found
    }

    /// Adds the strategy of `list`, and returns when it has no item.
    fn strategy(&self, list: &Choice<'t>, source: StrategySource, found: &mut Vec<Capacity<'t>>) -> Formula {
        let formulas = &self.values.formulas;
        let items = self.values.items(list);
        let present = formulas.any(items.iter().map(|item| item.when).collect::<Vec<_>>());
        // With one item that is not known, neither is what the others get.
        let mut unknown = Formula::FALSE;
        for item in &items {
            if let Found::Unknown(why) = item.found {
                let when = formulas.and(item.when, formulas.not(unknown));
                found.push(Capacity { when, kind: CapacityKind::Unknown(why) });
                unknown = formulas.or(unknown, item.when);
            }
        }
        let known = formulas.and(present, formulas.not(unknown));
        if self.values.possible(known) {
            let items = self.strategy_items(&items);
            found.push(Capacity { when: known, kind: CapacityKind::Strategy(items, source) });
        }
        formulas.and(list.when, formulas.not(present))
    }

    fn strategy_items(&self, items: &[Choice<'t>]) -> Vec<StrategyItem<'t>> {
        let formulas = &self.values.formulas;
        let weighted: Vec<Formula> = items.iter().map(|item| self.is_positive(item, "Weight")).collect();
        // Whether an item after the one at hand has a weight, from the last to the first; then one before it.
        let mut after = vec![Formula::FALSE; items.len() + 1];
        for index in (0..items.len()).rev() {
            after[index] = formulas.or(after[index + 1], weighted[index]);
        }
        let mut before = Formula::FALSE;
        let mut found = Vec::new();
        for (index, item) in items.iter().enumerate() {
            let others = formulas.or(before, after[index + 1]);
            before = formulas.or(before, weighted[index]);
            let Some(written) = item.written() else { continue };
            // "Any capacity providers with a weight of zero aren't used to place tasks", unless they have a base; a provider
            // that stands alone is used whatever its weight.
            let places = formulas.any([weighted[index], self.is_positive(item, "Base"), formulas.not(others)]);
            let item = Choice { when: formulas.and(item.when, places), ..*item };
            if !self.values.possible(item.when) {
                continue;
            }
            for provider in self.values.property(&item, "CapacityProvider") {
                for identity in self.identify(&provider, PROVIDERS) {
                    let provider = match &identity.target {
                        Target::Resource(id) => Provider::Declared(self.resource(*id)),
                        Target::Name(name) if is_fargate(name) => Provider::Fargate,
                        Target::Name(_) => Provider::Unknown(Unknown::Elsewhere),
                        Target::Unknown(why) => Provider::Unknown(*why),
                        Target::Absent => Provider::Unknown(Unknown::Shape),
                    };
                    found.push(StrategyItem { when: identity.when, written, provider });
                }
            }
        }
        found
    }

    /// When a number of an item is above zero. What is not known may be.
    fn is_positive(&self, item: &Choice<'t>, name: &str) -> Formula {
        let formulas = &self.values.formulas;
        let mut ways = Vec::new();
        for choice in self.values.property(item, name) {
            for case in self.values.cases_of(&choice) {
                let positive = match &case.value {
                    Value::Text(text) => match text.known() {
                        Some(text) => {
                            if text.trim().parse::<f64>().is_ok_and(|number| number <= 0.0) {
                                Formula::FALSE
                            } else {
                                Formula::TRUE
                            }
                        }
                        None => formulas.not(self.values.text_is(text, "0")),
                    },
                    Value::Absent | Value::Invalid => Formula::FALSE,
                    Value::Structure(_) | Value::Unknown(_) => Formula::TRUE,
                };
                ways.push(formulas.and(case.when, positive));
            }
        }
        formulas.any(ways)
    }

    /// Adds what a launch without launch type and strategy gets from its cluster.
    fn cluster_default(&self, launch: &Launch<'t>, when: Formula, found: &mut Vec<Capacity<'t>>) {
        let formulas = &self.values.formulas;
        for identity in self.clusters_of_launch(launch) {
            let when = formulas.and(when, identity.when);
            if !self.values.possible(when) {
                continue;
            }
            let unknown = |why| Capacity { when, kind: CapacityKind::Unknown(why) };
            match identity.target {
                Target::Resource(id) => self.default_of(launch, id, when, found),
                Target::Name(name) => {
                    let rest = self.default_by_associations(launch, &ClusterName::Written(name), when, found);
                    if self.values.possible(rest) {
                        found.push(Capacity { when: rest, kind: CapacityKind::Unknown(Unknown::Elsewhere) });
                    }
                }
                Target::Absent => found.push(unknown(Unknown::Elsewhere)),
                Target::Unknown(why) => found.push(unknown(why)),
            }
        }
    }

    /// The clusters of a launch. One that names none is on the cluster called `default`.
    #[must_use]
    pub fn clusters_of_launch(&self, launch: &Launch<'t>) -> Vec<Identity<'t>> {
        let mut found = Vec::new();
        for identity in launch.cluster.iter().flat_map(|cluster| self.identify(cluster, CLUSTERS)) {
            match identity.target {
                Target::Absent => found.extend(self.identify_text(Text::literal("default"), identity.when, CLUSTERS)),
                _ => found.push(identity),
            }
        }
        found
    }

    fn default_of(&self, launch: &Launch<'t>, cluster: ResourceId, when: Formula, found: &mut Vec<Capacity<'t>>) {
        // PutClusterCapacityProviders replaces the cluster's own default, so the associations are asked first.
        let rest = self.default_by_associations(launch, &ClusterName::Declared(cluster), when, found);
        let declared = self.resource(cluster);
        let formulas = &self.values.formulas;
        for properties in self.properties(&declared) {
            let when = formulas.and(rest, properties.when);
            if !self.values.possible(when) {
                continue;
            }
            let properties = Choice { when, ..properties };
            for list in self.values.property(&properties, "DefaultCapacityProviderStrategy") {
                let empty = self.strategy(&list, StrategySource::Cluster(cluster), found);
                if self.values.possible(empty) {
                    found.push(Capacity { when: empty, kind: CapacityKind::Default });
                }
            }
        }
    }

    /// Adds the defaults that associations give a cluster, and returns when none of them is in force.
    fn default_by_associations(
        &self,
        launch: &Launch<'t>,
        cluster: &ClusterName<'t>,
        when: Formula,
        found: &mut Vec<Capacity<'t>>,
    ) -> Formula {
        let formulas = &self.values.formulas;
        match cluster {
            ClusterName::Declared(id) => self.find_companions(&self.resource(*id)),
            ClusterName::Written(name) => self.values.find_companions(None, name.known()),
        }
        let mut rest = when;
        for association in self.associations().iter() {
            if association.cluster != *cluster {
                continue;
            }
            if found.len() >= MAX_CASES {
                found.push(Capacity { when: rest, kind: CapacityKind::Unknown(Unknown::TooManyCases) });
                return Formula::FALSE;
            }
            let in_force = formulas.and(association.properties.when, self.is_first(launch, &association.resource));
            let applies = formulas.and(rest, in_force);
            if !self.values.possible(applies) {
                continue;
            }
            let properties = Choice { when: applies, ..association.properties };
            let mut empty = Vec::new();
            for list in self.values.property(&properties, "DefaultCapacityProviderStrategy") {
                empty.push(self.strategy(&list, StrategySource::Associations(association.resource.id), found));
            }
            let empty = formulas.any(empty);
            if self.values.possible(empty) {
                found.push(Capacity { when: empty, kind: CapacityKind::Default });
            }
            rest = formulas.and(rest, formulas.not(in_force));
        }
        rest
    }

    /// Whether the associations are in force when the launch begins.
    fn is_first(&self, launch: &Launch<'t>, associations: &Resource<'t>) -> Formula {
        // A task that an event starts is started when everything has long been created.
        if launch.path == LaunchPath::RunTask {
            return Formula::TRUE;
        }
        let formulas = &self.values.formulas;
        let (own, other) = (launch.resource.id, associations.id);
        let ordered = self.created_after(own, other);
        if ordered == Formula::TRUE {
            return ordered;
        }
        let reversed = self.created_after(other, own);
        // Where nothing orders them, CloudFormation creates them side by side.
        formulas.or(ordered, formulas.and(self.values.order(other, own), formulas.not(reversed)))
    }

    /// Looks for stacks that change what is attached to a cluster.
    pub(super) fn find_companions(&self, cluster: &Resource<'t>) {
        let names = self.property(cluster, &[CLUSTERS.property]);
        let name = names.iter().flat_map(|name| self.texts_of(name)).find_map(|(_, name)| name.known().map(str::to_owned));
        self.values.find_companions(Some(cluster.id.stack), name.as_deref());
    }

    /// What the associations of the templates are associated with: clusters that the templates declare, or name.
    fn associations(&self) -> Rc<[Association<'t>]> {
        let declared = self.of_type(ASSOCIATIONS);
        let stacks = self.values.stack_count();
        if let Some((among, known)) = &*self.associations.borrow()
            && *among == stacks
        {
            return Rc::clone(known);
        }
        let mut found = Vec::new();
        for resource in declared {
            for properties in self.properties(&resource) {
                for named in self.values.property(&properties, "Cluster") {
                    for identity in self.identify(&named, CLUSTERS) {
                        let cluster = match identity.target {
                            Target::Resource(cluster) => ClusterName::Declared(cluster),
                            Target::Name(name) if name.known().is_some() => ClusterName::Written(name),
                            _ => continue,
                        };
                        let properties = Choice { when: identity.when, ..properties };
                        found.push(Association { resource, cluster, properties });
                    }
                }
            }
        }
        let found: Rc<[Association]> = found.into();
        *self.associations.borrow_mut() = Some((stacks, Rc::clone(&found)));
        found
    }
}

fn is_fargate(name: &Text) -> bool {
    name.known().is_some_and(|name| PROVIDERS.reserved.contains(&name))
}
