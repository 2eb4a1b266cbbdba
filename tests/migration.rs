//! Repositories made for cfn-lint, checked by cfnvet; where config files are found, and which one wins.

use std::fs;
use std::path::Path;
use std::process::Command;

/// A warning of ECS101 and an error of E1001 are what these tests look for.
const EXEC: &str = "\
Parameters:
  Stage:
    Type: String
    Default: test
Conditions:
  IsProd: !Equals [!Ref Stage, prod]
Resources:
  Group:
    Type: AWS::AutoScaling::AutoScalingGroup
    Properties: {MinSize: '0', MaxSize: '4', LaunchTemplate: {LaunchTemplateId: lt-1, Version: '1'}, VPCZoneIdentifier: [subnet-1]}
  Capacity:
    Type: AWS::ECS::CapacityProvider
    Properties:
      AutoScalingGroupProvider: {AutoScalingGroupArn: !Ref Group, ManagedScaling: {Status: ENABLED}}
  Api:
    Type: AWS::ECS::Service
    Properties:
      TaskDefinition: api
      EnableExecuteCommand: !If [IsProd, true, false]
      CapacityProviderStrategy: [{CapacityProvider: !Ref Capacity, Weight: 1}]
";
const EMPTY: &str = "AWSTemplateFormatVersion: 2010-09-09\nDescription: no resources\n";

struct Repository(tempfile::TempDir);

struct Run {
    status: i32,
    out: String,
    err: String,
}

impl Repository {
    fn new(files: &[(&str, &str)]) -> Self {
        let repository = Self(tempfile::tempdir().expect("a temporary folder can be made"));
        for (name, text) in files {
            repository.write(name, text);
        }
        repository.write("home/.keep", "");
        repository
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.path().join(name);
        fs::create_dir_all(path.parent().expect("it is in the folder")).expect("a folder can be made");
        fs::write(path, text).expect("a file can be written");
    }

    fn run_in(&self, folder: &str, arguments: &[&str]) -> Run {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cfnvet"));
        command.args(arguments).current_dir(self.path().join(folder)).env("HOME", self.path().join("home"));
        let output = command.output().expect("it runs");
        let text = |bytes| String::from_utf8(bytes).expect("it prints UTF-8");
        Run { status: output.status.code().expect("no signal"), out: text(output.stdout), err: text(output.stderr) }
    }

    fn run(&self, arguments: &[&str]) -> Run {
        self.run_in("", arguments)
    }

    /// The findings of `cfnvet check` with these arguments, as `file code`; nothing is wrong with the run.
    fn findings(&self, arguments: &[&str]) -> Vec<String> {
        self.findings_in("", arguments)
    }

    fn findings_in(&self, folder: &str, arguments: &[&str]) -> Vec<String> {
        let mut codes = self.all_findings_in(folder, arguments);
        codes.retain(|finding| finding.ends_with("ECS101") || finding.ends_with("E1001"));
        codes
    }

    fn all_findings(&self, arguments: &[&str]) -> Vec<String> {
        self.all_findings_in("", arguments)
    }

    fn all_findings_in(&self, folder: &str, arguments: &[&str]) -> Vec<String> {
        let run = self.run_in(folder, &[&["check", "--output-format", "json"], arguments].concat());
        assert!(run.status < 2, "{}", run.err);
        let document: serde_json::Value = serde_json::from_str(&run.out).expect("it prints JSON");
        let findings = document["diagnostics"].as_array().expect("it is a list");
        let text = |finding: &serde_json::Value, key: &str| finding[key].as_str().expect("it is a text").to_owned();
        findings.iter().map(|finding| format!("{} {}", text(finding, "file"), text(finding, "code"))).collect()
    }
}

/// What the hooks of `.pre-commit-config.yaml` add: the names of the staged files.
const STAGED: [&str; 3] = ["--only-templates", "stacks/app.yaml", "stacks/empty.yaml"];

fn templates() -> [(&'static str, &'static str); 2] {
    [("stacks/app.yaml", EXEC), ("stacks/empty.yaml", EMPTY)]
}

#[test]
fn without_any_config_both_findings_are_there() {
    let repository = Repository::new(&templates());
    assert_eq!(repository.findings(&STAGED), ["stacks/app.yaml ECS101", "stacks/empty.yaml E1001"]);
    assert_eq!(repository.run(&["check"]).status, 1);
}

#[test]
fn a_repository_with_a_cfnlintrc_that_ignores_checks_is_moved_by_changing_the_hook() {
    for name in [".cfnlintrc", ".cfnlintrc.yaml", ".cfnlintrc.yml"] {
        for rc in ["ignore_checks:\n- E1001\n- W3005\n", "ignore_checks: [E1]\n", "ignore_checks: E1001\n"] {
            let repository = Repository::new(&templates());
            repository.write(name, rc);
            assert_eq!(repository.findings(&STAGED), ["stacks/app.yaml ECS101"], "{name}: {rc}");
            assert_eq!(repository.findings(&[]), ["stacks/app.yaml ECS101"], "{name}: {rc}");
            assert_eq!(repository.findings_in("stacks", &[]), ["app.yaml ECS101"], "{name}: {rc}");
            assert_eq!(repository.run(&["check", "stacks/empty.yaml"]).status, 0);
        }
    }
}

