//! `cfnvet check` on templates with findings.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::support::{read, root};

const INCIDENT: &str = "fixtures/incident/exec-with-provider.yaml";
const CONDITIONAL: &str = "fixtures/shapes/conditional.yaml";

struct Run {
    status: i32,
    out: String,
    err: String,
}

fn run_in(folder: &Path, arguments: &[&str], input: &str) -> Run {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cfnvet"));
    command.arg("check").args(arguments).current_dir(folder).env_remove("NO_COLOR");
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("the binary starts");
    let _ = child.stdin.take().expect("it is piped").write_all(input.as_bytes());
    let output = child.wait_with_output().expect("it ends");
    let text = |bytes| String::from_utf8(bytes).expect("it prints UTF-8");
    Run { status: output.status.code().expect("no signal"), out: text(output.stdout), err: text(output.stderr) }
}

fn run(arguments: &[&str]) -> Run {
    run_in(root(), arguments, "")
}

/// The findings of a run, as JSON.
fn findings(arguments: &[&str]) -> Vec<Value> {
    let run = run(&[&["--output-format", "json"], arguments].concat());
    let document: Value = serde_json::from_str(&run.out).expect("it prints JSON");
    document["diagnostics"].as_array().expect("it is a list").clone()
}

fn codes(arguments: &[&str]) -> Vec<String> {
    findings(arguments).iter().map(|finding| finding["code"].as_str().expect("it is a text").to_owned()).collect()
}

#[test]
fn the_exit_status_says_whether_there_are_findings() {
    // Launch configurations are of the past, which is a warning.
    assert_eq!(run(&["fixtures/incident/as-deployed.yaml", "--ignore", "W3697"]).status, 0);
    assert_eq!(run(&[INCIDENT]).status, 1);
    assert_eq!(run(&[CONDITIONAL]).status, 1);
}

#[test]
fn the_exit_status_of_findings_depends_on_fail_on() {
    // Of severity warning.
    assert_eq!(run(&["--fail-on", "error", CONDITIONAL]).status, 0);
    assert_eq!(run(&["--fail-on", "warning", CONDITIONAL]).status, 1);
    assert_eq!(run(&["--fail-on", "info", CONDITIONAL]).status, 1);
    // Of severity error.
    assert_eq!(run(&["--fail-on", "error", INCIDENT]).status, 1);
    // Below the level, the finding is still shown.
    assert!(run(&["--fail-on", "error", CONDITIONAL]).out.contains("ECS101"));
}

#[test]
fn a_run_that_could_not_do_its_work_exits_with_2_even_where_there_are_findings() {
    let run = run(&[INCIDENT, "fixtures/no-such-file.yaml"]);
    assert_eq!(run.status, 2);
    assert!(run.out.contains("ECS101"), "the other file is checked");
    assert!(run.err.contains("fixtures/no-such-file.yaml"), "{}", run.err);
}

#[test]
fn a_template_that_cannot_be_read_is_a_finding_and_not_a_run_that_failed() {
    let run = run(&["fixtures/broken/utf-16.yaml"]);
    assert_eq!((run.status, run.err.as_str()), (1, ""));
}

#[test]
fn rules_are_selected_and_ignored_by_code_name_prefix_and_all() {
    let broken = "fixtures/broken/half-key.yaml";
    assert_eq!(codes(&["--ignore", "ECS2", broken]), ["ECS101", "E0000"]);
    assert_eq!(codes(&["--select", "ECS101", broken]), ["ECS101"]);
    assert_eq!(codes(&["--select", "exec-on-asg-capacity-provider", broken]), ["ECS101"]);
    assert_eq!(codes(&["--select", "ECS1", broken]), ["ECS101"]);
    assert_eq!(codes(&["--ignore", "ECS", broken]), ["E0000"]);
    assert_eq!(codes(&["--ignore", "syntax-error,ECS2", broken]), ["ECS101"]);
    assert_eq!(codes(&["--ignore", "ALL", "--select", "E0000", broken]), ["E0000"]);
    assert_eq!(codes(&["--ignore", "ALL", broken]), [""; 0]);
}

