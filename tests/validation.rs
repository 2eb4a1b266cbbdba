//! Resources against the schemas of their types: what depends on conditions, and what must stay quick.

use std::fmt::Write;
use std::time::{Duration, Instant};

use cfnvet::config::Settings;
use cfnvet::diagnostic::{Certainty, Diagnostic, Severity};

use crate::support::{check_together, line, only};

fn findings(template: &str, rules: &[&str]) -> Vec<Diagnostic> {
    check_together(&[("template.yaml", template.as_bytes())], &only(rules))
}

const CONDITION: &str = "Parameters:\n  Stage: {Type: String}\nConditions:\n  IsProd: !Equals [!Ref Stage, prod]\nResources:\n";

#[test]
fn a_property_missing_in_one_case_is_possible_and_says_when() {
    let template = format!(
        "{CONDITION}  Subscription:\n    Type: AWS::SNS::Subscription\n    Properties:\n      \
         TopicArn: arn:aws:sns:us-east-1:123456789012:topic\n      Protocol: !If [IsProd, sqs, !Ref AWS::NoValue]\n"
    );
    let found = findings(&template, &["E3003"]);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!((line(&found[0]), found[0].certainty), (8, Certainty::Possible));
    assert!(found[0].when.is_some());
}

#[test]
fn a_branch_that_cannot_be_reached_is_not_looked_at() {
    let template = format!(
        "{CONDITION}  Queue:\n    Type: AWS::SQS::Queue\n    Condition: IsProd\n    Properties:\n      \
         DelaySeconds: !If [IsProd, 5, soon]\n"
    );
    assert!(findings(&template, &["E3012"]).is_empty());
}

#[test]
fn alternatives_are_judged_in_each_case() {
    let both = "      ImageName: !If [IsProd, a, !Ref AWS::NoValue]\n      ImageArn: !If [IsProd, !Ref AWS::NoValue, b]\n";
    let one = "      ImageName: !If [IsProd, a, !Ref AWS::NoValue]\n";
    let builder = "  Builder:\n    Type: AWS::AppStream::ImageBuilder\n    Properties:\n      Name: b\n      InstanceType: i\n";
    assert!(findings(&format!("{CONDITION}{builder}{both}"), &["E3017"]).is_empty());
    let found = findings(&format!("{CONDITION}{builder}{one}"), &["E3017"]);
    assert_eq!(found.iter().map(|one| one.certainty).collect::<Vec<_>>(), [Certainty::Possible]);
}

#[test]
fn what_functions_and_macros_give_is_left_open() {
    let template = "Transform: [Mine]\nResources:\n  Queue: {Type: AWS::SQS::Queue, Properties: {Nothing: 1}}\n";
    // Told as unknown, to those who ask for everything.
    assert!(findings(template, &["E3002", "E3006"]).iter().all(|one| one.certainty == Certainty::Unknown));
    let template = "Resources:\n  Queue:\n    Type: AWS::SQS::Queue\n    Properties:\n      QueueName: !Sub '${AWS::Region} x'\n      \
                    DelaySeconds: '{{resolve:ssm:delay}}'\n";
    assert!(findings(template, &["E3031", "E3012"]).is_empty());
}

#[test]
fn properties_that_are_no_mapping_are_of_the_wrong_type() {
    let found = findings("Resources:\n  Queue:\n    Type: AWS::SQS::Queue\n    Properties: [a]\n", &["E3012"]);
    assert_eq!(found.iter().map(line).collect::<Vec<_>>(), [4]);
}

#[test]
fn a_schema_that_contains_itself_takes_milliseconds() {
    // The statements of a web ACL nest without end, each by one of a dozen alternatives.
    let mut template = String::from(
        "Resources:\n  Acl:\n    Type: AWS::WAFv2::WebACL\n    Properties:\n      DefaultAction: {Allow: {}}\n      Scope: REGIONAL\n      \
         VisibilityConfig: {SampledRequestsEnabled: true, CloudWatchMetricsEnabled: true, MetricName: m}\n      Rules:\n",
    );
    for index in 0..40 {
        let inner = "{NotStatement: {Statement: ".repeat(20) + "{GeoMatchStatement: {CountryCodes: [DE]}}" + &"}}".repeat(20);
        writeln!(template, "        - {{Name: r{index}, Priority: {index}, Statement: {inner}}}").expect("a string takes all");
    }
    let start = Instant::now();
    findings(&template, &["E30"]);
    assert!(start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());
}

