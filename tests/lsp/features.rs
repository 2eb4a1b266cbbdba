//! Each feature, asked for at a place of a text.

use serde_json::{Value, json};

use super::client::{Client, place, plain};

const PARENT: &str = "\
AWSTemplateFormatVersion: 2010-09-09
Parameters:
  Stage:
    Type: String
    Default: test
    AllowedValues: [test, prod]
Mappings:
  Sizes:
    test: {Count: '1'}
    prod: {Count: '4'}
Conditions:
  IsProd: !Equals [!Ref Stage, prod]
Resources:
  Queue:
    Type: AWS::SQS::Queue
    Condition: IsProd
    Properties:
      QueueName: !Sub '${Stage}-queue'
      DelaySeconds: !FindInMap [Sizes, !Ref Stage, Count]
  Child:
    Type: AWS::CloudFormation::Stack
    DependsOn: Queue
    Properties:
      TemplateURL: child.yaml
      Parameters:
        Size: !If [IsProd, big, !Ref Stage]
Outputs:
  Depth:
    Value: !GetAtt Child.Outputs.Depth
  Name:
    Value: !Sub '${Child.Outputs.Depth} ${Stage}'
    Export: {Name: stage-name}
";

const CHILD: &str = "\
Parameters:
  Size:
    Type: String
Resources:
  Topic:
    Type: AWS::SNS::Topic
    Properties:
      TopicName: !Ref Size
Outputs:
  Depth:
    Value: !Ref Topic
";

const IMPORTER: &str = "\
Resources:
  Topic:
    Type: AWS::SNS::Topic
    Properties:
      TopicName: !ImportValue stage-name
";

const FILES: [(&str, &str); 3] = [("parent.yaml", PARENT), ("child.yaml", CHILD), ("importer.yaml", IMPORTER)];

/// A mark in `text` before the first place of `before` behind `after`.
fn marked(text: &str, after: &str, word: &str) -> String {
    let from = text.find(after).expect("it is there");
    let at = from + text[from..].find(word).expect("it is there");
    format!("{}|{}", &text[..at], &text[at..])
}

fn opened(name: &str, text: &str) -> Client {
    let mut client = Client::new(&FILES);
    client.open(name, text);
    // Once there are findings, the folder was looked through.
    client.diagnostics(name, 1);
    client
}

/// Locations as `file:line:from-to`.
fn shown(client: &Client, locations: &Value) -> Vec<String> {
    let all = locations.as_array().cloned().unwrap_or_else(|| vec![locations.clone()]);
    let mut shown: Vec<String> = all
        .iter()
        .map(|location| {
            let file = location["uri"].as_str().expect("a URI").replace(&format!("{}/", client.uri("")), "");
            let (start, end) = (&location["range"]["start"], &location["range"]["end"]);
            format!("{file}:{}:{}-{}", start["line"], start["character"], end["character"])
        })
        .collect();
    shown.sort();
    shown
}

fn labels(items: &Value) -> Vec<String> {
    let mut items: Vec<&Value> = items["items"].as_array().expect("a list").iter().collect();
    items.sort_by_key(|item| item["sortText"].as_str());
    items.iter().map(|item| item["label"].as_str().expect("a label").to_owned()).collect()
}

#[test]
fn hover_says_what_a_value_becomes() {
    let mut client = opened("parent.yaml", PARENT);
    let mut all = String::new();
    for (after, word) in [
        ("Size:", "If"),
        ("QueueName", "Sub"),
        ("DelaySeconds", "FindInMap"),
        ("Conditions:", "IsProd"),
        ("Resources:", "Queue"),
        ("Parameters:", "Stage"),
        ("DelaySeconds", "Sizes"),
        ("Outputs:\n  Depth", "Depth\n  Name"),
    ] {
        let text = marked(PARENT, after, word);
        let hover = client.at("textDocument/hover", "parent.yaml", &text, json!({}));
        let folder = client.folder.path().canonicalize().unwrap().to_string_lossy().into_owned();
        let value = hover["contents"]["value"].as_str().unwrap_or("nothing").replace(&folder, "FOLDER");
        all.push_str(&format!("## {after} {word}\n{value}\n\n"));
    }
    insta::assert_snapshot!(all);
}

