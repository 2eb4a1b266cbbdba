//! The fix of every page's first example, with the example written out in JSON and in YAML's brackets.

use std::sync::Arc;

use cfnvet::rules::{self, Scope};
use cfnvet::syntax::{Kind, Node, ScalarValue, Style, parse};
use cfnvet::text::SourceFile;
use serde_json::{Map, Value, json};

use crate::support::{check, fixed, only};

/// The first example of a page that has no other template beside it.
fn first_example(page: &str) -> Option<&str> {
    let text = page.split("```yaml fires\n").nth(1)?.split("```\n").next()?;
    (!page.contains("file=") && !page.contains("inspect")).then_some(text)
}

fn json_of(node: Node) -> Value {
    if let Some((function, argument)) = node.function().filter(|_| !node.is_mapping()) {
        let argument = match (function.long(), argument.as_str().and_then(|text| text.split_once('.'))) {
            ("Fn::GetAtt", Some((name, attribute))) => json!([name, attribute]),
            _ => json_of(argument),
        };
        return Value::Object(Map::from_iter([(function.long().to_owned(), argument)]));
    }
    match node.kind() {
        Kind::Sequence => node.items().map(json_of).collect(),
        Kind::Mapping => {
            let entries = node.entries().map(|entry| (entry.key.as_str().unwrap_or_default().to_owned(), json_of(entry.value)));
            Value::Object(entries.collect())
        }
        Kind::Scalar => {
            let text = node.as_str().unwrap_or_default();
            match node.scalar().map(|scalar| scalar.value()).filter(|_| node.style() == Style::Plain) {
                Some(ScalarValue::Bool(value)) => json!(value),
                Some(ScalarValue::Int(value)) => json!(value),
                _ => json!(text),
            }
        }
    }
}

/// The template in JSON on many lines, in JSON on one, and in YAML with each section in brackets.
fn layouts(text: &str) -> [(&'static str, String); 3] {
    let tree = parse(&Arc::new(SourceFile::new("example.yaml", text)));
    let template = json_of(tree.root().expect("an example holds something"));
    let sections = template.as_object().expect("a template is a mapping").iter();
    let flow: Vec<String> = sections.map(|(name, section)| format!("{name}: {section}\n")).collect();
    let pretty = serde_json::to_string_pretty(&template).expect("JSON can be written");
    [("example.json", pretty), ("example.json", template.to_string()), ("example.yaml", flow.concat())]
}

#[test]
fn a_fix_does_the_same_in_json_and_in_brackets() {
    let (mut faults, mut tried) = (Vec::new(), 0);
    // JSON has no comments, and the rules about suppressions are about comments first.
    for rule in rules::all().iter().filter(|rule| matches!(rule.scope, Scope::Text | Scope::Deployment)) {
        let Some(text) = first_example(rule.page) else { continue };
        let settings = only(&[rule.code]);
        let with_fix = |text: &str, name: &str| {
            let found = check(name, text, &settings);
            (found.iter().filter(|finding| finding.fix.is_some()).count(), found)
        };
        let (wanted, _) = with_fix(text, "example.yaml");
        for (name, text) in layouts(text).iter().filter(|_| wanted > 0) {
            let (fixes, found) = with_fix(text, name);
            let changed = fixed(text, &found);
            let left = check(name, changed.as_str(), &only(&[rule.code, "E0000"]));
            tried += 1;
            if fixes != wanted || left.len() > found.len() - fixes {
                let messages: Vec<&str> = left.iter().map(|finding| finding.message.as_str()).collect();
                faults.push(format!("{} has {fixes} of {wanted} fixes in\n{changed}\n{messages:?}", rule.code));
            }
        }
    }
    assert!(tried > 60, "only {tried} examples have a fix");
    assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
}
