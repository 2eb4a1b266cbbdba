//! Conditions as they are written: what stands where a condition is expected and is none.

use super::super::language::meant;
use super::super::{Finding, Sink};
use super::shape;
use crate::analysis::Analysis;
use crate::diagnostic::Safety;
use crate::syntax::{Function, Node};
use crate::text::{Span, nearest_name};

/// Most conditions that `Fn::And` and `Fn::Or` take.
///
/// Source: <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-conditions.html>.
const MAX_OPERANDS: usize = 10;

/// Functions whose result `Fn::Equals` can compare.
const COMPARABLE: &[Function] = &[
    Function::Ref,
    Function::FindInMap,
    Function::Sub,
    Function::Join,
    Function::Select,
    Function::Split,
    Function::Length,
    Function::ToJsonString,
    Function::Transform,
];

/// Functions that conditions of `Rules` have beside those of `Conditions`.
const ONLY_IN_RULES: &[Function] = &[
    Function::Contains,
    Function::EachMemberEquals,
    Function::EachMemberIn,
    Function::RefAll,
    Function::ValueOf,
    Function::ValueOfAll,
];

/// Where a condition stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Conditions,
    Rules,
}

/// What is wrong in a condition.
#[derive(Debug)]
pub(super) struct Fault<'t> {
    /// The outermost function around it; `None` where the condition itself is none.
    pub within: Option<Function>,
    /// Where cfn-lint reports it.
    at: Span,
    /// The value that is wrong.
    node: Node<'t>,
    message: String,
    help: String,
    /// The name that is meant in its place.
    meant: Option<(&'t str, Safety)>,
}

impl<'t> Fault<'t> {
    pub(super) fn report(self, sink: &mut Sink) {
        let mut finding = Finding::at(self.at, self.message).node(self.node).help(self.help);
        if let Some((meant, safety)) = self.meant
            && let Some(edit) = self.node.replace_scalar(meant)
        {
            finding = finding.fix(format!("write `{meant}`"), safety, vec![edit]);
        }
        let here = self.node.span();
        let finding = if self.at.contains(here) || here.contains(self.at) { finding } else { finding.label(here, "this") };
        sink.report(finding);
    }
}

/// Reports what is wrong in the section `Conditions`, and within `function` where one is given.
pub(super) fn report(analysis: &Analysis, functions: &[Function], sink: &mut Sink) {
    for fault in all(analysis).into_iter().filter(|fault| fault.within.is_some_and(|within| functions.contains(&within))) {
        fault.report(sink);
    }
}

/// All that is wrong in the conditions of a template, those of `Rules` included.
fn all<'t>(analysis: &Analysis<'t>) -> Vec<Fault<'t>> {
    let mut faults = Vec::new();
    if !shape::is_settled(analysis) {
        return faults;
    }
    for condition in entries(analysis) {
        faults.extend(faults_of(analysis, condition, Place::Conditions));
    }
    for rule in analysis.template.rules.iter() {
        let assertions = rule.assertions.into_iter().flat_map(Node::items).filter_map(|assertion| assertion.get("Assert"));
        for condition in rule.condition.into_iter().chain(assertions) {
            faults.extend(faults_of(analysis, condition, Place::Rules));
        }
    }
    faults
}

/// The conditions that are written in `Conditions`.
pub(super) fn entries<'t>(analysis: &Analysis<'t>) -> impl Iterator<Item = Node<'t>> {
    analysis.template.conditions.node.into_iter().flat_map(shape::written).map(|(_, entry)| entry.value)
}

/// What is wrong with one condition.
pub(super) fn faults_of<'t>(analysis: &Analysis<'t>, condition: Node<'t>, place: Place) -> Vec<Fault<'t>> {
    let mut reader = Reader { analysis, place, within: None, faults: Vec::new() };
    reader.condition(condition);
    reader.faults
}

struct Reader<'a, 't> {
    analysis: &'a Analysis<'t>,
    place: Place,
    within: Option<Function>,
    faults: Vec<Fault<'t>>,
}

