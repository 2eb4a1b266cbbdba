//! What a finding is recognized by in another run.

use rustc_hash::FxHashMap;

use super::Diagnostic;

/// A fingerprint of each of `diagnostics`, in their order: 16 hexadecimal digits.
///
/// It stays the same when lines move, when words of the message change and when other findings come or go elsewhere. It holds
/// the rule, the keys that lead to the text without the positions in lists, the nested stacks, and the text itself with its
/// white space folded; findings alike in all of that are counted within their file. The file is not part of it: its name depends
/// on where the run started.
#[must_use]
pub fn fingerprints(diagnostics: &[Diagnostic]) -> Vec<String> {
    let mut seen: FxHashMap<(&str, u64), u64> = FxHashMap::default();
    let number = |diagnostic: &Diagnostic| -> u64 {
        let mut hash = Fnv::new();
        hash.part(&diagnostic.code);
        diagnostic.stack_path.iter().for_each(|stack| hash.part(stack));
        hash.part("");
        let keys = diagnostic.template_path.iter().filter(|key| !key.bytes().all(|byte| byte.is_ascii_digit()));
        keys.for_each(|key| hash.part(key));
        hash.part("");
        let text = diagnostic.file.text().get(diagnostic.span.range()).unwrap_or_default();
        text.split_whitespace().for_each(|word| hash.part(word));
        hash.0
    };
    let mut all = Vec::with_capacity(diagnostics.len());
    for diagnostic in diagnostics {
        let number = number(diagnostic);
        let count = seen.entry((diagnostic.file.name(), number)).or_default();
        let mut hash = Fnv(number);
        if *count > 0 {
            hash.part(&count.to_string());
        }
        *count += 1;
        all.push(format!("{:016x}", hash.0));
    }
    all
}

/// 16 hexadecimal digits that stand for `parts`, the same on every machine and in every version.
#[must_use]
pub fn hash(parts: &[&str]) -> String {
    let mut hash = Fnv::new();
    parts.iter().for_each(|part| hash.part(part));
    format!("{:016x}", hash.0)
}

/// FNV-1a of 64 bits: it never changes, which no hash of the standard library promises.
///
/// Source: <http://www.isthe.com/chongo/tech/comp/fnv/>.
struct Fnv(u64);

impl Fnv {
    fn new() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }

    /// Takes in a text, and an end that no text holds.
    fn part(&mut self, text: &str) {
        for byte in text.bytes().chain([0xff]) {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
}
