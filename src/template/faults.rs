//! What is wrong with the calls of functions in a template: names that nothing has, and arguments that a function does not take.
//!
//! Only what CloudFormation refuses whatever the parameters are. How that is said is for the rules.

use rustc_hash::{FxHashMap, FxHashSet};

use super::{Attribute, Gives, Intrinsic, Template, Transform, made};
use crate::schema::{Facts, TypeFacts};
use crate::syntax::{self, Function, MAX_EXPANDED_NODES, Node};
use crate::text::nearest_name;

/// A fault in a call of a function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault<'t> {
    /// What it is.
    pub kind: FaultKind<'t>,
    /// The function around it that CloudFormation evaluates last: the one that is refused.
    pub outermost: Function,
    /// Where it stands.
    pub section: FaultSection,
    /// The call, or the argument, that is at fault.
    pub node: Node<'t>,
    /// Whether the whole call is at fault, not one argument.
    pub whole: bool,
    /// Whether it only follows from the wrong number of arguments of the call, which is reported.
    pub is_echo: bool,
    /// Whether what SAM, or a tool that puts templates together, makes of the template may have what is missed.
    pub is_open: bool,
}

/// Where a fault stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaultSection {
    /// A resource.
    Resource,
    /// A condition, or one of a rule.
    Condition,
    /// The value of an output.
    Output,
    /// The name of an export.
    Export,
}

/// What is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FaultKind<'t> {
    /// Nothing in the template has the name. The second is the name it resembles most.
    Undeclared(&'t str),
    /// The resource has no return value of the name.
    UnknownReturnValue {
        /// What is read.
        name: &'t str,
        /// The type of the resource.
        of: TypeFacts<'static>,
    },
    /// No condition has the name.
    UndeclaredCondition(&'t str),
    /// No mapping has the name, or it does not have the key.
    UndeclaredKey {
        /// The name or key.
        name: &'t str,
        /// The mapping in which a key is missing.
        mapping: Option<&'t str>,
    },
    /// The function takes another number of arguments.
    Count {
        /// The function.
        function: Function,
        /// The fewest.
        least: usize,
        /// The most.
        most: usize,
    },
    /// The argument has the wrong shape.
    Shape {
        /// The function.
        function: Function,
        /// What it takes there.
        expected: Shape,
    },
    /// The function does not take the result of the other one there.
    Refused {
        /// The function.
        function: Function,
        /// The one in its argument.
        inner: Function,
    },
    /// The function takes another kind of value there than a call gives.
    Type {
        /// The function.
        function: Function,
        /// What it takes there.
        expected: Shape,
        /// The function in its argument.
        inner: Function,
        /// What that gives.
        gives: Gives,
    },
    /// A variable of `Fn::Sub` that is no text.
    Variable {
        /// As it is written.
        name: &'t str,
        /// What it is.
        gives: Gives,
    },
    /// A mapping is read by region or account, and has no key that is one.
    NoKeyOf {
        /// The mapping.
        mapping: &'t str,
        /// The pseudo parameter.
        pseudo: &'t str,
    },
    /// The function works on the text of a dynamic reference, which is resolved later.
    Dynamic(Function),
    /// No region has the name.
    Region(&'t str),
    /// No block of addresses.
    Block,
    /// The list is shorter than the index.
    Index {
        /// The index.
        index: i64,
        /// The number of items.
        len: usize,
    },
    /// A key that the function must have.
    MissingKey {
        /// The function.
        function: Function,
        /// The key.
        key: &'static str,
    },
    /// A key that the function does not have.
    UnknownKey {
        /// The function.
        function: Function,
        /// The key.
        key: &'t str,
        /// Those that it has.
        known: &'static [&'static str],
    },
    /// The function is there only with `AWS::LanguageExtensions`.
    NeedsLanguageExtensions(Function),
}

/// What an argument has to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// One string.
    Text,
    /// A whole number between the two.
    Integer(i64, i64),
    /// A list.
    List,
    /// A mapping.
    Mapping,
    /// A list or a mapping with something in it.
    Structure,
    /// Anything.
    Any,
}

use Function as F;

/// What the arguments of the functions may be computed with.
///
/// Source: the schemas in `data/schemas/other/functions` of cfn-lint 1.58.0.
mod takes {
    use super::F;

