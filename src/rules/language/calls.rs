//! How faults in the calls of functions are said.

use super::super::schema::type_names;
use super::super::{Finding, Rule, Sink, find};
use super::{meant, place};

use crate::analysis::Analysis;
use crate::diagnostic::Safety;
use crate::schema::Facts;
use crate::syntax::{Function, Node};
use crate::template::{Fault, FaultKind, FaultSection, Gives, Intrinsic, Named, PSEUDO_PARAMETERS, Shape};
use crate::text::{Edit, nearest_name};
use crate::validation::Kind;

/// Reports the faults for which the outermost function is `function`; those in the values of outputs are faults of the outputs.
pub(super) fn report(analysis: &Analysis, function: Function, sink: &mut Sink) {
    let wanted = |fault: &&Fault| {
        let elsewhere = fault.section == FaultSection::Output && !is_missing_transform(fault);
        fault.outermost == function && !elsewhere
    };
    for fault in analysis.call_faults().iter().filter(wanted) {
        let finding = finding(analysis, fault);
        match rule_of(function).filter(|_| fault.is_echo) {
            Some(own) => sink.report(finding.echo_of(own)),
            None => sink.report(finding),
        }
    }
    types(analysis, function, sink);
}

/// Reports the calls of `function` that give a value of another type than the property takes.
fn types(analysis: &Analysis, function: Function, sink: &mut Sink) {
    // Without a call there is nothing to compare with the schemas.
    if !analysis.template.calls().any(|call| call.function == function) {
        return;
    }
    for fault in analysis.schema_faults() {
        let Some(given) = fault.given_by(function) else { continue };
        let Some(verdict) = analysis.values().verdict(fault.resource.when, fault.when) else { continue };
        let at = match (fault.kind, function) {
            (Kind::NoReturnValue, _) => {
                let name = given.call.function().and_then(|(_, argument)| argument.items().nth(1));
                name.map_or(fault.at, place::of_value)
            }
            (_, Function::GetAtt) => place::of_call(given.call, function.long()),
            _ => fault.at,
        };
        let message = match fault.kind {
            Kind::GivenType { expected, given } => {
                format!("`{}` gives {} here, and the property takes {}", function.long(), type_names(given), type_names(expected))
            }
            Kind::NoReturnValue => format!("the resource has no return value `{}`, which is read here", given.text),
            _ => continue,
        };
        let finding = Finding::at(at, message);
        sink.report(finding.node(given.call).resource(analysis.graph(), &fault.resource).verdict(verdict));
    }
}

/// What is wrong in the values of outputs, with the value at fault; names that nothing has are left out.
pub(in super::super) fn in_outputs<'t>(analysis: &Analysis<'t>) -> impl Iterator<Item = (Node<'t>, Finding<'t>)> {
    let wanted = |fault: &&Fault| {
        let named = matches!(fault.kind, FaultKind::Undeclared(_));
        fault.section == FaultSection::Output && !named && !is_missing_transform(fault) && !fault.is_echo
    };
    analysis.call_faults().iter().filter(wanted).map(|fault| (fault.node, finding(analysis, fault)))
}

/// What is wrong in the calls in resources.
pub(in super::super) fn in_resources<'a, 't>(analysis: &'a Analysis<'t>) -> impl Iterator<Item = (&'a Fault<'t>, Finding<'t>)> {
    let wanted = |fault: &&Fault| {
        fault.section == FaultSection::Resource && !is_missing_transform(fault) && !fault.is_echo && !fault.is_open
    };
    analysis.call_faults().iter().filter(wanted).map(|fault| (fault, finding(analysis, fault)))
}

