//! What functions give where a value goes: of which type, and as far as the template says, which text.

use std::borrow::Cow;
use std::rc::Rc;

use rustc_hash::FxHashMap;

use super::resolved::{Known, Resolved, says_something};
use super::walk::{Site, Walker};
use super::{Fault, Given, Kind};
use crate::schema::{Facts, Keyword, Schema, TypeSet, Variant};
use crate::syntax::{Function, Node, ScalarValue};
use crate::template::{Attribute, Intrinsic, PSEUDO_PARAMETERS, Parameter, ParameterType, Resource};
use crate::values::{Expression, Formula, Part, StackId, Text, Value, Values};

/// Most values of a list parameter, or texts of a call, that are looked at.
const MAX_DECLARED: usize = 64;

/// Types whose return values are what others made of them.
const OPEN_TYPES: &[&str] = &[
    "AWS::CloudFormation::CustomResource",
    "AWS::CloudFormation::Stack",
    "AWS::Serverless::Application",
    "AWS::ServiceCatalog::CloudFormationProvisionedProduct",
];

/// Return values that are of the format that goes where they are used, though their schemas do not say so. The group of a classic load
/// balancer is given by name to be allowed in.
///
/// Source: `SourceSecurityGroup` of <https://docs.aws.amazon.com/elasticloadbalancing/2012-06-01/APIReference/API_LoadBalancerDescription.html>.
const OF_ANY_FORMAT: &[(&str, &str)] =
    &[("AWS::SSM::Parameter", "Value"), ("AWS::ElasticLoadBalancing::LoadBalancer", "SourceSecurityGroup.GroupName")];

/// A string as what CloudFormation reads out of it.
const TEXT: [TypeSet; 4] = [TypeSet::STRING, TypeSet::INTEGER, TypeSet::NUMBER, TypeSet::BOOLEAN];

/// The types of the resources that calls refer to, each looked up once: a template has many references to few types.
#[derive(Debug)]
pub(super) struct Types<'t> {
    pub(super) facts: Facts<'static>,
    /// What holds for the tags of all types.
    pub(super) tagging: Option<Schema<'static>>,
    known: FxHashMap<&'t str, Option<Referred>>,
}

/// A type that AWS makes.
#[derive(Debug)]
struct Referred {
    variant: Variant<'static>,
    /// What the return values give that were asked for, where that is known.
    return_values: FxHashMap<String, Option<Schema<'static>>>,
}

impl<'t> Types<'t> {
    pub(super) fn new(facts: Facts<'static>) -> Self {
        let tagging = Facts::embedded().other("resources/tagging").map(Schema::of_type);
        Self { facts, tagging, known: FxHashMap::default() }
    }

    fn referred(&mut self, resource: &Resource<'t>) -> Option<&mut Referred> {
        let name = resource.resource_type;
        let known = self.known.entry(name).or_insert_with(|| {
            let is_custom = name.starts_with("Custom::") || OPEN_TYPES[0] == name;
            let variant = self.facts.resource_type(name).filter(|_| !is_custom)?.variants().next()?;
            Some(Referred { variant, return_values: FxHashMap::default() })
        });
        known.as_mut()
    }

