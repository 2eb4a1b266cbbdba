//! The texts that the editor holds; they win over the files.

use std::collections::BTreeMap;
use std::sync::Arc;

use gen_lsp_types::{TextDocumentContentChangeEvent, Uri};

use crate::diagnostic::Diagnostic;
use crate::discover;
use crate::text::{EditorPosition, Encoding, MAX_FILE_BYTES, SourceFile};
use crate::workspace::Parsed;

/// A text that is open in the editor.
pub(super) struct Document {
    /// As the editor writes it.
    pub(super) uri: Uri,
    pub(super) version: i32,
    pub(super) source: Arc<SourceFile>,
    /// Whether it is a template. A text that was one stays one while it is typed.
    pub(super) is_template: bool,
    /// Its tree, made when it is needed.
    pub(super) parsed: Option<Arc<Parsed>>,
    /// What was found in this text; `None` where it has changed since, or what it is linked with.
    pub(super) findings: Option<Arc<[Diagnostic]>>,
    /// Whether the config leaves it out.
    pub(super) is_excluded: bool,
    /// Whether it is as it was opened or saved, so that policies, which take their time, are asked too.
    pub(super) with_policies: bool,
    /// Whether it has, or had before the last change, anything by which templates are linked.
    pub(super) may_be_linked: bool,
    /// How often a change has ended its analysis.
    pub(super) interrupted: u32,
}

/// The open texts, by the names under which they are analysed.
#[derive(Default)]
pub(super) struct Documents(BTreeMap<String, Document>);

impl Documents {
    pub(super) fn open(&mut self, name: &str, uri: Uri, version: i32, language: &str, text: String) {
        let is_template = language.contains("cloudformation") || discover::looks_like_template(&text);
        let source = Arc::new(SourceFile::new(name, text));
        let document = Document {
            uri,
            version,
            source,
            is_template,
            parsed: None,
            findings: None,
            is_excluded: false,
            may_be_linked: true,
            with_policies: true,
            interrupted: 0,
        };
        self.0.insert(name.to_owned(), document);
    }

    pub(super) fn close(&mut self, name: &str) -> Option<Document> {
        self.0.remove(name)
    }

    pub(super) fn get(&self, name: &str) -> Option<&Document> {
        self.0.get(name)
    }

    pub(super) fn get_mut(&mut self, name: &str) -> Option<&mut Document> {
        self.0.get_mut(name)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &Document)> {
        self.0.iter().map(|(name, document)| (name.as_str(), document))
    }

    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = (&str, &mut Document)> {
        self.0.iter_mut().map(|(name, document)| (name.as_str(), document))
    }
}

impl Document {
    /// The text to analyse: one that is too large stands for itself in the editor only.
    pub(super) fn analysed(&self) -> Arc<SourceFile> {
        if self.source.text().len() <= MAX_FILE_BYTES {
            return Arc::clone(&self.source);
        }
        Arc::new(SourceFile::from_bytes(self.source.name(), self.source.text().as_bytes().to_vec()))
    }

    /// Changes the text as the editor has changed it, in order.
    pub(super) fn change(&mut self, version: i32, changes: Vec<TextDocumentContentChangeEvent>, encoding: Encoding) {
        let name = self.source.name().to_owned();
        for change in changes {
            let text = match change {
                TextDocumentContentChangeEvent::TextDocumentContentChangeWholeDocument(whole) => whole.text,
                TextDocumentContentChangeEvent::TextDocumentContentChangePartial(part) => {
                    let at = |position: gen_lsp_types::Position| {
                        let position = EditorPosition { line: position.line, character: position.character };
                        self.source.offset_in_editor(position, encoding) as usize
                    };
                    let (start, end) = (at(part.range.start), at(part.range.end));
                    let old = self.source.text();
                    let mut text = String::with_capacity(old.len() + part.text.len());
                    text.push_str(&old[..start.min(end)]);
                    text.push_str(&part.text);
                    text.push_str(&old[end.max(start)..]);
                    text
                }
            };
            self.source = Arc::new(SourceFile::new(name.as_str(), text));
        }
        self.version = version;
        self.is_template = self.is_template || discover::looks_like_template(self.source.text());
        self.parsed = None;
        self.findings = None;
        self.with_policies = false;
    }
}