/// The rule that reports what is wrong with calls of `function` in resources.
pub(in super::super) fn rule_of(function: Function) -> Option<&'static Rule> {
    find(match function {
        Function::Ref => "E1020",
        Function::GetAtt => "E1010",
        Function::Sub => "E1019",
        Function::FindInMap => "E1011",
        Function::GetAZs => "E1015",
        Function::ImportValue => "E1016",
        Function::Select => "E1017",
        Function::Split => "E1018",
        Function::Base64 => "E1021",
        Function::Join => "E1022",
        Function::Cidr => "E1024",
        Function::If => "E1028",
        _ => return None,
    })
}

/// Reports what is wrong in the calls that the condition `function` compares or combines.
pub(in super::super) fn in_conditions(analysis: &Analysis, function: Function, sink: &mut Sink) {
    for fault in analysis.call_faults() {
        // The conditions themselves are for the rules of each.
        let inner = match fault.kind {
            FaultKind::Undeclared(_)
            | FaultKind::UnknownReturnValue { .. }
            | FaultKind::UndeclaredKey { .. }
            | FaultKind::Variable { .. }
            | FaultKind::NoKeyOf { .. }
            | FaultKind::Dynamic(_)
            | FaultKind::Region(_)
            | FaultKind::Block
            | FaultKind::Index { .. } => true,
            // A comparison tells the types of what it compares.
            FaultKind::Type { .. } => true,
            FaultKind::Count { function, .. } | FaultKind::Shape { function, .. } | FaultKind::Refused { function, .. } => {
                !matches!(function, Function::Equals | Function::And | Function::Or | Function::Not)
            }
            FaultKind::NeedsLanguageExtensions(function) => function != fault.outermost,
            FaultKind::MissingKey { .. } | FaultKind::UnknownKey { .. } => true,
            FaultKind::UndeclaredCondition(_) => false,
        };
        if inner && !fault.is_echo && fault.section == FaultSection::Condition && fault.outermost == function {
            sink.report(finding(analysis, fault));
        }
    }
}

/// The transform is what is missing, wherever the function stands; inside another one it is an argument that is refused.
fn is_missing_transform(fault: &Fault) -> bool {
    matches!(fault.kind, FaultKind::NeedsLanguageExtensions(function) if fault.outermost == function)
}

fn finding<'t>(analysis: &Analysis<'t>, fault: &Fault<'t>) -> Finding<'t> {
    let node = fault.node;
    let span = match node.functions().next().filter(|_| fault.whole) {
        Some(_) if matches!(fault.kind, FaultKind::NeedsLanguageExtensions(_)) => place::of_value(node),
        Some((function, ..)) => place::of_call(node, function.long()),
        None if fault.whole => place::of_call(node, Function::Condition.long()),
        None => place::of_value(node),
    };
    let meant = meant(analysis, fault);
    let (message, help) = words(analysis, fault, meant);
    let mut finding = Finding::at(span, message).node(node).help(help);
    if let Some((name, edit)) = meant.and_then(|meant| rename(fault, meant)) {
        finding = finding.fix(format!("write `{name}`"), Safety::Safe, vec![edit]);
    }
    if fault.is_open {
        finding = finding.undecided("what SAM, or the tool that the tag is for, makes of the template may have it");
    }
    // A call that is written out below its key needs no second mark.
    if node.span().contains(span) { finding } else { finding.label(node.span(), "here") }
}

/// A name in place of another.
#[derive(Clone, Copy)]
struct Meant<'t> {
    name: &'t str,
    meant: &'t str,
}

/// Another name where it is plain which one is meant.
fn meant<'t>(analysis: &Analysis<'t>, fault: &Fault<'t>) -> Option<Meant<'t>> {
    let template = analysis.template;
    let (name, meant) = match fault.kind {
        FaultKind::Undeclared(name) => (name, meant::plainly(name, names(analysis, fault))?),
        FaultKind::UnknownReturnValue { name, of } => (name, meant::plainly(name, of.return_value_names())?),
        FaultKind::UndeclaredCondition(name) => (name, meant::plainly(name, template.conditions.iter().map(Named::name))?),
        FaultKind::UndeclaredKey { name, mapping: None } => {
            (name, meant::plainly(name, template.mappings.iter().map(Named::name))?)
        }
        _ => return None,
    };
    Some(Meant { name, meant })
}

