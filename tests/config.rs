//! The config file and the settings it makes.

use cfnvet::config::{self, KnownRule, Overrides, Reading, Selectors, Settings, Workspace, parse_cfnlintrc};
use cfnvet::diagnostic::Severity;
use cfnvet::rules;

use crate::support::read;

/// All rules, as the config knows them.
pub(crate) fn known_rules() -> Vec<KnownRule> {
    rules::all().iter().map(|rule| KnownRule { code: rule.code, name: rule.name, options: rule.options }).collect()
}

/// Fails where the JSON Schema refuses a config file.
pub(crate) fn assert_valid(text: &str) {
    let schema = config::schema(&known_rules());
    let file: serde_json::Value = serde_yaml::from_str(text).expect("it is YAML");
    let validator = jsonschema::validator_for(&schema).expect("it is a schema");
    let errors: Vec<String> = validator.iter_errors(&file).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "the schema refuses {text}\n{errors:?}");
}

fn is_refused_by_the_schema(text: &str) -> bool {
    let file: serde_json::Value = serde_yaml::from_str(text).expect("it is YAML");
    !jsonschema::is_valid(&config::schema(&known_rules()), &file)
}

fn reading(text: &str) -> Reading {
    config::parse(text, &known_rules())
}

/// The settings of a text in which nothing is wrong.
fn parse(text: &str) -> Settings {
    let reading = reading(text);
    assert_eq!((reading.errors, reading.warnings), (Vec::new(), Vec::new()), "{text}");
    reading.settings
}

fn errors(text: &str) -> String {
    let lines: Vec<String> = reading(text).errors.iter().map(ToString::to_string).collect();
    lines.join("\n")
}

fn selects(settings: &Settings, code: &str) -> bool {
    settings.selects(code, "some-name")
}

