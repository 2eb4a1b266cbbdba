//! The types that a parameter can have.

/// What a list, or a parameter of Systems Manager, can hold.
const INNER: &[&str] = &[
    "AWS::EC2::AvailabilityZone::Name",
    "AWS::EC2::Image::Id",
    "AWS::EC2::Instance::Id",
    "AWS::EC2::SecurityGroup::GroupName",
    "AWS::EC2::SecurityGroup::Id",
    "AWS::EC2::Subnet::Id",
    "AWS::EC2::VPC::Id",
    "AWS::EC2::Volume::Id",
    "AWS::Route53::HostedZone::Id",
    "Number",
    "String",
];

/// Whether the documentation knows a type.
///
/// Source: the AWS CloudFormation User Guide, "Specify existing resources at runtime with CloudFormation-supplied parameter types",
/// and the types that cfn-lint 1.58.0 takes.
pub(super) fn is_documented(name: &str) -> bool {
    let plain = |name: &str| INNER.contains(&name) || matches!(name, "AWS::EC2::KeyPair::KeyName" | "AWS::SSM::Parameter::Name");
    let list = |name: &str| name == "CommaDelimitedList" || within(name, "List<").is_some_and(|inner| INNER.contains(&inner));
    plain(name) || list(name) || within(name, "AWS::SSM::Parameter::Value<").is_some_and(|inner| plain(inner) || list(inner))
}

/// Whether CloudFormation takes a type that the documentation does not know.
pub(super) fn is_tolerated(name: &str) -> bool {
    name.starts_with("AWS::SSM::Parameter::Value<") || name.starts_with("List<")
}

/// All types without brackets, for a suggestion.
pub(super) fn plain() -> impl Iterator<Item = &'static str> {
    INNER.iter().copied().chain(["CommaDelimitedList", "AWS::EC2::KeyPair::KeyName", "AWS::SSM::Parameter::Name"])
}

fn within<'n>(name: &'n str, start: &str) -> Option<&'n str> {
    name.strip_prefix(start)?.strip_suffix('>')
}
