//! The policies that we ship, by the name of their pack.

use std::sync::Arc;

use crate::text::{SourceFile, nearest_name};

/// A pack: its name, and its rule files with their paths.
type Pack = (&'static str, &'static [(&'static str, &'static str)]);

const PACKS: &[Pack] = &[("ecs-exec", &[("rules/policies/ecs-exec.guard", include_str!("../../rules/policies/ecs-exec.guard"))])];

/// The rule files of the pack called `name`.
///
/// # Errors
///
/// Where there is no such pack.
pub fn pack(name: &str) -> Result<Vec<Arc<SourceFile>>, String> {
    let names = PACKS.iter().map(|(name, _)| *name);
    let Some((_, files)) = PACKS.iter().find(|(known, _)| *known == name) else {
        let hint = nearest_name(name, names.clone()).map(|near| format!(", did you mean `pack:{near}`?"));
        let hint = hint.unwrap_or_else(|| format!(", there is `pack:{}`", names.collect::<Vec<_>>().join("`, `pack:")));
        return Err(format!("no pack of policies is called `{name}`{hint}"));
    };
    // `pack:` tells the report that the file is none of the user's.
    Ok(files.iter().map(|(path, text)| Arc::new(SourceFile::new(format!("cfnvet:{path}"), *text))).collect())
}
