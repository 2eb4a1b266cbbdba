//! Rules about Amazon ECS.

mod allowance;
mod batch_exec_without_prerequisites;
mod exec_on_asg_capacity_provider;
mod exec_on_asg_run_task;
mod exec_role_without_logging;
mod exec_role_without_ssmmessages;
mod exec_with_access_keys;
mod exec_with_readonly_root;
mod exec_without_task_role;
mod hazard;
mod incomplete_exec_logging;
mod task_role_ecs_cannot_assume;
mod unlogged_exec;

use super::Rule;

pub(super) const RULES: &[&Rule] = &[
    &batch_exec_without_prerequisites::RULE,
    &exec_on_asg_capacity_provider::RULE,
    &exec_on_asg_run_task::RULE,
    &exec_role_without_logging::RULE,
    &exec_role_without_ssmmessages::RULE,
    &exec_with_access_keys::RULE,
    &exec_with_readonly_root::RULE,
    &exec_without_task_role::RULE,
    &incomplete_exec_logging::RULE,
    &task_role_ecs_cannot_assume::RULE,
    &unlogged_exec::RULE,
];
