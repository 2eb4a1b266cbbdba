//! Writes files in one step or not at all: templates that are changed, and reports.
//!
//! Whoever reads a file meanwhile finds all of the old text or all of the new.

use std::fs::{File, Metadata, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use crate::discover::describe;

/// Makes the file at `path`, which holds `before`, hold `after`. A link stays, and the file that it leads to changes.
///
/// # Errors
///
/// Says why the file is as it was.
#[expect(clippy::disallowed_methods, reason = "this is the place that writes templates")]
pub(super) fn replace(path: &Path, before: &str, after: &str) -> Result<(), String> {
    let cannot = |error: io::Error| format!("cannot be written: {}", describe(&error));
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
    let new = beside(&real, after, Some(&metadata)).map_err(cannot)?;
    new.as_file().sync_all().map_err(cannot)?;
    if std::fs::read(&real).map_err(cannot)? != before.as_bytes() {
        return Err("not written: the file has changed since it was read".to_owned());
    }
    new.persist(&real).map_err(|error| cannot(error.error))?;
    Ok(())
}

/// Puts `text` into the file at `path`, which is made with its folders where it is missing.
///
/// # Errors
///
/// Where it cannot be written.
#[expect(clippy::disallowed_methods, reason = "this is the place that writes reports")]
pub(super) fn put(path: &Path, text: &str) -> io::Result<()> {
    let (real, metadata) = match std::fs::metadata(path) {
        // What is no file, such as a pipe, can only be written to.
        Ok(metadata) if !metadata.is_file() || path.starts_with("/dev") => return std::fs::write(path, text),
        // Behind a link, the file is replaced and not the link.
        Ok(metadata) => (path.canonicalize()?, Some(metadata)),
        Err(error) if error.kind() == ErrorKind::NotFound => (path.to_owned(), None),
        Err(error) => return Err(error),
    };
    if let Some(folder) = real.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder)?;
    }
    match beside(&real, text, metadata.as_ref()) {
        Ok(new) => new.persist(&real).map(drop).map_err(|error| error.error),
        // The folder takes no new file, and the file itself may still be written.
        Err(error) if error.kind() == ErrorKind::PermissionDenied => std::fs::write(path, text),
        Err(error) => Err(error),
    }
}

/// A new file with `text` in the folder of `real`, with the owner and the permissions of the file that it is to replace. It goes
/// away unless it is given a name.
fn beside(real: &Path, text: &str, replaced: Option<&Metadata>) -> io::Result<tempfile::NamedTempFile> {
    let folder = real.parent().filter(|folder| !folder.as_os_str().is_empty()).map_or_else(|| PathBuf::from("."), Path::to_owned);
    let mut builder = tempfile::Builder::new();
    builder.prefix(".cfnvet-");
    let mut new = readable(&mut builder).tempfile_in(folder)?;
    new.write_all(text.as_bytes())?;
    if let Some(replaced) = replaced {
        keep_owner(new.as_file(), replaced);
        new.as_file().set_permissions(replaced.permissions())?;
    }
    Ok(new)
}

/// Has the file made as any other is, and not for its owner alone.
#[cfg(unix)]
fn readable<'b, 'p, 's>(builder: &'b mut tempfile::Builder<'p, 's>) -> &'b mut tempfile::Builder<'p, 's> {
    use std::os::unix::fs::PermissionsExt;
    builder.permissions(std::fs::Permissions::from_mode(0o666))
}

#[cfg(not(unix))]
fn readable<'b, 'p, 's>(builder: &'b mut tempfile::Builder<'p, 's>) -> &'b mut tempfile::Builder<'p, 's> {
    builder
}

/// Gives the file the owner and group of another, where this process may.
#[cfg(unix)]
fn keep_owner(file: &File, other: &Metadata) {
    use std::os::unix::fs::MetadataExt;
    let _ = std::os::unix::fs::fchown(file, Some(other.uid()), Some(other.gid()));
}

#[cfg(not(unix))]
fn keep_owner(_: &File, _: &Metadata) {}

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

    #[test]
    fn a_report_goes_into_new_folders_and_keeps_the_permissions_of_what_it_replaces() {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let path = folder.path().join("a/b/report.json");
        put(&path, "one").expect("it can be written");
        let mut permissions = path.metadata().expect("it is there").permissions();
        assert!(!permissions.readonly());
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let plain = folder.path().join("plain");
            std::fs::write(&plain, "").expect("a file can be written");
            let mode = plain.metadata().expect("it is there").permissions().mode();
            assert_eq!(permissions.mode(), mode, "as any other file");
            permissions.set_mode(0o100_640);
        }
        std::fs::set_permissions(&path, permissions.clone()).expect("they can be set");
        put(&path, "two").expect("it can be written");
        assert_eq!(std::fs::read_to_string(&path).expect("it is there"), "two");
        assert_eq!(path.metadata().expect("it is there").permissions(), permissions);
        assert_eq!(std::fs::read_dir(folder.path().join("a/b")).expect("it is there").count(), 1, "no other file is left behind");
    }
}
