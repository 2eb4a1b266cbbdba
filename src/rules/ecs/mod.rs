//! Rules about Amazon ECS.

mod competing_scaling;
mod exec_behind_proxy;
mod exec_in_shared_pid_namespace;
mod exec_on_asg_capacity_provider;
mod exec_on_asg_run_task;
mod exec_on_doubtful_image;
mod exec_on_ipv6_only_subnet;
mod exec_on_old_platform_version;
mod exec_on_unsupported_windows;
mod exec_role_without_ssmmessages;
mod exec_with_access_keys;
mod exec_with_readonly_root;
mod exec_without_awsvpc;
mod exec_without_init_process;
mod exec_without_task_role;
mod fixed_size_managed_group;
mod hazard;
mod instances_before_provider;
mod instances_outside_cluster;
mod instances_that_cannot_register;
mod launch_labels;
mod private_tasks_without_ssmmessages;
mod spread_with_spare_capacity;
mod task_role_ecs_cannot_assume;
mod update_policy_with_scale_in_protection;
mod warm_pool_without_ecs_check;
mod weighted_instances;

use super::Rule;

pub(super) const RULES: &[&Rule] = &[
    &competing_scaling::RULE,
    &exec_behind_proxy::RULE,
    &exec_in_shared_pid_namespace::RULE,
    &exec_on_asg_capacity_provider::RULE,
    &exec_on_asg_run_task::RULE,
    &exec_on_doubtful_image::RULE,
    &exec_on_ipv6_only_subnet::RULE,
    &exec_on_old_platform_version::RULE,
    &exec_on_unsupported_windows::RULE,
    &exec_role_without_ssmmessages::RULE,
    &exec_with_access_keys::RULE,
    &exec_with_readonly_root::RULE,
    &exec_without_awsvpc::RULE,
    &exec_without_init_process::RULE,
    &exec_without_task_role::RULE,
    &fixed_size_managed_group::RULE,
    &instances_before_provider::RULE,
    &instances_outside_cluster::RULE,
    &instances_that_cannot_register::RULE,
    &private_tasks_without_ssmmessages::RULE,
    &spread_with_spare_capacity::RULE,
    &task_role_ecs_cannot_assume::RULE,
    &update_policy_with_scale_in_protection::RULE,
    &warm_pool_without_ecs_check::RULE,
    &weighted_instances::RULE,
];
