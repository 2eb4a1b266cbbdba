//! The name that somebody most likely meant.

/// The word most like `word`, `None` where none is.
#[must_use]
pub fn nearest_name<'a>(word: &str, words: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let lower = word.to_ascii_lowercase();
    let likeness = |other: &str| strsim::jaro_winkler(&lower, &other.to_ascii_lowercase());
    let scored = words.map(|other| (likeness(other), other)).filter(|(score, _)| *score > 0.8);
    // The first of several that are as close, so that the answer does not depend on anything else.
    scored.reduce(|best, next| if next.0 > best.0 { next } else { best }).map(|(_, other)| other)
}
