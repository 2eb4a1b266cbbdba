//! What is written inside a template to keep findings back, and the baseline.

use std::path::Path;
use std::process::Command;

use cfnvet::config::{Settings, parse_cfnlintrc};

use crate::support::{check, check_together, fixed, line, only};

/// A rule whose finding needs nothing but a service.
const RULE: &str = "ECS406";

fn service(name: &str) -> String {
    format!("  {name}:\n    Type: AWS::ECS::Service\n    Properties:\n      TaskDefinition: task\n      DesiredCount: 2\n")
}

fn found(text: &str) -> Vec<(String, u32)> {
    let settings = only(&[RULE, "SUP"]);
    check("t.yaml", text, &settings).iter().map(|finding| (finding.code.to_string(), line(finding))).collect()
}

fn codes(text: &str) -> Vec<String> {
    found(text).into_iter().map(|(code, _)| code).collect()
}

fn template(before: &str) -> String {
    format!("Resources:\n{before}{}", service("Api"))
}

#[test]
fn the_template_of_these_tests_has_one_finding() {
    assert_eq!(codes(&template("")), [RULE]);
}

#[test]
fn a_comment_on_the_line_above_the_line_and_on_the_key_around_it_suppresses() {
    let at = found(&template(""))[0].1 as usize;
    let comment = "# cfnvet: ignore[ECS406] restarted by hand";
    for line in [at, 2, 1] {
        let mut lines: Vec<String> = template("").lines().map(str::to_owned).collect();
        lines[line - 1] = format!("{}  {comment}", lines[line - 1]);
        assert_eq!(codes(&(lines.join("\n") + "\n")), [""; 0], "at the end of line {line}");
        let mut lines: Vec<String> = template("").lines().map(str::to_owned).collect();
        lines.insert(line - 1, format!("    {comment}"));
        assert_eq!(codes(&(lines.join("\r\n") + "\r\n")), [""; 0], "above line {line}");
    }
}

#[test]
fn a_comment_above_the_first_resource_does_not_reach_the_second() {
    let text = format!("{}{}", template("  # cfnvet: ignore[ECS406]\n"), service("Web"));
    assert_eq!(codes(&text), [RULE]);
    assert!(found(&text)[0].1 > 7);
}

#[test]
fn names_beginnings_of_codes_and_the_whole_file_are_understood_in_any_case() {
    for list in ["missing-circuit-breaker", "ecs406", "ECS4", "ECS101,ECS406", "ALL"] {
        let text = template(&format!("# x\n# cfnvet: ignore-file[{list}]\n"));
        assert!(!codes(&text).contains(&RULE.to_owned()), "{list}");
    }
}

#[test]
fn what_looks_like_a_comment_in_a_text_is_none() {
    let text = format!(
        "Description: |\n  # cfnvet: ignore-file[ECS406]\nMetadata:\n  Note: '# cfnvet: ignore-file[ECS406]'\n{}",
        template("")
    );
    assert_eq!(codes(&text), [RULE]);
}

#[test]
fn sentences_about_cfnvet_are_no_directives() {
    for comment in
        ["# cfnvet ignores this", "# checked by cfnvet", "# cfnvet", "# see cfnvet: ignore", "# cfnvetted", "# cfnvet-x: y"]
    {
        assert_eq!(codes(&template(&format!("  {comment}\n"))), [RULE], "{comment}");
    }
}

#[test]
fn the_metadata_of_a_resource_and_of_the_template_suppresses() {
    for ignore in ["ECS406", "[ECS406]", "{ECS406: by hand}", "[{rule: ECS406, reason: by hand}]"] {
        let metadata = format!("Metadata: {{cfnvet: {{ignore: {ignore}}}}}\n");
        assert_eq!(codes(&format!("{metadata}{}", template(""))), [""; 0], "{ignore}");
        assert_eq!(codes(&format!("{}    {metadata}{}", template(""), service("Web"))), [RULE], "{ignore}");
    }
}

