//! What a scalar says: text, or one of YAML 1.1's other values.

use std::borrow::Cow;

use super::tree::{Style, Tag};

/// A scalar: its text without quotes, escapes and folds, and how it was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scalar<'t> {
    text: &'t str,
    style: Style,
    tag: Tag,
}

/// A scalar as CloudFormation reads it, by YAML 1.1 without timestamps.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ScalarValue<'t> {
    /// `~`, `null`, or nothing at all.
    Null,
    /// `true`, `yes`, `on` and their kin.
    Bool(bool),
    /// A whole number: `8`, `010` (octal), `0x1F`, `0b101`, `1_000`, `22:22` (base 60).
    Int(i128),
    /// A number with a point or an exponent.
    Float(f64),
    /// Everything else, dates included.
    String(&'t str),
}

impl<'t> Scalar<'t> {
    pub(super) const fn new(text: &'t str, style: Style, tag: Tag) -> Self {
        Self { text, style, tag }
    }

    /// The text.
    #[must_use]
    pub const fn text(self) -> &'t str {
        self.text
    }

    /// How it is written.
    #[must_use]
    pub const fn style(self) -> Style {
        self.style
    }

    /// Whether it is null.
    #[must_use]
    pub fn is_null(self) -> bool {
        // Asked of most values: no number is read for it.
        self.is_resolved() && matches!(self.text, "" | "~" | "null" | "Null" | "NULL")
    }

    /// What it says.
    #[must_use]
    pub fn value(self) -> ScalarValue<'t> {
        if self.is_resolved() { resolve(self.text) } else { ScalarValue::String(self.text) }
    }

    /// Whether its text may say another thing than a string.
    fn is_resolved(self) -> bool {
        // A tag such as `!Sub` is a function's, and its argument is a string however it is written.
        self.style == Style::Plain && matches!(self.tag, Tag::NONE | Tag::INT | Tag::FLOAT | Tag::BOOL | Tag::NULL)
    }

    /// The string that CloudFormation makes of it: `true` for `yes`, `8` for `010`, the text for a string.
    #[must_use]
    pub fn canonical(self) -> Cow<'t, str> {
        match self.value() {
            ScalarValue::Bool(value) => Cow::Borrowed(if value { "true" } else { "false" }),
            ScalarValue::Int(value) => {
                let text = value.to_string();
                if text == self.text { Cow::Borrowed(self.text) } else { Cow::Owned(text) }
            }
            // The digits of a float are kept as written: how many of them CloudFormation keeps is not documented.
            ScalarValue::Null | ScalarValue::Float(_) | ScalarValue::String(_) => Cow::Borrowed(self.text),
        }
    }
}

/// A plain scalar by YAML 1.1, as PyYAML's `SafeLoader` and SnakeYAML resolve it, dates left as strings.
///
/// Source: the implicit types of YAML 1.1, <https://yaml.org/type/>; CloudFormation reads no timestamps ("Template format").
fn resolve(text: &str) -> ScalarValue<'_> {
    let string = ScalarValue::String(text);
    let Some(&first) = text.as_bytes().first() else { return ScalarValue::Null };
    match first {
        b'~' if text.len() == 1 => ScalarValue::Null,
        b'n' | b'N' if matches!(text, "null" | "Null" | "NULL") => ScalarValue::Null,
        b'y' | b'Y' | b'n' | b'N' | b't' | b'T' | b'f' | b'F' | b'o' | b'O' => match text {
            "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => ScalarValue::Bool(true),
            "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => ScalarValue::Bool(false),
            _ => string,
        },
        b'0'..=b'9' | b'+' | b'-' | b'.' => number(text).unwrap_or(string),
        _ => string,
    }
}

fn number(text: &str) -> Option<ScalarValue<'_>> {
    let (negative, digits) = match text.as_bytes()[0] {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    let sign = if negative { -1 } else { 1 };
    if let Some(value) = integer(digits) {
        return Some(ScalarValue::Int(sign * value));
    }
    let float = match digits {
        ".inf" | ".Inf" | ".INF" => f64::INFINITY,
        ".nan" | ".NaN" | ".NAN" if digits.len() == text.len() => f64::NAN,
        _ => float(digits)?,
    };
    Some(ScalarValue::Float(if negative { -float } else { float }))
}

