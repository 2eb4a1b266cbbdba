//! `services-in-maintenance`: a resource is of a service that AWS only maintains.

use super::super::{Rule, Scope, Sink, Status};
use super::lifecycle;
use crate::analysis::Analysis;
use crate::diagnostic::Severity;

pub(super) static RULE: Rule = Rule {
    code: "W3697",
    name: "services-in-maintenance",
    severity: Severity::Warning,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/schema/services-in-maintenance.md"),
    scope: Scope::Text,
    options: &[],
    check,
};

fn check(analysis: &Analysis, sink: &mut Sink) {
    lifecycle(analysis, sink, "maintenance", "is in maintenance: AWS keeps it running and does not develop it any more");
}