#[test]
fn findings_below_severity_are_neither_shown_nor_counted() {
    assert_eq!(codes(&["--severity", "error", CONDITIONAL]), [""; 0]);
    assert_eq!(run(&["--severity", "error", CONDITIONAL]).status, 0);
    assert_eq!(codes(&["--severity", "error", INCIDENT]), ["ECS101"]);
}

#[test]
fn a_finding_in_json_has_every_field_of_the_contract() {
    let found = findings(&["--select", "ECS101", INCIDENT]);
    let [finding] = found.as_slice() else { panic!("one finding, not {found:#?}") };
    let text = read(INCIDENT);

    let mut keys: Vec<&str> = finding.as_object().expect("it is an object").keys().map(String::as_str).collect();
    keys.sort_unstable();
    assert_eq!(
        keys,
        [
            "certainty",
            "code",
            "echo_of",
            "file",
            "fix",
            "help",
            "label",
            "labels",
            "logical_id",
            "message",
            "name",
            "notes",
            "severity",
            "span",
            "stack_path",
            "template_path",
            "url",
            "when",
        ]
    );
    for (key, value) in [
        ("code", json!("ECS101")),
        ("name", json!("exec-on-asg-capacity-provider")),
        ("severity", json!("error")),
        ("certainty", json!("definite")),
        ("file", json!(INCIDENT)),
        ("template_path", json!(["Resources", "Tickets", "Properties", "EnableExecuteCommand"])),
        ("logical_id", json!("Tickets")),
        ("stack_path", json!([])),
        ("when", Value::Null),
        ("echo_of", Value::Null),
    ] {
        assert_eq!(finding[key], value, "{key}");
    }
    assert!(finding["message"].as_str().is_some_and(|message| message.contains("`Tickets`")));
    assert!(finding["help"].is_string());
    assert!(finding["notes"].as_array().is_some_and(|notes| notes.iter().all(Value::is_string) && !notes.is_empty()));
    assert!(finding["url"].is_null() || finding["url"].is_string());
    assert_eq!(spanned(&text, &finding["span"]), "EnableExecuteCommand: true");

    let labels = finding["labels"].as_array().expect("it is a list");
    let labelled: Vec<&str> = labels.iter().map(|label| spanned(&text, &label["span"])).collect();
    assert!(labelled.contains(&"MaxSize: \"1\""), "{labelled:?}");
    assert!(labels.iter().all(|label| label["file"] == INCIDENT && label["message"].is_string()));

    let fix = &finding["fix"];
    assert_eq!((&fix["safety"], fix["title"].is_string()), (&json!("unsafe"), true));
    let edits = fix["edits"].as_array().expect("it is a list");
    assert_eq!(edits.len(), 1);
    assert_eq!((&edits[0]["file"], &edits[0]["replacement"]), (&json!(INCIDENT), &json!("false")));
    assert_eq!(spanned(&text, &edits[0]["span"]), "true");
}

/// The text of a span, whose lines, columns and offsets are compared with each other.
fn spanned<'t>(text: &'t str, span: &Value) -> &'t str {
    let offset = |end: &str| {
        let point = &span[end];
        let number = |key: &str| usize::try_from(point[key].as_u64().expect("it is a number")).expect("it fits");
        let start: usize = text.split_inclusive('\n').take(number("line") - 1).map(str::len).sum();
        let line = &text[start..];
        let column = line.char_indices().nth(number("column") - 1).map_or(line.len(), |(index, _)| index);
        assert_eq!(start + column, number("offset"), "line and column say the same place as the offset");
        number("offset")
    };
    &text[offset("start")..offset("end")]
}

#[test]
fn the_document_around_the_findings_is_versioned() {
    let run = run(&["--output-format", "json", INCIDENT]);
    let document: Value = serde_json::from_str(&run.out).expect("it prints JSON");
    assert_eq!(document["version"], 1);
    assert_eq!(document["tool"], json!({"name": "cfnvet", "version": env!("CARGO_PKG_VERSION")}));
    assert_eq!((&document["files_checked"], &document["problems"]), (&json!(1), &json!([])));
}

