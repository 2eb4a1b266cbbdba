//! What is written inside a template to keep findings from being reported: comments, and `Metadata`.
//!
//! Rules know nothing of it. What the config and the command line leave out is in `config`; what a baseline hides too.

mod add;
mod comment;
mod metadata;

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::config::{self, Settings};
use crate::diagnostic::{Diagnostic, Safety};
use crate::rules::{self, Finding, Rule, Scope, Sink};
use crate::syntax::{MAX_DEPTH, Node, Tree};
use crate::template::{Parameter, Template};
use crate::text::{Edit, SourceFile, Span};
pub use add::add;
use comment::Comment;

/// A rule that a suppression names: a code, a name, the beginning of codes or `ALL`.
#[derive(Debug)]
struct Listed {
    selector: String,
    span: Span,
}

/// A suppression that cannot be read.
#[derive(Debug)]
struct Fault {
    message: String,
    span: Span,
    /// What was plainly meant; empty for nothing at all, `None` where it is not sure.
    replacement: Option<String>,
}

/// What a suppression covers.
#[derive(Debug)]
enum Reach {
    File,
    /// Findings that start in one of the lines, or lie in one of the parts.
    Parts {
        lines: Vec<Span>,
        parts: Vec<Span>,
    },
}

impl Reach {
    fn covers(&self, span: Span) -> bool {
        match self {
            Self::File => true,
            Self::Parts { lines, parts } => {
                let starts = |line: &Span| line.start <= span.start && span.start < line.end;
                lines.iter().any(starts) || parts.iter().any(|part| part.contains(span))
            }
        }
    }
}

/// Who wrote a suppression, and how it is taken away.
#[derive(Debug)]
enum Origin {
    Comment(Span),
    Metadata {
        all: Option<Edit>,
        each: Vec<Option<Edit>>,
    },
    /// cfn-lint's: it names rules that cfnvet may not have, for a tool that may find more.
    CfnLint,
}

#[derive(Debug)]
struct Suppression {
    rules: Vec<Listed>,
    reach: Reach,
    origin: Origin,
}

/// What is suppressed in one file.
#[derive(Debug)]
pub struct Suppressions {
    source: Arc<SourceFile>,
    settings: Arc<Settings>,
    all: Vec<Suppression>,
    faults: Vec<Fault>,
    /// The text has a fault, behind which findings may be missing.
    is_broken: bool,
    /// Another stack may give it what it does not hold: values of parameters, or an import.
    is_open: bool,
    /// The rules named that kept a finding back: the number of the suppression, and that of the rule in it.
    used: BTreeSet<(usize, usize)>,
}

impl Suppressions {
    /// Those that are written in a template; `None` where there are none. `written` is the tree as it is in the file.
    #[must_use]
    pub fn read(written: &Tree, template: &Template, settings: &Arc<Settings>) -> Option<Self> {
        let (own, of_cfn_lint) = (written.source().contains("cfnvet"), written.source().contains("cfn-lint"));
        if !own && !of_cfn_lint {
            return None;
        }
        let mut read = Self {
            source: Arc::clone(written.source()),
            settings: Arc::clone(settings),
            all: Vec::new(),
            faults: Vec::new(),
            is_broken: !written.problems().is_empty() || written.source().problem().is_some(),
            is_open: is_open(template),
            used: BTreeSet::new(),
        };
        if own {
            written.comments().iter().for_each(|comment| read.comment(written, *comment));
        }
        if let Some(metadata) = template.metadata {
            read.metadata(metadata, || Reach::File);
        }
        for resource in template.resources.iter() {
            let Some(metadata) = resource.metadata else { continue };
            let (key, node) = (resource.key.span(), resource.node.span());
            let part = if key.start <= node.start { Span::new(key.start, node.end) } else { node };
            read.metadata(metadata, || Reach::Parts { lines: Vec::new(), parts: vec![key, part] });
        }
        (!read.all.is_empty() || !read.faults.is_empty()).then_some(read)
    }

    fn comment(&mut self, tree: &Tree, comment: Span) {
        let is_rule = |word: &str| rules::find(word).is_some();
        match comment::read(&self.source, comment, &is_rule) {
            None => {}
            Some((_, Comment::Malformed(fault))) => self.faults.push(fault),
            Some((whole, Comment::Ignore { rules, whole_file })) => {
                let reach = if whole_file { Reach::File } else { reach(tree, comment) };
                self.all.push(Suppression { rules, reach, origin: Origin::Comment(whole) });
            }
        }
    }

    fn metadata(&mut self, metadata: Node, reach: impl Fn() -> Reach) {
        let read = metadata::read(metadata);
        // A loop repeats what is written once.
        let is_known = |listed: &[Listed]| {
            let known = |suppression: &Suppression| {
                !matches!(suppression.origin, Origin::Comment(_))
                    && suppression.rules.first().map(|rule| rule.span) == listed.first().map(|rule| rule.span)
            };
            listed.is_empty() || self.all.iter().any(known)
        };
        let (own, of_cfn_lint) = (!is_known(&read.own), !is_known(&read.of_cfn_lint));
        if own {
            let origin = Origin::Metadata { all: read.removal, each: read.removals };
            self.all.push(Suppression { rules: read.own, reach: reach(), origin });
        }
        if of_cfn_lint {
            self.all.push(Suppression { rules: read.of_cfn_lint, reach: reach(), origin: Origin::CfnLint });
        }
        for fault in read.faults {
            if !self.faults.iter().any(|known| known.span == fault.span) {
                self.faults.push(fault);
            }
        }
    }