#[test]
fn the_metadata_of_cfn_lint_suppresses_and_is_never_unused_or_unknown() {
    let metadata = "Metadata: {cfn-lint: {config: {ignore_checks: [ECS406, E3012, W9]}}}\n";
    assert_eq!(codes(&format!("{metadata}{}", template(""))), [""; 0]);
    assert_eq!(codes(&format!("{}    {metadata}{}", template(""), service("Web"))), [RULE]);
}

#[test]
fn metadata_of_any_shape_is_read() {
    for value in [
        "",
        "x",
        "[]",
        "{cfnvet: }",
        "{cfnvet: []}",
        "{cfnvet: {ignore: [[], {}]}}",
        "{cfn-lint: x}",
        "{cfn-lint: {config: []}}",
        "{cfn-lint: {config: {ignore_checks: {}}}}",
        "{cfnvet: {ingore: [ECS406]}}",
        "&a {cfnvet: *a}",
    ] {
        let text = format!("Metadata: {value}\n{}    Metadata: {value}\n", template(""));
        let expected = if value.contains("cfnvet") { 1 } else { 0 };
        let codes = codes(&text);
        assert!(codes.contains(&RULE.to_owned()), "{value}: {codes:?}");
        assert!(codes.iter().filter(|code| *code == "SUP103").count() >= expected, "{value}: {codes:?}");
    }
}

#[test]
fn mandatory_checks_win_over_what_a_template_suppresses() {
    let mut settings: Settings = parse_cfnlintrc("mandatory_checks: [ECS4]\n", Settings::default()).settings;
    settings.severity = cfnvet::diagnostic::Severity::Info;
    let found = check("t.yaml", template("  # cfnvet: ignore[ECS406]\n"), &settings);
    assert!(found.iter().any(|finding| finding.code == RULE));
}

#[test]
fn what_is_unused_is_judged_only_for_rules_that_ran() {
    let text = template("  # cfnvet: ignore[ECS406, ECS407]\n");
    assert_eq!(codes(&text), [""; 0], "ECS407 is not selected");
    let found = check("t.yaml", text.as_str(), &only(&["ECS", "SUP"]));
    assert_eq!(found.iter().filter(|finding| finding.code == "SUP101").count(), 1);
    let text = fixed(&text, &found.into_iter().filter(|finding| finding.code == "SUP101").collect::<Vec<_>>());
    assert!(text.contains("  # cfnvet: ignore[ECS406]\n"), "{text}");
}

#[test]
fn a_suppression_below_the_level_asked_for_is_not_unused() {
    let found = check("t.yaml", template("  # cfnvet: ignore[ECS406]\n"), &Settings::default());
    assert!(found.iter().all(|finding| finding.code != "SUP101"), "{found:?}");
}

#[test]
fn the_findings_about_suppressions_can_be_suppressed() {
    assert_eq!(codes(&template("# cfnvet: ignore-file[SUP]\n  # cfnvet: ignore[no-such-rule, ECS406]\n")), [""; 0]);
}

#[test]
fn a_finding_in_a_nested_template_is_suppressed_there() {
    let child = format!("Resources:\n  # cfnvet: ignore[ECS406]\n{}", service("Api"));
    let parent = "Resources:\n  Child:\n    Type: AWS::CloudFormation::Stack\n    Properties: {TemplateURL: child.yaml}\n";
    let found = check_together(&[("parent.yaml", parent.as_bytes()), ("child.yaml", child.as_bytes())], &only(&[RULE, "SUP"]));
    assert!(found.is_empty(), "{found:?}");
}

/// A run of `cfnvet check` in a folder: its exit status, and all it prints.
fn run(folder: &Path, arguments: &[&str]) -> (Option<i32>, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cfnvet"));
    command.args(["check", "--output-format", "concise", "--severity", "info"]).args(arguments).current_dir(folder);
    let output = command.output().expect("the binary runs");
    let text = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8(text).expect("it prints UTF-8"))
}

fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    for (name, text) in files {
        std::fs::write(folder.path().join(name), text).expect("it can be written");
    }
    folder
}

