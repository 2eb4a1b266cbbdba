//! `spaced-dynamic-references`: a dynamic reference with a space, which stays as it is written.

use super::super::{Finding, Rule, Scope, Sink, Status};
use super::place;
use crate::analysis::Analysis;
use crate::diagnostic::{Safety, Severity};
use crate::syntax::Node;

pub(super) static RULE: Rule = Rule {
    code: "W1053",
    name: "spaced-dynamic-references",
    severity: Severity::Warning,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/language/spaced-dynamic-references.md"),
    scope: Scope::Text,
    options: &[],
    check,
};

const SERVICES: &[&str] = &["ssm", "ssm-secure", "secretsmanager"];

fn check(analysis: &Analysis, sink: &mut Sink) {
    if !analysis.source.contains("resolve") {
        return;
    }
    let template = analysis.template;
    let properties = template.resources.iter().filter_map(|resource| resource.properties);
    let outputs = template.outputs.iter().filter_map(|output| output.value);
    for node in properties.chain(outputs).flat_map(Node::descendants) {
        let Some((text, closed)) = node.as_str().and_then(|text| Some((text, closed_up(text)?))) else { continue };
        let finding = Finding::at(place::of_value(node), "a dynamic reference with spaces stays as it is written")
            .node(node)
            .help("write it without spaces: `{{resolve:…}}`");
        let edit = node.replace_scalar(&closed).filter(|_| node.function().is_none() && !text.contains('\n'));
        sink.report(match edit {
            Some(edit) => finding.fix("take the spaces out", Safety::Unsafe, vec![edit]),
            None => finding,
        });
    }
}

/// The text with its dynamic references closed up; `None` where none has a space.
fn closed_up(text: &str) -> Option<String> {
    let (mut rest, mut closed, mut changed) = (text, String::new(), false);
    while let Some(open) = rest.find("{{") {
        let (before, found) = rest.split_at(open);
        let Some(end) = found.find("}}") else { break };
        closed.push_str(before);
        let inner = &found[2..end];
        let parts: Vec<&str> = inner.split(':').map(str::trim).collect();
        if inner.starts_with([' ', '\t']) && parts[0] == "resolve" && parts.len() > 2 && SERVICES.contains(&parts[1]) {
            closed.push_str(&format!("{{{{{}}}}}", parts.join(":")));
            changed = true;
        } else {
            closed.push_str(&found[..end + 2]);
        }
        rest = &found[end + 2..];
    }
    closed.push_str(rest);
    changed.then_some(closed)
}