#[test]
fn a_possible_finding_says_under_which_values() {
    let found = findings(&[CONDITIONAL]);
    assert_eq!(found[0]["certainty"], "possible");
    assert_eq!(
        found[0]["when"],
        json!({
            "conditions": {"InProduction": false, "OnGroup": true},
            "parameters": {"Compute": "group", "Stage": "test"},
            "order": [],
            "with_defaults": false
        })
    );
}

#[test]
fn columns_count_characters_and_offsets_bytes() {
    let path = "fixtures/shapes/japanese-crlf.yaml";
    let found = findings(&[path]);
    let text = read(path);
    let found = found.iter().find(|finding| finding["code"] == "ECS101").expect("the hazard is found");
    assert_eq!(spanned(&text, &found["span"]), r#"EnableExecuteCommand: "true""#);
    for label in found["labels"].as_array().expect("it is a list") {
        assert!(!spanned(&text, &label["span"]).is_empty());
    }
}

#[test]
fn a_parameter_value_decides_what_was_possible() {
    let on = ["--parameter", "Stage=staging", "--parameter", "Compute=group", CONDITIONAL];
    let on = [&["--select", "ECS"], &on[..]].concat();
    assert_eq!(findings(&on).iter().map(|finding| &finding["certainty"]).collect::<Vec<_>>(), ["definite"]);
    assert_eq!(codes(&["--parameter", "Stage=production", CONDITIONAL]), [""; 0]);
    assert_eq!(codes(&["--parameter", "Compute=fargate", CONDITIONAL]), [""; 0]);
}

#[test]
fn a_region_decides_what_was_possible() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let text = read("fixtures/shapes/byte-order-mark.yaml")
        .replace("EnableExecuteCommand: true", "EnableExecuteCommand: !Equals [!Ref AWS::Region, eu-north-1]");
    // A condition function is no value; a condition of its own is.
    let text = text
        .replace("!Equals [!Ref AWS::Region, eu-north-1]", "!If [InTheNorth, true, false]")
        .replace("Resources:\n", "Conditions:\n  InTheNorth: !Equals [!Ref AWS::Region, eu-north-1]\nResources:\n");
    fs::write(folder.path().join("template.yaml"), text).expect("a file can be written");
    let certainty = |arguments: &[&str]| -> Vec<String> {
        let run =
            run_in(folder.path(), &[&["--output-format", "json", "--select", "ECS101", "template.yaml"], arguments].concat(), "");
        let document: Value = serde_json::from_str(&run.out).expect("it prints JSON");
        let found = document["diagnostics"].as_array().expect("it is a list");
        found.iter().map(|finding| finding["certainty"].as_str().expect("it is a text").to_owned()).collect()
    };
    assert_eq!(certainty(&[]), ["possible"]);
    assert_eq!(certainty(&["--region", "eu-north-1"]), ["definite"]);
    assert_eq!(certainty(&["--region", "eu-west-1"]), [""; 0]);
    assert_eq!(certainty(&["--region", "eu-west-1", "--region", "eu-north-1"]), ["possible"]);
}

#[test]
fn standard_input_has_the_name_it_is_given() {
    let text = read(INCIDENT);
    let arguments = ["-", "--stdin-filename", "stacks/tickets.yaml", "--select", "ECS101", "--output-format", "concise"];
    let run = run_in(root(), &arguments, &text);
    assert_eq!(run.status, 1);
    assert!(run.out.starts_with("stacks/tickets.yaml:191:7: error ECS101 "), "{}", run.out);
}

#[test]
fn two_runs_and_any_number_of_threads_print_the_same_bytes() {
    for format in ["json", "concise", "full"] {
        let print = |jobs: &str| {
            let out = run(&["--output-format", format, "--severity", "info", "--jobs", jobs, "fixtures"]).out;
            // The time is in the last line of the formats for people.
            let (findings, summary) = out.trim_end().rsplit_once('\n').expect("there are lines");
            (findings.to_owned(), summary.rsplit_once(" in ").map_or(summary, |(counts, _)| counts).to_owned())
        };
        let first = print("1");
        assert!(first.0.contains("ECS101"));
        assert_eq!(first, print("1"), "{format}");
        assert_eq!(first, print("4"), "{format}");
    }
}

