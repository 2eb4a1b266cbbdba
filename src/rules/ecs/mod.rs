//! Rules about Amazon ECS.

mod competing_scaling;
mod exec_on_asg_capacity_provider;
mod exec_on_asg_run_task;
mod exec_on_doubtful_image;
mod exec_on_ipv6_only_subnet;
mod exec_on_old_platform_version;
mod fixed_size_managed_group;
mod hazard;
mod instances_before_provider;
mod instances_without_profile;
mod spread_with_spare_capacity;
mod update_policy_with_scale_in_protection;
mod warm_pool_without_ecs_check;
mod weighted_instances;

use super::Rule;

pub(super) const RULES: &[&Rule] = &[
    &competing_scaling::RULE,
    &exec_on_asg_capacity_provider::RULE,
    &exec_on_asg_run_task::RULE,
    &exec_on_doubtful_image::RULE,
    &exec_on_ipv6_only_subnet::RULE,
    &exec_on_old_platform_version::RULE,
    &fixed_size_managed_group::RULE,
    &instances_before_provider::RULE,
    &instances_without_profile::RULE,
    &spread_with_spare_capacity::RULE,
    &update_policy_with_scale_in_protection::RULE,
    &warm_pool_without_ecs_check::RULE,
    &weighted_instances::RULE,
];
