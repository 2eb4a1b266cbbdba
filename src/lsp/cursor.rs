//! Where the cursor is in a text that may be half typed: read from the text before it alone, so that no fault behind it matters.

use crate::text::Span;

/// A step from the root of the template to the cursor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Step {
    Key(String),
    /// An item of a list, counted from 0.
    Item(usize),
}

/// What is being typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Slot {
    Key,
    Value,
}

/// The place of the cursor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Cursor {
    /// What leads to it; ends with the key whose value is typed.
    pub(super) path: Vec<Step>,
    pub(super) slot: Slot,
    /// What has been typed of the word.
    pub(super) prefix: String,
    /// Where the word is, as far as it is typed.
    pub(super) span: Span,
    /// Whether the word is in quotes.
    pub(super) quoted: bool,
    /// The keys that stand before it in the same mapping.
    pub(super) before: Vec<String>,
    /// The short form of a function that the value is tagged with: `Ref` for `!Ref`.
    pub(super) tag: Option<String>,
}

/// The place of an offset. Only text before it is looked at.
pub(super) fn at(text: &str, offset: usize, is_json: bool) -> Cursor {
    let before = &text[..offset];
    if is_json || text.trim_start_matches('\u{feff}').trim_start().starts_with(['{', '[']) {
        return in_flow(before, 0, Vec::new());
    }
    in_blocks(before)
}

/// A collection that is open in flow style.
struct Open {
    is_mapping: bool,
    keys: Vec<String>,
    /// The key whose value is being read.
    key: Option<String>,
    items: usize,
    tag: Option<String>,
}

/// Reads flow style from `start` on, which is below `path`.
fn in_flow(text: &str, start: usize, path: Vec<Step>) -> Cursor {
    let bytes = text.as_bytes();
    let mut open: Vec<Open> = Vec::new();
    let mut tag: Option<String> = None;
    // The word before a `:`, and where the one being typed starts.
    let mut word: Option<(usize, usize)> = None;
    let mut quoted = None;
    let mut at = start;
    while at < bytes.len() {
        match bytes[at] {
            quote @ (b'"' | b'\'') if word.is_none_or(|(from, to)| from == to) => {
                let from = at + 1;
                at = from;
                while at < bytes.len() && bytes[at] != quote {
                    at += if quote == b'"' && bytes[at] == b'\\' { 2 } else { 1 };
                }
                word = Some((from, at.min(bytes.len())));
                if at >= bytes.len() {
                    quoted = Some(from);
                    break;
                }
            }
            open_bracket @ (b'{' | b'[') => {
                open.push(Open { is_mapping: open_bracket == b'{', keys: Vec::new(), key: None, items: 0, tag: tag.take() });
                word = None;
            }
            b'}' | b']' => {
                open.pop();
                (word, tag) = (None, None);
            }
            b',' => {
                if let Some(inner) = open.last_mut() {
                    inner.items += 1;
                    inner.key = None;
                }
                (word, tag) = (None, None);
            }
            b':' if open.last().is_some_and(|inner| inner.is_mapping && inner.key.is_none()) && ends_key(bytes, at, word) => {
                let key = word.map(|(from, to)| text[from..to].to_owned()).unwrap_or_default();
                if let Some(inner) = open.last_mut() {
                    inner.keys.push(key.clone());
                    inner.key = Some(key);
                }
                word = None;
            }
            b'!' if word.is_none() => {
                let end = text[at + 1..].find(|c: char| !c.is_alphanumeric()).map_or(bytes.len(), |end| at + 1 + end);
                if end < bytes.len() {
                    tag = Some(text[at + 1..end].to_owned());
                } else {
                    word = Some((at, end));
                }
                at = end;
                continue;
            }
            b' ' | b'\t' | b'\n' | b'\r' => {
                // A word may hold blanks, and so may what is typed.
                if bytes[at] == b'\n' {
                    word = None;
                }
            }
            _ => match &mut word {
                Some((_, to)) => *to = at + 1,
                None => word = Some((at, at + 1)),
            },
        }
        at += 1;
    }
    let mut path = path;
    let mut enclosing = None;
    for inner in &open {
        if let Some(tag) = &inner.tag {
            path.push(Step::Key(long(tag)));
        }
        match (&inner.key, inner.is_mapping) {
            (Some(key), _) => path.push(Step::Key(key.clone())),
            (None, false) => path.push(Step::Item(inner.items)),
            (None, true) => {}
        }
        enclosing = Some(inner);
    }
    let is_key = enclosing.is_some_and(|inner| inner.is_mapping && inner.key.is_none());
    let end = text.len();
    // What ended before the cursor is not being typed.
    let from = quoted.or(word.filter(|(_, to)| *to == end).map(|(from, _)| from)).unwrap_or(end);
    Cursor {
        path,
        slot: if is_key { Slot::Key } else { Slot::Value },
        prefix: text[from..].to_owned(),
        span: Span::new(from as u32, end as u32),
        quoted: quoted.is_some(),
        before: enclosing.filter(|_| is_key).map(|inner| inner.keys.clone()).unwrap_or_default(),
        tag,
    }
}

