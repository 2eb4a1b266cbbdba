//! Rules about Amazon ECS.

mod allowance;
mod batch_exec_without_prerequisites;
mod capacity_provider_before_cluster;
mod capacity_provider_in_several_clusters;
mod cluster_provider_cycle;
mod competing_capacity_provider_lists;
mod contradictory_capacity_provider;
mod daemon_with_strategy;
mod drift_from_template;
mod exec_on_asg_capacity_provider;
mod exec_on_asg_run_task;
mod exec_role_without_logging;
mod exec_role_without_ssmmessages;
mod exec_task_failed_to_start;
mod exec_with_access_keys;
mod exec_with_readonly_root;
mod exec_without_task_role;
mod group_behind_several_capacity_providers;
mod hazard;
mod incomplete_exec_logging;
mod instance_without_exec;
mod launch_type_with_strategy;
mod mixed_capacity_strategy;
mod order;
mod reserved_capacity_provider_name;
mod task_role_ecs_cannot_assume;
mod termination_protection_on_unprotected_group;
mod termination_protection_without_scaling;
mod unattached_capacity_provider;
mod unlogged_exec;
mod unordered_capacity_provider;
mod unusable_capacity_strategy;

use super::Rule;

pub(super) const RULES: &[&Rule] = &[
    &batch_exec_without_prerequisites::RULE,
    &capacity_provider_before_cluster::RULE,
    &capacity_provider_in_several_clusters::RULE,
    &cluster_provider_cycle::RULE,
    &competing_capacity_provider_lists::RULE,
    &contradictory_capacity_provider::RULE,
    &daemon_with_strategy::RULE,
    &drift_from_template::RULE,
    &exec_on_asg_capacity_provider::RULE,
    &exec_on_asg_run_task::RULE,
    &exec_role_without_logging::RULE,
    &exec_role_without_ssmmessages::RULE,
    &exec_task_failed_to_start::RULE,
    &exec_with_access_keys::RULE,
    &exec_with_readonly_root::RULE,
    &exec_without_task_role::RULE,
    &group_behind_several_capacity_providers::RULE,
    &incomplete_exec_logging::RULE,
    &instance_without_exec::RULE,
    &launch_type_with_strategy::RULE,
    &mixed_capacity_strategy::RULE,
    &reserved_capacity_provider_name::RULE,
    &task_role_ecs_cannot_assume::RULE,
    &termination_protection_on_unprotected_group::RULE,
    &termination_protection_without_scaling::RULE,
    &unattached_capacity_provider::RULE,
    &unlogged_exec::RULE,
    &unordered_capacity_provider::RULE,
    &unusable_capacity_strategy::RULE,
];
