//! Where reports go: several at once, each to its place, and what is said about the run itself.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

use crate::support::root;

const INCIDENT: &str = "fixtures/incident/exec-with-provider.yaml";

fn run_in(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cfnvet"));
    command.args(arguments).current_dir(folder).env_remove("NO_COLOR").output().expect("the binary runs")
}

fn check(arguments: &[&str]) -> Output {
    run_in(root(), &[&["check", INCIDENT, "--select", "ECS"], arguments].concat())
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).expect("it is UTF-8")
}

#[test]
fn several_reports_are_written_each_to_its_place() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let path = |name: &str| folder.path().join(name);
    let to = |format: &str, name: &str| format!("{format}={}", path(name).display());
    // The folder is made; a `=` in the name is part of it.
    let (sarif, json) = (to("sarif", "new/deep/cfnvet.sarif"), to("json", "a=b.json"));
    let run = check(&["--output-format", &sarif, "--output-format", "concise", "--output-format", &json]);
    assert_eq!((run.status.code(), text(&run.stderr)), (Some(1), ""));
    assert!(text(&run.stdout).starts_with("fixtures/incident/exec-with-provider.yaml:191:7: error ECS101 "));
    let read = |name: &str| -> Value {
        serde_json::from_str(&fs::read_to_string(path(name)).expect("it was written")).expect("it is JSON")
    };
    assert_eq!(read("new/deep/cfnvet.sarif")["runs"][0]["results"][0]["ruleId"], "ECS101");
    assert_eq!(read("a=b.json")["diagnostics"][0]["code"], "ECS101");
    // Nothing but the reports is left in the folders.
    let names = |folder: &Path| fs::read_dir(folder).expect("it can be read").count();
    assert_eq!((names(folder.path()), names(&path("new/deep"))), (2, 1));

    let quiet = check(&["--output-format", &json]);
    assert_eq!((quiet.status.code(), text(&quiet.stdout)), (Some(1), ""));
}

#[test]
fn the_rules_in_sarif_are_those_of_the_tool() {
    let run = check(&["--output-format", "sarif"]);
    let report: Value = serde_json::from_slice(&run.stdout).expect("it is JSON");
    let rules = report["runs"][0]["tool"]["driver"]["rules"].as_array().expect("it is a list");
    let codes: Vec<&Value> = rules.iter().map(|rule| &rule["id"]).collect();
    assert_eq!(codes, ["ECS101"]);
    let page = cfnvet::rules::find("ECS101").expect("it is a rule").page;
    assert_eq!(rules[0]["help"]["markdown"], page);
}

#[test]
fn inspect_writes_every_format_too() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let sarif = format!("sarif={}", folder.path().join("out.sarif").display());
    let services = ["fixtures/deployed/services.json", "fixtures/deployed/events.json"];
    let arguments = ["inspect", services[0], services[1], "--output-format", &sarif, "--output-format", "github"];
    let run = run_in(root(), &arguments);
    assert!(text(&run.stdout).starts_with("::error file=fixtures/deployed/events.json,line=16,"), "{}", text(&run.stdout));
    let report = fs::read_to_string(folder.path().join("out.sarif")).expect("it was written");
    assert!(report.contains("ECS121"));
}

#[test]
fn outputs_that_cannot_be_had_together_are_refused_before_anything_is_written() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let refused = |arguments: &[&str]| {
        let template = root().join(INCIDENT).display().to_string();
        let run = run_in(folder.path(), &[&["check", template.as_str()], arguments].concat());
        assert_eq!((run.status.code(), text(&run.stdout)), (Some(2), ""), "{arguments:?}");
        assert_eq!(fs::read_dir(folder.path()).expect("it can be read").count(), 0, "{arguments:?}");
        text(&run.stderr).to_owned()
    };
    let format = "--output-format";
    let both = refused(&[format, "concise", format, "json=-", format, "sarif=a"]);
    assert!(both.contains("`concise` and `json` cannot both go to standard output"), "{both}");
    let same = refused(&[format, "json=a", format, "sarif=./a"]);
    assert!(same.contains("two reports cannot go to one file"), "{same}");
    let nothing = refused(&[format, "json=a", "--output-file", "b"]);
    assert!(nothing.contains("`--output-file` is for a format without a file of its own"), "{nothing}");
    let empty = refused(&[format, "json="]);
    assert!(empty.contains("`json=` names no file"), "{empty}");
    let close = refused(&[format, "srif=a"]);
    assert!(close.contains("'srif'") && close.contains("'sarif'") && close.contains("rdjsonl"), "{close}");
    let counted = refused(&["--statistics", format, "junit"]);
    assert!(counted.contains("`--statistics` has no shape in `junit`"), "{counted}");
}