/// Digits without a sign. `None` too for numbers past 38 digits, which no property holds: they stay text.
fn integer(digits: &str) -> Option<i128> {
    let bytes = digits.as_bytes();
    let (radix, body) = match bytes {
        [b'0', b'x', rest @ ..] => (16, rest),
        [b'0', b'b', rest @ ..] => (2, rest),
        [b'0', rest @ ..] if !rest.is_empty() && !rest.contains(&b':') => (8, rest),
        [b'0'..=b'9', ..] => (10, bytes),
        _ => return None,
    };
    if radix == 10 && bytes.contains(&b':') {
        return sexagesimal(digits);
    }
    let mut value = 0_i128;
    let mut any = false;
    for &byte in body {
        if byte == b'_' {
            continue;
        }
        let digit = (byte as char).to_digit(radix)?;
        value = value.checked_mul(radix.into())?.checked_add(digit.into())?;
        any = true;
    }
    any.then_some(value)
}

/// `22:22`: base 60, each group after the first below 60. The first group may not start with a zero.
fn sexagesimal(digits: &str) -> Option<i128> {
    let mut groups = digits.split(':');
    let first = groups.next()?;
    if !first.starts_with(|c: char| ('1'..='9').contains(&c)) {
        return None;
    }
    let mut value: i128 = first.replace('_', "").parse().ok()?;
    for group in groups {
        let ok = matches!(group.as_bytes(), [b'0'..=b'9'] | [b'0'..=b'5', b'0'..=b'9']);
        let minute: i128 = ok.then(|| group.parse().ok())??;
        value = value.checked_mul(60)?.checked_add(minute)?;
    }
    Some(value)
}

/// A float. YAML 1.1 asks for a point; `1e3` is a number to CloudFormation's reader and a string to PyYAML, and is taken as a
/// number here.
fn float(digits: &str) -> Option<f64> {
    let bytes = digits.as_bytes();
    let starts_well = matches!(bytes, [b'0'..=b'9', ..] | [b'.', b'0'..=b'9', ..]);
    let rest = bytes.iter().all(|byte| matches!(byte, b'0'..=b'9' | b'.' | b'_' | b'e' | b'E' | b'+' | b'-'));
    let wanted = bytes.iter().any(|byte| matches!(byte, b'.' | b'e' | b'E'));
    if !(starts_well && rest && wanted) {
        return None;
    }
    digits.replace('_', "").parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(text: &str) -> ScalarValue<'_> {
        Scalar::new(text, Style::Plain, Tag::NONE).value()
    }

    #[test]
    fn words_of_yaml_1_1_are_booleans_and_single_letters_are_not() {
        for text in ["yes", "On", "TRUE"] {
            assert_eq!(plain(text), ScalarValue::Bool(true));
        }
        assert_eq!(plain("off"), ScalarValue::Bool(false));
        for text in ["y", "N", "yEs", "truely"] {
            assert_eq!(plain(text), ScalarValue::String(text));
        }
    }

    #[test]
    fn numbers_follow_yaml_1_1() {
        for (text, value) in [("010", 8), ("0x1F", 31), ("0b101", 5), ("1_000", 1000), ("22:22", 1342), ("-5", -5), ("0", 0)] {
            assert_eq!(plain(text), ScalarValue::Int(value), "{text}");
        }
        for text in ["0o10", "012345678901", "22:60", "2010-09-09", "1.2.3", "-", ".", "0x", "10.0.0.0/8", "099"] {
            assert_eq!(plain(text), ScalarValue::String(text), "{text}");
        }
        assert_eq!(plain("1e3"), ScalarValue::Float(1000.0));
        assert_eq!(plain(".5"), ScalarValue::Float(0.5));
    }

    #[test]
    fn quotes_and_tags_make_strings() {
        assert_eq!(Scalar::new("yes", Style::DoubleQuoted, Tag::NONE).value(), ScalarValue::String("yes"));
        assert_eq!(Scalar::new("8", Style::Plain, Tag::STR).value(), ScalarValue::String("8"));
        assert_eq!(Scalar::new("yes", Style::Plain, Tag::NONE).canonical(), "true");
        assert_eq!(Scalar::new("010", Style::Plain, Tag::NONE).canonical(), "8");
    }
}