const EVERY_KEY: &str = "\
select: [ALL]
ignore: W, E30
per-path-ignores: {legacy/**: [ECS, W], b.yaml: E}
exclude: [vendor/]
severity: info
fail-on: error
regions: [eu-central-1]
parameters: {Stage: prod, Count: 2, Exec: true}
parameter-files: [parameters/prod.json]
workspace: off
workspace-roots: [stacks/]
stack-names: {stacks/network.yaml: network}
guard: [policies/, 'pack:ecs-exec']
registry-schemas: [schemas/]
override-spec: spec.json
baseline: known.json
rules:
  ECS102: {severity: warning}
  exec-on-asg-capacity-provider: {severity: off, profile: aws-docs-2022}
";

#[test]
fn every_key_is_read() {
    let settings = parse(EVERY_KEY);
    assert_eq!(settings.selection.config.ignore, ["W", "E30"]);
    assert_eq!(settings.per_path_ignores[0], ("legacy/**".to_owned(), vec!["ECS".to_owned(), "W".to_owned()]));
    assert_eq!(settings.exclude, ["vendor/"]);
    assert_eq!((settings.severity, settings.fail_on), (Severity::Info, Some(Severity::Error)));
    assert_eq!(settings.regions, ["eu-central-1"]);
    assert_eq!(settings.parameters["Count"], "2");
    assert_eq!(settings.parameters["Exec"], "true");
    assert_eq!(settings.parameter_files, ["parameters/prod.json"]);
    assert_eq!((settings.workspace, &settings.workspace_roots[..]), (Workspace::Off, &["stacks/".to_owned()][..]));
    assert_eq!(settings.stack_names["stacks/network.yaml"], "network");
    assert_eq!(settings.guard, ["policies/", "pack:ecs-exec"]);
    assert_eq!(settings.registry_schemas, ["schemas/"]);
    assert_eq!(settings.override_spec.as_deref(), Some("spec.json"));
    assert_eq!(settings.baseline.as_deref(), Some("known.json"));
    assert_eq!(settings.severity_of("ECS102", "exec-on-asg-run-task", Severity::Error), Severity::Warning);
    assert!(!settings.selects("ECS101", "exec-on-asg-capacity-provider"));
    let options = serde_json::json!({"profile": "aws-docs-2022"});
    assert_eq!(settings.options("ECS101", "exec-on-asg-capacity-provider"), Some(&options));
    assert_eq!(parse("fail-on: never\n").fail_on, None);
}

#[test]
fn the_schema_has_every_key_and_takes_what_the_parser_takes() {
    let schema = config::schema(&known_rules());
    for key in schema["properties"].as_object().expect("it has keys").keys() {
        assert!(EVERY_KEY.lines().any(|line| line.starts_with(&format!("{key}:"))), "`{key}` must be in this test's file");
        // A key that the schema has and the parser does not would be an unknown one.
        assert!(!errors(&format!("{key}:\n")).contains("unknown key"), "{key}");
    }
    assert_valid(EVERY_KEY);
    for text in [
        "selct: []\n",
        "severity: loud\n",
        "rules: {ECS101: {managed: x}}\n",
        "rules: {ECS101: 3}\n",
        "select: {a: b}\n",
        "- a\n",
    ] {
        assert!(!reading(text).errors.is_empty(), "{text}");
        assert!(is_refused_by_the_schema(text), "{text}");
    }
}

/// `INSTA_UPDATE=always cargo test` writes it anew.
#[test]
fn the_schema_that_is_checked_in_is_the_one_that_the_command_prints() {
    const FILE: &str = "docs/cfnvet.schema.json";
    let schema = format!("{}\n", serde_json::to_string_pretty(&config::schema(&known_rules())).expect("it is JSON"));
    let path = crate::support::root().join(FILE);
    if std::env::var("INSTA_UPDATE").is_ok_and(|update| update == "always") {
        std::fs::write(path, schema).expect("it can be written");
    } else {
        assert_eq!(read(FILE), schema, "{FILE} is not what `cfnvet config-schema` prints");
    }
}

#[test]
fn a_first_file_explains_every_key_and_sets_none() {
    let starter = config::starter(&[]);
    assert_eq!(parse(&starter), Settings::default());
    assert_valid(&starter);
    // With its examples taken in, it is a config file too.
    let uncommented: String = starter
        .lines()
        .map(|line| line.strip_prefix('#').filter(|line| !line.starts_with(' ') || line.starts_with("  ")).unwrap_or(line))
        .filter(|line| !line.contains("yaml-language-server"))
        .map(|line| format!("{line}\n"))
        .collect();
    parse(&uncommented);
    assert_valid(&uncommented);
    for key in config::schema(&known_rules())["properties"].as_object().expect("it has keys").keys() {
        assert!(uncommented.contains(&format!("\n{key}:")), "{key} is not in {uncommented}");
    }
}

#[test]
fn an_empty_file_sets_nothing() {
    for text in ["", "# nothing yet\n", "---\n", "\u{feff}", "rules:\nselect:\n"] {
        assert_eq!(parse(text), Settings::default(), "{text:?}");
    }
}

#[test]
fn an_unknown_key_is_answered_with_the_nearest_and_its_place() {
    insta::assert_snapshot!(errors("ignore: []\nselct: [E]\n"), @"2:1: unknown key `selct`, did you mean `select`?");
    insta::assert_snapshot!(errors("fail_on: error\n"), @"1:1: unknown key `fail_on`, did you mean `fail-on`?");
    insta::assert_snapshot!(errors("zzz: 1\n"), @"1:1: unknown key `zzz`, the keys are `select`, `ignore`, `per-path-ignores`, `exclude`, `severity`, `fail-on`, `rules`, `regions`, `parameters`, `parameter-files`, `workspace`, `workspace-roots`, `stack-names`, `guard`, `registry-schemas`, `override-spec`, `baseline`");
}

#[test]
fn a_character_that_yaml_has_not_is_shown_where_it_stands() {
    let found = errors("severity: info\nignore: [é\u{1}]\n");
    assert!(found.starts_with("2:11: control characters are not allowed"), "{found}");
}

#[test]
fn values_of_the_wrong_kind_are_refused_and_the_others_count() {
    let texts = [
        "severity: bad\n",
        "severity: warnning\n",
        "fail-on: 3\n",
        "rules:\n  ECS101:\n    severity: on\n",
        "rules: {ECS101: 3}\n",
        "rules: {ECS1O1: {severity: off}}\n",
        "rules: {ECS101: {managed-scaling: x}}\n",
        "select: {a: b}\n",
        "ignore:\n  - ECS\n  - exec-on-asg\n  - 3\n",
        "parameters: {Version: 1.10}\n",
        "regions: [eu-central-1, us-est-1, nowhere]\n",
        "exclude: ['a[']\n",
        "exclude: [../other]\n",
        "per-path-ignores: {'a[': [E], b/: [ZZZ]}\n",
        "workspace: opened\n",
        "? [a]\n: b\n",
        "- a\n- b\n",
        "select: [a\n",
        "select: !tag a\n",
        "select: [E]\n\"select\": [W]\n",
    ];
    insta::assert_snapshot!(texts.map(errors).join("\n"), @r"
    1:11: `severity` cannot be `bad`, it must be `info`, `warning` or `error`
    1:11: `severity` cannot be `warnning`, did you mean `warning`?
    1:10: `fail-on` must be `info`, `warning`, `error` or `never`, not `3`
    3:15: `severity` cannot be `on`, it must be `off`, `info`, `warning` or `error`
    1:17: `ECS101` must be a mapping such as `{severity: off}`, not `3`
    1:9: unknown rule `ECS1O1`, did you mean `ECS101`?
    1:18: ECS101: unknown option `managed-scaling`, did you mean `managed-scaling-off`?
    1:9: `select` must be a list of rules, not a mapping
    3:5: unknown rule `exec-on-asg`, did you mean `exec-on-asg-run-task`?
    4:5: an item of `ignore` must be a text, not a number
    1:23: `Version` must be a text, in quotes, not `1.1`
    1:25: unknown region `us-est-1`, did you mean `us-east-1`?
    1:35: unknown region `nowhere`
    1:11: invalid glob `a[`: unclosed character class; missing ']'
    1:11: glob `../other` leads out of this file's folder, to which it is relative
    1:20: invalid glob `a[`: unclosed character class; missing ']'
    1:36: unknown rule `ZZZ`, `cfnvet rules` lists them
    1:12: `workspace` cannot be `opened`, did you mean `open`?
    1:3: a key must be a text, not a list
    1:1: it must be a mapping of settings, not a list
    2:1: did not find expected ',' or ']'
    1:9: select: a tag means nothing here
    2:1: `select` is given twice
    ");
    let reading = reading("severity: info\nregions: [eu-central-1, us-est-1]\nfail-on: nver\n");
    assert_eq!(reading.settings.severity, Severity::Info);
    assert_eq!(reading.errors.len(), 2);
}

#[test]
fn a_region_that_may_be_newer_than_the_list_is_a_warning() {
    let reading = reading("regions: [us-east-9]\n");
    assert_eq!(reading.errors, []);
    assert_eq!(reading.settings.regions, ["us-east-9"]);
    insta::assert_snapshot!(reading.warnings[0].to_string(), @"1:11: region `us-east-9` is not known to this version");
    assert!(config::REGIONS.is_sorted());
}

#[test]
fn select_replaces_what_is_on_by_default() {
    let settings = parse("select: [ECS]\nignore: [ECS2]\n");
    assert!(selects(&settings, "ECS101"));
    assert!(!selects(&settings, "ECS201"));
    assert!(!selects(&settings, "E3012"));
    assert!(selects(&Settings::default(), "E3012"));
}

#[test]
fn the_command_line_wins_over_the_config_file() {
    let config =
        parse("select: [E3]\nignore: [ECS]\nseverity: error\nparameters: {A: '1', B: '1'}\nrules: {E1001: {severity: off}}\n");
    let select = |selector: &str| Selectors { select: vec![selector.to_owned()], ignore: Vec::new() };
    let selected = config.clone().with(&Overrides { selectors: select("ECS101"), ..Overrides::default() });
    assert!(selects(&selected, "ECS101"));
    assert!(!selects(&selected, "E3012"), "`--select` stands in place of the config's `select`");
    let all = config.clone().with(&Overrides { selectors: select("E1001"), ..Overrides::default() });
    assert!(selects(&all, "E1001"), "naming a rule that the config turns off turns it on");
    let overrides = Overrides {
        severity: Some(Severity::Info),
        parameters: [("B".to_owned(), "2".to_owned())].into(),
        no_workspace: true,
        ..Overrides::default()
    };
    let merged = config.with(&overrides);
    assert_eq!(merged.severity, Severity::Info);
    assert_eq!((merged.parameters["A"].as_str(), merged.parameters["B"].as_str()), ("1", "2"));
    assert_eq!(merged.workspace, Workspace::Off);
}

#[test]
fn the_config_file_of_cfn_lint_means_what_it_means_there() {
    let reading = parse_cfnlintrc(
        "ignore_checks: [E, W2001, I9999]\nmandatory_checks: [W2001]\ninclude_checks: [I]\nregions: [eu-central-1]\n\
         configure_rules: {E3012: {strict: true}}\ntemplates: ['**/*.yaml']\nignore_templates: build/**\nformat: parseable\n\
         non_zero_exit_code: none\ntemplate_parameters: {Stage: prod}\nparameter_files: [p.json]\noutput_file: out.txt\n",
        Settings::default(),
    );
    assert_eq!((reading.errors, reading.warnings), (Vec::new(), Vec::new()));
    let settings = reading.settings;
    assert!(!selects(&settings, "E3012"));
    assert!(selects(&settings, "ECS101"), "cfn-lint has no such rules, so its `E` does not mean them");
    assert!(selects(&settings, "W2001"));
    assert_eq!((settings.severity, settings.fail_on), (Severity::Info, None));
    assert_eq!(settings.regions, ["eu-central-1"]);
    assert_eq!(settings.options("E3012", "wrong-value-type"), Some(&serde_json::json!({"strict": true})));
    assert_eq!((settings.run.templates, settings.exclude), (vec!["**/*.yaml".to_owned()], vec!["/build/**".to_owned()]));
    assert_eq!((settings.run.format.as_deref(), settings.run.output_file.as_deref()), (Some("parseable"), Some("out.txt")));
    assert_eq!((settings.parameters["Stage"].as_str(), &settings.parameter_files[..]), ("prod", &["p.json".to_owned()][..]));
}

