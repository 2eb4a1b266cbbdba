//! Policies that nobody should trust: cut, mutated, circular, huge.

use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use cfnvet::policy::{self, Engine};
use cfnvet::syntax;
use cfnvet::text::SourceFile;

use crate::support::{files_below, read, root};

/// Numbers without a pattern, the same for the same seed.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % bound.max(1) as u64) as usize
    }
}

const PIECES: &[&str] = &[
    "{",
    "}",
    "[",
    "]",
    "(",
    ")",
    "<<",
    ">>",
    "%",
    "%x",
    "rule ",
    "when ",
    "let a = ",
    "some ",
    "not ",
    "!",
    "==",
    "in ",
    "r(1,",
    "/",
    "/(/",
    "'",
    "\"",
    "#",
    "\n",
    "\r\n",
    "\0",
    "\u{feff}",
    "é",
    "this",
    "keys",
    "*",
    "..",
    ".",
    "[*]",
    "[0]",
    "count(",
    "exists",
    "empty",
    " or ",
    "rule a when a {}",
    "p(%p)",
    "\\",
    "99999999999999999999",
    "AWS::S3::Bucket ",
];

fn mutated(text: &str, random: &mut Random) -> String {
    let mut out: Vec<char> = text.chars().collect();
    for _ in 0..=random.below(4) {
        let at = random.below(out.len());
        match random.below(5) {
            0 => out.truncate(at),
            1 => drop(out.splice(at..at, PIECES[random.below(PIECES.len())].chars())),
            2 => drop(out.drain(at..(at + 1 + random.below(12)).min(out.len()))),
            3 => {
                let part: Vec<char> = out[at..(at + random.below(60)).min(out.len())].to_vec();
                drop(out.splice(at..at, part));
            }
            _ => drop(out.splice(at..(at + 1).min(out.len()), PIECES[random.below(PIECES.len())].chars())),
        }
    }
    out.into_iter().collect()
}

const TEMPLATE: &str = "\
Parameters: {Name: {Type: String, Default: x}}
Metadata: {V: [1, a, 1.5, true, ~, {a: b}], L: ok}
Resources:
  A: {Type: AWS::S3::Bucket, Properties: {BucketName: !Ref Name, Tags: [{Key: a, Value: !Sub '${Name}'}]}}
  B: {Type: AWS::SQS::Queue, Properties: {QueueName: !If [C, a, !Ref AWS::NoValue]}}
Outputs: {}
";

