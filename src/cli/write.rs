//! Puts a new text in the place of a template's, in one step or not at all.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::Path;

use crate::discover::describe;

/// Makes the file at `path`, which holds `before`, hold `after`. A link stays, and the file that it leads to changes.
///
/// # Errors
///
/// Says why the file is as it was.
#[expect(clippy::disallowed_methods, reason = "this is the place that writes templates")]
pub(super) fn replace(path: &Path, before: &str, after: &str) -> Result<(), String> {
    let cannot = |error: std::io::Error| format!("cannot be written: {}", describe(&error));
    let real = path.canonicalize().map_err(cannot)?;
    // Two names of one file come here twice.
    if std::fs::read(&real).map_err(cannot)? == after.as_bytes() {
        return Ok(());
    }
    let metadata = real.metadata().map_err(cannot)?;
    // A file that is renamed onto a read-only one would replace it all the same.
    if metadata.permissions().readonly() {
        return Err("cannot be written: it is read-only".to_owned());
    }
    OpenOptions::new().write(true).open(&real).map_err(cannot)?;
    let folder = real.parent().unwrap_or(Path::new("."));
    let mut new = tempfile::Builder::new().prefix(".cfnvet-").tempfile_in(folder).map_err(cannot)?;
    new.write_all(after.as_bytes()).map_err(cannot)?;
    keep_owner(new.as_file(), &metadata);
    new.as_file().set_permissions(metadata.permissions()).map_err(cannot)?;
    new.as_file().sync_all().map_err(cannot)?;
    if std::fs::read(&real).map_err(cannot)? != before.as_bytes() {
        return Err("not written: the file has changed since it was read".to_owned());
    }
    new.persist(&real).map_err(|error| cannot(error.error))?;
    Ok(())
}

/// Gives the file the owner and group of another, where this process may.
#[cfg(unix)]
fn keep_owner(file: &File, other: &std::fs::Metadata) {
    use std::os::unix::fs::MetadataExt;
    let _ = std::os::unix::fs::fchown(file, Some(other.uid()), Some(other.gid()));
}

#[cfg(not(unix))]
fn keep_owner(_: &File, _: &std::fs::Metadata) {}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "tests make files")]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_has_changed_since_it_was_read_is_left_as_it_is() {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let path = folder.path().join("a.yaml");
        std::fs::write(&path, "theirs").expect("a file can be written");
        let error = replace(&path, "what was read", "ours").expect_err("it has changed");
        assert!(error.contains("changed since"), "{error}");
        assert_eq!(std::fs::read_to_string(&path).expect("it is there"), "theirs");
        replace(&path, "theirs", "ours").expect("it can be written");
        assert_eq!(std::fs::read_to_string(&path).expect("it is there"), "ours");
        assert_eq!(std::fs::read_dir(folder.path()).expect("it is there").count(), 1, "no other file is left behind");
    }
}
