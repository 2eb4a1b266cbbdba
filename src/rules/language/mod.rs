//! Rules about the template language: what can be said before any resource type is asked.

mod ambiguous_names;
mod calls;
mod cdk;
mod circular_dependencies;
mod constant_comparisons;
mod echoed_secrets;
mod entries;
mod half_protected_data;
mod hard_coded_partitions;
mod hard_coded_zones;
mod invalid_and;
mod invalid_base64;
mod invalid_cidr;
mod invalid_conditions;
mod invalid_deletion_policies;
mod invalid_equals;
mod invalid_export_names;
mod invalid_find_in_map;
mod invalid_get_att;
mod invalid_get_azs;
mod invalid_import_value;
mod invalid_join;
mod invalid_mappings;
mod invalid_not;
mod invalid_or;
mod invalid_output_values;
mod invalid_outputs;
mod invalid_parameters;
mod invalid_select;
mod invalid_split;
mod invalid_update_replace_policies;
mod joins_without_delimiter;
mod local_artifacts;
mod meant;
mod misplaced_secure_strings;
mod missing_output_values;
mod obsolete_depends_on;
mod parameter_types;
mod passed_on_imports;
mod passwords;
mod paths;
mod place;
mod quoted_pseudo_parameters;
mod references_to_missing_resources;
mod serverless;
mod snapshots;
mod stateful;
mod undeclared_dependencies;
mod undeclared_output_conditions;
mod undeclared_references;
mod undeclared_resource_conditions;
mod undocumented_parameter_types;
mod unknown_parameter_types;
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
mod unused_sub_variables;

use super::Rule;

pub(super) const RULES: &[&Rule] = &[
    &ambiguous_names::RULE,
    &circular_dependencies::RULE,
    &constant_comparisons::RULE,
    &echoed_secrets::RULE,
    &half_protected_data::RULE,
    &hard_coded_partitions::RULE,
    &hard_coded_zones::RULE,
    &invalid_and::RULE,
    &invalid_base64::RULE,
    &invalid_cidr::RULE,
    &invalid_conditions::RULE,
    &invalid_deletion_policies::RULE,
    &invalid_equals::RULE,
    &invalid_export_names::RULE,
    &invalid_find_in_map::RULE,
    &invalid_get_att::RULE,
    &invalid_get_azs::RULE,
    &invalid_import_value::RULE,
    &invalid_join::RULE,
    &invalid_mappings::RULE,
    &invalid_not::RULE,
    &invalid_or::RULE,
    &invalid_output_values::RULE,
    &invalid_outputs::RULE,
    &invalid_parameters::RULE,
    &invalid_select::RULE,
    &invalid_split::RULE,
    &invalid_update_replace_policies::RULE,
    &joins_without_delimiter::RULE,
    &local_artifacts::RULE,
    &misplaced_secure_strings::RULE,
    &missing_output_values::RULE,
    &obsolete_depends_on::RULE,
    &passed_on_imports::RULE,
    &quoted_pseudo_parameters::RULE,
    &references_to_missing_resources::RULE,
    &undeclared_dependencies::RULE,
    &undeclared_output_conditions::RULE,
    &undeclared_references::RULE,
    &undeclared_resource_conditions::RULE,
    &undocumented_parameter_types::RULE,
    &unknown_parameter_types::RULE,
    &unprotected_data::RULE,
    &unset_retention::RULE,
    &unsubstituted_variables::RULE,
    &untransformed_globals::RULE,
    &untransformed_serverless::RULE,
    &untransformed_serverless_attributes::RULE,
    &unused_conditions::RULE,
    &unused_mappings::RULE,
    &unused_parameters::RULE,
    &unused_sub_variables::RULE,
];
