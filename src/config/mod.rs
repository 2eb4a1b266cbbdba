//! What the user wants: the settings that rules and reports see, merged from the config file and the command line.
//!
//! Where a config file is found is in `discover`; which rules exist is in `rules`, so names are checked there against
//! [`Settings::rule_names`].

mod baseline;
mod cfnlintrc;
mod day;
mod file;
mod globs;
mod keys;
mod node;
mod options;
mod parameters;
mod regions;
mod selection;

use std::collections::BTreeMap;
use std::sync::Arc;

pub use baseline::{Baseline, BaselineEntry};
pub use cfnlintrc::{CFN_LINT_EXIT_CODES, CFN_LINT_FORMATS, cfn_lint_fail_on, parse_cfnlintrc};
pub use day::Day;
pub use file::{ConfigError, Reading, parse};
pub use globs::{path_glob, path_globs};
pub use keys::{schema, starter};
pub use options::{OptionFault, OptionShape, RuleOption};
pub use parameters::{ParameterFile, ValueFile, parse_parameters};
pub use regions::{REGIONS, RegionFault, region};
pub use selection::{Selection, Selectors, matches, nearest};

use crate::diagnostic::Severity;

/// The name of the config file.
pub const FILE_NAME: &str = ".cfnvet.yaml";

/// The names of cfn-lint's config file, which is read where there is none of ours.
pub const CFNLINTRC_NAMES: [&str; 3] = [".cfnlintrc", ".cfnlintrc.yaml", ".cfnlintrc.yml"];

/// A rule as the config knows it: what it is called, and the options it has.
#[derive(Clone, Copy, Debug)]
pub struct KnownRule {
    /// Its code.
    pub code: &'static str,
    /// Its name.
    pub name: &'static str,
    /// Its options.
    pub options: &'static [RuleOption],
}

/// What a rule's severity is set to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// The rule does not run.
    Off,
    /// Its findings have this severity.
    At(Severity),
}

impl Level {
    /// The level called `word` in the config.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        if word.eq_ignore_ascii_case("off") { Some(Self::Off) } else { severity(word).map(Self::At) }
    }
}

/// The severity called `word` in the config and on the command line.
#[must_use]
pub fn severity(word: &str) -> Option<Severity> {
    [Severity::Info, Severity::Warning, Severity::Error].into_iter().find(|level| level.as_str().eq_ignore_ascii_case(word))
}

/// How templates given together are linked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Workspace {
    /// Not: an import is not known.
    Off,
    /// An import finds its export; one that finds none may come from elsewhere.
    Open,
    /// There is nothing elsewhere: an import that finds no export is wrong.
    Closed,
}

/// Everything that decides what is reported for a template.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// Which rules run.
    pub selection: Selection,
    /// The file of findings that are not reported again; `discover` makes it a path from the current folder.
    pub baseline: Option<String>,
    /// Findings below this are not reported.
    pub severity: Severity,
    /// A finding from this level on makes the run fail; `None` for none.
    pub fail_on: Option<Severity>,
    /// What rules are set to, by code or name as written.
    pub severity_overrides: BTreeMap<String, Level>,
    /// The options of rules, by code or name as written.
    pub rule_options: BTreeMap<String, serde_json::Value>,
    /// The regions templates are meant for; empty means not known.
    pub regions: Vec<String>,
    /// Values of template parameters, in place of their defaults.
    pub parameters: BTreeMap<String, String>,
    /// The files named on the command line that give such values, those that win first.
    pub value_files: Vec<ValueFile>,
    /// How templates given together are linked.
    pub workspace: Workspace,
    /// The names of the stacks that templates are deployed as, by the template's path.
    pub stack_names: BTreeMap<String, String>,
    /// Rules that do not run on templates that match a glob, relative to the folder of the config file.
    pub per_path_ignores: Vec<(String, Vec<String>)>,
    /// Globs of files that are left out where a folder or a glob is searched, relative to the same.
    pub exclude: Vec<String>,
    /// Whether files that are named are left out too, as cfn-lint does.
    pub exclude_named: bool,
    /// Files of parameter values, relative to the same.
    pub parameter_files: Vec<String>,
    /// Folders and globs of templates that are linked with though they are not checked, relative to the same.
    pub workspace_roots: Vec<String>,
    /// Files, folders and globs of policies, and names of packs with `pack:` before them; `discover` makes paths start from the
    /// current folder.
    pub guard: Vec<String>,
    /// Whether experimental rules run too.
    pub include_experimental: bool,
    /// What a `.cfnlintrc` says about the whole run.
    pub run: RunSettings,
    /// A table of resource types of the user's own, in the format of those in the binary; `discover` writes it.
    pub own_types: Option<&'static [u8]>,
    /// The folders of schemas of third-party resource types, relative to the folder of the config file.
    pub registry_schemas: Vec<String>,
    /// The file that changes the schemas of resource types, relative to the same.
    pub override_spec: Option<String>,
    /// The day of the run, where it counts; the edges set it.
    pub today: Option<Day>,
    /// What the command line says, which is in the rest already. It is kept to be put on top of what a template says.
    pub command_line: Arc<Overrides>,
}

