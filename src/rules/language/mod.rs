//! Rules about the template language: what can be said before any resource type is asked.

mod cdk;
mod constant_comparisons;
mod half_protected_data;
mod hard_coded_partitions;
mod joins_without_delimiter;
mod needless_subs;
mod obsolete_depends_on;
mod serverless;
mod stateful;
mod unprotected_data;
mod unset_retention;
mod unsubstituted_variables;
mod untransformed_globals;
mod untransformed_serverless;
mod untransformed_serverless_attributes;
mod unused;
mod unused_conditions;
mod unused_mappings;
mod unused_parameters;

use super::Rule;

pub(super) const RULES: &[&Rule] = &[
    &constant_comparisons::RULE,
    &half_protected_data::RULE,
    &hard_coded_partitions::RULE,
    &joins_without_delimiter::RULE,
    &needless_subs::RULE,
    &obsolete_depends_on::RULE,
    &unprotected_data::RULE,
    &unset_retention::RULE,
    &unsubstituted_variables::RULE,
    &untransformed_globals::RULE,
    &untransformed_serverless::RULE,
    &untransformed_serverless_attributes::RULE,
    &unused_conditions::RULE,
    &unused_mappings::RULE,
    &unused_parameters::RULE,
];
