//! Compares the verdicts of our policies with those of the `cfn-guard` command line, on real templates and on hard scalars.
//!
//! ```text
//! cargo install cfn-guard --version 3.2.1 --root SOMEWHERE
//! cargo run --profile quick --example guard_oracle -- SOMEWHERE/bin/cfn-guard RULES TEMPLATES [--count 320] [--seed 1]
//! cargo run --profile quick --example guard_oracle -- CFN_GUARD RULES TEMPLATES --speed CFNVET [--rules 20] [--count 300]
//! ```
//!
//! Each rule file is evaluated on what it can see of a template and on the whole of it, and all three must agree. Exits 1 where a
//! verdict differs. With `--speed` it measures both commands on the same files in turn, and exits 1 below three times the speed.

#![allow(clippy::disallowed_methods, reason = "a command of the repository reads files and starts programs")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use cfnvet::policy::{self, Policy};
use cfnvet::syntax;
use cfnvet::text::SourceFile;
use serde_json::Value;

type Verdicts = BTreeMap<String, &'static str>;

struct Template {
    path: PathBuf,
    source: Arc<SourceFile>,
}

/// What templates are looked for that have it, so that no seed leaves it out.
const FEATURES: [(&str, &str); 9] = [
    ("short forms", r"(?m)[:\-] +![A-Z]"),
    ("yes, no, on, off", r"(?m): +(yes|no|on|off|y|n|True|False|TRUE|FALSE) *$"),
    ("anchors", r"(?m)[:\-] +&\w+"),
    ("unusual numbers", r"(?m)[:\-] +(0\d+|0x[0-9A-Fa-f]+|[0-9]+\.[0-9]+|[0-9.]+e[0-9+\-]+|\d{11,}|\+\d+) *$"),
    ("dates", r"(?m): +\d{4}-\d{2}-\d{2}"),
    ("empty values", r"(?m)^ +[A-Za-z]+: *\n( *)[A-Za-z]+:"),
    ("null", r"(?m): +(~|null|Null|NULL) *[,\n]"),
    ("letters outside of ASCII", r"[^\x00-\x7f]"),
    ("block scalars", r"(?m): +[|>][+\-]?\d* *$"),
];

