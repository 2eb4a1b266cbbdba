//! Above each condition: the parameter values that make it true.

use serde_json::{Value, json};

use super::view::{OWN, View};
use crate::report;
use crate::template::Named;
use crate::values::StackId;

pub(super) fn lenses(view: &View) -> Value {
    let template = view.written(OWN);
    let lens = |name: &str, span| {
        let title = format!("true {}", example(view, name, true)).replace('`', "");
        // A lens that does nothing has a command without a name.
        json!({"range": view.range(span), "command": {"title": title, "command": ""}})
    };
    Value::Array(template.conditions.iter().map(|condition| lens(condition.name(), condition.key.span())).collect())
}

/// Parameter values under which a condition of the open template is true, or false, in words that go on after these.
pub(super) fn example(view: &View, name: &str, holds: bool) -> String {
    let values = view.analysis.values();
    let formula = values.condition(StackId::ROOT, name);
    let formula = if holds { formula } else { values.formulas.not(formula) };
    if values.formulas.always(formula).is_yes() {
        return "always".to_owned();
    }
    if values.formulas.satisfiable(formula).is_no() {
        return "never".to_owned();
    }
    let witness = values.witness(formula).map(|mut witness| {
        // What it is made of says more than its own name.
        witness.conditions.clear();
        witness
    });
    witness.and_then(|witness| report::when(&witness)).map_or_else(|| "at times".to_owned(), |when| format!("when {when}"))
}