    pub(super) const VALUE: &[F] = &[
        F::Base64,
        F::Cidr,
        F::Contains,
        F::FindInMap,
        F::GetAtt,
        F::GetAZs,
        F::GetStackOutput,
        F::If,
        F::ImportValue,
        F::Join,
        F::Length,
        F::Select,
        F::Split,
        F::Sub,
        F::ToJsonString,
        F::Transform,
        F::Ref,
    ];
    pub(super) const NOTHING: &[F] = &[];
    pub(super) const JOIN: &[F] = &[F::Cidr, F::FindInMap, F::GetAtt, F::GetAZs, F::If, F::Split, F::Ref];
    pub(super) const JOIN_ITEM: &[F] = &[
        F::Base64,
        F::FindInMap,
        F::GetAtt,
        F::GetStackOutput,
        F::If,
        F::ImportValue,
        F::Join,
        F::Select,
        F::Sub,
        F::Transform,
        F::Ref,
    ];
    pub(super) const SELECT: &[F] = &[F::FindInMap, F::GetAtt, F::GetAZs, F::If, F::Split, F::Cidr, F::Ref];
    pub(super) const SELECT_ITEM: &[F] = &[F::FindInMap, F::GetAtt, F::GetStackOutput, F::If, F::Ref];
    pub(super) const INDEX: &[F] = &[F::Ref, F::FindInMap];
    pub(super) const INDEX_EXTENDED: &[F] = &[F::Ref, F::FindInMap, F::Length];
    pub(super) const SPLIT: &[F] =
        &[F::Base64, F::FindInMap, F::GetAtt, F::GetAZs, F::If, F::ImportValue, F::Join, F::Select, F::Sub, F::Ref];
    pub(super) const VARIABLE: &[F] = &[
        F::Base64,
        F::FindInMap,
        F::GetAtt,
        F::GetAZs,
        F::GetStackOutput,
        F::If,
        F::ImportValue,
        F::Join,
        F::Select,
        F::Sub,
        F::ToJsonString,
        F::Transform,
        F::Ref,
    ];
    pub(super) const KEY: &[F] = &[F::FindInMap, F::Ref];
    pub(super) const KEY_EXTENDED: &[F] = &[F::FindInMap, F::Join, F::Sub, F::If, F::Select, F::Length, F::ToJsonString, F::Ref];
    pub(super) const ZONES: &[F] = &[F::GetAtt, F::If, F::Join, F::Select, F::Sub, F::Ref];
    pub(super) const IMPORT: &[F] = &[F::Base64, F::FindInMap, F::If, F::Join, F::Select, F::Sub, F::Ref];
    pub(super) const BASE64: &[F] = &[
        F::Base64,
        F::Cidr,
        F::Contains,
        F::FindInMap,
        F::GetAtt,
        F::GetStackOutput,
        F::If,
        F::ImportValue,
        F::Join,
        F::Length,
        F::Select,
        F::Sub,
        F::ToJsonString,
        F::Transform,
        F::Ref,
    ];
    pub(super) const CIDR: &[F] = &[F::FindInMap, F::GetAtt, F::If, F::ImportValue, F::Select, F::Sub, F::Ref];
    pub(super) const STACK_OUTPUT: &[F] =
        &[F::Base64, F::FindInMap, F::GetAtt, F::If, F::ImportValue, F::Join, F::Select, F::Sub, F::Ref];
    pub(super) const LENGTH: &[F] = &[F::Ref, F::FindInMap, F::Split, F::If, F::GetAZs];
    pub(super) const TO_JSON: &[F] =
        &[F::FindInMap, F::GetAtt, F::GetAZs, F::If, F::Select, F::Split, F::Ref, F::Length, F::Sub, F::Join];
    pub(super) const COMPARED: &[F] = &[F::Ref, F::FindInMap, F::Sub, F::Join, F::Select, F::Split, F::Length, F::ToJsonString];
    pub(super) const CONDITION: &[F] =
        &[F::Condition, F::Equals, F::Not, F::And, F::Or, F::Contains, F::EachMemberEquals, F::EachMemberIn];
}

/// What `Fn::GetStackOutput` takes; the first two it must have.
const STACK_OUTPUT_KEYS: &[&str] = &["StackName", "OutputName", "Region", "RoleArn"];

