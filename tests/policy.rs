//! Policies in Guard's language.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use cfnvet::policy::{self, Policy};
use cfnvet::syntax;
use cfnvet::text::SourceFile;

use crate::support::{files_below, root};

const BUCKETS: &str = "\
let buckets = Resources.*[ Type == 'AWS::S3::Bucket' ]

rule S3_NAME when %buckets !empty {
    %buckets.Properties.BucketName == /^org-/
    <<
        Violation: a bucket's name must begin with org-
        Fix: rename it
        severity: medium
    >>
    %buckets.Properties.BucketEncryption exists
}
";

const TEMPLATE: &str = "\
Resources:
  Plain:
    Type: AWS::S3::Bucket
    Properties:
      BucketName: logs
  Kept:
    Type: AWS::S3::Bucket
    Metadata: {guard: {SuppressedRules: [S3_NAME]}}
    Properties: {BucketName: web-logs}
  Queue:
    Type: AWS::SQS::Queue
";

fn source(name: &str, text: &str) -> Arc<SourceFile> {
    Arc::new(SourceFile::new(name, text))
}

fn load(text: &str) -> Arc<Policy> {
    let loaded = policy::load(&source("org.guard", text));
    assert_eq!(loaded.problems, []);
    loaded.policy.expect("it holds a rule")
}

/// The findings of a policy, as `line:column text severity code message`.
fn findings(rules: &str, template: &str) -> Vec<String> {
    let template = source("t.yaml", template);
    let outcome = policy::check(&[load(rules)], &syntax::parse(&template));
    assert_eq!(outcome.problems, []);
    let line = |diagnostic: &cfnvet::diagnostic::Diagnostic| {
        let at = template.position(diagnostic.span.start);
        let text = template.slice(diagnostic.span);
        format!("{}:{} [{text}] {} {} {}", at.line, at.column, diagnostic.severity.as_str(), diagnostic.code, diagnostic.message)
    };
    outcome.diagnostics.iter().map(line).collect()
}

/// What is wrong with a rule file, as `line:column message`.
fn problems(rules: &str) -> Vec<String> {
    let loaded = policy::load(&source("org.guard", rules));
    assert!(loaded.policy.is_none(), "a rule file with a problem is not evaluated");
    loaded.problems.iter().map(placed).collect()
}

fn placed(problem: &cfnvet::report::RunProblem) -> String {
    let place = problem.place.as_ref().expect("it has a place");
    format!("{}:{} {}", place.line, place.column, problem.message)
}

/// What the command prints and says, and its exit status.
fn cfnvet(folder: &Path, arguments: &[&str]) -> (String, String, i32) {
    let run = Command::new(env!("CARGO_BIN_EXE_cfnvet")).args(arguments).current_dir(folder).output().expect("it runs");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("it prints text");
    (text(run.stdout), text(run.stderr), run.status.code().expect("it ends by itself"))
}

fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder can be made");
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().expect("it is in the folder")).expect("it can be made");
        fs::write(path, text).expect("it can be written");
    }
    folder
}

#[test]
fn a_clause_that_fails_is_a_finding_on_its_entry_in_the_words_of_the_author() {
    assert_eq!(
        findings(BUCKETS, TEMPLATE),
        [
            "5:7 [BucketName: logs] warning GRD:S3_NAME a bucket's name must begin with org-",
            "4:5 [Properties] warning GRD:S3_NAME a bucket's name must begin with org-",
        ]
    );
}

#[test]
fn a_clause_without_words_is_shown_as_it_is_written() {
    let rules = "rule R { Resources.*[ Type == 'AWS::SQS::Queue' ].Properties.QueueName exists }\n";
    assert_eq!(
        findings(rules, TEMPLATE),
        [
            "10:3 [Queue] error GRD:R policy `R` does not hold: `Resources.*[ Type == 'AWS::SQS::Queue' ].Properties.QueueName exists`"
        ]
    );
}

