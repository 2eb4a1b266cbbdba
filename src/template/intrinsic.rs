//! Intrinsic and condition functions as typed values.

use crate::syntax::{Function, Node};

/// A call of an intrinsic function whose arguments have the shape that the function takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Intrinsic<'t> {
    /// `Ref`: the name of a parameter, pseudo parameter or resource.
    Ref(&'t str),
    /// `Fn::GetAtt`: a resource and a return value, which may be dotted.
    GetAtt {
        /// The logical ID.
        resource: &'t str,
        /// The return value's name; a scalar, or a `Ref` with `AWS::LanguageExtensions`.
        attribute: Attribute<'t>,
    },
    /// `Fn::Sub`.
    Sub {
        /// The string with `${…}`.
        text: Node<'t>,
        /// The mapping of own variables.
        variables: Option<Node<'t>>,
    },
    /// `Fn::Join`.
    Join {
        /// What stands between the items.
        delimiter: Node<'t>,
        /// The items.
        list: Node<'t>,
    },
    /// `Fn::Select`.
    Select {
        /// Counts from 0.
        index: Node<'t>,
        /// The items.
        list: Node<'t>,
    },
    /// `Fn::Split`.
    Split {
        /// Where to split.
        delimiter: Node<'t>,
        /// What to split.
        source: Node<'t>,
    },
    /// `Fn::FindInMap`.
    FindInMap {
        /// The mapping's name.
        map: Node<'t>,
        /// The top-level key.
        top: Node<'t>,
        /// The second-level key.
        second: Node<'t>,
        /// `DefaultValue`, with `AWS::LanguageExtensions`.
        default: Option<Node<'t>>,
    },
    /// `Fn::If`.
    If {
        /// The name of a condition.
        condition: Node<'t>,
        /// The value where it holds.
        then: Node<'t>,
        /// The value where it does not.
        otherwise: Node<'t>,
    },
    /// `Fn::ImportValue`: the name of an export.
    ImportValue(Node<'t>),
    /// `Fn::Base64`.
    Base64(Node<'t>),
    /// `Fn::Length`.
    Length(Node<'t>),
    /// `Fn::ToJsonString`.
    ToJsonString(Node<'t>),
    /// A function whose result only a deployment knows, or that a condition uses: `Fn::GetAZs`, `Fn::Cidr`, `Fn::Transform`, …
    Other(Function, Node<'t>),
    /// A function whose arguments have another shape than it takes.
    Malformed(Function, Node<'t>),
}

/// The return value that `Fn::GetAtt` reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attribute<'t> {
    /// Written out.
    Name(&'t str),
    /// Computed.
    Computed(Node<'t>),
}

impl<'t> Intrinsic<'t> {
    /// The function that `node` calls, `None` where it is a plain value.
    #[inline]
    #[must_use]
    pub fn of(node: Node<'t>) -> Option<Self> {
        let (function, argument) = node.function()?;
        Some(Self::new(function, argument).unwrap_or(Self::Malformed(function, argument)))
    }

    fn new(function: Function, argument: Node<'t>) -> Option<Self> {
        Some(match function {
            Function::Ref => Self::Ref(argument.as_str()?),
            Function::GetAtt => get_att(argument)?,
            Function::Sub => match array(argument) {
                Some([text, variables]) => Self::Sub { text, variables: Some(variables) },
                None if argument.as_str().is_some() => Self::Sub { text: argument, variables: None },
                None => match array(argument) {
                    Some([text]) => Self::Sub { text, variables: None },
                    None => return None,
                },
            },
            Function::Join => array(argument).map(|[delimiter, list]| Self::Join { delimiter, list })?,
            Function::Select => array(argument).map(|[index, list]| Self::Select { index, list })?,
            Function::Split => array(argument).map(|[delimiter, source]| Self::Split { delimiter, source })?,
            Function::FindInMap => match array(argument) {
                Some([map, top, second, options]) => Self::FindInMap { map, top, second, default: options.get("DefaultValue") },
                None => array(argument).map(|[map, top, second]| Self::FindInMap { map, top, second, default: None })?,
            },
            Function::If => array(argument).map(|[condition, then, otherwise]| Self::If { condition, then, otherwise })?,
            Function::ImportValue => Self::ImportValue(argument),
            Function::Base64 => Self::Base64(argument),
            Function::Length => Self::Length(argument),
            Function::ToJsonString => Self::ToJsonString(argument),
            other => Self::Other(other, argument),
        })
    }
}

/// `!GetAtt A.B.C` and `Fn::GetAtt: [A, B.C]`.
fn get_att(argument: Node<'_>) -> Option<Intrinsic<'_>> {
    if let Some(text) = argument.as_str() {
        let (resource, attribute) = text.split_once('.')?;
        return Some(Intrinsic::GetAtt { resource, attribute: Attribute::Name(attribute) });
    }
    let [resource, attribute] = array(argument)?;
    let attribute = match attribute.as_str() {
        Some(name) if attribute.function().is_none() => Attribute::Name(name),
        _ => Attribute::Computed(attribute),
    };
    // With `AWS::LanguageExtensions` the name may be computed; nothing is known of the resource then.
    Some(Intrinsic::GetAtt { resource: resource.as_str().filter(|_| resource.function().is_none())?, attribute })
}

/// The items of a sequence of exactly `N`.
fn array<const N: usize>(node: Node<'_>) -> Option<[Node<'_>; N]> {
    if node.len() != N || !node.is_sequence() {
        return None;
    }
    let mut items = node.items();
    let mut found = [node; N];
    for slot in &mut found {
        *slot = items.next()?;
    }
    Some(found)
}

/// A condition function, or the name of a condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConditionFunction<'t> {
    /// `Fn::Equals`
    Equals(Node<'t>, Node<'t>),
    /// `Fn::And`: a sequence.
    And(Node<'t>),
    /// `Fn::Or`: a sequence.
    Or(Node<'t>),
    /// `Fn::Not`
    Not(Node<'t>),
    /// `Condition`: another condition's name.
    Named(Node<'t>),
    /// `Fn::Contains`, in `Rules`: a list and a value.
    Contains(Node<'t>, Node<'t>),
    /// `Fn::EachMemberEquals`, in `Rules`: a list and a value.
    EachMemberEquals(Node<'t>, Node<'t>),
    /// `Fn::EachMemberIn`, in `Rules`: two lists.
    EachMemberIn(Node<'t>, Node<'t>),
    /// Anything else.
    Unknown(Node<'t>),
}

impl<'t> ConditionFunction<'t> {
    /// What `node` says where a condition is expected.
    #[must_use]
    pub fn of(node: Node<'t>) -> Self {
        if let Some(name) = node.condition() {
            return Self::Named(name);
        }
        let unknown = Self::Unknown(node);
        let Some((function, argument)) = node.function() else { return unknown };
        let pair = |make: fn(Node<'t>, Node<'t>) -> Self| array(argument).map_or(unknown, |[a, b]| make(a, b));
        match function {
            Function::Equals => pair(Self::Equals),
            Function::Contains => pair(Self::Contains),
            Function::EachMemberEquals => pair(Self::EachMemberEquals),
            Function::EachMemberIn => pair(Self::EachMemberIn),
            Function::And if argument.is_sequence() => Self::And(argument),
            Function::Or if argument.is_sequence() => Self::Or(argument),
            // CloudFormation takes a list of one; a bare condition is read the same way by most tools.
            Function::Not if argument.is_sequence() => array(argument).map_or(unknown, |[inner]| Self::Not(inner)),
            Function::Not => Self::Not(argument),
            _ => unknown,
        }
    }
}