#[test]
fn a_repository_whose_cfnlintrc_names_its_templates_needs_no_arguments() {
    let repository = Repository::new(&templates());
    repository.write("other/app.yaml", EXEC);
    repository.write(".cfnlintrc", "templates:\n- stacks/**/*.yaml\nignore_templates:\n- stacks/empty.yaml\n");
    assert_eq!(repository.findings(&[]), ["stacks/app.yaml ECS101"]);
    assert_eq!(repository.findings(&["other/app.yaml"]), ["other/app.yaml ECS101"], "arguments stand in their place");
    assert_eq!(repository.findings(&["stacks/empty.yaml"]), [""; 0], "cfn-lint ignores it though it is named");
    repository.write(".cfnlintrc", "templates: ['gone/*.yaml']\n");
    let run = repository.run(&["check"]);
    assert_eq!((run.status, run.err.as_str()), (2, "error: gone/*.yaml: no file matches this glob\n"));
}

#[test]
fn a_repository_that_sets_regions_parameters_exit_status_and_format_keeps_them() {
    let repository = Repository::new(&templates());
    repository.write("parameters/test.json", r#"[{"ParameterKey": "Stage", "ParameterValue": "test"}]"#);
    repository.write(
        ".cfnlintrc.yaml",
        "regions: [us-east-1, eu-west-1]\nparameter_files: [parameters/*.json]\nnon_zero_exit_code: none\nformat: json\n\
         configure_rules:\n  E3012: {strict: false}\n",
    );
    let run = repository.run(&["check"]);
    assert_eq!((run.status, run.err.as_str()), (0, ""), "{}", run.out);
    let document: serde_json::Value = serde_json::from_str(&run.out).expect("the format is that of the file");
    let codes: Vec<&str> =
        document["diagnostics"].as_array().expect("a list").iter().filter_map(|d| d["code"].as_str()).collect();
    assert!(!codes.contains(&"ECS101") && codes.contains(&"E1001"), "with Stage=test there is no ECS Exec: {codes:?}");
    assert_eq!(repository.run(&["check", "--fail-on", "error"]).status, 1, "the command line wins");
    repository.write(".cfnlintrc.yaml", "output_file: report.txt\nformat: quiet\n");
    assert_eq!(repository.run(&["check"]).out, "");
    let report = fs::read_to_string(repository.path().join("report.txt")).expect("it was written");
    assert!(report.starts_with("stacks/"), "{report}");
}

#[test]
fn mandatory_checks_run_whatever_ignores_them() {
    let repository = Repository::new(&templates());
    repository.write(".cfnlintrc", "ignore_checks: [E1001]\nmandatory_checks: [E1]\n");
    assert_eq!(repository.findings(&["stacks/empty.yaml"]), ["stacks/empty.yaml E1001"]);
    assert_eq!(repository.findings(&["stacks/empty.yaml", "--ignore", "E1001"]), ["stacks/empty.yaml E1001"]);
}

#[test]
fn the_home_folder_has_one_too_and_isolated_reads_neither() {
    let repository = Repository::new(&templates());
    repository.write("home/.cfnlintrc", "ignore_checks: [E1001]\n");
    assert_eq!(repository.findings(&STAGED), ["stacks/app.yaml ECS101"]);
    assert_eq!(repository.findings(&["--isolated", "stacks"]).len(), 2);
    repository.write(".cfnlintrc", "regions: [eu-west-1]\n");
    assert_eq!(repository.findings(&STAGED), ["stacks/app.yaml ECS101"], "the home folder's list stands");
    repository.write(".cfnlintrc", "ignore_checks: []\n");
    assert_eq!(repository.findings(&STAGED).len(), 2, "the project's list stands in its place");
    repository.write(".cfnvet.yaml", "");
    repository.write(".cfnlintrc", "ignore_checks: [E, ECS]\n");
    assert_eq!(repository.findings(&STAGED).len(), 2, "with a file of ours, cfn-lint's are not read");
}

#[test]
fn from_the_root_the_cfnlintrc_of_the_root_counts_as_for_cfn_lint() {
    let repository = Repository::new(&templates());
    repository.write(".cfnlintrc", "ignore_checks: [E1001]\n");
    repository.write("stacks/.cfnlintrc", "ignore_checks: [ECS101]\n");
    assert_eq!(repository.findings(&["stacks"]), ["stacks/app.yaml ECS101"]);
    assert_eq!(repository.findings_in("stacks", &[]), ["empty.yaml E1001"]);
    assert_eq!(repository.findings_in("home", &["../stacks"]), ["../stacks/empty.yaml E1001"], "else the nearest one counts");
}

#[test]
fn keys_that_mean_nothing_here_are_said_once() {
    let repository = Repository::new(&templates());
    repository.write(".cfnlintrc", "append_rules: [rules/]\nignore_checks: [E1001]\ncustom_rules: rules.txt\n");
    let run = repository.run(&[&["check", "--fail-on", "never"][..], &STAGED].concat());
    assert_eq!(run.status, 0);
    let warnings: Vec<&str> = run.err.lines().filter(|line| line.starts_with("warning")).collect();
    assert_eq!(
        warnings,
        [
            "warning: .cfnlintrc:1:1: `append_rules` is left aside, cfnvet has nothing like it",
            "warning: .cfnlintrc:3:1: `custom_rules` is left aside, cfnvet has nothing like it",
        ]
    );
}

#[test]
fn the_arguments_of_a_cfn_lint_hook_keep_working() {
    let repository = Repository::new(&templates());
    let findings = |arguments: &[&str]| repository.findings(&[arguments, &STAGED].concat());
    assert_eq!(findings(&["-i", "E1001"]), ["stacks/app.yaml ECS101"]);
    assert_eq!(findings(&["-i=E1001"]), ["stacks/app.yaml ECS101"]);
    assert_eq!(findings(&["--ignore-checks", "W3005", "E1"]), ["stacks/app.yaml ECS101"]);
    assert_eq!(findings(&["--ignore-checks=W3005,E1001"]), ["stacks/app.yaml ECS101"]);
    assert_eq!(findings(&["-i", "W2001", "E1001", "-r", "us-east-1", "eu-west-1"]), ["stacks/app.yaml ECS101"]);
    assert_eq!(findings(&["--regions", "ALL_REGIONS", "--include-checks", "I", "-i", "E1"]), ["stacks/app.yaml ECS101"]);
    assert_eq!(findings(&["-i", "E1001", "-m", "E1001"]).len(), 2);
    assert_eq!(findings(&["--ignore-templates", "stacks/empty.yaml"]), ["stacks/app.yaml ECS101"]);
    assert_eq!(findings(&["-x", "E3012:strict=false", "-i", "E1001"]), ["stacks/app.yaml ECS101"]);
    assert_eq!(findings(&["--parameters", "Stage=test"]), ["stacks/empty.yaml E1001"]);
    assert_eq!(repository.findings(&["-i", "E1001", "-t", "stacks/app.yaml", "stacks/empty.yaml"]), ["stacks/app.yaml ECS101"]);
    assert_eq!(repository.findings(&["-t", "stacks/*.yaml", "-i", "E1001"]), ["stacks/app.yaml ECS101"]);
    // Behind a list of checks cfn-lint takes files for checks; here they are files.
    assert_eq!(repository.findings(&["-i", "E1001", "stacks/app.yaml", "stacks/empty.yaml"]), ["stacks/app.yaml ECS101"]);
    repository.write("ci/lint.yaml", "ignore_checks: [E1001]\n");
    assert_eq!(findings(&["--config-file", "ci/lint.yaml"]), ["stacks/app.yaml ECS101"]);
    assert_eq!(repository.run(&["check", "--non-zero-exit-code", "none", "stacks"]).status, 0);
    let run = repository.run(&["check", "-f", "parseable", "-i", "E1001", "-t", "stacks/app.yaml"]);
    assert!(run.out.starts_with("stacks/app.yaml:"), "{}", run.out);
    let run = repository.run(&["check", "--append-rules", "rules/", "-t", "stacks/app.yaml"]);
    assert_eq!(run.err, "warning: `--append-rules` is left aside, cfnvet has nothing like it\n");
    let run = repository.run(&["check", "-x", "E3012:strict", "-t", "stacks/app.yaml"]);
    assert_eq!(
        (run.status, run.err.as_str()),
        (2, "error: `--configure-rule E3012:strict` must have the form RULE:OPTION=VALUE\n")
    );
    assert!(!repository.run(&["check", "--help"]).out.contains("--ignore-checks"), "they are not advertised");
}

#[test]
fn a_first_config_file_carries_over_what_the_cfnlintrc_says() {
    let repository = Repository::new(&templates());
    repository.write(
        ".cfnlintrc",
        "ignore_checks: [E1001, 'W\"2']\nignore_templates: ['build/**']\nnon_zero_exit_code: error\nregions: [eu-west-1]\n\
         parameters: {Stage: test}\nconfigure_rules: {E3012: {strict: false}}\ntemplates: [stacks/*.yaml]\n",
    );
    let before = repository.findings(&STAGED);
    let run = repository.run(&["init"]);
    assert_eq!(
        (run.status, run.out.as_str()),
        (0, "What .cfnlintrc says is carried over.\nWrote .cfnvet.yaml.\n"),
        "{}",
        run.err
    );
    assert_eq!(run.err, "warning: .cfnlintrc: `templates` has no key in .cfnvet.yaml, give it on the command line\n");
    let text = fs::read_to_string(repository.path().join(".cfnvet.yaml")).expect("it was written");
    crate::config::assert_valid(&text);
    let settings = cfnvet::config::parse(&text.replace("\"W\\\"2\"", "W"), &crate::config::known_rules());
    assert_eq!(settings.errors, [], "{text}");
    assert_eq!(settings.settings.parameters["Stage"], "test");
    assert_eq!(settings.settings.rule_options["E3012"], serde_json::json!({"strict": false}));
    assert_eq!(settings.settings.exclude, ["/build/**"]);
    repository.write(".cfnvet.yaml", &text.replace(",\"W\\\"2\"", ""));
    fs::remove_file(repository.path().join(".cfnlintrc")).expect("it is there");
    assert_eq!(repository.findings(&STAGED), before);
    let again = repository.run(&["init"]);
    assert_eq!((again.status, again.err.as_str()), (2, "error: .cfnvet.yaml is there already, --force writes over it\n"));
    assert_eq!(repository.run(&["init", "--force"]).status, 0);
    assert_eq!(repository.run(&["check", "--fail-on", "never"]).err, "");
}

#[test]
fn rules_are_ignored_for_paths_relative_to_the_config_file() {
    let repository = Repository::new(&[("app/.cfnvet.yaml", "per-path-ignores:\n  legacy/**: [E]\n  new.yaml: [ECS101]\n")]);
    for name in ["app/legacy/a.yaml", "app/b.yaml", "legacy/c.yaml"] {
        repository.write(name, EMPTY);
    }
    repository.write("app/sub/new.yaml", EXEC);
    assert_eq!(repository.findings(&[]), ["app/b.yaml E1001", "legacy/c.yaml E1001"]);
    assert_eq!(repository.findings_in("app/legacy", &["a.yaml"]), [""; 0]);
    let selected = repository.findings(&["--select", "E1001", "app"]);
    assert_eq!(selected, ["app/b.yaml E1001", "app/legacy/a.yaml E1001"], "the command line wins");
}

#[test]
fn files_are_excluded_from_folders_and_globs_but_not_when_they_are_named() {
    let repository = Repository::new(&templates());
    repository.write(".cfnvet.yaml", "exclude: [stacks/empty.yaml]\n");
    assert_eq!(repository.findings(&[]), ["stacks/app.yaml ECS101"]);
    assert_eq!(repository.findings_in("stacks", &["."]), ["app.yaml ECS101"]);
    assert_eq!(repository.findings(&["stacks/*.yaml"]), ["stacks/app.yaml ECS101"]);
    assert_eq!(repository.findings(&["stacks/empty.yaml"]), ["stacks/empty.yaml E1001"]);
    assert_eq!(repository.findings(&STAGED), ["stacks/app.yaml ECS101"], "what a hook names is no choice of a person");
}

#[test]
fn templates_of_workspace_roots_are_linked_and_not_reported() {
    let export = "Resources:\n  H: {Type: AWS::CloudFormation::WaitConditionHandle}\n\
                  Outputs:\n  O: {Value: !Ref H, Export: {Name: handle}}\n";
    let import = "Resources:\n  H: {Type: AWS::CloudFormation::WaitConditionHandle}\n\
                  Outputs:\n  O: {Value: !ImportValue handle}\n";
    let repository = Repository::new(&[("stacks/base.yaml", export), ("stacks/app.yaml", import), ("stacks/none.yaml", EMPTY)]);
    repository.write(".cfnvet.yaml", "workspace: closed\n");
    let codes = |arguments: &[&str]| {
        let run = repository.run(&[&["check", "--ignore", "W6001", "--output-format", "concise"], arguments].concat());
        (run.status, run.out.lines().filter(|line| !line.starts_with("Checked")).map(str::to_owned).collect::<Vec<_>>())
    };
    let (status, alone) = codes(&["stacks/app.yaml"]);
    assert_eq!((status, alone.len()), (1, 1), "{alone:?}");
    assert!(alone[0].contains("XST101"), "{alone:?}");
    repository.write(".cfnvet.yaml", "workspace: closed\nworkspace-roots: [stacks]\n");
    assert_eq!(codes(&["stacks/app.yaml"]), (0, Vec::new()));
    assert_eq!(codes(&["./stacks/app.yaml"]), (0, Vec::new()), "a template is not its own companion");
    let absolute = repository.path().join("stacks/base.yaml").display().to_string();
    assert_eq!(codes(&[&absolute]), (0, Vec::new()), "nothing is exported twice");
    repository.write(".cfnvet.yaml", "workspace-roots: [gone]\n");
    let run = repository.run(&["check", "stacks/app.yaml"]);
    assert_eq!((run.status, run.err.as_str()), (2, "error: gone: no such file or directory\n"));
}

#[test]
fn a_template_is_judged_as_the_parent_in_a_workspace_root_deploys_it() {
    let child = EXEC.replace("Default: test", "AllowedValues: [test, prod]");
    let parent = "Resources:\n  Child:\n    Type: AWS::CloudFormation::Stack\n    Properties:\n      TemplateURL: child.yaml\n      \
                  Parameters: {Stage: test}\n";
    let repository = Repository::new(&[("stacks/child.yaml", &child), ("stacks/parent.yaml", parent)]);
    assert_eq!(repository.findings(&["stacks/child.yaml"]), ["stacks/child.yaml ECS101"]);
    repository.write(".cfnvet.yaml", "workspace-roots: [stacks]\n");
    assert_eq!(repository.findings(&["stacks/child.yaml"]), [""; 0], "no parent makes it prod");
    repository.write("stacks/parent.yaml", &parent.replace("test", "prod"));
    assert_eq!(repository.findings(&["stacks/child.yaml"]), ["stacks/child.yaml ECS101"]);
}

/// The table in docs/configuration.md, from the last row to the first.
#[test]
fn what_is_nearer_to_the_run_wins() {
    let repository = Repository::new(&templates());
    let finds = |arguments: &[&str]| !repository.findings(&[arguments, &["stacks/app.yaml"]].concat()).is_empty();
    assert!(finds(&[]), "the template may be given prod");
    repository.write(".cfnlintrc", "parameters: {Stage: test}\n");
    assert!(!finds(&[]));
    repository.write("prod.json", r#"{"Stage": "prod"}"#);
    repository.write("test.json", r#"{"Stage": "test"}"#);
    repository.write(".cfnvet.yaml", "parameter-files: [prod.json]\n");
    assert!(finds(&[]), "ours wins over cfn-lint's");
    repository.write(".cfnvet.yaml", "parameter-files: [prod.json]\nparameters: {Stage: test}\n");
    assert!(!finds(&[]), "what it says itself wins over the files it names");
    assert!(finds(&["--parameter-file", "prod.json"]), "the command line wins over the file");
    assert!(!finds(&["--parameter-file", "prod.json", "--parameter", "Stage=test"]));
    assert!(finds(&["--parameter-file", "prod.json", "--parameter-file", "test.json"]), "the first file wins");
    assert!(finds(&["--isolated"]));
}

#[test]
fn the_manual_the_completions_and_the_help_know_every_command() {
    let repository = Repository::new(&[]);
    let commands = ["check", "inspect", "graph", "explain", "rules", "init", "config-schema", "completions", "man"];
    let manual = repository.run(&["man"]).out.replace("\\-", "-");
    assert!(manual.contains(".SH SUBCOMMANDS"), "{manual}");
    for command in commands {
        assert!(manual.contains(&format!("cfnvet-{command}(1)")), "{command}: {manual}");
        let page = repository.run(&["man", command]);
        assert!(page.status == 0 && page.out.contains("Examples:"), "{command}: {}", page.out);
        let help = repository.run(&[command, "--help"]);
        assert!(help.status == 0 && help.out.contains("Examples:"), "{command}: {}", help.out);
    }
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let script = repository.run(&["completions", shell]).out;
        assert!(commands.iter().all(|command| script.contains(command)), "{shell}: {script}");
    }
    repository.write("pages/.keep", "");
    assert_eq!(repository.run(&["man", "--out", "pages"]).status, 0);
    assert!(repository.path().join("pages/cfnvet-check.1").exists() && repository.path().join("pages/cfnvet.1").exists());
    assert_eq!(repository.run(&["man", "chekc"]).status, 2);
    repository.write("taken", "");
    assert_eq!(repository.run(&["man", "--out", "taken"]).status, 2);
}

/// What pre-commit runs: the entry of our hook, the `args` of the user in place of the hook's own, and the files that `files:` selects.
fn hook(repository: &Repository, arguments: Option<&[&str]>, staged: &[&str]) -> Run {
    let hooks: serde_yaml::Value = serde_yaml::from_str(&crate::support::read(".pre-commit-hooks.yaml")).expect("it is YAML");
    let entry = hooks[0]["entry"].as_str().expect("it is text").strip_prefix("cfnvet ").expect("it runs cfnvet");
    let own: Vec<&str> = hooks[0]["args"].as_sequence().expect("it is a list").iter().filter_map(|word| word.as_str()).collect();
    let words: Vec<&str> =
        entry.split(' ').chain(arguments.unwrap_or(&own).iter().copied()).chain(staged.iter().copied()).collect();
    repository.run(&words)
}

/// A service with a finding of ECS101 under a `Metadata` of the resource.
fn with_metadata(top: &str, resource: &str) -> String {
    let resource = resource.replace('\n', "\n    ");
    format!("{top}{}", EXEC.replace("  Api:\n", &format!("  Api:\n    {resource}\n").replace("    \n", "")))
}

const IGNORES_ALL: &str = "Metadata:\n  cfn-lint:\n    config:\n      ignore_checks: [ECS101, W3002]\n";

#[test]
fn a_repository_with_a_cfnlintrc_metadata_and_a_hook_is_moved_by_changing_the_hook_alone() {
    let repository = Repository::new(&[
        (".cfnlintrc", "ignore_checks:\n- E1001\n- W3002\ninclude_checks: [I]\nregions: [eu-west-1]\n"),
        ("stacks/plain.yaml", EXEC),
        ("stacks/template.yaml", &with_metadata(IGNORES_ALL, "")),
        ("stacks/resource.yaml", &with_metadata("", IGNORES_ALL.trim_end())),
        ("stacks/empty.yaml", EMPTY),
        ("values.yaml", "image: {tag: 1}\n"),
        ("package.json", "{\"name\": \"x\"}\n"),
    ]);
    let staged =
        ["stacks/plain.yaml", "stacks/template.yaml", "stacks/resource.yaml", "stacks/empty.yaml", "values.yaml", "package.json"];
    let cases: [(Option<&[&str]>, i32, &str); 8] = [
        (None, 1, ""),
        (Some(&["--ignore-checks", "W3002"]), 1, ""),
        (Some(&["-i", "W"]), 1, ""),
        (Some(&["-i", "E1001,ECS101", "W3002", "--"]), 0, ""),
        (Some(&["--non-zero-exit-code", "error"]), 0, ""),
        (Some(&["--non-zero-exit-code=none", "-f", "parseable"]), 0, "stacks/plain.yaml:19:7:19:54:ECS101:"),
        (Some(&["-f", "parseable"]), 1, "stacks/plain.yaml:19:7:19:54:ECS101:"),
        (Some(&["-x", "ECS101:managed-scaling-off=ignore", "-r", "us-east-1", "--"]), 1, ""),
    ];
    for (arguments, status, start) in cases {
        let run = hook(&repository, arguments, &staged);
        assert_eq!(run.status, status, "{arguments:?}: {}{}", run.out, run.err);
        assert_eq!(run.err.matches("warning:").count(), 0, "{arguments:?}: {}", run.err);
        assert!(run.out.contains(start), "{arguments:?}: {}", run.out);
        let lines = run.out.lines().filter(|line| line.starts_with("stacks/"));
        assert!(lines.filter(|line| !line.contains("plain.yaml") && line.contains("ECS101")).count() == 0, "{}", run.out);
        if start.is_empty() {
            assert!(run.out.contains("Checked 4 templates, 2 other files skipped"), "{arguments:?}: {}", run.out);
        }
    }
    // `files:` of the hook stays as it is: pre-commit passes what it selects.
    let run = hook(&repository, None, &["stacks/template.yaml", "stacks/resource.yaml"]);
    assert_eq!(run.status, 0, "{}", run.out);
}

#[test]
fn a_template_whose_name_begins_with_a_hyphen_is_checked() {
    let repository = Repository::new(&[("-x.yaml", EXEC), ("-i.yaml", EXEC), ("--fix.yaml", EXEC)]);
    for arguments in [None, Some(&["-i", "E1001", "--"][..]), Some(&["--severity", "info", "--"])] {
        let run = hook(&repository, arguments, &["-x.yaml", "-i.yaml", "--fix.yaml"]);
        assert_eq!(run.status, 1, "{arguments:?}: {}", run.err);
        assert!(run.out.contains("Checked 3 templates"), "{arguments:?}: {}", run.out);
    }
}

/// The top of a template with `config` under `Metadata.cfn-lint`.
fn configured(config: &str) -> String {
    format!("Metadata:\n  cfn-lint:\n    config: {config}\n{EXEC}")
}

#[test]
fn the_config_in_a_template_wins_over_the_file_and_the_command_line_over_it() {
    let prod = "{parameters: [{Stage: prod}]}";
    let test = "{parameters: [{Stage: test}]}";
    let found = |config: &str, rc: &str, arguments: &[&str]| {
        let repository = Repository::new(&[("a.yaml", &configured(config)), (".cfnlintrc", rc)]);
        repository.write("test.json", r#"{"Stage": "test"}"#);
        let run = repository.run(&[&["check", "--output-format", "concise", "a.yaml"], arguments].concat());
        assert!(run.status < 2, "{}", run.err);
        match (run.out.contains("ECS101"), run.out.contains("[possible")) {
            (false, _) => "never",
            (true, true) => "at times",
            (true, false) => "always",
        }
    };
    assert_eq!(found("{}", "", &[]), "at times");
    assert_eq!(found(test, "", &[]), "never");
    assert_eq!(found(prod, "", &[]), "always");
    assert_eq!(found(prod, "parameters: [{Stage: test}]\n", &[]), "always");
    assert_eq!(found("{}", "parameters: [{Stage: test}]\n", &[]), "never");
    assert_eq!(found("{}", "template_parameters: [{Stage: test}]\n", &[]), "never");
    assert_eq!(found(prod, "", &["--parameter", "Stage=test"]), "never");
    assert_eq!(found(prod, "", &["--parameter-file", "test.json"]), "never");
    assert_eq!(found("{parameters: [{Stage: prod}, {Stage: test}]}", "", &[]), "at times", "the sets do not agree");
    for wrong in
        ["x", "[]", "{parameters: {Stage: test}}", "{parameters: [x, [], {Stage: {}}]}", "{parameters: x}", "{regions: eu}"]
    {
        assert_eq!(found(wrong, "", &[]), "at times", "{wrong}");
    }
    let own = "rules: {ECS101: {severity: warning}}\nparameters: {Stage: test}\n";
    let repository = Repository::new(&[("a.yaml", &configured(prod)), (".cfnvet.yaml", own)]);
    assert_eq!(repository.findings(&["a.yaml"]), ["a.yaml ECS101"], "over .cfnvet.yaml too");
}

#[test]
fn regions_options_and_levels_in_a_template_count_for_it() {
    let by_region = EXEC.replace("!Equals [!Ref Stage, prod]", "!Equals [!Ref AWS::Region, eu-west-1]");
    let template = |config: &str| configured(config).replace(EXEC, &by_region);
    let found = |config: &str, arguments: &[&str]| {
        let repository = Repository::new(&[("a.yaml", &template(config))]);
        let run = repository.run(&[&["check", "--output-format", "concise", "a.yaml"], arguments].concat());
        (run.out.contains("ECS101"), run.err)
    };
    assert!(found("{}", &[]).0);
    assert!(!found("{regions: [us-east-1]}", &[]).0);
    assert!(found("{regions: [us-east-1]}", &["--region", "eu-west-1"]).0);
    assert!(found("{regions: [us-east-1, ALL_REGIONS]}", &[]).0);
    let (is_found, err) = found("{regions: [us-est-1], parameter_files: [x.json]}", &[]);
    assert!(is_found);
    assert!(err.contains("warning: a.yaml:3:24: unknown region `us-est-1`, did you mean `us-east-1`?\n"), "{err}");
    assert!(err.contains("warning: a.yaml:3:52: `parameter_files` in a template is left aside"), "{err}");

    let infos = |config: &str| {
        let repository = Repository::new(&[("a.yaml", &configured(config)), ("b.yaml", EXEC)]);
        repository.run(&["check", "--output-format", "concise", "."]).out
    };
    assert!(!infos("{}").contains(" info "));
    let out = infos("{include_checks: [I3011]}");
    assert!(out.contains("a.yaml") && out.contains(" info "), "{out}");
    assert!(!out.lines().any(|line| line.starts_with("b.yaml") && line.contains(" info ")), "{out}");
    let verified = "{configure_rules: {ECS101: {verified: [{resource: Api, reason: looked at}]}}}";
    let out = infos(verified);
    assert!(out.contains("b.yaml") && !out.lines().any(|line| line.starts_with("a.yaml") && line.contains("ECS101")), "{out}");
}

#[test]
fn the_config_of_a_parent_does_not_count_for_the_templates_that_it_nests() {
    let parent = "Metadata: {cfn-lint: {config: {regions: [us-east-1], include_checks: [I]}}}\nResources:\n  Child:\n    \
                  Type: AWS::CloudFormation::Stack\n    Properties: {TemplateURL: child.yaml}\n";
    let repository = Repository::new(&[("parent.yaml", parent), ("child.yaml", EXEC)]);
    let run = repository.run(&["check", "--output-format", "concise", "parent.yaml", "child.yaml"]);
    assert!(run.status < 2, "{}", run.err);
}

#[test]
fn a_report_is_not_written_onto_a_template_that_is_checked() {
    let repository = Repository::new(&[("a.yaml", EXEC), ("b.yaml", EXEC)]);
    for arguments in [
        &["check", "--output-format", "json=./a.yaml", "a.yaml", "b.yaml"][..],
        &["check", "--output-format", "json", "--output-file", "b.yaml", "."],
        &["check", "--fix", "--unsafe-fixes", "--output-format", "json=stacks/../a.yaml", "."],
        &["check", "--add-ignores", "x", "--output-format", "json=b.yaml", "."],
        &["graph", "--output-file", "a.yaml", "a.yaml"],
    ] {
        repository.write("stacks/.keep", "");
        let run = repository.run(arguments);
        assert_eq!(run.status, 2, "{arguments:?}: {}", run.out);
        assert!(run.err.contains(": this is a template that is checked, a report cannot go there"), "{arguments:?}: {}", run.err);
        for name in ["a.yaml", "b.yaml"] {
            assert_eq!(fs::read_to_string(repository.path().join(name)).expect("it is there"), EXEC, "{arguments:?}");
        }
    }
}

#[test]
fn options_of_rules_are_those_of_cfn_lint() {
    let repository =
        Repository::new(&[("app.yaml", "Resources:\n  Q: {Type: AWS::SQS::Queue, Properties: {DelaySeconds: '5'}}\n")]);
    assert_eq!(repository.all_findings(&["app.yaml"]).len(), 0);
    assert_eq!(repository.all_findings(&["-x", "E3012:strict=true", "--", "app.yaml"]), ["app.yaml E3012"]);
    repository.write(".cfnlintrc", "configure_rules: {E3012: {strict: true}}\n");
    assert_eq!(repository.all_findings(&["app.yaml"]), ["app.yaml E3012"]);
}

/// A template with a type of somebody else's, and one of AWS's.
const BASKET: &str = "\
Resources:
  Basket:
    Type: Acme::Shop::Basket
    Properties: {Colour: purple, Handles: 2}
  Queue:
    Type: AWS::SQS::Queue
    Properties: {DelaySeconds: 70}
Outputs:
  Arn: {Value: !GetAtt Basket.Arn}
  Weight: {Value: !GetAtt Basket.Weight}
";

const BASKET_SCHEMA: &str = r##"{
  "typeName": "Acme::Shop::Basket",
  "description": "What one carries.",
  "definitions": {"Colour": {"type": "string", "enum": ["red", "green"]}},
  "properties": {
    "Colour": {"$ref": "#/definitions/Colour"},
    "Lining": {"type": "string", "pattern": "^(?!none)[a-z]+$"},
    "Arn": {"type": "string"}
  },
  "required": ["Colour", "Lining"],
  "readOnlyProperties": ["/properties/Arn"],
  "primaryIdentifier": ["/properties/Arn"],
  "additionalProperties": false
}"##;

#[test]
fn schemas_of_types_that_aws_does_not_have_are_read() {
    let repository =
        Repository::new(&[("app.yaml", BASKET), ("schemas/shop/basket.json", BASKET_SCHEMA), ("schemas/read.me", "x")]);
    let all = ["app.yaml E3003", "app.yaml E3030", "app.yaml E3002", "app.yaml E6101"];
    let without = ["app.yaml"; 0];
    assert_eq!(repository.all_findings(&["app.yaml"]), without, "anybody may register such a type");
    for arguments in [["--registry-schemas", "schemas", "--", "app.yaml"], ["-s", "schemas", "-t", "app.yaml"]] {
        assert_eq!(repository.all_findings(&arguments), all, "{arguments:?}");
    }
    assert_eq!(
        repository.all_findings(&["--registry-schemas", "schemas", "app.yaml"]),
        all,
        "a file behind a folder is a template"
    );
    repository.write(".cfnlintrc", "registry_schemas: [schemas]\n");
    assert_eq!(repository.all_findings(&["app.yaml"]), all);
    repository.write(".cfnvet.yaml", "registry-schemas: [schemas/]\n");
    assert_eq!(repository.all_findings(&["app.yaml"]), all);
}

#[test]
fn a_specification_changes_what_is_known_of_types() {
    let repository = Repository::new(&[("app.yaml", BASKET), ("schemas/basket.json", BASKET_SCHEMA)]);
    repository.write(
        "spec.json",
        r#"{"Patches": {"AWS::SQS::Queue": [{"op": "add", "path": "/properties/DelaySeconds/maximum", "value": 60},
                                             {"op": "add", "path": "/required", "value": ["QueueName"]}],
                        "Acme::Shop::Basket": [{"op": "add", "path": "/properties/Handles", "value": {"type": "integer"}}]}}"#,
    );
    let run = repository.run(&["check", "-o", "spec.json", "app.yaml"]);
    assert_eq!(run.status, 2, "the basket is not known here");
    let both = ["-o", "spec.json", "--registry-schemas", "schemas", "--", "app.yaml"];
    let found = ["app.yaml E3003", "app.yaml E3030", "app.yaml E3003", "app.yaml E3034", "app.yaml E6101"];
    assert_eq!(repository.all_findings(&both), found, "the patches are on top of the schemas that were read");
}