#[test]
fn add_ignores_leaves_no_finding_and_changes_nothing_more_the_second_time() {
    let json = r#"{
  "Resources": {
    "Api": {
      "Type": "AWS::ECS::Service",
      "Properties": {"TaskDefinition": "task", "DesiredCount": 2}
    },
    "Gate": {
      "Type": "AWS::ECS::TaskDefinition",
      "Properties": {"ContainerDefinitions": [
        {"Name": "web", "Image": "web"},
        {"Name": "log", "Image": "log"}
      ]}
    },
    "Exec": {
      "Type": "AWS::ECS::Service",
      "Properties": {"TaskDefinition": {"Ref": "Gate"}, "EnableExecuteCommand": true}
    }
  }
}
"#;
    let flow = "Resources:\n  Api: {Type: AWS::ECS::Service, Properties: {TaskDefinition: task, DesiredCount: 2}}\n";
    let two = template("") + &service("Web").replace("DesiredCount: 2", "DesiredCount: 2\n      # cfnvet: ignore[ECS407]");
    let files = [("a.yaml", two.as_str()), ("b.json", json), ("c.yaml", flow), ("d.yaml", &template("").replace('\n', "\r\n"))];
    let folder = folder(&files);
    // Two findings of `ECS113` in one resource take one entry.
    let arguments = ["--select", "ECS4,ECS113", "--add-ignores", "known \"for\" long", "."];
    let (status, text) = run(folder.path(), &arguments);
    assert_eq!(status, Some(0), "{text}");
    assert!(text.contains("no findings; "), "{text}");
    let read = || files.map(|(name, _)| std::fs::read_to_string(folder.path().join(name)).expect("it is there"));
    let once = read();
    let (status, text) = run(folder.path(), &arguments);
    assert_eq!(status, Some(0), "{text}");
    assert_eq!(once, read());
    assert!(once[0].contains("  # cfnvet: ignore[ECS4"), "{}", once[0]);
    assert_eq!(once[1].matches("ECS113").count(), 1, "{}", once[1]);
    assert!(!once[3].replace("\r\n", "").contains('\n'), "{:?}", once[3]);
    let (_, text) = run(folder.path(), &["--select", "ECS4,ECS113,SUP101", "b.json", "c.yaml", "d.yaml"]);
    assert!(text.contains("no findings"), "{text}");
}

#[test]
fn a_baseline_hides_what_it_holds_after_lines_have_moved_and_says_what_is_gone() {
    let folder = folder(&[("a.yaml", &template("")), ("b.yaml", &template(""))]);
    let select = ["--select", RULE];
    let fail = ["--fail-on", "info"];
    assert_eq!(run(folder.path(), &[&select[..], &fail, &["."]].concat()).0, Some(1));
    let (status, text) = run(folder.path(), &[&select[..], &fail, &["--write-baseline", "base.json", "."]].concat());
    assert_eq!(status, Some(0), "{text}");
    let written = std::fs::read_to_string(folder.path().join("base.json")).expect("it is written");
    assert_eq!(written.lines().count(), 4, "{written}");
    std::fs::write(folder.path().join("a.yaml"), format!("# one\n# more\n{}{}", template(""), service("Web")))
        .expect("it is written");
    std::fs::write(folder.path().join(".cfnvet.yaml"), "baseline: base.json\n").expect("it is written");
    let (status, text) = run(folder.path(), &[&select[..], &fail, &["."]].concat());
    assert_eq!(status, Some(1), "{text}");
    assert!(text.contains("1 info; 2 findings in the baseline not shown"), "{text}");
    std::fs::write(folder.path().join("b.yaml"), "Resources: {}\n").expect("it is written");
    let (_, text) = run(folder.path(), &[&select[..], &["--isolated", "--baseline", "base.json", "a.yaml", "b.yaml"]].concat());
    assert!(text.contains("base.json: 1 entry no longer occurs"), "{text}");
    let (_, text) = run(folder.path(), &[&select[..], &["--isolated", "--baseline", "base.json", "a.yaml"]].concat());
    assert!(!text.contains("no longer"), "only files that were checked are judged: {text}");
}