#[test]
fn definitions_lead_across_templates() {
    let mut client = opened("parent.yaml", PARENT);
    let mut at = |name: &str, text: &str| {
        let found = client.at("textDocument/definition", name, text, json!({}));
        shown(&client, &found)
    };
    assert_eq!(at("parent.yaml", &marked(PARENT, "QueueName", "Stage")), ["parent.yaml:2:2-7"]);
    assert_eq!(at("parent.yaml", &marked(PARENT, "DependsOn", "Queue")), ["parent.yaml:13:2-7"]);
    assert_eq!(at("parent.yaml", &marked(PARENT, "Condition: IsProd", "IsProd")), ["parent.yaml:11:2-8"]);
    assert_eq!(at("parent.yaml", &marked(PARENT, "FindInMap", "Sizes")), ["parent.yaml:7:2-7"]);
    assert_eq!(at("parent.yaml", &marked(PARENT, "TemplateURL", "child")), ["child.yaml:0:0-0"]);
    assert_eq!(at("parent.yaml", &marked(PARENT, "TemplateURL", "Size")), ["child.yaml:1:2-6"]);
    assert_eq!(at("parent.yaml", &marked(PARENT, "GetAtt", "Depth")), ["child.yaml:9:2-7"]);
    assert_eq!(at("parent.yaml", &marked(PARENT, "${Child", "Depth")), ["child.yaml:9:2-7"]);
    assert_eq!(at("parent.yaml", &marked(PARENT, "AllowedValues", "prod")), [""; 0]);
    client.open("importer.yaml", IMPORTER);
    let found = client.at("textDocument/definition", "importer.yaml", &marked(IMPORTER, "TopicName", "stage-name"), json!({}));
    assert_eq!(shown(&client, &found), ["parent.yaml:29:2-6"]);
}

#[test]
fn references_are_found_across_templates() {
    let mut client = opened("child.yaml", CHILD);
    let context = json!({"context": {"includeDeclaration": true}});
    let found = client.at("textDocument/references", "child.yaml", &marked(CHILD, "Parameters", "Size"), context.clone());
    assert_eq!(shown(&client, &found), ["child.yaml:1:2-6", "child.yaml:7:22-26", "parent.yaml:25:8-12"]);
    let found = client.at("textDocument/references", "child.yaml", &marked(CHILD, "Outputs", "Depth"), context);
    assert_eq!(shown(&client, &found), ["child.yaml:9:2-7", "parent.yaml:28:33-38", "parent.yaml:30:33-38"]);
    let found = client.at("textDocument/documentHighlight", "child.yaml", &marked(CHILD, "Resources", "Topic"), json!({}));
    assert_eq!(found.as_array().unwrap().len(), 2);
}

#[test]
fn a_name_is_changed_wherever_it_is_written() {
    let mut client = opened("parent.yaml", PARENT);
    let mut rename = |after: &str, word: &str, new: &str| {
        let (line, character) = place(&marked(PARENT, after, word));
        let uri = client.uri("parent.yaml");
        client.request(
            "textDocument/rename",
            json!({"textDocument": {"uri": uri}, "position": {"line": line, "character": character}, "newName": new}),
        )
    };
    let edits = |edit: Value, file: &str| -> Vec<String> {
        let (_, edits) = edit["changes"].as_object().unwrap().iter().find(|(uri, _)| uri.ends_with(file)).expect("it changes");
        edits.as_array().unwrap().iter().map(|edit| edit["range"]["start"].to_string()).collect()
    };
    let edit = rename("Parameters", "Stage", "Step").unwrap();
    assert_eq!(edits(edit, "parent.yaml").len(), 6);
    let edit = rename("Resources", "Queue", "Line").unwrap();
    assert_eq!(edits(edit, "parent.yaml").len(), 2);
    let edit = rename("GetAtt", "Depth", "Deep").unwrap();
    assert_eq!(edits(edit.clone(), "child.yaml").len(), 1);
    assert_eq!(edits(edit, "parent.yaml").len(), 2);
    for (after, word, new, why) in [
        ("Resources", "Queue", "not-allowed", "letters and digits"),
        ("Resources", "Queue", "Child", "already"),
        ("Resources", "Queue", "Stage", "already"),
        ("Resources", "AWS::SQS", "New", "no name here"),
    ] {
        let (code, message) = rename(after, word, new).unwrap_err();
        assert_eq!(code, -32803);
        assert!(message.contains(why), "{message}");
    }
    let found = client.at("textDocument/prepareRename", "parent.yaml", &marked(PARENT, "DependsOn", "Queue"), json!({}));
    assert_eq!(found["placeholder"], "Queue");
}

