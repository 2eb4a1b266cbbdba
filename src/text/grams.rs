//! Which words cannot stand in a text: rules ask for many that do not, and a look through all of it for each would take longer than
//! reading it.

/// Which runs of four bytes stand in a text at an even place; a run that does not may be taken for one that does.
#[derive(Debug)]
pub(super) struct Grams {
    bits: Vec<u64>,
    shift: u32,
}

impl Grams {
    pub(super) fn new(text: &[u8]) -> Self {
        let width = (text.len().max(1).ilog2() + 2).clamp(10, 20);
        let mut grams = Self { bits: vec![0; 1 << (width - 6)], shift: 32 - width };
        let mut rest = text;
        while let Some(eight) = rest.first_chunk() {
            let eight = u64::from_le_bytes(*eight);
            grams.note(eight as u32);
            grams.note((eight >> 16) as u32);
            rest = &rest[4..];
        }
        runs(rest).for_each(|run| grams.note(run));
        grams
    }

    /// False where `part` is surely not in the text. Wherever it stands, every other byte of it, counted from one of its first two,
    /// begins a run that was noted.
    pub(super) fn may_hold(&self, part: &[u8]) -> bool {
        let has = |run: u32| {
            let (word, bit) = self.place(run);
            self.bits[word] & bit != 0
        };
        part.len() < 5 || (0..2).any(|start| runs(&part[start..]).all(has))
    }

    fn note(&mut self, run: u32) {
        let (word, bit) = self.place(run);
        self.bits[word] |= bit;
    }

    fn place(&self, run: u32) -> (usize, u64) {
        let place = run.wrapping_mul(0x9e37_79b1) >> self.shift;
        (place as usize >> 6, 1 << (place & 63))
    }
}

/// Four bytes from every other place on.
fn runs(text: &[u8]) -> impl Iterator<Item = u32> {
    text.windows(4).step_by(2).map(|run| u32::from_le_bytes([run[0], run[1], run[2], run[3]]))
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
