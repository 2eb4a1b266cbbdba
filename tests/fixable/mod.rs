//! Random templates with findings that have fixes, and what must hold when these are applied.
//!
//! Used by the tests and by `examples/fixes.rs`. The templates are made of the examples on the rules' pages: their values, in
//! another layout and beside others.

mod layout;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use cfnvet::check::Companions;
use cfnvet::config::{Overrides, Selectors, Settings};
use cfnvet::diagnostic::{Diagnostic, Safety, Severity};
use cfnvet::fix::{self, Fixed, Reason};
use cfnvet::rules;
use cfnvet::syntax::{self, Kind, Node, ScalarValue, Style, Tag};
use cfnvet::text::SourceFile;
use similar::{Algorithm, DiffTag, capture_diff_slices};

use crate::oracle::mutate::Random;
use layout::Value;

/// What stands around the examples.
const AROUND: [&str; 4] = [
    "Metadata:\n  Owner: 'it''s ours'\n  Contacts: [a, \"b: c\"]\nResources:\n  AroundTopic:\n    Type: AWS::SNS::Topic\n    Properties:\n      DisplayName: around\n",
    "Parameters:\n  AroundName:\n    Type: String\n    Default: \"\"\n    Description: |\n      two lines\n      # of text\nResources:\n  AroundQueue:\n    Type: AWS::SQS::Queue\n    Properties:\n      QueueName: !Ref AroundName\n",
    "Resources:\n  AroundBucket:\n    Type: AWS::S3::Bucket\n    DeletionPolicy: Retain\n    Properties:\n      Tags:\n        - Key: a\n          Value: !Sub \"${AWS::Region}-x\"\n        - {Key: b, Value: '#'}\nOutputs:\n  AroundArn:\n    Value: !GetAtt AroundBucket.Arn\n",
    "Mappings:\n  AroundMap:\n    eu-west-1: {Size: 1}\nResources:\n  AroundHandle:\n    Type: AWS::CloudFormation::WaitConditionHandle\n",
];

/// The settings under which everything is reported.
pub fn settings() -> Arc<Settings> {
    let selectors = Selectors { select: vec!["ALL".to_owned()], ignore: Vec::new() };
    Arc::new(Settings::default().with(&Overrides { selectors, severity: Some(Severity::Info), ..Overrides::default() }))
}

/// Applies the fixes of one template.
pub fn apply(name: &str, text: &str, allowed: Safety) -> Fixed {
    let source = Arc::new(SourceFile::new(name, text));
    fix::apply(&[source], &[settings()], &Companions::default(), &|_| None, allowed)
}

/// The text after the fixes.
pub fn text_after<'f>(fixed: &'f Fixed, before: &'f str) -> &'f str {
    fixed.files.first().map_or(before, |file| file.after.text())
}

/// The examples of the pages whose findings have fixes.
pub struct Examples {
    all: Vec<Value>,
    /// The codes of the rules whose fixes are among them.
    pub codes: BTreeSet<String>,
}

impl Examples {
    /// Reads them.
    pub fn new() -> Self {
        let mut examples = Self { all: Vec::new(), codes: BTreeSet::new() };
        for block in rules::all().iter().flat_map(|rule| blocks(rule.page)) {
            let source = Arc::new(SourceFile::new("example", block));
            let found = cfnvet::check::check(&[Arc::clone(&source)], &[settings()], &|_| None).diagnostics;
            let with_fix = found.iter().filter(|finding| finding.fix.is_some()).map(|finding| finding.code.to_string());
            let codes: Vec<String> = with_fix.collect();
            let tree = syntax::parse(&source);
            if let Some(root) = tree.root().filter(|_| tree.problems().is_empty() && !codes.is_empty()) {
                examples.all.push(value(root));
                examples.codes.extend(codes);
            }
        }
        examples
    }