/// Scalars that readers disagree about.
const SCALARS: &[&str] = &[
    "true",
    "True",
    "TRUE",
    "false",
    "False",
    "yes",
    "Yes",
    "YES",
    "no",
    "No",
    "on",
    "On",
    "off",
    "y",
    "Y",
    "n",
    "N",
    "~",
    "null",
    "Null",
    "NULL",
    "nULL",
    "''",
    "\"\"",
    "",
    "0",
    "-0",
    "+0",
    "1",
    "-1",
    "+1",
    "007",
    "0o7",
    "0x1F",
    "0b1",
    "012345678901",
    "9223372036854775807",
    "9223372036854775808",
    "-9223372036854775808",
    "-9223372036854775809",
    "18446744073709551615",
    "18446744073709551616",
    "340282366920938463463374607431768211456",
    "1_000",
    "1,000",
    "1.0",
    "1.",
    ".5",
    "-.5",
    "+.5",
    "1.50",
    "1e3",
    "1E3",
    "1e+3",
    "1e-3",
    "1.5e3",
    "1e400",
    "1e-400",
    "0.1",
    "0.30000000000000004",
    "123456789.123456789",
    "1e15",
    "1e16",
    "1e17",
    "1e21",
    "4.9e-324",
    "1.7976931348623157e308",
    "2010-09-09",
    "2010-09-09T00:00:00Z",
    "12:30",
    "12:30:45",
    "190:20:30",
    "'true'",
    "\"1\"",
    "'1.0'",
    "!!str 1",
    "!!str true",
    "!!int 1",
    "!!int '1'",
    "!!float 1",
    "!!float 1.5",
    "!!bool true",
    "!!bool yes",
    "!!null ''",
    "!!null null",
    "! 1",
    "! true",
    "!Ref A",
    "!Ref 1",
    "!Ref true",
    "!Sub 'a${B}'",
    "!GetAtt A.B",
    "!GetAtt A.B.C",
    "!GetAtt [A, B]",
    "!Condition C",
    "!If [C, 1, 2]",
    "!If [C, yes, ~]",
    "!Join ['', [a, b]]",
    "!Select [0, [a]]",
    "!Split [',', 'a,b']",
    "!FindInMap [A, B, C]",
    "!Equals [a, a]",
    "!And [!Condition A, !Condition B]",
    "!Or [a, b]",
    "!Not [a]",
    "!Base64 abc",
    "!Base64 {Ref: A}",
    "!Base64 [a]",
    "!GetAZs ''",
    "!GetAZs us-east-1",
    "!GetAZs {Ref: A}",
    "!ImportValue x",
    "!ImportValue {'Fn::Sub': x}",
    "!ImportValue 'x'",
    "!Cidr [a, 6, 5]",
    "!Transform {Name: x}",
    "!ToJsonString {a: 1}",
    "!Length [1, 2]",
    "!Ref [A]",
    "!Sub [a, {b: c}]",
    "!Foo bar",
    "!Foo [bar]",
    "!Foo {bar: 1}",
    "!Select {a: b}",
    "!Ref ''",
    "!Ref",
    "!Sub",
    "!If",
    "[]",
    "{}",
    "[~]",
    "[[]]",
    "[1, '1', 1.0, true]",
    "{a: }",
    "{a: ~}",
    "{'a b': 1}",
    "{a: {b: {c: 1}}}",
    "{'': 1}",
    "'é'",
    "日本語",
    "🎉",
    "\"\\u00e9\"",
    "\"\\x41\"",
    "\"a\\nb\"",
    "\"a\\tb\"",
    "'a''b'",
    "|\n    a\n    b",
    ">\n    a\n    b",
    "|-\n    a",
    "|+\n    a\n",
    ">-\n    true",
    "a\n    b",
    "'a\n    b'",
    "\"\\e\"",
    "\"\\0\"",
    "a#b",
    "a: b",
    "http://x",
    "-",
    "?",
    "a b",
    "=",
    "<<",
    "{<<: {a: 1}}",
    "*",
    "%a",
    "@a",
    "`a",
    "1d",
    "1f",
    "0.0",
    "-0.0",
    "00",
    "0.00",
    "1__0",
    "0777",
    "0888",
    "0o888",
    "0xZZ",
    "1:2",
    "&a 1",
    "[&a 1, 2]",
    "&a {b: 1}",
    "!!map {a: 1}",
    "!!seq [1]",
    "!!set {a}",
    "!!binary aGk=",
    "!!timestamp 2001-01-01",
    "!<tag:yaml.org,2002:str> 1",
    "!<!Ref> A",
    "!!foo 1",
];

fn main() -> ExitCode {
    let mut positional = Vec::new();
    let mut options: BTreeMap<String, String> = BTreeMap::new();
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.strip_prefix("--") {
            Some(option) => drop(options.insert(option.to_owned(), arguments.next().unwrap_or_default())),
            None => positional.push(argument),
        }
    }
    let [guard, rules, templates] = positional.as_slice() else {
        eprintln!("usage: guard_oracle CFN_GUARD RULES TEMPLATES [--count N] [--seed N] [--speed CFNVET] [--rules N]");
        return ExitCode::from(2);
    };
    let number = |name: &str, default: usize| options.get(name).map_or(default, |text| text.parse().expect("a number"));
    let seed = number("seed", 1) as u64;
    let mut rule_files = below(Path::new(rules), &["guard", "ruleset"]);
    let folder = tempfile::tempdir().expect("a folder can be made");
    let speed = options.get("speed");
    let count = number("count", if speed.is_some() { 300 } else { 320 });
    let readable = read_by_guard(guard, chosen(Path::new(templates), count, seed), folder.path());
    if let Some(cfnvet) = speed {
        rule_files.sort_by_key(|path| mixed(path.to_string_lossy().as_bytes(), seed));
        // On some files, of its own tests too, cfn-guard gives up.
        let is_report = |rule: &PathBuf| {
            let data = readable.iter().map(|template| &template.path);
            let run = validate(guard, std::iter::once(rule.as_path()), data).stderr(Stdio::null()).output();
            run.is_ok_and(|run| run.stdout.ends_with(b"]"))
        };
        rule_files = rule_files.into_iter().filter(is_report).take(number("rules", 20)).collect();
        return race(guard, cfnvet, &rule_files, &readable, folder.path());
    }
    println!("{} templates that cfn-guard reads:", readable.len());
    for (name, pattern) in FEATURES {
        let pattern = regex::Regex::new(pattern).expect("it is valid");
        let with = readable.iter().filter(|template| pattern.is_match(template.source.text())).count();
        println!("  {with:>5} with {name}");
    }
    let scalars = read_by_guard(guard, scalars(folder.path()), folder.path());
    println!("{} of {} hard scalars that cfn-guard reads", scalars.len(), SCALARS.len());
    let all: Vec<Template> = readable.into_iter().chain(scalars).collect();
    compare(guard, &rule_files, &all)
}