#[test]
fn cut_and_mutated_rule_files_end_in_words_or_verdicts() {
    let count = std::env::var("POLICY_MUTATIONS").ok().and_then(|count| count.parse().ok()).unwrap_or(300);
    let seed = std::env::var("POLICY_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(1);
    let files: Vec<String> = files_below("fixtures/guard").iter().filter(|path| path.ends_with(".guard")).map(read).collect();
    let tree = syntax::parse(&Arc::new(SourceFile::new("t.yaml", TEMPLATE)));
    let mut random = Random(seed * 0x9e37_79b9 + 1);
    let engine = Engine::new(Duration::from_secs(20), None);
    let (mut refused, mut evaluated, mut failed, mut empty) = (0, 0, 0, 0);
    for number in 0..count {
        let text = mutated(&files[random.below(files.len())], &mut random);
        let loaded = policy::load_with(&Arc::new(SourceFile::new(format!("{number}.guard"), text.as_str())), &engine);
        assert!(!loaded.problems.iter().any(|problem| problem.message.contains("more than 20 s")), "{text}");
        match loaded.policy {
            Some(policy) => {
                let outcome = policy::check(&[policy], &tree);
                assert!(!outcome.problems.iter().any(|problem| problem.message.contains("more than 20 s")), "{text}");
                if outcome.problems.is_empty() { evaluated += 1 } else { failed += 1 }
            }
            None if loaded.problems.is_empty() => empty += 1,
            None => refused += 1,
        }
    }
    println!("{count} rule files: {evaluated} evaluated, {refused} refused, {failed} given up on, {empty} without a rule");
    assert_eq!(refused + evaluated + failed + empty, count);
    assert!(evaluated > count / 50 && refused > count / 50, "{evaluated} evaluated, {refused} refused of {count}");
}

fn load(text: &str) -> policy::Loaded {
    policy::load(&Arc::new(SourceFile::new("x.guard", text)))
}

/// What is wrong with a rule file, in words.
fn problem(text: &str) -> String {
    let loaded = load(text);
    assert!(loaded.policy.is_none(), "it is evaluated: {}", &text[..text.len().min(80)]);
    loaded.problems.first().map(|problem| problem.message.clone()).unwrap_or_default()
}

#[test]
fn brackets_without_end_are_refused_before_guard_reads_them() {
    for bracket in ["{", "[", "(", "a[", "when a {", "some a[ b == "] {
        let many = bracket.repeat(100_000);
        assert!(problem(&format!("rule A {{ {many}")).contains("deep"), "{bracket}");
    }
    // Those in texts, comments and messages are no nesting.
    let harmless = format!(
        "rule A {{ Resources exists << {} >>\n # {}\n Resources != '{}' }}\n",
        "{".repeat(999),
        "[".repeat(999),
        "(".repeat(999)
    );
    assert!(load(&harmless).policy.is_some());
}

#[test]
fn every_circle_is_refused() {
    for circle in [
        "rule A when A { Resources exists }\n",
        "rule A { B }\nrule B { C }\nrule C { A }\n",
        "rule A { B }\nrule B { Resources.*[ A ] exists }\n",
        "rule A { when B { Resources exists } }\nrule B { not A }\n",
        "rule A { Resources { B } }\nrule B { A }\n",
        "rule p(x) { q(%x) }\nrule q(y) { p(%y) }\nrule A { p(Resources) }\n",
        "rule p(x) { %x { p(this) } }\nrule A { p(Resources) }\n",
        "rule A { let a = %b\n let b = %a\n %a exists }\n",
        "let a = %a\nrule A { %a exists }\n",
        "let a = Resources.*[ Type == %a ]\nrule A { %a exists }\n",
        "let a = count(%b)\nlet b = join(%a, ',')\nrule A { %a exists }\n",
        "let a = Resources[ keys == %a ]\nrule A { %a exists }\n",
    ] {
        let problem = problem(circle);
        let is_syntax = problem.contains("cannot read the rules");
        assert!(problem.contains("a circle") || is_syntax, "{circle}: {problem}");
    }
}

#[test]
fn bytes_that_are_no_text_are_said_and_those_of_other_systems_are_read() {
    let loaded = policy::load(&Arc::new(SourceFile::from_bytes("x.guard", b"rule A { Resources.\xff exists }".to_vec())));
    assert!(loaded.policy.is_none() && loaded.problems.len() == 1);
    let marked = policy::load(&Arc::new(SourceFile::from_bytes("x.guard", b"\xef\xbb\xbfrule A { Resources exists }".to_vec())));
    assert!(marked.policy.is_some(), "{:?}", marked.problems);
    assert!(load("# windows\r\nrule A {\r\n  Resources exists\r\n  <<\r\n  x\r\n  >>\r\n}\r\n").policy.is_some());
    assert!(!problem("rule A { Resources \0 exists }").is_empty());
    for nothing in ["", "\n\n", "# a comment\n", "# a\r\n# b", "   "] {
        let loaded = load(nothing);
        assert!(loaded.policy.is_none() && loaded.problems.is_empty(), "{nothing:?}: {:?}", loaded.problems);
    }
}

#[test]
fn huge_rule_files_are_read() {
    let mut many = String::new();
    for number in 0..2_000 {
        let _ = writeln!(many, "rule R{number} {{ Resources.*.Type != 'X{number}' }}");
    }
    let loaded = load(&many);
    assert!(loaded.policy.is_some(), "{:?}", loaded.problems);
    let long = format!("rule A {{ Resources.*.Type != '{}' }}\n# {}\n", "x".repeat(300_000), "y".repeat(2_000_000));
    assert!(load(&long).policy.is_some());
}

#[test]
fn a_template_that_is_too_deep_for_guard_is_a_problem_and_no_crash() {
    let deep = format!("Resources: {{A: {}{}}}", "[".repeat(5_000), "]".repeat(5_000));
    let policy = load("rule A { Resources.** exists or Resources exists }\n")
        .policy
        .or_else(|| load("rule A { Resources exists }\n").policy);
    let outcome = policy::check(&[policy.expect("it is read")], &syntax::parse(&Arc::new(SourceFile::new("t.yaml", deep))));
    assert!(outcome.diagnostics.is_empty());
}

#[test]
fn what_takes_too_long_is_named_once_and_left_out() {
    let slow = Engine::new(
        Duration::from_secs(1),
        Some(Arc::new(|request: &str, limit| {
            if request.contains("SLOW") && request.starts_with("{\"Evaluate\"") {
                return Ok(None);
            }
            assert_eq!(limit, Duration::from_secs(1));
            if request.contains("CRASH") && request.starts_with("{\"Evaluate\"") {
                Err("it crashed".to_owned())
            } else {
                Ok(Some(policy::answer(request)))
            }
        })),
    );
    let load = |name: &str| {
        let text = format!("rule {name} {{ Resources.*.Properties.Nothing exists }}\n");
        policy::load_with(&Arc::new(SourceFile::new(format!("{name}.guard"), text)), &slow).policy.expect("it is read")
    };
    let policies = [load("SLOW"), load("CRASH"), load("GOOD")];
    let tree = syntax::parse(&Arc::new(SourceFile::new("t.yaml", TEMPLATE)));
    let said = |outcome: &policy::Outcome| -> Vec<String> {
        let line = |problem: &cfnvet::report::RunProblem| {
            format!("{}: {}", problem.file.as_deref().unwrap_or_default(), problem.message)
        };
        outcome.problems.iter().map(line).collect()
    };
    let first = policy::check(&policies, &tree);
    assert_eq!(
        said(&first),
        [
            "SLOW.guard: cannot be evaluated on t.yaml: it took more than 1 s; it is left out from here on",
            "CRASH.guard: cannot be evaluated on t.yaml: it crashed"
        ]
    );
    assert_eq!(first.diagnostics.len(), 2, "the others still count");
    let second = policy::check(&policies, &tree);
    assert_eq!((second.problems.len(), second.diagnostics.len()), (1, 2));
}

fn cfnvet(folder: &Path, arguments: &[&str]) -> (String, String, i32) {
    let run = Command::new(env!("CARGO_BIN_EXE_cfnvet")).args(arguments).current_dir(folder).output().expect("it runs");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("it prints text");
    (text(run.stdout), text(run.stderr), run.status.code().expect("it ends by itself"))
}

#[test]
fn another_process_finds_the_same_and_is_ended_when_it_takes_too_long() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).expect("it can be written");
    write("bad.guard", "rule {");
    write("good.guard", "rule GOOD { Resources.*.Properties.Nothing exists }\n");
    write("t.yaml", TEMPLATE);
    let here = cfnvet(folder.path(), &["check", "--guard", ".", "--output-format", "concise", "t.yaml"]);
    let there = cfnvet(folder.path(), &["check", "--guard", ".", "--guard-isolate", "--output-format", "concise", "t.yaml"]);
    assert_eq!(here.0.matches("GRD:GOOD").count(), 2, "{here:?}");
    let without_time = |text: &str| text.split(" in ").next().unwrap_or_default().to_owned();
    assert_eq!(without_time(&here.0), without_time(&there.0));
    assert_eq!((here.1, here.2), (there.1, there.2));

    // The expression is compiled anew at each comparison.
    let mut large = "Resources:\n".to_owned();
    for number in 0..3_000 {
        let _ = writeln!(large, "  R{number}: {{Type: AWS::S3::Bucket, Properties: {{BucketName: b{number}}}}}");
    }
    write("large.yaml", &large);
    write("slow.guard", "rule SLOW { Resources.*.Properties.BucketName == /^[\\w\\-]{1,200}$/ }\n");
    fs::remove_file(folder.path().join("bad.guard")).expect("it is there");
    for isolate in [&["--guard-isolate"][..], &[]] {
        let arguments = [&["check", "--guard", "slow.guard", "--guard-timeout", "1", "large.yaml"][..], isolate].concat();
        let (_, error, code) = cfnvet(folder.path(), &arguments);
        assert_eq!(code, 2, "{error}");
        assert!(error.contains("slow.guard: cannot be evaluated on large.yaml: it took more than 1 s"), "{error}");
    }
}

