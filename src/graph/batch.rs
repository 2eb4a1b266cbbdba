//! AWS Batch: the tasks that a job definition describes.

use super::{Resource, ResourceGraph};
use crate::values::{Choice, Formula, Value};

/// `AWS::Batch::JobDefinition`
pub const JOB_DEFINITION: &str = "AWS::Batch::JobDefinition";

/// A task of a job, in one case.
#[derive(Clone, Debug)]
pub struct JobTask<'t> {
    /// The job definition.
    pub definition: Resource<'t>,
    /// The mapping that holds `EnableExecuteCommand` and the role.
    pub task: Choice<'t>,
    /// The name of the property that names the role: `JobRoleArn` or `TaskRoleArn`.
    pub role: &'static str,
    /// Its containers.
    pub containers: Vec<Choice<'t>>,
    /// When it runs on AWS Fargate.
    pub on_fargate: Formula,
}

impl<'t> ResourceGraph<'t> {
    /// The tasks of all job definitions that run containers of ECS, those of each node of a multi-node job included.
    #[must_use]
    pub fn job_tasks(&self) -> Vec<JobTask<'t>> {
        let mut found = Vec::new();
        for definition in self.resources().into_iter().filter(|resource| resource.resource_type() == JOB_DEFINITION) {
            for properties in self.properties(&definition) {
                let on_fargate = self.lists(&properties, "PlatformCapabilities", "FARGATE");
                let mut add = |task: Choice<'t>, role, containers| {
                    if task.written().is_some() && self.values.possible(task.when) {
                        found.push(JobTask { definition, task, role, containers, on_fargate });
                    }
                };
                let ranges = self.values.path(&properties, &["NodeProperties", "NodeRangeProperties"]);
                let nodes: Vec<Choice> = ranges.iter().flat_map(|list| self.values.items(list)).collect();
                let mut single = self.values.property(&properties, "ContainerProperties");
                single.extend(nodes.iter().flat_map(|node| self.values.property(node, "Container")));
                for task in single {
                    add(task, "JobRoleArn", vec![task]);
                }
                let lists = std::iter::once(&properties).chain(&nodes);
                let lists = lists.flat_map(|holder| self.values.path(holder, &["EcsProperties", "TaskProperties"]));
                for task in lists.flat_map(|list| self.values.items(&list)) {
                    let containers = self.values.property(&task, "Containers");
                    let containers = containers.iter().flat_map(|list| self.values.items(list)).collect();
                    add(task, "TaskRoleArn", containers);
                }
            }
        }
        found
    }

    /// When a list has the given string for certain.
    fn lists(&self, mapping: &Choice<'t>, property: &str, literal: &str) -> Formula {
        let formulas = &self.values.formulas;
        let lists = self.values.property(mapping, property);
        let items = lists.iter().flat_map(|list| self.values.items(list));
        let ways = items.flat_map(|item| self.values.cases_of(&item)).filter_map(|case| match &case.value {
            Value::Text(text) if text.unknown().is_none() => Some(formulas.and(case.when, self.values.text_is(text, literal))),
            _ => None,
        });
        formulas.any(ways.collect::<Vec<_>>())
    }
}