impl<'t> Template<'t> {
    /// What is wrong with the calls of functions, in the order of the text.
    #[must_use]
    pub fn faults(&self, facts: Facts<'static>) -> Vec<Fault<'t>> {
        find(self, facts)
    }
}

fn find<'t>(template: &Template<'t>, facts: Facts<'static>) -> Vec<Fault<'t>> {
    if template.has_unknown_transform() {
        return Vec::new();
    }
    let mut finder = Finder {
        template,
        facts,
        extended: template.transforms.contains(&Transform::LanguageExtensions),
        identifiers: loop_identifiers(template),
        lacking: FxHashMap::default(),
        section: FaultSection::Condition,
        faults: Vec::new(),
        budget: MAX_EXPANDED_NODES,
        is_broken: false,
    };
    for condition in template.conditions.iter() {
        finder.condition(condition.node, None);
    }
    for rule in template.rules.iter() {
        let assertions = rule.assertions.into_iter().flat_map(Node::items).filter_map(|assertion| assertion.get("Assert"));
        rule.condition.into_iter().chain(assertions).for_each(|condition| finder.condition(condition, None));
    }
    finder.section = FaultSection::Resource;
    for resource in template.resources.iter() {
        // What CloudFormation's own tools read on an instance.
        let keys = ["AWS::CloudFormation::Init", "AWS::CloudFormation::Authentication"];
        let tools = keys.into_iter().filter_map(|key| resource.metadata?.get(key));
        let attributes = ["CreationPolicy", "UpdatePolicy", "DeletionPolicy", "UpdateReplacePolicy"];
        let attributes = attributes.into_iter().filter_map(|key| resource.node.get(key));
        let known = finder.faults.len();
        for node in resource.properties.into_iter().chain(tools).chain(attributes) {
            finder.value(node, takes::VALUE, Shape::Any, None);
        }
        if made::is_put_in(resource) {
            // What a tool is given it also reads.
            let given = finder.faults.split_off(known);
            finder.faults.extend(given.into_iter().filter(|fault| !fault.is_open));
        }
    }
    for output in template.outputs.iter() {
        finder.section = FaultSection::Output;
        output.value.into_iter().for_each(|node| finder.value(node, takes::VALUE, Shape::Any, None));
        finder.section = FaultSection::Export;
        output.export_name.into_iter().for_each(|node| finder.value(node, takes::VALUE, Shape::Any, None));
    }
    if template.tree.is_damaged() {
        // Half a call is what somebody is typing.
        finder.faults.retain(|fault| !template.tree.is_damaged_at(fault.node.span()));
    }
    finder.faults
}

/// The identifiers of loops: what a loop is over may not be known, and then its body keeps them.
fn loop_identifiers(template: &Template) -> FxHashSet<String> {
    let source = template.tree.source();
    if !template.has_loops() {
        return FxHashSet::default();
    }
    let tree = syntax::parse(source);
    let entries = tree.root().into_iter().flat_map(Node::descendants).flat_map(Node::entries);
    let loops = entries.filter(|entry| entry.key.as_str().is_some_and(|key| key.starts_with("Fn::ForEach::")));
    loops.filter_map(|entry| Some(entry.value.items().next()?.as_str()?.to_owned())).collect()
}

struct Finder<'a, 't> {
    template: &'a Template<'t>,
    facts: Facts<'static>,
    /// With `AWS::LanguageExtensions`.
    extended: bool,
    identifiers: FxHashSet<String>,
    /// The return values that were asked for, by type and name, with the type where it lacks them.
    lacking: FxHashMap<(&'t str, &'t str), Option<TypeFacts<'static>>>,
    section: FaultSection,
    faults: Vec<Fault<'t>>,
    /// The nodes that may still be looked at; aliases could make them many.
    budget: u64,
    /// In a call with the wrong number of arguments: what they are is a part of that fault.
    is_broken: bool,
}

/// The call that an argument belongs to.
#[derive(Clone, Copy)]
struct Around {
    function: Function,
    outermost: Function,
}

impl<'t> Finder<'_, 't> {
    fn add(&mut self, kind: FaultKind<'t>, outermost: Function, node: Node<'t>, whole: bool) {
        let is_form = matches!(
            kind,
            FaultKind::Shape { .. } | FaultKind::Count { .. } | FaultKind::Refused { .. } | FaultKind::Type { .. }
        );
        let is_open = match kind {
            FaultKind::Undeclared(name) => self.template.may_be_put_in(name),
            // SAM reads more from its resources than is known of them: `Function.Alias`, `Api.Stage`.
            FaultKind::UnknownReturnValue { name, of } => {
                of.is_serverless() && nearest_name(name, of.return_value_names()).is_none()
            }
            _ => false,
        };
        let is_echo = self.is_broken && is_form;
        self.faults.push(Fault { kind, outermost, section: self.section, node, whole, is_echo, is_open });
    }

