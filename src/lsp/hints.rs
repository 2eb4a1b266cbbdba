//! Behind references: the value that is not written there.

use serde_json::{Value, json};

use super::hover::known_values;
use super::view::View;
use crate::syntax::Node;
use crate::template::Intrinsic;
use crate::text::Span;

/// Longest hint, in characters.
const MAX_HINT: usize = 40;

/// Most values of a lookup that a hint names.
const MAX_VALUES: usize = 3;

/// The defaults of the parameters that are referred to, and what lookups in mappings give, in a part of the text.
pub(super) fn hints(view: &View, part: Span) -> Value {
    let template = view.analysis.template;
    let mut hints = Vec::new();
    let mut work: Vec<Node> = view.analysis.tree.root().into_iter().collect();
    while let Some(node) = work.pop() {
        let span = node.span();
        if span.end < part.start || span.start > part.end {
            continue;
        }
        match Intrinsic::of(node) {
            Some(Intrinsic::Ref(name)) => {
                let default = template.parameters.get(name).and_then(|parameter| parameter.default?.as_str());
                let given = view.analysis.settings.parameters.get(name).map(String::as_str);
                hints.extend(given.or(default).map(|value| hint(view, node, value)));
            }
            Some(Intrinsic::FindInMap { .. }) => {
                if let Some(values) = known_values(view, node).filter(|values| values.len() <= MAX_VALUES) {
                    hints.push(hint(view, node, &values.join(" or ")));
                }
            }
            _ => {}
        }
        work.extend(node.items());
        work.extend(node.entries().map(|entry| entry.value));
    }
    hints.sort_by_key(|(at, _)| *at);
    // A loop writes one text several times.
    hints.dedup();
    Value::Array(hints.into_iter().map(|(_, hint)| hint).collect())
}

fn hint(view: &View, node: Node, value: &str) -> (u32, Value) {
    let shown: String = value.chars().take(MAX_HINT).map(|c| if c.is_control() { ' ' } else { c }).collect();
    let more = if value.chars().count() > MAX_HINT { "…" } else { "" };
    let shown = if value.is_empty() { "\"\"".to_owned() } else { shown };
    let source = view.source();
    let end = node.span().start + source.slice(node.span()).trim_end().len() as u32;
    let position = view.range(Span::at(end)).start;
    (end, json!({"position": position, "label": format!("= {shown}{more}"), "paddingLeft": true}))
}
