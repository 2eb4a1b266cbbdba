//! What policies see by the views `resolved` and `facts`, and how sure their findings are.

use std::fmt::Write;
use std::sync::Arc;

use cfnvet::diagnostic::Diagnostic;
use cfnvet::policy;
use cfnvet::syntax;
use cfnvet::text::SourceFile;

const PUBLIC_IP: &str = "\
# view: resolved
rule NO_PUBLIC_IP {
    Resources.*[ Type == 'AWS::ECS::Service' ].Properties.NetworkConfiguration.AwsvpcConfiguration.AssignPublicIp != 'ENABLED'
    <<Violation: public>>
}
";

const BUCKET: &str = "\
# view: resolved
rule NAMED { Resources.*[ Type == 'AWS::S3::Bucket' ].Properties.BucketName == /^org-/ <<Violation: named>> }
";

const EXEC: &str = "\
# view: facts
rule EXEC_ON_ASG when Facts.Launches !empty {
    Facts.Launches[ EnableExecuteCommand == true ].Capacity != 'AUTO_SCALING_GROUP' <<Violation: hazard>>
}
";

fn diagnostics(rules: &str, template: &str) -> Vec<Diagnostic> {
    let loaded = policy::load(&Arc::new(SourceFile::new("org.guard", rules)));
    assert_eq!(loaded.problems, []);
    let policy = loaded.policy.expect("it holds a rule");
    let outcome = policy::check(&[policy], &syntax::parse(&Arc::new(SourceFile::new("t.yaml", template))));
    assert_eq!(outcome.problems, []);
    outcome.diagnostics
}

/// The findings, as `line [text] certainty, parameters`.
fn findings(rules: &str, template: &str) -> Vec<String> {
    let line = |diagnostic: &Diagnostic| {
        let at = diagnostic.file.position(diagnostic.span.start);
        let mut line = format!("{} [{}] {}", at.line, diagnostic.file.slice(diagnostic.span), diagnostic.certainty.as_str());
        for (name, value) in diagnostic.when.iter().flat_map(|when| &when.parameters) {
            let _ = write!(line, ", {name}={value}");
        }
        line
    };
    diagnostics(rules, template).iter().map(line).collect()
}

/// A service whose tasks have public addresses as `value` says, below parameters and conditions of stages.
fn service(value: &str) -> String {
    format!(
        "\
Parameters:
  Stage: {{Type: String, AllowedValues: [dev, prod], Default: dev}}
  Public: {{Type: String, Default: ENABLED}}
Mappings:
  Stages:
    dev: {{Ip: ENABLED}}
    prod: {{Ip: DISABLED}}
Conditions:
  IsProd: !Equals [!Ref Stage, prod]
  IsDev: !Equals [!Ref Stage, dev]
Resources:
  Api:
    Type: AWS::ECS::Service
    Properties:
      NetworkConfiguration:
        AwsvpcConfiguration:
          AssignPublicIp: {value}
"
    )
}

#[test]
fn what_conditions_choose_is_found_where_it_stands_with_when() {
    assert_eq!(
        findings(PUBLIC_IP, &service("!If [IsProd, DISABLED, ENABLED]")),
        ["17 [AssignPublicIp: !If [IsProd, DISABLED, ENABLED]] possible, Stage=dev"]
    );
    assert_eq!(findings(PUBLIC_IP, &service("!If [IsProd, ENABLED, ENABLED]")).len(), 1);
    assert!(findings(PUBLIC_IP, &service("!If [IsProd, ENABLED, ENABLED]"))[0].ends_with("definite"));
    assert_eq!(findings(PUBLIC_IP, &service("!If [IsProd, DISABLED, !If [IsDev, DISABLED, ENABLED]]")), [""; 0]);
}