    /// A value that has to be of a shape, and may be computed by some functions.
    fn value(&mut self, node: Node<'t>, allowed: &[Function], shape: Shape, around: Option<Around>) {
        if self.budget == 0 {
            return;
        }
        self.budget -= 1;
        if let Some((function, argument)) = node.function() {
            match around {
                // What a macro or an included file puts there is not known.
                Some(_) if function == F::Transform => {}
                Some(around) if self.needs_extensions(function) => {
                    // Keys of mappings are computed by more functions with the transform only.
                    let is_own = allowed.contains(&function) && around.function != F::FindInMap;
                    let outermost = if is_own { function } else { around.outermost };
                    self.add(FaultKind::NeedsLanguageExtensions(function), outermost, node, true);
                }
                Some(around) if !allowed.contains(&function) => {
                    self.add(FaultKind::Refused { function: around.function, inner: function }, around.outermost, node, false);
                }
                // What stands in a property where no function is looked for is a matter of its type.
                None if !allowed.contains(&function) => {}
                _ => {
                    let (before, is_broken) = (self.faults.len(), self.is_broken);
                    self.call(node, function, argument, allowed, shape, around);
                    self.is_broken = is_broken;
                    if let Some(around) = around.filter(|_| self.faults.len() == before) {
                        self.given(node, function, shape, around);
                    }
                }
            }
            return;
        }
        let fits = match shape {
            Shape::Any => true,
            Shape::Text => node.scalar().is_some_and(|scalar| !scalar.is_null()),
            Shape::Integer(least, most) => node
                .as_str()
                .and_then(|text| text.trim().parse::<i64>().ok())
                .is_some_and(|number| (least..=most).contains(&number)),
            Shape::List => node.is_sequence(),
            Shape::Mapping => node.is_mapping(),
            Shape::Structure => !node.is_empty(),
        };
        if let (false, Some(around)) = (fits, around) {
            return self.add(FaultKind::Shape { function: around.function, expected: shape }, around.outermost, node, false);
        }
        if matches!(shape, Shape::Any | Shape::Structure) {
            let parts = node.items().chain(node.entries().map(|entry| entry.value));
            parts.filter(|part| part.has_calls()).for_each(|part| self.value(part, takes::VALUE, Shape::Any, around));
        }
    }

    /// What a call gives, where the function around it takes a value of a shape.
    fn given(&mut self, node: Node<'t>, inner: Function, expected: Shape, around: Around) {
        let gives = self.template.gives(node);
        let fits = match expected {
            Shape::Text | Shape::Integer(..) => matches!(gives, Gives::Text | Gives::Unknown),
            Shape::List => matches!(gives, Gives::List | Gives::Unknown),
            Shape::Mapping | Shape::Structure | Shape::Any => true,
        };
        if !fits {
            let outermost = if inner == F::Ref { F::Ref } else { around.outermost };
            self.add(FaultKind::Type { function: around.function, expected, inner, gives }, outermost, node, false);
        }
    }