/// Compares the verdicts of every rule on every template.
fn compare(guard: &str, rule_files: &[PathBuf], templates: &[Template]) -> ExitCode {
    let (mut equal, mut different, mut pruned, mut compared, mut given_up, mut also) = (0, 0, 0, 0, 0, 0);
    let mut verdicts: BTreeMap<&str, usize> = BTreeMap::new();
    let mut refused = Vec::new();
    for path in rule_files {
        let text = fs::read_to_string(path).expect("a rule file is text");
        let name = path.file_name().expect("it has a name").to_string_lossy().into_owned();
        let loaded = policy::load(&Arc::new(SourceFile::new(name.as_str(), text.as_str())));
        let theirs = of_guard(guard, path, templates);
        let Some(policy) = loaded.policy else {
            let words: Vec<String> = loaded.problems.iter().map(|problem| problem.message.clone()).collect();
            refused.push(format!("{name}: not evaluated ({}), cfn-guard gives {} reports", words.join("; "), theirs.len()));
            continue;
        };
        compared += 1;
        // This rule reads everything, so that nothing is left out of the document.
        let whole = format!("{text}\nrule cfnvet_reads_the_whole {{ this exists }}\n");
        let whole = policy::load(&Arc::new(SourceFile::new(name.as_str(), whole))).policy.expect("it was read before");
        let mut shown = 0;
        for template in templates {
            let tree = syntax::parse(&template.source);
            let of = |policy: &Policy| {
                let mut verdicts = policy::verdicts(policy, &tree).unwrap_or_else(|why| BTreeMap::from([(why, "ERROR")]));
                verdicts.remove("cfnvet_reads_the_whole");
                verdicts
            };
            let ours = of(&policy);
            pruned += usize::from(of(&whole) != ours);
            let Some(theirs) = theirs.get(&template.path) else {
                given_up += 1;
                also += usize::from(ours.values().any(|verdict| *verdict == "ERROR"));
                continue;
            };
            let names: BTreeSet<&String> = ours.keys().chain(theirs.keys()).collect();
            for rule in names {
                let (our, their) = (ours.get(rule).copied().unwrap_or("NONE"), theirs.get(rule).copied().unwrap_or("NONE"));
                if our == their {
                    equal += 1;
                    *verdicts.entry(our).or_default() += 1;
                    continue;
                }
                different += 1;
                shown += 1;
                if shown <= 8 {
                    println!("DIFFERENT {name} {rule}: cfn-guard {their}, cfnvet {our} on {}", template.source.name());
                }
            }
        }
    }
    refused.iter().for_each(|line| println!("{line}"));
    println!(
        "{compared} rule files on {} templates: {equal} verdicts equal {verdicts:?}, {different} different",
        templates.len()
    );
    println!("{given_up} pairs on which cfn-guard gives up, {also} of them named as a problem by cfnvet, the others evaluated");
    println!("{pruned} pairs of rule file and template with other verdicts on the whole template");
    ExitCode::from(u8::from(different > 0 || pruned > 0))
}

