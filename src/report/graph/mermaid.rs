//! A Mermaid flowchart.

use std::fmt::Write;

use super::{GraphView, headline};

/// Longest text of a label, in characters.
const MAX_LABEL: usize = 160;

pub(super) fn render(view: &GraphView) -> String {
    let mut out = String::from("flowchart LR\n");
    for stack in view.stacks.iter().enumerate().filter(|(_, stack)| stack.parent.is_none()).map(|(number, _)| number) {
        add_stack(view, stack, 1, &mut out);
    }
    for arrow in view.arrows() {
        let line = if arrow.is_conditional(view) { "-.->" } else { "-->" };
        let _ = writeln!(out, "  r{} {line}|\"{}\"| r{}", arrow.from, text(&arrow.label(view)), arrow.to);
    }
    let hazards: Vec<usize> = (0..view.resources.len()).filter(|resource| view.hazards(*resource).next().is_some()).collect();
    let conditional = view.resources.iter().enumerate().filter(|(_, resource)| resource.when.is_some());
    let conditional: Vec<usize> = conditional.map(|(number, _)| number).collect();
    for (class, style, members) in [
        ("hazard", "fill:#fde3e1,stroke:#c62828,stroke-width:3px,color:#5f0f0f", hazards),
        ("conditional", "stroke-dasharray:5 4", conditional),
    ] {
        if !members.is_empty() {
            let members: Vec<String> = members.iter().map(|resource| format!("r{resource}")).collect();
            let _ = writeln!(out, "  classDef {class} {style};\n  class {} {class};", members.join(","));
        }
    }
    let red: Vec<String> =
        view.arrows().iter().enumerate().filter(|(_, arrow)| arrow.hazard).map(|(at, _)| at.to_string()).collect();
    if !red.is_empty() {
        let _ = writeln!(out, "  linkStyle {} stroke:#c62828,stroke-width:2px;", red.join(","));
    }
    out
}

/// A stack with what is in it. Stacks are nested no deeper than the analysis follows them.
fn add_stack(view: &GraphView, stack: usize, depth: usize, out: &mut String) {
    let indent = "  ".repeat(depth);
    let _ = writeln!(out, "{indent}subgraph s{stack}[\"{}\"]", text(&view.stack_title(&view.stacks[stack])));
    for number in view.resources_of(stack) {
        let resource = &view.resources[number];
        let mut lines = vec![resource.logical_id.clone(), resource.resource_type.clone(), view.place(number)];
        lines.extend(resource.when.as_ref().map(|when| format!("if {}", when.text())));
        lines.extend(view.hazards(number).map(headline));
        let lines: Vec<String> = lines.iter().filter(|line| !line.is_empty()).map(|line| text(line)).collect();
        let _ = writeln!(out, "{indent}  r{number}[\"{}\"]", lines.join("<br/>"));
    }
    for nested in view.nested_in(stack) {
        add_stack(view, nested, depth + 1, out);
    }
    let _ = writeln!(out, "{indent}end");
}

/// Text inside quotes: what is neither a letter nor one of a few signs is written as its number. The backticks around names in
/// messages are left out, as they are only to be read around.
fn text(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for (at, character) in text.chars().filter(|character| *character != '`').enumerate() {
        if at == MAX_LABEL {
            escaped.push('…');
            break;
        }
        if character.is_alphanumeric() || " .,:/_-=".contains(character) {
            escaped.push(character);
        } else {
            let _ = write!(escaped, "#{};", u32::from(character));
        }
    }
    escaped
}