    /// A template's name and text, the same ones for the same seed.
    pub fn template(&self, seed: u64) -> (&'static str, String) {
        let random = &mut Random(seed.wrapping_mul(0x2545_f491_4f6c_dd1d));
        let mut template = Value::Map(vec![("AWSTemplateFormatVersion".to_owned(), Value::text("2010-09-09"))]);
        for _ in 0..1 + random.below(3) {
            merge(&mut template, &self.all[random.below(self.all.len())]);
        }
        for around in AROUND {
            if random.below(3) == 0 {
                let tree = syntax::parse(&Arc::new(SourceFile::new("around", around)));
                merge(&mut template, &value(tree.root().expect("it holds a template")));
            }
        }
        if random.below(2) == 0 {
            template.shuffle(random);
        }
        layout::write(&template, random)
    }
}

/// The `fires` blocks of a page.
fn blocks(page: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut open: Option<(String, &str, bool)> = None;
    for line in page.lines() {
        let trimmed = line.trim_start();
        let indent = &line[..line.len() - trimmed.len()];
        match (&mut open, trimmed.strip_prefix("```")) {
            (None, Some(info)) => {
                let words: Vec<&str> = info.split_whitespace().collect();
                let other = ["inspect", "deployment", "parameters"];
                let taken = words.contains(&"fires") && !other.iter().any(|word| words.contains(word));
                open = Some((String::new(), indent, taken));
            }
            (Some(_), Some(_)) => found.extend(open.take().filter(|(.., taken)| *taken).map(|(text, ..)| text)),
            (Some((text, indent, _)), None) => {
                text.push_str(line.strip_prefix(*indent).unwrap_or(line));
                text.push('\n');
            }
            (None, None) => {}
        }
    }
    found
}

fn value(node: Node) -> Value {
    if let Some((function, argument)) = node.function().filter(|_| node.tag() != Tag::NONE) {
        return Value::Function(function, Box::new(value(argument)));
    }
    match node.kind() {
        Kind::Sequence => Value::List(node.items().map(value).collect()),
        Kind::Mapping => {
            Value::Map(node.entries().map(|entry| (entry.key.as_str().unwrap_or_default().into(), value(entry.value))).collect())
        }
        Kind::Scalar => {
            let text = node.as_str().unwrap_or_default().to_owned();
            let is_text = node.scalar().is_some_and(|scalar| matches!(scalar.value(), ScalarValue::String(_)));
            Value::Scalar { text, is_text, was_plain: node.style() == Style::Plain }
        }
    }
}

/// Adds what `other` has to `template`, where none of its names is taken.
fn merge(template: &mut Value, other: &Value) {
    let (Value::Map(template), Value::Map(other)) = (template, other) else { return };
    let clash = other.iter().any(|(name, section)| {
        let own = template.iter().find(|(own, _)| own == name);
        match (own, section) {
            (Some((_, Value::Map(own))), Value::Map(section)) => {
                section.iter().any(|(key, _)| own.iter().any(|(own, _)| own == key))
            }
            (Some((_, Value::Map(_))), _) => true,
            _ => false,
        }
    });
    if clash {
        return;
    }
    for (name, section) in other {
        match (template.iter_mut().find(|(own, _)| own == name), section) {
            (Some((_, Value::Map(own))), Value::Map(section)) => own.extend(section.iter().cloned()),
            (Some(_), _) => {}
            (None, section) => template.push((name.clone(), section.clone())),
        }
    }
}

