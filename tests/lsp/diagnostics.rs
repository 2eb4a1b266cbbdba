//! Findings: when they are published, and what they hold.

use std::fmt::Write;

use serde_json::{Value, json};

use super::client::Client;

/// A template with one finding, in line 4: ECS Exec with the wrong kind of tasks behind it is not needed for that.
const DUPLICATE: &str = "Resources:\n  Bucket:\n    Type: AWS::S3::Bucket\n  Bucket:\n    Type: AWS::S3::Bucket\n";

const INCIDENT: &str = include_str!("../../fixtures/incident/exec-with-provider.yaml");

#[test]
fn findings_come_on_open_change_and_close() {
    let mut client = Client::new(&[]);
    client.open("a.yaml", DUPLICATE);
    assert_eq!(Client::codes(&client.diagnostics("a.yaml", 1)), ["E0000@3"]);
    client.change("a.yaml", 2, &DUPLICATE.replacen("Bucket:", "Other:", 1));
    assert!(client.diagnostics("a.yaml", 2).is_empty());
    client.change("a.yaml", 3, DUPLICATE);
    assert_eq!(client.diagnostics("a.yaml", 3).len(), 1);
    let uri = client.uri("a.yaml");
    client.notify("textDocument/didClose", json!({"textDocument": {"uri": uri}}));
    assert!(client.diagnostics_of(&uri, None).is_empty());
    assert!(client.end());
}

#[test]
fn a_finding_has_all_there_is_to_know() {
    let mut client = Client::new(&[]);
    client.open("a.yaml", INCIDENT);
    let found = client.diagnostics("a.yaml", 1);
    let hazard = found.iter().find(|found| found["code"] == "ECS101").expect("the incident is found");
    let mut shown = hazard.clone();
    for related in shown["relatedInformation"].as_array_mut().expect("there are labels") {
        assert_eq!(related["location"]["uri"], client.uri("a.yaml"));
        related["location"].as_object_mut().expect("an object").remove("uri");
    }
    insta::assert_json_snapshot!(shown);
}

#[test]
fn when_a_finding_holds_is_in_its_message() {
    let mut client = Client::new(&[]);
    client.open("a.yaml", include_str!("../../fixtures/shapes/parameter.yaml"));
    let found = client.diagnostics("a.yaml", 1);
    assert!(found.iter().any(|found| found["message"].as_str().unwrap().contains("[possible: when ")), "{found:?}");
}

#[test]
fn edits_in_both_encodings_change_the_text() {
    for encoding in ["utf-8", "utf-16"] {
        let mut client = Client::with(&[], json!({"capabilities": {"general": {"positionEncodings": [encoding]}}}));
        let text = "Description: 港🚢\nResources:\n  A: {Type: 'AWS::S3::Bucket', A: 1, A: 2}\n";
        client.open("a.yaml", text);
        assert_eq!(Client::codes(&client.diagnostics("a.yaml", 1)), ["E0000@2"]);
        // Behind the ship: three letters and four bytes, or one letter and two units.
        let character = "Description: ".len() + if encoding == "utf-8" { 7 } else { 3 };
        let at = |line, character| json!({"line": line, "character": character});
        let insert = json!({"range": {"start": at(0, character), "end": at(0, character)}, "text": " # A\r"});
        let remove = json!({"range": {"start": at(2, 29), "end": at(2, 35)}, "text": ""});
        let uri = client.uri("a.yaml");
        let document = json!({"uri": uri, "version": 2});
        client.notify("textDocument/didChange", json!({"textDocument": document, "contentChanges": [insert, remove]}));
        assert!(client.diagnostics("a.yaml", 2).is_empty(), "{encoding}");
        assert!(client.end());
    }
}

#[test]
fn only_the_last_of_many_changes_counts() {
    let mut client = Client::new(&[]);
    client.open("a.yaml", DUPLICATE);
    for version in 2..500 {
        client.change("a.yaml", version, DUPLICATE);
    }
    client.change("a.yaml", 500, "Resources: {}\nAWSTemplateFormatVersion: 2010-09-09\n");
    let last = client.diagnostics("a.yaml", 500);
    assert!(!Client::codes(&last).contains(&"E0000@3".to_owned()));
    assert!(client.end());
}

#[test]
fn unsaved_buffers_win_over_files_in_linked_templates() {
    let parent = "Resources:\n  Child:\n    Type: AWS::CloudFormation::Stack\n    Properties:\n      TemplateURL: child.yaml\n      Parameters: {Size: '1'}\n";
    let child = "Parameters:\n  Size: {Type: String}\nResources:\n  B: {Type: 'AWS::S3::Bucket'}\n";
    let mut client = Client::new(&[("parent.yaml", parent), ("child.yaml", child), (".cfnvet.yaml", "ignore: [W3002]\n")]);
    client.open("parent.yaml", parent);
    assert_eq!(Client::codes(&client.diagnostics("parent.yaml", 1)), [""; 0]);
    client.open("child.yaml", &child.replace("Size", "Width"));
    let mut found = Vec::new();
    for _ in 0..3 {
        found = Client::codes(&client.diagnostics("parent.yaml", 1));
        if !found.is_empty() {
            break;
        }
    }
    assert!(!found.is_empty(), "the parameter `Size` is gone from the child");
    assert!(client.end());
}

