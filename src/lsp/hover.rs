//! What stands at a place: a name and what declares it, a value and what it becomes, a finding and its rule.

use std::fmt::Write;

use serde_json::{Value, json};

use super::names::{self, Name};
use super::view::{OWN, View};
use super::{facts, lens};
use crate::rules;
use crate::syntax::Node;
use crate::template::{Intrinsic, Named, PSEUDO_PARAMETERS, Parameter, SymbolKind, text_span};
use crate::text::Span;
use crate::values::{Expression, Formula, Part, ResourceId, StackId, Value as Found};

/// Most cases of a value, and most references to a resource, that are listed.
const MAX_LISTED: usize = 12;

pub(super) fn hover(view: &View, offset: u32) -> Value {
    let path = view.path_to(offset);
    let mut parts: Vec<String> = Vec::new();
    let mut range: Option<Span> = None;
    let name = names::at(view, offset);
    let call = path.iter().rev().find(|node| Intrinsic::of(**node).is_some()).copied();
    if let Some(node) = call
        && let Some(text) = becomes(view, node, &path)
    {
        parts.push(text);
        range = Some(node.span());
    }
    if let Some((name, span)) = name {
        parts.extend(declared(view, &name));
        range = Some(range.unwrap_or(span));
    } else if let Some((text, span)) = resource_type(view, &path) {
        parts.push(text);
        range = Some(span);
    } else if let Some((text, span)) = property(view, offset) {
        parts.push(text);
        range = Some(span);
    }
    for finding in view.findings.iter().filter(|finding| finding.span.start <= offset && offset <= finding.span.end) {
        parts.extend(rules::find(&finding.code).map(|rule| rule_in_short(rule, finding.url.as_deref())));
    }
    parts.dedup();
    if parts.is_empty() {
        return Value::Null;
    }
    let contents = json!({"kind": "markdown", "value": parts.join("\n\n---\n\n")});
    match range {
        Some(span) => json!({"contents": contents, "range": view.range(span)}),
        None => json!({"contents": contents}),
    }
}

/// The title of a rule's page, and its first paragraph in words.
fn rule_in_short(rule: &rules::Rule, url: Option<&str>) -> String {
    let paragraphs = rule.page.split("\n\n").skip(1);
    let first =
        paragraphs.map(str::trim).find(|text| text.starts_with(|c: char| c.is_alphabetic() || c == '`')).unwrap_or_default();
    let more = url.map_or_else(|| format!("`cfnvet explain {}` says more.", rule.code), |url| format!("[{url}]({url})"));
    format!("**{}** `{}`: {}\n\n{first}\n\n{more}", rule.code, rule.name, rule.title())
}

/// What a function call becomes, case by case.
fn becomes<'t>(view: &View<'t>, node: Node<'t>, path: &[Node<'t>]) -> Option<String> {
    let cases = cases(view, node, path)?;
    let mut text = String::new();
    match cases.as_slice() {
        [] => return None,
        [(value, None)] => write!(text, "Becomes {value}").ok()?,
        cases => {
            text.push_str("Becomes\n");
            for (value, when) in cases.iter().take(MAX_LISTED) {
                let when = when.as_ref().map(|when| format!(" if {when}")).unwrap_or_default();
                write!(text, "\n- {value}{when}").ok()?;
            }
            if cases.len() > MAX_LISTED {
                write!(text, "\n- and {} more", cases.len() - MAX_LISTED).ok()?;
            }
        }
    }
    Some(text)
}

/// The values of a function call in words, and when each holds; `None` where nothing is known but what is written.
fn cases<'t>(view: &View<'t>, node: Node<'t>, path: &[Node<'t>]) -> Option<Vec<(String, Option<String>)>> {
    let values = view.analysis.values();
    let end = path.iter().position(|other| other.id() == node.id())?;
    let given = view.given(&path[..=end]);
    let mut words = view.words();
    let mut told: Vec<(String, Option<String>)> = Vec::new();
    let mut is_news = false;
    for case in values.cases(Expression { stack: StackId::ROOT, node }, given) {
        let value = match &case.value {
            Found::Absent => "nothing".to_owned(),
            Found::Invalid => "nothing that can be deployed".to_owned(),
            Found::Unknown(_) => "what only the deployment knows".to_owned(),
            Found::Structure(found) => {
                format!("what is written in line {}", view.source().position(found.node.span().start).line)
            }
            Found::Text(text) => {
                is_news |= text.known().is_some() || text.parts().len() > 1;
                match text.only() {
                    Some(Part::Import(name)) => format!("what is exported as `{}`", values.show(name)),
                    Some(Part::Resource(id, _)) if id.stack != StackId::ROOT => {
                        is_news = true;
                        let template = values.template(id.stack).tree.source().name();
                        format!("`{}`, of `{}` in {template}", values.show(text), values.logical_id(*id))
                    }
                    _ => match values.with_defaults(text).filter(|_| text.known().is_none()) {
                        Some(default) => {
                            is_news = true;
                            format!("`{}`, by default `{default}`", values.show(text))
                        }
                        None => format!("`{}`", values.show(text)),
                    },
                }
            }
        };
        let when = words.when(StackId::ROOT, case.when, given).map(|when| when.text());
        told.push((value, when));
    }
    (is_news || told.len() > 1).then_some(told)
}