    /// A resource's type, where it is one that AWS makes.
    fn variant(&mut self, resource: &Resource<'t>) -> Option<Variant<'static>> {
        self.referred(resource).map(|referred| referred.variant)
    }

    /// What a return value of a resource gives, where that is known.
    fn return_value(&mut self, resource: &Resource<'t>, name: &str) -> Option<Schema<'static>> {
        let Referred { variant, return_values } = self.referred(resource)?;
        if let Some(known) = return_values.get(name) {
            return *known;
        }
        let given = variant.return_value(name).and_then(|value| value.schema).map(Schema::resolved);
        return_values.insert(name.to_owned(), given);
        given
    }
}

impl<'t> Walker<'_, 't> {
    /// A function other than `Fn::If`.
    pub(super) fn call(&mut self, site: Site<'t>, schema: Schema<'static>) {
        self.unknown(site.when);
        if self.alternatives > 0 {
            return;
        }
        let Some(intrinsic) = Intrinsic::of(site.node) else { return };
        let schema = schema.resolved();
        let fits = match intrinsic {
            Intrinsic::Ref(name) => self.reference(site, name, schema),
            Intrinsic::GetAtt { resource, attribute: Attribute::Name(name) } => self.return_value(site, resource, name, schema),
            Intrinsic::GetAtt { resource, attribute: Attribute::Computed(name) } => {
                self.computed_return_value(site, resource, name, schema);
                false
            }
            Intrinsic::Sub { .. } | Intrinsic::Join { .. } | Intrinsic::Base64(_) | Intrinsic::ToJsonString(_) => {
                self.gives(site, schema, &TEXT)
            }
            Intrinsic::Split { .. } | Intrinsic::Other(Function::GetAZs | Function::Cidr, _) => {
                self.gives(site, schema, &[TypeSet::ARRAY])
            }
            Intrinsic::Length(_) => self.gives(site, schema, &TEXT),
            Intrinsic::FindInMap { .. } | Intrinsic::Select { .. } => true,
            _ => false,
        };
        if !fits || !says_something(schema) {
            return;
        }
        match intrinsic {
            Intrinsic::Ref(name) => {
                if let Some(parameter) = self.values.template(StackId::ROOT).parameters.get(name) {
                    self.declared(site, name, parameter, schema);
                }
            }
            Intrinsic::Select { index, list } => self.selected(site, index, list, schema),
            Intrinsic::Split { delimiter, source } => self.split(site, delimiter, source, schema),
            Intrinsic::Sub { .. } | Intrinsic::Join { .. } | Intrinsic::FindInMap { .. } => self.computed(site, schema),
            Intrinsic::ToJsonString(value) => {
                let mut text = String::new();
                if write_json(value, &mut text) {
                    self.compare(site, schema, Resolved::Text(&text), Known::Whole, None);
                }
            }
            Intrinsic::Other(Function::GetAZs, _) => {
                self.compare(site, schema, Resolved::List(&[ZONE.to_owned()]), Known::Form("*"), None);
            }
            _ => {}
        }
    }

    /// Whether the place takes one of the types that the call gives.
    fn gives(&mut self, site: Site<'t>, schema: Schema<'static>, types: &[TypeSet]) -> bool {
        let expected = schema.types();
        let fits = types.iter().any(|one| expected.has(*one));
        if let (false, Some(&given)) = (fits, types.first()) {
            self.given(site, Kind::GivenType { expected, given }, "", None);
        }
        fits
    }

    fn given(&mut self, site: Site<'t>, kind: Kind<'t>, text: &str, declared: Option<Node<'t>>) {
        self.given_to(self.property(), site, kind, text, declared);
    }

    /// What a call gives to a property does not fit.
    pub(super) fn given_to(&mut self, property: &'t str, site: Site<'t>, kind: Kind<'t>, text: &str, declared: Option<Node<'t>>) {
        let given = Given { call: site.node, text: Rc::from(text), declared, property };
        let Site { node, at, when, .. } = site;
        self.outcome.faults.push(Fault {
            kind,
            at,
            node,
            given: Some(given),
            when,
            resource: self.resource,
            echo_of: Vec::new(),
        });
    }

    /// The property that is looked at, or whose items are.
    fn property(&self) -> &'t str {
        self.path.iter().rev().find(|name| **name != "*").copied().unwrap_or_default()
    }

    fn reference(&mut self, site: Site<'t>, name: &'t str, schema: Schema<'static>) -> bool {
        let template = self.values.template(StackId::ROOT);
        if let Some(parameter) = template.parameters.get(name) {
            return match parameter.parameter_type {
                ParameterType::Unknown => false,
                kind if kind.is_list() => self.gives(site, schema, &[TypeSet::ARRAY]),
                _ => self.gives(site, schema, &TEXT),
            };
        }
        if let Some(resource) = template.resources.get(name) {
            if self.gives(site, schema, &TEXT) {
                self.physical_id(site, resource, schema);
            }
        } else if name == "AWS::NotificationARNs" {
            self.gives(site, schema, &[TypeSet::ARRAY]);
        } else if PSEUDO_PARAMETERS.contains(&name) && self.gives(site, schema, &TEXT) {
            self.computed(site, schema);
        }
        false
    }

