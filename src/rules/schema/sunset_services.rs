//! `sunset-services`: a resource is of a service that will be shut down.

use super::super::{Rule, Scope, Sink, Status};
use super::lifecycle;
use crate::analysis::Analysis;
use crate::diagnostic::Severity;

pub(super) static RULE: Rule = Rule {
    code: "W3696",
    name: "sunset-services",
    severity: Severity::Warning,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/schema/sunset-services.md"),
    scope: Scope::Text,
    options: &[],
    check,
};

fn check(analysis: &Analysis, sink: &mut Sink) {
    lifecycle(analysis, sink, "sunset", "is of a service that will be shut down");
}
