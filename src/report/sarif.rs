//! SARIF 2.1.0, for GitHub code scanning and other stores of findings.
//!
//! Columns count Unicode scalar values, as everywhere in cfnvet, and the report says so (`columnKind`).
//!
//! Source: <https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html>; what GitHub reads of it:
//! <https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning>.

use serde_json::{Map, Value, json};

use super::json::{When, line, list};
use super::path::{self, SOURCE_ROOT};
use super::{Report, RunProblem, sentence};
use crate::diagnostic::{self, Diagnostic, Fix, Label, RuleInfo, Severity};
use crate::text::{SourceFile, Span};

const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// The fewest other texts that make a way to follow step by step; one alone is a related place.
const MIN_STEPS: usize = 2;

pub(super) fn render(report: &Report) -> String {
    let mut codes: Vec<&str> = report.diagnostics.iter().map(|diagnostic| &*diagnostic.code).collect();
    codes.sort_unstable();
    codes.dedup();
    let fingerprints = diagnostic::fingerprints(report.diagnostics);

    let mut out =
        format!("{{\"$schema\": {},\n\"version\": \"2.1.0\",\n\"runs\": [{{\n\"tool\": {{\"driver\": {{", line(&SCHEMA));
    out.push_str(&format!("\"name\": \"cfnvet\", \"semanticVersion\": {}, \"rules\": ", line(&env!("CARGO_PKG_VERSION"))));
    list(&mut out, codes.iter().map(|code| line(&rule(code, report))));
    out.push_str("}},\n\"columnKind\": \"unicodeCodePoints\",\n\"newlineSequences\": [\"\\r\\n\", \"\\n\", \"\\r\"],\n");
    let root = json!({SOURCE_ROOT: {"description": {"text": "The folder in which cfnvet was started."}}});
    out.push_str(&format!("\"originalUriBaseIds\": {},\n", line(&root)));
    out.push_str(&format!("\"invocations\": [{}],\n\"results\": ", line(&invocation(report.problems))));
    let results = report.diagnostics.iter().zip(&fingerprints);
    list(
        &mut out,
        results.map(|(diagnostic, fingerprint)| {
            let index = codes.binary_search(&&*diagnostic.code).unwrap_or_default();
            line(&result(diagnostic, index, fingerprint))
        }),
    );
    out.push_str("}]}\n");
    out
}

/// A rule that found something. One that is not among those of the report, such as a policy of the user, is described by what its
/// first finding says of it.
fn rule(code: &str, report: &Report) -> Value {
    let mut found = report.diagnostics.iter().filter(|diagnostic| diagnostic.code == code);
    let url = found.clone().find_map(|diagnostic| diagnostic.url.as_deref());
    let known = report.rules.iter().find(|rule| rule.code == code).map(known_rule);
    let mut rule = known.or_else(|| found.next().map(unknown_rule)).unwrap_or_default();
    if let Some(url) = url.filter(|url| url.starts_with("https://")) {
        rule["helpUri"] = json!(url);
    }
    rule
}

fn known_rule(info: &RuleInfo) -> Value {
    let title = format!("{}.", info.title);
    json!({
        "id": info.code,
        "name": info.name,
        "shortDescription": {"text": info.title},
        "fullDescription": {"text": title},
        "help": {"text": format!("{title} `cfnvet explain {}` says why, and what to do.", info.code), "markdown": info.page},
        "defaultConfiguration": {"level": level(info.severity)},
        "properties": {"tags": ["cloudformation"]},
    })
}

fn unknown_rule(first: &Diagnostic) -> Value {
    json!({
        "id": first.code,
        "name": first.name,
        "shortDescription": {"text": first.name},
        "fullDescription": {"text": first.name},
        "help": {"text": first.help.as_ref().unwrap_or(&first.message)},
    })
}

const fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "note",
    }
}

fn invocation(problems: &[RunProblem]) -> Value {
    let notification = |problem: &RunProblem| {
        let mut notification = json!({"level": "error", "message": {"text": problem.message}});
        if let Some(file) = &problem.file {
            notification["locations"] = json!([{"physicalLocation": {"artifactLocation": artifact(file)}}]);
        }
        notification
    };
    let notifications: Vec<Value> = problems.iter().map(notification).collect();
    json!({"executionSuccessful": problems.is_empty(), "toolExecutionNotifications": notifications})
}