    fn call(
        &mut self,
        node: Node<'t>,
        function: Function,
        argument: Node<'t>,
        allowed: &[Function],
        shape: Shape,
        around: Option<Around>,
    ) {
        let outermost = around.map_or(function, |around| around.outermost);
        let inner = Some(Around { function, outermost });
        if self.needs_extensions(function) {
            return self.add(FaultKind::NeedsLanguageExtensions(function), function, node, true);
        }
        match function {
            F::Ref => self.reference(node, argument, outermost),
            F::GetAtt => self.get_att(node, argument, outermost),
            F::Sub => self.sub(node, argument, outermost),
            F::If => {
                let Some(items) = self.arguments(node, argument, function, outermost, 3, 3) else { return };
                let Some((&condition, branches)) = items.split_first() else { return };
                match condition.as_str().filter(|_| condition.function().is_none() && condition.condition().is_none()) {
                    Some(name) if self.template.conditions.get(name).is_none() && !self.template.may_be_made(name) => {
                        self.add(FaultKind::UndeclaredCondition(name), outermost, condition, false);
                    }
                    Some(_) => {}
                    None => {
                        self.add(FaultKind::Shape { function, expected: Shape::Text }, outermost, condition, false);
                    }
                }
                branches.iter().take(2).for_each(|branch| self.value(*branch, allowed, shape, around));
            }
            F::Join => {
                let Some(items) = self.arguments(node, argument, function, outermost, 2, 2) else { return };
                items.iter().take(1).for_each(|delimiter| self.value(*delimiter, takes::NOTHING, Shape::Text, inner));
                items.iter().skip(1).take(1).for_each(|list| self.list(*list, takes::JOIN, takes::JOIN_ITEM, Shape::Text, inner));
            }
            F::Select => {
                let Some(items) = self.arguments(node, argument, function, outermost, 2, 2).filter(|items| items.len() > 1)
                else {
                    return;
                };
                let index = if self.extended { takes::INDEX_EXTENDED } else { takes::INDEX };
                self.value(items[0], index, Shape::Integer(0, i64::MAX), inner);
                let number =
                    items[0].as_str().filter(|_| items[0].function().is_none()).and_then(|text| text.parse::<i64>().ok());
                let list = items[1].is_sequence() && items[1].function().is_none();
                if let Some(index) = number.filter(|index| list && *index >= items[1].len() as i64) {
                    self.add(FaultKind::Index { index, len: items[1].len() }, outermost, items[0], false);
                }
                self.list(items[1], takes::SELECT, takes::SELECT_ITEM, Shape::Any, inner);
            }
            F::Split => {
                let Some(items) = self.arguments(node, argument, function, outermost, 2, 2) else { return };
                items.iter().take(1).for_each(|delimiter| self.value(*delimiter, takes::NOTHING, Shape::Text, inner));
                let Some(&source) = items.get(1) else { return };
                let before = self.faults.len();
                self.value(source, takes::SPLIT, Shape::Text, inner);
                if self.faults.len() == before && source.descendants().any(is_dynamic) {
                    self.add(FaultKind::Dynamic(function), outermost, source, false);
                }
            }
            F::FindInMap => self.find_in_map(node, argument, outermost),
            // Nothing, as an empty string, stands for the region of the stack.
            F::GetAZs if argument.as_str() == Some("") && node.tag().function().is_some() => {}
            F::GetAZs => match argument.as_str().filter(|name| argument.function().is_none() && is_no_region(name)) {
                Some(name) => self.add(FaultKind::Region(name), outermost, node, true),
                None => self.only(node, argument, takes::ZONES, Shape::Text, inner),
            },
            F::ImportValue => self.only(node, argument, takes::IMPORT, Shape::Text, inner),
            F::Base64 => self.only(node, argument, takes::BASE64, Shape::Text, inner),
            F::Cidr => {
                let Some(items) = self.arguments(node, argument, function, outermost, 2, 3) else { return };
                for (item, shape) in items.into_iter().zip([Shape::Text, Shape::Integer(1, 256), Shape::Integer(1, 128)]) {
                    let text = item.as_str().filter(|_| shape == Shape::Text && item.function().is_none());
                    match text.filter(|text| !is_block(text) && !is_dynamic(item)) {
                        Some(_) => self.add(FaultKind::Block, outermost, item, false),
                        None => self.value(item, takes::CIDR, shape, inner),
                    }
                }
            }
            F::GetStackOutput => self.stack_output(node, argument, outermost),
            F::Length => self.only(node, argument, takes::LENGTH, Shape::List, inner),
            F::ToJsonString => self.only(node, argument, takes::TO_JSON, Shape::Structure, inner),
            _ => {}
        }
    }

    fn needs_extensions(&self, function: Function) -> bool {
        matches!(function, F::Length | F::ToJsonString) && !self.extended
    }

    /// The one argument of a function.
    fn only(&mut self, node: Node<'t>, argument: Node<'t>, allowed: &[Function], shape: Shape, around: Option<Around>) {
        let before = self.faults.len();
        self.value(argument, allowed, shape, around);
        // It has no place of its own beside the function.
        if let Some(fault) = self.faults.get_mut(before).filter(|fault| fault.node == argument && !fault.whole) {
            fault.node = node;
            fault.whole = true;
        }
    }

