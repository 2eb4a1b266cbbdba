//! Reads the schemas of types that AWS does not have, and the file that changes those that it has.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use walkdir::WalkDir;

use super::{describe, text};
use crate::report::RunProblem;
use crate::schema::{Facts, own_table};
use crate::text::SourceFile;

/// Where a user's own schemas are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OwnTypes {
    /// Folders of schemas of resource types.
    pub registry: Vec<PathBuf>,
    /// The file that changes those that are known.
    pub spec: Option<PathBuf>,
}

/// What was read: the table, the files and folders that it is made of, and what is wrong with them.
#[derive(Debug, Default)]
pub(super) struct OwnTable {
    pub(super) bytes: Option<&'static [u8]>,
    pub(super) read: Vec<PathBuf>,
    pub(super) problems: Vec<RunProblem>,
}

impl OwnTypes {
    /// The table of these types.
    pub(super) fn table(&self) -> OwnTable {
        let mut table = OwnTable::default();
        if self.registry.is_empty() && self.spec.is_none() {
            return table;
        }
        let mut schemas = Vec::new();
        for folder in &self.registry {
            table.read.push(folder.clone());
            for entry in WalkDir::new(folder).sort_by_file_name() {
                match entry {
                    Ok(entry) if entry.file_type().is_file() && entry.path().extension().is_some_and(|end| end == "json") => {
                        schemas.extend(table.file(entry.path()));
                    }
                    Ok(_) => {}
                    Err(error) => {
                        let path = error.path().unwrap_or(folder).display().to_string();
                        let message = error.io_error().map_or_else(|| error.to_string(), describe);
                        table.problems.push(RunProblem { file: Some(path), place: None, message });
                    }
                }
            }
        }
        let spec = self.spec.as_deref().and_then(|path| table.file(path));
        let (bytes, problems) = own_table(Facts::embedded(), &schemas, spec.as_ref());
        table.problems.extend(problems);
        table.bytes = bytes.map(kept);
        table
    }
}

impl OwnTable {
    fn file(&mut self, path: &Path) -> Option<Arc<SourceFile>> {
        self.read.push(path.to_owned());
        let name = path.display().to_string();
        match text(path) {
            Ok(text) => Some(Arc::new(SourceFile::new(name, text.trim_start_matches('\u{feff}')))),
            Err(message) => {
                self.problems.push(RunProblem { file: Some(name), place: None, message });
                None
            }
        }
    }
}

/// A table for the rest of the process, as that in the binary. Equal ones are kept once, so that an editor in which config files are
/// read again and again does not keep more and more.
fn kept(bytes: Vec<u8>) -> &'static [u8] {
    static KEPT: Mutex<Vec<&'static [u8]>> = Mutex::new(Vec::new());
    // A thread that died while it held the lock left the list whole.
    let mut kept = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = kept.iter().find(|known| ***known == *bytes) {
        return known;
    }
    let bytes: &'static [u8] = Vec::leak(bytes);
    kept.push(bytes);
    bytes
}
