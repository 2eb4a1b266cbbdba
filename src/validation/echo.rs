//! Faults that tell again what another one tells: those within alternatives that all fail, and those of a value whose format or type is
//! wrong already.

use rustc_hash::FxHashSet;

use super::walk::Walker;
use super::{Fault, Kind, key_of};
use crate::syntax::Node;
use crate::values::Formula;

/// Most faults within the alternatives of one value that are told.
const MAX_ECHOES: usize = 200;

impl<'t> Walker<'_, 't> {
    /// Takes what is wrong with each alternative as echoes of `main`, the fault that none of them fits, where that one `fails`.
    pub(super) fn echo(&mut self, main: Kind<'t>, fails: Formula, faults: impl Iterator<Item = Fault<'t>>) {
        let mut known = FxHashSet::default();
        for mut fault in faults {
            fault.when = self.values.formulas.and(fault.when, fails);
            if known.len() == MAX_ECHOES {
                return;
            }
            if fault.given.is_none() && known.insert((key_of(&fault), fault.when)) && self.values.possible(fault.when) {
                fault.echo_of.push(main);
                self.outcome.faults.push(fault);
            }
        }
    }

    /// Of the faults from the number `from` on: marks those of `node` that its wrong format or type tells already.
    pub(super) fn mark_echoes(&mut self, node: Node<'t>, from: usize) {
        let faults = self.outcome.faults.get_mut(from..).unwrap_or_default();
        if faults.len() < 2 {
            return;
        }
        let is_own = |fault: &Fault| fault.node.id() == node.id() && fault.given.is_none() && fault.echo_of.is_empty();
        let is_main = |kind: Kind| match kind {
            Kind::WrongFormat(_) => true,
            Kind::WrongType(_) => node.scalar().is_none() || node.other_tag().is_some(),
            _ => false,
        };
        let main = faults.iter().find(|fault| is_own(fault) && is_main(fault.kind)).map(|fault| fault.kind);
        let Some(main) = main else { return };
        for fault in faults.iter_mut().filter(|fault| is_own(fault)) {
            if fault.kind.is_of_a_text() {
                fault.echo_of.push(main);
            }
        }
    }
}

impl Kind<'_> {
    /// Whether it is about what a text says, not what it stands for.
    fn is_of_a_text(self) -> bool {
        matches!(self, Self::PatternMismatch(_) | Self::OutOfBounds { .. } | Self::NotAllowed { .. })
    }
}
