//! ECS: what starts tasks, and on which capacity they end up.
//!
//! The order is the service's own: an explicit launch type; else the strategy; else the default strategy of the cluster; else
//! the EC2 launch type. Whether a capacity is right for a task is in the rules.

use super::identity::{NamedBy, Target};
use super::{Resource, ResourceGraph};
use crate::values::{Choice, Expression, Formula, Found, MAX_CASES, ResourceId, Text, Unknown, Value};

/// `AWS::ECS::Service`
pub const SERVICE: &str = "AWS::ECS::Service";
/// `AWS::ECS::TaskSet`
pub const TASK_SET: &str = "AWS::ECS::TaskSet";
/// `AWS::ECS::Cluster`
pub const CLUSTER: &str = "AWS::ECS::Cluster";
/// `AWS::ECS::ClusterCapacityProviderAssociations`
pub const ASSOCIATIONS: &str = "AWS::ECS::ClusterCapacityProviderAssociations";
/// `AWS::ECS::CapacityProvider`
pub const CAPACITY_PROVIDER: &str = "AWS::ECS::CapacityProvider";

const CLUSTERS: NamedBy = NamedBy { resource_type: CLUSTER, property: "ClusterName", arn_marker: "cluster/", reserved: &[] };
const SERVICES: NamedBy = NamedBy { resource_type: SERVICE, property: "ServiceName", arn_marker: "service/", reserved: &[] };
/// Source: `FARGATE` and `FARGATE_SPOT` are the names of AWS's own providers,
/// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-capacity-providers.html>.
const PROVIDERS: NamedBy = NamedBy {
    resource_type: CAPACITY_PROVIDER,
    property: "Name",
    arn_marker: "capacity-provider/",
    reserved: &["FARGATE", "FARGATE_SPOT"],
};
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

/// How tasks are started.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LaunchPath {
    /// By a service.
    Service,
    /// By a task set of a service with an external deployment controller.
    TaskSet,
    /// By `RunTask`: an EventBridge rule, a schedule, a pipe.
    RunTask,
}

/// Something that starts tasks.
#[derive(Clone, Debug)]
pub struct Launch<'t> {
    /// How.
    pub path: LaunchPath,
    /// The resource that says which capacity is used.
    pub resource: Resource<'t>,
    /// The resource that switches ECS Exec on: the service of a task set, else the same.
    pub owner: Resource<'t>,
    /// When it is there.
    pub when: Formula,
    /// The mapping that holds `LaunchType` and `CapacityProviderStrategy`.
    settings: Choice<'t>,
    /// The mapping that holds `EnableExecuteCommand`.
    exec: Choice<'t>,
    /// The cluster's name or ARN.
    cluster: Vec<Choice<'t>>,
}

/// When a launch has ECS Exec switched on.
#[derive(Clone, Debug)]
pub struct Exec<'t> {
    /// When it is on for certain.
    pub on: Formula,
    /// When that is not to be known, and why.
    pub unknown: Option<(Formula, Unknown)>,
    /// When the template cannot be deployed.
    pub invalid: Formula,
    /// Where it is switched on.
    pub written: Option<Expression<'t>>,
}

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

/// The Auto Scaling group side of a capacity provider, in one case.
#[derive(Clone, Debug)]
pub struct GroupProvider<'t> {
    /// When the provider is of this kind.
    pub when: Formula,
    /// `AutoScalingGroupProvider`.
    pub written: Expression<'t>,
    block: Choice<'t>,
}