    /// `Ref` of a resource, where something of a format goes.
    fn physical_id(&mut self, site: Site<'t>, resource: &Resource<'t>, schema: Schema<'static>) {
        // Most places take any text.
        if schema.get(Keyword::Format).is_none() {
            return;
        }
        let Some(variant) = self.types.variant(resource) else { return };
        let identifiers = variant.schema.strings(Keyword::PrimaryIdentifier);
        let given: Option<Vec<Schema>> = identifiers.map(|identifier| variant.schema.at_pointer(identifier)).collect();
        // Of several, `Ref` gives one, or all of them in one text.
        let Some(given) = given.filter(|given| !given.is_empty()) else { return };
        if resource.resource_type == "AWS::EC2::SecurityGroup" {
            // In a VPC it is the ID, and the name outside of one.
            let in_vpc = resource.properties.is_some_and(|properties| properties.get("VpcId").is_some());
            let group = if in_vpc { "AWS::EC2::SecurityGroup.Id" } else { "AWS::EC2::SecurityGroup.Name" };
            return self.formats(site, schema, |format| format == group);
        }
        self.formats(site, schema, |format| given.iter().any(|given| has_format(*given, format)));
    }

    /// `Fn::GetAtt`: the type and the format of the return value.
    fn return_value(&mut self, site: Site<'t>, resource: &str, name: &str, schema: Schema<'static>) -> bool {
        let Some(resource) = self.values.template(StackId::ROOT).resources.get(resource) else { return false };
        if name.starts_with("Outputs.") && OPEN_TYPES[1..].contains(&resource.resource_type) {
            // Outputs are texts, whatever made them.
            self.gives(site, schema, &TEXT);
            return false;
        }
        if OPEN_TYPES.contains(&resource.resource_type) {
            return false;
        }
        let Some(given) = self.types.return_value(resource, name) else { return false };
        let is_loose = [TypeSet::BOOLEAN, TypeSet::INTEGER].iter().any(|loose| schema.types().has(*loose));
        // The one return value that is another type than the property of its name.
        let is_port = resource.resource_type == "AWS::DocDB::DBCluster" && name == "Port";
        if let (false, false, Some(types)) = (is_loose, is_port, given.get(Keyword::Type).map(TypeSet::of)) {
            let known = [TypeSet::OBJECT, TypeSet::ARRAY].into_iter().chain(TEXT);
            let types: Vec<TypeSet> = known.filter(|one| types.has(*one)).collect();
            if !self.gives(site, schema, &types) {
                return false;
            }
        }
        if !OF_ANY_FORMAT.contains(&(resource.resource_type, name)) {
            self.formats(site, schema, |format| has_format(given, format));
        }
        false
    }

    /// `Fn::GetAtt` whose return value is named by a function, as `AWS::LanguageExtensions` allows.
    fn computed_return_value(&mut self, site: Site<'t>, resource: &str, name: Node<'t>, schema: Schema<'static>) {
        let declared = self.values.template(StackId::ROOT).resources.get(resource);
        let Some(variant) = declared.and_then(|declared| self.types.variant(declared)) else { return };
        for case in self.values.cases(Expression { stack: StackId::ROOT, node: name }, site.when) {
            let Value::Text(text) = &case.value else { continue };
            for way in self.texts(text).iter().filter(|way| way.is_whole) {
                let when = self.values.formulas.and(case.when, way.when(self.values));
                if !self.values.possible(when) {
                    continue;
                }
                let site = Site { when, ..site };
                if variant.return_value(&way.text).is_none() {
                    self.given(site, Kind::NoReturnValue, &way.text, way.declared);
                } else {
                    self.return_value(site, resource, &way.text, schema);
                }
            }
        }
    }

    fn formats(&mut self, site: Site<'t>, schema: Schema<'static>, is_given: impl Fn(&str) -> bool) {
        let Some(format) = schema.get(Keyword::Format).and_then(|format| format.as_str()) else { return };
        if !is_given(format) && !self.takes_name(format) {
            self.given(site, Kind::GivenFormat(format), "", None);
        }
    }

