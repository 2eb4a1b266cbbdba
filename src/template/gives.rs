//! What a call of a function gives: a text, a list or a mapping. What the items are is not here.

use super::{Attribute, Intrinsic, PSEUDO_PARAMETERS, ParameterType, Template};
use crate::schema::{Facts, Keyword, ReturnValue, TypeSet};
use crate::syntax::{Function, Node};

/// What a call gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gives {
    /// One text, number or Boolean.
    Text,
    /// A list.
    List,
    /// A mapping.
    Mapping,
    /// One of these; which one is not said in the template.
    Unknown,
}

/// Types whose return values are what others made of them.
const OPEN_TYPES: &[&str] = &[
    "AWS::CloudFormation::CustomResource",
    "AWS::CloudFormation::Stack",
    "AWS::Serverless::Application",
    "AWS::ServiceCatalog::CloudFormationProvisionedProduct",
];

impl<'t> Template<'t> {
    /// What the call at `node` gives; of `Fn::If`, nothing is known here.
    #[must_use]
    pub fn gives(&self, node: Node<'t>) -> Gives {
        match Intrinsic::of(node) {
            Some(Intrinsic::Ref(name)) => self.reference_gives(name),
            Some(Intrinsic::GetAtt { resource, attribute: Attribute::Name(name) }) => self.return_value_gives(resource, name),
            _ => match node.function().map(|(function, _)| function) {
                Some(Function::Split | Function::GetAZs | Function::Cidr) => Gives::List,
                Some(
                    Function::Sub
                    | Function::Join
                    | Function::Base64
                    | Function::ToJsonString
                    | Function::Length
                    | Function::ImportValue
                    | Function::GetStackOutput,
                ) => Gives::Text,
                _ => Gives::Unknown,
            },
        }
    }

    /// What `Ref` of a name gives.
    #[must_use]
    pub fn reference_gives(&self, name: &str) -> Gives {
        if let Some(parameter) = self.parameters.get(name) {
            return match parameter.parameter_type {
                ParameterType::Unknown => Gives::Unknown,
                kind if kind.is_list() => Gives::List,
                _ => Gives::Text,
            };
        }
        if name == "AWS::NotificationARNs" {
            Gives::List
        } else if name == "AWS::NoValue" {
            Gives::Unknown
        } else if PSEUDO_PARAMETERS.contains(&name) || self.resources.get(name).is_some() {
            Gives::Text
        } else {
            Gives::Unknown
        }
    }

    /// What `Fn::GetAtt` gives of a resource.
    #[must_use]
    pub fn return_value_gives(&self, resource: &str, name: &str) -> Gives {
        self.known_return_value(resource, name).unwrap_or(Gives::Unknown)
    }

    fn known_return_value(&self, resource: &str, name: &str) -> Option<Gives> {
        let resource_type = self.resources.get(resource)?.resource_type;
        if OPEN_TYPES.contains(&resource_type) || resource_type.starts_with("Custom::") {
            return None;
        }
        let variant = Facts::embedded().resource_type(resource_type)?.variants().next()?;
        let ReturnValue { schema, .. } = variant.return_value(name)?;
        let schema = schema?.resolved();
        schema.get(Keyword::Type)?;
        let types = schema.types();
        let scalars = [TypeSet::STRING, TypeSet::INTEGER, TypeSet::NUMBER, TypeSet::BOOLEAN];
        let is_text = scalars.into_iter().any(|one| types.has(one));
        match (is_text, types.has(TypeSet::ARRAY), types.has(TypeSet::OBJECT)) {
            (true, false, false) => Some(Gives::Text),
            (false, true, false) => Some(Gives::List),
            (false, false, true) => Some(Gives::Mapping),
            _ => None,
        }
    }
}