#[test]
fn completions_fit_the_place() {
    let base = "Parameters:\n  Stage: {Type: String}\nMappings:\n  Sizes: {test: {Count: '1'}}\nConditions:\n  IsProd: !Equals [!Ref Stage, prod]\nResources:\n  Queue:\n    Type: AWS::SQS::Queue\n";
    let mut client = Client::new(&FILES);
    let mut version = 1;
    client.open("a.yaml", base);
    client.diagnostics("a.yaml", 1);
    let mut at = |end: &str| {
        version += 1;
        let text = format!("{base}{end}");
        client.change("a.yaml", version, &plain(&text));
        labels(&client.at("textDocument/completion", "a.yaml", &text, json!({})))
    };
    assert_eq!(at("Out|")[..2], ["AWSTemplateFormatVersion", "Description"], "the editor filters");
    assert_eq!(at("    Del|")[..2], ["Properties", "Condition"], "`Type` is there already");
    assert!(at("    DeletionPolicy: |").contains(&"Retain".to_owned()));
    assert_eq!(at("    Condition: |"), ["IsProd"]);
    assert_eq!(at("  Other:\n    DependsOn: [|"), ["Queue"]);
    assert_eq!(at("  Other:\n    DependsOn:\n      - |"), ["Queue"]);
    assert!(at("  Other:\n    Type: |").contains(&"AWS::SNS::Topic".to_owned()), "from the folder");
    assert_eq!(at("    Properties:\n      A: !Ref |")[..2], ["Stage", "Queue"]);
    assert!(at("    Properties:\n      A: !Sub 'x ${|").contains(&"AWS::Region".to_owned()));
    assert!(at("    Properties:\n      A: !Sub >\n        echo ${|").len() > 2, "in a block of text");
    assert_eq!(at("    Properties:\n      A: !GetAtt |"), ["Queue"]);
    assert_eq!(at("    Properties:\n      A: !If [|")[0], "IsProd");
    assert_eq!(at("    Properties:\n      A: !FindInMap [|"), ["Sizes"]);
    assert_eq!(at("    Properties:\n      A: !FindInMap [Sizes, |")[0], "test");
    assert_eq!(at("    Properties:\n      A: !FindInMap [Sizes, test, |")[0], "Count");
    assert_eq!(at("    Properties:\n      A: !ImportValue |"), ["stage-name"]);
    assert!(at("    Properties:\n      A: !|").contains(&"!GetAtt".to_owned()));
    assert!(at("    Properties:\n      A:\n        F|").contains(&"Fn::Sub".to_owned()));
    assert!(at("  Other:\n    Type: AWS::CloudFormation::Stack\n    Properties:\n      TemplateURL: child.yaml\n      Parameters:\n        |").contains(&"Size".to_owned()));
    assert!(at("  Other:\n    Type: AWS::CloudFormation::Stack\n    Properties: {TemplateURL: child.yaml}\nOutputs:\n  O: {Value: !GetAtt Other.|").contains(&"Other.Outputs.Depth".to_owned()));
    assert!(at("Parameters:\n  P:\n    Type: |").contains(&"CommaDelimitedList".to_owned()));
    assert!(at("Outputs:\n  O:\n    |").contains(&"Export".to_owned()));
    assert!(at("# |").is_empty(), "no completions in a comment");
}

