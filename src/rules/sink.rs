//! Where rules put what they find.

use std::borrow::Cow;
use std::sync::Arc;

use super::Rule;
use crate::diagnostic::{Certainty, Diagnostic, Fix, Label, Safety, Severity, Witness};
use crate::graph::{Resource, ResourceGraph};
use crate::syntax::Node;
use crate::text::{Edit, Place, SourceFile, Span};
use crate::values::Verdict;

/// What a rule says about a text, before the rule's own data is added.
#[derive(Clone, Debug)]
pub struct Finding<'t> {
    at: At,
    message: String,
    severity: Option<Severity>,
    certainty: Certainty,
    label: Option<String>,
    labels: Vec<(At, String)>,
    notes: Vec<String>,
    help: Option<String>,
    node: Option<Node<'t>>,
    logical_id: Option<String>,
    when: Option<Witness>,
    fix: Option<(String, Safety, Vec<Edit>)>,
    stack_path: Vec<String>,
    echo_of: Option<&'static Rule>,
}

/// Where a finding or a label is.
#[derive(Clone, Debug)]
pub enum At {
    /// In the template that is being checked.
    Here(Span),
    /// In one of the templates that are analysed together.
    There(Place),
}

impl From<Span> for At {
    fn from(span: Span) -> Self {
        Self::Here(span)
    }
}

impl From<Place> for At {
    fn from(place: Place) -> Self {
        Self::There(place)
    }
}

impl<'t> Finding<'t> {
    /// A finding about a text: what is wrong, in one clause.
    #[must_use]
    pub fn at(at: impl Into<At>, message: impl Into<String>) -> Self {
        Self {
            at: at.into(),
            message: message.into(),
            severity: None,
            certainty: Certainty::Definite,
            label: None,
            labels: Vec::new(),
            notes: Vec::new(),
            help: None,
            node: None,
            logical_id: None,
            when: None,
            fix: None,
            stack_path: Vec::new(),
            echo_of: None,
        }
    }

    /// The same at another place.
    #[must_use]
    pub fn moved(mut self, at: impl Into<At>) -> Self {
        self.at = at.into();
        self
    }

    /// The value it is about, which gives the template path.
    #[must_use]
    pub fn node(mut self, node: Node<'t>) -> Self {
        self.node = Some(node);
        self
    }

    /// The resource it is about, and the nested stacks that lead to it.
    #[must_use]
    pub fn resource(mut self, graph: &ResourceGraph<'t>, resource: &Resource<'t>) -> Self {
        self.logical_id = Some(resource.logical_id().to_owned());
        let construct = resource.declaration.metadata.and_then(|metadata| metadata.get("aws:cdk:path")?.as_str());
        if let Some(path) = construct {
            self.notes.push(format!("the CDK construct is {path}"));
        }
        for around in graph.values().around(resource.id.stack) {
            let parent = graph.resource(around);
            self.stack_path.push(parent.logical_id().to_owned());
            let label = format!("nested stack `{}` creates `{}`", parent.logical_id(), resource.logical_id());
            self.labels.push((At::There(parent.place()), label));
        }
        self
    }

    /// Another severity than the rule's.
    #[must_use]
    pub fn severity(mut self, severity: Severity) -> Self {
        self.severity = Some(severity);
        self
    }

    /// It is the same fault as one that `main` reports, told again: for those who want everything, and nothing to mend of its own.
    #[must_use]
    pub fn echo_of(mut self, main: &'static Rule) -> Self {
        self.echo_of = Some(main);
        self
    }

    /// Without the change that would end it.
    #[must_use]
    pub fn without_fix(mut self) -> Self {
        self.fix = None;
        self
    }

    /// It holds only at times, as `witness` says.
    #[must_use]
    pub fn possible(mut self, witness: Witness) -> Self {
        self.certainty = Certainty::Possible;
        self.when = Some(witness);
        self
    }

    /// It holds as far as the verdict says.
    #[must_use]
    pub fn verdict(self, verdict: Verdict) -> Self {
        match verdict {
            Verdict::Definite => self,
            Verdict::Possible(witness) => self.possible(witness),
        }
    }

    /// What comes before CloudFormation reads the template may change it, as `note` says: told to those who want everything, with
    /// nothing to mend.
    #[must_use]
    pub fn undecided(self, note: &str) -> Self {
        self.unknown().severity(Severity::Info).note(note).without_fix()
    }

    /// It cannot be decided from the files given.
    #[must_use]
    pub fn unknown(mut self) -> Self {
        self.certainty = Certainty::Unknown;
        self
    }

    /// What about the text itself.
    #[must_use]
    pub fn here(mut self, message: impl Into<String>) -> Self {
        self.label = Some(message.into());
        self
    }

    /// Another text that explains it.
    #[must_use]
    pub fn label(mut self, at: impl Into<At>, message: impl Into<String>) -> Self {
        self.labels.push((at.into(), message.into()));
        self
    }

    /// Why it matters.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }

    /// What to do.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// A change that ends it.
    #[must_use]
    pub fn fix(mut self, title: impl Into<String>, safety: Safety, edits: Vec<Edit>) -> Self {
        self.fix = Some((title.into(), safety, edits));
        self
    }
}

/// Takes the findings of the rules that run on one template.
#[derive(Debug)]
pub struct Sink {
    source: Arc<SourceFile>,
    rule: &'static Rule,
    diagnostics: Vec<Diagnostic>,
}

impl Sink {
    /// A sink for the findings of `rule` in `source`.
    #[must_use]
    pub fn new(source: &Arc<SourceFile>, rule: &'static Rule) -> Self {
        Self { source: Arc::clone(source), rule, diagnostics: Vec::new() }
    }

    /// Takes a finding.
    pub fn report(&mut self, mut finding: Finding) {
        if let Some(main) = finding.echo_of {
            finding = finding.severity(Severity::Info).note(format!("the same fault as `{}`", main.code));
            (finding.help, finding.fix) = (None, None);
        }
        let Place { file, span } = self.place(finding.at);
        let labels = finding.labels.into_iter().map(|(at, message)| {
            let Place { file, span } = self.place(at);
            Label { file, span, message }
        });
        let labels = labels.collect();
        let fix = finding.fix.map(|(title, safety, edits)| Fix { title, safety, edits, file: Arc::clone(&file) });
        self.diagnostics.push(Diagnostic {
            code: Cow::Borrowed(self.rule.code),
            name: Cow::Borrowed(self.rule.name),
            severity: finding.severity.unwrap_or(self.rule.severity),
            certainty: finding.certainty,
            message: finding.message,
            help: finding.help,
            notes: finding.notes,
            url: None,
            file,
            span,
            label: finding.label,
            template_path: finding.node.map(Node::path).unwrap_or_default(),
            logical_id: finding.logical_id,
            stack_path: finding.stack_path,
            labels,
            when: finding.when,
            fix,
            echo_of: finding.echo_of.map(|main| Cow::Borrowed(main.code)),
        });
    }

    fn place(&self, at: At) -> Place {
        match at {
            At::Here(span) => Place { file: Arc::clone(&self.source), span },
            At::There(place) => place,
        }
    }

    /// The findings taken.
    #[must_use]
    pub fn into_diagnostics(self) -> Vec<Diagnostic> {
        self.diagnostics
    }
}
