//! Rules about Amazon ECS.

mod compute;
mod exec_on_asg_capacity_provider;
mod exec_on_asg_run_task;
mod hazard;
mod incompatible_task_definition;
mod invalid_fargate_size;
mod network_configuration_mismatch;
mod placement_on_fargate;
mod platform_version_on_instances;
mod public_ip_on_instances;
mod target_type_mismatch;
mod unsupported_network_mode;
mod unsupported_on_fargate;
mod unsupported_runtime_platform;

use super::Rule;

pub(super) const RULES: &[&Rule] = &[
    &exec_on_asg_capacity_provider::RULE,
    &exec_on_asg_run_task::RULE,
    &incompatible_task_definition::RULE,
    &unsupported_network_mode::RULE,
    &network_configuration_mismatch::RULE,
    &placement_on_fargate::RULE,
    &invalid_fargate_size::RULE,
    &public_ip_on_instances::RULE,
    &target_type_mismatch::RULE,
    &unsupported_on_fargate::RULE,
    &platform_version_on_instances::RULE,
    &unsupported_runtime_platform::RULE,
];
