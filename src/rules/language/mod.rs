//! Rules about the template language: what can be said before any resource type is asked.

pub(super) mod calls;
pub(super) mod cdk;
mod circular_dependencies;
mod constant_comparisons;
mod constant_conditions;
mod defaults_against_assertions;
mod exposed_passwords;
mod half_protected_data;
mod hard_coded_partitions;
mod hard_coded_zones;
mod ignored_serverless_attributes;
mod impossible_loops;
mod invalid_base64;
mod invalid_cidr;
mod invalid_find_in_map;
mod invalid_get_att;
mod invalid_get_azs;
mod invalid_get_stack_output;
mod invalid_globals;
mod invalid_if;
mod invalid_import_value;
mod invalid_join;
mod invalid_length;
mod invalid_select;
mod invalid_split;
mod invalid_sub;
mod invalid_to_json_string;
mod joins_without_delimiter;
mod local_artifacts;
mod malformed_dynamic_references;
pub(super) mod meant;
mod misplaced_secrets;
mod misplaced_secure_strings;
mod misplaced_stored_values;
mod needless_subs;
mod obsolete_depends_on;
mod passwords;
mod paths;
pub(super) mod place;
mod quoted_pseudo_parameters;
mod references_to_missing_resources;
mod secret_parameters;
mod secrets_for_arns;
mod serverless;
mod spaced_dynamic_references;
mod stateful;
mod undeclared_dependencies;
mod undeclared_references;
mod unprotected_data;
mod unreachable_branches;
mod unset_retention;
mod unsubstituted_variables;
mod untransformed_loops;
mod untransformed_serverless;
mod untransformed_serverless_attributes;
mod untyped_image_ids;
mod unused;
mod unused_conditions;
mod unused_mappings;
mod unused_parameters;
mod unused_sub_variables;
mod values_that_name_nothing;

use super::Rule;

pub(super) use calls::{in_conditions, in_outputs};

pub(super) const RULES: &[&Rule] = &[
    &constant_comparisons::RULE,
    &exposed_passwords::RULE,
    &half_protected_data::RULE,
    &hard_coded_partitions::RULE,
    &hard_coded_zones::RULE,
    &ignored_serverless_attributes::RULE,
    &impossible_loops::RULE,
    &invalid_globals::RULE,
    &joins_without_delimiter::RULE,
    &local_artifacts::RULE,
    &malformed_dynamic_references::RULE,
    &misplaced_secrets::RULE,
    &misplaced_secure_strings::RULE,
    &misplaced_stored_values::RULE,
    &needless_subs::RULE,
    &secret_parameters::RULE,
    &secrets_for_arns::RULE,
    &spaced_dynamic_references::RULE,
    &unprotected_data::RULE,
    &unsubstituted_variables::RULE,
    &untransformed_loops::RULE,
    &untransformed_serverless::RULE,
    &untransformed_serverless_attributes::RULE,
    &untyped_image_ids::RULE,
    &unused_conditions::RULE,
    &unused_mappings::RULE,
    &unused_parameters::RULE,
    &unused_sub_variables::RULE,
    &values_that_name_nothing::RULE,
];

/// Those about calls of functions, which ask for the faults of calls and of resources.
pub(super) const OF_FAULTS: &[&Rule] = &[
    &invalid_base64::RULE,
    &invalid_cidr::RULE,
    &invalid_find_in_map::RULE,
    &invalid_get_att::RULE,
    &invalid_get_azs::RULE,
    &invalid_get_stack_output::RULE,
    &invalid_if::RULE,
    &invalid_import_value::RULE,
    &invalid_join::RULE,
    &invalid_length::RULE,
    &invalid_select::RULE,
    &invalid_split::RULE,
    &invalid_sub::RULE,
    &invalid_to_json_string::RULE,
    &quoted_pseudo_parameters::RULE,
    &undeclared_references::RULE,
];

/// Those that ask for the graph or its values.
pub(super) const OF_GRAPH: &[&Rule] = &[
    &circular_dependencies::RULE,
    &constant_conditions::RULE,
    &defaults_against_assertions::RULE,
    &obsolete_depends_on::RULE,
    &references_to_missing_resources::RULE,
    &undeclared_dependencies::RULE,
    &unreachable_branches::RULE,
    &unset_retention::RULE,
];
