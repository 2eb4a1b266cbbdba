//! Rules about Amazon ECS.

mod exec_on_asg_capacity_provider;
mod exec_on_asg_run_task;
mod hazard;
mod undefined_linked_container;
mod undefined_name;
mod undefined_port_name;
mod undefined_target_container;
mod undefined_volume;

use super::Rule;

pub(super) const RULES: &[&Rule] = &[
    &exec_on_asg_capacity_provider::RULE,
    &exec_on_asg_run_task::RULE,
    &undefined_linked_container::RULE,
    &undefined_port_name::RULE,
    &undefined_target_container::RULE,
    &undefined_volume::RULE,
];