#[test]
fn rules_of_one_name_in_two_files_and_tests_of_rules_that_are_gone() {
    let (out, error, code) = cfnvet(root(), &["guard", "test", "rules/policies"]);
    assert_eq!(code, 0, "{out}{error}");
    assert!(error.contains("expectations hold, 0 do not."), "{error}");
    let folder = tempfile::tempdir().expect("a folder can be made");
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).expect("it can be written");
    fs::create_dir(folder.path().join("tests")).expect("it can be made");
    write("a.guard", "rule SAME { Resources exists }\n");
    write("a_b.guard", "rule SAME { Outputs exists }\n");
    write("none.guard", "# nothing\r\n");
    write("t.yaml", TEMPLATE);
    write("tests/a_b_tests.yml", "- input: {Outputs: {}}\n  expectations: {rules: {SAME: PASS, GONE: FAIL}}\n");
    let (out, error, code) = cfnvet(folder.path(), &["guard", "test", "."]);
    assert_eq!(code, 0, "{out}{error}");
    assert!(error.contains("no rule named `GONE` is in ./a_b.guard"), "{error}");
    assert!(out.contains("Guard File ./a.guard did not have any tests associated, skipping."), "{out}");
    let (out, error, code) = cfnvet(folder.path(), &["guard", "validate", "--guard", ".", "t.yaml"]);
    assert_eq!((code, out.matches("\"SAME\":\"PASS\"").count()), (0, 2), "{out}{error}");
}
