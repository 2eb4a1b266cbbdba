//! `invalid-export-names`: what an output says cannot be computed.

use super::super::{Rule, Scope, Sink, Status};
use super::calls;
use crate::analysis::Analysis;
use crate::diagnostic::Severity;
use crate::template::FaultSection;

pub(super) static RULE: Rule = Rule {
    code: "E6102",
    name: "invalid-export-names",
    severity: Severity::Error,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/language/invalid-export-names.md"),
    scope: Scope::Text,
    options: &[],
    check,
};

fn check(analysis: &Analysis, sink: &mut Sink) {
    calls::report_section(analysis, FaultSection::Export, sink);
}