    /// Whether a finding in this file is kept back; what keeps it back counts as used.
    pub fn suppress(&mut self, diagnostic: &Diagnostic) -> bool {
        let (code, name) = (&*diagnostic.code, &*diagnostic.name);
        if self.settings.is_mandatory(code, name) {
            return false;
        }
        let mut suppressed = false;
        for (number, suppression) in self.all.iter().enumerate().filter(|(_, each)| each.reach.covers(diagnostic.span)) {
            for (index, rule) in suppression.rules.iter().enumerate() {
                if config::matches(&rule.selector, code, name) {
                    suppressed = true;
                    self.used.insert((number, index));
                }
            }
        }
        suppressed
    }

    /// What is wrong with the suppressions themselves, once all other findings of the file have passed [`Self::suppress`].
    #[must_use]
    pub fn findings(&self) -> Vec<Diagnostic> {
        let run = |code: &str, check: &dyn Fn(&mut Sink)| -> Vec<Diagnostic> {
            let Some(rule) = rules::find(code).filter(|rule| rule.is_selected(&self.settings)) else {
                return Vec::new();
            };
            let mut sink = Sink::new(&self.source, rule);
            check(&mut sink);
            sink.into_diagnostics()
        };
        let mut all = run("SUP101", &|sink| self.unused(sink));
        all.append(&mut run("SUP102", &|sink| self.unknown(sink)));
        all.append(&mut run("SUP103", &|sink| self.malformed(sink)));
        all
    }

    fn unused(&self, sink: &mut Sink) {
        // Other values and the rest of a damaged text may bring the finding.
        if self.is_broken || !self.settings.parameters.is_empty() || !self.settings.regions.is_empty() {
            return;
        }
        for (number, suppression) in self.all.iter().enumerate() {
            let is_unused =
                |index: &usize| !self.used.contains(&(number, *index)) && self.is_judged(&suppression.rules[*index].selector);
            let unused: Vec<usize> = (0..suppression.rules.len()).filter(is_unused).collect();
            let verb = if unused.len() == 1 { "suppresses" } else { "suppress" };
            self.report(sink, suppression, &unused, &format!("{verb} no finding"), |_| None);
        }
    }

    /// Whether every rule that a selector names has run on this file alone.
    fn is_judged(&self, selector: &str) -> bool {
        let mut named = rules::all().iter().filter(|rule| config::matches(selector, rule.code, rule.name)).peekable();
        let has_run = |rule: &Rule| {
            // Exports, imports and nested stacks depend on which templates were given.
            let is_of_several = rule.code.starts_with("XST") || rule.code == "E3043";
            let depends = rule.scope == Scope::Deployment && self.is_open;
            matches!(rule.scope, Scope::Text | Scope::Deployment)
                && !is_of_several
                && !depends
                && rule.is_selected(&self.settings)
        };
        named.peek().is_some() && named.all(|rule| has_run(rule))
    }

    fn unknown(&self, sink: &mut Sink) {
        let names = rules::all().iter().map(|rule| (rule.code, rule.name));
        for suppression in self.all.iter().filter(|suppression| !matches!(suppression.origin, Origin::CfnLint)) {
            let is_unknown = |index: &usize| config::nearest(&suppression.rules[*index].selector, names.clone()).is_err();
            let unknown: Vec<usize> = (0..suppression.rules.len()).filter(is_unknown).collect();
            let verb = if unknown.len() == 1 { "is no rule" } else { "are no rules" };
            self.report(sink, suppression, &unknown, verb, |index| {
                let nearest = config::nearest(&suppression.rules[index].selector, names.clone()).err()??;
                Some(format!("write `{nearest}`, if that is meant"))
            });
        }
    }

    fn report(
        &self,
        sink: &mut Sink,
        suppression: &Suppression,
        which: &[usize],
        what: &str,
        help: impl Fn(usize) -> Option<String>,
    ) {
        let Some(&first) = which.first() else { return };
        if matches!(suppression.origin, Origin::CfnLint) {
            return;
        }
        let names: Vec<String> = which.iter().map(|index| format!("`{}`", suppression.rules[*index].selector)).collect();
        let mut finding = Finding::at(suppression.rules[first].span, format!("{} {what}", names.join(", ")));
        if let Some(help) = help(first) {
            finding = finding.help(help);
        }
        if let Some(edit) = self.removal(suppression, which) {
            finding = finding.fix(format!("remove {}", names.join(", ")), Safety::Safe, vec![edit]);
        }
        sink.report(finding);
    }