#[test]
fn lookups_and_texts_are_folded() {
    assert!(findings(PUBLIC_IP, &service("!FindInMap [Stages, dev, Ip]"))[0].ends_with("definite"));
    assert_eq!(findings(PUBLIC_IP, &service("!FindInMap [Stages, prod, Ip]")), [""; 0]);
    assert!(findings(PUBLIC_IP, &service("!FindInMap [Stages, !Ref Stage, Ip]"))[0].ends_with("possible, Stage=dev"));
    let found = diagnostics(PUBLIC_IP, &service("!Sub 'ENA${AWS::StackName}'"));
    assert_eq!(
        (found[0].certainty.as_str(), found[0].severity.as_str()),
        ("unknown", "info"),
        "Guard fails what it cannot compare"
    );
    assert!(findings(PUBLIC_IP, &service("!Join ['', [ENA, BLED]]"))[0].ends_with("definite"));
}

#[test]
fn a_parameter_has_its_default_and_the_finding_says_so() {
    let found = findings(PUBLIC_IP, &service("!Ref Public"));
    assert_eq!(found, ["17 [AssignPublicIp: !Ref Public] possible, Public=ENABLED"]);
    assert_eq!(findings(PUBLIC_IP, &service("!Ref Public").replace("Default: ENABLED", "Default: DISABLED")), [""; 0]);
}

#[test]
fn what_the_policy_does_not_read_makes_no_finding_doubtful() {
    let template = service("ENABLED")
        .replace("    Properties:\n", "    Properties:\n      DesiredCount: !If [IsProd, 2, 1]\n      ServiceName: !Ref Stage\n");
    assert!(findings(PUBLIC_IP, &template)[0].ends_with("definite"));
}

#[test]
fn resources_that_are_not_created_are_not_there() {
    let template = "\
Parameters:
  Logs: {Type: String}
Conditions:
  HasLogs: !Equals [!Ref Logs, 'yes']
Resources:
  Bucket:
    Type: AWS::S3::Bucket
    Condition: HasLogs
    Properties: {BucketName: logs}
  Other:
    Type: AWS::S3::Bucket
    Properties: {BucketName: !If [HasLogs, org-a, org-b]}
";
    assert_eq!(findings(BUCKET, template), ["9 [BucketName: logs] definite"], "it is wrong wherever it exists");
    let never = template.replace("!Equals [!Ref Logs, 'yes']", "!Equals [a, b]");
    assert_eq!(findings(BUCKET, &never), [""; 0]);
}

#[test]
fn no_value_takes_the_entry_away() {
    let rules = "\
# view: resolved
rule HAS_NAME { Resources.*[ Type == 'AWS::S3::Bucket' ].Properties.BucketName exists <<Violation: unnamed>> }
";
    let template = "\
Parameters:
  Name: {Type: String}
Conditions:
  HasName: !Not [!Equals [!Ref Name, '']]
Resources:
  Bucket:
    Type: AWS::S3::Bucket
    Properties:
      BucketName: !If [HasName, !Ref Name, !Ref 'AWS::NoValue']
";
    assert_eq!(findings(rules, template), ["8 [Properties] possible, Name="]);
}

#[test]
fn too_many_cases_are_said_and_evaluated_as_they_are_written() {
    let mut template = "Parameters:\n".to_owned();
    for number in 0..40 {
        let _ = writeln!(template, "  P{number}: {{Type: String}}");
    }
    template.push_str("Conditions:\n");
    for number in 0..40 {
        let _ = writeln!(template, "  C{number}: !Equals [!Ref P{number}, x]");
    }
    template.push_str("Resources:\n");
    for number in 0..40 {
        let _ = writeln!(
            template,
            "  B{number}:\n    Type: AWS::S3::Bucket\n    Properties: {{BucketName: !If [C{number}, org-a, b]}}"
        );
    }
    let found = diagnostics(BUCKET, &template);
    assert_eq!(found.len(), 40);
    assert!(found.iter().all(|finding| finding.certainty.as_str() == "unknown"));
    assert!(found[0].notes.iter().any(|note| note.contains("too many ways")), "{:?}", found[0].notes);
}

