//! The changes to a file as a unified diff, which `patch -p0` and `git apply -p0` take.

use std::fmt::Write;

use similar::{Algorithm, ChangeTag, capture_diff_slices, group_diff_ops};

use super::one_line;

/// Unchanged lines around each change.
const CONTEXT_LINES: usize = 3;

/// What makes `after` of `before`, the text of the file `name`; empty where they are equal.
///
/// The texts stand in it as they are, with their line breaks: what changes hands is not only read.
#[must_use]
pub fn unified(name: &str, before: &str, after: &str) -> String {
    // A line ends with LF for the tools that read diffs; a CR is a character of it.
    let old: Vec<&str> = before.split_inclusive('\n').collect();
    let new: Vec<&str> = after.split_inclusive('\n').collect();
    let mut out = String::new();
    for hunk in group_diff_ops(capture_diff_slices(Algorithm::Myers, &old, &new), CONTEXT_LINES) {
        let (Some(first), Some(last)) = (hunk.first(), hunk.last()) else { continue };
        if out.is_empty() {
            let name = file_name(name);
            let _ = writeln!(out, "--- {name}\n+++ {name}");
        }
        let old_range = range(first.old_range().start, last.old_range().end);
        let new_range = range(first.new_range().start, last.new_range().end);
        let _ = writeln!(out, "@@ -{old_range} +{new_range} @@");
        for change in hunk.iter().flat_map(|operation| operation.iter_changes(&old, &new)) {
            let sign = match change.tag() {
                ChangeTag::Equal => ' ',
                ChangeTag::Delete => '-',
                ChangeTag::Insert => '+',
            };
            let line = change.value();
            let _ = write!(out, "{sign}{line}");
            if !line.ends_with('\n') {
                out.push_str("\n\\ No newline at end of file\n");
            }
        }
    }
    out
}

/// `start,count`, counted from 1; an empty range stands behind the line before it.
fn range(start: usize, end: usize) -> String {
    match end - start {
        0 => format!("{start},0"),
        1 => format!("{}", start + 1),
        count => format!("{},{count}", start + 1),
    }
}

/// The name as `patch` and Git read it: in quotes where it holds what would end it.
fn file_name(name: &str) -> String {
    let name = one_line(name.strip_prefix("./").unwrap_or(name)).into_owned();
    if name.contains(['"', '\\']) {
        return format!("\"{}\"", name.replace('\\', "\\\\").replace('"', "\\\""));
    }
    // A tab ends a name that holds blanks, as Git writes it.
    if name.contains(' ') { format!("{name}\t") } else { name }
}
