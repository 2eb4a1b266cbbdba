//! Rules about Amazon ECS.

mod compute;
mod exec_on_asg_capacity_provider;
mod exec_on_asg_run_task;
mod hazard;
mod incompatible_task_definition;
mod network_configuration_mismatch;
mod placement_on_fargate;
mod unsupported_network_mode;

use super::Rule;

pub(super) const RULES: &[&Rule] = &[
    &exec_on_asg_capacity_provider::RULE,
    &exec_on_asg_run_task::RULE,
    &incompatible_task_definition::RULE,
    &unsupported_network_mode::RULE,
    &network_configuration_mismatch::RULE,
    &placement_on_fargate::RULE,
];
