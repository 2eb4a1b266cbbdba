//! `unexported-import`: in a closed workspace, an import names something that no template exports.

use crate::analysis::Analysis;
use crate::config::Workspace;
use crate::diagnostic::Severity;
use crate::rules::{Finding, Rule, Scope, Sink, Status};
use crate::syntax::{Function, Node};
use crate::text::nearest_name;
use crate::values::{Expression, Formula, Part, StackId, Value};

pub(super) static RULE: Rule = Rule {
    code: "XST101",
    name: "unexported-import",
    severity: Severity::Error,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/stacks/unexported-import.md"),
    scope: Scope::Text,
    options: &[],
    check,
};

fn check(analysis: &Analysis, sink: &mut Sink) {
    if analysis.settings.workspace != Workspace::Closed || !analysis.mentions(&["ImportValue"]) {
        return;
    }
    let mut imports = Vec::new();
    for resource in analysis.template.resources.iter() {
        let when = resource.condition.map_or(Formula::TRUE, |name| analysis.values().condition_named(StackId::ROOT, name));
        collect(analysis, resource.node, when, &mut imports);
    }
    for output in analysis.template.outputs.iter() {
        let when = output.condition.map_or(Formula::TRUE, |name| analysis.values().condition_named(StackId::ROOT, name));
        output.value.into_iter().for_each(|value| collect(analysis, value, when, &mut imports));
    }
    let values = analysis.values();
    for (node, exists) in imports {
        for case in values.cases(Expression { stack: StackId::ROOT, node }, exists) {
            let Value::Text(text) = &case.value else { continue };
            let Some(Part::Import(name)) = text.only() else { continue };
            // A name that only a deployment knows may be anything.
            let (Some(name), Some(verdict)) = (name.known(), values.verdict(exists, case.when)) else { continue };
            let exports: Vec<String> = exports(analysis);
            let help = match nearest_name(name, exports.iter().map(String::as_str)) {
                Some(nearest) => format!("import `{nearest}`"),
                None => "export it from one of the templates, or set `workspace: open` where it comes from elsewhere".to_owned(),
            };
            let finding = Finding::at(node.place(), format!("no template of the workspace exports `{name}`"))
                .node(node)
                .note("the config says `workspace: closed`: all templates that matter are given")
                .help(help)
                .verdict(verdict);
            sink.report(finding);
        }
    }
}

/// The names of exports that are written out.
fn exports(analysis: &Analysis) -> Vec<String> {
    let outputs = analysis.set.members().iter().flat_map(|member| member.template.outputs.iter());
    outputs.filter_map(|output| output.export_name?.as_str().map(str::to_owned)).collect()
}

/// The imports below `node`, each with the condition under which it stands.
fn collect<'t>(analysis: &Analysis<'t>, node: Node<'t>, when: Formula, found: &mut Vec<(Node<'t>, Formula)>) {
    match node.function() {
        Some((Function::ImportValue, _)) => found.push((node, when)),
        Some((Function::If, argument)) => {
            let values = analysis.values();
            let mut branches = argument.items();
            let Some(condition) = branches.next() else { return };
            let holds = values.condition_named(StackId::ROOT, condition);
            for (branch, holds) in branches.zip([holds, values.formulas.not(holds)]) {
                collect(analysis, branch, values.formulas.and(when, holds), found);
            }
        }
        _ => {
            node.items().for_each(|item| collect(analysis, item, when, found));
            node.entries().for_each(|entry| collect(analysis, entry.value, when, found));
        }
    }
}