#[test]
fn a_type_that_a_region_lacks_is_reported_where_conditions_let_it_in() {
    let template = "Conditions:\n  IsEast: !Equals [!Ref AWS::Region, us-east-1]\nResources:\n  Free:\n    Type: AWS::Budgets::Budget\n    \
                    Properties: {Budget: {BudgetType: COST, TimeUnit: MONTHLY}}\n  Kept:\n    Type: AWS::Budgets::Budget\n    \
                    Condition: IsEast\n    Properties: {Budget: {BudgetType: COST, TimeUnit: MONTHLY}}\n";
    let lines = |regions: &[&str]| {
        let settings = Settings { regions: regions.iter().map(ToString::to_string).collect(), ..only(&["E3006"]) };
        check_together(&[("template.yaml", template.as_bytes())], &settings).iter().map(line).collect::<Vec<_>>()
    };
    assert!(lines(&["us-east-1"]).is_empty());
    assert_eq!(lines(&["us-east-1", "il-central-1"]), [5]);
    assert_eq!(lines(&["il-central-1"]), [5]);
    assert!(lines(&[]).is_empty());
}

#[test]
fn what_an_item_lacks_is_reported_in_the_branch_it_stands_in() {
    let template = format!(
        "{CONDITION}  Group:\n    Type: AWS::EC2::SecurityGroup\n    Properties:\n      GroupDescription: d\n      SecurityGroupEgress:\n        \
         - !If\n          - IsProd\n          - {{IpProtocol: '-1', CidrIp: 10.0.0.0/8}}\n          - {{CidrIp: 10.0.0.0/8}}\n"
    );
    assert_eq!(findings(&template, &["E3003"]).iter().map(line).collect::<Vec<_>>(), [14]);
}

/// A bucket's name of a wrong format, and a key that is none of an ID, ARN or alias.
const ECHOES: &str = "Resources:\n  Bucket:\n    Type: AWS::S3::Bucket\n    Properties: {BucketName: My_Bucket}\n  Queue:\n    \
                      Type: AWS::SQS::Queue\n    Properties: {KmsMasterKeyId: my key}\n";

fn shown(settings: &Settings) -> Vec<(String, u32, Severity, Option<String>)> {
    let found = check_together(&[("template.yaml", ECHOES.as_bytes())], settings);
    let of = |one: &Diagnostic| (one.code.to_string(), line(one), one.severity, one.echo_of.as_ref().map(ToString::to_string));
    found.iter().map(of).collect()
}

#[test]
fn a_fault_is_told_once_and_again_to_those_who_ask_for_everything() {
    let main = |code: &str, line| (code.to_owned(), line, Severity::Error, None);
    let echo = |code: &str, line, of: &str| (code.to_owned(), line, Severity::Info, Some(of.to_owned()));
    let rules = ["E1", "E3"];
    let usual = Settings { severity: Severity::Warning, ..only(&rules) };
    assert_eq!(shown(&usual), [main("E1161", 4), main("E3017", 7)]);
    let expected = [
        main("E1161", 4),
        echo("E3031", 4, "E1161"),
        echo("E1157", 7, "E3017"),
        echo("E1162", 7, "E3017"),
        echo("E1164", 7, "E3017"),
        main("E3017", 7),
    ];
    assert_eq!(shown(&only(&rules)), expected);
}

#[test]
fn where_the_rule_of_a_fault_does_not_run_its_echo_stands_for_it() {
    let main = |code: &str, line| (code.to_owned(), line, Severity::Error, None);
    assert_eq!(shown(&only(&["E3031", "E1162"])), [main("E3031", 4), main("E1162", 7)]);
}

#[test]
fn what_a_macro_may_rewrite_is_not_known_to_be_wrong() {
    let template = "Transform: [Mine]\nResources:\n  Queue: {Type: AWS::SQS::Queue, Properties: {Nothing: 1}}\n";
    let found = findings(template, &["E3002"]);
    let found: Vec<_> = found.iter().map(|one| (line(one), one.certainty, one.severity)).collect();
    assert_eq!(found, [(3, Certainty::Unknown, Severity::Info)]);
}