/// What a template says itself, in `Metadata.cfn-lint.config`; it wins over the config file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct InTemplate {
    /// `include_checks` has a check of level info.
    pub info: bool,
    /// `configure_rules`.
    pub rule_options: BTreeMap<String, serde_json::Map<String, serde_json::Value>>,
    /// `include_experimental`.
    pub include_experimental: bool,
    /// `regions`; empty for all.
    pub regions: Option<Vec<String>>,
    /// `parameters`.
    pub parameters: BTreeMap<String, String>,
}

/// cfn-lint's word for all regions.
pub const ALL_REGIONS: &str = "ALL_REGIONS";

/// The parameters that every one of several sets gives, with the same value: cfn-lint checks a template once with each set, and what
/// they do not agree on can be any of theirs.
pub fn agreed<S: IntoIterator<Item = (String, String)>>(sets: impl IntoIterator<Item = S>) -> BTreeMap<String, String> {
    let mut sets = sets.into_iter().map(|set| set.into_iter().collect::<BTreeMap<String, String>>());
    let first = sets.next().unwrap_or_default();
    sets.fold(first, |mut agreed, set| {
        agreed.retain(|name, value| set.get(name) == Some(value));
        agreed
    })
}

/// What cfn-lint's config file says in place of arguments.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RunSettings {
    /// Globs of what is checked where the command line names nothing.
    pub templates: Vec<String>,
    /// cfn-lint's word for how the report looks.
    pub format: Option<String>,
    /// Where the report goes.
    pub output_file: Option<String>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            selection: Selection::default(),
            baseline: None,
            severity: Severity::Warning,
            fail_on: Some(Severity::Warning),
            severity_overrides: BTreeMap::new(),
            rule_options: BTreeMap::new(),
            regions: Vec::new(),
            parameters: BTreeMap::new(),
            value_files: Vec::new(),
            workspace: Workspace::Open,
            stack_names: BTreeMap::new(),
            per_path_ignores: Vec::new(),
            exclude: Vec::new(),
            exclude_named: false,
            parameter_files: Vec::new(),
            workspace_roots: Vec::new(),
            guard: Vec::new(),
            include_experimental: false,
            run: RunSettings::default(),
            own_types: None,
            registry_schemas: Vec::new(),
            override_spec: None,
            today: None,
            command_line: Arc::default(),
        }
    }
}

/// What the command line says; it wins over the config file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Overrides {
    /// `--select` and `--ignore`.
    pub selectors: Selectors,
    /// `--severity`.
    pub severity: Option<Severity>,
    /// `--fail-on`, where `None` inside is `never`.
    pub fail_on: Option<Option<Severity>>,
    /// cfn-lint's `--mandatory-checks`; they add to the config file's.
    pub mandatory: Vec<String>,
    /// The options that cfn-lint's `--configure-rule` sets, by rule; each wins over the config file's.
    pub rule_options: BTreeMap<String, serde_json::Map<String, serde_json::Value>>,
    /// `--region`; where given, in place of the config file's.
    pub regions: Vec<String>,
    /// `--parameter`; each wins over the config file's of the same name.
    pub parameters: BTreeMap<String, String>,
    /// `--no-workspace`.
    pub no_workspace: bool,
    /// cfn-lint's `--include-experimental`.
    pub include_experimental: bool,
    /// `--stack-name`, by the template's path.
    pub stack_names: BTreeMap<String, String>,
}

impl Settings {
    /// These settings with what the command line says on top.
    #[must_use]
    pub fn with(mut self, overrides: &Overrides) -> Self {
        self.selection.command_line = overrides.selectors.clone();
        self.severity = overrides.severity.unwrap_or(self.severity);
        self.fail_on = overrides.fail_on.unwrap_or(self.fail_on);
        for rule in &overrides.mandatory {
            if !self.selection.mandatory.contains(rule) {
                self.selection.mandatory.push(rule.clone());
            }
        }
        self.set_options(&overrides.rule_options);
        if !overrides.regions.is_empty() {
            self.regions.clone_from(&overrides.regions);
        }
        self.parameters.extend(overrides.parameters.clone());
        self.include_experimental |= overrides.include_experimental;
        if overrides.no_workspace {
            self.workspace = Workspace::Off;
        }
        self.stack_names.extend(overrides.stack_names.clone());
        if *self.command_line != *overrides {
            self.command_line = Arc::new(overrides.clone());
        }
        self
    }

