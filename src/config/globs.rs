//! Globs in config files: relative to the folder of the file, as in `.gitignore`.

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};

/// The matcher of one glob, for paths relative to the folder of the config file, with `/`.
///
/// One without a `/`, but for one at its end, matches at any depth; one that matches a folder matches what is in it.
///
/// # Errors
///
/// Says why it is no glob.
pub fn path_glob(glob: &str) -> Result<GlobSet, String> {
    let mut set = GlobSetBuilder::new();
    add(glob, &mut set)?;
    set.build().map_err(|error| format!("invalid glob `{glob}`: {}", error.kind()))
}

/// The matcher of several; one that is no glob matches nothing.
#[must_use]
pub fn path_globs(globs: &[String]) -> GlobSet {
    let mut set = GlobSetBuilder::new();
    for glob in globs {
        let _ = add(glob, &mut set);
    }
    set.build().unwrap_or_default()
}

fn add(glob: &str, set: &mut GlobSetBuilder) -> Result<(), String> {
    let inner = glob.strip_prefix("./").unwrap_or(glob);
    let anchored = inner.strip_prefix('/');
    let inner = anchored.unwrap_or(inner).trim_end_matches('/');
    if inner.is_empty() || inner == ".." || inner.starts_with("../") {
        return Err(format!("glob `{glob}` leads out of this file's folder, to which it is relative"));
    }
    let start = if anchored.is_none() && !inner.contains('/') { "**/" } else { "" };
    for end in ["", "/**"] {
        let built = GlobBuilder::new(&format!("{start}{inner}{end}")).literal_separator(true).build();
        set.add(built.map_err(|error| format!("invalid glob `{glob}`: {}", error.kind()))?);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn globs_are_read_as_in_gitignore() {
        let matches = |glob: &str, path: &str| path_glob(glob).unwrap().is_match(path);
        assert!(matches("legacy/**", "legacy/a/b.yaml"));
        assert!(!matches("legacy/**", "new/legacy/b.yaml"));
        assert!(matches("legacy/", "a/legacy/b.yaml"));
        assert!(matches("legacy", "legacy/b.yaml"));
        assert!(matches("*.gen.yaml", "a/x.gen.yaml"));
        assert!(!matches("/*.gen.yaml", "a/x.gen.yaml"));
        assert!(!matches("a/*.yaml", "a/b/c.yaml"));
        assert!(path_glob("../x").is_err());
        assert!(path_glob("a[").is_err());
    }
}
