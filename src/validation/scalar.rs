//! Scalars: their type, by the loose rules of CloudFormation, and what they say.

use std::borrow::Cow;

use super::Kind;
use super::walk::{Shape, Site, Walker};
use crate::schema::table::{Value, ValueId};
use crate::schema::{Keyword, Schema, TypeSet, format};
use crate::syntax::{Scalar, ScalarValue};

/// Properties that take a structure, and a path that `aws cloudformation package` replaces by one.
///
/// Source: "Parameters" of <https://docs.aws.amazon.com/cli/latest/reference/cloudformation/package.html>.
const PACKAGED: &[(&str, &[&str])] = &[
    ("AWS::ApiGateway::RestApi", &["BodyS3Location"]),
    ("AWS::AppSync::FunctionConfiguration", &["RequestMappingTemplateS3Location"]),
    ("AWS::AppSync::FunctionConfiguration", &["ResponseMappingTemplateS3Location"]),
    ("AWS::AppSync::GraphQLSchema", &["DefinitionS3Location"]),
    ("AWS::AppSync::Resolver", &["RequestMappingTemplateS3Location"]),
    ("AWS::AppSync::Resolver", &["ResponseMappingTemplateS3Location"]),
    ("AWS::CloudFormation::Stack", &["TemplateURL"]),
    ("AWS::CodeCommit::Repository", &["Code", "S3"]),
    ("AWS::ElasticBeanstalk::ApplicationVersion", &["SourceBundle"]),
    ("AWS::Lambda::Function", &["Code"]),
    ("AWS::Lambda::LayerVersion", &["Content"]),
    ("AWS::StepFunctions::StateMachine", &["DefinitionS3Location"]),
];

impl<'t> Walker<'_, 't> {
    /// Compares the type of a value with those that are expected.
    pub(super) fn type_of(&mut self, site: Site<'t>, expected: TypeSet, shape: &Shape) {
        let fits = match shape {
            Shape::Mapping(_) => expected.has(TypeSet::OBJECT),
            Shape::List => expected.has(TypeSet::ARRAY),
            Shape::Scalar(said) if self.is_strict => is_written_as(said.value, expected),
            Shape::Scalar(said) => is_of_type(said.value, expected),
        };
        let is_text = matches!(shape, Shape::Scalar(Said { value: ScalarValue::String(_), .. }));
        let is_path = || is_text && self.is_packaged();
        if !fits && !is_path() {
            self.fault(site, Kind::WrongType(expected));
        }
    }

    /// Whether the name of a role does where the schema asks for its ARN.
    ///
    /// Source: `taskRoleArn` of <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_TaskDefinition.html>; AWS's own templates
    /// give the name for both roles.
    pub(super) fn takes_name(&self, format: &str) -> bool {
        let is_role = matches!(self.path.as_slice(), ["TaskRoleArn" | "ExecutionRoleArn"]);
        format == "AWS::IAM::Role.Arn" && is_role && self.resource.resource_type() == "AWS::ECS::TaskDefinition"
    }

    fn is_packaged(&self) -> bool {
        let resource_type = self.resource.resource_type();
        PACKAGED.iter().any(|(known, path)| *known == resource_type && *path == self.path)
    }

    /// Compares what a scalar says, or what a function gives, with what a schema says under a keyword.
    pub(super) fn text_keyword(
        &mut self,
        site: Site<'t>,
        schema: Schema<'static>,
        keyword: Keyword,
        under: ValueId,
        said: &Said,
    ) {
        let value = || schema.value(under);
        match keyword {
            Keyword::Enum | Keyword::EnumCaseInsensitive => {
                let ignore_case = keyword == Keyword::EnumCaseInsensitive;
                let Some(list) = value().as_list() else { return };
                if !said.is_one_of(list.iter(), ignore_case) {
                    self.fault(site, Kind::NotAllowed { schema, keyword });
                }
            }
            Keyword::Const if !said.is_one_of(std::iter::once(value()), false) => {
                self.fault(site, Kind::NotAllowed { schema, keyword });
            }
            Keyword::Pattern => {
                let Some(text) = value().as_str() else { return };
                let fits = self.facts.cached_pattern(text).is_none_or(|pattern| pattern.is_match(&said.text()));
                if !fits {
                    self.fault(site, Kind::PatternMismatch(text));
                }
            }
            Keyword::Format => {
                let Some(name) = value().as_str() else { return };
                let ScalarValue::String(text) = said.value else { return };
                if format::fits(name, text) {
                    return;
                }
                // The name of a bucket may be left empty, to have one made.
                let made = text.is_empty() && self.resource.resource_type() == "AWS::S3::Bucket" && self.path == ["BucketName"];
                let by_ssm = text.starts_with("resolve:ssm") && self.resource.resource_type() == "AWS::EC2::LaunchTemplate";
                let is_name = self.takes_name(name) && !text.contains(':');
                if !made && !by_ssm && !is_name {
                    self.fault(site, Kind::WrongFormat(name));
                }
            }
            Keyword::MinLength | Keyword::MaxLength => {
                let (ScalarValue::String(text), Some(limit)) = (said.value, value().as_integer()) else { return };
                let found = text.chars().count() as i64;
                if if keyword == Keyword::MinLength { found < limit } else { found > limit } {
                    self.fault(site, Kind::OutOfBounds { keyword, limit: limit as f64, found: found as f64 });
                }
            }
            Keyword::MultipleOf => {
                let (Some(step), Some(found)) = (value().as_integer(), number(said.value)) else { return };
                if step > 0 && (found / step as f64).fract() != 0.0 {
                    self.fault(site, Kind::OutOfBounds { keyword, limit: step as f64, found });
                }
            }
            Keyword::Minimum | Keyword::Maximum | Keyword::ExclusiveMinimum | Keyword::ExclusiveMaximum => {
                let limit = match value() {
                    Value::Integer(number) => number as f64,
                    Value::Float(number) => number,
                    _ => return,
                };
                let Some(found) = number(said.value) else { return };
                let out = match keyword {
                    Keyword::Minimum => found < limit,
                    Keyword::Maximum => found > limit,
                    Keyword::ExclusiveMinimum => found <= limit,
                    _ => found >= limit,
                };
                if out {
                    self.fault(site, Kind::OutOfBounds { keyword, limit, found });
                }
            }
            _ => {}
        }
    }
}

