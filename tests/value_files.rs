//! Files that give parameters their values: what is wrong in them is found in them. And rules that run only when they are asked for.

use std::fs;
use std::path::Path;
use std::process::Command;

const TEMPLATE: &str = "\
Parameters:
  Stage: {Type: String, AllowedValues: [test, prod]}
  Size: {Type: Number, MaxValue: 4}
Resources:
  Topic: {Type: AWS::SNS::Topic, Properties: {DisplayName: !Sub \"${Stage} ${Size}\"}}
";

struct Folder(tempfile::TempDir);

impl Folder {
    fn with(files: &[(&str, &str)]) -> Self {
        let folder = Self(tempfile::tempdir().expect("a temporary folder can be made"));
        for (name, text) in files {
            let path = folder.0.path().join(name);
            fs::create_dir_all(path.parent().unwrap_or(Path::new("."))).expect("a folder can be made");
            fs::write(path, text).expect("a file can be written");
        }
        folder
    }

    /// The status, the findings without their words, and standard error.
    fn check(&self, arguments: &[&str]) -> (i32, Vec<String>, String) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cfnvet"));
        command.args(["check", "--output-format", "concise"]).args(arguments).current_dir(self.0.path());
        let output = command.env("HOME", self.0.path()).output().expect("it runs");
        let text = |bytes| String::from_utf8(bytes).expect("it prints UTF-8");
        let out = text(output.stdout);
        let findings =
            out.lines().filter(|line| line.contains(": error ") || line.contains(": warning ") || line.contains(": info "));
        let short = |line: &str| {
            line.split(' ')
                .filter(|word| *word != "error" && *word != "warning" && *word != "info")
                .take(2)
                .collect::<Vec<_>>()
                .join(" ")
        };
        (output.status.code().expect("no signal"), findings.map(short).collect(), text(output.stderr))
    }
}

#[test]
fn a_value_that_is_not_allowed_is_found_in_the_file_that_gives_it() {
    let folder = Folder::with(&[
        ("app.yaml", TEMPLATE),
        (
            "list.json",
            "[\n  {\"ParameterKey\": \"Stage\", \"ParameterValue\": \"live\"},\n  {\"ParameterKey\": \"Size\", \"ParameterValue\": \"9\"}\n]\n",
        ),
        ("map.yaml", "Size: 5\nStage: prod\nOther: x\n"),
    ]);
    let (status, findings, _) = folder.check(&["app.yaml", "--parameter-file", "list.json"]);
    assert_eq!(findings, ["list.json:2:29: E2900", "list.json:3:28: E2900"]);
    assert_eq!(status, 1);
    assert_eq!(folder.check(&["app.yaml", "--parameter-file", "map.yaml"]).1, ["map.yaml:1:1: E2900"]);
    let both = ["app.yaml", "--parameter-file", "map.yaml", "--parameter-file", "list.json"];
    assert_eq!(folder.check(&both).1, ["map.yaml:1:1: E2900"], "the first file wins");
    let given = ["app.yaml", "--parameter-file", "map.yaml", "--parameter", "Size=7"];
    assert_eq!(folder.check(&given).1, ["app.yaml:3:3: E2900"], "the file does not give this value");
}

#[test]
fn a_deployment_file_names_the_template_and_has_to_give_all_that_it_needs() {
    let folder = Folder::with(&[
        ("stacks/app.yaml", TEMPLATE),
        ("other.yaml", "Resources: {Topic: {Type: AWS::SNS::Topic}}\n"),
        ("good.yaml", "template-file-path: stacks/app.yaml\nparameters: {Stage: prod, Size: 2}\ntags: {team: x}\n"),
        ("bad.yaml", "template-file-path: stacks/app.yaml\nparameters:\n  Stage: live\n  Sise: 2\n"),
        ("none.yaml", "template-file-path: stacks/app.yaml\n"),
        ("broken.yaml", "template-file-paths: stacks/app.yaml\nparameters: [a]\n"),
    ]);
    assert_eq!(folder.check(&["--deployment-files", "good.yaml"]), (0, vec![], String::new()));
    assert_eq!(
        folder.check(&["--deployment-files", "bad.yaml"]).1,
        ["bad.yaml:2:1: E2900", "bad.yaml:3:3: E2900", "bad.yaml:4:3: E2900"]
    );
    assert_eq!(folder.check(&["--deployment-files", "none.yaml"]).1, ["none.yaml:1:1: E2900"; 2]);
    let (status, findings, _) = folder.check(&["--deployment-files", "broken.yaml", "--template", "other.yaml"]);
    assert_eq!(findings, ["broken.yaml:1:1: E0100", "broken.yaml:1:1: E0100", "broken.yaml:2:1: E0100"]);
    assert_eq!(status, 1);
}

#[test]
fn a_file_of_values_that_cannot_be_read_is_a_finding_at_its_place() {
    let folder = Folder::with(&[
        ("app.yaml", TEMPLATE),
        ("list.json", "[\n  {\"ParameterKey\": \"Stage\"}\n]\n"),
        ("syntax.yaml", "Stage: [\n"),
        ("text.yaml", "just text\n"),
        ("sam.toml", "[a]\nb = \n"),
    ]);
    let found = |file| folder.check(&["app.yaml", "--parameter-file", file]);
    assert_eq!(found("list.json").1, ["list.json:2:3: E0200"]);
    assert!(found("syntax.yaml").1.iter().any(|finding| finding.starts_with("syntax.yaml:1:8: E0000")));
    assert_eq!(found("text.yaml").1, ["text.yaml:1:1: E0200"]);
    let (status, findings, err) = found("sam.toml");
    assert_eq!((status, findings), (2, vec![]));
    assert!(err.contains("sam.toml:2"), "{err}");
    // Where the rule is off, the run must not go on as if nothing were wrong.
    let (status, _, err) = folder.check(&["app.yaml", "--parameter-file", "list.json", "--ignore", "E0200"]);
    assert_eq!(status, 2, "{err}");
}

#[test]
fn an_experimental_rule_runs_only_when_it_is_asked_for() {
    let template = "Resources:\n  Topic: {Type: AWS::SNS::Topic}\n";
    let folder = Folder::with(&[("app.yaml", template), ("asks.yaml", "rules: {I4010: {severity: warning}}\n")]);
    let runs = |arguments: &[&str]| {
        folder.check(&[&["app.yaml", "--severity", "info"], arguments].concat()).1.contains(&"app.yaml:2:3: I4010".to_owned())
    };
    assert!(!runs(&[]));
    assert!(!runs(&["--select", "ALL"]));
    assert!(!runs(&["--select", "I4"]));
    assert!(runs(&["--select", "I4010"]));
    assert!(runs(&["--select", "missing-context"]));
    assert!(runs(&["--config", "asks.yaml"]));
    assert!(runs(&["--include-experimental"]));
    assert!(!runs(&["--include-experimental", "--ignore", "I4010"]));
    assert!(runs(&["--mandatory-checks", "I4010"]));
    fs::write(folder.0.path().join(".cfnlintrc"), "include_experimental: true\n").expect("a file can be written");
    assert!(runs(&[]));
    assert!(!runs(&["--isolated"]));
    let own = format!("Metadata: {{cfn-lint: {{config: {{include_experimental: true}}}}}}\n{template}");
    fs::write(folder.0.path().join("app.yaml"), own).expect("a file can be written");
    assert_eq!(folder.check(&["app.yaml", "--severity", "info", "--isolated"]).1, ["app.yaml:3:3: I4010"]);
}