#[test]
fn names_of_files_may_be_strange() {
    let mut client = Client::new(&[]);
    for uri in [
        "file:///tmp/a%20b/100%25.yaml",
        "file:///tmp/%E6%B8%AF/%E8%88%B9.yaml",
        "file:///c%3A/Users/x.yaml",
        "untitled:Untitled-1",
    ] {
        client.open_uri(uri, DUPLICATE);
        assert_eq!(Client::codes(&client.diagnostics_of(uri, Some(1))), ["E0000@3"], "{uri}");
    }
    assert!(client.end());
}

#[test]
fn the_config_of_the_folder_counts_and_is_read_again() {
    let files = [(".cfnvet.yaml", "ignore: [E0000]\n"), ("a.yaml", DUPLICATE)];
    let mut client = Client::new(&files);
    client.open("a.yaml", DUPLICATE);
    assert!(client.diagnostics("a.yaml", 1).is_empty());
    client.write(".cfnvet.yaml", "ignore: [ECS101]\n");
    client.change("a.yaml", 2, DUPLICATE);
    assert_eq!(Client::codes(&client.diagnostics("a.yaml", 2)), ["E0000@3"]);
    client.write(".cfnvet.yaml", "ignore: [NONSENSE1]\n");
    let uri = client.uri(".cfnvet.yaml");
    client.notify("workspace/didChangeWatchedFiles", json!({"changes": [{"uri": uri, "type": 2}]}));
    let found = client.diagnostics_of(&uri, None);
    assert_eq!(found[0]["range"]["start"], json!({"line": 0, "character": 9}), "{found:?}");
    client.write(".cfnvet.yaml", "exclude: ['a.yaml']\n");
    client.notify("workspace/didChangeWatchedFiles", json!({"changes": [{"uri": uri, "type": 2}]}));
    assert!(client.diagnostics_of(&uri, None).is_empty());
    client.change("a.yaml", 3, DUPLICATE);
    assert!(client.diagnostics("a.yaml", 3).is_empty());
    assert!(client.end());
}

#[test]
fn each_folder_has_its_config() {
    let files = [("one/.cfnvet.yaml", "ignore: [E0000]\n"), ("one/a.yaml", DUPLICATE), ("two/a.yaml", DUPLICATE)];
    let mut client = Client::silent(&files);
    let folders: Vec<Value> = ["one", "two"].iter().map(|name| json!({"uri": client.uri(name), "name": name})).collect();
    client.request("initialize", json!({"capabilities": {}, "workspaceFolders": folders})).unwrap();
    client.notify("initialized", json!({}));
    client.open("one/a.yaml", DUPLICATE);
    client.open("two/a.yaml", DUPLICATE);
    assert!(client.diagnostics("one/a.yaml", 1).is_empty());
    assert_eq!(client.diagnostics("two/a.yaml", 1).len(), 1);
    assert!(client.end());
}

#[test]
fn what_is_wrong_with_the_config_of_one_folder_stays_while_another_is_analysed() {
    let files = [("one/.cfnvet.yaml", "ignore: [NONSENSE1]\n"), ("one/a.yaml", DUPLICATE), ("two/a.yaml", DUPLICATE)];
    let mut client = Client::silent(&files);
    let folders: Vec<Value> = ["one", "two"].iter().map(|name| json!({"uri": client.uri(name), "name": name})).collect();
    client.request("initialize", json!({"capabilities": {}, "workspaceFolders": folders})).unwrap();
    client.notify("initialized", json!({}));
    client.open("one/a.yaml", DUPLICATE);
    let config = client.uri("one/.cfnvet.yaml");
    assert_eq!(client.diagnostics_of(&config, None).len(), 1);
    client.open("two/a.yaml", DUPLICATE);
    client.diagnostics("two/a.yaml", 1);
    client.change("two/a.yaml", 2, DUPLICATE);
    client.diagnostics("two/a.yaml", 2);
    assert!(!client.has_published(&config), "it is neither taken away nor sent again");
    assert!(client.end());
}

#[test]
fn texts_that_are_huge_or_damaged_are_answered() {
    let mut client = Client::new(&[]);
    let mut text = String::from("Resources:\n");
    for number in 0..400_000 {
        let _ = writeln!(text, "  B{number}: {{Type: 'AWS::S3::Bucket'}}");
    }
    client.open("huge.yaml", &text);
    assert_eq!(client.diagnostics("huge.yaml", 1).len(), 1, "it is too large, and that is said");
    client.open("zeros.yaml", "Resources:\n  A\u{0}: {Type: AWS::S3::Bucket}\n\u{feff}");
    client.diagnostics("zeros.yaml", 1);
    client.open("empty.yaml", "");
    assert!(client.diagnostics("empty.yaml", 1).is_empty());
    assert!(client.end());
}