#[test]
fn patterns_with_look_around_are_compared_in_bounded_time() {
    let directory = |password: &str| {
        format!(
            "Resources:\n  Directory:\n    Type: AWS::DirectoryService::MicrosoftAD\n    Properties:\n      Name: a.b\n      \
             Password: {password}\n      VpcSettings: {{SubnetIds: [], VpcId: vpc-12345678}}\n"
        )
    };
    assert_eq!(findings(&directory("weak"), &["E3031"]).iter().map(line).collect::<Vec<_>>(), [6]);
    assert!(findings(&directory("Str0ng-Enough"), &["E3031"]).is_empty());
    let start = Instant::now();
    findings(&directory(&"aB".repeat(2_000)), &["E3031"]);
    assert!(start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());
}

#[test]
fn what_globals_give_is_compared_where_sam_merges_them() {
    let template = |transform: &str| {
        format!(
            "{transform}Globals:\n  Function:\n    Bogus: 1\n    VpcConfig: {{SecurityGroupIds: [sg-1]}}\nResources:\n  Handler:\n    \
             Type: AWS::Serverless::Function\n    Properties: {{CodeUri: ., Handler: a.b, Runtime: python3.13}}\n"
        )
    };
    let of = |text: &str| findings(text, &["E3002", "E1150"]).iter().map(line).collect::<Vec<_>>();
    assert_eq!(of(&template("Transform: AWS::Serverless-2016-10-31\n")), [4, 5]);
    assert!(of(&template("")).is_empty());
}

const TASK: &str = "Resources:\n  Role:\n    Type: AWS::IAM::Role\n    Properties: {AssumeRolePolicyDocument: {Statement: []}}\n  \
                    Task:\n    Type: AWS::ECS::TaskDefinition\n    Properties:\n";

#[test]
fn a_task_definition_takes_the_name_of_a_role() {
    for role in ["!Ref Role", "my-role", "!GetAtt Role.Arn"] {
        let template = format!("{TASK}      TaskRoleArn: {role}\n      ExecutionRoleArn: {role}\n");
        assert!(findings(&template, &["E1041", "E1156"]).is_empty(), "{role}");
    }
    assert_eq!(findings(&format!("{TASK}      TaskRoleArn: arn:aws:iam::12:role/r\n"), &["E1156"]).len(), 1);
}

#[test]
fn a_default_that_a_condition_keeps_out_is_no_fault() {
    let head = "Parameters:\n  Vpc: {Type: String, Default: ''}\nConditions:\n  HasVpc: !Not [!Equals [!Ref Vpc, '']]\nResources:\n  \
                Group:\n    Type: AWS::EC2::SecurityGroup\n    Properties:\n      GroupDescription: d\n";
    let guarded = format!("{head}      VpcId: !If [HasVpc, !Ref Vpc, !Ref AWS::NoValue]\n");
    assert!(findings(&guarded, &["W1030"]).is_empty());
    let found = findings(&format!("{head}      VpcId: !Ref Vpc\n"), &["W1030"]);
    assert_eq!(found.iter().map(|one| (line(one), one.certainty)).collect::<Vec<_>>(), [(10, Certainty::Possible)]);
}

#[test]
fn return_values_that_a_type_lacks_are_reported_wherever_they_are_read() {
    let template = "Resources:\n  Queue: {Type: AWS::SQS::Queue}\n  Other: {Type: Custom::Thing, Properties: {ServiceToken: t}}\n  \
                    Topic:\n    Type: AWS::SNS::Topic\n    Properties:\n      DisplayName: !GetAtt Queue.Arm\n      \
                    TopicName: !Sub '${Queue.Nam}-${Queue.QueueName}-${Other.Any}'\nOutputs:\n  Out:\n    Value: !GetAtt Queue.Name\n";
    let found = findings(template, &["E1010", "E1019", "E6101"]);
    let found: Vec<(&str, u32)> = found.iter().map(|one| (one.code.as_ref(), line(one))).collect();
    assert_eq!(found, [("E1010", 7), ("E1019", 8), ("E6101", 11)]);
}

#[test]
fn functions_must_give_what_the_property_takes() {
    let template = "Parameters:\n  List: {Type: CommaDelimitedList}\nResources:\n  Queue:\n    Type: AWS::SQS::Queue\n    Properties:\n      \
                    QueueName: !Ref List\n      RedrivePolicy: !Sub '{}'\n      Tags: !Join ['', [a]]\n      DelaySeconds: !Ref AWS::Region\n";
    let lines = |rule| findings(template, &[rule]).iter().map(line).collect::<Vec<_>>();
    assert_eq!((lines("E1020"), lines("E1022"), lines("E1019")), (vec![7], vec![9], vec![]));
}