/// Whether a `:` ends a key: behind quotes always, else before a blank.
fn ends_key(bytes: &[u8], at: usize, word: Option<(usize, usize)>) -> bool {
    let after_quote = word.is_some_and(|(_, to)| matches!(bytes.get(to), Some(b'"' | b'\'')));
    after_quote || bytes.get(at + 1).is_none_or(|next| next.is_ascii_whitespace())
}

/// The name of a function as a key.
fn long(tag: &str) -> String {
    if matches!(tag, "Ref" | "Condition") { tag.to_owned() } else { format!("Fn::{tag}") }
}

/// A line of block style, as far as its indentation tells what it is in.
struct Line<'t> {
    /// The columns of its dashes.
    dashes: Vec<usize>,
    /// The column of what follows.
    column: usize,
    key: Option<&'t str>,
    /// What stands behind the key, or behind the dashes.
    rest: &'t str,
}

impl<'t> Line<'t> {
    fn new(line: &'t str) -> Self {
        let mut column = line.len() - line.trim_start_matches(' ').len();
        let mut dashes = Vec::new();
        while let Some(after) = line[column..].strip_prefix('-').filter(|after| after.is_empty() || after.starts_with(' ')) {
            dashes.push(column);
            column += 1 + (after.len() - after.trim_start_matches(' ').len());
        }
        let content = &line[column..];
        match key_of(content) {
            Some((key, rest)) => Self { dashes, column, key: Some(key), rest },
            None => Self { dashes, column, key: None, rest: content },
        }
    }
}

/// The key that a line begins with, without its quotes, and what follows its colon.
fn key_of(content: &str) -> Option<(&str, &str)> {
    if let Some(quote) = content.chars().next().filter(|first| matches!(first, '"' | '\'')) {
        let end = content[1..].find(quote)? + 1;
        let rest = content[end + 1..].trim_start().strip_prefix(':')?;
        return Some((&content[1..end], rest));
    }
    let colon = content.match_indices(':').map(|(at, _)| at).find(|at| {
        let after = &content[at + 1..];
        after.is_empty() || after.starts_with([' ', '\t'])
    })?;
    let key = content[..colon].trim_end();
    (!key.is_empty() && !key.starts_with(['{', '[', '#', '!'])).then_some((key, &content[colon + 1..]))
}

