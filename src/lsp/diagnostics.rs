//! Findings as the editor shows them.

use gen_lsp_types as lsp;
use serde_json::json;

use super::capabilities::Client;
use super::convert::{location, range};
use crate::diagnostic::{Diagnostic, Safety, Severity};
use crate::report;

/// What the editor is told of a finding.
pub(super) fn diagnostic(found: &Diagnostic, client: &Client) -> lsp::Diagnostic {
    let fix = found.fix.as_ref().map(|fix| match fix.safety {
        Safety::Safe => "safe",
        Safety::Unsafe => "unsafe",
    });
    let related = found.labels.iter().map(|label| lsp::DiagnosticRelatedInformation {
        location: location(&label.file, label.span, client.encoding),
        message: label.message.clone(),
    });
    let related: Vec<_> = if client.related_information { related.collect() } else { Vec::new() };
    let tags = tags(found);
    lsp::Diagnostic {
        range: range(&found.file, found.span, client.encoding),
        severity: Some(match found.severity {
            Severity::Error => lsp::DiagnosticSeverity::Error,
            Severity::Warning => lsp::DiagnosticSeverity::Warning,
            Severity::Info => lsp::DiagnosticSeverity::Information,
        }),
        code: Some(lsp::Code::String(found.code.to_string())),
        code_description: found.url.as_ref().map(|url| lsp::CodeDescription { href: lsp::Uri::from(url.to_string()) }),
        source: Some("cfnvet".to_owned()),
        message: report::in_editor(found).into(),
        tags: (!tags.is_empty()).then_some(tags),
        related_information: (!related.is_empty()).then_some(related),
        data: Some(json!({"name": found.name, "certainty": found.certainty.as_str(), "fix": fix})),
    }
}

/// Rules are named for the bad thing, so that the name says what can be shown faded or struck through.
fn tags(found: &Diagnostic) -> Vec<lsp::DiagnosticTag> {
    let begins = |words: &[&str]| words.iter().any(|word| found.name.starts_with(word));
    let mut tags = Vec::new();
    if begins(&["unused-", "obsolete-", "redundant-", "unreachable-"]) {
        tags.push(lsp::DiagnosticTag::Unnecessary);
    }
    if begins(&["deprecated-", "retired-"]) {
        tags.push(lsp::DiagnosticTag::Deprecated);
    }
    tags
}
