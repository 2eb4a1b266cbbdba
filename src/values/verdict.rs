//! Whether something holds: always, at times, or never.

use super::{Answer, Formula, Values};
use crate::diagnostic::Witness;

/// How far something holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Wherever it matters at all.
    Definite,
    /// At times; the witness says when.
    Possible(Witness),
}

impl Values<'_> {
    /// How far `hits` holds where `exists` does; `None` where it cannot hold, or where that is too hard to decide.
    #[must_use]
    pub fn verdict(&self, exists: Formula, hits: Formula) -> Option<Verdict> {
        let hits = self.formulas.and(exists, hits);
        if self.formulas.satisfiable(hits) != Answer::Yes {
            return None;
        }
        if self.implies(exists, hits) {
            return Some(Verdict::Definite);
        }
        let (exists, hits) = self.deployments(exists, hits);
        if self.formulas.satisfiable(hits) != Answer::Yes {
            return None;
        }
        if self.implies(exists, hits) {
            return Some(Verdict::Definite);
        }
        self.witness(hits).filter(|witness| !witness.is_empty()).map(Verdict::Possible)
    }
}
