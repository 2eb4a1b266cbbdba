//! `unknown-properties`: a resource has a property that its type does not have, or a mapping breaks another bound of its schema.

use super::super::{Finding, Rule, Scope, Sink, Status};
use super::{count, each_fault, listed, shortened, subject};
use crate::analysis::Analysis;
use crate::diagnostic::{Safety, Severity};
use crate::schema::{Keyword, Schema};
use crate::syntax::Node;
use crate::text::nearest_name;
use crate::validation::{Fault, Kind};

pub(super) static RULE: Rule = Rule {
    code: "E3002",
    name: "unknown-properties",
    severity: Severity::Error,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/schema/unknown-properties.md"),
    scope: Scope::Text,
    options: &[],
    check,
};

fn check(analysis: &Analysis, sink: &mut Sink) {
    each_fault(analysis, sink, diagnostic);
}

fn diagnostic<'t>(fault: &Fault<'t>) -> Option<Finding<'t>> {
    Some(match fault.kind {
        Kind::UnknownProperty { key, .. } if key.other_tag().is_some() => {
            let name = key.other_tag().unwrap_or_default();
            Finding::at(fault.at, format!("there is no function `!{}`", shortened(name)))
        }
        Kind::UnknownProperty { key, schema } => unknown(fault, key, schema),
        Kind::OutOfBounds { keyword: keyword @ (Keyword::MinProperties | Keyword::MaxProperties), limit, found } => {
            let bound = if keyword == Keyword::MinProperties { "must have at least" } else { "can have at most" };
            let found = count(found, "property", "properties");
            Finding::at(fault.at, format!("{} has {found}, and {bound} {limit}", subject(fault, fault.node)))
        }
        Kind::MissingDependency { of, name, keyword: Keyword::Dependencies } => {
            Finding::at(fault.at, format!("`{of}` needs `{name}`, which is missing"))
        }
        Kind::RepeatedItem(Keyword::UniqueKeys) => {
            Finding::at(fault.at, format!("two items of {} have the same key", subject(fault, fault.node)))
        }
        Kind::NotAllowed { keyword: Keyword::Const, .. } | Kind::Forbidden => {
            Finding::at(fault.at, format!("{} cannot have this value", subject(fault, fault.node)))
        }
        Kind::OutOfBounds { keyword: Keyword::MultipleOf, limit, found } => {
            Finding::at(fault.at, format!("{found} is no multiple of {limit}"))
        }
        Kind::WrongFormat(format @ ("ipv4-network" | "ipv6-network")) => network(fault, format),
        Kind::WrongFormat("date-time") => {
            let written = shortened(fault.node.as_str().unwrap_or_default());
            Finding::at(fault.at, format!("`{written}` is no date with a time")).help("write it as in `2026-01-31T12:00:00Z`")
        }
        _ => return None,
    })
}

fn unknown<'t>(fault: &Fault<'t>, key: Node<'t>, schema: Schema<'static>) -> Finding<'t> {
    let name = key.as_str().unwrap_or_default();
    let finding =
        Finding::at(key.span(), format!("{} has no property `{name}`", subject(fault, key.parent().unwrap_or(fault.node))));
    let Some(near) = nearest_name(name, schema.properties().map(|property| property.name)) else {
        let known: Vec<&str> = schema.properties().map(|property| property.name).collect();
        return if known.is_empty() || known.len() > 12 {
            finding
        } else {
            finding.help(format!("write one of {}", listed(known.into_iter(), "or")))
        };
    };
    let finding = finding.help(format!("write `{near}`"));
    let taken = key.parent().is_some_and(|object| object.get(near).is_some());
    match key.replace_scalar(near).filter(|_| !taken) {
        Some(edit) => finding.fix(format!("rename it to `{near}`"), Safety::Unsafe, vec![edit]),
        None => finding,
    }
}

fn network<'t>(fault: &Fault<'t>, format: &str) -> Finding<'t> {
    let written = shortened(fault.node.as_str().unwrap_or_default());
    let (kind, example) = if format == "ipv4-network" { ("IPv4", "10.0.0.0/16") } else { ("IPv6", "2001:db8::/32") };
    Finding::at(fault.at, format!("`{written}` is no {kind} network"))
        .help(format!("write an address and a prefix with no bits behind it, such as `{example}`"))
}
