//! A value, and the many ways to write it down.

use cfnvet::syntax::Function;

use crate::oracle::mutate::Random;

/// What a template holds.
#[derive(Clone, Debug)]
pub enum Value {
    Scalar {
        text: String,
        is_text: bool,
        was_plain: bool,
    },
    List(Vec<Value>),
    Map(Vec<(String, Value)>),
    /// In its short or its long form.
    Function(Function, Box<Value>),
}

impl Value {
    pub fn text(text: &str) -> Self {
        Self::Scalar { text: text.to_owned(), is_text: true, was_plain: false }
    }

    /// Puts the entries of mappings into another order.
    pub fn shuffle(&mut self, random: &mut Random) {
        match self {
            Self::Scalar { .. } => {}
            Self::List(items) => items.iter_mut().for_each(|item| item.shuffle(random)),
            Self::Function(_, argument) => argument.shuffle(random),
            Self::Map(entries) => {
                for at in (1..entries.len()).rev() {
                    entries.swap(at, random.below(at + 1));
                }
                entries.iter_mut().for_each(|(_, value)| value.shuffle(random));
            }
        }
    }

    fn is_scalar(&self) -> bool {
        match self {
            Self::Scalar { .. } => true,
            Self::Function(_, argument) => argument.is_scalar(),
            Self::List(_) | Self::Map(_) => false,
        }
    }

    /// The same with functions in their long form: `{"Fn::GetAtt": [A, Arn]}`.
    fn long(&self) -> Self {
        match self {
            Self::Function(function, argument) => {
                let argument = match argument.as_ref() {
                    Self::Scalar { text, .. } if *function == Function::GetAtt => {
                        Self::List(text.splitn(2, '.').map(Self::text).collect())
                    }
                    other => other.long(),
                };
                Self::Map(vec![(function.long().to_owned(), argument)])
            }
            Self::List(items) => Self::List(items.iter().map(Self::long).collect()),
            Self::Map(entries) => Self::Map(entries.iter().map(|(key, value)| (key.clone(), value.long())).collect()),
            Self::Scalar { .. } => self.clone(),
        }
    }
}

/// The name and text of a file that holds `template`, in a layout of many.
pub fn write(template: &Value, random: &mut Random) -> (&'static str, String) {
    let json = random.below(4) == 0;
    let mut text = if json {
        let pretty = [None, Some(2), Some(4), Some(1)][random.below(4)];
        let mut out = String::new();
        self::json(&template.long(), pretty, 0, &mut out);
        out.push('\n');
        out
    } else {
        let mut writer = Writer::new(random);
        writer.block(template, 0);
        writer.out
    };
    if random.below(4) == 0 {
        text.truncate(text.trim_end().len());
    }
    if random.below(4) == 0 {
        text = text.replace('\n', "\r\n");
    }
    if random.below(6) == 0 {
        text.insert(0, '\u{feff}');
    }
    (if json { "generated.json" } else { "generated.yaml" }, text)
}

fn json(value: &Value, pretty: Option<usize>, depth: usize, out: &mut String) {
    let line = |out: &mut String, depth: usize| {
        if let Some(step) = pretty {
            out.push('\n');
            out.push_str(&" ".repeat(step * depth));
        }
    };
    match value {
        Value::Scalar { text, is_text, .. } => {
            let literal =
                matches!(text.as_str(), "true" | "false" | "null") || text.parse::<i64>().is_ok_and(|n| n.to_string() == *text);
            out.push_str(&if !is_text && literal { text.clone() } else { serde_json::json!(text).to_string() });
        }
        Value::List(items) => {
            out.push('[');
            for (at, item) in items.iter().enumerate() {
                out.push_str(if at > 0 { "," } else { "" });
                line(out, depth + 1);
                json(item, pretty, depth + 1, out);
            }
            if !items.is_empty() {
                line(out, depth);
            }
            out.push(']');
        }
        Value::Map(entries) => {
            out.push('{');
            for (at, (key, value)) in entries.iter().enumerate() {
                out.push_str(if at > 0 { "," } else { "" });
                line(out, depth + 1);
                out.push_str(&serde_json::json!(key).to_string());
                out.push_str(if pretty.is_some() { ": " } else { ":" });
                json(value, pretty, depth + 1, out);
            }
            if !entries.is_empty() {
                line(out, depth);
            }
            out.push('}');
        }
        Value::Function(..) => unreachable!("functions are in their long form"),
    }
}

