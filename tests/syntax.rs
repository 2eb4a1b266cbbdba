//! The syntax layer as a whole: against other parsers, on half-typed templates and on hostile text.

use std::fmt::Write as _;

use cfnvet::syntax::{Node, ProblemKind, Tree};

use crate::oracle::compare::{Oracle, Verdict, compare};
use crate::oracle::mutate::{Random, mutate};
use crate::oracle::{check_invariants, granit, libyaml, ours};

const TEMPLATES: &[(&str, &str)] = &[
    ("service.yaml", include_str!("../fixtures/syntax/service.yaml")),
    ("pipeline.json", include_str!("../fixtures/syntax/pipeline.json")),
    ("odd.yaml", include_str!("../fixtures/syntax/odd.yaml")),
];

/// Small texts at the edges of the grammar. Whether they are YAML is libyaml's to say.
const SNIPPETS: &[&str] = &[
    "",
    "\n",
    "# only a comment\n",
    "---\n",
    "--- a\n",
    "---\n...\n",
    "a",
    "a: b",
    "a:\n",
    "a: b\r\nc: d\r\n",
    "\u{feff}a: b\n",
    "a: \u{feff}b\n",
    "\u{feff}\u{feff}a: b\n",
    "a:\u{85} b\n",
    "a: x\u{2028}b: y\n",
    "'b'#c\n",
    "&x:y\n",
    "a: &x:y z\n",
    "a: *x:y\n",
    "[a: b, c]\n",
    "{a, b: , : c}\n",
    "[a, , b]\n",
    "{a: [b, {c: d}]}\n",
    "[a\nb, c\n]\n",
    "{\"a\":1,\"b\":[]}\n",
    "[b:]\n",
    "{a:1}\n",
    "a: - b\n",
    "a: b: c\n",
    "- - a\n  - b\n- c\n",
    "a:\n- b\n- c\nd: e\n",
    "? a\n: b\n? c\n",
    "? - a\n: - b\n",
    "? a\nb: c\n",
    ": a\n",
    "a: !!str\n",
    "a: !Ref b\nc: !Sub\n  - d\n  - e: f\n",
    "!a b: !c d\n",
    "a: !Base64 !Sub x\n",
    "a: &x &y z\n",
    "a: &x !t &y z\n",
    "a: !x!y z\n",
    "%TAG !x! !Fn::\n---\na: !x!y z\n",
    "%YAML 1.2\n---\na\n",
    "%YAML 2.0\n---\na\n",
    "%FOO bar\n---\na\n",
    "a: !<tag:x,y> z\n",
    "a: !<!Ref> z\n",
    "a: !a%21b c\n",
    "a: !a%zz c\n",
    "a: |\n  b\n c\n",
    "a: |\n\tb\n",
    "a: |2\n    b\n   c\n",
    "a: >+\n  b\n\n  c\n\n\nd: e\n",
    "a: >\n  b\n   c\n\n  d\n",
    "a: |0\n  b\n",
    "a: |-+\n  b\n",
    "a: | # comment\n  b\n",
    "a: |#x\n  b\n",
    "a: |\n b",
    "a: |\n\n\n   b\n  c\n",
    "a: 'b\n\n  c'\n",
    "a: \"b \\\n  c\\\n\n d\"\n",
    "a: \"\\q\"\n",
    "a: \"\\ud83d\"\n",
    "a: \"\\U0001F6A2\"\n",
    "a: \"b\n",
    "a: 'b\n---\nc'\n",
    "a: b\n---\nc: d\n",
    "a: b\n...\nc: d\n",
    "a: b\n\tc: d\n",
    "a:\n\t- b\n",
    "a: b\n \tc\n",
    "- a\nb: c\n",
    "a:\n   b: c\n  d: e\n",
    "  a: b\nc: d\n",
    "a: b\n  c: d\n",
    "a\nb: c\n",
    "a: @b\n",
    "a: `b\n",
    "a: %b\n",
    "%a\n",
    "a: b #c\n",
    "a: b#c\n",
    "a: #c\n",
    "*a : b\n",
    "a: *b c\n",
    "a: [b\nc: d\n",
    "a: ]\n",
    "a: [b}\n",
    "<<: *a\n",
    "a: \x07\n",
    "a: b\0c\n",
    "a: -\n",
    "a: ?\n",
    "a: :\n",
    "-\n-\n",
    "- \n  a\n",
    "a: [? b : c, ? d]\n",
    "{? a : b, ? c}\n",
    "[a, b]: c\n",
    "[a\n]: c\n",
    "\"a\nb\": c\n",
];

