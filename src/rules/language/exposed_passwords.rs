//! `exposed-passwords`: a password that can be read in the template, in the stack's parameters or in Parameter Store.

use rustc_hash::FxHashSet;

use super::super::{Finding, Rule, Scope, Sink, Status};
use crate::analysis::Analysis;
use crate::diagnostic::{Safety, Severity};
use crate::syntax::Node;
use crate::template::{Intrinsic, Parameter, dynamic_reference};

pub(super) static RULE: Rule = Rule {
    code: "W2501",
    name: "exposed-passwords",
    severity: Severity::Warning,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/language/exposed-passwords.md"),
    scope: Scope::Text,
    options: &[],
    check,
};

/// Properties of any type that hold a password.
///
/// Source: the rule W2501 of cfn-lint 1.58.0.
const PASSWORDS: &[&str] = &[
    "AccountPassword",
    "AdminPassword",
    "ADDomainJoinPassword",
    "CrossRealmTrustPrincipalPassword",
    "KdcAdminPassword",
    "Password",
    "DbPassword",
    "MasterUserPassword",
    "PasswordParam",
];

fn check(analysis: &Analysis, sink: &mut Sink) {
    if !analysis.mentions(&["Password"]) {
        return;
    }
    let mut told = FxHashSet::default();
    let properties = analysis.template.resources.iter().filter_map(|resource| resource.properties);
    let mappings = properties.flat_map(Node::descendants).filter(|node| node.is_mapping());
    for entry in mappings.flat_map(Node::entries) {
        let Some(name) = entry.key.as_str().filter(|name| PASSWORDS.contains(name)) else { continue };
        let value = entry.value;
        match Intrinsic::of(value) {
            Some(Intrinsic::Ref(parameter)) => {
                let Some(parameter) = analysis.template.parameters.get(parameter).filter(|parameter| is_shown(parameter)) else {
                    continue;
                };
                if told.insert(parameter.key.id()) {
                    sink.report(shown(parameter, entry.key, name));
                }
            }
            Some(_) => {}
            None if value.other_tag().is_some() => {}
            None if value.is_mapping() => {
                // One key alone may be that of a function which is not known here.
                if value.len() != 1 {
                    sink.report(Finding::at(entry.key.span(), format!("`{name}` is a mapping, and no password")).node(value));
                }
            }
            None => {
                if let Some(finding) = value.as_str().and_then(|text| written(text, entry.key, name)) {
                    sink.report(finding.node(value));
                }
            }
        }
    }
}

fn is_shown(parameter: &Parameter) -> bool {
    let hides = |no_echo: Node| no_echo.scalar().is_none_or(|scalar| !scalar.canonical().eq_ignore_ascii_case("false"));
    !parameter.no_echo.is_some_and(hides)
}

fn shown<'t>(parameter: &Parameter<'t>, used: Node<'t>, property: &str) -> Finding<'t> {
    let name = parameter.key.as_str().unwrap_or_default();
    let finding =
        Finding::at(parameter.key.span(), format!("parameter `{name}` is a password, and is shown to all who see the stack"))
            .node(parameter.node)
            .label(used.span(), format!("used as `{property}` here"))
            .help("add `NoEcho: true`, or read the password from Secrets Manager");
    match parameter.no_echo {
        None => match parameter.node.insert_entry("NoEcho", "true") {
            Some(edit) => finding.fix("add `NoEcho: true`", Safety::Unsafe, vec![edit]),
            None => finding,
        },
        Some(_) => finding,
    }
}

/// What is wrong with a password that is written out.
fn written<'t>(text: &str, key: Node<'t>, property: &str) -> Option<Finding<'t>> {
    let help = "read it from Secrets Manager: `{{resolve:secretsmanager:…}}`";
    match dynamic_reference(text) {
        Some(reference) if reference.service == "ssm" => {
            let finding = Finding::at(key.span(), format!("`{property}` is read from a place where anybody can read it"));
            Some(finding.note("Parameter Store keeps what `ssm` reads in plain text").help(help))
        }
        Some(_) => None,
        None => {
            let finding = Finding::at(key.span(), format!("`{property}` is written out in the template"));
            Some(finding.note("a template is kept and passed on, and its text is shown to all who see the stack").help(help))
        }
    }
}
