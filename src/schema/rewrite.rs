//! The patterns of schemas as expressions that the `regex` crate takes.
//!
//! A pattern is rewritten so that it takes at least the same texts: where that cannot be exact, an upper bound of a repeat is dropped.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::{Keyword, expression};

/// The patterns that are not compiled as written: what stands in their place, or why they are left out.
#[must_use]
pub fn treated(patterns: &BTreeSet<&str>) -> Map<String, Value> {
    let mut treated = Map::new();
    for pattern in patterns {
        let spelled = spelled(pattern);
        if spelled == **pattern && expression(pattern).is_some() {
            continue;
        }
        let value = rewritten(&spelled).map_or_else(Value::from, |(all, none)| {
            let mut object = json!({});
            object[Keyword::AllOf.as_str()] = all.into();
            object[Keyword::Not.as_str()] = none.into();
            object
        });
        treated.insert((*pattern).to_owned(), value);
    }
    treated
}

/// The expressions that must be found, and those that must not.
fn rewritten(pattern: &str) -> Result<(Vec<String>, Vec<String>), &'static str> {
    if !pattern.contains("(?=") && !pattern.contains("(?!") && !pattern.contains("(?<") {
        return Ok((vec![taken(pattern)?], Vec::new()));
    }
    let (mut all, mut none) = (Vec::new(), Vec::new());
    let Some(mut rest) = pattern.strip_prefix('^') else { return Err("look-around that is not behind `^`") };
    loop {
        if let Some((inside, after)) = rest.strip_prefix("(?!").and_then(group) {
            let refused = format!("^(?:{inside})");
            expression(&refused).ok_or("look-around in look-around")?;
            none.push(refused);
            rest = after;
        } else if let Some((inside, after)) = rest.strip_prefix("(?=").and_then(group) {
            all.push(taken(&format!("^(?:{inside})"))?);
            rest = after;
        } else {
            break;
        }
    }
    // What must not stand at the end.
    let mut rest = rest.to_owned();
    while let Some(at) = rest.rfind("(?<!") {
        match group(&rest[at + 4..]) {
            Some((inside, "$")) if expression(&format!("(?:{inside})$")).is_some() => {
                none.push(format!("(?:{inside})$"));
                rest = format!("{}$", &rest[..at]);
            }
            _ => return Err("look-behind within the pattern"),
        }
    }
    if has_choice(&rest) {
        return Err("look-around in one of several choices");
    }
    all.push(taken(&format!("^{rest}"))?);
    Ok((all, none))
}

/// The expression, without upper bounds of repeats where it would be too large with them.
fn taken(pattern: &str) -> Result<String, &'static str> {
    if expression(pattern).is_some() {
        return Ok(pattern.to_owned());
    }
    let relaxed = unbounded(pattern);
    if relaxed != pattern && expression(&relaxed).is_some() {
        return Ok(relaxed);
    }
    if pattern.contains("(?=") || pattern.contains("(?!") || pattern.contains("(?<") {
        return Err("look-around within the pattern");
    }
    Err("no expression, or one that is too large")
}

/// What is inside of the group that `text` is in, and what follows it.
fn group(text: &str) -> Option<(&str, &str)> {
    let (end, ..) = signs(text).find(|(.., depth)| *depth < 0)?;
    Some((&text[..end], &text[end + 1..]))
}

/// Whether `|` stands outside of all groups.
fn has_choice(text: &str) -> bool {
    signs(text).any(|(_, character, depth)| character == '|' && depth == 0)
}

/// The characters that are neither escaped nor in a class, with their places and how many groups more are open behind each than at the
/// start.
fn signs(text: &str) -> impl Iterator<Item = (usize, char, i32)> {
    let (mut depth, mut in_class, mut escaped) = (0, false, false);
    text.char_indices().filter_map(move |(at, character)| {
        if std::mem::take(&mut escaped) {
            return None;
        }
        match character {
            '\\' => escaped = true,
            '[' => in_class = true,
            ']' => in_class = false,
            '(' if !in_class => depth += 1,
            ')' if !in_class => depth -= 1,
            _ => {}
        }
        (!escaped && !in_class).then_some((at, character, depth))
    })
}

/// `{m,n}` as `{m,}`, and large `m` as 1.
fn unbounded(pattern: &str) -> String {
    let mut out = String::new();
    let mut rest = pattern;
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        let counts = after.split_once('}').and_then(|(counts, after)| {
            let (low, high) = counts.split_once(',').unwrap_or((counts, counts));
            let low: u32 = low.parse().ok()?;
            let high: u32 = if high.is_empty() { u32::MAX } else { high.parse().ok()? };
            Some((low, high, after))
        });
        match counts {
            Some((low, high, after)) if high > 20 && !before.ends_with('\\') => {
                let low = low.min(1);
                out.push_str(if low == 0 { "*" } else { "+" });
                rest = after;
            }
            _ => {
                out.push('{');
                rest = after;
            }
        }
    }
    out + rest
}