fn check(name: &str, text: &str) {
    let tree = ours(text);
    check_invariants(&tree);
    let verdict = compare(&tree, &libyaml::read(text), Oracle::Libyaml);
    assert!(!matches!(verdict, Verdict::Different(..)), "{name} against libyaml: {verdict:?}\n{text:?}\n{:?}", tree.problems());
    // granit reads YAML 1.2: it is the second witness where libyaml and we accept.
    if verdict == Verdict::Same {
        let verdict = compare(&tree, &granit::read(text), Oracle::Granit).where_libyaml_agrees();
        assert!(!matches!(verdict, Verdict::Different(..)), "{name} against granit: {verdict:?}\n{text:?}");
    }
}

#[test]
fn snippets_read_as_libyaml_reads_them() {
    for (number, text) in SNIPPETS.iter().enumerate() {
        check(&format!("snippet {number}"), text);
    }
}

#[test]
fn templates_are_accepted_and_read_as_libyaml_and_granit_read_them() {
    for (name, text) in TEMPLATES {
        let tree = ours(text);
        assert!(tree.problems().iter().all(|problem| !problem.kind.is_syntax()), "{name}: {:?}", tree.problems());
        for text in [(*text).to_owned(), text.replace('\n', "\r\n"), format!("\u{feff}{text}")] {
            check(name, &text);
        }
    }
}

#[test]
fn mutations_of_templates_have_libyamls_verdict() {
    let mut random = Random(20_261_122);
    for (name, text) in TEMPLATES {
        for number in 0..1_200 {
            check(&format!("{name}, mutation {number}"), &mutate(&mut random, text));
        }
    }
}

// Half-typed templates.

const TEMPLATE: &str = "\
Resources:
  First:
    Type: AWS::SNS::Topic
    Properties:
      DisplayName: first
      TopicName: !Sub '${A}-b'
  Second:
    Type: AWS::SQS::Queue
    Properties:
      QueueName: second
      Tags: [a, {b: c}]
      DelaySeconds: 5
Outputs:
  Third:
    Value: !Ref First
  Fourth:
    Value: !Ref Second
";

fn names(root: Option<Node>, section: &str) -> Vec<String> {
    let section = root.and_then(|root| root.get(section));
    section.map_or(Vec::new(), |section| section.entries().map(|entry| entry.key.as_str().unwrap_or("?").to_owned()).collect())
}

/// One line for an edit: what became of the template.
fn after(tree: &Tree) -> String {
    let root = tree.root();
    let mut report = String::new();
    let kept: Vec<String> = [names(root, "Resources"), names(root, "Outputs")].concat();
    let _ = write!(report, "{}", kept.join(" "));
    for problem in tree.problems() {
        let text = tree.source().slice(problem.span);
        let _ = write!(report, " | {:?} {text:?} line {}", problem.kind, tree.source().position(problem.span.start).line);
    }
    report
}

/// Replaces `old` in the template and says what is left and what is reported.
fn edit(old: &str, new: &str) -> String {
    assert!(TEMPLATE.contains(old), "{old:?} is in the template");
    let tree = ours(&TEMPLATE.replacen(old, new, 1));
    check_invariants(&tree);
    after(&tree)
}

const ALL: &str = "First Second Third Fourth";

#[track_caller]
fn keeps_all(old: &str, new: &str, problem: &str) {
    assert_eq!(edit(old, new), format!("{ALL} | {problem}"), "{old:?} became {new:?}");
}

#[test]
fn a_half_typed_key_is_a_missing_colon_and_spoils_itself() {
    keeps_all("      QueueName: second\n", "      QueueN\n", "MissingColon \"QueueN\" line 10");
    keeps_all("      DisplayName: first\n", "      Disp\n", "MissingColon \"Disp\" line 5");
    keeps_all("      DelaySeconds: 5\n", "      DelaySeconds: 5\n      Mess\n", "MissingColon \"Mess\" line 13");
    keeps_all("    Type: AWS::SQS::Queue\n", "    Ty\n", "MissingColon \"Ty\" line 8");
    keeps_all("QueueName: second", "QueueName:second", "MissingColon \"QueueName:second\" line 10");
    keeps_all("  First:\n", "  First\n", "MissingColon \"First\" line 2");
    keeps_all("  Second:\n", "  Second\n", "MissingColon \"Second\" line 7");
    keeps_all("Resources:\n", "Res\nResources:\n", "MissingColon \"Res\" line 1");
    keeps_all("Outputs:\n", "Para\nOutputs:\n", "MissingColon \"Para\" line 13");
    keeps_all("  Third:\n", "  Thi\n  Third:\n", "MissingColon \"Thi\" line 14");
}