#[test]
fn a_path_leads_through_short_forms_quoted_keys_and_list_items() {
    let template = "\
Resources:
  A:
    Type: AWS::X::Y
    Properties:
      'quoted/key': bad
      List:
        - {Name: good}
        - {Name: bad}
      Role: !GetAtt Role.Arn
";
    let rules = "\
rule SLASH { Resources.*.Properties.'quoted/key' != 'bad' }
rule ITEM { Resources.*.Properties.List[*].Name != 'bad' }
rule SHORT { Resources.*.Properties.Role.'Fn::GetAtt'[0] == 'Other' }
";
    assert_eq!(
        findings(rules, template).iter().map(|finding| finding.split(" error").next().unwrap_or_default()).collect::<Vec<_>>(),
        ["5:7 ['quoted/key': bad]", "8:12 [Name: bad]", "9:13 [!GetAtt Role.Arn]"]
    );
}

#[test]
fn alternatives_that_all_fail_are_one_finding() {
    let rules = "rule R {\n  Resources.Queue.Properties exists or\n  Resources.Queue.DependsOn exists\n}\n";
    let template = source("t.yaml", TEMPLATE);
    let outcome = policy::check(&[load(rules)], &syntax::parse(&template));
    assert_eq!(outcome.diagnostics.len(), 1);
    let labels: Vec<&str> = outcome.diagnostics[0].labels.iter().map(|label| label.file.slice(label.span)).collect();
    assert_eq!(labels, ["Resources.Queue.Properties exists", "Resources.Queue.DependsOn exists"]);
}

#[test]
fn what_would_abort_the_process_is_refused_with_its_place() {
    assert_eq!(
        problems("rule A when B { Resources exists }\nrule B {\n  A\n}\n"),
        ["1:6 a circle that has no end: `A` needs `B` needs `A`"]
    );
    assert_eq!(
        problems("let a = %b\nlet b = %a\nrule A { %a exists }\n"),
        ["2:9 a circle that has no end: `%a` needs `%b` needs `%a`"]
    );
    assert_eq!(problems("rule p(x) {\n  p(%x)\n}\nrule A { p(Resources) }\n"), ["1:6 a circle that has no end: `p` needs `p`"]);
    let deep = format!("rule A {}", "{".repeat(100_000));
    assert_eq!(problems(&deep), ["1:72 brackets stand in each other more than 64 deep"]);
}

#[test]
fn what_guard_gives_up_on_is_said_with_its_place() {
    assert_eq!(problems("rule A {\n  %nope exists\n}\n"), ["2:3 no `let` defines `%nope`"]);
    assert_eq!(problems("rule B {\n  NOPE\n}\n"), ["2:3 no rule is called `NOPE`"]);
    assert_eq!(problems("# view: inside\nrule A { Resources exists }\n").len(), 1);
    let broken = problems("rule A {\n  Resources ==\n}\n");
    assert!(broken[0].contains("Guard cannot read the rules from here on"), "{broken:?}");
}

#[test]
fn a_regular_expression_that_compiles_slowly_is_warned_of() {
    let loaded = policy::load(&source("org.guard", "rule A { Resources.*.Type == /^[\\w\\-]{1,64}$/ }\n"));
    assert_eq!(loaded.warnings.len(), 1);
    let loaded = policy::load(&source("org.guard", "rule A { Resources.*.Type == /^[a-z0-9_]{1,64}\\w$/ }\n"));
    assert_eq!(loaded.warnings, []);
}

