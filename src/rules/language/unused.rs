//! Entries of a section that nothing uses: how they are reported and taken out.

use super::super::{Finding, Sink};
use crate::analysis::Analysis;
use crate::diagnostic::Safety;
use crate::syntax::{Function, Node};
use crate::template::{Named, Section};

/// Whether something that is not written here may use what the template declares: a macro.
pub(super) fn is_hidden(analysis: &Analysis) -> bool {
    analysis.template.has_unknown_transform() || analysis.template.calls().any(|call| call.function == Function::Transform)
}

/// Reports the entries of a section that are not `used`; `what` is the word for one.
pub(super) fn report<'t, T: Named<'t>>(
    section: &Section<'t, T>,
    what: &str,
    heading: &str,
    safety: Safety,
    used: impl Fn(&str) -> bool,
    sink: &mut Sink,
) {
    // What could not be read may use it.
    let hidden = |key: Node, name: &str| key.tree().may_hide_use(name);
    let used = |entry: &T| used(entry.name()) || hidden(entry.key(), entry.name());
    let unused = section.iter().filter(|entry| !used(entry)).count();
    for entry in section.iter().filter(|entry| !used(entry)) {
        let name = entry.name();
        let key = entry.key();
        let mut finding = Finding::at(key.span(), format!("nothing uses {what} `{name}`")).node(key).help("remove it");
        // An empty section is a fault of its own: the last entry goes with it, and of several that would leave none, none goes.
        let edit = match (section.len(), unused) {
            (1, _) => key.tree().root().and_then(|root| root.remove_entry(heading)),
            (all, unused) if unused < all => section.node.and_then(|node| node.remove_entry(name)),
            _ => None,
        };
        if let Some(edit) = edit {
            finding = finding.fix(format!("remove {what} `{name}`"), safety, vec![edit]);
        }
        sink.report(finding);
    }
}
