//! `syntax-error`: the file cannot be read as YAML or JSON, or holds what CloudFormation's reader refuses.

use super::super::{Finding, Rule, Scope, Sink, Status};
use crate::analysis::Analysis;
use crate::diagnostic::Severity;
use crate::syntax::{MAX_DEPTH, MAX_EXPANDED_NODES, Problem, ProblemKind};
use crate::text::{DecodeProblem, MAX_FILE_BYTES, Span};

pub(super) static RULE: Rule = Rule {
    code: "E0000",
    name: "syntax-error",
    severity: Severity::Error,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/template/syntax-error.md"),
    scope: Scope::Text,
    options: &[],
    check,
};

fn check(analysis: &Analysis, sink: &mut Sink) {
    if let Some(problem) = analysis.source.problem() {
        let end = analysis.source.text().len() as u32;
        return sink.report(undecodable(problem, Span::at(end)));
    }
    for problem in analysis.tree.problems() {
        sink.report(diagnostic(problem, analysis.source.slice(problem.span)));
    }
    // Of equal keys, the later ones are too many; the first is only where they were said before.
    let duplicates = analysis.tree.problems().iter().filter(|problem| problem.kind == ProblemKind::DuplicateKey);
    let mut firsts: Vec<Span> = duplicates.filter_map(|problem| problem.related).collect();
    firsts.sort_unstable();
    firsts.dedup();
    for first in firsts {
        let finding = Finding::at(first, "this key stands again further down in the mapping");
        sink.report(finding.here("the first of them").echo_of(&RULE));
    }
}

fn undecodable(problem: DecodeProblem, span: Span) -> Finding<'static> {
    let finding = |message: String| Finding::at(span, message);
    match problem {
        DecodeProblem::Utf16 => {
            finding("the file is in UTF-16".to_owned()).help("save it as UTF-8: CloudFormation reads nothing else")
        }
        DecodeProblem::Utf32 => {
            finding("the file is in UTF-32".to_owned()).help("save it as UTF-8: CloudFormation reads nothing else")
        }
        DecodeProblem::NotUtf8 => {
            finding("the file is not UTF-8 from here on".to_owned()).help("save it as UTF-8: CloudFormation reads nothing else")
        }
        DecodeProblem::TooLarge { bytes } => {
            finding(format!("the file has {bytes} bytes, cfnvet reads at most {MAX_FILE_BYTES}"))
                .note("CloudFormation takes templates of up to 1 MB")
                .help("split it into nested stacks")
        }
    }
}

fn diagnostic(problem: &Problem, text: &str) -> Finding<'static> {
    let (mut message, here, mut help) = words(problem.kind);
    if problem.kind == ProblemKind::MissingColon && text.contains(':') {
        (message, help) = ("a colon without a blank after it".to_owned(), "write `key: value`, with a blank");
    }
    let mut finding = Finding::at(problem.span, message);
    if !here.is_empty() {
        finding = finding.here(here);
    }
    if let (Some(span), label) = (problem.related, related_words(problem.kind)) {
        finding = finding.label(span, label);
    }
    if help.is_empty() { finding } else { finding.help(help) }
}

/// What the second place of a problem is.
fn related_words(kind: ProblemKind) -> &'static str {
    match kind {
        ProblemKind::DuplicateKey => "the first one is here",
        ProblemKind::StrayBracket | ProblemKind::MissingComma | ProblemKind::UnclosedBracket => "the bracket it is in",
        ProblemKind::UnknownAlias | ProblemKind::RecursiveAlias => "the anchor is here",
        _ => "this belongs to it",
    }
}

/// Message, label and help.
fn words(kind: ProblemKind) -> (String, &'static str, &'static str) {
    let (message, here, help) = match kind {
        ProblemKind::Empty => ("the file holds no template", "", "write at least a `Resources` section"),
        ProblemKind::DuplicateKey => {
            ("this key stands twice in one mapping", "CloudFormation keeps only one of them", "remove or rename one")
        }
        ProblemKind::KeyNotScalar => {
            ("a key must be a string", "this is a list or a mapping", "write a name, or indent this as a value")
        }
        ProblemKind::SecondDocument => {
            ("a second document starts here", "CloudFormation reads one", "move it to a file of its own")
        }
        ProblemKind::MissingColon => ("a key without a colon", "", "write `key: value`"),
        ProblemKind::NestedColon => ("a second `: ` in one line", "", "quote the value, or start a new line for the inner key"),
        ProblemKind::MisplacedBlock => ("a block cannot start here", "", "start it on a line of its own, indented below its key"),
        ProblemKind::BadIndentation => ("the indentation fits no open block", "", "align the line with its siblings"),
        ProblemKind::TabIndentation => ("a tab indents this line", "YAML allows only spaces here", "replace it by spaces"),
        ProblemKind::UnclosedBracket => ("the bracket is never closed", "opened here", "close it"),
        ProblemKind::MissingBracket => ("an opening bracket is missing", "the value in it starts here", "open it"),
        ProblemKind::MissingValue => ("a key without a value", "", "write a value behind the colon"),
        ProblemKind::StrayBracket => ("the closing bracket closes nothing", "", "remove it, or open the bracket it belongs to"),
        ProblemKind::MissingComma => ("a comma is missing", "", "separate the items of `[…]` and `{…}` by commas"),
        ProblemKind::UnclosedQuote => ("the quote is never closed", "opened here", "close it"),
        ProblemKind::BadEscape => {
            ("an unknown escape", "", "in double quotes, write `\\\\` for a backslash, or use single quotes")
        }
        ProblemKind::ReservedCharacter => ("a plain value cannot start with this character", "", "put the value in quotes"),
        ProblemKind::ForbiddenCharacter => ("a character that YAML forbids", "", "remove it"),
        ProblemKind::TrailingText => {
            ("text follows where the value has ended", "", "put the value in quotes, or remove what follows")
        }
        ProblemKind::BadAnchor => {
            ("an anchor or alias that cannot be read", "", "write one `&name` before a value, or `*name` in its place")
        }
        ProblemKind::UnknownAlias => {
            ("no anchor before this place has the alias's name", "", "write `&name` at the value that is meant, above this")
        }
        ProblemKind::RecursiveAlias => ("the alias stands inside the value that it stands for", "", "write the value out"),
        ProblemKind::BadTag => (
            "a tag that cannot be read, or a second one on the same value",
            "",
            "use the long form for one of two functions: `Fn::Base64: !Sub …`",
        ),
        ProblemKind::BadDirective => ("a `%` directive that cannot be read", "", "remove the line, or quote the value"),
        ProblemKind::BadBlockScalar => (
            "the header of this block scalar cannot be read",
            "",
            "write `|` or `>`, then `-` or `+` and an indentation digit if needed",
        ),
        ProblemKind::KeyTooLong => ("a key of more than 1,024 characters", "", "shorten it"),
        ProblemKind::BadMerge => {
            ("`<<` merges mappings, and this is none", "", "give it an alias of a mapping, or a list of them")
        }
        ProblemKind::TooDeep => {
            return (format!("values are nested more than {MAX_DEPTH} deep"), "what is below is not read", "flatten the value");
        }
        ProblemKind::TooManyExpandedNodes => {
            return (
                format!("written out, the template has more than {MAX_EXPANDED_NODES} values"),
                "what is past that is left out",
                "use fewer aliases, or smaller loops",
            );
        }
    };
    (message.to_owned(), here, help)
}
