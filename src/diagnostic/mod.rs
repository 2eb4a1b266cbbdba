//! What a rule has to say, as plain data.
//!
//! A [`Diagnostic`] knows no rule, no template and no output format. Which rules exist is in `rules`; how a finding looks is
//! in `report`.

mod fingerprint;

use std::borrow::Cow;
use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::sync::Arc;

pub use fingerprint::{fingerprints, hash};

use crate::text::{Edit, SourceFile, Span};

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// It could be better.
    Info,
    /// It deploys, likely not as meant.
    Warning,
    /// CloudFormation rejects it, or the deployment fails.
    Error,
}

impl Severity {
    /// The word used in every output and in the config.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// Whether a finding holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Certainty {
    /// It cannot be decided from the files given.
    Unknown,
    /// It holds for some permitted parameter values and not for others; the [`Witness`] names some.
    Possible,
    /// It holds for every permitted parameter value under which the text matters at all.
    Definite,
}

impl Certainty {
    /// The word used in every output.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Possible => "possible",
            Self::Definite => "definite",
        }
    }
}

/// One way to reach a finding that does not always hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Witness {
    /// Named conditions and the value each takes.
    pub conditions: BTreeMap<String, bool>,
    /// Parameters and pseudo parameters, and a value each may be given.
    pub parameters: BTreeMap<String, String>,
    /// Where the order in which CloudFormation creates resources decides: what has to come first, in words.
    pub order: Vec<String>,
    /// Whether the defaults of all parameters lead here too.
    pub with_defaults: bool,
}

impl Witness {
    /// Whether there is nothing to say.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.conditions.is_empty() && self.parameters.is_empty() && self.order.is_empty()
    }
}

/// A text that explains a finding, beside the one it is about.
#[derive(Clone, Debug)]
pub struct Label {
    /// The file the text is in.
    pub file: Arc<SourceFile>,
    /// The text.
    pub span: Span,
    /// What about it.
    pub message: String,
}

/// Whether a fix keeps the meaning of the template.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Safety {
    /// What is deployed stays the same, or becomes what was plainly meant.
    Safe,
    /// What is deployed changes; somebody has to look.
    Unsafe,
}

/// A change that ends a finding.
#[derive(Clone, Debug)]
pub struct Fix {
    /// What it does, as a command.
    pub title: String,
    /// Whether it may be applied without a look.
    pub safety: Safety,
    /// The changes, none overlapping another, all in `file`.
    pub edits: Vec<Edit>,
    /// The file they change.
    pub file: Arc<SourceFile>,
}

/// What a report may say of a rule.
#[derive(Clone, Debug)]
pub struct RuleInfo {
    /// Its code.
    pub code: Cow<'static, str>,
    /// Its name.
    pub name: Cow<'static, str>,
    /// What it reports, in a few words.
    pub title: Cow<'static, str>,
    /// How bad its findings are where nothing else is said.
    pub severity: Severity,
    /// Its page, in Markdown.
    pub page: Cow<'static, str>,
}

/// One finding.
#[derive(Clone, Debug)]
pub struct Diagnostic {
    /// The rule's code, such as `ECS101`.
    pub code: Cow<'static, str>,
    /// The rule's name, such as `exec-on-asg-capacity-provider`.
    pub name: Cow<'static, str>,
    /// How bad it is.
    pub severity: Severity,
    /// Whether it holds.
    pub certainty: Certainty,
    /// What is wrong: one clause, no full stop.
    pub message: String,
    /// What to do, as a command.
    pub help: Option<String>,
    /// Facts: why it matters.
    pub notes: Vec<String>,
    /// Where it is explained at length.
    pub url: Option<Cow<'static, str>>,
    /// The file it is in.
    pub file: Arc<SourceFile>,
    /// The smallest text that shows it.
    pub span: Span,
    /// What about this text; never repeats the message.
    pub label: Option<String>,
    /// The keys and list indices that lead to the text.
    pub template_path: Vec<String>,
    /// The resource it is about.
    pub logical_id: Option<String>,
    /// The nested stacks it was found through, outermost first.
    pub stack_path: Vec<String>,
    /// Other texts that explain it, in the order in which they are to be read.
    pub labels: Vec<Label>,
    /// When it holds; `None` where it always does.
    pub when: Option<Witness>,
    /// How to end it.
    pub fix: Option<Fix>,
    /// Where it is only another sight of a fault that another rule reports: the code of that rule.
    pub echo_of: Option<Cow<'static, str>>,
}

impl Diagnostic {
    /// Sorts by file, place, code and message, so that two runs print the same.
    pub fn sort(diagnostics: &mut [Self]) {
        diagnostics.sort_by(Self::order);
    }

    /// The order of two findings in every output.
    #[must_use]
    pub fn order(&self, other: &Self) -> Ordering {
        let place = (self.file.name(), self.span).cmp(&(other.file.name(), other.span));
        place.then_with(|| (&self.code, &self.message, &self.stack_path).cmp(&(&other.code, &other.message, &other.stack_path)))
    }

    /// Whether two findings say the same of the same text.
    #[must_use]
    pub fn says_the_same(&self, other: &Self) -> bool {
        (&self.code, self.file.name(), self.span, &self.message, self.certainty, &self.when)
            == (&other.code, other.file.name(), other.span, &other.message, other.certainty, &other.when)
    }
}
