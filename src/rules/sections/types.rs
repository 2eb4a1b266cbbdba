//! The types that parameters have.

/// Those of CloudFormation itself.
pub(super) const SIMPLE: &[&str] = &["String", "Number", "CommaDelimitedList"];

/// Those that name something that exists.
///
/// Source: <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-supplied-parameter-types.html>.
pub(super) const AWS: &[&str] = &[
    "AWS::EC2::AvailabilityZone::Name",
    "AWS::EC2::Image::Id",
    "AWS::EC2::Instance::Id",
    "AWS::EC2::KeyPair::KeyName",
    "AWS::EC2::SecurityGroup::GroupName",
    "AWS::EC2::SecurityGroup::Id",
    "AWS::EC2::Subnet::Id",
    "AWS::EC2::VPC::Id",
    "AWS::EC2::Volume::Id",
    "AWS::Route53::HostedZone::Id",
    "AWS::SSM::Parameter::Name",
];

/// Those of which there is no list.
const SINGLE: &[&str] = &["AWS::EC2::KeyPair::KeyName", "AWS::SSM::Parameter::Name"];

const SSM_VALUE: &str = "AWS::SSM::Parameter::Value<";

/// Whether the documentation has the type.
pub(super) fn is_documented(name: &str) -> bool {
    let stored = name.strip_prefix(SSM_VALUE).and_then(|inner| inner.strip_suffix('>'));
    let inner = stored.unwrap_or(name);
    match inner.strip_prefix("List<").and_then(|item| item.strip_suffix('>')) {
        Some(item) => matches!(item, "String" | "Number") || (AWS.contains(&item) && !SINGLE.contains(&item)),
        None => SIMPLE.contains(&inner) || AWS.contains(&inner),
    }
}

/// Whether the type has one of the two forms that CloudFormation takes with more than it documents.
pub(super) fn is_open(name: &str) -> bool {
    name.starts_with(SSM_VALUE) || name.starts_with("List<")
}
