//! What functions give where a value goes: of which type, and as far as the template says, which text.

use std::rc::Rc;

use super::scalar::Said;
use super::walk::{Site, Walker};
use super::{Fault, Given, Kind};
use crate::schema::{Facts, Keyword, ReturnValue, Schema, TypeSet, Variant};
use crate::syntax::{Function, Node};
use crate::template::{Attribute, Intrinsic, PSEUDO_PARAMETERS, Parameter, ParameterType, Resource};
use crate::values::{Expression, Formula, Part, StackId, Text, Value};

/// What says something about a text beside its type.
const CONSTRAINTS: &[Keyword] = &[
    Keyword::Enum,
    Keyword::EnumCaseInsensitive,
    Keyword::Const,
    Keyword::Pattern,
    Keyword::MinLength,
    Keyword::MaxLength,
    Keyword::Minimum,
    Keyword::Maximum,
    Keyword::ExclusiveMinimum,
    Keyword::ExclusiveMaximum,
    Keyword::Format,
];

/// Of them, those that one text of many can tell about: all of them have the same form.
const FORMS: &[Keyword] = &[Keyword::Pattern, Keyword::Format];

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

impl<'t> Walker<'_, 't> {
    /// A function other than `Fn::If`.
    pub(super) fn call(&mut self, site: Site<'t>, schema: Schema<'static>) {
        self.unknown(site.when);
        let Some(intrinsic) = Intrinsic::of(site.node).filter(|_| self.alternatives == 0) else { return };
        let schema = schema.resolved();
        let fits = match intrinsic {
            Intrinsic::Ref(name) => self.reference(site, name, schema),
            Intrinsic::GetAtt { resource, attribute: Attribute::Name(name) } => self.return_value(site, resource, name, schema),
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
        if !fits || !CONSTRAINTS.iter().any(|keyword| schema.get(*keyword).is_some()) {
            return;
        }
        match intrinsic {
            Intrinsic::Ref(name) => {
                if let Some(parameter) = self.values.template(StackId::ROOT).parameters.get(name) {
                    self.declared(site, name, parameter, schema);
                }
            }
            Intrinsic::Sub { .. } | Intrinsic::Join { .. } | Intrinsic::FindInMap { .. } | Intrinsic::Select { .. } => {
                self.computed(site, schema);
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
        let given = Given { call: site.node, text: Rc::from(text), declared };
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
        let Some(variant) = known(resource) else { return };
        let mut identifiers = variant.schema.strings(Keyword::PrimaryIdentifier);
        let Some(identifier) = identifiers.next() else { return };
        if identifiers.next().is_some() {
            return;
        }
        let Some(given) = variant.schema.at_pointer(identifier) else { return };
        if resource.resource_type == "AWS::EC2::SecurityGroup" {
            // In a VPC it is the ID, and the name outside of one.
            let in_vpc = resource.properties.is_some_and(|properties| properties.get("VpcId").is_some());
            let given = if in_vpc { "AWS::EC2::SecurityGroup.Id" } else { "AWS::EC2::SecurityGroup.Name" };
            return self.formats(site, schema, |format| format == given);
        }
        self.formats(site, schema, |format| has_format(given, format));
    }

    /// `Fn::GetAtt`: the type and the format of the return value.
    fn return_value(&mut self, site: Site<'t>, resource: &str, name: &str, schema: Schema<'static>) -> bool {
        let Some(resource) = self.values.template(StackId::ROOT).resources.get(resource) else { return false };
        let Some(variant) = known(resource).filter(|_| !OPEN_TYPES.contains(&resource.resource_type)) else { return false };
        let Some(ReturnValue { schema: Some(given), .. }) = variant.return_value(name) else { return false };
        let given = given.resolved();
        let is_loose = [TypeSet::BOOLEAN, TypeSet::INTEGER].iter().any(|loose| schema.types().has(*loose));
        // The one return value that is another type than the property of its name.
        let is_port = resource.resource_type == "AWS::DocDB::DBCluster" && name == "Port";
        let types: Vec<TypeSet> = [TypeSet::OBJECT, TypeSet::ARRAY].iter().chain(&TEXT).copied().collect();
        let types: Vec<TypeSet> = types.into_iter().filter(|one| given.types().has(*one)).collect();
        if !is_loose && !is_port && given.get(Keyword::Type).is_some() && !self.gives(site, schema, &types) {
            return false;
        }
        if !OF_ANY_FORMAT.contains(&(resource.resource_type, name)) {
            self.formats(site, schema, |format| has_format(given, format));
        }
        false
    }

    fn formats(&mut self, site: Site<'t>, schema: Schema<'static>, is_given: impl Fn(&str) -> bool) {
        let Some(format) = schema.get(Keyword::Format).and_then(|format| format.as_str()) else { return };
        if !is_given(format) && !self.takes_name(format) {
            self.given(site, Kind::GivenFormat(format), "", None);
        }
    }

    /// The values that a parameter may have by its declaration.
    fn declared(&mut self, site: Site<'t>, name: &'t str, parameter: &Parameter<'t>, schema: Schema<'static>) {
        if !matches!(parameter.parameter_type, ParameterType::String | ParameterType::Number | ParameterType::Aws(_)) {
            return;
        }
        // A value that is given for it, by a parent or on the command line, is not what is declared.
        let cases = self.values.cases(Expression { stack: StackId::ROOT, node: site.node }, site.when);
        let is_open = |value: &Value| matches!(value, Value::Text(text) if matches!(text.only(), Some(Part::Parameter(..))));
        if !cases.iter().any(|case| is_open(&case.value)) {
            return;
        }
        let text = Text::of(Part::Parameter(StackId::ROOT, name));
        let declared: Vec<Node<'t>> = match parameter.allowed_values {
            Some(list) => list.items().collect(),
            None => parameter.default.into_iter().collect(),
        };
        for value in declared {
            let Some(scalar) = value.scalar() else { continue };
            let written = scalar.canonical();
            let when = self.values.formulas.and(site.when, self.values.text_is(&text, &written));
            if self.values.possible(when) {
                self.compare(Site { when, ..site }, schema, CONSTRAINTS, &written, Some(value));
            }
        }
    }

    /// The texts that a call gives, as far as the template says; where what is in them is not known, one that is like all of them.
    fn computed(&mut self, site: Site<'t>, schema: Schema<'static>) {
        for case in self.values.cases(Expression { stack: StackId::ROOT, node: site.node }, site.when) {
            let Value::Text(text) = &case.value else { continue };
            let site = Site { when: case.when, ..site };
            match text.known() {
                Some(known) => self.compare(site, schema, CONSTRAINTS, known, None),
                None => {
                    let Some((when, sample)) = self.sample(text) else { continue };
                    let when = self.values.formulas.and(site.when, when);
                    if self.values.possible(when) {
                        self.compare(Site { when, ..site }, schema, FORMS, &sample, None);
                    }
                }
            }
        }
    }

    /// A text with the parameters at their defaults and typical names of stack, account and region.
    fn sample(&self, text: &Text<'t>) -> Option<(Formula, String)> {
        let mut when = Formula::TRUE;
        let mut sample = String::new();
        for part in text.parts() {
            match part {
                Part::Literal(text) => sample.push_str(text),
                Part::Parameter(stack, name) => {
                    let parameter = self.values.template(*stack).parameters.get(name)?;
                    let default = parameter.default?.scalar()?.canonical();
                    let is_default = self.values.text_is(&Text::of(part.clone()), &default);
                    when = self.values.formulas.and(when, is_default);
                    sample.push_str(&default);
                }
                Part::Pseudo(_, name) => sample.push_str(match *name {
                    "AWS::AccountId" => "123456789012",
                    "AWS::Partition" => "aws",
                    "AWS::Region" => "us-east-1",
                    "AWS::StackName" => "stack",
                    "AWS::StackId" => {
                        "arn:aws:cloudformation:us-east-1:123456789012:stack/stack/51af3dc0-da77-11e4-872e-1234567db123"
                    }
                    "AWS::URLSuffix" => "amazonaws.com",
                    _ => return None,
                }),
                _ => return None,
            }
        }
        Some((when, sample))
    }

    /// Compares a text that a call gives with what a schema says under some keywords.
    fn compare(&mut self, site: Site<'t>, schema: Schema<'static>, keywords: &[Keyword], text: &str, declared: Option<Node<'t>>) {
        if text.contains("{{") {
            return;
        }
        let outcome = self.apart(|walker| {
            for keyword in keywords {
                if let Some(value) = schema.get(*keyword) {
                    walker.text_keyword(site, schema, *keyword, value, &Said::text(text));
                }
            }
        });
        for fault in outcome.faults {
            self.given(Site { when: fault.when, ..site }, fault.kind, text, declared);
        }
    }
}

/// A resource's type, where it is one that AWS makes.
fn known(resource: &Resource) -> Option<Variant<'static>> {
    let is_custom = resource.resource_type.starts_with("Custom::") || OPEN_TYPES[0] == resource.resource_type;
    let facts = Facts::embedded().resource_type(resource.resource_type).filter(|_| !is_custom)?;
    facts.variants().next()
}

/// Whether a value is of a format, or of several and of that among them.
fn has_format(schema: Schema, format: &str) -> bool {
    let is_it = |schema: Schema| schema.get(Keyword::Format).and_then(|format| format.as_str()) == Some(format);
    is_it(schema) || is_it(schema.resolved()) || schema.resolved().schemas(Keyword::AnyOf).any(is_it)
}
