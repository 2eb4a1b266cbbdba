//! Templates given together: which export an import means.

use cfnvet::config::{Settings, Workspace};

use crate::support::{check_together, only};

/// A cluster whose capacity is an Auto Scaling group, exported under the names given.
fn cluster(provider: &str, cluster: &str) -> String {
    format!(
        "Parameters:
  Line: {{Type: String, Default: coast}}
  GroupName: {{Type: String}}
Resources:
  Depot:
    Type: AWS::ECS::CapacityProvider
    Properties:
      AutoScalingGroupProvider: {{AutoScalingGroupArn: !Ref GroupName, ManagedScaling: {{Status: ENABLED}}}}
  Trams:
    Type: AWS::ECS::Cluster
    Properties: {{CapacityProviders: [!Ref Depot]}}
Outputs:
  Depot: {{Value: !Ref Depot, Export: {{Name: {provider}}}}}
  Trams: {{Value: !Ref Trams, Export: {{Name: {cluster}}}}}
"
    )
}

/// A service with ECS Exec on whose cluster and capacity provider are imported under the names given.
fn service(provider: &str, cluster: &str) -> String {
    format!(
        "Parameters:
  Line: {{Type: String, Default: coast}}
  Network: {{Type: String}}
  TaskDefinition: {{Type: String}}
Resources:
  Tickets:
    Type: AWS::ECS::Service
    Properties:
      Cluster: {{Fn::ImportValue: {cluster}}}
      TaskDefinition: !Ref TaskDefinition
      EnableExecuteCommand: true
      CapacityProviderStrategy: [{{CapacityProvider: {{Fn::ImportValue: {provider}}}, Weight: 1}}]
"
    )
}

/// `stack`, with the text behind it, as both names.
fn named(template: fn(&str, &str) -> String, stack: &str) -> String {
    template(&format!("!Sub \"{stack}-depot\""), &format!("!Sub \"{stack}-trams\""))
}

/// The certainties of ECS101 in the files given.
fn certainties(files: &[(&str, &str)], settings: &Settings) -> Vec<String> {
    let files: Vec<(&str, &[u8])> = files.iter().map(|(name, text)| (*name, text.as_bytes())).collect();
    let found = check_together(&files, settings);
    found.iter().map(|found| format!("{:?}", found.certainty).to_lowercase()).collect()
}

#[test]
fn an_import_that_says_its_stack_finds_an_export_named_after_its_stack() {
    let export = named(cluster, "${AWS::StackName}");
    for stack in ["${Network}", "${Line}-${Network}", "coast-trams"] {
        let import = named(service, stack);
        let files = [("cluster.yaml", export.as_str()), ("service.yaml", import.as_str())];
        assert_eq!(certainties(&files, &only(&["ECS101"])), ["definite"], "{stack}");
    }
}

#[test]
fn of_several_stacks_that_may_be_meant_the_one_in_the_same_folder_is() {
    let export = named(cluster, "${AWS::StackName}");
    let import = named(service, "${Network}");
    let there = [("a/cluster.yaml", export.as_str()), ("b/cluster.yaml", export.as_str()), ("b/service.yaml", import.as_str())];
    assert_eq!(certainties(&there, &only(&["ECS101"])), ["definite"]);
    let apart = [("a/cluster.yaml", export.as_str()), ("b/cluster.yaml", export.as_str()), ("service.yaml", import.as_str())];
    assert_eq!(certainties(&apart, &only(&["ECS101"])), ["unknown"]);
}

#[test]
fn a_template_that_lacks_another_export_of_the_stack_is_not_the_one_that_is_meant() {
    let export = named(cluster, "${AWS::StackName}");
    let import = service("!Sub \"${Network}-depot\"", "!Sub \"${Network}-trains\"");
    let files = [("cluster.yaml", export.as_str()), ("service.yaml", import.as_str())];
    assert_eq!(certainties(&files, &only(&["ECS101"])), ["unknown"]);
}

#[test]
fn the_name_of_a_stack_is_compared_where_it_is_known() {
    let export = named(cluster, "${AWS::StackName}");
    let settings = |name: &str| Settings {
        stack_names: [("cluster.yaml".to_owned(), name.to_owned())].into_iter().collect(),
        ..only(&["ECS101"])
    };
    // The default of `Line` is `coast`.
    let import = named(service, "${Line}-trams");
    let files = [("cluster.yaml", export.as_str()), ("service.yaml", import.as_str())];
    assert_eq!(certainties(&files, &settings("coast-trams")), ["definite"]);
    assert_eq!(certainties(&files, &settings("harbour-trams")), ["unknown"]);
    // `Network` has no default, so that it says nothing against the name.
    let import = named(service, "${Network}");
    let files = [("cluster.yaml", export.as_str()), ("service.yaml", import.as_str())];
    assert_eq!(certainties(&files, &settings("harbour-trams")), ["definite"]);
}

