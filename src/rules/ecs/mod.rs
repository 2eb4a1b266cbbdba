//! Rules about Amazon ECS.

mod exec_on_asg_capacity_provider;
mod exec_on_asg_run_task;
mod exec_on_doubtful_image;
mod exec_on_ipv6_only_subnet;
mod exec_on_old_platform_version;
mod hazard;

use super::Rule;

pub(super) const RULES: &[&Rule] = &[
    &exec_on_asg_capacity_provider::RULE,
    &exec_on_asg_run_task::RULE,
    &exec_on_doubtful_image::RULE,
    &exec_on_ipv6_only_subnet::RULE,
    &exec_on_old_platform_version::RULE,
];