/// The verdicts of the command line, by template; those on which it gives up are left out.
fn of_guard(guard: &str, rules: &Path, templates: &[Template]) -> BTreeMap<PathBuf, Verdicts> {
    let stem = rules.file_stem().unwrap_or_default().to_string_lossy();
    let mut all = BTreeMap::new();
    let mut work: Vec<&[Template]> = templates.chunks(60).collect();
    while let Some(part) = work.pop() {
        let run =
            validate(guard, [rules], part.iter().map(|template| &template.path)).output().expect("cfn-guard can be started");
        let Ok(reports) = serde_json::from_slice::<Vec<Value>>(&run.stdout) else {
            // One that it gives up on takes all others of its call down.
            if part.len() > 1 {
                work.extend([&part[..part.len() / 2], &part[part.len() / 2..]]);
            }
            continue;
        };
        for report in &reports {
            let path = PathBuf::from(report["name"].as_str().unwrap_or_default());
            let name = |rule: &str| if rule.ends_with("/default") { stem.clone().into_owned() } else { rule.to_owned() };
            let names = |key: &str| report[key].as_array().into_iter().flatten().filter_map(Value::as_str).map(name);
            let mut verdicts = Verdicts::new();
            verdicts.extend(names("not_applicable").map(|rule| (rule, "SKIP")));
            verdicts.extend(names("compliant").map(|rule| (rule, "PASS")));
            let failed =
                report["not_compliant"].as_array().into_iter().flatten().filter_map(|check| check["Rule"]["name"].as_str());
            verdicts.extend(failed.map(|rule| (name(rule), "FAIL")));
            all.insert(path, verdicts);
        }
    }
    all
}

fn validate<'p>(guard: &str, rules: impl IntoIterator<Item = &'p Path>, data: impl IntoIterator<Item = &'p PathBuf>) -> Command {
    let mut command = Command::new(guard);
    command.args(["validate", "--structured", "--output-format", "json", "--show-summary", "none", "--rules"]).args(rules);
    command.arg("--data").args(data);
    command
}

fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or("without a word").chars().take(160).collect()
}

/// Those templates that the command line can read: one that it cannot takes all others of its call down.
fn read_by_guard(guard: &str, templates: Vec<Template>, folder: &Path) -> Vec<Template> {
    let rule = folder.join("reads.guard");
    fs::write(&rule, "rule reads { this exists }\n").expect("it can be written");
    let mut why: BTreeMap<String, usize> = BTreeMap::new();
    let reads = |template: &Template| {
        let run = validate(guard, [rule.as_path()], [&template.path]).output().expect("cfn-guard can be started");
        let is_read = serde_json::from_slice::<Value>(&run.stdout).is_ok_and(|reports| reports[0]["name"].is_string());
        if !is_read {
            let words = first_line(&String::from_utf8_lossy(&run.stderr));
            let words: Vec<&str> = words.split_whitespace().take(5).collect();
            *why.entry(words.join(" ")).or_default() += 1;
        }
        is_read
    };
    let readable = templates.into_iter().filter(reads).collect();
    for (words, count) in why {
        println!("{count:>5} that cfn-guard cannot read: {}", words.replace(&*folder.to_string_lossy(), "…"));
    }
    readable
}

/// `count` templates, half of them JSON, with some of every feature.
fn chosen(folder: &Path, count: usize, seed: u64) -> Vec<Template> {
    let mut paths = below(folder, &["yaml", "yml", "json", "template"]);
    paths.sort_by_key(|path| mixed(path.to_string_lossy().as_bytes(), seed));
    let patterns = FEATURES.map(|(_, pattern)| regex::Regex::new(pattern).expect("it is valid"));
    let mut with = [0; FEATURES.len()];
    let (mut json, mut yaml, mut first, mut rest) = (0, 0, Vec::new(), Vec::new());
    for path in paths {
        let Ok(text) = fs::read_to_string(&path) else { continue };
        if text.len() > 120_000 || !text.contains("Resources") {
            continue;
        }
        let is_rare = patterns.iter().zip(&mut with).fold(false, |is_rare, (pattern, with)| {
            let is_needed = *with < count / 20 && pattern.is_match(&text);
            *with += usize::from(is_needed);
            is_rare || is_needed
        });
        let is_json = text.trim_start().starts_with('{');
        let of_kind = if is_json { &mut json } else { &mut yaml };
        if is_rare || *of_kind < count / 2 {
            *of_kind += 1;
            let source = Arc::new(SourceFile::new(path.display().to_string(), text));
            if is_rare { &mut first } else { &mut rest }.push(Template { path, source });
        }
    }
    first.append(&mut rest);
    first.truncate(count);
    first
}

