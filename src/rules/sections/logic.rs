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

/// What is wrong in a condition. The words for it are found when it is reported: each rule looks through all conditions, and reports
/// its own.
#[derive(Debug)]
pub(super) struct Fault<'t> {
    /// The outermost function around it; `None` where the condition itself is none.
    pub within: Option<Function>,
    /// The value that is wrong.
    node: Node<'t>,
    place: Place,
    kind: Kind<'t>,
}

#[derive(Debug)]
enum Kind<'t> {
    /// It names a condition that is not there; the call that has the name in it.
    Undeclared(Node<'t>),
    /// `Condition` has something else than a name.
    NoName(Span),
    /// It is no condition.
    NoCondition,
    /// The function that this call calls has no list.
    NoList(Node<'t>, Function),
    /// The function takes so many.
    Count(Node<'t>, Function, (usize, usize)),
    /// `Fn::Equals` cannot compare it.
    NotComparable,
}

impl<'t> Fault<'t> {
    pub(super) fn report(self, analysis: &Analysis<'t>, sink: &mut Sink) {
        let node = self.node;
        let mut near = None;
        let (at, message, help) = match self.kind {
            Kind::Undeclared(call) => {
                let name = node.as_str().unwrap_or_default();
                near = nearest(analysis, name).map(|near| (near, safety(analysis, name)));
                let help = near.map_or_else(|| "declare it in `Conditions`".to_owned(), |(near, _)| format!("write `{near}`"));
                (shape::at_call(call), format!("condition `{}` is not declared", shape::shortened(name)), help)
            }
            Kind::NoName(key) => {
                let message = "`Condition` must be the name of a condition";
                (key, message.to_owned(), "write the name of an entry of `Conditions`".to_owned())
            }
            Kind::NoCondition => {
                let help = match self.place {
                    Place::Conditions => "write `Fn::Equals`, `Fn::And`, `Fn::Or`, `Fn::Not` or `Condition`",
                    Place::Rules => "write `Fn::Equals`, `Fn::Contains` or another function of rules",
                };
                let message = format!("this must be a condition, and is {}", shape::kind(node));
                (shape::at_value(node), message, help.to_owned())
            }
            Kind::NoList(call, function) => {
                let name = function.long();
                let message = format!("`{name}` must have a list, and has {}", shape::kind(node));
                (shape::at_call(call), message, format!("write `{name}: [...]`"))
            }
            Kind::Count(call, function, (least, most)) => {
                let wanted = if least == most { least.to_string() } else { format!("{least} to {most}") };
                let noun = noun(function, most);
                let message = format!("`{}` takes {wanted} {noun}, and has {}", function.long(), node.len());
                (shape::at_call(call), message, "add what is missing, or take out what is too much".to_owned())
            }
            Kind::NotComparable => {
                let message = format!("`Fn::Equals` compares strings, and this is {}", shape::kind(node));
                (shape::at_value(node), message, "compare a parameter, a value of a mapping, or text".to_owned())
            }
        };
        let mut finding = Finding::at(at, message).node(node).help(help);
        if let Some((meant, safety)) = near
            && let Some(edit) = node.replace_scalar(meant)
        {
            finding = finding.fix(format!("write `{meant}`"), safety, vec![edit]);
        }
        let here = node.span();
        let finding = if at.contains(here) || here.contains(at) { finding } else { finding.label(here, "this") };
        sink.report(finding);
    }
}

/// Reports what is wrong in the section `Conditions`, and within `function` where one is given.
pub(super) fn report(analysis: &Analysis, functions: &[Function], sink: &mut Sink) {
    for fault in all(analysis).into_iter().filter(|fault| fault.within.is_some_and(|within| functions.contains(&within))) {
        fault.report(analysis, sink);
    }
}

/// All that is wrong in the conditions of a template, those of `Rules` included.
fn all<'t>(analysis: &Analysis<'t>) -> Vec<Fault<'t>> {
    if !shape::is_settled(analysis) {
        return Vec::new();
    }
    let mut reader = Reader::new(analysis, Place::Conditions);
    entries(analysis).for_each(|condition| reader.condition(condition));
    reader.place = Place::Rules;
    for rule in analysis.template.rules.iter() {
        let assertions = rule.assertions.into_iter().flat_map(Node::items).filter_map(|assertion| assertion.get("Assert"));
        rule.condition.into_iter().chain(assertions).for_each(|condition| reader.condition(condition));
    }
    reader.faults
}

/// The conditions that are written in `Conditions`.
pub(super) fn entries<'t>(analysis: &Analysis<'t>) -> impl Iterator<Item = Node<'t>> {
    analysis.template.conditions.node.into_iter().flat_map(shape::written).map(|(_, entry)| entry.value)
}

/// What is wrong with one condition.
pub(super) fn faults_of<'t>(analysis: &Analysis<'t>, condition: Node<'t>, place: Place) -> Vec<Fault<'t>> {
    let mut reader = Reader::new(analysis, place);
    reader.condition(condition);
    reader.faults
}

struct Reader<'a, 't> {
    analysis: &'a Analysis<'t>,
    place: Place,
    within: Option<Function>,
    /// Whether conditions may be declared that are not written out, once that was asked.
    is_open: Option<bool>,
    faults: Vec<Fault<'t>>,
}

impl<'a, 't> Reader<'a, 't> {
    fn new(analysis: &'a Analysis<'t>, place: Place) -> Self {
        Self { analysis, place, within: None, is_open: None, faults: Vec::new() }
    }

    fn fault(&mut self, node: Node<'t>, kind: Kind<'t>) {
        self.faults.push(Fault { within: self.within, node, place: self.place, kind });
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
            return self.fault(node, Kind::NoName(entry.key.span()));
        }
        if shape::is_bool(node) || shape::is_generated(node) {
            return;
        }
        let known = node.function().filter(|(function, _)| match function {
            Function::And | Function::Or | Function::Not | Function::Equals => true,
            other => self.place == Place::Rules && ONLY_IN_RULES.contains(other),
        });
        let Some((function, argument)) = known else { return self.fault(node, Kind::NoCondition) };
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
        let (analysis, written) = (self.analysis, name.as_str().unwrap_or_default());
        if analysis.template.conditions.get(written).is_none()
            && !*self.is_open.get_or_insert_with(|| is_open(analysis))
            && !analysis.tree.may_hide(written)
        {
            self.fault(name, Kind::Undeclared(node));
        }
    }

    fn call(&mut self, node: Node<'t>, function: Function, argument: Node<'t>) {
        let (least, most) = match function {
            Function::And | Function::Or => (2, MAX_OPERANDS),
            Function::Not => (1, 1),
            Function::Equals => (2, 2),
            _ => return,
        };
        if !shape::is_plain_list(argument) {
            return self.fault(argument, Kind::NoList(node, function));
        }
        if !(least..=most).contains(&argument.len()) {
            self.fault(argument, Kind::Count(node, function, (least, most)));
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
            self.fault(item, Kind::NotComparable);
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
