//! The findings of the `json` format, one a line: for `jq` and for programs that read while others write.
//!
//! Nothing else is in it, so that no findings are no lines; what kept a run from checking is on standard error.

use super::Report;
use super::json::{Finding, line};

pub(super) fn render(report: &Report) -> String {
    report.diagnostics.iter().map(|diagnostic| line(&Finding::new(diagnostic)) + "\n").collect()
}