    /// These settings with what a template says about itself, and the command line on top again.
    #[must_use]
    pub fn with_template(&self, own: &InTemplate) -> Self {
        let mut settings = self.clone();
        if own.info {
            settings.severity = Severity::Info;
        }
        settings.include_experimental |= own.include_experimental;
        settings.set_options(&own.rule_options);
        if let Some(regions) = &own.regions {
            settings.regions.clone_from(regions);
        }
        settings.parameters.extend(own.parameters.clone());
        settings.with(&self.command_line)
    }

    /// Gives a template parameter a value that a file named on the command line holds.
    pub fn give(&mut self, name: &str, value: &str) {
        self.parameters.insert(name.to_owned(), value.to_owned());
        Arc::make_mut(&mut self.command_line).parameters.insert(name.to_owned(), value.to_owned());
    }

    /// Sets options of rules, each in place of the one of the same name.
    fn set_options(&mut self, options: &BTreeMap<String, serde_json::Map<String, serde_json::Value>>) {
        for (rule, options) in options {
            let known = self.rule_options.entry(rule.clone()).or_insert_with(|| serde_json::json!({}));
            if let Some(known) = known.as_object_mut() {
                known.extend(options.clone());
            }
        }
    }

    /// Whether the rule of this code and name runs, where it would by default.
    #[must_use]
    pub fn selects(&self, code: &str, name: &str) -> bool {
        self.choice(code, name).unwrap_or_else(|| self.selection.takes_the_rest())
    }

    /// Whether the rule of this code and name runs, where it does not by default: the user names it, with `ALL` or the beginning of a
    /// code meaning other rules, gives it a level, or asks for all such rules.
    #[must_use]
    pub fn selects_experimental(&self, code: &str, name: &str) -> bool {
        if self.include_experimental {
            return self.selects(code, name);
        }
        let is_level = matches!(self.level(code, name), Some(Level::At(_)));
        let is_asked = is_level || self.selection.names_exactly(code, name);
        is_asked && self.choice(code, name) != Some(false)
    }

    /// What the user says about the rule of this code and name: run it, do not, or nothing. A rule that is off by default runs
    /// where this is `Some(true)`.
    #[must_use]
    pub fn choice(&self, code: &str, name: &str) -> Option<bool> {
        if self.is_mandatory(code, name) {
            return Some(true);
        }
        let off = || (self.level(code, name) == Some(Level::Off)).then_some(false);
        let here = || self.selection.path_ignores(code, name).then_some(false);
        self.selection.command_line.choice(code, name).or_else(here).or_else(off).or_else(|| {
            // `--select` on the command line stands in place of the config file's `select`.
            let config = self.selection.config.choice(code, name);
            config.filter(|chosen| !chosen || self.selection.command_line.select.is_empty())
        })
    }

    /// Whether the rule runs whatever the config, a template or a comment ignores.
    #[must_use]
    pub fn is_mandatory(&self, code: &str, name: &str) -> bool {
        self.selection.is_mandatory(code, name)
    }

    /// The severity of the rule's findings, which is `default` unless the config sets it.
    #[must_use]
    pub fn severity_of(&self, code: &str, name: &str, default: Severity) -> Severity {
        match self.level(code, name) {
            Some(Level::At(severity)) => severity,
            Some(Level::Off) | None => default,
        }
    }

    /// The options the config sets for the rule, an object; `None` where it sets none.
    #[must_use]
    pub fn options(&self, code: &str, name: &str) -> Option<&serde_json::Value> {
        by_rule(&self.rule_options, code, name)
    }

    /// Every rule, prefix or `ALL` that the settings name, as written.
    pub fn rule_names(&self) -> impl Iterator<Item = &str> {
        let selection = self.selection.config.names().chain(self.selection.command_line.names());
        selection.chain(self.severity_overrides.keys().map(String::as_str)).chain(self.rule_options.keys().map(String::as_str))
    }

    fn level(&self, code: &str, name: &str) -> Option<Level> {
        by_rule(&self.severity_overrides, code, name).copied()
    }
}

fn by_rule<'a, V>(map: &'a BTreeMap<String, V>, code: &str, name: &str) -> Option<&'a V> {
    map.iter().find(|(key, _)| key.eq_ignore_ascii_case(code) || key.eq_ignore_ascii_case(name)).map(|(_, value)| value)
}