/// Capacity provider associations, in one case.
#[derive(Clone, Debug)]
pub(super) struct Association<'t> {
    resource: Resource<'t>,
    cluster: ResourceId,
    properties: Choice<'t>,
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
    /// Everything in the templates that starts tasks and is able to switch ECS Exec on.
    #[must_use]
    pub fn launches(&self) -> Vec<Launch<'t>> {
        let mut launches = Vec::new();
        for resource in &self.resources {
            match resource.resource_type() {
                SERVICE => self.launches_of_service(resource, &mut launches),
                TASK_SET => self.launches_of_task_set(resource, &mut launches),
                "AWS::Events::Rule" => {
                    for targets in self.property(resource, &["Targets"]) {
                        for target in self.values.items(&targets) {
                            self.run_task(resource, &target, &["EcsParameters"], &target, &["Arn"], &mut launches);
                        }
                    }
                }
                "AWS::Scheduler::Schedule" => {
                    for target in self.property(resource, &["Target"]) {
                        self.run_task(resource, &target, &["EcsParameters"], &target, &["Arn"], &mut launches);
                    }
                }
                "AWS::Pipes::Pipe" => {
                    for properties in self.properties(resource) {
                        let parameters = &["TargetParameters", "EcsTaskParameters"];
                        self.run_task(resource, &properties, parameters, &properties, &["Target"], &mut launches);
                    }
                }
                _ => {}
            }
        }
        launches
    }

    fn launches_of_service(&self, service: &Resource<'t>, launches: &mut Vec<Launch<'t>>) {
        for properties in self.properties(service) {
            // With an external deployment controller a service starts nothing; its task sets do.
            let external = self.is_external(&properties);
            let when = self.values.formulas.and(properties.when, self.values.formulas.not(external));
            let settings = Choice { when, ..properties };
            if !self.values.possible(when) {
                continue;
            }
            let cluster = self.values.property(&settings, "Cluster");
            launches.push(Launch {
                path: LaunchPath::Service,
                resource: *service,
                owner: *service,
                when,
                settings,
                exec: settings,
                cluster,
            });
        }
    }

    fn is_external(&self, properties: &Choice<'t>) -> Formula {
        let types = self.values.path(properties, &["DeploymentController", "Type"]);
        let ways = types.iter().flat_map(|choice| self.values.cases_of(choice)).filter_map(|case| match &case.value {
            Value::Text(text) => Some(self.values.formulas.and(case.when, self.values.text_is(text, "EXTERNAL"))),
            _ => None,
        });
        self.values.formulas.any(ways.collect::<Vec<_>>())
    }

    fn launches_of_task_set(&self, task_set: &Resource<'t>, launches: &mut Vec<Launch<'t>>) {
        for settings in self.properties(task_set) {
            let services = self.values.property(&settings, "Service");
            for identity in services.iter().flat_map(|service| self.identify(service, SERVICES)) {
                let Some(service) = self.target(&identity) else { continue };
                for properties in self.properties(service) {
                    let when = self.values.formulas.all([settings.when, identity.when, properties.when]);
                    if !self.values.possible(when) {
                        continue;
                    }
                    let settings = Choice { when, ..settings };
                    launches.push(Launch {
                        path: LaunchPath::TaskSet,
                        resource: *task_set,
                        owner: *service,
                        when,
                        settings,
                        exec: Choice { when, ..properties },
                        cluster: self.values.property(&settings, "Cluster"),
                    });
                }
            }
        }
    }

    fn run_task(
        &self,
        resource: &Resource<'t>,
        target: &Choice<'t>,
        parameters: &[&str],
        cluster_of: &Choice<'t>,
        cluster: &[&str],
        launches: &mut Vec<Launch<'t>>,
    ) {
        for settings in self.values.path(target, parameters) {
            if settings.written().is_none() {
                continue;
            }
            let cluster = self.values.path(&Choice { when: settings.when, ..*cluster_of }, cluster);
            launches.push(Launch {
                path: LaunchPath::RunTask,
                resource: *resource,
                owner: *resource,
                when: settings.when,
                settings,
                exec: settings,
                cluster,
            });
        }
    }

    /// When a launch has ECS Exec switched on.
    #[must_use]
    pub fn exec(&self, launch: &Launch<'t>) -> Exec<'t> {
        let mut exec = Exec { on: Formula::FALSE, unknown: None, invalid: Formula::FALSE, written: None };
        let formulas = &self.values.formulas;
        for choice in self.values.property(&launch.exec, "EnableExecuteCommand") {
            for case in self.values.cases_of(&choice) {
                let on = match &case.value {
                    Value::Text(text) => match text.unknown() {
                        Some(why) => {
                            exec.add_unknown(case.when, why, |a, b| formulas.or(a, b));
                            Formula::FALSE
                        }
                        // CloudFormation takes a boolean's string in any of these spellings; witnesses prefer the last.
                        None => formulas.any(["TRUE", "True", "true"].map(|spelling| self.values.text_is(text, spelling))),
                    },
                    Value::Unknown(why) => {
                        exec.add_unknown(case.when, *why, |a, b| formulas.or(a, b));
                        Formula::FALSE
                    }
                    Value::Invalid => {
                        exec.invalid = formulas.or(exec.invalid, case.when);
                        Formula::FALSE
                    }
                    Value::Absent | Value::Structure(_) => Formula::FALSE,
                };
                let on = formulas.and(case.when, on);
                if on != Formula::FALSE || exec.unknown.is_some() {
                    exec.written = exec.written.or(choice.written());
                }
                exec.on = formulas.or(exec.on, on);
            }
        }
        exec
    }

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
                        Target::Resource(id) => Provider::Declared(*self.resource(*id)),
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
        for cluster in &launch.cluster {
            for identity in self.identify(cluster, CLUSTERS) {
                let when = formulas.and(when, identity.when);
                if !self.values.possible(when) {
                    continue;
                }
                let unknown = |why| Capacity { when, kind: CapacityKind::Unknown(why) };
                match identity.target {
                    Target::Resource(id) => self.default_of(launch, id, when, found),
                    // The cluster called `default` is nobody's resource, and its strategy nobody's business here.
                    Target::Name(_) | Target::Absent => found.push(unknown(Unknown::Elsewhere)),
                    Target::Unknown(why) => found.push(unknown(why)),
                }
            }
        }
    }

    fn default_of(&self, launch: &Launch<'t>, cluster: ResourceId, when: Formula, found: &mut Vec<Capacity<'t>>) {
        let formulas = &self.values.formulas;
        let mut rest = when;
        // PutClusterCapacityProviders replaces the cluster's own default, so the associations are asked first.
        for association in self.associations().iter().filter(|association| association.cluster == cluster) {
            if found.len() >= MAX_CASES {
                found.push(Capacity { when: rest, kind: CapacityKind::Unknown(Unknown::TooManyCases) });
                return;
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
        let declared = self.resource(cluster);
        for properties in self.properties(declared) {
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

    /// Whether the associations are in force when the launch begins.
    fn is_first(&self, launch: &Launch<'t>, associations: &Resource<'t>) -> Formula {
        // A task that an event starts is started when everything has long been created.
        if launch.path == LaunchPath::RunTask {
            return Formula::TRUE;
        }
        let formulas = &self.values.formulas;
        let (own, other) = (launch.resource.id, associations.id);
        let (ordered, reversed) = (self.created_after(own, other), self.created_after(other, own));
        // Where nothing orders them, CloudFormation creates them side by side.
        formulas.or(ordered, formulas.and(self.values.order(other, own), formulas.not(reversed)))
    }

    /// What the associations of the templates are associated with: clusters that the templates declare.
    fn associations(&self) -> &[Association<'t>] {
        self.associations.get_or_init(|| {
            let mut found = Vec::new();
            for resource in self.of_type(ASSOCIATIONS) {
                for properties in self.properties(resource) {
                    for named in self.values.property(&properties, "Cluster") {
                        for identity in self.identify(&named, CLUSTERS) {
                            if let Target::Resource(cluster) = identity.target {
                                let properties = Choice { when: identity.when, ..properties };
                                found.push(Association { resource: *resource, cluster, properties });
                            }
                        }
                    }
                }
            }
            found
        })
    }

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

    /// The groups behind a provider that the templates declare.
    #[must_use]
    pub fn groups(&self, provider: &GroupProvider<'t>, when: Formula) -> Vec<(Formula, Resource<'t>)> {
        let block = Choice { when: self.values.formulas.and(provider.when, when), ..provider.block };
        let names = self.values.property(&block, "AutoScalingGroupArn");
        let identities = names.iter().flat_map(|name| self.identify(name, GROUPS));
        identities.filter_map(|identity| Some((identity.when, *self.target(&identity)?))).collect()
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
            for image in self.property(declared, path) {
                if let Some(written) = image.written() {
                    images.push(Image { when: self.values.formulas.and(identity.when, image.when), written });
                }
            }
        }
    }
}

fn is_fargate(name: &Text) -> bool {
    name.known().is_some_and(|name| PROVIDERS.reserved.contains(&name))
}

impl Exec<'_> {
    fn add_unknown(&mut self, when: Formula, why: Unknown, or: impl Fn(Formula, Formula) -> Formula) {
        self.unknown = Some(match self.unknown {
            Some((before, first)) => (or(before, when), first),
            None => (when, why),
        });
    }
}
