//! The name that somebody most likely meant.

/// The word most like `word`, `None` where none is.
#[must_use]
pub fn nearest_name<'a>(word: &str, words: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let lower = word.to_ascii_lowercase();
    // A name may be begun only; one that goes on where another ends is another name.
    let is_as_long = |other: &str| word.len().saturating_sub(other.len()) <= word.len() / 3;
    let likeness = |other: &str| strsim::jaro_winkler(&lower, &other.to_ascii_lowercase());
    let scored = words.filter(|other| is_as_long(other)).map(|other| (likeness(other), other)).filter(|(score, _)| *score > 0.8);
    // The first of several that are as close, so that the answer does not depend on anything else.
    scored.reduce(|best, next| if next.0 > best.0 { next } else { best }).map(|(_, other)| other)
}