/// Whether a scalar is of one of some types as it is written.
fn is_written_as(value: ScalarValue, types: TypeSet) -> bool {
    types.has(match value {
        ScalarValue::String(_) => TypeSet::STRING,
        ScalarValue::Bool(_) => TypeSet::BOOLEAN,
        ScalarValue::Int(_) if types.has(TypeSet::INTEGER) => TypeSet::INTEGER,
        ScalarValue::Float(number) if number.fract() == 0.0 && types.has(TypeSet::INTEGER) => TypeSet::INTEGER,
        ScalarValue::Int(_) | ScalarValue::Float(_) => TypeSet::NUMBER,
        ScalarValue::Null => return false,
    })
}

/// Whether CloudFormation reads a scalar as one of some types: `"10"` is a number, `"true"` a Boolean, and anything a string.
pub(super) fn is_of_type(value: ScalarValue, types: TypeSet) -> bool {
    if types.has(TypeSet::STRING) {
        return true;
    }
    types.has(TypeSet::NUMBER) && number(value).is_some()
        || types.has(TypeSet::INTEGER)
            && match value {
                ScalarValue::String(text) => is_integer(text),
                ScalarValue::Int(_) | ScalarValue::Float(_) => true,
                ScalarValue::Bool(_) | ScalarValue::Null => false,
            }
        || types.has(TypeSet::BOOLEAN)
            && match value {
                ScalarValue::Bool(_) => true,
                ScalarValue::String(text) => matches!(text, "true" | "True" | "TRUE" | "false" | "False" | "FALSE"),
                _ => false,
            }
}

fn is_integer(text: &str) -> bool {
    let digits = text.trim().trim_start_matches(['+', '-']);
    !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
}

fn number(value: ScalarValue) -> Option<f64> {
    match value {
        ScalarValue::Int(number) => Some(number as f64),
        ScalarValue::Float(number) => Some(number),
        ScalarValue::String(text) => text.trim().parse().ok(),
        ScalarValue::Bool(_) | ScalarValue::Null => None,
    }
}

/// What a scalar says, or what a function gives.
#[derive(Clone, Copy, Debug)]
pub(super) struct Said<'a> {
    value: ScalarValue<'a>,
    /// `None` for what a function gives.
    scalar: Option<Scalar<'a>>,
}

impl<'a> Said<'a> {
    pub(super) fn of(scalar: Scalar<'a>) -> Self {
        Self { value: scalar.value(), scalar: Some(scalar) }
    }

    pub(super) fn given(text: &'a str) -> Self {
        Self { value: ScalarValue::String(text), scalar: None }
    }

    /// Whether it is null.
    pub(super) fn is_nothing(&self) -> bool {
        self.value == ScalarValue::Null
    }

    /// The text that a pattern is compared with.
    fn text(&self) -> Cow<'a, str> {
        match self.value {
            ScalarValue::String(text) => text.into(),
            ScalarValue::Float(number) => format!("{number:?}").into(),
            _ => self.scalar.map_or(Cow::Borrowed(""), Scalar::canonical),
        }
    }

    /// Whether it is one of the values that a schema lists.
    fn is_one_of(&self, mut listed: impl Iterator<Item = Value<'static>>, ignore_case: bool) -> bool {
        let written = &*self.text();
        let is_truth = written.eq_ignore_ascii_case("true") || written.eq_ignore_ascii_case("false");
        let number = number(self.value);
        listed.any(|allowed| match allowed {
            Value::String(text) => written == text || (ignore_case || is_truth) && written.eq_ignore_ascii_case(text),
            Value::Bool(value) => written.eq_ignore_ascii_case(if value { "true" } else { "false" }),
            Value::Integer(value) => number.is_some_and(|found| found == value as f64),
            Value::Float(value) => number.is_some_and(|found| found == value),
            Value::Null | Value::List(_) | Value::Object(_) => false,
        })
    }
}