/// The name that is meant, and the edit that writes it.
fn rename<'t>(fault: &Fault<'t>, Meant { name, meant }: Meant<'t>) -> Option<(&'t str, Edit)> {
    let node = fault.node;
    if !fault.whole {
        return Some((meant, node.replace_scalar(meant)?));
    }
    let edit = match Intrinsic::of(node) {
        Some(Intrinsic::Sub { text, .. }) => {
            let written = match fault.kind {
                FaultKind::UnknownReturnValue { .. } => text.as_str()?.replace(&format!(".{name}}}"), &format!(".{meant}}}")),
                _ => {
                    let written = text.as_str()?.replace(&format!("${{{name}}}"), &format!("${{{meant}}}"));
                    written.replace(&format!("${{{name}."), &format!("${{{meant}."))
                }
            };
            text.replace_scalar(&written).filter(|_| text.as_str() != Some(written.as_str()))?
        }
        Some(Intrinsic::GetAtt { .. }) => {
            let (_, argument) = node.function()?;
            let written = argument.as_str()?;
            let written = match fault.kind {
                FaultKind::UnknownReturnValue { .. } => format!("{}{meant}", written.strip_suffix(name)?),
                _ => format!("{meant}{}", written.strip_prefix(name)?),
            };
            argument.replace_scalar(&written)?
        }
        Some(Intrinsic::Ref(_)) => node.function()?.1.replace_scalar(meant)?,
        _ => node.condition()?.replace_scalar(meant)?,
    };
    Some((meant, edit))
}

/// Most names that a message lists.
const MAX_LISTED: usize = 12;

