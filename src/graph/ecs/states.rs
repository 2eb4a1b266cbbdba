//! Tasks that a state machine starts: `ecs:runTask` in a definition that is written as a mapping, or as a string of JSON.
//!
//! `DefinitionUri` and `DefinitionS3Location` name files, which are not read.

use rustc_hash::FxHashSet;

use super::super::{Resource, ResourceGraph};
use super::{Launch, LaunchPath};
use crate::syntax::Node;
use crate::values::{Choice, Expression, Found};

/// The resource types that are state machines.
pub(super) const STATE_MACHINES: [&str; 2] = ["AWS::StepFunctions::StateMachine", "AWS::Serverless::StateMachine"];

/// The actions behind `arn:…:states:::` that start a task.
const RUN_TASK: [&str; 5] = [
    "ecs:runTask",
    "ecs:runTask.sync",
    "ecs:runTask.waitForTaskToken",
    "aws-sdk:ecs:runTask",
    "aws-sdk:ecs:runTask.waitForTaskToken",
];

/// What a state reads from its input, `Name.$`, leaves the capacity open.
const OPEN: [&str; 2] = ["LaunchType.$", "CapacityProviderStrategy.$"];

impl<'t> ResourceGraph<'t> {
    pub(super) fn launches_of_state_machine(&self, machine: &Resource<'t>, launches: &mut Vec<Launch<'t>>) {
        for properties in self.properties(machine) {
            let substitutions = self.values.property(&properties, "DefinitionSubstitutions");
            for definition in self.values.property(&properties, "Definition") {
                let Some(written) = definition.written() else { continue };
                self.values.substitute(written, &substitutions);
                self.launches_of_definition(machine, definition, launches);
            }
            for string in self.values.property(&properties, "DefinitionString") {
                if let Some(written) = string.written()
                    && let Some(definition) = self.values.embedded(written, &substitutions)
                {
                    let definition = Choice { when: string.when, found: Found::Written(definition) };
                    self.launches_of_definition(machine, definition, launches);
                }
            }
        }
    }

    fn launches_of_definition(&self, machine: &Resource<'t>, definition: Choice<'t>, launches: &mut Vec<Launch<'t>>) {
        for state in self.states(definition) {
            self.launches_of_state(machine, &state, launches);
        }
    }

    /// All states of a definition, those inside `Parallel` and `Map` states too.
    fn states(&self, definition: Choice<'t>) -> Vec<Choice<'t>> {
        let mut found = Vec::new();
        // Through aliases one state can stand in many places; once is enough.
        let mut seen = FxHashSet::default();
        let mut machines = vec![definition];
        while let Some(machine) = machines.pop() {
            if machine.written().is_none_or(|written| !seen.insert(written.node.id())) {
                continue;
            }
            for states in self.values.property(&machine, "States") {
                let Some(Expression { stack, node }) = states.written() else { continue };
                let entries = node.entries().filter(|_| node.function().is_none());
                for state in entries.flat_map(|entry| self.values.choices(Expression { stack, node: entry.value }, states.when)) {
                    for inner in ["Iterator", "ItemProcessor"] {
                        machines.extend(self.values.property(&state, inner));
                    }
                    for branches in self.values.property(&state, "Branches") {
                        machines.extend(self.values.items(&branches));
                    }
                    found.push(state);
                }
            }
        }
        found
    }

    fn launches_of_state(&self, machine: &Resource<'t>, state: &Choice<'t>, launches: &mut Vec<Launch<'t>>) {
        let runs_task = self.texts(state, "Resource").into_iter().filter(|(_, resource)| {
            resource.after_last(":states:::").is_some_and(|action| action.known().is_some_and(|it| RUN_TASK.contains(&it)))
        });
        let when = self.values.formulas.any(runs_task.map(|(when, _)| when).collect::<Vec<_>>());
        if !self.values.possible(when) {
            return;
        }
        let state = Choice { when, ..*state };
        for arguments in ["Parameters", "Arguments"] {
            for settings in self.values.property(&state, arguments) {
                let open = |node: Node| OPEN.iter().any(|name| node.get(name).is_some());
                if settings.written().is_none_or(|written| !written.node.is_mapping() || open(written.node)) {
                    continue;
                }
                launches.push(Launch {
                    path: LaunchPath::RunTask,
                    resource: *machine,
                    owner: *machine,
                    when: settings.when,
                    settings,
                    exec: settings,
                    cluster: self.values.property(&settings, "Cluster"),
                });
            }
        }
    }
}
