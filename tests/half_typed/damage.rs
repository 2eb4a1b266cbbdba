//! The mistakes of somebody who is typing, made in a template that has none.

use std::ops::Range;

use cfnvet::syntax::{Kind, Style};

use super::{Item, Whole};
use crate::oracle::mutate::Random;

/// What is wrong with a broken version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Mistake {
    /// The text ends in the middle of a token.
    Cut,
    /// A line ends in the middle of a key or value; the rest of the text is there.
    HalfLine,
    /// A value of which only an opening quote, a bracket, or half a function is there.
    HalfValue,
    /// A line is indented by one or two columns more or less.
    Indentation,
    /// A colon is missing.
    Colon,
    /// JSON: a comma is missing.
    Comma,
    /// JSON: a comma behind the last entry.
    TrailingComma,
    /// JSON: a quote is missing.
    Quote,
    /// JSON: a bracket or brace is missing.
    Brace,
}

impl Mistake {
    pub const YAML: &[Self] = &[Self::Cut, Self::HalfLine, Self::HalfValue, Self::Indentation, Self::Colon];
    pub const JSON: &[Self] =
        &[Self::Cut, Self::HalfLine, Self::HalfValue, Self::Colon, Self::Comma, Self::TrailingComma, Self::Quote, Self::Brace];
}

/// A change of the text: `text` in the place of `start..end`.
#[derive(Clone, Debug)]
pub struct Edit {
    pub mistake: Mistake,
    pub start: usize,
    pub end: usize,
    pub text: String,
    /// What the mistake is in: the smallest entry around this is the broken one.
    pub within: Range<usize>,
}

impl Edit {
    pub fn apply(&self, text: &str) -> String {
        format!("{}{}{}", &text[..self.start], self.text, &text[self.end..])
    }

    pub fn is_cut(&self) -> bool {
        self.mistake == Mistake::Cut
    }
}

/// The part of a scalar that stands on one line.
#[derive(Clone, Copy)]
struct Token {
    item: usize,
    start: usize,
    end: usize,
}

/// A line, and what is written on it.
struct Line {
    range: Range<usize>,
    /// From the first character that is no blank to the last that is no blank or comment.
    content: Range<usize>,
    tokens: Vec<Token>,
}

impl Whole {
    fn line(&self, range: Range<usize>) -> Line {
        let text = &self.text()[range.clone()];
        let start = range.start + text.len() - text.trim_start_matches([' ', '\t', '\u{feff}']).len();
        let comment = self.tree.comments().iter().map(|comment| comment.start as usize).find(|at| range.contains(at));
        let end = range.start + self.text()[range.start..comment.unwrap_or(range.end)].trim_end().len();
        let content = start..end.max(start);
        let mut tokens = Vec::new();
        for (at, item) in self.items.iter().enumerate().filter(|(_, item)| !item.is_collection()) {
            let (from, to) = (item.start.max(content.start), item.end.min(content.end));
            if from < to && self.text()[from..to].chars().count() >= 2 {
                tokens.push(Token { item: at, start: from, end: to });
            }
        }
        Line { range, content, tokens }
    }

    /// Every tenth line, each with the first one from there on that has a token. `from` is the first of them.
    fn lines(&self, from: usize) -> Vec<Line> {
        let mut starts: Vec<Range<usize>> = Vec::new();
        let mut at = 0;
        while at < self.text().len() {
            let line = self.line_of(at);
            at = line.end + 1;
            starts.push(line);
        }
        let mut lines: Vec<Line> = Vec::new();
        for number in (from..starts.len()).step_by(10) {
            let line = starts[number..].iter().map(|line| self.line(line.clone())).find(|line| !line.tokens.is_empty());
            // The next one may be the same where ten lines have no token.
            lines.extend(line.filter(|line| lines.last().is_none_or(|last| last.range != line.range)));
        }
        lines
    }

    /// The broken versions of one kind: one for every tenth line that it can be made on.
    pub fn edits(&self, mistake: Mistake, random: &mut Random) -> Vec<Edit> {
        let from = if mistake == Mistake::Cut { 9 } else { random.below(10) };
        self.lines(from).iter().filter_map(|line| self.edit(mistake, line, random)).collect()
    }

