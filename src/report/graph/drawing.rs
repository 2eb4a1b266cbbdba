//! The graph as SVG, to stand in a page that brings the colours.

use std::fmt::Write;

use super::layout::{self, LABEL_HEIGHT, Layout, Plan, PlannedArrow, Rect, TITLE_HEIGHT};
use super::{Arrow, EdgeKind, GraphView};
use crate::report::one_line;

/// The number of colours that services take in turn.
pub(super) const COLORS: usize = 8;

const BOX_HEIGHT: f64 = 48.0;
/// The height of the line that says when a resource exists.
const LINE_HEIGHT: f64 = 16.0;
/// About the width of a character at the size of labels; wide ones count twice.
const LABEL_CHARACTER: f64 = 6.3;
const MAX_LABEL: usize = 38;
const MAX_NAME: usize = 21;
const MAX_TYPE: usize = 27;
const MAX_WHEN: usize = 27;

/// Text made harmless in HTML and SVG, in content and in quoted attributes.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in one_line(text).chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            other => out.push(other),
        }
    }
    out
}

/// `text` cut to a width in columns, with what is beyond told by an ellipsis.
fn cut(text: &str, columns: usize) -> String {
    let text = one_line(text);
    if textwrap::core::display_width(&text) <= columns {
        return text.into_owned();
    }
    let mut out = String::new();
    for character in text.chars() {
        out.push(character);
        if textwrap::core::display_width(&out) >= columns {
            out.pop();
            break;
        }
    }
    out + "…"
}

/// The part of a type that names the service; empty where there is none.
pub(super) fn service(resource_type: &str) -> &str {
    let mut parts = resource_type.split("::");
    match (parts.next(), parts.next()) {
        (Some("AWS"), Some(service)) => service,
        (Some(first), Some(_)) => first,
        _ => "",
    }
}

/// The services of the resources, in the order in which they come; each takes the colour of its place.
pub(super) fn services(view: &GraphView) -> Vec<&str> {
    let mut services: Vec<&str> = Vec::new();
    for resource in &view.resources {
        let service = service(&resource.resource_type);
        if !services.contains(&service) {
            services.push(service);
        }
    }
    services
}

pub(super) fn color(services: &[&str], resource_type: &str) -> usize {
    services.iter().position(|known| *known == service(resource_type)).unwrap_or(0) % COLORS
}

pub(super) fn render(view: &GraphView) -> String {
    // An arrow to itself says nothing that its box does not.
    let arrows: Vec<Arrow> = view.arrows().into_iter().filter(|arrow| arrow.from != arrow.to).collect();
    let words: Vec<Option<String>> = arrows.iter().map(|arrow| label(view, arrow)).collect();
    let planned = arrows.iter().zip(&words).map(|(arrow, words)| PlannedArrow {
        from: arrow.from,
        to: arrow.to,
        label: words.as_ref().map_or(0.0, |words| textwrap::core::display_width(words) as f64 * LABEL_CHARACTER + 14.0),
        shares: words.is_none() && !arrow.is_conditional(view) && !arrow.hazard,
    });
    let height = |when: bool| if when { BOX_HEIGHT + LINE_HEIGHT } else { BOX_HEIGHT };
    let plan = Plan {
        boxes: view.resources.iter().map(|resource| (resource.stack, height(resource.when.is_some()))).collect(),
        stacks: view.stacks.iter().map(|stack| stack.parent.map(|parent| view.resources[parent].stack)).collect(),
        arrows: planned.collect(),
    };
    let layout = layout::layout(&plan);
    let mut out = String::new();
    let (width, height) = (layout.width.ceil(), layout.height.ceil());
    let _ = writeln!(
        out,
        "<svg id=\"graph\" xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" \
         role=\"group\" aria-label=\"Resources and references\">\n<defs>"
    );
    for class in ["plain", "import", "places", "danger"] {
        let _ = writeln!(
            out,
            "<marker id=\"tip-{class}\" class=\"tip {class}\" viewBox=\"0 0 8 8\" refX=\"7.5\" refY=\"4\" markerWidth=\"8\" \
             markerHeight=\"8\" markerUnits=\"userSpaceOnUse\" orient=\"auto\"><path d=\"M0 .5 8 4 0 7.5Z\"/></marker>"
        );
    }
    out.push_str("</defs>\n");
    for rect in &layout.stacks {
        let _ = writeln!(out, "<g class=\"stack\">{}</g>", rectangle(rect, 12.0));
    }
    draw_arrows(view, &arrows, &words, &layout, &mut out);
    for (stack, rect) in view.stacks.iter().zip(&layout.stacks) {
        let (x, y) = (rect.x + 14.0, rect.y + TITLE_HEIGHT - 9.0);
        let title = escaped(&view.stack_title(stack));
        let _ = writeln!(out, "<g class=\"stack\"><text x=\"{x:.1}\" y=\"{y:.1}\">{title}</text></g>");
    }
    let services = services(view);
    for (number, rect) in layout.boxes.iter().enumerate() {
        draw_box(view, number, rect, color(&services, &view.resources[number].resource_type), &mut out);
    }
    out.push_str("</svg>\n");
    out
}