#[test]
fn a_file_that_is_no_baseline_is_refused_with_its_place() {
    let folder = folder(&[
        ("a.yaml", &template("")),
        ("bad.json", "{\"version\":1,\n\"findings\":[x]}"),
        ("new.json", "{\"version\":9,\"findings\":[]}"),
    ]);
    let (status, text) = run(folder.path(), &["--baseline", "bad.json", "a.yaml"]);
    assert_eq!(status, Some(2));
    assert!(text.contains("bad.json:2:13: "), "{text}");
    assert_eq!(run(folder.path(), &["--baseline", "new.json", "a.yaml"]).0, Some(2));
    assert_eq!(run(folder.path(), &["--baseline", "none.json", "a.yaml"]).0, Some(2));
    assert_eq!(run(folder.path(), &["--write-baseline", "a.yaml", "a.yaml"]).0, Some(2), "a template is no baseline");
}

#[test]
fn the_fix_of_an_unknown_rule_takes_it_away_and_leaves_the_others() {
    let settings = only(&[RULE, "SUP102"]);
    let after = |before: &str| {
        let found = check("t.yaml", before, &settings);
        fixed(before, &found.into_iter().filter(|finding| finding.code == "SUP102").collect::<Vec<_>>())
    };
    let comment = |list: &str| template(&format!("  # cfnvet: ignore[{list}] by hand\n"));
    assert_eq!(after(&comment("ECS406, ECS4O6")), comment("ECS406"));
    assert_eq!(after(&comment("nothing-like-it")), template(""));
    let metadata = |list: &str| format!("Metadata:\n  cfnvet:\n    ignore:\n{list}{}", template(""));
    assert_eq!(after(&metadata("      - ECS406\n      - ECS4O6\n")), metadata("      - ECS406\n"));
    assert_eq!(after(&metadata("      ECS4O6: by hand\n      ECS406: x\n")), metadata("      ECS406: x\n"));
}

#[test]
fn the_fix_of_a_malformed_suppression_makes_it_one_or_takes_it_away() {
    let settings = only(&[RULE, "SUP103"]);
    for (before, after) in [
        ("  # cfnvet: ignore[] x\n", ""),
        ("  # cfnvet: ignore\n", ""),
        ("  # cfnvet: ignore(ECS406) by hand\n", "  # cfnvet: ignore[ECS406] by hand\n"),
        ("  # cfnvet ignore[ECS406] by hand\n", "  # cfnvet: ignore[ECS406] by hand\n"),
        ("  # cfnvet: ignore ECS406\n", "  # cfnvet: ignore[ECS406]\n"),
    ] {
        let found: Vec<_> = check("t.yaml", template(before), &settings).into_iter().filter(|one| one.code == "SUP103").collect();
        assert_eq!(found.len(), 1, "{before}");
        assert_eq!(fixed(&template(before), &found), template(after), "{before}");
        let again = check("t.yaml", template(after), &settings);
        assert!(again.iter().all(|finding| finding.code != "SUP103"), "{after}");
    }
}

#[test]
fn what_a_parent_may_bring_is_not_judged_unused() {
    let unused = |head: &str| {
        let text = format!("{head}{}", template("  # cfnvet: ignore[ECS101]\n"));
        check("t.yaml", text, &only(&["ECS", "SUP101"])).iter().filter(|finding| finding.code == "SUP101").count()
    };
    assert_eq!(unused(""), 1);
    assert_eq!(unused("Parameters:\n  Stage: {Type: String, AllowedValues: [a, b]}\n"), 1, "every value was tried");
    assert_eq!(unused("Parameters:\n  Provider: {Type: String, Default: FARGATE}\n"), 0);
    assert_eq!(unused("Description: has an !ImportValue\n"), 0);
}

