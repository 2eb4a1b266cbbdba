//! One rule for each function that gives a text: the text does not fit where the call stands.
//!
//! They differ in the function alone, so they share this file; each has its page.

use rustc_hash::FxHashSet;

use super::super::language::place;
use super::super::{Finding, Rule, Scope, Sink, Status};
use super::{formats, lambda_runtimes, listed, shortened, type_names};
use crate::analysis::Analysis;
use crate::diagnostic::Severity;
use crate::schema::Keyword;
use crate::schema::table::Value;
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
            check: |analysis, sink| report(analysis, sink, &$rule, $function),
        };)*

        pub(super) const RULES: &[&Rule] = &[$(&$rule,)*];
    };
}

functions! {
    UNFIT_PARAMETER_VALUES = "W1030", "unfit-parameter-values", Function::Ref;
    UNFIT_SUBSTITUTIONS = "W1031", "unfit-substitutions", Function::Sub;
    UNFIT_JOINS = "W1032", "unfit-joins", Function::Join;
    UNFIT_SPLITS = "W1033", "unfit-splits", Function::Split;
    UNFIT_MAPPING_VALUES = "W1034", "unfit-mapping-values", Function::FindInMap;
    UNFIT_SELECTIONS = "W1035", "unfit-selections", Function::Select;
    UNFIT_ZONES = "W1036", "unfit-zones", Function::GetAZs;
    UNFIT_JSON_TEXTS = "W1040", "unfit-json-texts", Function::ToJsonString;
}

fn report(analysis: &Analysis, sink: &mut Sink, own: &'static Rule, function: Function) {
    // A text of a wrong format matches no pattern either.
    let text_of = |fault: &Fault| fault.given.as_ref().map(|given| (given.call.id(), given.text.clone()));
    let formats = analysis.schema_faults().iter().filter(|fault| matches!(fault.kind, Kind::WrongFormat(_)));
    let told: FxHashSet<_> = formats.filter_map(text_of).collect();
    // What is looked up may be half typed.
    let mappings = analysis.template.mappings.node.map(Node::span);
    let is_spoilt = mappings.is_some_and(|span| analysis.tree.is_damaged_at(span)) && function == Function::FindInMap;
    for fault in analysis.schema_faults().iter().filter(|_| !is_spoilt) {
        let Some(given) = fault.given_by(function) else { continue };
        let Some(mut finding) = finding(fault, given, function) else { continue };
        if matches!(fault.kind, Kind::PatternMismatch(_)) && text_of(fault).is_some_and(|text| told.contains(&text)) {
            finding = finding.echo_of(own);
        }
        let Some(verdict) = analysis.values().verdict(fault.resource.when, fault.when) else { continue };
        sink.report(finding.node(fault.node).resource(analysis.graph(), &fault.resource).verdict(verdict));
    }
}

