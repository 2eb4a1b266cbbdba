//! Parameters and their constraints.

use crate::syntax::Node;

/// An entry of `Parameters`.
#[derive(Clone, Copy, Debug)]
pub struct Parameter<'t> {
    /// The name.
    pub key: Node<'t>,
    /// Everything below it.
    pub node: Node<'t>,
    /// `Type`.
    pub parameter_type: ParameterType<'t>,
    /// `Default`.
    pub default: Option<Node<'t>>,
    /// `AllowedValues`, where it is a list.
    pub allowed_values: Option<Node<'t>>,
    /// `AllowedPattern`.
    pub allowed_pattern: Option<&'t str>,
    /// `MinLength`, in characters.
    pub min_length: Option<Node<'t>>,
    /// `MaxLength`, in characters.
    pub max_length: Option<Node<'t>>,
    /// `MinValue`.
    pub min_value: Option<Node<'t>>,
    /// `MaxValue`.
    pub max_value: Option<Node<'t>>,
    /// `NoEcho`: the value is masked where CloudFormation shows it.
    pub no_echo: Option<Node<'t>>,
}

/// The type of a parameter.
///
/// Source: <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/parameters-section-structure.html>.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParameterType<'t> {
    /// `String`
    String,
    /// `Number`
    Number,
    /// `CommaDelimitedList` or `List<…>`: what `Ref` gives is a list.
    List,
    /// `AWS::EC2::VPC::Id` and its kin: a string that names something that exists.
    Aws(&'t str),
    /// `AWS::SSM::Parameter::Value<…>`: `Ref` gives what Parameter Store holds, the parameter's value is only its name.
    SsmValue {
        /// The stored value is a list.
        list: bool,
    },
    /// Missing, or none that CloudFormation knows.
    Unknown,
}

impl<'t> ParameterType<'t> {
    fn new(name: &'t str) -> Self {
        match name {
            "String" => Self::String,
            "Number" => Self::Number,
            "CommaDelimitedList" => Self::List,
            _ if name.starts_with("List<") => Self::List,
            _ => match name.strip_prefix("AWS::SSM::Parameter::Value<") {
                Some(inner) => Self::SsmValue { list: inner.starts_with("List<") || inner.starts_with("CommaDelimitedList") },
                None if name.starts_with("AWS::") => Self::Aws(name),
                None => Self::Unknown,
            },
        }
    }

    /// Whether `Ref` gives a list.
    #[must_use]
    pub fn is_list(self) -> bool {
        matches!(self, Self::List | Self::SsmValue { list: true })
    }
}

impl<'t> Parameter<'t> {
    pub(super) fn new(key: Node<'t>, node: Node<'t>) -> Self {
        let mut parameter = Self {
            key,
            node,
            parameter_type: ParameterType::Unknown,
            default: None,
            allowed_values: None,
            allowed_pattern: None,
            min_length: None,
            max_length: None,
            min_value: None,
            max_value: None,
            no_echo: None,
        };
        for entry in node.entries() {
            let value = Some(entry.value);
            match entry.key.as_str().unwrap_or_default() {
                "Type" => parameter.parameter_type = ParameterType::new(entry.value.as_str().unwrap_or_default()),
                "Default" => parameter.default = value,
                "AllowedValues" => parameter.allowed_values = value.filter(|node| node.is_sequence()),
                "AllowedPattern" => parameter.allowed_pattern = entry.value.as_str(),
                "MinLength" => parameter.min_length = value,
                "MaxLength" => parameter.max_length = value,
                "MinValue" => parameter.min_value = value,
                "MaxValue" => parameter.max_value = value,
                "NoEcho" => parameter.no_echo = value,
                _ => {}
            }
        }
        parameter
    }
}