#[test]
fn names_of_types_and_properties_that_are_misspelt_are_warned_of() {
    let rules = "let buckets = Resources.*[ Type == 'AWS::S3::Bucket' ]\n\
        rule A when %buckets !empty {\n  %buckets.Properties.BucketEncripton exists\n\
        \x20 %buckets {\n    Properties.LifecycleConfiguration.Rules[ Statuss == 'Enabled' ] exists\n\
        \x20   Properties.bucket_name exists\n    Properties.Tags[*].Kee exists\n    Properties.Unheard exists\n  }\n}\n\
        rule B {\n  AWS::SQS::Queeu {\n    Properties.QueueName exists\n  }\n\
        \x20 AWS::IAM::Role {\n    Properties.AssumeRolePolicyDocument.Statment exists\n    Properties.Polices !exists\n  }\n}\n";
    let loaded = policy::load(&source("org.guard", rules));
    assert!(loaded.policy.is_some() && loaded.problems.is_empty(), "{:?}", loaded.problems);
    let said: Vec<String> = loaded.warnings.iter().map(placed).collect();
    insta::assert_snapshot!(said.join("\n"));
}

#[test]
fn damaged_rule_files_end_in_words_and_never_in_a_panic() {
    for end in (0..BUCKETS.len()).step_by(3) {
        let loaded = policy::load(&source("org.guard", &BUCKETS[..end]));
        assert!(loaded.policy.is_some() || !loaded.problems.is_empty() || BUCKETS[..end].lines().count() < 4);
    }
}

#[test]
fn what_a_rule_file_cannot_see_does_not_change_its_verdict() {
    let rules = "\
let buckets = Resources.*[ Type == 'AWS::S3::Bucket' ]
rule NONE when %buckets !empty { %buckets.Properties exists }
rule ALL { Resources.*[ Type == 'AWS::SQS::Queue' ] { Properties exists } }
rule EMPTY { Resources.*[ Type == 'AWS::SNS::Topic' ] empty }
";
    let verdicts = |template: &str| policy::verdicts(&load(rules), &syntax::parse(&source("t.yaml", template)));
    // A rule that reads everything keeps the whole document.
    let whole = format!("{rules}rule ANY {{ Resources.* exists }}\n");
    let unpruned = |template: &str| {
        let mut all = policy::verdicts(&load(&whole), &syntax::parse(&source("t.yaml", template))).expect("it is evaluated");
        all.remove("ANY");
        all
    };
    for template in
        [TEMPLATE, "Resources: {A: {Type: 'AWS::SNS::Topic'}}", "Resources: {}", "Outputs: {}", "Resources: {A: {Type: 1}}"]
    {
        assert_eq!(verdicts(template).expect("it is evaluated"), unpruned(template), "{template}");
    }
}

#[test]
fn guard_findings_are_selected_ignored_and_suppressed_like_any_other() {
    let commented = TEMPLATE.replace("      BucketName: logs", "      BucketName: logs # cfnvet: ignore[GRD:S3_NAME] kept");
    let folder = folder(&[("org.guard", BUCKETS), ("t.yaml", TEMPLATE), ("commented.yaml", &commented)]);
    let run = |arguments: &[&str]| cfnvet(folder.path(), arguments);
    let base = ["check", "--guard", "org.guard", "--output-format", "concise"];
    let (out, _, code) = run(&[&base[..], &["t.yaml"]].concat());
    assert_eq!((out.matches("GRD:S3_NAME").count(), code), (2, 1), "{out}");
    let (out, _, code) = run(&[&base[..], &["t.yaml", "--ignore", "GRD:S3_NAME"]].concat());
    assert_eq!((out.matches("GRD:").count(), code), (0, 0), "{out}");
    let (out, _, _) = run(&[&base[..], &["commented.yaml"]].concat());
    assert_eq!(out.matches("GRD:S3_NAME").count(), 1, "{out}");
}

#[test]
fn the_config_names_policies_from_its_own_folder() {
    let config = "guard: [policies/]\nrules:\n  GRD:S3_NAME: {severity: info}\n";
    let files = [("a/.cfnvet.yaml", config), ("a/policies/org.guard", BUCKETS), ("a/t.yaml", TEMPLATE), ("b/t.yaml", TEMPLATE)];
    let folder = folder(&files);
    let (out, error, code) =
        cfnvet(folder.path(), &["check", "--severity", "info", "--output-format", "concise", "a/t.yaml", "b/t.yaml"]);
    let found = |file: &str| out.lines().filter(|line| line.starts_with(file) && line.contains("GRD:")).count();
    assert_eq!((found("a/t.yaml:"), found("b/t.yaml:"), code), (2, 0, 0), "{out}{error}");
}