impl<'t> Reader<'_, 't> {
    fn fault(&mut self, at: Span, node: Node<'t>, message: String, help: impl Into<String>) {
        self.faults.push(Fault { within: self.within, at, node, message, help: help.into(), meant: None });
    }

    /// `node` stands where a condition is expected.
    fn condition(&mut self, node: Node<'t>) {
        let other = node.tag().function().is_some_and(|function| function != Function::Condition);
        if let Some(name) = node.condition().filter(|_| !other) {
            return self.name(node, name);
        }
        if let Some(entry) = node.entry("Condition").filter(|_| node.len() == 1 && !other) {
            // SAM writes the name as `{Condition: {Condition: Name}}`, and CloudFormation takes it.
            if entry.value.condition().is_some() {
                return self.condition(entry.value);
            }
            let message = "`Condition` must be the name of a condition".to_owned();
            return self.fault(entry.key.span(), node, message, "write the name of an entry of `Conditions`");
        }
        if shape::is_bool(node) || shape::is_generated(node) {
            return;
        }
        let known = node.function().filter(|(function, _)| match function {
            Function::And | Function::Or | Function::Not | Function::Equals => true,
            other => self.place == Place::Rules && ONLY_IN_RULES.contains(other),
        });
        let Some((function, argument)) = known else {
            let message = format!("this must be a condition, and is {}", shape::kind(node));
            let help = match self.place {
                Place::Conditions => "write `Fn::Equals`, `Fn::And`, `Fn::Or`, `Fn::Not` or `Condition`",
                Place::Rules => "write `Fn::Equals`, `Fn::Contains` or another function of rules",
            };
            return self.fault(shape::at_value(node), node, message, help);
        };
        let outermost = self.within.is_none();
        if outermost {
            self.within = Some(function);
        }
        self.call(node, function, argument);
        if outermost {
            self.within = None;
        }
    }

    fn name(&mut self, node: Node<'t>, name: Node<'t>) {
        let (conditions, written) = (&self.analysis.template.conditions, name.as_str().unwrap_or_default());
        if conditions.get(written).is_some() || is_open(self.analysis) || self.analysis.tree.may_hide(written) {
            return;
        }
        let near = nearest(self.analysis, written);
        let help = near.map_or_else(|| "declare it in `Conditions`".to_owned(), |near| format!("write `{near}`"));
        self.fault(shape::at_call(node), name, format!("condition `{}` is not declared", shape::shortened(written)), help);
        if let (Some(fault), Some(near)) = (self.faults.last_mut(), near) {
            fault.meant = Some((near, safety(self.analysis, written)));
        }
    }

    fn call(&mut self, node: Node<'t>, function: Function, argument: Node<'t>) {
        let (least, most) = match function {
            Function::And | Function::Or => (2, MAX_OPERANDS),
            Function::Not => (1, 1),
            Function::Equals => (2, 2),
            _ => return,
        };
        let name = function.long();
        if !shape::is_plain_list(argument) {
            let message = format!("`{name}` must have a list, and has {}", shape::kind(argument));
            return self.fault(shape::at_call(node), argument, message, format!("write `{name}: [...]`"));
        }
        let items = argument.len();
        if !(least..=most).contains(&items) {
            let wanted = if least == most { least.to_string() } else { format!("{least} to {most}") };
            let message = format!("`{name}` takes {wanted} {}, and has {items}", noun(function, most));
            self.fault(shape::at_call(node), argument, message, "add what is missing, or take out what is too much");
        }
        for item in argument.items() {
            match function {
                Function::Equals => self.operand(item),
                _ => self.condition(item),
            }
        }
    }

    /// `item` is compared by `Fn::Equals`.
    fn operand(&mut self, item: Node<'t>) {
        if shape::is_text(item) {
            return;
        }
        let comparable = item.function().is_some_and(|(function, _)| {
            COMPARABLE.contains(&function) || (self.place == Place::Rules && ONLY_IN_RULES.contains(&function))
        });
        if !comparable && !shape::is_filled(item) {
            let message = format!("`Fn::Equals` compares strings, and this is {}", shape::kind(item));
            self.fault(shape::at_value(item), item, message, "compare a parameter, a value of a mapping, or text");
        }
    }
}

fn noun(function: Function, most: usize) -> &'static str {
    match (function, most) {
        (Function::Equals, _) => "values",
        (_, 1) => "condition",
        _ => "conditions",
    }
}

/// Whether conditions may be declared that are not written out here.
pub(super) fn is_open(analysis: &Analysis) -> bool {
    let conditions = &analysis.template.conditions;
    !shape::is_settled(analysis)
        || conditions.node.is_some_and(|node| !node.is_mapping() || shape::is_filled(node))
        || conditions
            .iter()
            .any(|condition| condition.key.as_str().is_some_and(|name| name.contains("${") || name.contains("&{")))
}

/// The condition whose name is most like `name`.
pub(super) fn nearest<'t>(analysis: &Analysis<'t>, name: &str) -> Option<&'t str> {
    nearest_name(name, analysis.template.conditions.iter().filter_map(|condition| condition.key.as_str()))
}

/// How sure it is that the nearest condition is meant: a slip of the keyboard has one meaning.
pub(super) fn safety(analysis: &Analysis, name: &str) -> Safety {
    let names = analysis.template.conditions.iter().filter_map(|condition| condition.key.as_str());
    if meant::plainly(name, names).is_some() { Safety::Safe } else { Safety::Unsafe }
}
