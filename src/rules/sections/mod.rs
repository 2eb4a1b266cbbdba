//! Rules about the sections of a template: what each may hold, what it must, and how much of it.

mod attribute;
mod branches;
mod context;
mod context_without_reason;
mod disclosed_secret;
mod incomplete_output;
mod invalid_default;
mod invalid_deletion_policy;
mod invalid_export_name;
mod invalid_output_name;
mod invalid_output_value;
mod invalid_parameter_name;
mod invalid_parameter_value;
mod invalid_update_replace_policy;
mod large_template;
mod limit;
mod logic;
mod long_description;
mod long_mapping_name;
mod long_output_name;
mod long_parameter_name;
mod long_resource_name;
mod malformed_and;
mod malformed_assertion;
mod malformed_condition;
mod malformed_context;
mod malformed_creation_policy;
mod malformed_description;
mod malformed_equals;
mod malformed_init;
mod malformed_interface;
mod malformed_mapping;
mod malformed_metadata;
mod malformed_module;
mod malformed_not;
mod malformed_or;
mod malformed_output;
mod malformed_parameter;
mod malformed_resource_metadata;
mod malformed_rule;
mod malformed_rule_condition;
mod malformed_template;
mod malformed_transform;
mod malformed_update_policy;
mod many_mappings;
mod many_outputs;
mod many_parameters;
mod many_resources;
mod missing_context;
mod overlong_description;
mod overlong_mapping_name;
mod overlong_output;
mod overlong_parameter;
mod overlong_resource_name;
mod oversized_template;
mod policy;
mod re_exported_import;
mod shape;
mod shared_name;
mod too_many_mappings;
mod too_many_outputs;
mod too_many_parameters;
mod too_many_resources;
mod types;
mod undeclared_interface_parameter;
mod undeclared_output_condition;
mod undeclared_resource_condition;
mod undocumented_parameter_type;
mod unknown_cfn_lint_setting;
mod unknown_output_key;
mod unknown_parameter_type;
mod unreadable_pattern;

use super::Rule;

pub(super) const RULES: &[&Rule] = &[
    &context_without_reason::RULE,
    &disclosed_secret::RULE,
    &incomplete_output::RULE,
    &invalid_default::RULE,
    &invalid_deletion_policy::RULE,
    &invalid_export_name::RULE,
    &invalid_output_name::RULE,
    &invalid_parameter_name::RULE,
    &invalid_parameter_value::RULE,
    &invalid_update_replace_policy::RULE,
    &large_template::RULE,
    &long_description::RULE,
    &long_mapping_name::RULE,
    &long_output_name::RULE,
    &long_parameter_name::RULE,
    &long_resource_name::RULE,
    &malformed_assertion::RULE,
    &malformed_condition::RULE,
    &malformed_context::RULE,
    &malformed_creation_policy::RULE,
    &malformed_description::RULE,
    &malformed_init::RULE,
    &malformed_interface::RULE,
    &malformed_mapping::RULE,
    &malformed_metadata::RULE,
    &malformed_module::RULE,
    &malformed_output::RULE,
    &malformed_parameter::RULE,
    &malformed_resource_metadata::RULE,
    &malformed_rule::RULE,
    &malformed_rule_condition::RULE,
    &malformed_template::RULE,
    &malformed_transform::RULE,
    &malformed_update_policy::RULE,
    &many_mappings::RULE,
    &many_outputs::RULE,
    &many_parameters::RULE,
    &many_resources::RULE,
    &missing_context::RULE,
    &overlong_description::RULE,
    &overlong_mapping_name::RULE,
    &overlong_output::RULE,
    &overlong_parameter::RULE,
    &overlong_resource_name::RULE,
    &oversized_template::RULE,
    &re_exported_import::RULE,
    &shared_name::RULE,
    &too_many_mappings::RULE,
    &too_many_outputs::RULE,
    &too_many_parameters::RULE,
    &too_many_resources::RULE,
    &undeclared_interface_parameter::RULE,
    &undeclared_output_condition::RULE,
    &undeclared_resource_condition::RULE,
    &undocumented_parameter_type::RULE,
    &unknown_cfn_lint_setting::RULE,
    &unknown_output_key::RULE,
    &unknown_parameter_type::RULE,
    &unreadable_pattern::RULE,
];

/// Those that ask for the faults of calls.
pub(super) const OF_CALLS: &[&Rule] =
    &[&invalid_output_value::RULE, &malformed_and::RULE, &malformed_equals::RULE, &malformed_not::RULE, &malformed_or::RULE];