/// What is wrong with `fixed`, which [`apply`] made of `before`.
pub fn faults(name: &str, before: &str, fixed: &Fixed, allowed: Safety) -> Vec<String> {
    let mut faults = Vec::new();
    let after = text_after(fixed, before);
    let problems = |text: &str| syntax::parse(&Arc::new(SourceFile::new(name, text))).problems().to_vec();
    if problems(before).is_empty() && !problems(after).is_empty() {
        faults.push(format!("it cannot be read any more: {:?}", problems(after)));
    }
    if problems(before) != problems(after) {
        faults.push("what cannot be read is something else".to_owned());
    }

    let again = apply(name, after, allowed);
    if !again.files.is_empty() {
        faults.push(format!("fixing it again changes it: {:?}", again.files[0].applied));
    }

    let found = |text: &str| cfnvet::check::check(&[Arc::new(SourceFile::new(name, text))], &[settings()], &|_| None).diagnostics;
    let count = |found: &[Diagnostic]| {
        let mut counts: BTreeMap<(String, Option<String>), usize> = BTreeMap::new();
        for finding in found {
            *counts.entry((finding.code.to_string(), finding.logical_id.clone())).or_default() += 1;
        }
        counts
    };
    let (found_before, found_after) = (found(before), found(after));
    let counts = count(&found_before);
    for (finding, number) in count(&found_after) {
        // Of a worse fault, a lesser one may be left.
        let severity = found_after.iter().filter(|other| other.code == finding.0).map(|other| other.severity).max();
        let worse = |found: &[Diagnostic]| found.iter().filter(|other| Some(other.severity) > severity).count();
        let is_rest = worse(&found_after) < worse(&found_before);
        if number > counts.get(&finding).copied().unwrap_or_default() && !is_rest {
            faults.push(format!("{finding:?} is new"));
        }
    }
    if fixed.ended != found_before.len() - found_after.len().min(found_before.len()) {
        faults.push(format!("{} findings are said to have ended", fixed.ended));
    }
    let errors = |found: &[Diagnostic]| found.iter().filter(|other| other.severity == Severity::Error).count();
    if fixed.ended == 0 && after != before && errors(&found_after) >= errors(&found_before) {
        faults.push("the text has changed and no finding has ended".to_owned());
    }
    if fixed.left.iter().any(|left| matches!(left.reason, Reason::Faulty | Reason::BreaksSyntax | Reason::Stays)) {
        let left = fixed.left.iter().map(|left| format!("{}: {}", left.diagnostic.code, left.reason));
        faults.push(format!("a fix does not do what it says: {}", left.collect::<Vec<_>>().join(", ")));
    }

    faults.extend(lines_faults(before, after));
    faults
}

/// What must not change with any fix: line breaks, the byte-order mark, comments that stand alone.
fn lines_faults(before: &str, after: &str) -> Vec<String> {
    let mut faults = Vec::new();
    let cr_lf = |text: &str| (text.matches("\r\n").count(), text.matches('\n').count());
    let ((with_cr, all), (with_cr_after, all_after)) = (cr_lf(before), cr_lf(after));
    if with_cr == all && with_cr_after != all_after || with_cr == 0 && with_cr_after != 0 {
        faults.push("the line breaks are mixed".to_owned());
    }
    if before.starts_with('\u{feff}') != after.starts_with('\u{feff}') {
        faults.push("the byte-order mark has come or gone".to_owned());
    }
    if before.ends_with('\n') != after.ends_with('\n') {
        faults.push("the end of the last line has come or gone".to_owned());
    }
    let (old, new): (Vec<&str>, Vec<&str>) = (before.lines().collect(), after.lines().collect());
    let is_comment = |line: &str| line.trim_start_matches('\u{feff}').trim_start().starts_with("# c");
    for operation in capture_diff_slices(Algorithm::Myers, &old, &new) {
        let (tag, range, _) = operation.as_tag_tuple();
        if tag == DiffTag::Equal || tag == DiffTag::Insert {
            continue;
        }
        let (first, removed) = (range.start, &old[range]);
        for (at, line) in removed.iter().enumerate().filter(|(_, line)| is_comment(line)) {
            let comment = line.trim();
            let inside = removed[..at].iter().any(|line| !is_comment(line)) && removed[at..].iter().any(|line| !is_comment(line));
            if !inside
                && !entry_is_gone(&old, &new, first + at)
                && !new.iter().any(|line| line.trim().trim_start_matches('\u{feff}') == comment)
            {
                faults.push(format!("the comment `{comment}` is gone"));
            }
        }
    }
    faults
}

/// Whether the entry that holds line `at` is nowhere in `new`: the difference of the lines may take one of its lines for another's.
fn entry_is_gone(old: &[&str], new: &[&str], at: usize) -> bool {
    let indent = |line: &str| line.len() - line.trim_start().len();
    let is_text = |line: &&&str| !line.trim().is_empty() && !line.trim_start().starts_with('#');
    let Some(mut depth) = old[at..].iter().find(is_text).map(|line| indent(line)) else { return false };
    old[..at].iter().rev().filter(is_text).any(|line| {
        let is_around = indent(line) < depth;
        depth = depth.min(indent(line));
        is_around && !new.iter().any(|other| other.trim() == line.trim())
    })
}
