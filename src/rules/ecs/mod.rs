//! Rules about Amazon ECS.

mod capacity_provider_before_cluster;
mod capacity_provider_in_several_clusters;
mod cluster_provider_cycle;
mod competing_capacity_provider_lists;
mod contradictory_capacity_provider;
mod daemon_with_strategy;
mod drift_from_template;
mod exec_on_asg_capacity_provider;
mod exec_on_asg_run_task;
mod exec_task_failed_to_start;
mod group_behind_several_capacity_providers;
mod hazard;
mod instance_without_exec;
mod launch_type_with_strategy;
mod mixed_capacity_strategy;
mod order;
mod reserved_capacity_provider_name;
mod termination_protection_on_unprotected_group;
mod termination_protection_without_scaling;
mod unattached_capacity_provider;
mod unordered_capacity_provider;
mod unusable_capacity_strategy;

use super::Rule;

pub(super) const RULES: &[&Rule] = &[
    &capacity_provider_before_cluster::RULE,
    &capacity_provider_in_several_clusters::RULE,
    &cluster_provider_cycle::RULE,
    &competing_capacity_provider_lists::RULE,
    &contradictory_capacity_provider::RULE,
    &daemon_with_strategy::RULE,
    &drift_from_template::RULE,
    &exec_on_asg_capacity_provider::RULE,
    &exec_on_asg_run_task::RULE,
    &exec_task_failed_to_start::RULE,
    &group_behind_several_capacity_providers::RULE,
    &instance_without_exec::RULE,
    &launch_type_with_strategy::RULE,
    &mixed_capacity_strategy::RULE,
    &reserved_capacity_provider_name::RULE,
    &termination_protection_on_unprotected_group::RULE,
    &termination_protection_without_scaling::RULE,
    &unattached_capacity_provider::RULE,
    &unordered_capacity_provider::RULE,
    &unusable_capacity_strategy::RULE,
];