fn in_blocks(text: &str) -> Cursor {
    let start = text.rfind('\n').map_or(0, |newline| newline + 1);
    let line = Line::new(&text[start..]);
    let (mut steps, before) = around(&text[..start], &line);
    if let Some(key) = line.key {
        steps.push(Step::Key(key.to_owned()));
    }
    let value_start = text.len() - line.rest.len();
    let mut rest = line.rest.trim_start();
    let mut tag = None;
    if let Some(after) = rest.strip_prefix('!') {
        let end = after.find(|c: char| !c.is_alphanumeric());
        if let Some(end) = end {
            tag = Some(after[..end].to_owned());
            rest = after[end..].trim_start();
        }
    }
    let is_flow = rest.starts_with(['[', '{', '"', '\'']);
    if is_flow && (line.key.is_some() || tag.is_some() || !line.dashes.is_empty()) {
        let has_brackets = rest.starts_with(['[', '{']);
        if let Some(tag) = tag.as_ref().filter(|_| has_brackets) {
            steps.push(Step::Key(long(tag)));
        }
        let mut cursor = in_flow(text, text.len() - rest.len(), steps);
        cursor.tag = cursor.tag.or(tag.filter(|_| !has_brackets));
        return cursor;
    }
    let is_value = line.key.is_some() || tag.is_some() || rest.starts_with('!');
    let from = if is_value { text.len() - rest.len() } else { value_start + (line.rest.len() - rest.len()) };
    let is_item = !line.dashes.is_empty() && !is_value;
    let is_key = !is_value && !is_item;
    Cursor {
        path: steps,
        // What stands behind a dash may become either.
        slot: if is_key { Slot::Key } else { Slot::Value },
        prefix: text[from..].to_owned(),
        span: Span::new(from as u32, text.len() as u32),
        quoted: false,
        before,
        tag,
    }
}

