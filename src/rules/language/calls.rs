//! How faults in the calls of functions are said.

use super::super::{Finding, Sink};
use super::{meant, place};

use crate::analysis::Analysis;
use crate::diagnostic::Safety;
use crate::syntax::Function;
use crate::template::{Fault, FaultKind, FaultSection, Intrinsic, Named, PSEUDO_PARAMETERS, Shape};
use crate::text::{Edit, nearest_name};

/// Reports the faults in what is outside of `Outputs` for which the outermost function is `function`.
pub(super) fn report(analysis: &Analysis, function: Function, sink: &mut Sink) {
    let wanted = |fault: &&Fault| {
        let elsewhere = matches!(fault.section, FaultSection::Output | FaultSection::Export) && !is_missing_transform(fault);
        fault.outermost == function && !elsewhere
    };
    for fault in analysis.faults().iter().filter(wanted) {
        sink.report(finding(analysis, fault));
    }
}

/// The transform is what is missing, wherever the function stands.
fn is_missing_transform(fault: &Fault) -> bool {
    matches!(fault.kind, FaultKind::NeedsLanguageExtensions(_))
}

fn finding<'t>(analysis: &Analysis<'t>, fault: &Fault<'t>) -> Finding<'t> {
    let node = fault.node;
    let span = match node.functions().next().filter(|_| fault.whole) {
        Some(_) if matches!(fault.kind, FaultKind::NeedsLanguageExtensions(_)) => place::of_value(node),
        Some((function, ..)) => place::of_call(node, function.long()),
        None if fault.whole => place::of_call(node, Function::Condition.long()),
        None => place::of_value(node),
    };
    let (message, help) = words(analysis, fault);
    let mut finding = Finding::at(span, message).node(node).help(help);
    if let Some((name, edit)) = rename(analysis, fault) {
        finding = finding.fix(format!("write `{name}`"), Safety::Safe, vec![edit]);
    }
    if span == node.span() { finding } else { finding.label(node.span(), "this is meant") }
}

/// Another name where it is plain which one is meant, and the edit that writes it.
fn rename<'t>(analysis: &Analysis<'t>, fault: &Fault<'t>) -> Option<(&'t str, Edit)> {
    let node = fault.node;
    let template = analysis.template;
    let (name, meant) = match fault.kind {
        FaultKind::Undeclared(name) => (name, meant::plainly(name, names(analysis, fault))?),
        FaultKind::UndeclaredCondition(name) => (name, meant::plainly(name, template.conditions.iter().map(Named::name))?),
        FaultKind::UndeclaredKey { name, mapping: None } => {
            (name, meant::plainly(name, template.mappings.iter().map(Named::name))?)
        }
        _ => return None,
    };
    if !fault.whole {
        return Some((meant, node.replace_scalar(meant)?));
    }
    let edit = match Intrinsic::of(node) {
        Some(Intrinsic::Sub { text, .. }) => {
            let written = text.as_str()?.replace(&format!("${{{name}}}"), &format!("${{{meant}}}"));
            let written = written.replace(&format!("${{{name}."), &format!("${{{meant}."));
            text.replace_scalar(&written).filter(|_| text.as_str() != Some(written.as_str()))?
        }
        Some(Intrinsic::GetAtt { .. }) => {
            let (_, argument) = node.function()?;
            let rest = argument.as_str()?.strip_prefix(name)?;
            argument.replace_scalar(&format!("{meant}{rest}"))?
        }
        Some(Intrinsic::Ref(_)) => node.function()?.1.replace_scalar(meant)?,
        _ => node.condition()?.replace_scalar(meant)?,
    };
    Some((meant, edit))
}

fn words(analysis: &Analysis, fault: &Fault) -> (String, String) {
    match &fault.kind {
        FaultKind::Undeclared(name) => {
            let help = match nearest_name(name, names(analysis, fault)) {
                Some(nearest) => format!("refer to `{nearest}`"),
                None => format!("declare `{name}`, or remove the reference"),
            };
            (format!("nothing in this template is called `{name}`"), help)
        }
        FaultKind::UndeclaredCondition(name) => {
            let help = match nearest_name(name, analysis.template.conditions.iter().map(Named::name)) {
                Some(nearest) => format!("write `{nearest}`"),
                None => format!("declare `{name}` in `Conditions`"),
            };
            (format!("no condition is called `{name}`"), help)
        }
        FaultKind::UndeclaredKey { name, mapping: None } => {
            let help = match nearest_name(name, analysis.template.mappings.iter().map(Named::name)) {
                Some(nearest) => format!("read `{nearest}`"),
                None => format!("declare `{name}` in `Mappings`"),
            };
            (format!("no mapping is called `{name}`"), help)
        }
        FaultKind::UndeclaredKey { name, mapping: Some(mapping) } => {
            (format!("mapping `{mapping}` has no key `{name}` there"), "add the key, or read one that is there".to_owned())
        }
        FaultKind::Count { function, least, most } => {
            let number = if least == most { format!("{least}") } else { format!("{least} to {most}") };
            let things = if *most == 1 { "argument" } else { "arguments" };
            (format!("`{}` takes {number} {things}", function.long()), format!("give it {number}"))
        }
        FaultKind::Shape { function, expected } => {
            (format!("`{}` takes {} here", function.long(), shape(*expected)), format!("write {}", shape(*expected)))
        }
        FaultKind::Refused { function, inner } => (
            format!("`{}` does not take `{}` here", function.long(), inner.long()),
            "write the value out, or compute it another way".to_owned(),
        ),
        FaultKind::Index { index, len } => {
            let items = if *len == 1 { "item" } else { "items" };
            (format!("the list has {len} {items}, and none of index {index}"), "count from 0, or add the item".to_owned())
        }
        FaultKind::NeedsLanguageExtensions(function) => (
            format!("`{}` needs the transform `AWS::LanguageExtensions`", function.long()),
            "add `Transform: AWS::LanguageExtensions` to the template".to_owned(),
        ),
    }
}

fn shape(shape: Shape) -> String {
    match shape {
        Shape::Text => "a string".to_owned(),
        Shape::Integer(least, i64::MAX) => format!("a whole number from {least}"),
        Shape::Integer(least, most) => format!("a whole number from {least} to {most}"),
        Shape::List => "a list".to_owned(),
        Shape::Mapping => "a mapping".to_owned(),
        Shape::Structure => "a list or a mapping that is not empty".to_owned(),
        Shape::Any => "another value".to_owned(),
    }
}

/// What a reference can name where it stands.
fn names<'t>(analysis: &Analysis<'t>, fault: &Fault) -> impl Iterator<Item = &'t str> {
    let template = analysis.template;
    let resources = fault.section != FaultSection::Condition;
    let others = fault.outermost != Function::GetAtt;
    let parameters = template.parameters.iter().filter(move |_| others).map(Named::name);
    let pseudo = PSEUDO_PARAMETERS.iter().filter(move |_| others).copied();
    template.resources.iter().filter(move |_| resources).map(Named::name).chain(parameters).chain(pseudo)
}