#[test]
fn a_rule_file_that_cannot_be_read_takes_no_other_down() {
    let folder = folder(&[("org.guard", BUCKETS), ("bad.guard", "rule {"), ("t.yaml", TEMPLATE)]);
    let (out, error, code) = cfnvet(folder.path(), &["check", "--guard", ".", "--output-format", "concise", "t.yaml"]);
    assert_eq!((out.matches("GRD:S3_NAME").count(), code), (2, 2), "{out}{error}");
    assert!(error.contains("bad.guard:1:"), "{error}");
    let (_, error, code) = cfnvet(folder.path(), &["check", "--guard", "nothing.guard", "t.yaml"]);
    assert_eq!(code, 2);
    assert!(error.contains("nothing.guard: there is no such file or folder"), "{error}");
}

#[test]
fn the_tests_of_the_policies_that_we_ship_hold() {
    let (out, error, code) = cfnvet(root(), &["guard", "test", "rules/policies"]);
    assert_eq!(code, 0, "{out}{error}");
    let shipped = files_below("rules/policies").iter().filter(|path| path.ends_with(".guard")).count();
    assert_eq!(out.matches("Testing Guard File").count(), shipped, "every rule file has tests");
}

#[test]
fn a_test_that_does_not_hold_says_which_clause_failed_where() {
    let test = "- name: wrong\n  input: {Resources: {B: {Type: 'AWS::S3::Bucket', Properties: {BucketName: x, BucketEncryption: {}}}}}\n  expectations: {rules: {S3_NAME: PASS}}\n";
    let folder = folder(&[("org.guard", BUCKETS), ("tests/org_tests.yaml", test)]);
    let (out, _, code) = cfnvet(folder.path(), &["guard", "test", "."]);
    assert_eq!(code, 1);
    assert!(
        out.contains("    S3_NAME: Expected = PASS, Evaluated = [FAIL]\n      ./tests/org_tests.yaml:2:65: a bucket's name"),
        "{out}"
    );
}

#[test]
fn clauses_outside_of_rules_are_tested_by_any_name_that_guard_gives_them() {
    for name in ["default", "org/default", "rules/org.guard/default", "org"] {
        let test = format!("- input: {{Resources: {{}}}}\n  expectations: {{rules: {{{name}: FAIL}}}}\n");
        let folder = folder(&[("org.guard", "Description exists\n"), ("tests/org_tests.yaml", &test)]);
        let (out, error, code) = cfnvet(folder.path(), &["guard", "test", "."]);
        assert_eq!(code, 0, "{out}{error}");
        assert!(out.contains("  PASS Rules:\n    org/default: Expected = FAIL\n"), "{out}");
        assert_eq!(error, "1 expectations hold, 0 do not.\n");
    }
}

#[test]
fn alternatives_are_reported_for_each_resource_in_which_all_fail() {
    let rules = "let p = Resources.*[ Type == 'AWS::Lambda::Permission' ]\nrule OPEN {\n  %p.Properties.Principal == 'a' or\n  %p.Properties.SourceArn exists\n}\n";
    let permission = |name: &str, metadata: &str, principal: &str| {
        format!("  {name}:\n    Type: AWS::Lambda::Permission\n{metadata}    Properties: {{Principal: {principal}}}\n")
    };
    let suppressed = "    Metadata: {guard: {SuppressedRules: [OPEN: known]}}\n";
    let template = [
        "Resources:\n".to_owned(),
        permission("First", suppressed, "b"),
        permission("Second", "", "c"),
        permission("Third", "", "a"),
    ]
    .concat();
    let folder = folder(&[("org.guard", rules), ("t.yaml", &template)]);
    let (out, error, code) =
        cfnvet(folder.path(), &["check", "--guard", "org.guard", "--select", "GRD", "--output-format", "concise", "t.yaml"]);
    assert_eq!((out.matches("GRD:OPEN").count(), code), (1, 1), "{out}{error}");
    assert!(out.starts_with("t.yaml:8:18: "), "of `Third` one alternative holds: {out}");
    assert!(out.contains("1 suppressed"), "{out}");
}

