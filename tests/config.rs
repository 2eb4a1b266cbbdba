//! The config file and the settings it makes.

use cfnvet::config::{Overrides, Selectors, Settings, parse, parse_cfnlintrc};
use cfnvet::diagnostic::Severity;

fn error(text: &str) -> String {
    parse(text).expect_err("it is refused").to_string()
}

fn selects(settings: &Settings, code: &str) -> bool {
    settings.selects(code, "some-name")
}

#[test]
fn every_key_is_read() {
    let settings = parse(
        "select: [ALL]\nignore: W, E30\nseverity: info\nfail-on: error\nregions: [eu-central-1]\n\
         parameters: {Stage: prod, Count: 2, Exec: true}\n\
         rules:\n  ECS101: {severity: warning}\n  some-name: {severity: off, strict: true, max: 3}\n",
    )
    .expect("it is right");
    assert_eq!(settings.selection.config.ignore, ["W", "E30"]);
    assert_eq!((settings.severity, settings.fail_on), (Severity::Info, Severity::Error));
    assert_eq!(settings.regions, ["eu-central-1"]);
    assert_eq!(settings.parameters["Count"], "2");
    assert_eq!(settings.parameters["Exec"], "true");
    assert_eq!(settings.severity_of("ECS101", "exec-on-asg-capacity-provider", Severity::Error), Severity::Warning);
    assert!(!settings.selects("X1", "some-name"));
    assert_eq!(settings.options("X1", "some-name"), Some(&serde_json::json!({"strict": true, "max": 3})));
}

#[test]
fn an_empty_file_sets_nothing() {
    for text in ["", "# nothing yet\n", "---\n", "\u{feff}", "rules:\nselect:\n"] {
        assert_eq!(parse(text), Ok(Settings::default()), "{text:?}");
    }
}

#[test]
fn an_unknown_key_is_answered_with_the_nearest_and_its_place() {
    insta::assert_snapshot!(error("ignore: []\nselct: [E]\n"), @"line 2, column 1: unknown key `selct`, did you mean `select`?");
    insta::assert_snapshot!(error("fail_on: error\n"), @"line 1, column 1: unknown key `fail_on`, did you mean `fail-on`?");
    insta::assert_snapshot!(error("zzz: 1\n"), @"line 1, column 1: unknown key `zzz`, the keys are `select`, `ignore`, `severity`, `fail-on`, `rules`, `regions`, `parameters`, `workspace`, `stack-names`, `baseline`");
}

#[test]
fn values_of_the_wrong_kind_are_refused() {
    let texts = [
        "severity: bad\n",
        "rules:\n  ECS101:\n    severity: on\n",
        "rules: {ECS101: 3}\n",
        "select: {a: b}\n",
        "parameters: {Version: 1.10}\n",
        "- a\n- b\n",
        "select: [a\n",
        "select: a\nselect: b\n",
    ];
    insta::assert_snapshot!(texts.map(error).join("\n"), @r"
    line 1, column 11: severity: unknown level `bad`, it is one of `info`, `warning`, `error`
    line 3, column 15: rules.ECS101.severity: unknown level `on`, it is one of `off`, `info`, `warning`, `error`
    line 1, column 17: rules.ECS101: invalid type: integer `3`, expected a mapping such as `{severity: off}`
    line 1, column 9: select: invalid type: map, expected a list of words
    line 1, column 23: parameters.Version: invalid type: floating point `1.1`, expected a text, in quotes
    line 1, column 1: invalid type: sequence, expected a mapping of settings
    line 2, column 1: did not find expected ',' or ']' at line 2 column 1, while parsing a flow sequence
    line 2, column 1: `select` is given twice
    ");
}

#[test]
fn select_replaces_what_is_on_by_default() {
    let settings = parse("select: [ECS]\nignore: [ECS2]\n").expect("it is right");
    assert!(selects(&settings, "ECS101"));
    assert!(!selects(&settings, "ECS201"));
    assert!(!selects(&settings, "E3012"));
    assert!(selects(&Settings::default(), "E3012"));
}

#[test]
fn the_command_line_wins_over_the_config_file() {
    let config =
        parse("select: [E3]\nignore: [ECS]\nseverity: error\nparameters: {A: '1', B: '1'}\nrules: {E1001: {severity: off}}\n")
            .expect("it is right");
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
    assert_eq!(merged.workspace, cfnvet::config::Workspace::Off);
}

#[test]
fn the_config_file_of_cfn_lint_means_what_it_means_there() {
    let settings = parse_cfnlintrc(
        "ignore_checks: [E, W2001, I9999]\nmandatory_checks: [W2001]\ninclude_checks: [I]\nregions: [eu-central-1]\n\
         configure_rules: {E3012: {strict: true}}\ntemplates: ['**/*.yaml']\nno_such_key: 1\n",
    )
    .expect("it is right");
    assert!(!selects(&settings, "E3012"));
    assert!(selects(&settings, "ECS101"), "cfn-lint has no such rules, so its `E` does not mean them");
    assert!(selects(&settings, "W2001"));
    assert_eq!(settings.severity, Severity::Info);
    assert_eq!(settings.regions, ["eu-central-1"]);
    assert_eq!(settings.options("E3012", "wrong-value-type"), Some(&serde_json::json!({"strict": true})));
    let error = parse_cfnlintrc("ignore_checks: 3\n").expect_err("it is refused").to_string();
    insta::assert_snapshot!(error, @"line 1, column 16: ignore_checks: invalid type: integer `3`, expected a list of words");
}

#[test]
fn the_example_in_the_documentation_is_right() {
    let page = include_str!("../docs/configuration.md");
    let example = page.split("```yaml\n").nth(1).and_then(|rest| rest.split("```").next()).expect("it has one");
    let settings = parse(example).expect("it is right");
    assert_eq!(settings.severity_of("ECS101", "", Severity::Error), Severity::Warning);
    assert_eq!(settings.fail_on, Severity::Error);
}
