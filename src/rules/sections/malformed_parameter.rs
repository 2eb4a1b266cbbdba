//! `malformed-parameter`: a parameter of the wrong shape.

use super::super::{Finding, Rule, Scope, Sink, Status};
use super::{invalid_parameter_name, shape};
use crate::analysis::Analysis;
use crate::diagnostic::Severity;
use crate::syntax::{Entry, Node};

pub(super) static RULE: Rule = Rule {
    code: "E2001",
    name: "malformed-parameter",
    severity: Severity::Error,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/sections/malformed-parameter.md"),
    scope: Scope::Text,
    options: &[],
    check,
};

const FOR_ALL: &[&str] = &["Type", "Default", "Description", "ConstraintDescription", "AllowedValues", "NoEcho"];
const FOR_NUMBERS: &[&str] = &["MinValue", "MaxValue"];
const FOR_OTHERS: &[&str] = &["AllowedPattern", "MinLength", "MaxLength"];

/// The largest `MaxLength`: values of parameters are not longer.
///
/// Source: CloudFormation quotas, <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html>.
const MAX_VALUE: f64 = 4_096.0;

fn check(analysis: &Analysis, sink: &mut Sink) {
    let Some(section) = analysis.template.parameters.node.filter(|_| shape::is_settled(analysis)) else { return };
    if !section.is_mapping() {
        return sink.report(shape::wrong_kind("`Parameters`", "a mapping", section));
    }
    for (name, entry) in shape::written(section) {
        if let Some(finding) = invalid_parameter_name::refused(name, entry) {
            sink.report(finding.echo_of(&invalid_parameter_name::RULE));
        }
        if shape::is_plain_mapping(entry.value) {
            check_one(name, entry, sink);
        } else if !shape::is_generated(entry.value) {
            let what = format!("parameter `{}`", shape::shortened(name));
            sink.report(shape::wrong_kind(&what, "a mapping with `Type`", entry.value));
        }
    }
}

fn check_one<'t>(name: &str, parameter: Entry<'t>, sink: &mut Sink) {
    let settings = parameter.value;
    if settings.get("Type").is_none() && !shape::is_filled(settings) {
        let finding = Finding::at(parameter.key.span(), format!("parameter `{}` has no `Type`", shape::shortened(name)));
        sink.report(finding.node(settings).help("say what it is: `Type: String`"));
    }
    let is_number = settings.get("Type").and_then(Node::as_str) == Some("Number");
    let known = [FOR_ALL, if is_number { FOR_NUMBERS } else { FOR_OTHERS }];
    for (setting, entry) in shape::written(settings) {
        if known.iter().any(|known| known.contains(&setting)) {
            check_setting(setting, entry.value, sink);
        } else if FOR_NUMBERS.contains(&setting) || FOR_OTHERS.contains(&setting) {
            let (words, instead) = if is_number {
                ("is not for numbers", "numbers have `MinValue` and `MaxValue`")
            } else {
                ("is for numbers only", "other types have `MinLength`, `MaxLength` and `AllowedPattern`")
            };
            let finding = Finding::at(entry.key.span(), format!("`{setting}` {words}")).node(entry.value);
            sink.report(finding.note(instead).help("remove it, or change `Type`"));
        } else {
            sink.report(shape::unknown_key("a parameter has no", settings, entry.key, &known.concat()));
        }
    }
}

fn check_setting<'t>(setting: &str, value: Node<'t>, sink: &mut Sink) {
    let wanted = match setting {
        "AllowedValues" if shape::is_plain_list(value) => {
            for item in value.items().filter(|item| !shape::is_text(*item)) {
                sink.report(shape::wrong_kind("each of `AllowedValues`", "a string or a number", item));
            }
            return;
        }
        "AllowedValues" => "a list",
        "NoEcho" if shape::is_bool(value) => return,
        "NoEcho" => "`true` or `false`",
        "MinLength" | "MaxLength" => match shape::number(value).filter(|number| number.fract() == 0.0) {
            Some(number) if setting == "MaxLength" && number > MAX_VALUE => "at most 4096",
            Some(_) => return,
            None => "a whole number",
        },
        "MinValue" | "MaxValue" if shape::number(value).is_some() => return,
        "MinValue" | "MaxValue" => "a number",
        _ if shape::is_text(value) => return,
        _ => "a string",
    };
    let finding = shape::wrong_kind(&format!("`{setting}`"), wanted, value);
    let finding = match value.function() {
        Some(_) => finding.help("write the value itself: no function works in a parameter"),
        None => finding,
    };
    sink.report(finding);
}