#[test]
fn what_is_wrong_in_the_config_file_of_cfn_lint_is_said_with_its_place() {
    let texts = [
        "ignore_checks: 3\n",
        "ignore_checks: {W2001: true}\n",
        "ignore_cheks: [W2001]\n",
        "ignore-checks: [W2001]\n",
        "append_rules: [rules/]\n",
        "format: xml\n",
        "non_zero_exit_code: info\n",
        "regions: [us-est-1]\n",
        "- W2001\n",
    ];
    let said = texts.map(|text| {
        let reading = parse_cfnlintrc(text, Settings::default());
        let lines: Vec<String> = reading.errors.iter().map(|error| format!("error {error}\n")).collect();
        let warnings: Vec<String> = reading.warnings.iter().map(|warning| format!("warning {warning}\n")).collect();
        lines.concat() + &warnings.concat()
    });
    insta::assert_snapshot!(said.concat(), @r"
    error 1:16: `ignore_checks` must be a list of rules, not `3`
    error 1:16: `ignore_checks` must be a list of rules, not a mapping
    warning 1:1: unknown key `ignore_cheks`, did you mean `ignore_checks`?
    warning 1:1: unknown key `ignore-checks`, did you mean `ignore_checks`?
    warning 1:1: `append_rules` is left aside, cfnvet has nothing like it
    error 1:9: `format` cannot be `xml`, it must be `quiet`, `parseable`, `json`, `junit`, `pretty` or `sarif`
    error 1:21: `non_zero_exit_code` cannot be `info`, did you mean `informational`?
    error 1:11: unknown region `us-est-1`, did you mean `us-east-1`?
    error 1:1: it must be a mapping of cfn-lint's settings, not a list
    ");
}

#[test]
fn the_project_file_of_cfn_lint_stands_on_that_of_the_home_folder() {
    let home = parse_cfnlintrc("ignore_checks: [W]\nregions: [us-east-1]\n", Settings::default()).settings;
    let project = parse_cfnlintrc("ignore_checks: [E]\n", home).settings;
    assert!(selects(&project, "W2001") && !selects(&project, "E3012"));
    assert_eq!(project.regions, ["us-east-1"]);
}

#[test]
fn the_example_in_the_documentation_is_right() {
    let page = include_str!("../docs/configuration.md");
    let example = page.split("```yaml\n").nth(1).and_then(|rest| rest.split("```").next()).expect("it has one");
    let settings = parse(example);
    assert_eq!(settings.severity_of("ECS101", "", Severity::Error), Severity::Warning);
    assert_eq!(settings.fail_on, Some(Severity::Error));
    for key in config::schema(&known_rules())["properties"].as_object().expect("it has keys").keys() {
        assert!(example.contains(&format!("{key}:")), "docs/configuration.md must show `{key}`");
    }
}

#[test]
fn the_values_of_options_are_checked_at_their_place() {
    let text = "rules:\n  ECS101:\n    managed-scaling-off: warnin\n    profile: 8\n    verified:\n      - Api*\n      - {resource: Web, reson: x}\n  \
                exec-on-asg-capacity-provider:\n    assume-unresolved-provider: [asg]\n";
    let reading = reading(text);
    let errors: Vec<String> = reading.errors.iter().map(ToString::to_string).collect();
    insta::assert_snapshot!(errors.join("\n"), @"
    3:26: ECS101: `managed-scaling-off` cannot be `warnin`, did you mean `warning`?
    4:14: ECS101: `profile` must be `current` or `aws-docs-2022`, not a number
    7:9: ECS101: unknown key `reson`, did you mean `reason`?
    9:33: ECS101: `assume-unresolved-provider` must be `ignore`, `asg` or `fargate`, not a list
    ");
    assert_eq!(reading.settings.options("ECS101", ""), None, "what is wrong does not count");
}

#[test]
fn a_region_of_the_usual_form_is_taken_and_others_are_not() {
    for written in ["us-east-9", "eu-southwest-1", "ca-north-1", "us-gov-central-1"] {
        let reading = reading(&format!("regions: [{written}]\n"));
        assert_eq!((reading.errors.len(), reading.warnings.len()), (0, 1), "{written}");
    }
    for written in ["us-est-1", "us-east-10", "us-east-0", "xx-east-1", "us-1", "east-1", "us--1"] {
        let reading = reading(&format!("regions: [{written}]\n"));
        assert_eq!((reading.errors.len(), reading.warnings.len()), (1, 0), "{written}");
    }
}