fn words(analysis: &Analysis, fault: &Fault, plain: Option<Meant>) -> (String, String) {
    match &fault.kind {
        FaultKind::Undeclared(name) if fault.section == FaultSection::Export && is_resource(analysis, name) => (
            format!("`{name}` is a resource, and there is none yet when the name of an export is made"),
            "refer to a parameter or a pseudo parameter".to_owned(),
        ),
        FaultKind::Undeclared(name) if is_resource(analysis, name) => (
            format!("`{name}` is a resource, and there is none yet when conditions are evaluated"),
            "refer to a parameter".to_owned(),
        ),
        FaultKind::Undeclared(name) => {
            // Only a slip of the keyboard says what was meant; a name that is like another may be one of its own.
            let help = match plain {
                Some(plain) => format!("refer to `{}`", plain.meant),
                None => match nearest_name(name, names(analysis, fault)) {
                    Some(nearest) => format!("declare `{name}`, or refer to `{nearest}`"),
                    None => format!("declare `{name}`, or remove the reference"),
                },
            };
            (format!("nothing in this template is called `{name}`"), help)
        }
        FaultKind::UnknownReturnValue { name, of } => {
            let known: Vec<String> = of.return_value_names().map(|name| format!("`{name}`")).collect();
            let help = match nearest_name(name, of.return_value_names()) {
                Some(nearest) => format!("read `{nearest}`"),
                None if known.is_empty() => "remove the call: `Fn::GetAtt` reads nothing of this type".to_owned(),
                None if known.len() > MAX_LISTED => {
                    format!("read one of {} and {} more", known[..MAX_LISTED].join(", "), known.len() - MAX_LISTED)
                }
                None => format!("read one of {}", known.join(", ")),
            };
            (format!("`{}` has no return value `{name}`", of.name()), help)
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
        FaultKind::Refused { function: Function::FindInMap, inner } if is_key_with_extensions(*inner) => (
            format!("`Fn::FindInMap` takes `{}` only with the transform `AWS::LanguageExtensions`", inner.long()),
            "add `Transform: AWS::LanguageExtensions` to the template, or write the key out".to_owned(),
        ),
        FaultKind::Refused { function, inner } => (
            format!("`{}` does not take `{}` here", function.long(), inner.long()),
            "write the value out, or compute it another way".to_owned(),
        ),
        FaultKind::Type { function, expected, inner, gives } => (
            format!("`{}` takes {} here, and `{}` gives {}", function.long(), shape(*expected), inner.long(), given(*gives)),
            cure(*gives).to_owned(),
        ),
        FaultKind::Variable { name, gives } => {
            (format!("`${{{name}}}` stands for {}, and `Fn::Sub` puts in strings only", given(*gives)), cure(*gives).to_owned())
        }
        FaultKind::NoKeyOf { mapping, pseudo } => {
            let what = if *pseudo == "AWS::Region" { "the name of a region" } else { "the number of an account" };
            (
                format!("no key of mapping `{mapping}` is {what}"),
                format!("add the keys, or read the mapping by another name than `{pseudo}`"),
            )
        }
        FaultKind::Dynamic(function) => (
            format!("`{}` gets the text of the dynamic reference, which is resolved only later", function.long()),
            "take the value from a parameter of a type `AWS::SSM::Parameter::Value<…>`".to_owned(),
        ),
        FaultKind::Region(name) => {
            let help = match nearest_name(name, Facts::embedded().regions()) {
                Some(nearest) => format!("write `{nearest}`"),
                None => "write the name of a region, or nothing for the region of the stack".to_owned(),
            };
            (format!("no region is called `{name}`"), help)
        }
        FaultKind::Block => (
            "`Fn::Cidr` takes a block of addresses here".to_owned(),
            "write an address and the length of its prefix, as in `10.0.0.0/16`".to_owned(),
        ),
        FaultKind::Index { index, len } => {
            let items = if *len == 1 { "item" } else { "items" };
            (format!("the list has {len} {items}, and none of index {index}"), "count from 0, or add the item".to_owned())
        }
        FaultKind::MissingKey { function, key } => (format!("`{}` has no `{key}`", function.long()), format!("write `{key}`")),
        FaultKind::UnknownKey { function, key, known } => {
            let help = match nearest_name(key, known.iter().copied()) {
                Some(nearest) => format!("write `{nearest}`"),
                None => "remove it".to_owned(),
            };
            (format!("`{}` takes no `{key}`", function.long()), help)
        }
        FaultKind::NeedsLanguageExtensions(function) => (
            format!("`{}` needs the transform `AWS::LanguageExtensions`", function.long()),
            "add `Transform: AWS::LanguageExtensions` to the template".to_owned(),
        ),
    }
}

fn is_resource(analysis: &Analysis, name: &str) -> bool {
    analysis.template.resources.get(name).is_some()
}

/// Whether keys of mappings are computed by a function once `AWS::LanguageExtensions` is there.
fn is_key_with_extensions(function: Function) -> bool {
    use Function as F;
    matches!(function, F::Join | F::Sub | F::If | F::Select | F::Length | F::ToJsonString)
}

/// What a call gives, for a message.
fn given(gives: Gives) -> &'static str {
    match gives {
        Gives::Text => "a string",
        Gives::List => "a list",
        Gives::Mapping => "a mapping",
        Gives::Unknown => "another value",
    }
}

/// What to do about a value of the wrong kind.
fn cure(gives: Gives) -> &'static str {
    match gives {
        Gives::Text => "write a list, or make one with `Fn::Split`",
        Gives::List => "make one string of it with `Fn::Join`, or take one item with `Fn::Select`",
        Gives::Mapping | Gives::Unknown => "read one value of it",
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
    let resources = !matches!(fault.section, FaultSection::Condition | FaultSection::Export);
    let others = fault.outermost != Function::GetAtt;
    let parameters = template.parameters.iter().filter(move |_| others).map(Named::name);
    let pseudo = PSEUDO_PARAMETERS.iter().filter(move |_| others).copied();
    template.resources.iter().filter(move |_| resources).map(Named::name).chain(parameters).chain(pseudo)
}
