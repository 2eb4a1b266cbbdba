//! A span and the file it is in.

use std::sync::Arc;

use super::{SourceFile, Span};

/// A text in one of the files that are analysed together.
#[derive(Clone, Debug)]
pub struct Place {
    /// The file.
    pub file: Arc<SourceFile>,
    /// The text.
    pub span: Span,
}

impl Place {
    /// The text of the place.
    #[must_use]
    pub fn text(&self) -> &str {
        self.file.slice(self.span)
    }
}

impl PartialEq for Place {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.file, &other.file) && self.span == other.span
    }
}

impl Eq for Place {}
