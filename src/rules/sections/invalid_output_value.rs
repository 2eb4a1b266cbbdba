//! `invalid-output-value`: an output whose value is no string, or refers to nothing.

use rustc_hash::FxHashSet;

use super::super::language::{self, meant};
use super::super::{Finding, Rule, Scope, Sink, Status};
use super::branches::{self, Branch, Call};
use super::shape;
use crate::analysis::Analysis;
use crate::diagnostic::{Safety, Severity};
use crate::syntax::{Function, Node};
use crate::template::{self, Gives, Intrinsic, Named, Resource, Transform};
use crate::text::{Span, nearest_name};

pub(super) static RULE: Rule = Rule {
    code: "E6101",
    name: "invalid-output-value",
    severity: Severity::Error,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/sections/invalid-output-value.md"),
    scope: Scope::Text,
    options: &[],
    check,
};

fn check(analysis: &Analysis, sink: &mut Sink) {
    let section = analysis.template.outputs.node.filter(|_| shape::is_settled(analysis));
    let open = is_open(analysis);
    let mut broken = FxHashSet::default();
    for (node, finding) in language::in_outputs(analysis) {
        broken.insert(node.id());
        sink.report(finding);
    }
    for (_, entry) in section.into_iter().flat_map(shape::written) {
        let Some(value) = entry.value.get("Value") else { continue };
        let exists = entry.value.get("Condition").filter(|condition| shape::is_text(*condition));
        for (choice, branch) in branches::choices(value, &Branch::default()) {
            if broken.contains(&choice.id()) {
                continue;
            }
            if let Some(finding) = not_text(analysis, choice) {
                branch.report(analysis, exists, finding, sink);
            }
        }
        if open {
            continue;
        }
        for (call, name, _) in unknown(analysis, value) {
            call.branch.report(analysis, exists, undeclared(analysis, &call, name), sink);
        }
    }
}

/// The names in the value of an output that nothing has, each with the call and whether a return value is read.
fn unknown<'t>(analysis: &Analysis<'t>, value: Node<'t>) -> Vec<(Call<'t>, &'t str, bool)> {
    let (mut seen, mut found) = (FxHashSet::default(), Vec::new());
    for call in branches::calls(value) {
        for (name, is_attribute) in names(&call) {
            if !is_declared(analysis, name, is_attribute) && seen.insert((place(&call).start, name)) {
                found.push((call.clone(), name, is_attribute));
            }
        }
    }
    found
}

/// In templates of SAM, other rules of cfn-lint see the names that nothing has too.
pub(super) fn echoes(analysis: &Analysis, sink: &mut Sink) {
    let section = analysis.template.outputs.node.filter(|_| shape::is_settled(analysis));
    if !analysis.template.transforms.contains(&Transform::Serverless) || !has_serverless(analysis) || is_open(analysis) {
        return;
    }
    for (_, entry) in section.into_iter().flat_map(shape::written) {
        let Some(value) = entry.value.get("Value") else { continue };
        for (call, name, _) in unknown(analysis, value).into_iter().filter(|(.., is_attribute)| !is_attribute) {
            sink.report(undeclared(analysis, &call, name).echo_of(&RULE));
        }
    }
}

/// A value that is no string.
fn not_text<'t>(analysis: &Analysis<'t>, value: Node<'t>) -> Option<Finding<'t>> {
    let Some(intrinsic) = Intrinsic::of(value) else {
        let collection = (value.is_sequence() || value.is_mapping()) && !shape::is_filled(value);
        let wrong = || shape::wrong_kind("the value of an output", "a string", value);
        return collection.then(|| wrong().help("write `Fn::Join` to make one string of several"));
    };
    let (what, help) = match (intrinsic, analysis.template.gives(value)) {
        (Intrinsic::Malformed(..), _) => return None,
        (_, Gives::List) => ("a list", "put `Fn::Join` around it"),
        (_, Gives::Mapping) => ("a mapping", "read one value of it"),
        _ => return None,
    };
    let message = format!("the value of an output must be a string, and this gives {what}");
    Some(Finding::at(shape::at_call(value), message).node(value).help(help))
}

/// Whether the template declares what is not written out here: what a macro, a loop or SAM makes has names of its own.
fn is_open(analysis: &Analysis) -> bool {
    let template = analysis.template;
    let sections = [template.resources.node, template.parameters.node];
    sections.iter().flatten().any(|section| {
        let computed = |name: &str| name.contains("${") || name.contains("&{");
        shape::is_filled(*section) || section.entries().any(|entry| entry.key.as_str().is_some_and(computed))
    }) || (has_serverless(analysis) && analysis.mentions(&["LogicalId"]))
}

/// The names that a call refers to, each with whether it is a resource whose return value is read.
fn names<'t>(call: &Call<'t>) -> Vec<(&'t str, bool)> {
    match call.intrinsic {
        Intrinsic::Ref(name) => vec![(name, false)],
        Intrinsic::GetAtt { resource, .. } => vec![(resource, true)],
        Intrinsic::Sub { text, variables } => {
            let names = template::outer_variables(text, variables);
            names.map(|name| name.split_once('.').map_or((name, false), |(name, _)| (name, true))).collect()
        }
        _ => Vec::new(),
    }
}

fn is_declared(analysis: &Analysis, name: &str, is_attribute: bool) -> bool {
    let template = analysis.template;
    if template.resources.get(name).is_some()
        || (!is_attribute && template.parameters.get(name).is_some())
        || template.tree.may_hide(name)
    {
        return true;
    }
    // Names of pseudo parameters are for other rules to judge.
    if name.starts_with("AWS::") || name.contains("${") || name.is_empty() {
        return true;
    }
    let mut makers =
        template.resources.iter().filter(|resource| is_serverless(resource) || resource.resource_type.ends_with("::MODULE"));
    makers.any(|resource| name.starts_with(resource.logical_id())) || (name.starts_with("Serverless") && has_serverless(analysis))
}

/// SAM makes resources of its own for these.
fn is_serverless(resource: &Resource) -> bool {
    resource.resource_type.starts_with("AWS::Serverless::")
}

fn has_serverless(analysis: &Analysis) -> bool {
    analysis.template.resources.iter().any(is_serverless)
}

/// Where cfn-lint reports a name: at itself where `Fn::GetAtt` has a list, else at the call.
fn place(call: &Call) -> Span {
    let list = call.node.function().filter(|(function, list)| *function == Function::GetAtt && list.is_sequence());
    let name = list.and_then(|(_, list)| list.items().next());
    name.map_or_else(|| shape::at_call(call.node), Node::span)
}

fn undeclared<'t>(analysis: &Analysis<'t>, call: &Call<'t>, name: &str) -> Finding<'t> {
    let (at, template) = (place(call), analysis.template);
    let known =
        template.resources.iter().map(|resource| resource.logical_id()).chain(template.parameters.iter().map(Named::name));
    let meant = meant::plainly(name, known.clone());
    let help =
        nearest_name(name, known).map_or_else(|| "declare it, or remove the output".to_owned(), |near| format!("write `{near}`"));
    let finding = Finding::at(at, format!("the output refers to `{}`, which is not declared", shape::shortened(name)));
    let mut finding = finding.node(call.node).help(help);
    if let Some((meant, edit)) = meant.and_then(|meant| Some((meant, meant::renamed(call.node, name, meant)?))) {
        finding = finding.fix(format!("write `{meant}`"), Safety::Safe, vec![edit]);
    }
    let here = call.node.span();
    if at.contains(here) || here.contains(at) { finding } else { finding.label(here, "here") }
}