/// What is written at an arrow: what a box and a line do not say.
fn label(view: &GraphView, arrow: &Arrow) -> Option<String> {
    let kinds = arrow.edges.iter().map(|edge| &view.edges[*edge].kind);
    let telling = kinds.filter(|kind| matches!(kind, EdgeKind::PlacesTasksOn | EdgeKind::Import(_)));
    let mut words: Vec<String> = telling.map(EdgeKind::label).take(1).collect();
    words.extend(view.edges[arrow.edges[0]].beyond.as_ref().map(|when| format!("if {}", when.text())));
    (!words.is_empty()).then(|| cut(&words.join(" "), MAX_LABEL))
}

fn class(view: &GraphView, arrow: &Arrow) -> &'static str {
    let kinds = || arrow.edges.iter().map(|edge| &view.edges[*edge].kind);
    if arrow.hazard {
        "danger"
    } else if kinds().any(|kind| *kind == EdgeKind::PlacesTasksOn) {
        "places"
    } else if kinds().any(|kind| matches!(kind, EdgeKind::Import(_))) {
        "import"
    } else {
        "plain"
    }
}

fn draw_arrows(view: &GraphView, arrows: &[Arrow], words: &[Option<String>], layout: &Layout, out: &mut String) {
    // The lines first, so that no label lies under one.
    let mut labels = String::new();
    for (number, arrow) in arrows.iter().enumerate() {
        let class = class(view, arrow);
        let dashed = if arrow.is_conditional(view) { " dashed" } else { "" };
        let numbers: Vec<String> = arrow.edges.iter().map(usize::to_string).collect();
        let (from, to) = (&view.resources[arrow.from], &view.resources[arrow.to]);
        let when = view.edges[arrow.edges[0]].when.as_ref().map_or_else(String::new, |when| format!(" if {}", when.text()));
        let title = format!("{} → {}: {}{when}", from.logical_id, to.logical_id, arrow.kinds(view));
        let path = path(&layout.ways[number]);
        let ends = format!("data-from=\"{}\" data-to=\"{}\"", arrow.from, arrow.to);
        let _ = writeln!(
            out,
            "<g class=\"edge {class}{dashed}\" {ends} data-edges=\"{}\"><title>{}</title><path class=\"reach\" d=\"{path}\"/>\
             <path class=\"line\" d=\"{path}\" marker-end=\"url(#tip-{class})\"/></g>",
            numbers.join(" "),
            escaped(&title)
        );
        if let (Some(rect), Some(words)) = (layout.labels[number], &words[number]) {
            let _ = writeln!(
                labels,
                "<g class=\"label {class}\" {ends}>{}<text x=\"{:.1}\" y=\"{:.1}\">{}</text></g>",
                rectangle(&rect, 9.0),
                rect.x + rect.width / 2.0,
                rect.y + LABEL_HEIGHT - 5.0,
                escaped(words)
            );
        }
    }
    out.push_str(&labels);
}

