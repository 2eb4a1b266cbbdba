//! When a finding holds, in words.

use crate::diagnostic::Witness;

/// What is true where the finding holds, as the rest of a sentence that begins with "when"; `None` where nothing is known.
pub(super) fn sentence(witness: &Witness) -> Option<String> {
    let conditions = witness.conditions.iter().map(|(name, value)| format!("`{name}` is {value}"));
    // "any value but prod" is no value, and stands without quotes.
    let parameters = witness.parameters.iter().map(|(name, value)| match value.starts_with("any value") {
        true => format!("`{name}` is {value}"),
        false => format!("`{name}` is {value:?}"),
    });
    let clauses: Vec<String> = conditions.chain(parameters).chain(witness.order.iter().cloned()).collect();
    let sentence = match clauses.split_last()? {
        (only, []) => only.clone(),
        (last, rest) => format!("{} and {last}", rest.join(", ")),
    };
    Some(if witness.with_defaults { format!("{sentence} (the default values lead here too)") } else { sentence })
}
