//! `not-exactly-one-property`: exactly one of some properties must be there, and none or several are.

use super::super::{Finding, Rule, Scope, Sink, Status};
use super::{each_fault, listed, subject};
use crate::analysis::Analysis;
use crate::diagnostic::Severity;
use crate::schema::Keyword;
use crate::validation::{Fault, Kind};

pub(super) static RULE: Rule = Rule {
    code: "E3014",
    name: "not-exactly-one-property",
    severity: Severity::Error,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/schema/not-exactly-one-property.md"),
    scope: Scope::Text,
    options: &[],
    check,
};

fn check(analysis: &Analysis, sink: &mut Sink) {
    each_fault(analysis, sink, diagnostic);
}

fn diagnostic<'t>(fault: &Fault<'t>) -> Option<Finding<'t>> {
    Some(match fault.kind {
        Kind::NoneOf { schema, keyword: Keyword::RequiredXor } => Finding::at(
            fault.at,
            format!("{} has none of {}", subject(fault, fault.node), listed(schema.strings(Keyword::RequiredXor), "and")),
        )
        .help("add exactly one of them"),
        Kind::SeveralOf { schema, name } => {
            let others = schema.strings(Keyword::RequiredXor).filter(|other| *other != name && fault.node.get(other).is_some());
            Finding::at(fault.at, format!("`{name}` cannot stand beside {}", listed(others, "and")))
                .help("keep exactly one of them")
        }
        _ => return None,
    })
}
