//! A page of its own that draws the graph: no network, no font, no script but its own.
//!
//! Whatever comes from a template is escaped where it is written, and the page's policy allows no script and no style but the
//! two whose hashes it names.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::drawing::{self, color, escaped, services};
use super::{GraphView, json};

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");
/// The SHA-256 of [`STYLE`], in Base64.
const STYLE_HASH: &str = "0yGtXgpvZLuWxIi9tU5edLteQG5GOD/93/HQz2QuZww=";
/// The SHA-256 of [`SCRIPT`], in Base64.
const SCRIPT_HASH: &str = "tZyjzzTNnFMHKLCpV5aDYc4CMZXvxHVtJJ5AZ+KoESI=";

pub(super) fn render(view: &GraphView) -> String {
    let roots = view.stacks.iter().filter(|stack| stack.parent.is_none());
    let title = roots.map(|stack| stack.file.name()).collect::<Vec<_>>().join(", ");
    let mut out = String::with_capacity(64 * 1024);
    let _ = write!(
        out,
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'sha256-{STYLE_HASH}'; \
         script-src 'sha256-{SCRIPT_HASH}'; base-uri 'none'; form-action 'none'\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n<title>{0} · cfnvet graph</title>\n\
         <style>{STYLE}</style>\n</head>\n<body>\n<header>\n<h1>{0}</h1>\n<p>{1}</p>\n\
         <input id=\"search\" type=\"search\" placeholder=\"Search names, types, files\" aria-label=\"Search\">\n\
         <span id=\"zoom\"><button id=\"out\" title=\"smaller\">−</button><button id=\"whole\" title=\"fit the window\">Fit</button>\
         <button id=\"in\" title=\"larger\">+</button></span>\n</header>\n",
        escaped(&title),
        counts(view)
    );
    out.push_str("<main>\n<nav aria-label=\"Filter\">\n");
    legend(&mut out);
    findings(view, &mut out);
    types(view, &mut out);
    out.push_str("</nav>\n<div id=\"canvas\">\n");
    out.push_str(&drawing::render(view));
    out.push_str("</div>\n<aside id=\"details\" aria-live=\"polite\" hidden></aside>\n</main>\n");
    // In JSON these occur in strings only; written as numbers, none can end the element.
    let data = json::render(view).replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026");
    let _ = write!(
        out,
        "<script type=\"application/json\" id=\"data\">{data}</script>\n<script>{SCRIPT}</script>\n</body>\n</html>\n"
    );
    out
}

fn counts(view: &GraphView) -> String {
    let count = |number: usize, one: &str| format!("{number} {one}{}", if number == 1 { "" } else { "s" });
    let hazards = view.findings.iter().filter(|finding| finding.hazard).count();
    let mut counts = vec![
        count(view.stacks.len(), "stack"),
        count(view.resources.len(), "resource"),
        count(view.edges.len(), "edge"),
        count(hazards, "hazard"),
    ];
    if view.findings.len() > hazards {
        counts.push(count(view.findings.len() - hazards, "other finding"));
    }
    counts.join(" · ")
}

fn legend(out: &mut String) {
    out.push_str("<h2>Arrows</h2>\n<ul class=\"legend\">\n");
    for (class, words) in [
        ("plain", "refers to: Ref, GetAtt, Sub, DependsOn"),
        ("plain dashed", "only under a condition"),
        ("places", "places tasks on"),
        ("import", "imports"),
        ("danger", "part of a hazard"),
    ] {
        let _ = writeln!(
            out,
            "<li><svg width=\"34\" height=\"10\" aria-hidden=\"true\"><g class=\"edge {class}\"><path class=\"line\" d=\"M1 5H33\"/>\
             </g></svg>{words}</li>"
        );
    }
    out.push_str("</ul>\n");
}

fn findings(view: &GraphView, out: &mut String) {
    if view.findings.is_empty() {
        return;
    }
    out.push_str("<h2>Findings</h2>\n<ul class=\"findings\">\n");
    for finding in &view.findings {
        let class = if finding.hazard { "danger" } else { "noted" };
        let diagnostic = &finding.diagnostic;
        let line = diagnostic.file.position(diagnostic.span.start).line;
        let body = format!(
            "<b>{}</b> {}<small>{}:{line}</small>",
            escaped(&diagnostic.code),
            escaped(&diagnostic.message),
            escaped(diagnostic.file.name())
        );
        // One about no resource leads nowhere.
        let _ = match finding.resources.first() {
            Some(resource) => writeln!(out, "<li class=\"{class}\"><button data-show=\"{resource}\">{body}</button></li>"),
            None => writeln!(out, "<li class=\"{class}\"><p>{body}</p></li>"),
        };
    }
    out.push_str("</ul>\n");
}

fn types(view: &GraphView, out: &mut String) {
    let mut types: BTreeMap<&str, usize> = BTreeMap::new();
    for resource in &view.resources {
        *types.entry(&resource.resource_type).or_default() += 1;
    }
    let services = services(view);
    out.push_str("<h2>Types</h2>\n<p class=\"all\"><button id=\"all\">all</button> <button id=\"none\">none</button></p>\n<ul class=\"types\">\n");
    for (name, count) in types {
        let shown = if name.is_empty() { "no type" } else { name.strip_prefix("AWS::").unwrap_or(name) };
        let _ = writeln!(
            out,
            "<li><label><input type=\"checkbox\" checked data-type=\"{}\"><i class=\"c{}\"></i><span>{}</span><b>{count}</b></label></li>",
            escaped(name),
            color(&services, name),
            escaped(shown).replace("::", "::<wbr>")
        );
    }
    out.push_str("</ul>\n");
}
