//! cfn-lint's config file, for those who have one and none of ours.
//!
//! Rules that cfn-lint has and cfnvet does not may be named in it, so its rule names are not checked; nor are its keys.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::file::{Words, settings_from};
use super::{ConfigError, Settings};
use crate::diagnostic::Severity;

/// The settings that the text of a `.cfnlintrc` makes.
///
/// `ignore_checks`, `mandatory_checks`, `configure_rules` and `regions` mean what they mean to cfn-lint. `include_checks` shows
/// findings of level info where it names such rules (`I`, `I3042`). The other keys are about cfn-lint itself.
///
/// # Errors
///
/// Where the text is not YAML, or one of these keys has a value of the wrong kind.
pub fn parse_cfnlintrc(text: &str) -> Result<Settings, ConfigError> {
    settings_from(text, |file: File| {
        let mut settings = Settings::default();
        let mut ignore = file.ignore_checks.0;
        ignore.retain(|check| !file.mandatory_checks.0.contains(check));
        settings.selection.config.ignore = ignore;
        settings.mandatory = file.mandatory_checks.0;
        if file.include_checks.0.iter().any(|check| check.starts_with('I')) {
            settings.severity = Severity::Info;
        }
        settings.rule_options = file.configure_rules.unwrap_or_default();
        settings.regions = file.regions.0;
        // cfn-lint's word for all regions it knows.
        settings.regions.retain(|region| region != "ALL_REGIONS");
        settings
    })
}

#[derive(Deserialize)]
#[serde(default, expecting = "a mapping of cfn-lint's settings")]
#[derive(Default)]
struct File {
    ignore_checks: Words,
    include_checks: Words,
    mandatory_checks: Words,
    configure_rules: Option<BTreeMap<String, serde_json::Value>>,
    regions: Words,
}