/// What declares a name.
fn declared(view: &View, name: &Name) -> Option<String> {
    let template = view.set.member(name.member).template;
    let mut text = match name.kind {
        SymbolKind::Parameter => parameter(template.parameters.get(&name.name)?),
        SymbolKind::PseudoParameter => format!("**{}**: {}", name.name, pseudo_parameter(&name.name)),
        SymbolKind::Mapping => mapping(template.mappings.get(&name.name)?.node, &name.name),
        SymbolKind::Condition if name.member == OWN => {
            let (holds, fails) = (lens::example(view, &name.name, true), lens::example(view, &name.name, false));
            format!("**{}**: condition\n\n- true {holds}\n- false {fails}", name.name)
        }
        SymbolKind::Condition => format!("**{}**: condition", name.name),
        SymbolKind::AssertionRule => format!("**{}**: rule", name.name),
        SymbolKind::Resource => {
            let index = template.resources.index(&name.name)? as u32;
            resource(view, ResourceId { stack: StackId::ROOT, index })?
        }
        SymbolKind::Output => {
            let output = template.outputs.get(&name.name)?;
            let mut text = format!("**{}**: output", name.name);
            if let Some(exported) = output.export_name.and_then(crate::template::written) {
                write!(text, ", exported as `{exported}`").ok()?;
            }
            if let Some(value) = output.value {
                write!(text, "\n\n```yaml\n{}\n```", template.tree.source().slice(value.span()).trim_end()).ok()?;
            }
            text
        }
    };
    if name.member != OWN {
        write!(text, "\n\nDeclared in {}", template.tree.source().name()).ok()?;
    }
    Some(text)
}

/// The type of a parameter, and what it may be.
pub(super) fn parameter(parameter: &Parameter) -> String {
    let written = |name: &str| parameter.node.get(name).and_then(Node::as_str);
    let mut text = format!("**{}**: parameter of type `{}`", parameter.name(), written("Type").unwrap_or_default());
    if let Some(description) = written("Description") {
        let _ = write!(text, "\n\n{description}");
    }
    match parameter.default.and_then(Node::as_str) {
        Some("") => text.push_str("\n\n- empty by default"),
        Some(default) => drop(write!(text, "\n\n- default: `{default}`")),
        None => text.push_str("\n\n- no default"),
    }
    if let Some(allowed) = parameter.allowed_values {
        let all: Vec<String> = allowed.items().filter_map(Node::as_str).map(|value| format!("`{value}`")).collect();
        let more = all.len().saturating_sub(MAX_LISTED * 2);
        let _ = write!(text, "\n- allowed: {}", all[..all.len() - more].join(", "));
        if more > 0 {
            let _ = write!(text, " and {more} more");
        }
    }
    for name in ["AllowedPattern", "MinLength", "MaxLength", "MinValue", "MaxValue", "ConstraintDescription", "NoEcho"] {
        if let Some(value) = written(name) {
            let _ = write!(text, "\n- {name}: `{value}`");
        }
    }
    text
}

fn mapping(node: Node, name: &str) -> String {
    let mut text = format!("**{name}**: mapping\n");
    for top in node.entries().take(MAX_LISTED) {
        let second = top.value.entries().take(MAX_LISTED).map(|entry| {
            let value = entry.value.as_str().map_or_else(|| "a list".to_owned(), |value| format!("`{value}`"));
            format!("{}: {value}", entry.key.as_str().unwrap_or_default())
        });
        let _ = write!(text, "\n- **{}** {}", top.key.as_str().unwrap_or_default(), second.collect::<Vec<_>>().join(", "));
    }
    if node.len() > MAX_LISTED {
        let _ = write!(text, "\n- and {} more", node.len() - MAX_LISTED);
    }
    text
}