fn finding<'t>(fault: &Fault<'t>, given: &Given<'t>, function: Function) -> Option<Finding<'t>> {
    let is_length = |keyword| matches!(keyword, Keyword::MinLength | Keyword::MaxLength);
    let what = if given.text.is_empty() { "an empty text".to_owned() } else { format!("`{}`", shortened(&given.text)) };
    let property = if given.property.is_empty() { "it".to_owned() } else { format!("`{}`", given.property) };
    let call = place::of_call(given.call, function.long());
    // As cfn-lint: what is allowed, patterns and numbers where a parameter declares the value, anything else at the call.
    let at_declared = match fault.kind {
        _ if function == Function::FindInMap => false,
        Kind::PatternMismatch(_) | Kind::NotAllowed { .. } => true,
        Kind::OutOfBounds { keyword, .. } => !is_length(keyword) && !is_count(keyword),
        _ => false,
    };
    let declared = given.declared.map(place::of_value);
    let at = declared.filter(|_| at_declared).unwrap_or(call);
    let told = match fault.kind {
        Kind::WrongFormat(format) => {
            format!("{what}, which `{}` gives to {property}, is {}", function.long(), formats::is_none(format))
        }
        Kind::EndedRuntime(stage) => {
            format!("{what}, which `{}` gives, {}", function.long(), lambda_runtimes::words(&given.text, stage))
        }
        kind => {
            let takes = takes(kind)?;
            match declared.filter(|_| at_declared) {
                Some(_) => format!("{what} does not fit {property}, which takes {takes}"),
                None => format!("`{}` gives {what}, and {property} takes {takes}", function.long()),
            }
        }
    };
    let mut finding = Finding::at(at, told);
    if let Some(declared) = declared {
        finding =
            if at == call { finding.label(declared, "declared here") } else { finding.label(given.call.span(), "used here") };
    }
    if let Kind::PatternMismatch(pattern) = fault.kind
        && shortened(pattern) != pattern
    {
        finding = finding.note(format!("the pattern is `{pattern}`"));
    }
    if let Kind::WrongFormat(format) = fault.kind {
        finding = finding.note(format!("the format is `{format}`"));
    }
    let help = match fault.kind {
        Kind::NotAllowed { schema, keyword } => match nearest_name(&given.text, schema.strings(keyword)) {
            Some(near) => Some(format!("write `{near}`")),
            None if keyword == Keyword::Const => None,
            None => {
                Some(listed(schema.strings(keyword), "or")).filter(|all| !all.is_empty()).map(|all| format!("write one of {all}"))
            }
        },
        Kind::EndedRuntime(_) => lambda_runtimes::advice(&given.text),
        _ => None,
    };
    Some(match help {
        Some(help) => finding.help(help),
        None => finding,
    })
}

fn is_count(keyword: Keyword) -> bool {
    matches!(keyword, Keyword::MinItems | Keyword::MaxItems)
}

/// Most allowed values that a message lists.
const MAX_VALUES: usize = 4;

/// What a property takes, where a value of another kind is given to it.
fn takes(kind: Kind) -> Option<String> {
    Some(match kind {
        Kind::PatternMismatch(pattern) => format!("texts that match `{}`", shortened(pattern)),
        Kind::NotAllowed { schema, keyword: Keyword::Const } => match schema.get(Keyword::Const) {
            Some(Value::String(text)) => format!("only `{text}`"),
            _ => "only one value".to_owned(),
        },
        Kind::NotAllowed { schema, keyword } => {
            let values: Vec<&str> = schema.strings(keyword).collect();
            match values.len() {
                0 => "none but the values that are listed for it".to_owned(),
                1..=MAX_VALUES => listed(values.into_iter(), "or"),
                count => format!("one of {count} other values"),
            }
        }
        Kind::OutOfBounds { keyword, limit, .. } => match keyword {
            Keyword::MinLength => format!("at least {limit} {}", counted(limit, "character")),
            Keyword::MaxLength => format!("at most {limit} {}", counted(limit, "character")),
            Keyword::MinItems => format!("at least {limit} {}", counted(limit, "item")),
            Keyword::MaxItems => format!("at most {limit} {}", counted(limit, "item")),
            Keyword::Minimum => format!("numbers from {limit} on"),
            Keyword::Maximum => format!("numbers up to {limit}"),
            Keyword::ExclusiveMinimum => format!("numbers above {limit}"),
            _ => format!("numbers below {limit}"),
        },
        Kind::WrongType(types) => type_names(types),
        Kind::RepeatedItem(_) => "each item once".to_owned(),
        Kind::NoAlternative(_) | Kind::NotOneAlternative { several: false, .. } => {
            "several kinds of values, of which this is none".to_owned()
        }
        Kind::NotOneAlternative { several: true, .. } => "a value of one of several kinds, and this is of two".to_owned(),
        Kind::Forbidden => "all but this".to_owned(),
        _ => return None,
    })
}

fn counted(number: f64, word: &str) -> String {
    if (number - 1.0).abs() < f64::EPSILON { word.to_owned() } else { format!("{word}s") }
}
