//! The name that somebody most likely meant.

/// How alike two names must be.
const LIKENESS: f64 = 0.8;

/// The word most like `word`, `None` where none is.
#[must_use]
pub fn nearest_name<'a>(word: &str, words: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let wanted = Letters::new(word.to_ascii_lowercase());
    // A name may be begun only; one that goes on where another ends is another name.
    let is_as_long = |other: &&str| word.len().saturating_sub(other.len()) <= word.len() / 3;
    let (mut best, mut likeness) = (None, LIKENESS);
    for other in words.filter(is_as_long) {
        if wanted.likeness_at_most(other) < likeness {
            continue;
        }
        // The first of several that are as close, so that the answer does not depend on anything else.
        let own = strsim::jaro_winkler(&wanted.text, &other.to_ascii_lowercase());
        if own > likeness {
            (best, likeness) = (Some(other), own);
        }
    }
    best
}

/// A text, and how often each of its bytes stands in it.
struct Letters {
    text: String,
    counts: [u8; 256],
}

impl Letters {
    fn new(text: String) -> Self {
        let mut counts = [0_u8; 256];
        text.bytes().for_each(|byte| counts[byte as usize] = counts[byte as usize].saturating_add(1));
        Self { text, counts }
    }

    /// Not less than the likeness of Jaro and Winkler to `other` in small letters, by the letters that both have wherever they stand:
    /// most names have too few in common for the order to matter.
    fn likeness_at_most(&self, other: &str) -> f64 {
        if self.text.is_empty() || other.is_empty() || !self.text.is_ascii() || !other.is_ascii() || self.text.len() > 255 {
            return 1.0;
        }
        let both = self.text.bytes().zip(other.bytes());
        let start = both.take(4).take_while(|(own, other)| *own == other.to_ascii_lowercase()).count();
        // By their lengths alone most are too far away.
        let most = self.likeness(other, start, self.text.len().min(other.len()));
        if most < LIKENESS {
            return most;
        }
        let mut left = self.counts;
        let mut common = 0_usize;
        for byte in other.bytes() {
            let left = &mut left[byte.to_ascii_lowercase() as usize];
            common += usize::from(*left > 0);
            *left = left.saturating_sub(1);
        }
        self.likeness(other, start, common)
    }

    /// The likeness to a text that starts alike and has `common` letters in common, in the same order.
    fn likeness(&self, other: &str, start: usize, common: usize) -> f64 {
        let common = common as f64;
        let jaro = (common / self.text.len() as f64 + common / other.len() as f64 + 1.0) / 3.0;
        // A little more, for what is lost when numbers are rounded.
        jaro + 0.1 * start as f64 * (1.0 - jaro) + 1e-9
    }
}

/// Whether one letter more, less or other, or two that have changed places, make one text of the other.
#[must_use]
pub fn is_one_slip_away(text: &str, other: &str) -> bool {
    // A character has at most four bytes.
    if text.len().abs_diff(other.len()) > 4 {
        return false;
    }
    let start = text.chars().zip(other.chars()).take_while(|(own, other)| own == other).map(|(own, _)| own.len_utf8()).sum();
    let (text, other): (&str, &str) = (&text[start..], &other[start..]);
    let end: usize =
        text.chars().rev().zip(other.chars().rev()).take_while(|(own, other)| own == other).map(|(own, _)| own.len_utf8()).sum();
    let left = |text: &str| {
        let mut left = text[..text.len() - end].chars();
        [left.next(), left.next(), left.next()]
    };
    match (left(text), left(other)) {
        ([Some(_), None, _], [_, None, _]) | ([None, ..], [Some(_), None, _]) => true,
        ([Some(first), Some(second), None], [Some(third), Some(fourth), None]) => first == fourth && second == third,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAMES: [&str; 14] = [
        "",
        "a",
        "ab",
        "ba",
        "Subnet",
        "SubnetA",
        "Subent",
        "Sbunet",
        "PublicSubnet",
        "PublicSubnets",
        "PrivateSubnet",
        "Bücket",
        "Bucket",
        "aab",
    ];

    #[test]
    fn a_slip_is_a_distance_of_one() {
        for (own, other) in NAMES.iter().flat_map(|own| NAMES.iter().map(move |other| (own, other))) {
            assert_eq!(is_one_slip_away(own, other), strsim::osa_distance(own, other) == 1, "{own} {other}");
        }
    }

    #[test]
    fn the_nearest_is_the_one_that_is_nearest_of_all() {
        for word in NAMES {
            let scored = NAMES
                .iter()
                .filter(|other| word.len().saturating_sub(other.len()) <= word.len() / 3)
                .map(|other| (strsim::jaro_winkler(&word.to_ascii_lowercase(), &other.to_ascii_lowercase()), *other));
            let best =
                scored.filter(|(score, _)| *score > LIKENESS).reduce(|best, next| if next.0 > best.0 { next } else { best });
            assert_eq!(nearest_name(word, NAMES.into_iter()), best.map(|(_, name)| name), "{word}");
        }
    }
}