#[test]
fn a_report_that_cannot_be_written_is_named_and_does_not_keep_the_others_from_it() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    fs::write(folder.path().join("file"), "").expect("a file can be written");
    let bad = format!("json={}", folder.path().join("file/report.json").display());
    let run = check(&["--output-format", &bad, "--output-format", "concise"]);
    assert_eq!(run.status.code(), Some(2));
    assert!(text(&run.stdout).contains("ECS101"));
    assert!(text(&run.stderr).contains("report.json: cannot be written"), "{}", text(&run.stderr));
}

#[cfg(unix)]
#[test]
fn a_report_replaces_the_file_behind_a_link_and_keeps_its_permissions() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let (file, link) = (folder.path().join("real.json"), folder.path().join("link.json"));
    fs::write(&file, "old").expect("a file can be written");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).expect("it is ours");
    symlink(&file, &link).expect("a link can be made");
    check(&["--output-format", "json", "--output-file", &link.display().to_string()]);
    assert!(link.is_symlink());
    assert!(fs::read_to_string(&file).expect("it is there").starts_with("{\"version\": 1,"));
    assert_eq!(fs::metadata(&file).expect("it is there").permissions().mode() & 0o777, 0o640);
    // What is no file is written to, and stays what it is.
    let run = check(&["--output-format", "json=/dev/null", "--output-format", "concise=/dev/stdout"]);
    assert!(text(&run.stdout).contains("ECS101"), "{}", text(&run.stderr));
    assert!(!fs::metadata("/dev/null").expect("it is there").is_file());
}

#[test]
fn statistics_stand_in_place_of_the_findings_and_change_no_status() {
    let run = check(&["--statistics"]);
    assert_eq!(run.status.code(), Some(1));
    let lines: Vec<&str> = text(&run.stdout).lines().collect();
    assert_eq!(lines[0], "COUNT  CODE    SEVERITY  FIXABLE  NAME");
    assert_eq!(lines[1], "    1  ECS101  error           1  exec-on-asg-capacity-provider");
    assert!(lines[2].starts_with("Checked 1 template: 1 error in "), "{lines:?}");
}

#[test]
fn timings_are_said_on_standard_error_and_change_no_report() {
    let plain = check(&["--output-format", "json"]);
    let timed = check(&["--output-format", "json", "--timings"]);
    assert_eq!((plain.status.code(), &plain.stdout), (timed.status.code(), &timed.stdout));
    assert_eq!(text(&plain.stderr), "");
    let table = text(&timed.stderr);
    for step in ["read", "parse", "sections", "link", "check", "report", "all", INCIDENT] {
        let rows = table.lines().filter(|line| line.ends_with(&format!(" %  {step}"))).count();
        assert_eq!(rows, 1, "{step}: {table}");
    }
    assert!(table.contains("rule, over all threads") && table.contains("ECS101"), "{table}");
}

/// A run that takes long enough for the line is looked at by hand; that none comes where nobody looks is held here.
#[test]
fn no_progress_is_shown_where_standard_error_is_no_terminal() {
    let run = run_in(root(), &["check", "fixtures", "rules", "--output-format", "json"]);
    assert!(!run.stderr.contains(&0x1b) && !run.stderr.contains(&b'\r'), "{}", text(&run.stderr));
}
