//! YAML, straight into the tree.

use std::sync::Arc;

use super::tree::{Builder, Tree};
use crate::text::SourceFile;

/// Reads YAML.
pub(super) fn parse(source: &Arc<SourceFile>) -> Tree {
    Builder::new(source).finish()
}
