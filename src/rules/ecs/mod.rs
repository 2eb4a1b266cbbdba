//! Rules about Amazon ECS.

mod container_clash;
mod deployment_controller_conflict;
mod exec_on_asg_capacity_provider;
mod exec_on_asg_run_task;
mod hazard;
mod impossible_container_dependency;
mod misplaced_service_role;
mod missing_circuit_breaker;
mod missing_execution_role;
mod reset_desired_count;
mod stuck_deployment;
mod undefined_linked_container;
mod undefined_name;
mod undefined_port_name;
mod undefined_target_container;
mod undefined_volume;
mod unordered_listener;
mod unused_health_check_grace_period;

use super::Rule;

pub(super) const RULES: &[&Rule] = &[
    &container_clash::RULE,
    &deployment_controller_conflict::RULE,
    &exec_on_asg_capacity_provider::RULE,
    &exec_on_asg_run_task::RULE,
    &impossible_container_dependency::RULE,
    &misplaced_service_role::RULE,
    &missing_circuit_breaker::RULE,
    &missing_execution_role::RULE,
    &reset_desired_count::RULE,
    &stuck_deployment::RULE,
    &undefined_linked_container::RULE,
    &undefined_port_name::RULE,
    &undefined_target_container::RULE,
    &undefined_volume::RULE,
    &unordered_listener::RULE,
    &unused_health_check_grace_period::RULE,
];