fn result(diagnostic: &Diagnostic, rule: usize, fingerprint: &str) -> Value {
    let mut result = json!({
        "ruleId": diagnostic.code,
        "ruleIndex": rule,
        "level": level(diagnostic.severity),
        "message": {"text": sentence::of(diagnostic)},
        "locations": [location(diagnostic)],
        "partialFingerprints": {"cfnvet/v1": fingerprint},
        "properties": properties(diagnostic),
    });
    if !diagnostic.labels.is_empty() {
        let related = |(id, label): (usize, &Label)| json!({"id": id + 1, "physicalLocation": place(&label.file, label.span), "message": {"text": label.message}});
        result["relatedLocations"] = diagnostic.labels.iter().enumerate().map(related).collect();
    }
    if diagnostic.labels.len() >= MIN_STEPS {
        result["codeFlows"] = json!([{"threadFlows": [{"locations": steps(diagnostic)}]}]);
    }
    if let Some(fix) = &diagnostic.fix {
        result["fixes"] = json!([change(fix)]);
    }
    result
}

/// The texts in the order in which they are to be read.
fn steps(diagnostic: &Diagnostic) -> Vec<Value> {
    let step = |file: &SourceFile, span, text: &str| json!({"location": {"physicalLocation": place(file, span), "message": {"text": text}}});
    let first = diagnostic.label.as_deref().unwrap_or(&diagnostic.message);
    let first = std::iter::once(step(&diagnostic.file, diagnostic.span, first));
    first.chain(diagnostic.labels.iter().map(|label| step(&label.file, label.span, &label.message))).collect()
}

fn location(diagnostic: &Diagnostic) -> Value {
    let mut location = json!({"physicalLocation": place(&diagnostic.file, diagnostic.span)});
    if let Some(logical_id) = &diagnostic.logical_id {
        let stacks = diagnostic.stack_path.iter().map(String::as_str);
        let name = stacks.chain([logical_id.as_str()]).collect::<Vec<_>>().join("/");
        location["logicalLocations"] = json!([{"name": logical_id, "fullyQualifiedName": name, "kind": "resource"}]);
    }
    location
}

fn properties(diagnostic: &Diagnostic) -> Value {
    let mut properties = Map::new();
    properties.insert("certainty".to_owned(), json!(diagnostic.certainty.as_str()));
    if let Some(when) = &diagnostic.when {
        properties.insert("when".to_owned(), json!(When::new(when)));
    }
    if !diagnostic.template_path.is_empty() {
        properties.insert("templatePath".to_owned(), json!(diagnostic.template_path));
    }
    if !diagnostic.notes.is_empty() {
        properties.insert("notes".to_owned(), json!(diagnostic.notes));
    }
    if let Some(help) = &diagnostic.help {
        properties.insert("help".to_owned(), json!(help));
    }
    Value::Object(properties)
}

fn change(fix: &Fix) -> Value {
    let replacement = |edit: &crate::text::Edit| {
        let mut replacement = json!({"deletedRegion": region(&fix.file, edit.span)});
        if !edit.replacement.is_empty() {
            replacement["insertedContent"] = json!({"text": edit.replacement});
        }
        replacement
    };
    let replacements: Vec<Value> = fix.edits.iter().map(replacement).collect();
    json!({
        "description": {"text": format!("{} ({})", fix.title, sentence::safety(fix.safety))},
        "artifactChanges": [{"artifactLocation": artifact(fix.file.name()), "replacements": replacements}],
    })
}

fn place(file: &SourceFile, span: Span) -> Value {
    json!({"artifactLocation": artifact(file.name()), "region": region(file, span)})
}

fn artifact(name: &str) -> Value {
    match path::uri(name) {
        (uri, true) => json!({"uri": uri, "uriBaseId": SOURCE_ROOT}),
        (uri, false) => json!({"uri": uri}),
    }
}

fn region(file: &SourceFile, span: Span) -> Value {
    let [start, end] = [span.start, span.end].map(|offset| file.position(offset));
    json!({"startLine": start.line, "startColumn": start.column, "endLine": end.line, "endColumn": end.column})
}
