//! cfn-lint's config file, for those who have one and none of ours.
//!
//! Rules that cfn-lint has and cfnvet does not may be named in it, so its rule names are not checked.

use super::file::{At, Entry, Reader, Reading, unknown};
use super::{KnownRule, Settings, agreed, severity};
use crate::diagnostic::Severity;

/// Every key that cfn-lint reads.
///
/// Source: cfn-lint 1.58.0, `data/CfnLintCli/config/schema.json`.
const KEYS: [&str; 22] = [
    "append_rules",
    "configure_rules",
    "custom_rules",
    "debug",
    "deployment_files",
    "format",
    "ignore_bad_template",
    "ignore_checks",
    "ignore_templates",
    "include_checks",
    "include_experimental",
    "mandatory_checks",
    "merge_configs",
    "non_zero_exit_code",
    "output_file",
    "override_spec",
    "parameter_files",
    "parameters",
    "regions",
    "registry_schemas",
    "template_parameters",
    "templates",
];

/// The words that cfn-lint has for its formats.
pub const CFN_LINT_FORMATS: [&str; 6] = ["quiet", "parseable", "json", "junit", "pretty", "sarif"];

/// The words that cfn-lint has for the level from which findings make it fail.
pub const CFN_LINT_EXIT_CODES: [&str; 4] = ["informational", "warning", "error", "none"];

/// The level that cfn-lint calls `word`; `None` for never.
#[must_use]
pub fn cfn_lint_fail_on(word: &str) -> Option<Severity> {
    if word == "informational" { Some(Severity::Info) } else { severity(word) }
}

/// Reads the text of a `.cfnlintrc`; each of its keys stands in place of what `under` says, which is the file of the home folder.
///
/// The keys mean what they mean to cfn-lint. Those that mean nothing to cfnvet make a warning.
#[must_use]
pub fn parse_cfnlintrc(text: &str, under: Settings) -> Reading {
    const NO_RULES: &[KnownRule] = &[];
    let mut reader = Reader::new(text, NO_RULES);
    reader.reading.settings = under;
    reader.reading.settings.exclude_named = true;
    if let Some(root) = reader.read("a mapping of cfn-lint's settings") {
        for entry in reader.entries("the file", &At { node: &root, steps: Vec::new() }, "a mapping of cfn-lint's settings") {
            setting(&mut reader, &entry);
        }
    }
    reader.finish()
}

fn setting(reader: &mut Reader, entry: &Entry) {
    let (name, at) = (entry.name.as_str(), &entry.value);
    match name {
        "ignore_checks" => reader.reading.settings.selection.config.ignore = words(reader, name, at, "a list of rules"),
        "mandatory_checks" => reader.reading.settings.selection.mandatory = words(reader, name, at, "a list of rules"),
        "include_checks" => {
            let included = words(reader, name, at, "a list of rules");
            // Rules of level info do not run for cfn-lint unless they are included.
            let info = included.iter().any(|check| check.starts_with('I'));
            reader.reading.settings.severity = if info { Severity::Info } else { Severity::Warning };
        }
        "configure_rules" => {
            let rules = reader.entries(name, at, "a mapping of rules to options");
            reader.reading.settings.rule_options = rules.into_iter().map(|rule| (rule.name, rule.value.node.to_json())).collect();
        }
        "regions" => reader.reading.settings.regions = reader.regions(name, at),
        "parameters" | "template_parameters" => {
            // cfn-lint wants a list of mappings, and checks with each.
            let sets: Vec<Vec<(String, String)>> = reader.items(at).iter().map(|set| reader.texts(name, set)).collect();
            reader.reading.settings.parameters = agreed(sets);
        }
        "parameter_files" | "deployment_files" => {
            let files = words(reader, name, at, "a list of files");
            reader.reading.settings.parameter_files.extend(files);
        }
        "registry_schemas" => reader.reading.settings.registry_schemas = words(reader, name, at, "a list of folders"),
        "override_spec" => reader.reading.settings.override_spec = reader.paths(name, at).into_iter().next(),
        "templates" => reader.reading.settings.run.templates = words(reader, name, at, "a list of globs"),
        "ignore_templates" => {
            // cfn-lint's globs begin in the current folder.
            let globs = words(reader, name, at, "a list of globs");
            let globs = globs.iter().map(|glob| format!("/{}", glob.trim_start_matches("./"))).collect();
            reader.reading.settings.exclude = globs;
        }
        "format" => {
            let word = reader.word(name, at, &CFN_LINT_FORMATS);
            reader.reading.settings.run.format = word;
        }
        "output_file" => {
            let file = reader.paths(name, at).into_iter().next();
            reader.reading.settings.run.output_file = file;
        }
        "non_zero_exit_code" => {
            if let Some(word) = reader.word(name, at, &CFN_LINT_EXIT_CODES) {
                reader.reading.settings.fail_on = cfn_lint_fail_on(&word);
            }
        }
        "include_experimental" => reader.reading.settings.include_experimental = reader.flag(name, at),
        // What the file and the template ignore always adds up here.
        "merge_configs" => {}
        _ if KEYS.contains(&name) => {
            reader.warning(&entry.key.steps, format!("`{name}` is left aside, cfnvet has nothing like it"));
        }
        _ => {
            let message = unknown("key", name, KEYS.into_iter(), "cfn-lint's keys are");
            reader.warning(&entry.key.steps, message);
        }
    }
}

fn words(reader: &mut Reader, name: &str, at: &At, expected: &str) -> Vec<String> {
    reader.words(name, at, expected).into_iter().map(|(word, _)| word).collect()
}
