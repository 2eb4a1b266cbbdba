//! Patterns of schemas as regular expressions, compiled when met.
//!
//! Schemas are written for engines with look-around, UTF-16 escapes and loose classes. What the `regex` crate cannot take as written
//! stands rewritten in the table, or with the reason why it does not; `fancy-regex` takes most of those that look around, in bounded time.

use regex::{Regex, RegexBuilder};

use super::keyword::Keyword;
use super::table::Object;

/// The most bytes that a compiled expression may take.
pub const SIZE_LIMIT: usize = 2 << 20;

/// A pattern, ready to match.
#[derive(Clone, Debug)]
pub struct Pattern {
    /// All of these must be found,
    all: Vec<Regex>,
    /// and none of these: what stood in a negative look-around.
    none: Vec<Regex>,
    /// And this one, where the other two cannot say it.
    around: Option<fancy_regex::Regex>,
}

/// The most steps back that an expression with look-around may take; a text that needs more is taken.
const MAX_BACKTRACKS: usize = 50_000;

/// The longest text that such an expression is asked about, in bytes.
const MAX_TEXT: usize = 4_096;

/// How a pattern is compiled.
#[derive(Clone, Copy, Debug)]
pub enum Treatment<'a> {
    /// As it is written.
    AsWritten,
    /// As other expressions: the lists `all` and `none` of the object.
    Rewritten(Object<'a>),
    /// Neither as written nor as others, for this reason.
    LeftOut(&'a str),
}

impl Pattern {
    /// Compiles a pattern; `None` where no engine takes it.
    #[must_use]
    pub fn compile(pattern: &str, treatment: Treatment) -> Option<Self> {
        match treatment {
            Treatment::AsWritten => Some(Self { all: vec![expression(pattern)?], none: Vec::new(), around: None }),
            Treatment::Rewritten(object) => {
                let list = |key: Keyword| {
                    let texts = object.get_key(key).and_then(|value| value.as_list()).into_iter().flat_map(|list| list.strings());
                    texts.map(expression).collect::<Option<Vec<_>>>()
                };
                Some(Self { all: list(Keyword::AllOf)?, none: list(Keyword::Not)?, around: None })
            }
            Treatment::LeftOut(_) => {
                let mut builder = fancy_regex::RegexBuilder::new(pattern);
                let around = builder.backtrack_limit(MAX_BACKTRACKS).delegate_size_limit(SIZE_LIMIT).build().ok()?;
                Some(Self { all: Vec::new(), none: Vec::new(), around: Some(around) })
            }
        }
    }

    /// Whether the pattern is found anywhere in `text`.
    #[must_use]
    pub fn is_match(&self, text: &str) -> bool {
        // Where it takes too long nobody knows, and the text is taken.
        let is_found = |around: &fancy_regex::Regex| text.len() > MAX_TEXT || around.is_match(text).unwrap_or(true);
        if !self.around.as_ref().is_none_or(is_found) {
            return false;
        }
        let found = |text: &str| {
            self.all.iter().all(|expression| expression.is_match(text))
                && !self.none.iter().any(|expression| expression.is_match(text))
        };
        // `$` stands before a last line break too, in the engines that patterns are written for.
        found(text) || text.strip_suffix('\n').is_some_and(found)
    }
}

/// Compiles one expression, within [`SIZE_LIMIT`].
#[must_use]
pub fn expression(text: &str) -> Option<Regex> {
    RegexBuilder::new(text).size_limit(SIZE_LIMIT).build().ok()
}