fn scalars(folder: &Path) -> Vec<Template> {
    let template = |(number, scalar): (usize, &&str)| {
        let path = folder.join(format!("scalar-{number}.yaml"));
        let text = format!(
            "Metadata:\n  V: {scalar}\n  L: ok\nResources:\n  A:\n    Type: AWS::S3::Bucket\n    Properties:\n      V: {scalar}\n"
        );
        fs::write(&path, &text).expect("it can be written");
        Template { path, source: Arc::new(SourceFile::new(format!("scalar {scalar:?}"), text)) }
    };
    SCALARS.iter().enumerate().map(template).collect()
}

/// Runs both commands in turn on the same files, and prints the least time of each.
fn race(guard: &str, cfnvet: &str, rules: &[PathBuf], templates: &[Template], folder: &Path) -> ExitCode {
    let data: Vec<&PathBuf> = templates.iter().map(|template| &template.path).collect();
    let mut findings = 0;
    let mut timed = |mut command: Command| {
        let start = Instant::now();
        let run = command.stderr(Stdio::null()).output().expect("it can be started");
        let elapsed = start.elapsed();
        assert!(run.stdout.ends_with(b"]") || run.stdout.ends_with(b"}\n"), "it gave no report");
        findings = memchr::memmem::find_iter(&run.stdout, b"\"GRD:").count();
        elapsed
    };
    // The same work for both: the templates, and nothing but policies.
    let (mut theirs, mut ours, mut alone) = (Duration::MAX, Duration::MAX, Duration::MAX);
    for _ in 0..3 {
        theirs = theirs.min(timed(validate(guard, rules.iter().map(PathBuf::as_path), data.iter().copied())));
        let check = |with: bool| {
            let mut command = Command::new(cfnvet);
            command.current_dir(folder).args(["check", "--isolated", "--severity", "info", "--output-format", "json"]);
            for rule in rules.iter().filter(|_| with) {
                command.arg("--guard").arg(rule);
            }
            command.args(&data);
            command
        };
        alone = alone.min(timed(check(false)));
        ours = ours.min(timed(check(true)));
    }
    let ratio = theirs.as_secs_f64() / ours.as_secs_f64();
    println!("{} rule files, {} templates, the least of 3 runs", rules.len(), data.len());
    println!("cfn-guard validate     {:>8.0} ms", theirs.as_secs_f64() * 1e3);
    println!(
        "cfnvet check --guard   {:>8.0} ms, {findings} findings of policies, all rules of ours run too",
        ours.as_secs_f64() * 1e3
    );
    println!("cfnvet check           {:>8.0} ms", alone.as_secs_f64() * 1e3);
    println!("{ratio:.1} times the speed");
    ExitCode::from(u8::from(ratio < 3.0))
}

/// The files below a folder with one of these endings, sorted; or the file itself.
fn below(path: &Path, endings: &[&str]) -> Vec<PathBuf> {
    let path = &path.canonicalize().expect("the path is there");
    if path.is_file() {
        return vec![path.to_owned()];
    }
    let files = walkdir::WalkDir::new(path).sort_by_file_name().into_iter().filter_map(Result::ok);
    let takes = |path: &Path| path.extension().is_some_and(|ending| endings.iter().any(|known| ending == *known));
    files.filter(|file| file.file_type().is_file() && takes(file.path())).map(walkdir::DirEntry::into_path).collect()
}

/// A number that depends on all of a text, for an order without a pattern.
fn mixed(bytes: &[u8], seed: u64) -> u64 {
    let start = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0xcbf2_9ce4_8422_2325;
    let hash = bytes.iter().fold(start, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3));
    (hash ^ (hash >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9)
}
