//! The names of a template: where each is declared, and where it is used.

use super::{Intrinsic, Named, PSEUDO_PARAMETERS, Piece, Template, pieces};
use crate::syntax::{Function, Node};
use crate::text::Span;

/// What a name names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SymbolKind {
    /// An entry of `Parameters`.
    Parameter,
    /// A pseudo parameter.
    PseudoParameter,
    /// An entry of `Mappings`.
    Mapping,
    /// An entry of `Conditions`.
    Condition,
    /// An entry of `Rules`.
    AssertionRule,
    /// An entry of `Resources`.
    Resource,
    /// An entry of `Outputs`.
    Output,
}

/// A place where a name is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Occurrence<'t> {
    /// What it names.
    pub kind: SymbolKind,
    /// The name.
    pub name: &'t str,
    /// The name alone, without quotes and whatever stands around it.
    pub span: Span,
    /// Whether it is declared here.
    pub is_declaration: bool,
    /// The value that uses it, `Fn::Sub`s with all their text; the entry's value for a declaration.
    pub node: Node<'t>,
}

/// Every place where a name that the template declares is written, in the order of the sections and, within, of the text.
/// Names that nothing declares are left out.
#[must_use]
pub fn occurrences<'t>(template: &Template<'t>) -> Vec<Occurrence<'t>> {
    let mut walk = Walk { template, found: Vec::new() };
    walk.declarations(SymbolKind::Parameter, template.parameters.iter().map(|entry| (entry.key, entry.node)));
    walk.declarations(SymbolKind::Mapping, template.mappings.iter().map(|entry| (entry.key, entry.node)));
    walk.declarations(SymbolKind::Condition, template.conditions.iter().map(|entry| (entry.key, entry.node)));
    walk.declarations(SymbolKind::AssertionRule, template.rules.iter().map(|entry| (entry.key, entry.key)));
    walk.declarations(SymbolKind::Resource, template.resources.iter().map(|entry| (entry.key, entry.node)));
    walk.declarations(SymbolKind::Output, template.outputs.iter().map(|entry| (entry.key, entry.value.unwrap_or(entry.key))));
    for condition in template.conditions.iter() {
        walk.value(condition.node, true);
    }
    for node in template.rules.iter().flat_map(|rule| [rule.condition, rule.assertions]).flatten() {
        walk.value(node, true);
    }
    for resource in template.resources.iter() {
        if let Some(condition) = resource.condition {
            walk.name(SymbolKind::Condition, condition);
        }
        for (_, node) in resource.depends_on() {
            walk.name(SymbolKind::Resource, node);
        }
        let parts = resource.node.entries().filter(|part| !matches!(part.key.as_str(), Some("DependsOn" | "Condition" | "Type")));
        parts.for_each(|part| walk.value(part.value, false));
    }
    for output in template.outputs.iter() {
        if let Some(condition) = output.condition {
            walk.name(SymbolKind::Condition, condition);
        }
        output.value.into_iter().chain(output.export_name).for_each(|node| walk.value(node, false));
    }
    if let Some(metadata) = template.metadata {
        walk.interface(metadata);
    }
    for node in template.globals.into_iter().chain(template.hooks) {
        walk.value(node, false);
    }
    walk.found
}

struct Walk<'a, 't> {
    template: &'a Template<'t>,
    found: Vec<Occurrence<'t>>,
}

