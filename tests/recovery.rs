//! Half-typed templates: what is outside the broken entry is read as if nothing had happened.

use std::fmt::Write as _;

use cfnvet::syntax::Node;

use crate::half_typed::Whole;
use crate::half_typed::damage::Mistake;
use crate::oracle::mutate::Random;
use crate::oracle::{check_invariants, ours};

fn show(node: Node, out: &mut String) {
    if node.is_mapping() {
        out.push('{');
        for (number, entry) in node.entries().enumerate() {
            let _ = write!(out, "{}{}: ", if number > 0 { ", " } else { "" }, entry.key.as_str().unwrap_or("?"));
            show(entry.value, out);
        }
        out.push('}');
    } else if node.is_sequence() {
        out.push('[');
        for (number, item) in node.items().enumerate() {
            out.push_str(if number > 0 { ", " } else { "" });
            show(item, out);
        }
        out.push(']');
    } else {
        out.push_str(node.as_str().unwrap_or_default());
    }
}

/// The tree of `text` on one line, and what is reported: kind, text and line.
fn read(text: &str) -> String {
    let tree = ours(text);
    check_invariants(&tree);
    let mut out = String::new();
    if let Some(root) = tree.root() {
        show(root, &mut out);
    }
    for problem in tree.problems() {
        let source = tree.source();
        let _ = write!(
            out,
            "\n{:?} {:?} line {}",
            problem.kind,
            source.slice(problem.span),
            source.position(problem.span.start).line
        );
    }
    out
}

#[track_caller]
fn reads(text: &str, expected: &str) {
    assert_eq!(read(text), expected, "\n{text}");
}

#[test]
fn a_key_that_lost_its_colon_keeps_what_is_below_it() {
    reads("A:\n  B\n    C: d\n  E: f\n", "{A: {B: {C: d}, E: f}}\nMissingColon \"B\" line 2");
    reads("A:\n  B\n  - c\n  - d\n  E: f\n", "{A: {B: [c, d], E: f}}\nMissingColon \"B\" line 2");
    reads("A\n  B:\n    C: d\nE: f\n", "{A: {B: {C: d}}, E: f}\nMissingColon \"A\" line 1");
    reads("A:\n  - B\n      C: d\n    E: f\n  - G: h\n", "{A: [{B: {C: d}, E: f}, {G: h}]}\nMissingColon \"B\" line 2");
    reads("A:\n  B: x\n  C !Ref d\n  E: f\n", "{A: {B: x, C: d, E: f}}\nMissingColon \"C !Ref d\" line 3");
}

#[test]
fn half_a_key_spoils_itself_only() {
    reads("A:\n  B: c\n  De\n  E: f\n# g\nH: i\n", "{A: {B: c, E: f}, H: i}\nMissingColon \"De\" line 3");
    reads("A:\n  B: c\n  De", "{A: {B: c}}\nMissingColon \"De\" line 3");
    reads("A:\n  - Effect: x\n    Ac\n      - b\n    E: f\n", "{A: [{Effect: x, Ac: [b], E: f}]}\nMissingColon \"Ac\" line 3");
    reads("A: |\n  text\nRe\n  B: c\n", "{A: text\n, Re: {B: c}}\nMissingColon \"Re\" line 3");
}

#[test]
fn an_open_quote_or_bracket_ends_with_its_line() {
    reads("A:\n  - B: 'c\n    D: e\nF: 'g'\n", "{A: [{B: c, D: e}], F: g}\nUnclosedQuote \"'\" line 2");
    reads("A: !Not [!Equals [x, \"\nB: c\nD: \"e\"\n", "{A: [[x, ]], B: c, D: e}\nUnclosedQuote \"\\\"\" line 1");
    reads("A: [b, {c: d\nE: f\n", "{A: [b, {c: d}], E: f}\nUnclosedBracket \"{\" line 1");
    reads("A:\n  B: !Sub \"${\n  C: d\n", "{A: {B: ${, C: d}}\nUnclosedQuote \"\\\"\" line 2");
}

#[test]
fn what_is_empty_where_a_line_was_moved_stays_within_what_it_is_part_of() {
    for text in
        ["      \"A\": {\n{\n  \"B\": {\n    \"C\": \"d\"\n  }\n}\n", "A:\n  B: {c: {d: {e\n a: b\n: {f: g,\n      h: i}}}}\n"]
    {
        check_invariants(&ours(text));
    }
}

#[test]
fn half_a_key_in_quotes_keeps_what_is_below_it() {
    reads("A:\n  'B\n    C: d\n  'E': f\n", "{A: {B: {C: d}, E: f}}\nUnclosedQuote \"'\" line 2");
}

#[test]
fn the_first_of_several_lines_may_be_the_wrong_one() {
    reads(
        "A:\n  B:\n      C:\n      D: e\n      F: g\n    H: i\nJ:\n  K: l\n  M: n\n",
        "{A: {B: {C: {D: e, F: g}, H: i}}, J: {K: l, M: n}}\nBadIndentation \"C:\" line 3",
    );
    reads(
        "A:\n  B:\n  - C: d\n      E: f\n    - G: h\n      I: j\n  K:\n    - L: m\n",
        "{A: {B: [{C: d, E: f}, {G: h, I: j}], K: [{L: m}]}}\nBadIndentation \"- C: d\" line 3",
    );
    reads("A:\n  B:\n  - c\n    D: e\n  F: g\n", "{A: {B: [c], D: e, F: g}}\nBadIndentation \"D: e\" line 4");
}

