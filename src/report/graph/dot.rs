//! A Graphviz digraph.

use std::fmt::Write;

use super::{GraphView, headline};
use crate::report::one_line;

/// The width at which messages are folded, in columns.
const WIDTH: usize = 44;

pub(super) fn render(view: &GraphView) -> String {
    let mut out = String::from(
        "digraph cfnvet {\n  rankdir=LR;\n  graph [fontname=\"sans-serif\", fontsize=11, style=rounded, color=\"#98a2b3\"];\n  \
         node [fontname=\"sans-serif\", fontsize=11, shape=box, style=\"rounded,filled\", fillcolor=\"#f5f7fa\", color=\"#667085\"];\n  \
         edge [fontname=\"sans-serif\", fontsize=9, color=\"#667085\"];\n",
    );
    for stack in view.stacks.iter().enumerate().filter(|(_, stack)| stack.parent.is_none()).map(|(number, _)| number) {
        add_stack(view, stack, 1, &mut out);
    }
    for arrow in view.arrows() {
        let mut attributes = format!("label={}", quoted(&[arrow.label(view)]));
        if arrow.is_conditional(view) {
            attributes += ", style=dashed";
        }
        if arrow.hazard {
            attributes += ", color=\"#c62828\", fontcolor=\"#c62828\", penwidth=2";
        }
        let _ = writeln!(out, "  r{} -> r{} [{attributes}];", arrow.from, arrow.to);
    }
    out.push_str("}\n");
    out
}

fn add_stack(view: &GraphView, stack: usize, depth: usize, out: &mut String) {
    let indent = "  ".repeat(depth);
    let _ = writeln!(out, "{indent}subgraph cluster_s{stack} {{");
    let _ = writeln!(out, "{indent}  label={};", quoted(&[view.stack_title(&view.stacks[stack])]));
    for number in view.resources_of(stack) {
        let resource = &view.resources[number];
        let mut lines = vec![resource.logical_id.clone(), resource.resource_type.clone(), view.place(number)];
        lines.extend(resource.when.as_ref().map(|when| format!("if {}", when.text())));
        lines.retain(|line| !line.is_empty());
        let mut style = String::new();
        if resource.when.is_some() {
            style += ", style=\"rounded,filled,dashed\"";
        }
        for finding in view.hazards(number) {
            lines.extend(textwrap::wrap(&headline(finding), WIDTH).into_iter().map(String::from));
        }
        if view.hazards(number).next().is_some() {
            style += ", color=\"#c62828\", fillcolor=\"#fde3e1\", penwidth=2";
        }
        let _ = writeln!(out, "{indent}  r{number} [label={}{style}];", quoted(&lines));
    }
    for nested in view.nested_in(stack) {
        add_stack(view, nested, depth + 1, out);
    }
    let _ = writeln!(out, "{indent}}}");
}

/// Lines as a string of the language, in which a backslash and a quote are all that means something.
fn quoted(lines: &[String]) -> String {
    let lines: Vec<String> = lines.iter().map(|line| one_line(line).replace('\\', "\\\\").replace('"', "\\\"")).collect();
    // Graphviz reads `&amp;` and its kin in labels.
    format!("\"{}\"", lines.join("\\n").replace('&', "&amp;"))
}