#[test]
fn a_reason_in_metadata_is_what_was_given() {
    let json = "{\"Resources\": {\"Api\": {\"Type\": \"AWS::ECS::Service\", \"Properties\": {\"TaskDefinition\": \"t\", \"DesiredCount\": 2}}}}\n";
    let flow = "Resources: {Api: {Type: AWS::ECS::Service, Properties: {TaskDefinition: task, DesiredCount: 2}}}\n";
    for reason in ["it's: \"so\" \\ # {a} [b], *c &d !e %f @g `h`", "確認済み 🚋", "x: y - z", "null", "'", "C:\\temp\\n"] {
        let folder = folder(&[("a.json", json), ("b.yaml", flow)]);
        let (status, text) = run(folder.path(), &["--select", RULE, "--add-ignores", reason, "."]);
        assert_eq!(status, Some(0), "{reason}: {text}");
        assert!(text.contains("no findings; 2 "), "{reason}: {text}");
        let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).expect("it is there");
        let json: serde_json::Value = serde_json::from_str(&read("a.json")).expect("it is JSON");
        assert_eq!(json["Resources"]["Api"]["Metadata"]["cfnvet"]["ignore"][RULE], reason);
        assert!(read("b.yaml").contains(RULE), "{}", read("b.yaml"));
    }
}

#[test]
fn ignores_cannot_be_added_to_standard_input() {
    let folder = folder(&[("a.yaml", &template(""))]);
    let (status, text) = run(folder.path(), &["--add-ignores", "x", "-", "a.yaml"]);
    assert_eq!((status, text.as_str()), (Some(2), "error: `--add-ignores` writes into files, and `-` is none\n"));
    assert_eq!(std::fs::read_to_string(folder.path().join("a.yaml")).expect("it is there"), template(""));
}

#[test]
fn a_baseline_of_a_thousand_findings_holds_them_all_when_lines_and_resources_move() {
    let name = |number: usize| format!("Api{number:04}");
    let forwards: String = (0..500).map(|number| service(&name(number))).collect();
    let backwards: String = (0..500).rev().map(|number| format!("\n  # moved\n{}", service(&name(number)))).collect();
    let (before, after) = (format!("Resources:\n{forwards}"), format!("# a head\nResources:\n{backwards}"));
    // Two files with the same text, so that every finding has a double.
    let folder = folder(&[("a.yaml", &before), ("b.yaml", &before)]);
    let check =
        |more: &[&str]| run(folder.path(), &[&["--select", RULE, "--fail-on", "info"], more, &["a.yaml", "b.yaml"]].concat());
    assert_eq!(check(&["--write-baseline", "base.json"]).0, Some(0));
    let written = std::fs::read_to_string(folder.path().join("base.json")).expect("it is written");
    assert_eq!(written.matches(RULE).count(), 1000);
    let all_known = |text: &(Option<i32>, String)| {
        assert_eq!(text.0, Some(0), "{}", text.1);
        assert!(text.1.contains("1000 findings in the baseline not shown") && !text.1.contains("no longer"), "{}", text.1);
    };
    all_known(&check(&["--baseline", "base.json"]));
    for file in ["a.yaml", "b.yaml"] {
        std::fs::write(folder.path().join(file), &after).expect("it is written");
    }
    all_known(&check(&["--baseline", "base.json"]));
    // The words of a message may change with a version.
    let mut reworded: serde_json::Value = serde_json::from_str(&written).expect("it is JSON");
    for entry in reworded["findings"].as_array_mut().expect("it is a list") {
        entry["message"] = "in other words".into();
    }
    std::fs::write(folder.path().join("reworded.json"), reworded.to_string()).expect("it is written");
    all_known(&check(&["--baseline", "reworded.json"]));
    // A resource under another name is another finding, and its old one is gone.
    std::fs::write(folder.path().join("b.yaml"), after.replace("Api0007", "Renamed")).expect("it is written");
    let (status, text) = check(&["--baseline", "base.json"]);
    assert_eq!(status, Some(1), "{text}");
    assert!(text.contains("999 findings in the baseline not shown") && text.contains("1 entry no longer occurs"), "{text}");
    // Written anew from the moved files, it is in the same order as before.
    std::fs::write(folder.path().join("b.yaml"), &after).expect("it is written");
    assert_eq!(check(&["--write-baseline", "new.json"]).0, Some(0));
    assert_eq!(std::fs::read_to_string(folder.path().join("new.json")).expect("it is written"), written);
}