/// The type of a resource, when it is created, and who refers to it.
fn resource(view: &View, id: ResourceId) -> Option<String> {
    let graph = view.analysis.graph();
    let resource = graph.resource(id);
    let mut text = format!("**{}**: `{}`", resource.logical_id(), resource.resource_type());
    let mut words = view.words();
    if let Some(when) = words.when(StackId::ROOT, resource.when, Formula::TRUE) {
        write!(text, "\n\nCreated if {}", when.text()).ok()?;
    }
    let mut referring: Vec<String> = Vec::new();
    for edge in graph.references_to(id) {
        let when = words.when(StackId::ROOT, edge.when, graph.resource(edge.from).when);
        let when = when.map(|when| format!(" if {}", when.text())).unwrap_or_default();
        let line = format!("`{}`{when}", graph.resource(edge.from).logical_id());
        if !referring.contains(&line) {
            referring.push(line);
        }
    }
    if !referring.is_empty() {
        let more = referring.len().saturating_sub(MAX_LISTED);
        write!(text, "\n\nReferred to by {}", referring[..referring.len() - more].join(", ")).ok()?;
        if more > 0 {
            write!(text, " and {more} more").ok()?;
        }
    }
    if let Some(facts) = facts::of_type(view.analysis.facts(), resource.resource_type()) {
        write!(text, "\n\n{facts}").ok()?;
    }
    Some(text)
}

/// The facts of the resource type that stands at the end of a path.
fn resource_type<'t>(view: &View<'t>, path: &[Node<'t>]) -> Option<(String, Span)> {
    let id = view.resource_of(path)?;
    let node = view.analysis.template.resources.at(id.index as usize)?.node.get("Type")?;
    let is_here = path.last().is_some_and(|last| last.id() == node.id());
    Some((facts::of_type(view.analysis.facts(), node.as_str()?).filter(|_| is_here)?, text_span(node)?))
}

/// What the property takes whose key is at an offset.
fn property(view: &View, offset: u32) -> Option<(String, Span)> {
    let path = view.path_to(offset);
    let id = view.resource_of(&path)?;
    let resource = view.analysis.template.resources.at(id.index as usize)?;
    let start = path.iter().position(|node| Some(node.id()) == resource.properties.map(Node::id))?;
    let mut steps = Vec::new();
    for pair in path[start..].windows(2) {
        let (around, node) = (pair[0], pair[1]);
        if around.is_sequence() {
            steps.push("[]");
            continue;
        }
        let entry = around.entries().find(|entry| [entry.key.id(), entry.value.id()].contains(&node.id()))?;
        steps.push(entry.key.as_str()?);
    }
    let key = path.last()?;
    let is_key = path.iter().rev().nth(1)?.entries().any(|entry| entry.key.id() == key.id());
    Some((facts::of_property(view.analysis.facts(), resource.resource_type, &steps).filter(|_| is_key)?, key.span()))
}

/// What a pseudo parameter gives.
///
/// Source: <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/pseudo-parameter-reference.html>.
pub(super) fn pseudo_parameter(name: &str) -> &'static str {
    debug_assert!(PSEUDO_PARAMETERS.contains(&name));
    match name {
        "AWS::AccountId" => "the account that the stack is created in",
        "AWS::NoValue" => "takes away the property that it is given to",
        "AWS::NotificationARNs" => "the list of the topics that the stack tells of its events",
        "AWS::Partition" => "the partition of the region, `aws`, `aws-cn`, `aws-us-gov` or another",
        "AWS::Region" => "the region that the stack is created in",
        "AWS::StackId" => "the ARN of the stack",
        "AWS::StackName" => "the name of the stack",
        "AWS::URLSuffix" => "the end of host names in the partition, mostly `amazonaws.com`",
        _ => "a value that CloudFormation gives",
    }
}

/// The values of a function call where all are known and few, for a hint behind it.
pub(super) fn known_values<'t>(view: &View<'t>, node: Node<'t>) -> Option<Vec<String>> {
    let values = view.analysis.values();
    let given = view.given(&view.path_to(node.span().start + 1));
    let mut known = Vec::new();
    for case in values.cases(Expression { stack: StackId::ROOT, node }, given) {
        let Found::Text(text) = case.value else { return None };
        let value = text.known()?.to_owned();
        if !known.contains(&value) {
            known.push(value);
        }
        if known.len() > MAX_LISTED {
            return None;
        }
    }
    (!known.is_empty()).then_some(known)
}