/// A stack that nests the two templates, at the addresses given.
fn parent(cluster: &str, service: &str, parameters: &str) -> String {
    format!(
        "Parameters:
  Bucket: {{Type: String}}
  GroupName: {{Type: String}}
Resources:
  Base:
    Type: AWS::CloudFormation::Stack
    Properties: {{TemplateURL: {cluster}, Parameters: {{GroupName: !Ref GroupName}}}}
  App:
    Type: AWS::CloudFormation::Stack
    Properties:
      TemplateURL: {service}
      Parameters: {{{parameters}}}
"
    )
}

const NESTED_CLUSTER: &str = "Parameters:
  GroupName: {Type: String}
Resources:
  Depot:
    Type: AWS::ECS::CapacityProvider
    Properties:
      AutoScalingGroupProvider: {AutoScalingGroupArn: !Ref GroupName, ManagedScaling: {Status: ENABLED}}
Outputs:
  Depot: {Value: !Ref Depot}
";

const NESTED_SERVICE: &str = "Parameters:
  Depot: {Type: String}
Resources:
  Tickets:
    Type: AWS::ECS::Service
    Properties:
      TaskDefinition: tickets
      EnableExecuteCommand: true
      CapacityProviderStrategy: [{CapacityProvider: !Ref Depot, Weight: 1}]
";

#[test]
fn a_nested_template_in_a_bucket_is_the_one_given_whose_path_ends_so() {
    let addresses = [
        ("https://s3.amazonaws.com/depot/trams/infra/cluster.yaml", "https://s3.amazonaws.com/depot/trams/infra/service.yaml"),
        ("!Sub \"https://${Bucket}.s3.amazonaws.com/infra/cluster.yaml\"", "!Sub \"${Bucket}/infra/service.yaml\""),
        (
            "!Join ['', ['https://', !Ref Bucket, '/infra/cluster.yaml']]",
            "!Join ['/', ['https:/', !Ref Bucket, infra, service.yaml]]",
        ),
    ];
    for (cluster, service) in addresses {
        let parent = parent(cluster, service, "Depot: !GetAtt Base.Outputs.Depot");
        let files =
            [("main.yaml", parent.as_str()), ("infra/cluster.yaml", NESTED_CLUSTER), ("infra/service.yaml", NESTED_SERVICE)];
        assert_eq!(certainties(&files, &only(&["ECS101"])), ["definite"], "{service}");
        // Another template of that name takes other parameters.
        let other = files[0].1.replace("Depot: !GetAtt", "Garage: !GetAtt");
        let files = [("main.yaml", other.as_str()), files[1], files[2]];
        assert_eq!(certainties(&files, &only(&["ECS101", "E3043", "XST"])), ["unknown"], "{service}");
    }
}

#[test]
fn a_nested_template_in_a_bucket_may_lie_in_another_folder_where_one_alone_fits() {
    let parent = parent(
        "!Sub \"https://${Bucket}.s3.amazonaws.com/cluster.yaml\"",
        "!Sub \"${Bucket}/service.yaml\"",
        "Depot: !GetAtt Base.Outputs.Depot",
    );
    let files =
        [("apps/main.yaml", parent.as_str()), ("parts/cluster.yaml", NESTED_CLUSTER), ("parts/service.yaml", NESTED_SERVICE)];
    assert_eq!(certainties(&files, &only(&["ECS101"])), ["definite"]);
    let files = [&files[..], &[("old/cluster.yaml", NESTED_CLUSTER)]].concat();
    assert_eq!(certainties(&files, &only(&["ECS101"])), ["unknown"]);
}

#[test]
fn nothing_is_guessed_where_templates_are_not_to_be_linked() {
    let settings = Settings { workspace: Workspace::Off, ..only(&["ECS101"]) };
    let (export, import) = (named(cluster, "${AWS::StackName}"), named(service, "${Network}"));
    let files = [("cluster.yaml", export.as_str()), ("service.yaml", import.as_str())];
    assert_eq!(certainties(&files, &settings), ["unknown"]);
    let parent = parent("https://s3.amazonaws.com/b/cluster.yaml", "https://s3.amazonaws.com/b/service.yaml", "Depot: depot");
    let files = [("main.yaml", parent.as_str()), ("cluster.yaml", NESTED_CLUSTER), ("service.yaml", NESTED_SERVICE)];
    assert_eq!(certainties(&files, &settings), ["unknown"]);
}
