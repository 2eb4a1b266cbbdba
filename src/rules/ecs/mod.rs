//! Rules about Amazon ECS.

mod allowance;
mod batch_exec_without_prerequisites;
mod capacity_provider_before_cluster;
mod capacity_provider_in_several_clusters;
mod cluster_provider_cycle;
mod competing_capacity_provider_lists;
mod competing_scaling;
mod compute;
mod container_clash;
mod contradictory_capacity_provider;
mod daemon_with_strategy;
mod deployment_controller_conflict;
mod drift_from_template;
mod exec_behind_proxy;
mod exec_in_shared_pid_namespace;
mod exec_on_asg_capacity_provider;
mod exec_on_asg_run_task;
mod exec_on_doubtful_image;
mod exec_on_ipv6_only_subnet;
mod exec_on_old_platform_version;
mod exec_on_unsupported_windows;
mod exec_role_without_logging;
mod exec_role_without_ssmmessages;
mod exec_task_failed_to_start;
mod exec_with_access_keys;
mod exec_with_readonly_root;
mod exec_without_awsvpc;
mod exec_without_init_process;
mod exec_without_task_role;
mod fixed_size_managed_group;
mod group_behind_several_capacity_providers;
mod hazard;
mod impossible_container_dependency;
mod incompatible_task_definition;
mod incomplete_exec_logging;
mod instance_without_exec;
mod instances_before_provider;
mod instances_outside_cluster;
mod instances_that_cannot_register;
mod invalid_fargate_size;
mod launch_labels;
mod launch_type_with_strategy;
mod misplaced_service_role;
mod missing_circuit_breaker;
mod missing_execution_role;
mod mixed_capacity_strategy;
mod network_configuration_mismatch;
mod new_resource;
mod order;
mod placement_on_fargate;
mod platform_version_on_instances;
mod private_tasks_without_ssmmessages;
mod public_ip_on_instances;
mod reserved_capacity_provider_name;
mod reset_desired_count;
mod spread_with_spare_capacity;
mod stuck_deployment;
mod target_type_mismatch;
mod task_larger_than_instance;
mod task_role_ecs_cannot_assume;
mod termination_protection_on_unprotected_group;
mod termination_protection_without_scaling;
mod unattached_capacity_provider;
mod undefined_linked_container;
mod undefined_name;
mod undefined_port_name;
mod undefined_target_container;
mod undefined_volume;
mod unlogged_exec;
mod unordered_capacity_provider;
mod unordered_listener;
mod unsupported_network_mode;
mod unsupported_on_fargate;
mod unsupported_runtime_platform;
mod unusable_capacity_strategy;
mod unused_health_check_grace_period;
mod update_policy_with_scale_in_protection;
mod warm_pool_without_ecs_check;
mod weighted_instances;

use super::Rule;

pub(super) const RULES: &[&Rule] = &[
    &batch_exec_without_prerequisites::RULE,
    &capacity_provider_before_cluster::RULE,
    &capacity_provider_in_several_clusters::RULE,
    &cluster_provider_cycle::RULE,
    &competing_capacity_provider_lists::RULE,
    &competing_scaling::RULE,
    &container_clash::RULE,
    &contradictory_capacity_provider::RULE,
    &daemon_with_strategy::RULE,
    &deployment_controller_conflict::RULE,
    &drift_from_template::RULE,
    &exec_behind_proxy::RULE,
    &exec_in_shared_pid_namespace::RULE,
    &exec_on_asg_capacity_provider::RULE,
    &exec_on_asg_run_task::RULE,
    &exec_on_doubtful_image::RULE,
    &exec_on_ipv6_only_subnet::RULE,
    &exec_on_old_platform_version::RULE,
    &exec_on_unsupported_windows::RULE,
    &exec_role_without_logging::RULE,
    &exec_role_without_ssmmessages::RULE,
    &exec_task_failed_to_start::RULE,
    &exec_with_access_keys::RULE,
    &exec_with_readonly_root::RULE,
    &exec_without_awsvpc::RULE,
    &exec_without_init_process::RULE,
    &exec_without_task_role::RULE,
    &fixed_size_managed_group::RULE,
    &group_behind_several_capacity_providers::RULE,
    &impossible_container_dependency::RULE,
    &incompatible_task_definition::RULE,
    &incomplete_exec_logging::RULE,
    &instance_without_exec::RULE,
    &instances_before_provider::RULE,
    &instances_outside_cluster::RULE,
    &instances_that_cannot_register::RULE,
    &invalid_fargate_size::RULE,
    &launch_type_with_strategy::RULE,
    &misplaced_service_role::RULE,
    &missing_circuit_breaker::RULE,
    &missing_execution_role::RULE,
    &mixed_capacity_strategy::RULE,
    &network_configuration_mismatch::RULE,
    &placement_on_fargate::RULE,
    &platform_version_on_instances::RULE,
    &private_tasks_without_ssmmessages::RULE,
    &public_ip_on_instances::RULE,
    &reserved_capacity_provider_name::RULE,
    &reset_desired_count::RULE,
    &spread_with_spare_capacity::RULE,
    &stuck_deployment::RULE,
    &target_type_mismatch::RULE,
    &task_larger_than_instance::RULE,
    &task_role_ecs_cannot_assume::RULE,
    &termination_protection_on_unprotected_group::RULE,
    &termination_protection_without_scaling::RULE,
    &unattached_capacity_provider::RULE,
    &undefined_linked_container::RULE,
    &undefined_port_name::RULE,
    &undefined_target_container::RULE,
    &undefined_volume::RULE,
    &unlogged_exec::RULE,
    &unordered_capacity_provider::RULE,
    &unordered_listener::RULE,
    &unsupported_network_mode::RULE,
    &unsupported_on_fargate::RULE,
    &unsupported_runtime_platform::RULE,
    &unusable_capacity_strategy::RULE,
    &unused_health_check_grace_period::RULE,
    &update_policy_with_scale_in_protection::RULE,
    &warm_pool_without_ecs_check::RULE,
    &weighted_instances::RULE,
];