#[test]
fn a_folder_is_searched_and_its_findings_are_sorted_by_file_and_line() {
    let found = findings(&["fixtures/incident", "fixtures/shapes"]);
    let places: Vec<(String, u64)> = found
        .iter()
        .map(|finding| {
            let line = finding["span"]["start"]["line"].as_u64().expect("it is a number");
            (finding["file"].as_str().expect("it is a text").to_owned(), line)
        })
        .collect();
    assert!(places.is_sorted(), "{places:?}");
    for expected in ["fixtures/incident/exec-with-provider.json", INCIDENT, CONDITIONAL, "fixtures/shapes/cdk.json"] {
        assert!(places.iter().any(|(file, _)| file == expected), "{expected} is missing in {places:?}");
    }
}

#[test]
fn an_import_finds_the_export_of_a_template_given_with_it() {
    let (service, capacity) = ("fixtures/linked/service.yaml", "fixtures/linked/capacity.yaml");
    let certainties = |arguments: &[&str]| -> Vec<String> {
        let found = findings(&[&["--severity", "info", "--select", "ECS101"], arguments].concat());
        found.iter().map(|finding| finding["certainty"].as_str().expect("it is a text").to_owned()).collect()
    };
    assert_eq!(certainties(&[service]), ["unknown"]);
    assert_eq!(certainties(&[service, capacity]), ["definite"]);
    assert_eq!(certainties(&[capacity, service]), ["definite"]);
    assert_eq!(certainties(&["--no-workspace", service, capacity]), ["unknown"]);
}