/// A curve, then a line and a curve in turns.
fn path(points: &[(f64, f64)]) -> String {
    let mut path = String::new();
    for (at, piece) in points.chunks_exact(2).enumerate() {
        let ((x0, y0), (x1, y1)) = (piece[0], piece[1]);
        let middle = f64::midpoint(x0, x1);
        let _ = write!(path, "{}{x0:.1} {y0:.1}", if at == 0 { 'M' } else { 'L' });
        let _ = write!(path, "C{middle:.1} {y0:.1} {middle:.1} {y1:.1} {x1:.1} {y1:.1}");
    }
    path
}

fn draw_box(view: &GraphView, number: usize, rect: &Rect, color: usize, out: &mut String) {
    let resource = &view.resources[number];
    let codes: Vec<&str> = view.hazards(number).map(|finding| finding.code.as_ref()).collect();
    let other = view.findings.iter().filter(|finding| !finding.hazard && finding.resources.contains(&number)).count();
    let mut class = String::from("resource");
    for (applies, name) in [(!codes.is_empty(), " danger"), (resource.when.is_some(), " conditional"), (other > 0, " noted")] {
        if applies {
            class += name;
        }
    }
    let mut spoken = format!("{}, {}, {}", resource.logical_id, resource.resource_type, view.place(number));
    view.hazards(number).for_each(|finding| spoken += &format!(", {}", super::headline(finding)));
    let Rect { x, y, width, height } = *rect;
    let _ = write!(
        out,
        "<g class=\"{class}\" data-resource=\"{number}\" tabindex=\"0\" role=\"button\" aria-label=\"{0}\"><title>{0}</title>{1}\
         <rect class=\"stripe c{color}\" x=\"{x:.1}\" y=\"{2:.1}\" width=\"4\" height=\"{3:.1}\" rx=\"2\"/>",
        escaped(&spoken),
        rectangle(rect, 8.0),
        y + 8.0,
        height - 16.0,
    );
    // A badge takes the room of some of the name.
    let badge =
        codes.first().map(|code| if codes.len() > 1 { format!("{code} +{}", codes.len() - 1) } else { (*code).to_owned() });
    let badge = badge.or_else(|| (other > 0).then(|| format!("{other} finding{}", if other == 1 { "" } else { "s" })));
    let badge_width = badge.as_ref().map_or(0.0, |badge| badge.chars().count() as f64 * 6.4 + 12.0);
    let room = MAX_NAME - (badge_width / 8.0).ceil() as usize;
    let mut line = |class: &str, down: f64, text: &str| {
        let _ = write!(out, "<text class=\"{class}\" x=\"{:.1}\" y=\"{:.1}\">{}</text>", x + 14.0, y + down, escaped(text));
    };
    line("name", 20.0, &cut(&resource.logical_id, room));
    let written = resource.resource_type.as_str();
    line(
        "type",
        36.0,
        &cut(written.strip_prefix("AWS::").unwrap_or(if written.is_empty() { "no type" } else { written }), MAX_TYPE),
    );
    if let Some(when) = &resource.when {
        line("when", 52.0, &cut(&format!("if {}", when.text()), MAX_WHEN));
    }
    if let Some(badge) = badge {
        let rect = Rect { x: x + width - badge_width - 7.0, y: y + 7.0, width: badge_width, height: 16.0 };
        let _ = write!(
            out,
            "<g class=\"badge\">{}<text x=\"{:.1}\" y=\"{:.1}\">{}</text></g>",
            rectangle(&rect, 8.0),
            rect.x + rect.width / 2.0,
            rect.y + 12.0,
            escaped(&badge)
        );
    }
    out.push_str("</g>\n");
}

fn rectangle(rect: &Rect, radius: f64) -> String {
    let Rect { x, y, width, height } = rect;
    format!("<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{height:.1}\" rx=\"{radius}\"/>")
}
