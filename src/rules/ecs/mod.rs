//! Rules about Amazon ECS.

mod exec_on_asg_capacity_provider;
mod exec_on_asg_run_task;
mod exec_with_access_keys;
mod exec_with_readonly_root;
mod hazard;

use super::Rule;

pub(super) const RULES: &[&Rule] = &[
    &exec_on_asg_capacity_provider::RULE,
    &exec_on_asg_run_task::RULE,
    &exec_with_access_keys::RULE,
    &exec_with_readonly_root::RULE,
];