impl<'t> Walk<'_, 't> {
    fn declarations(&mut self, kind: SymbolKind, entries: impl Iterator<Item = (Node<'t>, Node<'t>)>) {
        for (key, node) in entries {
            let (Some(name), Some(span)) = (key.as_str(), text_span(key)) else { continue };
            self.found.push(Occurrence { kind, name, span, is_declaration: true, node });
        }
    }

    /// `in_condition` where `Condition: name` names a condition, and is no key of its own as in an IAM statement.
    fn value(&mut self, node: Node<'t>, in_condition: bool) {
        if in_condition && let Some(name) = node.condition() {
            return self.name(SymbolKind::Condition, name);
        }
        match Intrinsic::of(node) {
            Some(Intrinsic::Ref(_)) => {
                if let Some((_, argument)) = node.function() {
                    self.referable(argument, argument.as_str().unwrap_or_default(), node);
                }
                return;
            }
            Some(Intrinsic::GetAtt { resource, .. }) => {
                if let Some((_, argument)) = node.function() {
                    let written = argument.items().next().filter(|_| argument.is_sequence()).unwrap_or(argument);
                    if self.template.resources.get(resource).is_some()
                        && let Some(span) = text_span(written)
                    {
                        let span = Span::new(span.start, (span.start + resource.len() as u32).min(span.end));
                        self.push(SymbolKind::Resource, resource, span, node);
                    }
                    argument.items().skip(1).for_each(|item| self.value(item, in_condition));
                }
                return;
            }
            Some(Intrinsic::Sub { text, variables }) => {
                let own = |name: &str| variables.is_some_and(|variables| variables.get(name).is_some());
                for (name, span) in variables_of(text) {
                    let first = name.split('.').next().unwrap_or_default();
                    let span = Span::new(span.start, span.start + first.len() as u32);
                    if !own(name) {
                        self.referable_at(first, span, node);
                    }
                }
                if let Some(variables) = variables {
                    variables.entries().for_each(|entry| self.value(entry.value, in_condition));
                }
                return;
            }
            Some(Intrinsic::FindInMap { map, top, second, default }) => {
                self.name(SymbolKind::Mapping, map);
                [Some(map), Some(top), Some(second), default]
                    .into_iter()
                    .flatten()
                    .for_each(|node| self.value(node, in_condition));
                return;
            }
            Some(Intrinsic::If { condition, then, otherwise }) => {
                self.name(SymbolKind::Condition, condition.condition().unwrap_or(condition));
                [then, otherwise].into_iter().for_each(|node| self.value(node, in_condition));
                return;
            }
            Some(Intrinsic::Other(Function::ValueOf, argument)) => {
                if let Some(parameter) = argument.items().next() {
                    self.name(SymbolKind::Parameter, parameter);
                }
                return;
            }
            _ => {}
        }
        node.items().for_each(|item| self.value(item, in_condition));
        node.entries().for_each(|entry| self.value(entry.value, in_condition));
    }

    /// What the console shows of the parameters: `AWS::CloudFormation::Interface` names them.
    fn interface(&mut self, metadata: Node<'t>) {
        let Some(interface) = metadata.get("AWS::CloudFormation::Interface") else { return };
        let groups = interface.get("ParameterGroups").into_iter().flat_map(Node::items);
        for parameter in groups.filter_map(|group| group.get("Parameters")).flat_map(Node::items) {
            self.name(SymbolKind::Parameter, parameter);
        }
        for label in interface.get("ParameterLabels").into_iter().flat_map(Node::entries) {
            self.name(SymbolKind::Parameter, label.key);
        }
    }

    fn referable(&mut self, written: Node<'t>, name: &'t str, node: Node<'t>) {
        if let Some(span) = text_span(written) {
            self.referable_at(name, span, node);
        }
    }

    fn referable_at(&mut self, name: &'t str, span: Span, node: Node<'t>) {
        if let Some(kind) = referable(self.template, name) {
            self.push(kind, name, span, node);
        }
    }

    fn name(&mut self, kind: SymbolKind, node: Node<'t>) {
        let Some(name) = node.as_str().filter(|_| node.function().is_none() || node.condition().is_some()) else { return };
        let is_declared = match kind {
            SymbolKind::Parameter => self.template.parameters.get(name).is_some(),
            SymbolKind::Mapping => self.template.mappings.get(name).is_some(),
            SymbolKind::Condition => self.template.conditions.get(name).is_some(),
            SymbolKind::Resource => self.template.resources.get(name).is_some(),
            _ => false,
        };
        if let Some(span) = text_span(node).filter(|_| is_declared) {
            self.push(kind, name, span, node);
        }
    }

    fn push(&mut self, kind: SymbolKind, name: &'t str, span: Span, node: Node<'t>) {
        self.found.push(Occurrence { kind, name, span, is_declaration: false, node });
    }
}

/// What `Ref` and `Fn::Sub` mean by a name.
#[must_use]
pub fn referable(template: &Template, name: &str) -> Option<SymbolKind> {
    if template.parameters.get(name).is_some() {
        Some(SymbolKind::Parameter)
    } else if template.resources.get(name).is_some() {
        Some(SymbolKind::Resource)
    } else {
        PSEUDO_PARAMETERS.contains(&name).then_some(SymbolKind::PseudoParameter)
    }
}

impl<'t> Template<'t> {
    /// The key under which a name is declared.
    #[must_use]
    pub fn declaration(&self, kind: SymbolKind, name: &str) -> Option<Node<'t>> {
        match kind {
            SymbolKind::Parameter => self.parameters.get(name).map(Named::key),
            SymbolKind::Mapping => self.mappings.get(name).map(Named::key),
            SymbolKind::Condition => self.conditions.get(name).map(Named::key),
            SymbolKind::AssertionRule => self.rules.get(name).map(Named::key),
            SymbolKind::Resource => self.resources.get(name).map(Named::key),
            SymbolKind::Output => self.outputs.get(name).map(Named::key),
            SymbolKind::PseudoParameter => None,
        }
    }
}