#[test]
fn an_open_bracket_is_reported_where_it_opens() {
    keeps_all("[a, {b: c}]", "[a, {b: c}", "UnclosedBracket \"[\" line 11");
    keeps_all("[a, {b: c}]", "[a, {b: c]", "StrayBracket \"]\" line 11");
    keeps_all("[a, {b: c}]", "[", "UnclosedBracket \"[\" line 11");
    keeps_all("[a, {b: c}]", "{", "UnclosedBracket \"{\" line 11");
    keeps_all("[a, {b: c}]", "[a, {b: c}]]", "StrayBracket \"]\" line 11");
    keeps_all("[a, {b: c}]", "[a {b: c}]", "MissingComma \"{\" line 11");
    keeps_all("!Ref Second\n", "[!Ref Second\n", "UnclosedBracket \"[\" line 17");
}

#[test]
fn an_open_quote_is_reported_where_it_opens() {
    keeps_all("QueueName: second", "QueueName: \"second", "UnclosedQuote \"\\\"\" line 10");
    keeps_all("QueueName: second", "QueueName: 'second", "UnclosedQuote \"'\" line 10");
    keeps_all("DisplayName: first", "DisplayName: 'first", "UnclosedQuote \"'\" line 5");
    keeps_all("[a, {b: c}]", "[a, \"b]", "UnclosedQuote \"\\\"\" line 11");
    keeps_all("!Ref Second\n", "!Ref \"Second\n", "UnclosedQuote \"\\\"\" line 17");
}

#[test]
fn a_value_that_cannot_be_one_spoils_its_entry() {
    keeps_all("QueueName: second", "QueueName: a: b", "NestedColon \":\" line 10");
    keeps_all("QueueName: second", "QueueName: - a", "MisplacedBlock \"-\" line 10");
    keeps_all("QueueName: second", "QueueName: @x", "ReservedCharacter \"@\" line 10");
    keeps_all("QueueName: second", "QueueName: `x`", "ReservedCharacter \"`\" line 10");
    keeps_all("QueueName: second", "QueueName: %x", "ReservedCharacter \"%\" line 10");
    keeps_all("QueueName: second", "QueueName: *", "BadAnchor \"*\" line 10");
    keeps_all("QueueName: second", "QueueName: & b", "BadAnchor \"&\" line 10");
    keeps_all("QueueName: second", "QueueName: *none", "UnknownAlias \"*none\" line 10");
    keeps_all("QueueName: second", "QueueName: \"a\\qb\"", "BadEscape \"\\\\q\" line 10");
    keeps_all("QueueName: second", "QueueName: \"a\" b", "TrailingText \"b\" line 10");
    keeps_all("QueueName: second", "QueueName: !Base64 !Sub x", "BadTag \"!Sub\" line 10");
    keeps_all("QueueName: second", "QueueName: |x\n        a", "BadBlockScalar \"|x\" line 10");
    keeps_all("QueueName: second", "QueueName: se\u{7}cond", "ForbiddenCharacter \"\\u{7}\" line 10");
}

#[test]
fn a_line_that_is_indented_wrongly_spoils_itself() {
    keeps_all("      QueueName: second\n", "     QueueName: second\n", "BadIndentation \"QueueName: second\" line 10");
    keeps_all("      Tags: [", "       Tags: [", "BadIndentation \"Tags: [a, {b: c}]\" line 11");
    keeps_all("      Tags: [", "     Tags: [", "BadIndentation \"Tags: [a, {b: c}]\" line 11");
    keeps_all("      Tags: [", "\tTags: [", "TabIndentation \"\\t\" line 11");
    keeps_all("    Properties:\n      QueueName", "\tProperties:\n      QueueName", "TabIndentation \"\\t\" line 9");
    keeps_all("  Second:\n", "   Second:\n", "BadIndentation \"Second:\" line 7");
}

#[test]
fn a_second_document_is_reported_and_not_read() {
    keeps_all("    Value: !Ref Second\n", "    Value: !Ref Second\n---\nOutputs: @\n", "SecondDocument \"---\" line 18");
}

#[test]
fn json_keeps_its_other_entries() {
    let template = "{\n  \"Resources\": {\n    \"A\": {\"Type\": \"x\"},\n    \"B\": {\"Type\": \"y\", \"Properties\": {}},\n    \"C\": {\"Type\": \"z\"}\n  },\n  \"Outputs\": {\n    \"D\": {}\n  }\n}\n";
    let report = |old: &str, new: &str| after(&ours(&template.replacen(old, new, 1)));
    assert_eq!(report("\"y\", \"Prop", "\"y\" \"Prop"), "A B C D | MissingComma \"\\\"Properties\\\"\" line 4");
    assert_eq!(report("{}},\n", "{}}\n"), "A B C D | MissingComma \"\\\"C\\\"\" line 5");
    assert_eq!(report("\"B\": {", "\"B\" {"), "A B C D | MissingColon \"\\\"B\\\"\" line 4");
    assert_eq!(report("\"y\",", "\"y,"), "A B C D | UnclosedQuote \"\\\"\" line 4");
    assert_eq!(report("\"x\"}", "\"x\"]"), "A B C D | StrayBracket \"]\" line 3");
    assert_eq!(report("\n  }\n}\n", "\n  }\n"), "A B C D | UnclosedBracket \"{\" line 1");
    assert_eq!(report("\"Outputs\": {", "\"Outputs\": @ {"), "A B C | ReservedCharacter \"@\" line 7");
}

