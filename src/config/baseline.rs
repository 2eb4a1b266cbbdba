//! A baseline: the findings of an earlier run, which a later one does not report again.
//!
//! Files are named by their paths from the folder of the baseline; that is worked out at the edges.

use std::collections::BTreeSet;
use std::fmt::Write;

use serde::{Deserialize, Serialize};

use super::ConfigError;
use crate::report::ProblemPlace;

/// The version of the file's shape.
const VERSION: u32 = 1;

/// One finding, as a later run recognizes it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BaselineEntry {
    /// The path from the folder of the baseline, with `/`.
    pub file: String,
    /// The rule's code.
    pub code: String,
    /// What [`fingerprints`](crate::diagnostic::fingerprints) gives.
    pub fingerprint: String,
    /// For those who read the file; not compared.
    pub message: String,
}

/// The findings of an earlier run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Baseline {
    entries: BTreeSet<(String, String, String)>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    version: u32,
    findings: Vec<BaselineEntry>,
}

impl Baseline {
    /// Reads a baseline.
    ///
    /// # Errors
    ///
    /// Where the text is no baseline, with the place.
    pub fn parse(text: &str) -> Result<Self, ConfigError> {
        let document: Document = serde_json::from_str(text).map_err(|error| {
            let message = error.to_string();
            let message = message.rsplit_once(" at line ").map_or(message.as_str(), |(message, _)| message).to_owned();
            let is_known = error.line() > 0;
            ConfigError { place: is_known.then(|| ProblemPlace::new(text, error.line(), error.column())), message }
        })?;
        if document.version != VERSION {
            let message = format!("a baseline of version {}, this cfnvet reads version {VERSION}", document.version);
            return Err(ConfigError { place: None, message });
        }
        let key = |entry: BaselineEntry| (entry.file, entry.code, entry.fingerprint);
        Ok(Self { entries: document.findings.into_iter().map(key).collect() })
    }

    /// Whether a finding is in it.
    #[must_use]
    pub fn contains(&self, file: &str, code: &str, fingerprint: &str) -> bool {
        self.entries.contains(&(file.to_owned(), code.to_owned(), fingerprint.to_owned()))
    }

    /// How many of its entries are in the files for which `is_checked` holds.
    pub fn count(&self, is_checked: impl Fn(&str) -> bool) -> usize {
        self.entries.iter().filter(|(file, ..)| is_checked(file)).count()
    }

    /// The text of a baseline: sorted, one line a finding.
    #[must_use]
    pub fn render(mut entries: Vec<BaselineEntry>) -> String {
        entries.sort();
        entries.dedup();
        let mut out = format!("{{\"version\":{VERSION},\"findings\":[");
        for (index, entry) in entries.iter().enumerate() {
            let line = serde_json::to_string(entry).expect("strings always serialize");
            let _ = write!(out, "{}{line}", if index == 0 { "\n" } else { ",\n" });
        }
        out.push_str(if entries.is_empty() { "]}\n" } else { "\n]}\n" });
        out
    }
}