/// Writes YAML.
struct Writer<'r> {
    random: &'r mut Random,
    out: String,
    step: usize,
    /// Whether the items of a list stand below their key, not further in.
    flat_lists: bool,
    /// One in so many lines has a comment.
    comments: usize,
    /// One in so many collections is in brackets.
    flow: usize,
    number: usize,
}

impl<'r> Writer<'r> {
    fn new(random: &'r mut Random) -> Self {
        let step = [2, 2, 4, 3][random.below(4)];
        let flat_lists = random.below(2) == 0;
        let comments = [3, 6, 20, 1000][random.below(4)];
        let flow = [4, 10, 1000][random.below(3)];
        Self { random, out: String::new(), step, flat_lists, comments, flow, number: 0 }
    }

    fn comment(&mut self) -> String {
        self.number += 1;
        let word = ["plain", "key: value", "- 'item", "\"quoted", "{", "a\tb"][self.random.below(6)];
        format!("# c{} {word}", self.number)
    }

    /// Ends a line, now and then with a comment.
    fn end(&mut self) {
        if self.random.below(self.comments) == 0 {
            let comment = self.comment();
            self.out.push_str(if self.random.below(3) == 0 { "   " } else { " " });
            self.out.push_str(&comment);
        } else if self.random.below(30) == 0 {
            self.out.push_str("  ");
        }
        self.out.push('\n');
    }

    /// Lines between entries.
    fn between(&mut self, indent: usize) {
        if self.random.below(20) == 0 {
            self.out.push('\n');
        }
        if self.random.below(self.comments) == 0 {
            let indent = if self.random.below(4) == 0 { 0 } else { indent };
            let comment = self.comment();
            self.out.push_str(&format!("{}{comment}\n", " ".repeat(indent)));
        }
    }

    /// A mapping or list of more than nothing, beginning at the start of a line.
    fn block(&mut self, value: &Value, indent: usize) {
        match value {
            Value::Map(entries) => {
                for entry in entries {
                    self.between(indent);
                    self.out.push_str(&" ".repeat(indent));
                    self.entry(entry, indent);
                }
            }
            Value::List(items) => {
                for item in items {
                    self.between(indent);
                    self.out.push_str(&format!("{}-", " ".repeat(indent)));
                    self.item(item, indent);
                }
            }
            other => unreachable!("{other:?} is no block"),
        }
    }

    fn entry(&mut self, (key, value): &(String, Value), indent: usize) {
        let key = self.key(key);
        self.out.push_str(&format!("{key}:"));
        self.value(value, indent);
    }

    fn key(&mut self, key: &str) -> String {
        let simple = key.bytes().all(|byte| byte.is_ascii_alphanumeric()) && !key.bytes().all(|byte| byte.is_ascii_digit());
        match self.random.below(if simple { 25 } else { 2 }) {
            0 => format!("\"{key}\""),
            1 => format!("'{key}'"),
            _ => key.to_owned(),
        }
    }

    /// What stands behind the dash.
    fn item(&mut self, item: &Value, indent: usize) {
        match item {
            Value::Map(entries) if !entries.is_empty() && self.random.below(self.flow) > 0 => {
                let blanks = 1 + self.random.below(2) * (self.step - 2);
                self.out.push_str(&" ".repeat(blanks));
                for (at, entry) in entries.iter().enumerate() {
                    if at > 0 {
                        self.between(indent + 1 + blanks);
                        self.out.push_str(&" ".repeat(indent + 1 + blanks));
                    }
                    self.entry(entry, indent + 1 + blanks);
                }
            }
            Value::List(_) => {
                let text = self.flow_text(item);
                self.out.push_str(&format!(" {text}"));
                self.end();
            }
            other => self.value(other, indent),
        }
    }