#[test]
fn words_for_booleans_are_booleans_but_not_where_a_text_is_meant() {
    let rules = "\
# view: resolved
rule ENCRYPTED { Resources.*[ Type == 'AWS::EFS::FileSystem' ].Properties.Encrypted == true <<Violation: open>> }
rule TAGGED { Resources.*[ Type == 'AWS::EFS::FileSystem' ].Properties.FileSystemTags[*].Value == 'true' <<Violation: tag>> }
";
    let template = "\
Resources:
  Files:
    Type: AWS::EFS::FileSystem
    Properties:
      Encrypted: 'true'
      FileSystemTags: [{Key: Shared, Value: 'true'}]
";
    assert_eq!(findings(rules, template), [""; 0]);
}

/// A service on a provider, by its strategy or by its cluster.
fn on_a_group(exec: &str, strategy: &str, cluster: &str) -> String {
    format!(
        "\
Parameters:
  Exec: {{Type: String, AllowedValues: ['true', 'false'], Default: 'false'}}
Resources:
  Desk:
    Type: AWS::ECS::Service
    Properties:
      Cluster: !Ref Harbor
      EnableExecuteCommand: {exec}{strategy}
  Harbor:
    Type: AWS::ECS::Cluster
    Properties:
      CapacityProviders: [!Ref Hosts]{cluster}
  Hosts:
    Type: AWS::ECS::CapacityProvider
    Properties:
      Name: hosts
      AutoScalingGroupProvider:
        AutoScalingGroupArn: !Ref Group
        ManagedScaling: {{Status: ENABLED}}
  Group:
    Type: AWS::AutoScaling::AutoScalingGroup
    Properties: {{MinSize: '0', MaxSize: '4'}}
"
    )
}

#[test]
fn facts_say_on_which_capacity_tasks_end() {
    let own = "\n      CapacityProviderStrategy:\n        - CapacityProvider: hosts";
    let default = "\n      DefaultCapacityProviderStrategy: [{CapacityProvider: !Ref Hosts}]";
    assert_eq!(findings(EXEC, &on_a_group("true", own, "")), ["10 [CapacityProvider: hosts] definite"]);
    assert_eq!(findings(EXEC, &on_a_group("true", "", default)), ["13 [{CapacityProvider: !Ref Hosts}] definite"]);
    assert_eq!(findings(EXEC, &on_a_group("!Ref Exec", own, "")), ["10 [CapacityProvider: hosts] possible, Exec=true"]);
    assert_eq!(findings(EXEC, &on_a_group("false", own, "")), [""; 0]);
    assert_eq!(findings(EXEC, &on_a_group("true", "\n      LaunchType: FARGATE", default)), [""; 0]);
    let found = diagnostics(EXEC, &on_a_group("true", "", default));
    assert_eq!(found[0].logical_id.as_deref(), Some("Desk"), "the finding is about the service, wherever the strategy stands");
    assert_eq!(found[0].template_path, ["Resources", "Desk"]);
}

#[test]
fn facts_say_who_refers_to_whom_with_both_ends() {
    let rules = "\
# view: facts
rule GROUP_OF_PROVIDER when Facts.Edges !empty {
    Facts.Edges[ Source.Type == 'AWS::ECS::CapacityProvider'
                 Target.Type == 'AWS::AutoScaling::AutoScalingGroup' ].Target.Properties.MinSize != '0' <<Violation: empty>>
}
";
    let found = findings(rules, &on_a_group("true", "", ""));
    assert_eq!(found, ["22 [MinSize: '0'] definite"]);
}

#[test]
fn plain_guard_skips_rules_about_facts() {
    let rules = EXEC.replace("# view: facts\n", "");
    assert_eq!(findings(&rules, &on_a_group("true", "", "")), [""; 0]);
}

#[test]
fn suppression_on_the_resource_counts_for_facts_too() {
    let own = "\n      CapacityProviderStrategy:\n        - CapacityProvider: hosts";
    let template = on_a_group("true", own, "").replace(
        "    Type: AWS::ECS::Service\n",
        "    Type: AWS::ECS::Service\n    Metadata: {guard: {SuppressedRules: [EXEC_ON_ASG]}}\n",
    );
    assert_eq!(findings(EXEC, &template), [""; 0]);
}