    /// The change that takes some of the rules of a suppression away, or all of it.
    fn removal(&self, suppression: &Suppression, which: &[usize]) -> Option<Edit> {
        let all = which.len() == suppression.rules.len();
        match &suppression.origin {
            Origin::Comment(span) if all => Some(without(&self.source, *span)),
            Origin::Comment(_) => {
                let (first, last) = (suppression.rules.first()?, suppression.rules.last()?);
                let kept = suppression.rules.iter().enumerate().filter(|(index, _)| !which.contains(index));
                let kept: Vec<&str> = kept.map(|(_, rule)| rule.selector.as_str()).collect();
                Some(Edit { span: Span::new(first.span.start, last.span.end), replacement: kept.join(", ") })
            }
            Origin::Metadata { all: edit, .. } if all => edit.clone(),
            Origin::Metadata { each, .. } if which.len() == 1 => each.get(which[0])?.clone(),
            Origin::Metadata { .. } | Origin::CfnLint => None,
        }
    }

    fn malformed(&self, sink: &mut Sink) {
        for fault in &self.faults {
            let mut finding = Finding::at(fault.span, fault.message.clone());
            match &fault.replacement {
                Some(text) if text.is_empty() => {
                    finding = finding.help("name the rules in brackets: `# cfnvet: ignore[RULE] reason`");
                    finding = finding.fix("remove the comment", Safety::Safe, vec![without(&self.source, fault.span)]);
                }
                Some(text) => {
                    let edit = Edit { span: fault.span, replacement: text.clone() };
                    finding = finding.help(format!("write `{text}`")).fix("write it as it is meant", Safety::Safe, vec![edit]);
                }
                None => finding = finding.help("see `cfnvet explain SUP103` for what can be written"),
            }
            sink.report(finding);
        }
    }
}

/// Whether the template may be deployed with what no file of the run says: a parent stack may nest it, or another stack export to it.
/// What is found then can be more than what is found in the template alone.
fn is_open(template: &Template) -> bool {
    let is_free = |parameter: &Parameter| parameter.allowed_values.is_none();
    template.parameters.iter().any(is_free) || template.tree.source().contains("ImportValue")
}

/// Takes a comment away: its line where it has one of its own, else with the blanks before it.
fn without(source: &SourceFile, comment: Span) -> Edit {
    let text = source.text();
    let line = line_of(source, comment.start);
    let before = &text[line.start as usize..comment.start as usize];
    let rest = &text[comment.end as usize..line.end as usize];
    if before.trim_start_matches('\u{feff}').trim().is_empty() && rest.trim().is_empty() {
        let start = line.start + if before.starts_with('\u{feff}') { 3 } else { 0 };
        return Edit { span: Span::new(start, line.end), replacement: String::new() };
    }
    let start = line.start + before.trim_end().len() as u32;
    Edit { span: Span::new(start, comment.end), replacement: String::new() }
}

/// The line of an offset, with its line break.
fn line_of(source: &SourceFile, offset: u32) -> Span {
    let lines = source.lines();
    let line = source.position(offset).line;
    let end = lines.start(line + 1).unwrap_or(source.text().len() as u32);
    Span::new(lines.start(line).unwrap_or_default(), end)
}

/// What a comment covers: its line, or the next line that says something where it stands alone; and what the key or list item
/// on that line holds.
fn reach(tree: &Tree, comment: Span) -> Reach {
    let source = tree.source();
    let own = line_of(source, comment.start);
    let mut line = own;
    let is_blank = |line: Span, end: u32| {
        let text = source.slice(Span::new(line.start, end)).trim_start_matches('\u{feff}').trim();
        text.is_empty() || text.starts_with('#') || text.starts_with("---")
    };
    let mut is_alone = is_blank(line, comment.start);
    while is_alone {
        if line.end as usize >= source.text().len() {
            return Reach::Parts { lines: vec![own], parts: Vec::new() };
        }
        line = line_of(source, line.end);
        is_alone = is_blank(line, line.end);
    }
    let text = source.slice(line);
    let content = text.trim_start_matches(['\u{feff}', ' ', '\t']);
    let mut offset = line.start + (text.len() - content.len()) as u32;
    let is_item = content.starts_with("- ");
    if is_item {
        let inner = content.trim_start_matches(['-', ' ']);
        offset += (content.len() - inner.len()) as u32;
    }
    Reach::Parts { lines: vec![own, line], parts: tree.root().and_then(|root| held(root, offset, is_item)).into_iter().collect() }
}

/// The entry whose key, or the list item that, starts at `offset`.
fn held(root: Node, offset: u32, is_item: bool) -> Option<Span> {
    let mut at = root;
    // An alias of what is around it leads in a circle.
    for _ in 0..=MAX_DEPTH {
        let holds = |node: &Node| node.span().start <= offset && offset < node.span().end;
        if at.is_sequence() {
            let item = at.items().find(holds)?;
            if is_item && item.span().start == offset {
                return Some(item.span());
            }
            at = item;
        } else if at.is_mapping() {
            let entry = at.entries().find(|entry| holds(&entry.key) || holds(&entry.value))?;
            if !is_item && entry.key.span().start == offset {
                return Some(Span::new(offset, entry.value.span().end.max(entry.key.span().end)));
            }
            at = entry.value;
        } else {
            return None;
        }
    }
    None
}