#[test]
fn types_that_a_specification_leaves_out_are_none() {
    let repository = Repository::new(&[("app.yaml", BASKET)]);
    let queue = ["app.yaml E3006"];
    repository.write("spec.json", r#"{"IncludeResourceTypes": ["AWS::S3::*"]}"#);
    assert_eq!(repository.all_findings(&["--override-spec", "spec.json", "app.yaml"]), queue);
    repository.write("spec.json", r#"{"ExcludeResourceTypes": ["AWS::SQS::*"]}"#);
    assert_eq!(repository.all_findings(&["--override-spec", "spec.json", "app.yaml"]), queue);
    repository.write("spec.json", r#"{"ExcludeResourceTypes": ["AWS::SNS::*"], "IncludeResourceTypes": []}"#);
    assert_eq!(repository.all_findings(&["--override-spec", "spec.json", "app.yaml"]).len(), 0);
}

#[test]
fn what_is_wrong_with_schemas_is_said_with_its_place() {
    let repository = Repository::new(&[("app.yaml", BASKET)]);
    let problem = |spec: &str| {
        repository.write("spec.json", spec);
        let run = repository.run(&["check", "--override-spec", "spec.json", "app.yaml"]);
        assert_eq!(run.status, 2, "{spec}");
        run.err.lines().find(|line| line.contains("spec.json")).unwrap_or_default().to_owned()
    };
    let lines = |spec: &str| problem(spec).replace("error: ", "");
    insta::assert_snapshot!(
        [
            "{",
            "[]",
            "{\"IncludeResourceTypes\": 1}",
            "{\"Patches\": {\n  \"AWS::SQS::Quine\": []}}",
            "{\"Patches\": {\"AWS::SQS::Queue\": [\n  {\"op\": \"add\", \"path\": \"/nothing/there\", \"value\": 1}]}}",
            "{\"Patches\": {\"AWS::SQS::Queue\": [\n  {\"op\": \"ad\", \"path\": \"/required\", \"value\": 1}]}}",
        ]
        .map(lines)
        .join("\n"),
        @r"
    spec.json:1:1: not JSON: EOF while parsing an object
    spec.json:1:1: must be a mapping, with `Patches` for example
    spec.json:1:26: `IncludeResourceTypes` must be a list of resource types
    spec.json:2:22: there is no resource type `AWS::SQS::Quine` to change
    spec.json:2:3: `AWS::SQS::Queue` cannot be changed: `/nothing/there`: path is invalid
    spec.json:2:3: `AWS::SQS::Queue`: no JSON Patch: unknown variant `ad`, expected one of `add`, `remove`, `replace`, `move`, `copy`, `test`
    "
    );
    let run = repository.run(&["check", "--registry-schemas", "none", "--", "app.yaml"]);
    assert_eq!(run.status, 2, "{}", run.err);
    repository.write("schemas/a.json", "{\n  \"typeName\": }");
    repository.write("schemas/b.json", "{}");
    let run = repository.run(&["check", "--registry-schemas", "schemas", "--", "app.yaml"]);
    assert_eq!(run.status, 2);
    for said in
        ["schemas/a.json:2:15: not JSON: expected value", "schemas/b.json: no schema of a resource type: it has no `typeName`"]
    {
        assert!(run.err.contains(said), "{}", run.err);
    }
}
