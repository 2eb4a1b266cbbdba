//! `shut-down-services`: a resource is of a service that was shut down.

use super::super::{Rule, Scope, Sink, Status};
use super::lifecycle;
use crate::analysis::Analysis;
use crate::diagnostic::Severity;

pub(super) static RULE: Rule = Rule {
    code: "E3710",
    name: "shut-down-services",
    severity: Severity::Error,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/schema/shut-down-services.md"),
    scope: Scope::Text,
    options: &[],
    check,
};

fn check(analysis: &Analysis, sink: &mut Sink) {
    lifecycle(analysis, sink, "shutdown", "is of a service that was shut down");
}
