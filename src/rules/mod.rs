//! The rules (a stand-in until they are merged).

use crate::diagnostic::Severity;

/// A rule.
pub struct Rule {
    /// Its code.
    pub code: &'static str,
    /// Its name.
    pub name: &'static str,
    /// How bad its findings are.
    pub severity: Severity,
    /// How settled it is.
    pub status: Status,
    /// Its Markdown page.
    pub page: &'static str,
}

/// How settled a rule is.
pub enum Status {
    /// Settled.
    Stable {
        /// The version it came with.
        since: &'static str,
    },
    /// It may change.
    Preview {
        /// The version it came with.
        since: &'static str,
    },
}

static EXEC: Rule = Rule {
    code: "ECS101",
    name: "exec-on-asg-capacity-provider",
    severity: Severity::Error,
    status: Status::Stable { since: "0.1.0" },
    page: "# ECS Exec on a service that reaches an Auto Scaling group\n\nA stand-in.\n",
};

/// Every rule, sorted by code.
pub fn all() -> &'static [&'static Rule] {
    static ALL: [&Rule; 1] = [&EXEC];
    &ALL
}

/// The rule of this code or name.
pub fn find(code_or_name: &str) -> Option<&'static Rule> {
    all()
        .iter()
        .copied()
        .find(|rule| rule.code.eq_ignore_ascii_case(code_or_name) || rule.name.eq_ignore_ascii_case(code_or_name))
}