#[test]
fn rules_of_one_name_are_tested_as_guard_does() {
    let rules = "let b = Resources.*[ Type == 'AWS::S3::Bucket' ]\nrule R when %b !empty { %b.Properties.BucketName exists }\nrule R when hook exists { hook == 1 }\n";
    for (expected, code) in [("PASS", 0), ("SKIP", 1), ("FAIL", 1)] {
        let test = format!(
            "- input: {{Resources: {{B: {{Type: 'AWS::S3::Bucket', Properties: {{BucketName: logs}}}}}}}}\n  expectations: {{rules: {{R: {expected}}}}}\n"
        );
        let folder = folder(&[("org.guard", rules), ("tests/org_tests.yaml", &test)]);
        let (out, error, status) = cfnvet(folder.path(), &["guard", "test", "."]);
        assert_eq!(status, code, "{out}{error}");
        assert!(expected == "PASS" || out.contains("Evaluated = [PASS, SKIP]"), "{out}");
    }
}

#[test]
fn messages_keep_their_parts_however_guard_and_authors_write_them() {
    let rules = "let bad = Resources.*[ Type == 'AWS::SNS::Topic' ]\nrule ONE when Resources exists {\n  %bad !empty\n  <<\n    Violation: There must be one\n    Fix: Add one\n    Note: or two\n  >>\n}\nrule TWO {\n  Resources.*.Properties.A exists << [CT.S3.PR.1]: A is needed\n [FIX]: Write A >>\n}\nlet all = ['x']\nrule THREE {\n  Resources.*[ Type == 'AWS::S3::Bucket' ].Properties {\n    %all.* not in Names\n  }\n}\n";
    let template = "Resources:\n  B:\n    Type: AWS::S3::Bucket\n    Properties:\n      Names: [x]\n";
    let folder = folder(&[("org.guard", rules), ("t.yaml", template)]);
    let arguments = ["check", "--guard", "org.guard", "--select", "GRD", "--output-format", "json", "t.yaml"];
    let (out, _, _) = cfnvet(folder.path(), &arguments);
    let report: serde_json::Value = serde_json::from_str(&out).expect("it is JSON");
    let mut found: Vec<String> = report["diagnostics"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|found| {
            let line = &found["span"]["start"]["line"];
            format!("{} {line} {} | {} | {}", found["code"], found["message"], found["help"], found["notes"]).replace('"', "")
        })
        .collect();
    found.sort();
    insta::assert_snapshot!(found.join("\n"));
}

#[test]
fn the_pack_of_ecs_exec_finds_the_incident() {
    let (out, error, code) = cfnvet(
        root(),
        &[
            "check",
            "--isolated",
            "--guard",
            "pack:ecs-exec",
            "--select",
            "GRD",
            "--output-format",
            "concise",
            "fixtures/incident",
        ],
    );
    // The YAML one, and its twin in JSON.
    assert_eq!(out.matches("exec-with-provider.").count(), 2, "{out}{error}");
    assert_eq!(out.matches("GRD:ECS_EXEC_ON_ASG_CAPACITY").count(), 2, "{out}{error}");
    assert_eq!(code, 1);
    let (_, error, code) = cfnvet(root(), &["check", "--isolated", "--guard", "pack:ecs-exex", "fixtures/incident"]);
    assert_eq!(code, 2);
    assert!(error.contains("did you mean `pack:ecs-exec`?"), "{error}");
}