    /// What stands behind a colon or a dash, up to the end of its last line.
    fn value(&mut self, value: &Value, indent: usize) {
        let deeper = indent + self.step;
        let in_brackets = value.is_scalar() || self.random.below(self.flow) == 0;
        match value {
            Value::Map(entries) if !entries.is_empty() && !in_brackets => {
                self.end();
                self.block(value, deeper);
            }
            Value::List(items) if !items.is_empty() && !in_brackets => {
                self.end();
                self.block(value, if self.flat_lists { indent } else { deeper });
            }
            Value::Function(function, argument) if !in_brackets && !matches!(**argument, Value::Function(..)) => {
                let empty = matches!(&**argument, Value::Map(entries) if entries.is_empty())
                    || matches!(&**argument, Value::List(items) if items.is_empty());
                if empty || *function == Function::Condition || self.random.below(3) == 0 {
                    let text = self.flow_text(value);
                    self.out.push_str(&format!(" {text}"));
                    return self.end();
                }
                self.out.push_str(&format!(" !{}", function.short()));
                self.end();
                self.block(argument, deeper);
            }
            Value::Scalar { text, is_text: true, .. } if literal(text) => {
                self.out.push_str(" |\n");
                for line in text.lines() {
                    let line = if line.is_empty() { String::new() } else { format!("{}{line}", " ".repeat(deeper)) };
                    self.out.push_str(&format!("{line}\n"));
                }
            }
            _ => {
                let text = self.flow_text(value);
                self.out.push_str(&format!(" {text}"));
                self.end();
            }
        }
    }

    /// `value` on one line.
    fn flow_text(&mut self, value: &Value) -> String {
        match value {
            Value::Scalar { text, is_text, was_plain } => self.scalar(text, *is_text, *was_plain),
            Value::List(items) => {
                let items: Vec<String> = items.iter().map(|item| self.flow_text(item)).collect();
                self.brackets('[', &items, ']')
            }
            Value::Map(entries) => {
                let entries: Vec<String> = entries
                    .iter()
                    .map(|(key, value)| {
                        let key = self.key(key);
                        format!("{key}: {}", self.flow_text(value))
                    })
                    .collect();
                self.brackets('{', &entries, '}')
            }
            Value::Function(function, argument) => {
                let nested = matches!(**argument, Value::Function(..));
                if nested || *function == Function::Condition || self.random.below(4) == 0 {
                    return self.flow_text(&value.long());
                }
                format!("!{} {}", function.short(), self.flow_text(argument))
            }
        }
    }

    fn brackets(&mut self, open: char, parts: &[String], close: char) -> String {
        if !parts.is_empty() && self.random.below(6) == 0 {
            return self.open_brackets(open, parts, close);
        }
        let blank = if self.random.below(3) == 0 && !parts.is_empty() { " " } else { "" };
        let comma = if self.random.below(12) == 0 && !parts.is_empty() { "," } else { "" };
        format!("{open}{blank}{}{comma}{blank}{close}", parts.join(", "))
    }

    /// Brackets over several lines, far enough to the right to be within any block.
    fn open_brackets(&mut self, open: char, parts: &[String], close: char) -> String {
        let mut text = String::from(open);
        for (at, part) in parts.iter().enumerate() {
            if self.random.below(3) > 0 {
                if self.random.below(self.comments) == 0 {
                    text.push_str(&format!(" {}", self.comment()));
                }
                text.push_str(&format!("\n{:40}", ""));
            }
            let comma = if at + 1 < parts.len() || self.random.below(4) == 0 { ", " } else { "" };
            text.push_str(&format!("{part}{comma}"));
        }
        if self.random.below(3) > 0 { format!("{}\n{:38}{close}", text.trim_end(), "") } else { format!("{text}{close}") }
    }

    fn scalar(&mut self, text: &str, is_text: bool, was_plain: bool) -> String {
        let special = |c: char| c.is_control() || ",[]{}#&*!|>'\"%@`?".contains(c);
        let plain = was_plain && !text.is_empty() && !text.contains(special) && !text.contains(": ") && !text.ends_with(':');
        if !is_text {
            return if self.random.below(12) == 0 && !text.is_empty() { format!("'{text}'") } else { text.to_owned() };
        }
        match self.random.below(if plain { 10 } else { 2 }) {
            0 if !text.contains(char::is_control) => format!("'{}'", text.replace('\'', "''")),
            0 | 1 => serde_json::json!(text).to_string(),
            _ => text.to_owned(),
        }
    }
}

/// Whether the text can stand behind `|`.
fn literal(text: &str) -> bool {
    text.ends_with('\n')
        && !text.ends_with("\n\n")
        && !text.starts_with([' ', '\n'])
        && !text.contains(['\t', '\r'])
        && text.chars().all(|c| c == '\n' || !c.is_control())
}
