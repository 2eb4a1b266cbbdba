//! Task definitions that run with ECS Exec on.

use super::super::{Resource, ResourceGraph};
use super::{Exec, Launch, TaskDefinition};
use crate::text::Place;
use crate::values::{Choice, Formula};

/// A task definition that something runs with ECS Exec on.
#[derive(Clone, Debug)]
pub struct ExecTask<'t> {
    /// The definition, where anything runs it.
    pub definition: TaskDefinition<'t>,
    /// When ECS Exec is on for at least one of its tasks.
    pub on: Formula,
    /// What runs it with ECS Exec on.
    pub launches: Vec<ExecLaunch<'t>>,
}

/// A launch with ECS Exec on.
#[derive(Clone, Debug)]
pub struct ExecLaunch<'t> {
    /// The launch.
    pub launch: Launch<'t>,
    /// Its switch.
    pub exec: Exec<'t>,
    /// When it starts tasks of the definition.
    pub exists: Formula,
    /// When it does with ECS Exec on.
    pub on: Formula,
}

impl<'t> ResourceGraph<'t> {
    /// The launches that can have ECS Exec on.
    #[must_use]
    pub fn exec_launches(&self) -> Vec<ExecLaunch<'t>> {
        let formulas = &self.values.formulas;
        let launches = self.launches().into_iter().filter_map(|launch| {
            let exec = self.exec(&launch);
            let on = formulas.and(launch.when, exec.on);
            let exists = formulas.and(launch.when, formulas.not(exec.invalid));
            self.values.possible(on).then_some(ExecLaunch { launch, exec, exists, on })
        });
        launches.collect()
    }

    /// The task definitions of the templates that run with ECS Exec on, each once.
    #[must_use]
    pub fn exec_tasks(&self) -> Vec<ExecTask<'t>> {
        let formulas = &self.values.formulas;
        let mut tasks: Vec<ExecTask<'t>> = Vec::new();
        for found in self.exec_launches() {
            for definition in self.task_definitions_of(&found.launch) {
                let exists = formulas.and(found.exists, definition.when);
                let on = formulas.and(found.on, definition.when);
                if !self.values.possible(on) {
                    continue;
                }
                let launch = ExecLaunch { exists, on, ..found.clone() };
                let same = |task: &&mut ExecTask<'t>| {
                    let known = &task.definition;
                    known.resource.id == definition.resource.id && known.properties.found == definition.properties.found
                };
                match tasks.iter_mut().find(same) {
                    Some(task) => {
                        task.on = formulas.or(task.on, on);
                        task.definition.when = formulas.or(task.definition.when, exists);
                        task.launches.push(launch);
                    }
                    None => {
                        let definition = TaskDefinition { when: exists, ..definition };
                        tasks.push(ExecTask { definition, on, launches: vec![launch] });
                    }
                }
            }
        }
        for task in &mut tasks {
            task.definition.properties = Choice { when: task.definition.when, ..task.definition.properties };
        }
        tasks
    }

    /// Where a launch switches ECS Exec on.
    #[must_use]
    pub fn exec_switch(&self, launch: &ExecLaunch<'t>) -> Place {
        launch.exec.written.map_or_else(|| launch.launch.owner.place(), |written| self.entry_span(written.node))
    }
}

impl<'t> ExecTask<'t> {
    /// The resource that switches ECS Exec on; the first one where there are several.
    #[must_use]
    pub fn owner(&self) -> Option<Resource<'t>> {
        self.launches.first().map(|launch| launch.launch.owner)
    }
}