// The composed document.

#[test]
fn equal_keys_aliases_and_merges_are_judged() {
    let report = |text: &str| after(&ours(text)).trim_start_matches(' ').to_owned();
    assert_eq!(report("a: 1\nb: 2\na: 3\n"), "| DuplicateKey \"a\" line 3");
    assert_eq!(report("a: &x [*x]\n"), "| RecursiveAlias \"*x\" line 1");
    assert_eq!(report("a: &x b\nc: *x\n"), "");
    assert_eq!(report("? [a]\n: b\n"), "| KeyNotScalar \"[a]\" line 1");
    assert_eq!(report("<<: a\n"), "| BadMerge \"a\" line 1");
    assert_eq!(report("a: &a {b: c}\nd: {<<: [*a, {e: f}], <<: *a}\n"), "");
    assert_eq!(report("\n# nothing\n"), "| Empty \"\" line 3");
    let tree = ours("a: &a {b: c, d: e}\nf:\n  <<: *a\n  d: g\n");
    let f = tree.root().and_then(|root| root.get("f")).expect("f is there");
    let entries: Vec<_> = f.entries().map(|entry| (entry.key.as_str(), entry.value.as_str())).collect();
    assert_eq!(entries, [(Some("d"), Some("g")), (Some("b"), Some("c"))]);
}

#[test]
fn an_alias_as_a_key_is_found_by_the_text_it_stands_for() {
    let tree = ours("a: &key name\n*key : value\n");
    assert_eq!(tree.root().and_then(|root| root.get("name")).and_then(Node::as_str), Some("value"));
}

// Hostile text.

#[test]
fn deep_and_long_texts_end_soon_on_a_small_stack() {
    let deep = 100_000;
    let mut anchors = String::new();
    let mut keys = String::new();
    for number in 0..50_000 {
        let _ = writeln!(anchors, "k{number}: &a{number} !t{number} x");
        let _ = writeln!(keys, "k{number}: {{Type: x}}");
    }
    let texts = [
        "[".repeat(deep),
        "a: ".to_owned() + &"[".repeat(deep) + &"]".repeat(deep) + "\nb: c\n",
        "{\"a\":".repeat(deep),
        "{a: ".repeat(deep),
        "- ".repeat(deep),
        "? ".repeat(deep),
        "!t ".repeat(deep),
        "&a ".repeat(deep),
        (0..2_000).fold(String::new(), |text, depth| text + &" ".repeat(depth) + "a:\n"),
        "\"".to_owned() + &"x".repeat(1_000_000) + "\"",
        "x ".repeat(500_000),
        "a: |\n".to_owned() + &"\n".repeat(1_000_000) + "b: c\n",
        "a: '".to_owned() + &"\n".repeat(1_000_000),
        "a: \"\n".repeat(100_000),
        "a: '\nb: \"\n".repeat(50_000),
        "a: [\n".repeat(50_000),
        "[\n\"a".repeat(50_000),
        "{a b: c\n".repeat(20_000),
        "\t\n".repeat(100_000),
        "@\n".repeat(100_000),
        "]".repeat(deep),
        ",".repeat(deep),
        ": ".repeat(deep),
        anchors,
        keys,
        "a: &a [x,x,x,x,x,x,x,x,x]\n".to_owned()
            + &(1..14).fold(String::new(), |text, level| {
                let name = |level: u8| (b'a' + level) as char;
                text + &format!("{0}: &{0} [{1}]\n", name(level), vec![format!("*{}", name(level - 1)); 9].join(","))
            }),
    ];
    let run = move || {
        for text in texts {
            // Anything worse than linear would not end: the texts are large.
            let tree = ours(&text);
            check_invariants(&tree);
        }
    };
    let thread = std::thread::Builder::new().stack_size(2 << 20).spawn(run).expect("a thread starts");
    thread.join().expect("nothing panics");
}

#[test]
fn nesting_past_the_bound_is_reported_once_and_spoils_itself() {
    let text = format!("a: {}{}\nb: c\n", "[".repeat(300), "]".repeat(300));
    let tree = ours(&text);
    check_invariants(&tree);
    let kinds: Vec<_> = tree.problems().iter().map(|problem| problem.kind).collect();
    assert_eq!(kinds, [ProblemKind::TooDeep]);
    assert_eq!(tree.root().and_then(|root| root.get("b")).and_then(Node::as_str), Some("c"));
}