#[test]
fn a_line_with_a_wrong_indentation_stays_where_it_belongs() {
    reads("A:\n  B: c\n D: e\n  F: g\nH: i\n", "{A: {B: c, D: e, F: g}, H: i}\nBadIndentation \"D: e\" line 3");
    reads("A:\n    B: c\n  D: e\n  F:\n    G: h\n", "{A: {B: c, D: e, F: {G: h}}}\nBadIndentation \"B: c\" line 2");
    reads("A:\n  B: c\nD: e\n  F: g\n  H: i\n", "{A: {B: c, D: e, F: g, H: i}}\nBadIndentation \"D: e\" line 3");
    reads("A:\n  B:\n  - c\n - d\n  - e\nF: g\n", "{A: {B: [c, d, e]}, F: g}\nBadIndentation \"- d\" line 4");
    reads(
        "R:\n  A:\n   P:\n      - b: c\n    D: e\n  F:\n    G: h\n",
        "{R: {A: {P: [{b: c}], D: e}, F: {G: h}}}\nBadIndentation \"P:\" line 3",
    );
    reads("R:\n  A:\n  M:\n      x: y\n    T: z\n", "{R: {A: {M: {x: y}, T: z}}}\nBadIndentation \"M:\" line 3");
}

const JSON: &str = r#"{
  "A": {
    "B": "c",
    "D": {
      "E": [
        "f",
        {"Ref": "G"}
      ]
    },
    "H": "i"
  },
  "J": {
    "K": 1
  }
}
"#;
const JSON_TREE: &str = "{A: {B: c, D: {E: [f, {Ref: G}]}, H: i}, J: {K: 1}}";

#[track_caller]
fn json(old: &str, new: &str, tree: &str, problem: &str) {
    assert!(JSON.contains(old), "{old:?} is in the text");
    reads(&JSON.replacen(old, new, 1), &format!("{tree}\n{problem}"));
}

#[test]
fn what_json_lacks_is_taken_from_its_indentation() {
    json("\"c\",\n", "\"c\"\n", JSON_TREE, "MissingComma \"\\\"D\\\"\" line 4");
    json("\"D\": {\n", "\"D\": \n", JSON_TREE, "MissingBracket \"\" line 5");
    json("\"E\": [\n", "\"E\": \n", JSON_TREE, "MissingBracket \"\" line 6");
    json("      ]\n", "", JSON_TREE, "UnclosedBracket \"[\" line 5");
    json("    },\n", "", JSON_TREE, "UnclosedBracket \"{\" line 4");
    json("\"c\",\n", "\"c,\n", JSON_TREE, "UnclosedQuote \"\\\"\" line 3");
    json("\"D\": {\n", "\"D: {\n", JSON_TREE, "UnclosedQuote \"\\\"\" line 4");
    json("\"B\": \"c\"", "\"B: \"c\"", JSON_TREE, "UnclosedQuote \"\\\"\" line 3");
}

#[test]
fn half_a_line_of_json_spoils_its_entry_only() {
    let half = "{A: {B: c, D: {E: [f, {Ref: G}]}, H: i}, J: {}}";
    json("    \"K\": 1\n", "    \"K\n", &half.replace("J: {}", "J: {K: }"), "UnclosedQuote \"\\\"\" line 13");
    json("\"D\": {\n", "\"D\n", JSON_TREE, "UnclosedQuote \"\\\"\" line 4");
    json("{\"Ref\": \"G\"}", "{\"Re", &JSON_TREE.replace("Ref: G", "Re: "), "UnclosedQuote \"\\\"\" line 7");
    json("\"c\",\n", "{\n", &JSON_TREE.replace("B: c", "B: {}"), "UnclosedBracket \"{\" line 3");
    json("\"c\",\n", "[\"x\"\n", &JSON_TREE.replace("B: c", "B: [x]"), "UnclosedBracket \"[\" line 3");
}

#[test]
fn a_mistake_may_be_a_letter_of_several_bytes() {
    json("\"f\",\n", "\"f\"🚢\n", &JSON_TREE.replace("[f, ", "[f, 🚢, "), "MissingComma \"🚢\" line 6");
}

#[test]
fn what_json_allows_beside_comments_is_no_mistake() {
    let tree = ours("{\n  # why\n  \"A\": 1,\n}\n");
    assert_eq!((tree.problems().len(), tree.comments().len()), (0, 1));
}

#[test]
fn comments_and_suppressions_behind_a_mistake_stay() {
    let tree = ours("A:\n  B\n    C: d # first\nE: [f\n# second\nG: h\n");
    let comments: Vec<&str> = tree.comments().iter().map(|span| tree.source().slice(*span)).collect();
    assert_eq!(comments, ["# first", "# second"]);
}

/// The whole templates of the repository, broken in every way. `examples/half_typed.rs` does it with as many as you like.
#[test]
fn fixtures_keep_what_is_outside_the_broken_entry() {
    // The first is written in every way that YAML has, which nobody types at once.
    let texts = [
        ("service.yaml", include_str!("../fixtures/syntax/service.yaml"), 95),
        ("pipeline.json", include_str!("../fixtures/syntax/pipeline.json"), 95),
        ("exec-with-provider.yaml", include_str!("../fixtures/incident/exec-with-provider.yaml"), 95),
        ("exec-with-provider.json", include_str!("../fixtures/incident/exec-with-provider.json"), 95),
    ];
    for (name, text, least) in texts {
        let whole = Whole::new(name, text).expect("the template has no mistake");
        let (mut good, mut made) = (0, 0);
        for &mistake in if whole.is_json { Mistake::JSON } else { Mistake::YAML } {
            for seed in 0..4 {
                for edit in whole.edits(mistake, &mut Random(seed)) {
                    let outcome = whole.compare(&edit);
                    made += usize::from(!outcome.reads_otherwise);
                    good += usize::from(outcome.differences.is_empty());
                }
            }
        }
        assert!(made > 20 && good * 100 >= made * least, "{name}: {good} of {made}");
    }
}
