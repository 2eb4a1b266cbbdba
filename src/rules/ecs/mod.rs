//! Rules about Amazon ECS.

mod drift_from_template;
mod exec_on_asg_capacity_provider;
mod exec_on_asg_run_task;
mod exec_task_failed_to_start;
mod hazard;
mod instance_without_exec;

use super::Rule;

pub(super) const RULES: &[&Rule] = &[
    &drift_from_template::RULE,
    &exec_on_asg_capacity_provider::RULE,
    &exec_on_asg_run_task::RULE,
    &exec_task_failed_to_start::RULE,
    &instance_without_exec::RULE,
];