/// The pattern as the crate spells it: escapes of UTF-16, names of classes, and signs in classes that mean more there.
fn spelled(pattern: &str) -> String {
    let mut pattern = pattern.to_owned();
    // Pairs of surrogates in a class stand for what is beyond the first plane.
    for pair in
        [r"\uD800\uDC00-\uDBFF\uDFFF", r"\uD800\uDBFF-\uDC00\uDFFF", r"\ud800\udc00-\udbff\udfff", r"\uD800-\uDBFF\uDC00-\uDFFF"]
    {
        pattern = pattern.replace(pair, r"\x{10000}-\x{10FFFF}");
    }
    let characters: Vec<char> = pattern.chars().collect();
    let (mut out, mut at) = (String::new(), 0);
    // The place behind the `[` of the class that is open, and whether what came before ends a range or is a class of its own.
    let mut class: Option<usize> = None;
    let mut after_set = false;
    while let Some(&character) = characters.get(at) {
        let text: String = characters[at..].iter().take(12).collect();
        let next = characters.get(at + 1).copied();
        if character == '\\' {
            let (length, written) = escape(&text, class.is_some());
            after_set = matches!(next, Some('w' | 'd' | 's' | 'W' | 'D' | 'S' | 'p' | 'P'));
            out.push_str(&written);
            at += length;
            continue;
        }
        match class {
            None if character == '[' => {
                out.push('[');
                at += 1;
                if characters.get(at) == Some(&'^') {
                    out.push('^');
                    at += 1;
                }
                if characters.get(at) == Some(&']') {
                    out.push_str(r"\]");
                    at += 1;
                }
                (class, after_set) = (Some(at), false);
                continue;
            }
            None => out.push(character),
            Some(_) if character == ']' => {
                class = None;
                out.push(']');
            }
            Some(_) if text.starts_with("[:") && text.contains(":]") => {
                let name: String = characters[at..].iter().collect();
                let end = name.find(":]").map_or(0, |end| end + 2);
                out.push_str(&name[..end]);
                at += end;
                after_set = true;
                continue;
            }
            Some(start) => {
                let is_range = !after_set && at != start && !matches!(next, None | Some(']'));
                let sets = character == '-' && (!is_range || starts_set(&characters[at + 1..]));
                if character == '['
                    || (matches!(character, '&' | '~') && next == Some(character))
                    || (sets && at != start && next != Some(']'))
                {
                    out.push('\\');
                }
                out.push(character);
            }
        }
        after_set = false;
        at += 1;
    }
    out
}

/// Whether a class such as `\w` follows, which cannot end a range.
fn starts_set(characters: &[char]) -> bool {
    matches!(characters, ['\\', 'w' | 'd' | 's' | 'W' | 'D' | 'S' | 'p' | 'P', ..])
}

/// The length of the escape at the beginning of `text`, and how it is spelled.
fn escape(text: &str, in_class: bool) -> (usize, String) {
    let set =
        |length: usize, characters: &str| (length, if in_class { characters.to_owned() } else { format!("[{characters}]") });
    for (name, characters) in [
        (r"\p{Graph}", r"\x21-\x7E"),
        (r"\p{Print}", r"\x20-\x7E"),
        (r"\p{ASCII}", r"\x00-\x7F"),
        (r"\p{Alnum}", "a-zA-Z0-9"),
        (r"\p{Alpha}", "a-zA-Z"),
    ] {
        if text.starts_with(name) {
            return set(name.len(), characters);
        }
    }
    let digits = text.get(2..6).filter(|digits| text.starts_with(r"\u") && digits.chars().all(|digit| digit.is_ascii_hexdigit()));
    if let Some(digits) = digits {
        return (6, format!(r"\x{{{digits}}}"));
    }
    if text.starts_with(r"\Z") {
        return (2, r"\z".to_owned());
    }
    // An escaped letter or sign that means itself elsewhere.
    let escaped = text.chars().nth(1).unwrap_or('\\');
    let length = if text.chars().count() > 1 { 2 } else { 1 };
    let is_known = escaped.is_ascii_alphanumeric() && expression(&format!("\\{escaped}")).is_some();
    if is_known || escaped.is_ascii_punctuation() || matches!(escaped, 'x' | 'p' | 'P' | 'u') || escaped.is_ascii_digit() {
        return (length, format!("\\{escaped}"));
    }
    (length, escaped.to_string())
}
