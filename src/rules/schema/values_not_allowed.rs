//! `values-not-allowed`: a value is none of those that its property allows.

use super::super::{Finding, Rule, Scope, Sink, Status};
use super::{each_call, each_fault, is_unlisted_name, listed, shortened};
use crate::analysis::Analysis;
use crate::diagnostic::{Safety, Severity};
use crate::schema::Keyword;
use crate::text::nearest_name;
use crate::validation::{Fault, Kind};

pub(super) static RULE: Rule = Rule {
    code: "E3030",
    name: "values-not-allowed",
    severity: Severity::Error,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/schema/values-not-allowed.md"),
    scope: Scope::Text,
    options: &[],
    check,
};

fn check(analysis: &Analysis, sink: &mut Sink) {
    each_fault(analysis, sink, diagnostic);
    each_call(analysis, sink, |fault| is_unlisted_name(analysis, fault));
}

fn diagnostic<'t>(fault: &Fault<'t>) -> Option<Finding<'t>> {
    let Kind::NotAllowed { schema, keyword: Keyword::Enum | Keyword::EnumCaseInsensitive } = fault.kind else { return None };
    let keyword = if schema.get(Keyword::Enum).is_some() { Keyword::Enum } else { Keyword::EnumCaseInsensitive };
    let written = fault.node.as_str().unwrap_or_default();
    let message = match fault.node {
        node if node.is_null() => "nothing is written where one of several values must stand".to_owned(),
        node if node.is_mapping() || node.other_tag().is_some() => "a mapping is not allowed here".to_owned(),
        node if node.scalar().is_none() => "a list is not allowed here".to_owned(),
        _ => format!("`{}` is not allowed here", shortened(written)),
    };
    let finding = Finding::at(fault.at, message);
    let near = nearest_name(written, schema.strings(keyword)).filter(|_| fault.node.other_tag().is_none());
    Some(match near {
        Some(near) => {
            let edit = fault.node.replace_scalar(near);
            let finding = finding.help(format!("write `{near}`"));
            match edit {
                Some(edit) => finding.fix(format!("write `{near}`"), Safety::Unsafe, vec![edit]),
                None => finding,
            }
        }
        None => finding.help(format!("write one of {}", listed(schema.strings(keyword), "or"))),
    })
}