/// What leads to a line, and the keys before it in the same mapping.
fn around(text: &str, line: &Line) -> (Vec<Step>, Vec<String>) {
    let mut steps: Vec<Step> = Vec::new();
    let mut before = Vec::new();
    // The columns left of which something encloses what was found so far, and whether that may be a key at the same column.
    let mut column = line.column;
    let mut items: Option<(usize, usize)> = None;
    let mut is_first_mapping = line.dashes.is_empty();
    let enter_dashes = |dashes: &[usize], steps: &mut Vec<Step>, items: &mut Option<(usize, usize)>, column: &mut usize| {
        for (nth, dash) in dashes.iter().rev().enumerate() {
            // Only the outermost list of a line may have items above.
            if nth + 1 < dashes.len() {
                steps.push(Step::Item(0));
            } else {
                *items = Some((*dash, 0));
            }
            *column = *dash;
        }
    };
    enter_dashes(&line.dashes, &mut steps, &mut items, &mut column);
    for above in text.lines().rev() {
        let content = above.trim();
        if content.is_empty() || content.starts_with('#') || content == "---" {
            continue;
        }
        let above = Line::new(above);
        let first = above.dashes.first().copied().unwrap_or(above.column);
        if let Some((dash, count)) = &mut items {
            if above.dashes.first() == Some(dash) {
                *count += 1;
                continue;
            }
            // A list may stand at the column of its key.
            if first >= *dash && !(above.dashes.is_empty() && above.column <= *dash) {
                continue;
            }
            steps.push(Step::Item(*count));
            let dash = *dash;
            items = None;
            if above.column > dash && above.dashes.is_empty() {
                continue;
            }
            column = dash + 1;
        }
        if above.column == column && is_first_mapping {
            if let Some(key) = above.key {
                before.push(key.to_owned());
            }
            if !above.dashes.is_empty() {
                is_first_mapping = false;
                enter_dashes(&above.dashes, &mut steps, &mut items, &mut column);
            }
            continue;
        }
        if above.column < column && above.key.is_some() {
            is_first_mapping = false;
            steps.push(Step::Key(above.key.unwrap_or_default().to_owned()));
            column = above.column;
            enter_dashes(&above.dashes, &mut steps, &mut items, &mut column);
        } else if above.column < column && above.dashes.is_empty() {
            // Half a word: whatever it becomes, it encloses nothing.
            continue;
        } else if first < column && !above.dashes.is_empty() && above.column == column {
            enter_dashes(&above.dashes, &mut steps, &mut items, &mut column);
        }
        if column == 0 && items.is_none() && !is_first_mapping {
            break;
        }
    }
    if let Some((_, count)) = items {
        steps.push(Step::Item(count));
    }
    steps.reverse();
    (steps, before)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        let at = text.find('|').expect("a mark");
        let whole = text.replacen('|', "", 1);
        let cursor = super::at(&whole, at, false);
        let steps: Vec<String> = cursor
            .path
            .iter()
            .map(|step| match step {
                Step::Key(key) => key.clone(),
                Step::Item(index) => format!("[{index}]"),
            })
            .collect();
        let slot = if cursor.slot == Slot::Key { "key" } else { "value" };
        let tag = cursor.tag.map(|tag| format!(" !{tag}")).unwrap_or_default();
        format!("{} {slot}{tag} {:?} {:?}", steps.join("/"), cursor.prefix, cursor.before)
    }

    #[test]
    fn the_place_is_found_in_blocks() {
        for (text, expected) in [
            ("|", r#" key "" []"#),
            ("Resources:\n  A:\n    Type: AWS::S3::Bucket\n    Pro|", r#"Resources/A key "Pro" ["Type"]"#),
            ("Resources:\n  A:\n    Type: AWS::S|\n  B:\n", r#"Resources/A/Type value "AWS::S" []"#),
            ("Resources:\n  A:\n    Properties:\n      X: !Ref Na|", r#"Resources/A/Properties/X value !Ref "Na" []"#),
            ("Resources:\n  A:\n    DependsOn:\n    - B\n    - |", r#"Resources/A/DependsOn/[1] value "" []"#),
            ("Resources:\n  A:\n    DependsOn:\n      - B\n      - C|", r#"Resources/A/DependsOn/[1] value "C" []"#),
            ("Rules:\n  R:\n    Assertions:\n      - Assert: x\n        As|", r#"Rules/R/Assertions/[0] key "As" ["Assert"]"#),
            ("A:\n  X:\n    Fn::If:\n      - C\n      - a\n      - !Ref |", r#"A/X/Fn::If/[2] value !Ref "" []"#),
            ("A:\n  X: !If [C, !Ref N|", r#"A/X/Fn::If/[1] value !Ref "N" []"#),
            ("A:\n  X: !FindInMap [Map, k|", r#"A/X/Fn::FindInMap/[1] value "k" []"#),
            ("A:\n  X: !Sub \"a-${B|", r#"A/X value !Sub "a-${B" []"#),
            ("A:\n  X: !S|", r#"A/X value "!S" []"#),
            ("A:\n  X: {Ref: N|", r#"A/X/Ref value "N" []"#),
            ("A:\n  B:\n    C: 1\nRes|", r#" key "Res" ["A"]"#),
            ("A:\n  half\n  B:\n    C|", r#"A/B key "C" []"#),
        ] {
            assert_eq!(shown(text), expected, "{text}");
        }
    }

    #[test]
    fn the_place_is_found_in_json() {
        for (text, expected) in [
            ("{|", r#" key "" []"#),
            ("{\"Resources\": {\"A\": {\"Type\": \"AWS|", r#"Resources/A/Type value "AWS" []"#),
            ("{\"Resources\": {\"A\": {\"Type\": \"x\", \"Pro|\"}}}", r#"Resources/A key "Pro" ["Type"]"#),
            ("{\"A\": {\"Fn::If\": [\"C\", {\"Ref\": \"N|", r#"A/Fn::If/[1]/Ref value "N" []"#),
            ("{\"A\": [1, 2], \"B\": {|", r#"B key "" []"#),
        ] {
            assert_eq!(shown(text), expected, "{text}");
        }
    }

    #[test]
    fn every_offset_of_a_text_has_a_place() {
        let text = "A: !If [a, {b: \"c\\\"d\"}, 'e''f']\n- - x: |\n    y\n\u{feff}\t% 港: [船\n}]]:: !Ref\n  - ? a\n";
        for (at, _) in text.char_indices() {
            for is_json in [false, true] {
                super::at(text, at, is_json);
            }
        }
    }
}
