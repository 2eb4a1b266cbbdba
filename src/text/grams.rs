//! Which words cannot stand in a text: rules ask for many that do not, and a look through all of it for each would take longer than
//! reading it.

/// Which runs of four bytes stand in a text at every fourth place; a run that does not may be taken for one that does.
#[derive(Debug)]
pub(super) struct Grams {
    bits: Vec<u64>,
    shift: u32,
}

impl Grams {
    pub(super) fn new(text: &[u8]) -> Self {
        let width = (text.len().max(1).ilog2() + 1).clamp(10, 20);
        let mut grams = Self { bits: vec![0; 1 << (width - 6)], shift: 32 - width };
        for gram in text.chunks_exact(4) {
            let (word, bit) = grams.place(gram);
            grams.bits[word] |= bit;
        }
        grams
    }

    /// False where `part` is surely not in the text. Wherever it stands, every fourth byte of it, counted from one of its first four,
    /// begins a run that was noted. What is too short to hold one is looked for in the text sooner than it is ruled out here.
    pub(super) fn may_hold(&self, part: &[u8]) -> bool {
        let has = |gram: &[u8]| {
            let (word, bit) = self.place(gram);
            self.bits[word] & bit != 0
        };
        part.len() < 7 || (0..4).any(|start| part[start..].chunks_exact(4).all(has))
    }

    fn place(&self, gram: &[u8]) -> (usize, u64) {
        let place = u32::from_le_bytes([gram[0], gram[1], gram[2], gram[3]]).wrapping_mul(0x9e37_79b1) >> self.shift;
        (place as usize >> 6, 1 << (place & 63))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_in_a_text_is_never_denied() {
        let text = "Resources:\n  Api:\n    Type: AWS::ECS::Service\n    Properties: {EnableExecuteCommand: true, Bücket: x}\n"
            .as_bytes();
        let grams = Grams::new(text);
        for part in (0..text.len()).flat_map(|start| (start..=text.len()).map(move |end| &text[start..end])) {
            assert!(grams.may_hold(part), "{}", String::from_utf8_lossy(part));
        }
        assert!(!grams.may_hold(b"CapacityProviderStrategy"));
    }
}