#[test]
fn completions_know_the_resource_types() {
    let base = "Resources:\n  Service:\n    Type: AWS::ECS::Service\n    Properties:\n";
    let mut client = Client::new(&[]);
    client.open("a.yaml", base);
    let mut version = 1;
    let mut found = |end: &str| {
        version += 1;
        let text = format!("{base}{end}");
        client.change("a.yaml", version, &plain(&text));
        client.at("textDocument/completion", "a.yaml", &text, json!({}))
    };
    let all = found("      |");
    let strategy = all["items"].as_array().unwrap().iter().find(|item| item["label"] == "CapacityProviderStrategy").unwrap();
    assert_eq!(strategy["detail"], "List of Mapping");
    assert!(strategy["textEdit"]["newText"].as_str().unwrap().ends_with(":\n        "), "its value is typed below it");
    assert!(labels(&all).iter().all(|label| label != "ServiceArn"), "nobody can set it");
    let mut at = |end: &str| labels(&found(end));
    assert!(at("      Cluster: a\n      |").iter().all(|label| label != "Cluster"), "it is there already");
    assert_eq!(at("      LaunchType: |")[..3], ["EC2", "EXTERNAL", "FARGATE"]);
    assert_eq!(at("      EnableExecuteCommand: |")[..2], ["false", "true"]);
    assert!(at("      CapacityProviderStrategy:\n        - |").contains(&"CapacityProvider".to_owned()));
    assert!(at("      NetworkConfiguration:\n        AwsvpcConfiguration:\n          |").contains(&"Subnets".to_owned()));
    assert!(at("Outputs:\n  A:\n    Value: !GetAtt Service.|").contains(&"Service.ServiceArn".to_owned()));
    assert_eq!(at("  Other:\n    Type: ecs::daemo|"), ["AWS::ECS::Daemon", "AWS::ECS::DaemonTaskDefinition"]);
    assert_eq!(at("  Other:\n    Type: AWS::ecssrv|")[0], "AWS::ECS::Service", "it is used here");
    assert_eq!(
        at("  Role:\n    Type: AWS::IAM::Role\n    Properties:\n      |")[0],
        "AssumeRolePolicyDocument",
        "it is required"
    );
    let many = found("  Other:\n    Type: |");
    assert_eq!((many["isIncomplete"].as_bool(), labels(&many)[0].as_str()), (Some(true), "AWS::ECS::Service"));
}

#[test]
fn hover_tells_what_a_property_takes() {
    let text = "Resources:\n  Table:\n    Type: AWS::DynamoDB::Table\n    Properties:\n      TableName: a\n      BillingMode: PROVISIONED\n      KeySchema:\n        - {AttributeName: a, KeyType: HASH}\n";
    let mut client = opened("a.yaml", text);
    let mut all = String::new();
    for word in ["TableName", "BillingMode", "KeySchema", "KeyType", "AWS::DynamoDB::Table"] {
        let marked = marked(text, "Table:", word);
        let hover = client.at("textDocument/hover", "a.yaml", &marked, json!({}));
        all.push_str(&format!("## {word}\n{}\n\n", hover["contents"]["value"].as_str().unwrap_or("nothing")));
    }
    insta::assert_snapshot!(all);
}

#[test]
fn completions_in_json_are_json() {
    let text = "{\"Parameters\": {\"Stage\": {\"Type\": \"String\"}}, \"Resources\": {\"Queue\": {\"Type\": \"AWS::SQS::Queue\", \"Properties\": {\"A\": {\"Ref\": |";
    let mut client = Client::new(&[]);
    client.open("a.json", &plain(text));
    let found = client.at("textDocument/completion", "a.json", text, json!({}));
    assert_eq!(labels(&found)[..2], ["Stage", "Queue"]);
    assert_eq!(found["items"][0]["textEdit"]["newText"], "\"Stage\"");
    let text = "{\"Resources\": {\"Queue\": {\"Ty|";
    client.change("a.json", 2, &plain(text));
    let found = client.at("textDocument/completion", "a.json", text, json!({}));
    assert_eq!(found["items"][0]["textEdit"]["newText"], "Type");
}