    fn edit(&self, mistake: Mistake, line: &Line, random: &mut Random) -> Option<Edit> {
        match mistake {
            Mistake::Cut | Mistake::HalfLine => {
                let token = line.tokens[random.below(line.tokens.len())];
                let at = self.middle(token, random);
                let (end, within) = match mistake {
                    Mistake::Cut => (self.text().len(), at - 1..at + 1),
                    _ => (line.content.end, at - 1..line.content.end),
                };
                Some(Edit { mistake, start: at, end, text: String::new(), within })
            }
            Mistake::HalfValue => self.half_value(line, random),
            Mistake::Indentation => self.indentation(line, random),
            Mistake::Colon => {
                let keys: Vec<&Item> =
                    line.tokens.iter().map(|token| &self.items[token.item]).filter(|item| item.is_key).collect();
                let key = keys.get(random.below(keys.len()))?;
                let colon = self.text()[key.end..].find(':')? + key.end;
                self.text()[key.end..colon].trim().is_empty().then(|| self.remove(mistake, colon, key.start..colon + 1))
            }
            Mistake::Comma | Mistake::TrailingComma => {
                // The last entry on the line, or the one that the line closes.
                let (at, item) = self.items.iter().enumerate().rfind(|(at, item)| {
                    *at > 0
                        && !item.is_key
                        && item.start < item.end
                        && line.content.start < item.end
                        && item.end <= line.content.end
                })?;
                let rest = self.text()[item.end..].trim_start();
                let within = item.end - 1..item.end;
                if mistake == Mistake::Comma {
                    let comma = self.text().len() - rest.len();
                    return rest.starts_with(',').then(|| self.remove(mistake, comma, within));
                }
                let _ = at;
                rest.starts_with(['}', ']']).then(|| Edit { mistake, start: item.end, end: item.end, text: ",".into(), within })
            }
            Mistake::Quote => {
                let token = line.tokens[random.below(line.tokens.len())];
                let item = &self.items[token.item];
                let quote = if random.below(2) == 0 { item.start } else { item.end - 1 };
                (self.text().as_bytes()[quote] == b'"').then(|| self.remove(mistake, quote, item.start..item.end))
            }
            Mistake::Brace => {
                let brackets: Vec<(usize, &Item)> = self.items[1..]
                    .iter()
                    .filter(|item| item.is_collection() && item.style == Style::Flow)
                    .flat_map(|item| [(item.start, item), (item.end - 1, item)])
                    .filter(|(at, _)| line.content.contains(at))
                    .collect();
                let (at, item) = *brackets.get(random.below(brackets.len()))?;
                Some(self.remove(mistake, at, item.start..item.end))
            }
        }
    }

    fn remove(&self, mistake: Mistake, at: usize, within: Range<usize>) -> Edit {
        Edit { mistake, start: at, end: at + 1, text: String::new(), within }
    }

    /// A place inside a token.
    fn middle(&self, token: Token, random: &mut Random) -> usize {
        let inner: Vec<usize> =
            self.text()[token.start..token.end].char_indices().skip(1).map(|(at, _)| token.start + at).collect();
        inner[random.below(inner.len())]
    }

    fn half_value(&self, line: &Line, random: &mut Random) -> Option<Edit> {
        // The last value that begins on the line, behind its key.
        let token = line.tokens.iter().rfind(|token| {
            let item = &self.items[token.item];
            !item.is_key && item.start == token.start && token.end == item.end && item.kind == Some(Kind::Scalar)
        })?;
        let written = &self.text()[token.start..token.end];
        let bare: String = written.chars().filter(|char| char.is_ascii_alphanumeric()).collect();
        let half = &bare[..bare.len() / 2];
        let json =
            [format!("\"{half}"), format!("[\"{half}\""), "{".into(), "{\"Re".into(), "{\"Fn::Sub\": \"${".into(), "[".into()];
        let yaml = [
            format!("\"{half}"),
            format!("'{half}"),
            format!("[{half}"),
            "{".into(),
            "!Re".into(),
            "!".into(),
            "!Sub \"${".into(),
            format!("!GetAtt [{half}, "),
            "[".into(),
            format!("{{{half}"),
        ];
        let forms: &[String] = if self.is_json { &json } else { &yaml };
        let mut text = forms[random.below(forms.len())].clone();
        if self.text()[..line.content.end].ends_with(',') && random.below(2) == 0 {
            text.push(',');
        }
        let within = token.start..line.content.end;
        Some(Edit { mistake: Mistake::HalfValue, start: token.start, end: line.content.end, text, within })
    }

    fn indentation(&self, line: &Line, random: &mut Random) -> Option<Edit> {
        let start = line.content.start;
        let column = start - line.range.start;
        let starts_key =
            self.items.iter().any(|item| item.is_key && item.start == start && self.items[item.parent].style == Style::Block);
        let starts_item = self.text()[start..].starts_with("- ")
            && self.items.iter().any(|item| {
                item.start > start && item.start <= line.content.end && self.items[item.parent].kind == Some(Kind::Sequence)
            })
            && !self.items.iter().any(|item| !item.is_collection() && item.start < start && start < item.end);
        if !starts_key && !starts_item {
            return None;
        }
        let by = [1_i32, 2, -1, -2][random.below(4)];
        let within = start..line.content.end;
        if by > 0 {
            return Some(Edit { mistake: Mistake::Indentation, start, end: start, text: " ".repeat(by as usize), within });
        }
        let by = by.unsigned_abs() as usize;
        (by <= column && self.text()[start - by..start].bytes().all(|byte| byte == b' ')).then(|| Edit {
            mistake: Mistake::Indentation,
            start: start - by,
            end: start,
            text: String::new(),
            within,
        })
    }
}