    /// The arguments of a function that takes a list of so many. Where there are more or fewer, what else is wrong with them may be a
    /// part of that fault.
    fn arguments(
        &mut self,
        node: Node<'t>,
        argument: Node<'t>,
        function: Function,
        outermost: Function,
        least: usize,
        most: usize,
    ) -> Option<Vec<Node<'t>>> {
        if argument.function().is_some_and(|(inner, _)| inner == F::Transform) {
            return None;
        }
        if !argument.is_sequence() || argument.function().is_some() {
            self.add(FaultKind::Shape { function, expected: Shape::List }, outermost, node, true);
            return None;
        }
        if !(least..=most).contains(&argument.len()) {
            self.add(FaultKind::Count { function, least, most }, outermost, node, true);
            self.is_broken = true;
        }
        Some(argument.items().collect())
    }

    fn list(&mut self, node: Node<'t>, allowed: &[Function], items: &[Function], shape: Shape, around: Option<Around>) {
        if node.function().is_none() && node.is_sequence() {
            return node.items().for_each(|item| self.value(item, items, shape, around));
        }
        self.value(node, allowed, Shape::List, around);
    }

    fn reference(&mut self, node: Node<'t>, argument: Node<'t>, outermost: Function) {
        match argument.as_str().filter(|_| argument.function().is_none() && !argument.is_null()) {
            Some(name) => {
                if !self.is_declared(name) {
                    self.add(FaultKind::Undeclared(name), F::Ref, node, true);
                }
            }
            None if self.extended && argument.function().is_some() => {}
            None => {
                let at = if argument.function().is_some() { argument } else { node };
                self.add(FaultKind::Shape { function: F::Ref, expected: Shape::Text }, outermost, at, true);
            }
        }
    }

    fn is_declared(&self, name: &str) -> bool {
        let template = self.template;
        let resource = self.has_resources() && template.resources.get(name).is_some();
        resource
            || template.parameters.get(name).is_some()
            || super::PSEUDO_PARAMETERS.contains(&name)
            || self.identifiers.contains(name)
            || self.extended && name.contains("${")
            || template.is_made_by_cloudformation(name)
    }

    fn get_att(&mut self, node: Node<'t>, argument: Node<'t>, outermost: Function) {
        match Intrinsic::of(node) {
            Some(Intrinsic::GetAtt { resource, attribute }) => {
                let list = argument.is_sequence();
                if !self.is_resource(resource) {
                    let at = if list { argument.items().next().unwrap_or(node) } else { node };
                    self.add(FaultKind::Undeclared(resource), outermost, at, !list);
                } else if let Attribute::Name(name) = attribute
                    && let Some(of) = self.lacks(resource, name)
                {
                    let at = if list { argument.items().nth(1).unwrap_or(node) } else { node };
                    self.add(FaultKind::UnknownReturnValue { name, of }, outermost, at, !list);
                }
            }
            _ if self.extended => {}
            _ => {
                let kind = match argument.is_sequence() && argument.function().is_none() && argument.len() != 2 {
                    true => FaultKind::Count { function: F::GetAtt, least: 2, most: 2 },
                    false => FaultKind::Shape { function: F::GetAtt, expected: Shape::Text },
                };
                self.add(kind, outermost, node, true);
            }
        }
    }

    /// The type of a resource, where it has no return value of the name.
    fn lacks(&mut self, resource: &str, name: &'t str) -> Option<TypeFacts<'static>> {
        let resource_type = self.template.resources.get(resource)?.resource_type;
        let is_computed = name.contains("${") || self.identifiers.contains(name);
        if is_computed || resource_type.starts_with("Custom::") {
            return None;
        }
        // Most calls read the same few values of the same few types.
        let facts = self.facts;
        *self.lacking.entry((resource_type, name)).or_insert_with(|| {
            let of = facts.resource_type(resource_type)?;
            let has = of.variants().any(|variant| variant.return_value(name).is_some());
            (!has).then_some(of)
        })
    }

    /// Conditions and names of exports are evaluated before there is any resource.
    fn has_resources(&self) -> bool {
        !matches!(self.section, FaultSection::Condition | FaultSection::Export)
    }

    fn is_resource(&self, name: &str) -> bool {
        self.has_resources() && self.template.resources.get(name).is_some()
            || self.identifiers.contains(name)
            || self.extended && name.contains("${")
            || self.template.is_made_by_cloudformation(name)
    }

    fn sub(&mut self, node: Node<'t>, argument: Node<'t>, outermost: Function) {
        let inner = Some(Around { function: F::Sub, outermost });
        let text = argument.scalar().is_some_and(|scalar| !scalar.is_null()) && argument.function().is_none();
        let (text, variables) = if text {
            (argument, None)
        } else if argument.is_sequence() && argument.function().is_none() {
            let Some(items) = self.arguments(node, argument, F::Sub, outermost, 2, 2) else { return };
            if items.len() != 2 {
                return;
            }
            let before = self.faults.len();
            self.value(items[0], takes::NOTHING, Shape::Text, inner);
            if items[1].is_mapping() && items[1].function().is_none() {
                items[1].entries().for_each(|entry| self.value(entry.value, takes::VARIABLE, Shape::Text, inner));
            } else {
                self.value(items[1], takes::NOTHING, Shape::Mapping, inner);
            }
            if self.faults.len() > before {
                return;
            }
            (items[0], Some(items[1]))
        } else {
            return self.add(FaultKind::Shape { function: F::Sub, expected: Shape::Text }, outermost, node, true);
        };
        for name in super::variables(text.as_str().unwrap_or_default()) {
            if name.starts_with('!') {
                continue;
            }
            let own = variables.and_then(|variables| variables.get(name));
            // A variable whose value is a reference of its own name declares nothing.
            if own.is_some_and(|value| !matches!(Intrinsic::of(value), Some(Intrinsic::Ref(same)) if same == name)) {
                continue;
            }
            let declared = match name.split_once('.') {
                Some((resource, _)) => self.is_resource(resource),
                None => name.is_empty() || self.is_declared(name),
            };
            let parts = name.split_once('.');
            if !declared {
                let name = parts.map_or(name, |(resource, _)| resource);
                self.add(FaultKind::Undeclared(name), outermost, node, true);
            } else if let Some((resource, name)) = parts
                && let Some(of) = self.lacks(resource, name)
            {
                self.add(FaultKind::UnknownReturnValue { name, of }, outermost, node, true);
            } else {
                let gives = match parts {
                    Some((resource, name)) => self.template.return_value_gives(resource, name),
                    None => self.template.reference_gives(name),
                };
                if matches!(gives, Gives::List | Gives::Mapping) {
                    self.add(FaultKind::Variable { name, gives }, outermost, node, true);
                }
            }
        }
    }

    fn find_in_map(&mut self, node: Node<'t>, argument: Node<'t>, outermost: Function) {
        let inner = Some(Around { function: F::FindInMap, outermost });
        let Some(items) = self.arguments(node, argument, F::FindInMap, outermost, 3, 4) else { return };
        let allowed = if self.extended { takes::KEY_EXTENDED } else { takes::KEY };
        let before = self.faults.len();
        items.iter().take(3).for_each(|item| self.value(*item, allowed, Shape::Text, inner));
        let default = items.get(3).copied();
        if let Some(default) = default
            && default.get("DefaultValue").is_none()
        {
            self.value(default, takes::NOTHING, Shape::Mapping, inner);
        }
        if self.faults.len() > before
            || items.len() != 3
            || self.template.mappings.node.is_some_and(|node| node.function().is_some())
        {
            return;
        }
        let literal = |node: Node<'t>| node.as_str().filter(|text| node.function().is_none() && !text.contains("${"));
        let Some(name) = literal(items[0]).filter(|name| !self.template.may_be_made(name)) else { return };
        let Some(mapping) = self.template.mappings.get(name) else {
            return self.add(FaultKind::UndeclaredKey { name, mapping: None }, outermost, items[0], false);
        };
        let has_include = |node: Node| node.get("Fn::Transform").is_some();
        if !mapping.node.is_mapping() || has_include(mapping.node) {
            return;
        }
        let second = literal(items[2]);
        let Some(top) = literal(items[1]) else {
            return self.find_by_pseudo(name, mapping.node, &items, outermost);
        };
        let Some(keys) = mapping.node.get(top) else {
            return self.add(FaultKind::UndeclaredKey { name: top, mapping: Some(name) }, outermost, items[1], false);
        };
        let Some(second) = second else { return };
        if keys.is_mapping() && !has_include(keys) && keys.get(second).is_none() {
            self.add(FaultKind::UndeclaredKey { name: second, mapping: Some(name) }, outermost, items[2], false);
        }
    }

    /// A mapping that is read by region or account, where none of its keys is one.
    fn find_by_pseudo(&mut self, name: &'t str, mapping: Node<'t>, items: &[Node<'t>], outermost: Function) {
        let Some(Intrinsic::Ref(pseudo)) = Intrinsic::of(items[1]) else { return };
        let is_one: fn(&str) -> bool = match pseudo {
            "AWS::Region" => is_like_region,
            "AWS::AccountId" => |key| key.len() == 12 && key.bytes().all(|byte| byte.is_ascii_digit()),
            _ => return,
        };
        let open = |name: &str| name.contains("${") || name.contains("&{") || name == "Fn::Transform";
        let keys = || mapping.entries().filter_map(|entry| Some((entry.key.as_str()?, entry.value)));
        let fitting: Vec<Node> = keys().filter(|(key, _)| open(key) || is_one(key)).map(|(_, value)| value).collect();
        if fitting.is_empty() {
            return self.add(FaultKind::NoKeyOf { mapping: name, pseudo }, outermost, items[1], false);
        }
        let Some(second) = items[2].as_str().filter(|_| items[2].function().is_none() && !open(items[2].as_str().unwrap_or("")))
        else {
            return;
        };
        let lacks = |keys: &Node| keys.is_mapping() && keys.get("Fn::Transform").is_none() && keys.get(second).is_none();
        if fitting.iter().all(lacks) {
            self.add(FaultKind::UndeclaredKey { name: second, mapping: Some(name) }, outermost, items[2], false);
        }
    }

    fn stack_output(&mut self, node: Node<'t>, argument: Node<'t>, outermost: Function) {
        let function = F::GetStackOutput;
        let inner = Some(Around { function, outermost });
        if !argument.is_mapping() || argument.function().is_some() {
            return self.add(FaultKind::Shape { function, expected: Shape::Mapping }, outermost, node, true);
        }
        for key in STACK_OUTPUT_KEYS[..2].iter().filter(|key| argument.get(key).is_none()) {
            self.add(FaultKind::MissingKey { function, key }, outermost, node, true);
        }
        for entry in argument.entries() {
            match entry.key.as_str() {
                Some(key) if !STACK_OUTPUT_KEYS.contains(&key) => {
                    let kind = FaultKind::UnknownKey { function, key, known: STACK_OUTPUT_KEYS };
                    self.add(kind, outermost, entry.value, false);
                }
                _ => self.value(entry.value, takes::STACK_OUTPUT, Shape::Text, inner),
            }
        }
    }

    /// Something that has to be a condition.
    fn condition(&mut self, node: Node<'t>, around: Option<Around>) {
        if self.budget == 0 {
            return;
        }
        self.budget -= 1;
        if let Some(name) = node.condition() {
            let Some(name) = name.as_str() else { return };
            if self.template.conditions.get(name).is_none() && !self.template.may_be_made(name) {
                let outermost = around.map_or(F::Condition, |around| around.outermost);
                self.add(FaultKind::UndeclaredCondition(name), outermost, node, true);
            }
            return;
        }
        let is_broken = self.is_broken;
        self.compared_or_combined(node, around);
        self.is_broken = is_broken;
    }

    fn compared_or_combined(&mut self, node: Node<'t>, around: Option<Around>) {
        let Some((function, argument)) = node.function() else { return };
        let outermost = around.map_or(function, |around| around.outermost);
        let inner = Some(Around { function, outermost });
        match function {
            F::Equals => {
                let Some(items) = self.arguments(node, argument, function, outermost, 2, 2) else { return };
                items.into_iter().for_each(|item| self.value(item, takes::COMPARED, Shape::Text, inner));
            }
            F::And | F::Or | F::Not => {
                let (least, most) = if function == F::Not { (1, 1) } else { (2, 10) };
                let Some(items) = self.arguments(node, argument, function, outermost, least, most) else { return };
                for item in items {
                    match item.function() {
                        Some((inner, _)) if !takes::CONDITION.contains(&inner) && item.condition().is_none() => {
                            self.add(FaultKind::Refused { function, inner }, outermost, item, false);
                        }
                        _ => self.condition(item, inner),
                    }
                }
            }
            // Functions of rules.
            F::Contains | F::EachMemberEquals | F::EachMemberIn => {
                argument.items().for_each(|item| self.value(item, &[F::Ref], Shape::Any, None));
            }
            _ => {}
        }
    }
}

/// Whether a text is, or has in it, a dynamic reference.
fn is_dynamic(node: Node) -> bool {
    node.as_str().is_some_and(|text| text.contains("{{resolve:"))
}

/// Whether a name has the form of a region's, as `us-east-1` has.
fn is_like_region(name: &str) -> bool {
    let mut parts = name.split('-');
    let ends_in_number = parts.next_back().is_some_and(|end| end.len() == 1 && end.bytes().all(|byte| byte.is_ascii_digit()));
    let mut words = 0;
    let are_words = parts.all(|part| {
        words += 1;
        part.len() >= 2 && part.bytes().all(|byte| byte.is_ascii_lowercase())
    });
    ends_in_number && are_words && words >= 2
}

/// Whether no region has the name; nothing stands for the region of the stack.
fn is_no_region(name: &str) -> bool {
    !name.is_empty() && !name.contains("${") && !name.contains("{{") && Facts::embedded().region(name).is_none()
}

/// Whether this is a block of addresses: of the fourth version of the protocol, or like one of the sixth.
fn is_block(text: &str) -> bool {
    let Some((address, bits)) = text.split_once('/') else { return text.contains("${") };
    let is_number = |text: &str, most: u8| {
        text.bytes().all(|byte| byte.is_ascii_digit()) && text.parse::<u8>().is_ok_and(|number| number <= most)
    };
    let mut parts = address.split('.');
    let is_address = parts.by_ref().take(4).filter(|part| is_number(part, u8::MAX)).count() == 4 && parts.next().is_none();
    let is_fourth = is_address && is_number(bits, 32);
    is_fourth || address.contains(':') || text.contains("${")
}