#[test]
fn the_outline_of_a_template() {
    let mut client = opened("parent.yaml", PARENT);
    let document = json!({"textDocument": {"uri": client.uri("parent.yaml")}});
    let symbols = client.request("textDocument/documentSymbol", document.clone()).unwrap();
    let names = |symbol: &Value| {
        let children: Vec<&str> =
            symbol["children"].as_array().unwrap().iter().filter_map(|child| child["name"].as_str()).collect();
        format!("{}: {}", symbol["name"].as_str().unwrap(), children.join(" "))
    };
    let shown: Vec<String> = symbols.as_array().unwrap().iter().map(names).collect();
    assert_eq!(
        shown,
        [
            "AWSTemplateFormatVersion: ",
            "Parameters: Stage",
            "Mappings: Sizes",
            "Conditions: IsProd",
            "Resources: Queue Child",
            "Outputs: Depth Name"
        ]
    );
    let folds = client.request("textDocument/foldingRange", document).unwrap();
    let folds: Vec<String> =
        folds.as_array().unwrap().iter().map(|fold| format!("{}-{}", fold["startLine"], fold["endLine"])).collect();
    assert!(folds.contains(&"12-25".to_owned()) && folds.contains(&"13-18".to_owned()), "{folds:?}");
    let found = client.request("workspace/symbol", json!({"query": "tpc"})).unwrap();
    assert_eq!(found.as_array().unwrap().len(), 2, "`Topic` in two templates: {found}");
    let (line, character) = place(&marked(PARENT, "QueueName", "Sub"));
    let positions = json!([{"line": line, "character": character}]);
    let uri = client.uri("parent.yaml");
    let selected =
        client.request("textDocument/selectionRange", json!({"textDocument": {"uri": uri}, "positions": positions})).unwrap();
    let mut depth = 0;
    let mut at = &selected[0];
    while at.get("parent").is_some() {
        at = &at["parent"];
        depth += 1;
    }
    assert!(depth >= 5 && at["range"]["start"]["line"] == 0, "{selected}");
}

#[test]
fn links_lead_to_files_that_are_there() {
    let text = PARENT.replace("QueueName:", "CodeUri: src/app.py\n      Code: src/none.py\n      QueueName:");
    let mut client = Client::new(&[("parent.yaml", &text), ("child.yaml", CHILD), ("src/app.py", "")]);
    client.open("parent.yaml", &text);
    client.diagnostics("parent.yaml", 1);
    let uri = client.uri("parent.yaml");
    let links = client.request("textDocument/documentLink", json!({"textDocument": {"uri": uri}})).unwrap();
    let targets: Vec<&str> = links.as_array().unwrap().iter().filter_map(|link| link["target"].as_str()).collect();
    assert_eq!(targets, [client.uri("src/app.py"), client.uri("child.yaml")]);
}

#[test]
fn hints_and_lenses_show_what_is_not_written() {
    let mut client = opened("parent.yaml", PARENT);
    let uri = client.uri("parent.yaml");
    let range = json!({"start": {"line": 0, "character": 0}, "end": {"line": 99, "character": 0}});
    let hints = client.request("textDocument/inlayHint", json!({"textDocument": {"uri": uri}, "range": range})).unwrap();
    let labels: Vec<&str> = hints.as_array().unwrap().iter().filter_map(|hint| hint["label"].as_str()).collect();
    assert_eq!(labels, ["= test", "= test", "= 4", "= test"]);
    let lenses = client.request("textDocument/codeLens", json!({"textDocument": {"uri": uri}})).unwrap();
    assert_eq!(lenses[0]["command"]["title"], "true when Stage is \"prod\"");
}

