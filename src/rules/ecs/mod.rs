//! Rules about Amazon ECS.

mod capacity_provider_before_cluster;
mod capacity_provider_in_several_clusters;
mod cluster_provider_cycle;
mod competing_capacity_provider_lists;
mod contradictory_capacity_provider;
mod daemon_with_strategy;
mod exec_on_asg_capacity_provider;
mod exec_on_asg_run_task;
mod group_behind_several_capacity_providers;
mod hazard;
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
    &exec_on_asg_capacity_provider::RULE,
    &exec_on_asg_run_task::RULE,
    &launch_type_with_strategy::RULE,
    &mixed_capacity_strategy::RULE,
    &unusable_capacity_strategy::RULE,
    &unordered_capacity_provider::RULE,
    &unattached_capacity_provider::RULE,
    &reserved_capacity_provider_name::RULE,
    &termination_protection_without_scaling::RULE,
    &termination_protection_on_unprotected_group::RULE,
    &cluster_provider_cycle::RULE,
    &daemon_with_strategy::RULE,
    &capacity_provider_in_several_clusters::RULE,
    &competing_capacity_provider_lists::RULE,
    &contradictory_capacity_provider::RULE,
    &group_behind_several_capacity_providers::RULE,
    &capacity_provider_before_cluster::RULE,
];