    /// The values that a parameter may have by its declaration, or that it is given.
    fn declared(&mut self, site: Site<'t>, name: &'t str, parameter: &Parameter<'t>, schema: Schema<'static>) {
        match parameter.parameter_type {
            ParameterType::String | ParameterType::Number | ParameterType::Aws(_) => {}
            ParameterType::List => {
                for (when, items, declared) in self.declared_lists(name, parameter) {
                    let when = self.values.formulas.and(site.when, when);
                    // Whether a list is empty is asked of what `Fn::Join` makes of it, which no formula follows.
                    let is_guarded = items.iter().all(String::is_empty) && site.when != Formula::TRUE;
                    if !is_guarded && self.values.possible(when) {
                        self.compare(Site { when, ..site }, schema, Resolved::List(&items), Known::Whole, declared);
                    }
                }
                return;
            }
            ParameterType::SsmValue { .. } | ParameterType::Unknown => return,
        }
        if let Some(given) = self.values.given(name) {
            return self.compare(site, schema, Resolved::Text(given), Known::Whole, None);
        }
        let part = Part::Parameter(StackId::ROOT, name);
        let declared: Vec<Node<'t>> = match parameter.allowed_values {
            Some(list) => list.items().collect(),
            None => [parameter.default, parameter.min_value, parameter.max_value].into_iter().flatten().collect(),
        };
        for value in declared {
            let Some(scalar) = value.scalar() else { continue };
            let written = scalar.canonical();
            let when = || self.values.text_is(&Text::of(part.clone()), &written);
            self.compare_when(site, schema, (Resolved::Text(&written), Known::Whole), Some(value), when);
        }
    }

    /// The lists that a parameter may be, with when it is and where that is declared.
    fn declared_lists(&self, name: &'t str, parameter: &Parameter<'t>) -> Vec<(Formula, Vec<String>, Option<Node<'t>>)> {
        let items = |text: &str| text.split(',').map(|item| item.trim().to_owned()).collect();
        if let Some(given) = self.values.given(name) {
            return vec![(Formula::TRUE, items(given), None)];
        }
        let text = Text::of(Part::Parameter(StackId::ROOT, name));
        let declared: Vec<Node<'t>> = match parameter.allowed_values {
            Some(list) => list.items().take(MAX_DECLARED).collect(),
            None => parameter.default.into_iter().collect(),
        };
        let scalars = declared.into_iter().filter_map(|value| Some((value, value.scalar()?.canonical())));
        scalars.map(|(value, written)| (self.values.text_is(&text, &written), items(&written), Some(value))).collect()
    }

    /// The texts that a call gives, as far as the template says; where what is in them is not known, one that is like all of them.
    fn computed(&mut self, site: Site<'t>, schema: Schema<'static>) {
        for case in self.values.cases(Expression { stack: StackId::ROOT, node: site.node }, site.when) {
            match &case.value {
                Value::Text(text) => {
                    for way in self.texts(text) {
                        let site = Site { when: case.when, ..site };
                        let value = (Resolved::Text(&way.text), way.known());
                        self.compare_when(site, schema, value, case.source, || way.when(self.values));
                    }
                }
                Value::Structure(list) if list.node.is_sequence() && case.source.is_some() => {
                    let items = list.node.items().map(|item| Some(item.scalar()?.canonical().into_owned()));
                    let Some(items) = items.collect::<Option<Vec<String>>>() else { continue };
                    self.compare(Site { when: case.when, ..site }, schema, Resolved::List(&items), Known::Whole, case.source);
                }
                _ => {}
            }
        }
    }

    /// `Fn::Select`: of a parameter that is a list, of the names of zones, or of what else is known.
    fn selected(&mut self, site: Site<'t>, index: Node<'t>, list: Node<'t>, schema: Schema<'static>) {
        match Intrinsic::of(list) {
            Some(Intrinsic::Other(Function::GetAZs, _)) => {
                self.compare(site, schema, Resolved::Text(ZONE), Known::Form("*"), None);
            }
            Some(Intrinsic::Ref(name)) => {
                let parameter = self.values.template(StackId::ROOT).parameters.get(name);
                let number = index.scalar().and_then(|scalar| scalar.canonical().trim().parse::<usize>().ok());
                let (Some(parameter), Some(number)) = (parameter, number) else { return };
                for (when, items, declared) in self.declared_lists(name, parameter) {
                    let when = self.values.formulas.and(site.when, when);
                    let Some(item) = items.get(number).filter(|_| self.values.possible(when)) else { continue };
                    self.compare(Site { when, ..site }, schema, Resolved::Text(item), Known::Whole, declared);
                }
            }
            _ => self.computed(site, schema),
        }
    }

    /// `Fn::Split` of a text that is known.
    fn split(&mut self, site: Site<'t>, delimiter: Node<'t>, source: Node<'t>, schema: Schema<'static>) {
        let Some(delimiter) = delimiter.as_str().filter(|text| !text.is_empty() && delimiter.function().is_none()) else {
            return;
        };
        for case in self.values.cases(Expression { stack: StackId::ROOT, node: source }, site.when) {
            let Value::Text(text) = &case.value else { continue };
            for way in self.texts(text) {
                if way.text.contains("{{") {
                    continue;
                }
                let items: Vec<String> = way.text.split(delimiter).map(str::to_owned).collect();
                let known = if way.is_whole { Known::Whole } else { Known::Form("*") };
                let site = Site { when: case.when, ..site };
                self.compare_when(site, schema, (Resolved::List(&items), known), None, || way.when(self.values));
            }
        }
    }

    /// What a text can be, as far as the template says: with each value that is allowed for its parameters, or their defaults, and with
    /// typical names of stack, account and region.
    pub(super) fn texts(&self, text: &Text<'t>) -> Vec<Way<'t>> {
        let whole = Way { values: Vec::new(), text: String::new(), glob: String::new(), is_whole: true, declared: None };
        if let Some(known) = text.known() {
            return vec![Way { text: known.to_owned(), ..whole }];
        }
        let mut ways = vec![whole];
        for part in text.parts() {
            match part {
                Part::Literal(text) => ways.iter_mut().for_each(|way| way.push(text)),
                Part::Parameter(stack, name) => {
                    let Some(parameter) = self.values.template(*stack).parameters.get(name) else { return Vec::new() };
                    let mut values: Vec<Node<'t>> = match parameter.allowed_values {
                        Some(list) => list.items().collect(),
                        None => parameter.default.into_iter().collect(),
                    };
                    if ways.len() * values.len() > MAX_DECLARED {
                        values = parameter.default.into_iter().collect();
                    }
                    let mut next = Vec::with_capacity(ways.len() * values.len());
                    for value in values {
                        let Some(written) = value.scalar().map(|scalar| scalar.canonical()) else { continue };
                        for way in &ways {
                            let declared = text.only().filter(|_| *stack == StackId::ROOT).map(|_| value);
                            let mut way = Way { declared, ..way.clone() };
                            way.values.push((part.clone(), written.clone()));
                            way.push(&written);
                            next.push(way);
                        }
                    }
                    ways = next;
                }
                Part::Pseudo(_, name) => {
                    let typical = match *name {
                        "AWS::AccountId" => "123456789012",
                        "AWS::Partition" => "aws",
                        "AWS::Region" => "us-east-1",
                        "AWS::StackName" => "stack",
                        "AWS::StackId" => {
                            "arn:aws:cloudformation:us-east-1:123456789012:stack/stack/51af3dc0-da77-11e4-872e-1234567db123"
                        }
                        "AWS::URLSuffix" => "amazonaws.com",
                        _ => return Vec::new(),
                    };
                    for way in &mut ways {
                        way.is_whole = false;
                        way.text.push_str(typical);
                        way.glob.push('*');
                    }
                }
                _ => return Vec::new(),
            }
        }
        ways
    }

    /// Compares what a call gives with what a schema says. Most of it fits: it is asked `when` it gives that where it does not.
    fn compare_when(
        &mut self,
        site: Site<'t>,
        schema: Schema<'static>,
        (value, known): (Resolved, Known),
        declared: Option<Node<'t>>,
        when: impl FnOnce() -> Formula,
    ) {
        let from = self.outcome.faults.len();
        self.compare(site, schema, value, known, declared);
        if self.outcome.faults.len() == from {
            return;
        }
        let when = self.values.formulas.and(site.when, when());
        if self.values.possible(when) {
            self.outcome.faults[from..].iter_mut().for_each(|fault| fault.when = when);
        } else {
            self.outcome.faults.truncate(from);
        }
    }

    /// Compares what a call gives with what a schema says.
    fn compare(&mut self, site: Site<'t>, schema: Schema<'static>, value: Resolved, known: Known, declared: Option<Node<'t>>) {
        let is_dynamic = match value {
            Resolved::Text(text) => text.contains("{{"),
            Resolved::List(items) => items.iter().any(|item| item.contains("{{")),
        };
        if is_dynamic {
            return;
        }
        for fault in self.misfits(site, schema, value, known) {
            let text: Rc<str> = match (&fault.given, value) {
                (Some(given), _) => Rc::clone(&given.text),
                (None, Resolved::Text(text)) => text.into(),
                (None, Resolved::List(items)) => items.join(", ").into(),
            };
            self.given(Site { when: fault.when, ..site }, fault.kind, &text, declared);
        }
    }
}