#[test]
fn fixes_are_offered_one_by_one_and_all_at_once() {
    let text = "Resources:\n  Bucket:\n    Type: AWS::S3::Bucket\n    # cfnvet: ignore[NONSENSE1]\n    DeletionPolicy: Retain # cfnvet: ignore[NONSENSE2]\n    UpdateReplacePolicy: Retain\n";
    let mut client = Client::new(&[]);
    client.open("a.yaml", text);
    let found = client.diagnostics("a.yaml", 1);
    assert_eq!(Client::codes(&found), ["SUP102@3", "SUP102@4"]);
    assert_eq!(found[0]["data"]["fix"], "safe");
    let uri = client.uri("a.yaml");
    let mut actions = |only: Value| {
        let range = json!({"start": {"line": 3, "character": 10}, "end": {"line": 3, "character": 25}});
        let context = if only.is_null() { json!({"diagnostics": []}) } else { json!({"diagnostics": [], "only": only}) };
        client
            .request("textDocument/codeAction", json!({"textDocument": {"uri": uri}, "range": range, "context": context}))
            .unwrap()
    };
    let titles = |actions: &Value| -> Vec<String> {
        actions.as_array().unwrap().iter().map(|action| action["title"].as_str().unwrap().to_owned()).collect()
    };
    let all = actions(Value::Null);
    assert_eq!(titles(&all)[0], "SUP102: remove `NONSENSE1`");
    assert_eq!(all[0]["isPreferred"], true);
    assert!(all.as_array().unwrap().iter().all(|action| action["kind"] == "quickfix"));
    let all = actions(json!(["source.fixAll"]));
    assert_eq!(titles(&all), ["Fix all that is safe (2)"]);
    assert_eq!(actions(json!(["refactor"])), json!([]));
}

#[test]
fn a_finding_can_be_ignored_with_a_reason() {
    let incident = include_str!("../../fixtures/incident/exec-with-provider.yaml");
    for (name, text) in [("a.yaml", incident), ("a.json", include_str!("../../fixtures/incident/exec-with-provider.json"))] {
        let mut client = Client::new(&[]);
        client.open(name, text);
        let found = client.diagnostics(name, 1);
        let hazard = found.iter().find(|found| found["code"] == "ECS101").expect("the incident");
        let uri = client.uri(name);
        let params = json!({"textDocument": {"uri": uri}, "range": hazard["range"], "context": {"diagnostics": []}});
        let actions = client.request("textDocument/codeAction", params).unwrap();
        let ignore = actions.as_array().unwrap().iter().find(|action| action["title"] == "Ignore ECS101 here, with a reason");
        let edits = &ignore.expect("it is offered")["edit"]["changes"][&uri];
        let edit = json!({"range": edits[0]["range"], "text": edits[0]["newText"]});
        let document = json!({"uri": uri, "version": 2});
        client.notify("textDocument/didChange", json!({"textDocument": document, "contentChanges": [edit]}));
        let left = Client::codes(&client.diagnostics(name, 2));
        assert!(!left.iter().any(|code| code.starts_with("ECS101") || code.starts_with("SUP")), "{left:?}");
    }
}

#[test]
fn types_of_ones_own_are_completed_and_explained() {
    let schema = r#"{"typeName": "Acme::Shop::Basket", "properties": {"Colour": {"type": "string", "enum": ["red", "green"]}}, "required": ["Colour"]}"#;
    let files = [(".cfnvet.yaml", "registry-schemas: [schemas]\n"), ("schemas/basket.json", schema)];
    let text = "Resources:\n  Basket:\n    Type: Acme::Shop::Basket\n    Properties:\n      Colour: purple\n";
    let mut client = Client::new(&files);
    client.open("a.yaml", text);
    assert_eq!(Client::codes(&client.diagnostics("a.yaml", 1)), ["E3030@4"]);
    let hover = client.at("textDocument/hover", "a.yaml", &marked(text, "Basket", "Acme"), json!({}));
    assert!(hover["contents"]["value"].as_str().unwrap_or_default().contains("Requires `Colour`"), "{hover}");
    let mut at = |end: &str, version| {
        let text = format!("Resources:\n  Basket:\n    Type: {end}");
        client.change("a.yaml", version, &plain(&text));
        labels(&client.at("textDocument/completion", "a.yaml", &text, json!({})))
    };
    assert!(at("Acme::Shop|", 2).contains(&"Acme::Shop::Basket".to_owned()));
    assert_eq!(at("Acme::Shop::Basket\n    Properties:\n      |", 3)[0], "Colour");
    assert_eq!(at("Acme::Shop::Basket\n    Properties:\n      Colour: |", 4)[..2], ["green", "red"]);
}
