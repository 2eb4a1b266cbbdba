//! PyYAML as a child process.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use cfnvet::syntax::Style;
use serde_json::Value;

use crate::oracle::{Item, Outcome, Shape};

/// A Python that answers one text at a time.
pub struct PyYaml {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl PyYaml {
    /// Starts `python`, which needs PyYAML with its C extension.
    pub fn start(python: &str) -> Self {
        let script = include_str!("pyyaml.py");
        let mut child = Command::new(python)
            .args(["-c", script])
            .env("PYTHONIOENCODING", "utf-8")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("python starts");
        let input = child.stdin.take().expect("it is piped");
        let output = BufReader::new(child.stdout.take().expect("it is piped"));
        Self { child, input, output }
    }

    /// What PyYAML makes of `text`, with offsets in bytes.
    pub fn read(&mut self, text: &str) -> Outcome {
        let line = serde_json::to_string(text).expect("a string is JSON");
        writeln!(self.input, "{line}").expect("python listens");
        let mut answer = String::new();
        self.output.read_line(&mut answer).expect("python answers");
        let answer: Value = serde_json::from_str(&answer).expect("the answer is JSON");
        // PyYAML counts characters, without a byte-order mark.
        let body = text.strip_prefix('\u{feff}').unwrap_or(text);
        let shift = text.len() - body.len();
        let mut places: Vec<usize> = body.char_indices().map(|(at, _)| at + shift).collect();
        places.push(text.len());
        let byte = |value: &Value| places.get(value.as_u64().unwrap_or_default() as usize).copied().unwrap_or(text.len());
        if let Some(message) = answer["error"].as_str() {
            return Outcome::Rejected { message: message.into(), offset: byte(&answer["offset"]) };
        }
        let items = answer["items"].as_array().expect("items are a list").iter().map(|item| {
            let string = |at: usize| item[at].as_str().expect("a string").to_owned();
            Item {
                shape: match item[0].as_str() {
                    Some("scalar") => Shape::Scalar,
                    Some("sequence") => Shape::Sequence,
                    Some("mapping") => Shape::Mapping,
                    Some("alias") => Shape::Alias,
                    _ => Shape::End,
                },
                start: byte(&item[1]),
                end: byte(&item[2]),
                tag: string(3),
                text: string(4),
                style: match item[5].as_str() {
                    Some("single") => Style::SingleQuoted,
                    Some("double") => Style::DoubleQuoted,
                    Some("literal") => Style::Literal,
                    Some("folded") => Style::Folded,
                    Some("block") => Style::Block,
                    Some("flow") => Style::Flow,
                    _ => Style::Plain,
                },
            }
        });
        Outcome::Accepted(items.collect(), answer["documents"].as_u64().unwrap_or_default() as usize)
    }
}

impl Drop for PyYaml {
    fn drop(&mut self) {
        // It ends at the end of its input; nothing is lost when it is ended before.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