#[test]
fn the_default_strategy_that_a_third_stack_gives_a_cluster_counts() {
    let judged = |files: &[&str]| -> Vec<String> {
        let files: Vec<String> = files.iter().map(|file| format!("fixtures/association/{file}.yaml")).collect();
        let mut arguments = vec!["--severity", "info", "--select", "ECS101,ECS204,ECS205,ECS218"];
        arguments.extend(files.iter().map(String::as_str));
        let word = |value: &Value| value.as_str().expect("it is a text").to_owned();
        let found = findings(&arguments);
        found
            .iter()
            .map(|finding| format!("{} {} {}", word(&finding["code"]), word(&finding["certainty"]), finding["when"]))
            .collect()
    };
    // Nothing says whether the association or the service is there first.
    let order = r#""order":["`Attach` is created before `Cheese`"]"#;
    let possible = |findings: &[String], parameters: &str| {
        let [finding] = findings else { panic!("one finding, not {findings:#?}") };
        assert!(finding.starts_with("ECS101 possible") && finding.contains(order) && finding.contains(parameters), "{finding}");
    };
    assert_eq!(judged(&["service", "cluster"]), [] as [String; 0]);
    possible(&judged(&["service", "association", "cluster"]), "");
    possible(&judged(&["cluster", "association", "service"]), "");
    assert_eq!(judged(&["service-after", "association", "cluster"]), ["ECS101 definite null"]);
    // The association names the cluster, and is there under a condition.
    possible(&judged(&["service", "association-if-attached", "cluster"]), r#""Attached":"yes""#);
    // The service names it, and the association, or its parent, imports it.
    possible(&judged(&["service-by-name", "association", "cluster"]), "");
    possible(&judged(&["service-by-name", "association-nested", "cluster"]), "");
    possible(&judged(&["service", "association-nested", "association-child", "cluster"]), "");
    // Nobody declares the cluster; both call it by its name, and its provider is not to be known.
    let [unknown] = &judged(&["service-by-name", "association-if-attached"])[..] else { panic!("one finding") };
    assert!(unknown.starts_with("ECS101 unknown"), "{unknown}");
}

#[test]
fn values_with_which_a_lookup_fails_are_no_deployment() {
    // The one stage without ECS Exec has no entry in the mapping, so that no stack of it can be made.
    let (template, folder) = (LOOKUP, tempfile::tempdir().expect("a temporary folder can be made"));
    let certainties = |template: &str| -> Vec<String> {
        fs::write(folder.path().join("lookup.yaml"), template).expect("a file can be written");
        let run = run_in(folder.path(), &["lookup.yaml", "--select", "ECS101", "--output-format", "json"], "");
        let document: Value = serde_json::from_str(&run.out).expect("it prints JSON");
        let found = document["diagnostics"].as_array().expect("it is a list").iter();
        found.map(|finding| finding["certainty"].as_str().unwrap_or_default().to_owned()).collect()
    };
    assert_eq!(certainties(template), ["definite"]);
    assert_eq!(certainties(&template.replace("    prod:", "    demo: {Least: \"0\"}\n    prod:")), ["possible"]);
    // A lookup of another parameter says nothing about this one.
    assert_eq!(certainties(&template.replace("!Ref Stage, Least", "!Ref Other, Least")), ["possible"]);
}

const LOOKUP: &str = r#"
Parameters:
  Stage: {Type: String, AllowedValues: [test, prod, demo]}
  Other: {Type: String, AllowedValues: [test, prod, demo]}
Mappings:
  Sizes:
    test: {Least: "0"}
    prod: {Least: "1"}
Conditions:
  IsDemo: !Equals [!Ref Stage, demo]
Resources:
  Group:
    Type: AWS::AutoScaling::AutoScalingGroup
    Properties: {MinSize: !FindInMap [Sizes, !Ref Stage, Least], MaxSize: "4"}
  Pool:
    Type: AWS::ECS::CapacityProvider
    Properties: {AutoScalingGroupProvider: {AutoScalingGroupArn: !Ref Group, ManagedScaling: {Status: ENABLED}}}
  Api:
    Type: AWS::ECS::Service
    Properties:
      EnableExecuteCommand: !If [IsDemo, false, true]
      CapacityProviderStrategy: [{CapacityProvider: !Ref Pool, Weight: 1}]
"#;

#[test]
fn a_nested_template_is_judged_as_each_parent_deploys_it() {
    // Of the two stacks made of the child, one has ECS Exec on. The child is found through the parent alone, too.
    for arguments in [&["fixtures/linked/parent.yaml"][..], &["fixtures/linked/parent.yaml", "fixtures/linked/child.yaml"]] {
        let found = findings(&[&["--severity", "info", "--select", "ECS101"], arguments].concat());
        let [finding] = found.as_slice() else { panic!("one finding, not {found:#?}") };
        assert_eq!((&finding["file"], &finding["certainty"]), (&json!("fixtures/linked/child.yaml"), &json!("definite")));
        assert_eq!(finding["stack_path"], json!(["Trial"]));
    }
}

#[test]
fn files_that_are_no_templates_are_skipped_only_when_asked() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    fs::write(folder.path().join("notes.yaml"), "shopping:\n  - bread\n  - [tea\n").expect("a file can be written");
    fs::write(folder.path().join("tickets.yaml"), read(INCIDENT)).expect("a file can be written");
    let checked = |arguments: &[&str]| {
        let paths = ["notes.yaml", "tickets.yaml", "--select", "E0000,ECS101", "--output-format", "json"];
        let run = run_in(folder.path(), &[&paths, arguments].concat(), "");
        let document: Value = serde_json::from_str(&run.out).expect("it prints JSON");
        let codes = document["diagnostics"].as_array().expect("it is a list").iter();
        let codes: Vec<String> = codes.map(|finding| finding["code"].as_str().unwrap_or_default().to_owned()).collect();
        (document["files_checked"].as_u64(), codes)
    };
    assert_eq!(checked(&[]), (Some(2), vec!["E0000".to_owned(), "ECS101".to_owned()]));
    assert_eq!(checked(&["--only-templates"]), (Some(1), vec!["ECS101".to_owned()]));
}
