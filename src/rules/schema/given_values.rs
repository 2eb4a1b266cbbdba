//! One rule for each function that gives a text: the text does not fit where the call stands.
//!
//! They differ in the function alone, so they share this file; each has its page.

use rustc_hash::FxHashSet;

use super::super::language::place;
use super::super::{Finding, Rule, Scope, Sink, Status};
use super::{listed, shortened};
use crate::analysis::Analysis;
use crate::diagnostic::Severity;
use crate::schema::Keyword;
use crate::syntax::{Function, Node};
use crate::text::nearest_name;
use crate::validation::{Fault, Given, Kind};

macro_rules! functions {
    ($($rule:ident = $code:literal, $name:literal, $function:expr;)*) => {
        $(static $rule: Rule = Rule {
            code: $code,
            name: $name,
            severity: Severity::Warning,
            status: Status::Stable { since: "0.1.0" },
            page: include_str!(concat!("../../../rules/schema/", $name, ".md")),
            scope: Scope::Text,
            options: &[],
            check: |analysis, sink| report(analysis, sink, $function),
        };)*

        pub(super) const RULES: &[&Rule] = &[$(&$rule,)*];
    };
}

functions! {
    UNFIT_PARAMETER_VALUES = "W1030", "unfit-parameter-values", Function::Ref;
    UNFIT_SUBSTITUTIONS = "W1031", "unfit-substitutions", Function::Sub;
    UNFIT_JOINS = "W1032", "unfit-joins", Function::Join;
    UNFIT_MAPPING_VALUES = "W1034", "unfit-mapping-values", Function::FindInMap;
    UNFIT_SELECTIONS = "W1035", "unfit-selections", Function::Select;
}

fn report(analysis: &Analysis, sink: &mut Sink, function: Function) {
    // A text of a wrong format matches no pattern either.
    let text_of = |fault: &Fault| fault.given.as_ref().map(|given| (given.call.id(), given.text.clone()));
    let formats = analysis.schema_faults().iter().filter(|fault| matches!(fault.kind, Kind::WrongFormat(_)));
    let told: FxHashSet<_> = formats.filter_map(text_of).collect();
    // What is looked up may be half typed.
    let mappings = analysis.template.mappings.node.map(Node::span);
    let is_spoilt = mappings.is_some_and(|span| analysis.tree.is_damaged_at(span)) && function == Function::FindInMap;
    for fault in analysis.schema_faults().iter().filter(|_| !is_spoilt) {
        let Some(given) = fault.given_by(function) else { continue };
        if matches!(fault.kind, Kind::PatternMismatch(_)) && text_of(fault).is_some_and(|text| told.contains(&text)) {
            continue;
        }
        let Some(finding) = finding(fault, given, function) else { continue };
        let Some(verdict) = analysis.values().verdict(fault.resource.when, fault.when) else { continue };
        sink.report(finding.node(fault.node).resource(analysis.graph(), &fault.resource).verdict(verdict));
    }
}

fn finding<'t>(fault: &Fault<'t>, given: &Given<'t>, function: Function) -> Option<Finding<'t>> {
    let is_length = |keyword| matches!(keyword, Keyword::MinLength | Keyword::MaxLength);
    let (why, help) = match fault.kind {
        Kind::PatternMismatch(pattern) => (format!("the pattern is `{pattern}`"), None),
        Kind::WrongFormat(format) => (format!("the format is `{format}`"), None),
        Kind::NotAllowed { schema, keyword } => {
            let help = match nearest_name(&given.text, schema.strings(keyword)) {
                Some(near) => Some(format!("write `{near}`")),
                None if keyword == Keyword::Const => None,
                None => Some(listed(schema.strings(keyword), "or"))
                    .filter(|all| !all.is_empty())
                    .map(|all| format!("write one of {all}")),
            };
            ("it is none of those that are allowed".to_owned(), help)
        }
        Kind::OutOfBounds { keyword, limit, found } => {
            let unit = if is_length(keyword) { format!("it has {found} characters, and ") } else { String::new() };
            (format!("{unit}`{}` is {limit}", keyword.as_str()), None)
        }
        _ => return None,
    };
    let call = place::of_call(given.call, function.long());
    // As cfn-lint: formats and lengths at the call, anything else where the parameter declares the value.
    let at_call = matches!(fault.kind, Kind::WrongFormat(_))
        || matches!(fault.kind, Kind::OutOfBounds { keyword, .. } if is_length(keyword));
    let declared = given.declared.map(place::of_value);
    let at = declared.filter(|_| !at_call).unwrap_or(call);
    let what = if given.text.is_empty() { "an empty text".to_owned() } else { format!("`{}`", shortened(&given.text)) };
    let mut finding = match given.declared {
        Some(_) => Finding::at(at, format!("{what} does not fit where the parameter is used")),
        None => Finding::at(at, format!("`{}` gives {what}, which does not fit here", function.long())),
    };
    if let Some(declared) = declared {
        finding =
            if at == call { finding.label(declared, "declared here") } else { finding.label(given.call.span(), "used here") };
    }
    finding = finding.note(why);
    Some(match help {
        Some(help) => finding.help(help),
        None => finding,
    })
}
