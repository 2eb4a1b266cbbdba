//! What starts ECS tasks, where the pages' examples do not reach.

use crate::support::{check, check_together, fixed, line, only};

const CAPACITY: &str = "
  Pool:
    Type: AWS::ECS::CapacityProvider
    Properties:
      AutoScalingGroupProvider: {AutoScalingGroupArn: group, ManagedScaling: {Status: ENABLED}}
  Cluster: {Type: 'AWS::ECS::Cluster', Properties: {CapacityProviders: [!Ref Pool]}}
";

fn state_machine(properties: &str) -> String {
    format!("Resources:{CAPACITY}  Flow:\n    Type: AWS::StepFunctions::StateMachine\n    Properties:\n{properties}")
}

fn paths(text: &str) -> Vec<String> {
    check("t.yaml", text, &only(&["ECS102"])).iter().map(|found| found.template_path.join("/")).collect()
}

#[test]
fn a_definition_that_is_joined_is_read_in_one_piece() {
    let joined = state_machine(
        r#"      DefinitionString: !Join
        - ''
        - - '{"States": {"Run": {"Type": "Task", "Resource": "arn:'
          - !Ref AWS::Partition
          - ':states:::ecs:runTask", "Parameters": {"Cluster": "'
          - !GetAtt Cluster.Arn
          - '", "EnableExecuteCommand": true, "CapacityProviderStrategy": [{"CapacityProvider": "'
          - !Ref Pool
          - '"}]}}}}'
"#,
    );
    assert_eq!(paths(&joined), ["Resources/Flow/Properties/DefinitionString/1/States/Run/Parameters/EnableExecuteCommand"]);
    let found = check("t.yaml", joined.as_str(), &only(&["ECS102"]));
    assert!(found[0].fix.is_none(), "an edit does not fit into a string");
}

#[test]
fn a_capacity_that_is_read_from_the_input_is_not_judged() {
    let read = state_machine(
        "      Definition:
        States:
          Run:
            Type: Task
            Resource: arn:aws:states:::ecs:runTask.sync
            Parameters:
              {Cluster: !Ref Cluster, EnableExecuteCommand: true, CapacityProviderStrategy.$: $.strategy}
",
    );
    assert_eq!(paths(&read), [""; 0]);
}

#[test]
fn variables_that_lead_to_themselves_end() {
    let circular = state_machine(
        "      Definition: &definition
        a: ${a}${b}
        b: ${b}${a}
        States:
          Run:
            Type: Task
            Resource: arn:aws:states:::ecs:runTask
            Parameters: {Cluster: '${a}', TaskDefinition: '${b}', LaunchType: '${a}', EnableExecuteCommand: true}
      DefinitionSubstitutions: *definition
",
    );
    assert_eq!(paths(&circular), [""; 0]);
}

#[test]
fn a_parameter_that_takes_any_value_makes_no_mismatch_by_chance() {
    let text = |default: &str| {
        format!(
            "Parameters:\n  Compute: {{Type: String{default}}}\nResources:\n  Cluster: {{Type: 'AWS::ECS::Cluster'}}\n  Task:\n    \
             Type: AWS::ECS::TaskDefinition\n    Properties: {{RequiresCompatibilities: [EC2]}}\n  Api:\n    \
             Type: AWS::ECS::Service\n    Properties: {{Cluster: !Ref Cluster, TaskDefinition: !Ref Task, LaunchType: !Ref Compute}}\n"
        )
    };
    let found = |default: &str| check("t.yaml", text(default), &only(&["ECS301"])).len();
    assert_eq!([found(""), found(", Default: EC2"), found(", Default: FARGATE")], [0, 0, 1]);
}

#[test]
fn a_nested_stack_runs_on_the_compute_that_its_parent_chooses() {
    let child = b"Parameters:
  Compute: {Type: String}
Resources:
  Cluster: {Type: 'AWS::ECS::Cluster'}
  Task:
    Type: AWS::ECS::TaskDefinition
    Properties:
      NetworkMode: bridge
  Api:
    Type: AWS::ECS::Service
    Properties: {Cluster: !Ref Cluster, TaskDefinition: !Ref Task, LaunchType: !Ref Compute}
";
    let parent = b"Resources:
  Child:
    Type: AWS::CloudFormation::Stack
    Properties: {TemplateURL: child.yaml, Parameters: {Compute: FARGATE}}
";
    let found = check_together(&[("parent.yaml", parent), ("child.yaml", child)], &only(&["ECS302"]));
    let found: Vec<_> = found.iter().map(|found| (found.file.name(), line(found))).collect();
    assert_eq!(found, [("child.yaml", 8)]);
}

#[test]
fn fixes_fit_into_json() {
    let text = r#"{
  "Resources": {
    "Cluster": {"Type": "AWS::ECS::Cluster"},
    "Api": {
      "Type": "AWS::ECS::Service",
      "Properties": {
        "Cluster": {"Ref": "Cluster"},
        "TaskDefinition": "app",
        "LaunchType": "EC2",
        "NetworkConfiguration": {"AwsvpcConfiguration": {"AssignPublicIp": "ENABLED", "Subnets": ["subnet-1"]}},
        "PlatformVersion": "LATEST"
      }
    }
  }
}
"#;
    let found = check("t.json", text, &only(&["ECS306", "ECS309"]));
    let expected = text.replace("ENABLED", "DISABLED").replace(",\n        \"PlatformVersion\": \"LATEST\"", "");
    assert_eq!(fixed(text, &found), expected);
}