/// One text that a call may give.
#[derive(Clone, Debug)]
pub(super) struct Way<'t> {
    /// The parameters in it, each with its value.
    values: Vec<(Part<'t>, Cow<'t, str>)>,
    pub(super) text: String,
    /// The text, with a `*` for what only a deployment knows.
    glob: String,
    /// Whether nothing in it stands for what only a deployment knows.
    pub(super) is_whole: bool,
    /// Where a parameter declares it.
    pub(super) declared: Option<Node<'t>>,
}

impl<'t> Way<'t> {
    /// When it does.
    pub(super) fn when(&self, values: &Values<'t>) -> Formula {
        let is = |(part, value): &(Part<'t>, Cow<str>)| values.text_is(&Text::of(part.clone()), value);
        self.values.iter().fold(Formula::TRUE, |all, value| values.formulas.and(all, is(value)))
    }

    fn push(&mut self, text: &str) {
        self.text.push_str(text);
        self.glob.push_str(text);
    }

    fn known(&self) -> Known<'_> {
        if self.is_whole { Known::Whole } else { Known::Form(&self.glob) }
    }
}

/// The name of a zone, as all of them look.
const ZONE: &str = "us-east-1a";

/// Deepest nesting of what is written as JSON.
const MAX_JSON_DEPTH: usize = 32;

