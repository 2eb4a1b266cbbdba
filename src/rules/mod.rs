//! The rules, and how one is run.
//!
//! A rule is data and a function: one file, one page, one line in its group's table. Rules do not see each other's findings.

mod ecs;
mod files;
mod language;
mod schema;
mod sections;
mod sink;
mod stacks;
mod suppressions;
mod template;

use std::sync::LazyLock;

use rustc_hash::FxHashMap;

use crate::analysis::Analysis;
use crate::config::{KnownRule, RuleOption, Settings};
use crate::diagnostic::Severity;

pub use sink::{At, Finding, Sink};

/// A rule.
#[derive(Debug)]
pub struct Rule {
    /// `ECS101`; cfn-lint's code where cfn-lint has the rule.
    pub code: &'static str,
    /// Named for the bad thing, readable after "ignore".
    pub name: &'static str,
    /// The usual severity of a finding.
    pub severity: Severity,
    /// How settled the rule is.
    pub status: Status,
    /// Its page, in Markdown; the first line is its title.
    pub page: &'static str,
    /// What it looks at.
    pub scope: Scope,
    /// The options that the config may set for it.
    pub options: &'static [RuleOption],
    check: fn(&Analysis, &mut Sink),
}

/// What a rule looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// A template as it is written, whoever uses it.
    Text,
    /// A template as it is deployed, with the nested stacks it creates; a nested one once for each stack that creates it.
    Deployment,
    /// A deployment file of Git sync.
    DeploymentFile,
    /// A file of parameter values.
    ParameterFile,
    /// What suppresses findings, judged by `suppress` when all other rules have run.
    Suppressions,
}

/// How settled a rule is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Its findings change only with a new version that says so.
    Stable {
        /// The version that brought it.
        since: &'static str,
    },
    /// It may still change.
    Preview {
        /// The version that brought it.
        since: &'static str,
    },
    /// It runs only where somebody asks for it, by name or with cfn-lint's `include_experimental`.
    Experimental {
        /// The version that brought it.
        since: &'static str,
    },
}

impl Rule {
    /// The title of its page.
    #[must_use]
    pub fn title(&self) -> &'static str {
        self.page.lines().next().unwrap_or_default().trim_start_matches(['#', ' '])
    }

    /// Whether the settings ask for it.
    #[must_use]
    pub fn is_selected(&self, settings: &Settings) -> bool {
        match self.status {
            Status::Stable { .. } | Status::Preview { .. } => settings.selects(self.code, self.name),
            Status::Experimental { .. } => settings.selects_experimental(self.code, self.name),
        }
    }

    /// What it asks the analysis for.
    #[must_use]
    pub fn needs(&self) -> Needs {
        NEEDS.get(self.code).copied().unwrap_or(Needs::Sections)
    }

    /// Runs the rule.
    pub fn run(&'static self, analysis: &Analysis, sink: &mut Sink) {
        (self.check)(analysis, sink);
    }
}

/// What a rule asks the analysis for beside the sections. Rules with the same need save time by running together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needs {
    /// The graph, and the faults in resources and calls.
    Faults,
    /// The graph, or the faults in calls.
    Graph,
    /// Nothing else, or little and seldom.
    Sections,
}

static NEEDS: LazyLock<FxHashMap<&str, Needs>> = LazyLock::new(|| {
    let of_faults = [language::OF_FAULTS, &schema::RULES.concat(), stacks::RULES, ecs::RULES].concat();
    let of_graph = [language::OF_GRAPH, sections::OF_CALLS].concat();
    let of_faults = of_faults.into_iter().map(|rule| (rule.code, Needs::Faults));
    of_faults.chain(of_graph.into_iter().map(|rule| (rule.code, Needs::Graph))).collect()
});

static ALL: LazyLock<Vec<&'static Rule>> = LazyLock::new(|| {
    let mut rules: Vec<&Rule> = [
        template::RULES,
        language::RULES,
        language::OF_FAULTS,
        language::OF_GRAPH,
        sections::RULES,
        sections::OF_CALLS,
        &schema::RULES.concat(),
        stacks::RULES,
        ecs::RULES,
        files::RULES,
        suppressions::RULES,
    ]
    .concat();
    rules.sort_by_key(|rule| rule.code);
    rules
});

/// All rules, by code.
#[must_use]
pub fn all() -> &'static [&'static Rule] {
    &ALL
}

/// All rules, as the config knows them.
#[must_use]
pub fn known() -> Vec<KnownRule> {
    all().iter().map(|rule| KnownRule { code: rule.code, name: rule.name, options: rule.options }).collect()
}

/// The rule called `name`, by code or name, in any case.
#[must_use]
pub fn find(name: &str) -> Option<&'static Rule> {
    all().iter().copied().find(|rule| rule.code.eq_ignore_ascii_case(name) || rule.name.eq_ignore_ascii_case(name))
}
