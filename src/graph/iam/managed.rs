//! Managed policies of AWS's own: what some of them allow.

use super::statement::matches;

/// A managed policy of AWS's own.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Policy {
    /// The last part of its ARN.
    name: &'static str,
    /// The actions that it allows on every resource.
    allows: &'static [&'static str],
    /// Other actions about which nothing is said here, as patterns: what it says of them is long, changes, or is limited to
    /// some resources.
    unsaid: &'static [&'static str],
}

impl Policy {
    /// Whether it allows an action; `None` where that is not said.
    pub(super) fn grants(&self, action: &str) -> Option<bool> {
        let any = |patterns: &[&str]| patterns.iter().any(|pattern| matches(pattern, action));
        if any(self.allows) {
            return Some(true);
        }
        if any(self.unsaid) { None } else { Some(false) }
    }
}

/// The policy called `name`, where it is known here.
pub(super) fn find(name: &str) -> Option<&'static Policy> {
    POLICIES.iter().find(|policy| policy.name == name)
}

const fn policy(name: &'static str, allows: &'static [&'static str], unsaid: &'static [&'static str]) -> Policy {
    Policy { name, allows, unsaid }
}

/// Reading a repository of images.
const PULL: [&str; 4] =
    ["ecr:GetAuthorizationToken", "ecr:BatchCheckLayerAvailability", "ecr:GetDownloadUrlForLayer", "ecr:BatchGetImage"];

/// Source: the policy documents in the AWS Managed Policy Reference,
/// <https://docs.aws.amazon.com/aws-managed-policy/latest/reference/policy-list.html>. They were compared one by one with the copies
/// of the default versions that <https://github.com/zoph-io/MAMIP> keeps in `policies/`, as of 2026.
static POLICIES: &[Policy] = &[
    policy("AdministratorAccess", &["*"], &[]),
    // Everything but identities, organizations and accounts, of which it allows a few actions.
    policy("PowerUserAccess", &POWER_USER, &["*"]),
    policy(
        "AmazonECSTaskExecutionRolePolicy",
        &[PULL[0], PULL[1], PULL[2], PULL[3], "logs:CreateLogStream", "logs:PutLogEvents"],
        &[],
    ),
    policy(
        "AmazonEC2ContainerServiceforEC2Role",
        &[
            PULL[0],
            PULL[1],
            PULL[2],
            PULL[3],
            "ec2:DescribeTags",
            "ecs:CreateCluster",
            "ecs:DeregisterContainerInstance",
            "ecs:DiscoverPollEndpoint",
            "ecs:Poll",
            "ecs:RegisterContainerInstance",
            "ecs:StartTelemetrySession",
            "ecs:UpdateContainerInstancesState",
            "ecs:Submit*",
            "logs:CreateLogStream",
            "logs:PutLogEvents",
        ],
        // On condition of the action that creates what is tagged.
        &["ecs:TagResource"],
    ),
    policy("AmazonSSMManagedInstanceCore", &SESSION, &["ssm:*", "ec2messages:*"]),
    policy("AmazonSSMManagedEC2InstanceDefaultPolicy", &SESSION, &["ssm:*", "ec2messages:*"]),
    policy(
        "AmazonEC2RoleforSSM",
        &[
            SESSION[0],
            SESSION[1],
            SESSION[2],
            SESSION[3],
            "logs:CreateLogGroup",
            "logs:CreateLogStream",
            "logs:DescribeLogGroups",
            "logs:DescribeLogStreams",
            "logs:PutLogEvents",
            "s3:GetBucketLocation",
            "s3:GetEncryptionConfiguration",
            "s3:GetObject",
            "s3:PutObject",
        ],
        &["ssm:*", "ec2messages:*", "s3:*", "cloudwatch:*", "ec2:*", "ds:*"],
    ),
    policy(
        "AmazonSSMFullAccess",
        &[SESSION[0], SESSION[1], SESSION[2], SESSION[3], "ssm:*", "ec2messages:*", "logs:*"],
        &["cloudwatch:*", "ds:*", "ec2:*", "iam:*"],
    ),
    policy("AmazonSSMReadOnlyAccess", &["ssm:Describe*", "ssm:Get*", "ssm:List*"], &[]),
    policy("AmazonS3FullAccess", &["s3:*"], &["s3-object-lambda:*"]),
    policy("AmazonS3ReadOnlyAccess", &["s3:Get*", "s3:List*", "s3:Describe*"], &["s3-object-lambda:*"]),
    policy("AmazonSQSFullAccess", &["sqs:*"], &[]),
    policy("AmazonSQSReadOnlyAccess", &[], &["sqs:*"]),
    policy("AmazonSNSFullAccess", &["sns:*"], &["sms-voice:*", "iam:*"]),
    policy("AmazonKinesisFullAccess", &["kinesis:*"], &[]),
    policy("AmazonEC2ContainerRegistryReadOnly", &PULL, &["ecr:*"]),
    // It does not name `ecr:BatchCheckLayerAvailability`, and pulls all the same.
    policy("AmazonEC2ContainerRegistryPullOnly", &[PULL[0], PULL[2], PULL[3], "ecr:BatchImportUpstreamImage"], &["ecr:*"]),
    policy("AmazonEC2ContainerRegistryPowerUser", &PULL, &["ecr:*"]),
    policy(
        "CloudWatchAgentServerPolicy",
        &[
            "logs:PutLogEvents",
            "logs:CreateLogStream",
            "logs:CreateLogGroup",
            "logs:DescribeLogStreams",
            "logs:DescribeLogGroups",
            "cloudwatch:PutMetricData",
        ],
        &["logs:*", "cloudwatch:*", "ec2:*", "ssm:*", "xray:*"],
    ),
    policy("CloudWatchLogsFullAccess", &["logs:*"], &["cloudwatch:*", "iam:*", "observabilityadmin:*"]),
    policy("CloudWatchLogsReadOnlyAccess", &[], &["logs:*", "cloudwatch:*", "observabilityadmin:*"]),
    policy("CloudWatchEventsFullAccess", &["events:*", "schemas:*", "scheduler:*", "pipes:*"], &["iam:*", "secretsmanager:*"]),
    policy("AWSXRayDaemonWriteAccess", &["xray:PutTraceSegments", "xray:PutTelemetryRecords"], &["xray:*"]),
    policy("AWSXrayWriteOnlyAccess", &["xray:PutTraceSegments", "xray:PutTelemetryRecords"], &["xray:*"]),
    policy(
        "SecretsManagerReadWrite",
        &["secretsmanager:*"],
        &[
            "kms:*",
            "lambda:*",
            "cloudformation:*",
            "ec2:*",
            "rds:*",
            "redshift:*",
            "redshift-serverless:*",
            "docdb-elastic:*",
            "serverlessrepo:*",
            "s3:*",
            "tag:*",
            "iam:*",
        ],
    ),
    policy("AmazonElasticFileSystemClientReadWriteAccess", &[], &["elasticfilesystem:*"]),
    policy("AmazonElasticFileSystemClientFullAccess", &[], &["elasticfilesystem:*"]),
    policy("AmazonElasticFileSystemClientReadOnlyAccess", &[], &["elasticfilesystem:*"]),
    policy(
        "AmazonDynamoDBReadOnlyAccess",
        &[],
        &[
            "dynamodb:*",
            "application-autoscaling:*",
            "cloudwatch:*",
            "datapipeline:*",
            "ec2:*",
            "iam:*",
            "kms:*",
            "sns:*",
            "dax:*",
            "resource-groups:*",
            "tag:*",
            "kinesis:*",
            "lambda:*",
        ],
    ),
    policy(
        "AmazonDynamoDBFullAccess",
        &["dynamodb:*", "dax:*"],
        &[
            "application-autoscaling:*",
            "cloudwatch:*",
            "datapipeline:*",
            "ec2:*",
            "iam:*",
            "kms:*",
            "sns:*",
            "resource-groups:*",
            "tag:*",
            "kinesis:*",
            "lambda:*",
        ],
    ),
];

/// Services with all of their actions, for `PowerUserAccess`, which allows every service but three. Patterns cannot say "but", so
/// those that rules ask about are listed.
const POWER_USER: [&str; 12] = [
    "ssmmessages:*",
    "ssm:*",
    "ec2messages:*",
    "ecs:*",
    "ecr:*",
    "ec2:*",
    "logs:*",
    "s3:*",
    "kms:*",
    "secretsmanager:*",
    "cloudwatch:*",
    "sts:*",
];

/// The channels of Session Manager.
const SESSION: [&str; 4] = [
    "ssmmessages:CreateControlChannel",
    "ssmmessages:CreateDataChannel",
    "ssmmessages:OpenControlChannel",
    "ssmmessages:OpenDataChannel",
];

#[cfg(test)]
mod tests {
    use super::find;

    #[test]
    fn a_policy_speaks_for_the_services_it_names_only() {
        let grants = |name: &str, action: &str| find(name).and_then(|policy| policy.grants(action));
        assert_eq!(grants("AmazonSSMManagedInstanceCore", "ssmmessages:CreateDataChannel"), Some(true));
        assert_eq!(grants("AmazonECSTaskExecutionRolePolicy", "ssmmessages:CreateDataChannel"), Some(false));
        assert_eq!(grants("AmazonECSTaskExecutionRolePolicy", "secretsmanager:GetSecretValue"), Some(false));
        assert_eq!(grants("AmazonEC2RoleforSSM", "s3:PutObject"), Some(true));
        assert_eq!(grants("AmazonEC2RoleforSSM", "s3:ListBucket"), None);
        assert_eq!(grants("AmazonSSMFullAccess", "ssmmessages:OpenDataChannel"), Some(true));
        assert_eq!(grants("AmazonEC2ContainerRegistryPullOnly", "ecr:BatchCheckLayerAvailability"), None);
        assert_eq!(grants("CloudWatchEventsFullAccess", "secretsmanager:GetSecretValue"), None);
        assert_eq!(grants("AmazonDynamoDBReadOnlyAccess", "ec2:DescribeSubnets"), None);
        assert_eq!(grants("PowerUserAccess", "iam:PassRole"), None);
        assert_eq!(grants("SomebodysPolicy", "iam:PassRole"), None);
    }
}