/// Writes what `Fn::ToJsonString` makes of a value; false where a function is in it.
fn write_json(node: Node, out: &mut String) -> bool {
    fn json(node: Node, depth: usize) -> Option<serde_json::Value> {
        let depth = depth.checked_sub(1)?;
        if node.function().is_some() || node.other_tag().is_some() {
            return None;
        }
        if node.is_sequence() {
            return node.items().map(|item| json(item, depth)).collect();
        }
        if node.is_mapping() {
            let entry = |entry: crate::syntax::Entry| Some((entry.key.as_str()?.to_owned(), json(entry.value, depth)?));
            return node.entries().map(entry).collect::<Option<serde_json::Map<_, _>>>().map(Into::into);
        }
        Some(match node.scalar()?.value() {
            ScalarValue::String(text) => text.into(),
            ScalarValue::Bool(value) => value.into(),
            ScalarValue::Int(number) => serde_json::from_str(&number.to_string()).ok()?,
            ScalarValue::Float(number) => number.into(),
            ScalarValue::Null => serde_json::Value::Null,
        })
    }
    let Some(value) = json(node, MAX_JSON_DEPTH) else { return false };
    out.push_str(&value.to_string());
    true
}

/// Whether a value is of a format, or of several and of that among them.
fn has_format(schema: Schema, format: &str) -> bool {
    let is_it = |schema: Schema| schema.get(Keyword::Format).and_then(|format| format.as_str()) == Some(format);
    is_it(schema) || is_it(schema.resolved()) || schema.resolved().schemas(Keyword::AnyOf).any(is_it)
}