/// The text of a scalar without tag and quotes; `None` where it is not written as it reads.
#[must_use]
pub fn text_span(node: Node) -> Option<Span> {
    let (text, source) = (node.as_str()?, node.tree().source().text());
    let start = (text.as_ptr() as usize).checked_sub(source.as_ptr() as usize).filter(|start| start + text.len() <= source.len());
    if let Some(start) = start {
        return Some(Span::new(start as u32, (start + text.len()) as u32));
    }
    // Text that is put together out of lines or escapes may still hold a name as it reads.
    let span = node.span();
    let at = node.tree().source().slice(span).find(text).filter(|_| !text.is_empty())?;
    Some(Span::new(span.start + at as u32, span.start + (at + text.len()) as u32))
}

/// The variables of an `Fn::Sub` string: the name of each, and where it is written.
#[must_use]
pub fn variables_of(node: Node<'_>) -> Vec<(&str, Span)> {
    let Some(text) = node.as_str() else { return Vec::new() };
    let variables = pieces(text).filter_map(|piece| match piece {
        Piece::Variable { name, start, .. } => Some((name, start)),
        Piece::Text(_) => None,
    });
    let source = node.tree().source().text();
    let own = text_span(node).filter(|span| span.len() as usize == text.len());
    let slice = node.tree().source().slice(node.span());
    // However a text is folded, its `${` stand in the same order.
    let opens: Vec<usize> = if own.is_some() { Vec::new() } else { slice.match_indices("${").map(|(at, _)| at).collect() };
    let place = |name: &str, start: usize| {
        let open = match own {
            Some(span) => span.start as usize + start,
            None => node.span().start as usize + *opens.get(text[..start].matches("${").count())?,
        };
        let rest = source.get(open + 2..)?;
        let at = open + 2 + (rest.len() - rest.trim_start().len());
        source[at..].starts_with(name).then(|| Span::new(at as u32, (at + name.len()) as u32))
    };
    variables.filter_map(|(name, start)| Some((name, place(name, start)?))).collect()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::text::SourceFile;

    const TEMPLATE: &str = r#"
Metadata:
  AWS::CloudFormation::Interface:
    ParameterGroups: [{Parameters: [Size]}]
    ParameterLabels: {Size: {default: x}}
Parameters: {Size: {Type: String}}
Mappings: {Map: {a: {b: c}}}
Conditions:
  Big: !Equals [!Ref Size, '1']
  Both: !And [!Condition Big, Condition: Big]
Resources:
  Role:
    Type: AWS::IAM::Role
    Condition: Both
    Properties:
      Policy: {Condition: Big}
  Bucket:
    Type: AWS::S3::Bucket
    DependsOn: [Role]
    Properties:
      A: !Sub |
        x ${Size} ${!Size}
        ${ Role.Arn } ${Own}
      B: !Sub ["${Own} ${Size}", {Own: !GetAtt Role.Arn}]
      C: {"Fn::GetAtt": ["Role", "Arn"]}
      D: !If [Big, !Ref Role, !FindInMap [Map, a, !Ref "AWS::Region"]]
      E: !Sub "\u0041${Role}"
Outputs:
  Out: {Value: !Ref Bucket, Condition: Big}
"#;

    #[test]
    fn every_use_is_found_at_its_name() {
        let tree = crate::syntax::parse(&Arc::new(SourceFile::new("a", TEMPLATE)));
        let template = Template::new(&tree);
        let found = occurrences(&template);
        for occurrence in &found {
            assert_eq!(tree.source().slice(occurrence.span), occurrence.name);
        }
        let count = |kind, name: &str| {
            let uses = found.iter().filter(|found| found.kind == kind && found.name == name && !found.is_declaration);
            uses.count()
        };
        assert_eq!(count(SymbolKind::Parameter, "Size"), 5);
        assert_eq!(count(SymbolKind::Condition, "Big"), 4);
        assert_eq!(count(SymbolKind::Condition, "Both"), 1);
        assert_eq!(count(SymbolKind::Resource, "Role"), 6);
        assert_eq!(count(SymbolKind::Resource, "Bucket"), 1);
        assert_eq!(count(SymbolKind::Mapping, "Map"), 1);
        assert_eq!(count(SymbolKind::PseudoParameter, "AWS::Region"), 1);
        assert_eq!(found.iter().filter(|found| found.is_declaration).count(), 7);
    }
}
