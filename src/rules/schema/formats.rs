//! One rule for each format of strings that stand for something of AWS: a text is none, such as `vpc-12` for the ID of a VPC.
//!
//! They differ in the format alone, so they share this file; each has its page.

use super::super::{Finding, Rule, Scope, Sink, Status};
use super::{each_fault, shortened};
use crate::analysis::Analysis;
use crate::diagnostic::Severity;
use crate::schema::{Facts, Keyword, Schema};
use crate::validation::Kind;

macro_rules! formats {
    ($($rule:ident = $code:literal, $name:literal, $format:literal, $is_none:literal;)*) => {
        $(pub(super) static $rule: Rule = Rule {
            code: $code,
            name: $name,
            severity: Severity::Error,
            status: Status::Stable { since: "0.1.0" },
            page: include_str!(concat!("../../../rules/schema/", $name, ".md")),
            scope: Scope::Text,
            options: &[],
            check: |analysis, sink| report(analysis, sink, $format, $is_none),
        };)*

        pub(super) const RULES: &[&Rule] = &[$(&$rule,)*];

        /// The rule of a format.
        pub(super) fn rule_of(format: &str) -> Option<&'static Rule> {
            match format {
                $($format => Some(&$rule),)*
                _ => None,
            }
        }

        /// What is wrong with a value of another format.
        pub(super) fn is_none(format: &str) -> String {
            match format {
                $($format => $is_none.to_owned(),)*
                _ => format!("nothing of the format `{format}`"),
            }
        }
    };
}

formats! {
    INVALID_SECURITY_GROUP_IDS = "E1150", "invalid-security-group-ids", "AWS::EC2::SecurityGroup.Id", "no ID of a security group";
    INVALID_VPC_IDS = "E1151", "invalid-vpc-ids", "AWS::EC2::VPC.Id", "no ID of a VPC";
    INVALID_IMAGE_IDS = "E1152", "invalid-image-ids", "AWS::EC2::Image.Id", "no ID of an AMI";
    INVALID_SECURITY_GROUP_NAMES = "E1153", "invalid-security-group-names", "AWS::EC2::SecurityGroup.Name", "no name of a security group";
    INVALID_SUBNET_IDS = "E1154", "invalid-subnet-ids", "AWS::EC2::Subnet.Id", "no ID of a subnet";
    INVALID_LOG_GROUP_NAMES = "E1155", "invalid-log-group-names", "AWS::Logs::LogGroup.Name", "no name of a log group";
    INVALID_ROLE_ARNS = "E1156", "invalid-role-arns", "AWS::IAM::Role.Arn", "no ARN of a role";
    INVALID_KEY_ARNS = "E1157", "invalid-key-arns", "AWS::KMS::Key.Arn", "no ARN of a KMS key";
    INVALID_TOPIC_ARNS = "E1158", "invalid-topic-arns", "AWS::SNS::Topic.Arn", "no ARN of a topic";
    INVALID_CERTIFICATE_ARNS = "E1159", "invalid-certificate-arns", "AWS::ACM::Certificate.Arn", "no ARN of a certificate";
    INVALID_FUNCTION_ARNS = "E1160", "invalid-function-arns", "AWS::Lambda::Function.Arn", "no ARN of a Lambda function";
    INVALID_BUCKET_NAMES = "E1161", "invalid-bucket-names", "AWS::S3::Bucket.Name", "no name of a bucket";
    INVALID_KEY_IDS = "E1162", "invalid-key-ids", "AWS::KMS::Key.Id", "no ID of a KMS key";
    INVALID_KEY_ALIASES = "E1164", "invalid-key-aliases", "AWS::KMS::Alias.AliasName", "no alias of a KMS key";
}

/// What of a resource is of a format: `Ref`, or the name of a return value.
pub(super) fn fitting(resource_type: &str, format: &str) -> Option<&'static str> {
    let variant = Facts::embedded().resource_type(resource_type)?.variants().next()?;
    let is_it = |schema: Schema| schema.resolved().get(Keyword::Format).and_then(|format| format.as_str()) == Some(format);
    let identifiers: Vec<&str> = variant.schema.strings(Keyword::PrimaryIdentifier).collect();
    if let [identifier] = identifiers.as_slice()
        && variant.schema.at_pointer(identifier).is_some_and(is_it)
    {
        return Some("Ref");
    }
    variant.return_values().find(|value| value.schema.is_some_and(is_it)).map(|value| value.name)
}

fn report(analysis: &Analysis, sink: &mut Sink, format: &str, is_none: &str) {
    each_fault(analysis, sink, |fault| {
        let Kind::WrongFormat(found) = fault.kind else { return None };
        let written = shortened(fault.node.as_str().unwrap_or_default());
        (found == format).then(|| Finding::at(fault.at, format!("`{written}` is {is_none}")))
    });
}
