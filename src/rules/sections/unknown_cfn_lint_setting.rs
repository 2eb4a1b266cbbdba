//! `unknown-cfn-lint-setting`: a setting of cfn-lint's that does not exist.

use super::super::{Rule, Scope, Sink, Status};
use super::shape;
use crate::analysis::Analysis;
use crate::diagnostic::Severity;

pub(super) static RULE: Rule = Rule {
    code: "W4005",
    name: "unknown-cfn-lint-setting",
    severity: Severity::Warning,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/sections/unknown-cfn-lint-setting.md"),
    scope: Scope::Text,
    options: &[],
    check,
};

/// What cfn-lint 1.58.0 reads in a template.
const KNOWN: &[&str] = &[
    "append_rules",
    "configure_rules",
    "custom_rules",
    "ignore_bad_template",
    "ignore_checks",
    "include_checks",
    "include_experimental",
    "merge_configs",
    "override_spec",
    "parameter_files",
    "parameters",
    "regions",
];

const LISTS: &[&str] = &["append_rules", "ignore_checks", "include_checks", "regions"];
const BOOLEANS: &[&str] = &["ignore_bad_template", "include_experimental", "merge_configs"];

fn check(analysis: &Analysis, sink: &mut Sink) {
    let own = analysis.template.metadata.and_then(|metadata| metadata.get("cfn-lint"));
    if let Some(own) = own.filter(|own| !shape::is_plain_mapping(*own) && own.function().is_none()) {
        return sink.report(shape::wrong_kind("`cfn-lint`", "a mapping", own));
    }
    let Some(config) = own.and_then(|own| own.get("config")) else { return };
    if !shape::is_plain_mapping(config) {
        return sink.report(shape::wrong_kind("`config`", "a mapping", config));
    }
    for (name, entry) in shape::written(config) {
        if !KNOWN.contains(&name) {
            sink.report(shape::unknown_key("cfn-lint has no setting", config, entry.key, KNOWN));
        } else if LISTS.contains(&name) && !shape::is_plain_list(entry.value) {
            sink.report(shape::wrong_kind(&format!("`{name}`"), "a list", entry.value));
        } else if BOOLEANS.contains(&name) && !shape::is_bool(entry.value) {
            sink.report(shape::wrong_kind(&format!("`{name}`"), "`true` or `false`", entry.value));
        } else if name == "configure_rules" && !shape::is_plain_mapping(entry.value) {
            sink.report(shape::wrong_kind(&format!("`{name}`"), "a mapping", entry.value));
        }
    }
}
