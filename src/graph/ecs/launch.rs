//! What starts tasks, and whether ECS Exec is on.

use super::super::identity::NamedBy;
use super::super::{Resource, ResourceGraph};
use super::states::STATE_MACHINES;
use super::{SERVICE, TASK_SET};
use crate::values::{Choice, Expression, Formula, Unknown, Value};

pub(super) const SERVICES: NamedBy =
    NamedBy { resource_type: SERVICE, property: "ServiceName", arn_marker: "service/", reserved: &[] };

/// How tasks are started.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LaunchPath {
    /// By a service.
    Service,
    /// By a task set of a service with an external deployment controller.
    TaskSet,
    /// By `RunTask`: an EventBridge rule, a schedule, a pipe, a state machine.
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
    pub settings: Choice<'t>,
    /// The mapping that holds `EnableExecuteCommand`.
    pub(super) exec: Choice<'t>,
    /// The cluster's name or ARN.
    pub cluster: Vec<Choice<'t>>,
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

impl<'t> ResourceGraph<'t> {
    /// Everything in the templates that starts tasks and is able to switch ECS Exec on.
    #[must_use]
    pub fn launches(&self) -> Vec<Launch<'t>> {
        let mut launches = Vec::new();
        for resource in &self.resources() {
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
                resource_type if STATE_MACHINES.contains(&resource_type) => {
                    self.launches_of_state_machine(resource, &mut launches);
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
                for properties in self.properties(&service) {
                    let when = self.values.formulas.all([settings.when, identity.when, properties.when]);
                    if !self.values.possible(when) {
                        continue;
                    }
                    let settings = Choice { when, ..settings };
                    launches.push(Launch {
                        path: LaunchPath::TaskSet,
                        resource: *task_set,
                        owner: service,
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
}

impl Exec<'_> {
    fn add_unknown(&mut self, when: Formula, why: Unknown, or: impl Fn(Formula, Formula) -> Formula) {
        self.unknown = Some(match self.unknown {
            Some((before, first)) => (or(before, when), first),
            None => (when, why),
        });
    }
}
