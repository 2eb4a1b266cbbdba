//! The policies that we ship, by the name of their pack.

use std::sync::Arc;

use crate::text::{SourceFile, nearest_name};

/// A pack: its name, and its rule files with their paths.
type Pack = (&'static str, &'static [(&'static str, &'static str)]);

macro_rules! files {
    ($($path:literal),+ $(,)?) => {
        &[$((concat!("rules/policies/", $path), include_str!(concat!("../../rules/policies/", $path)))),+]
    };
}

const PACKS: &[Pack] = &[
    ("ecs-exec", files!["ecs-exec.guard"]),
    (
        "ecs",
        files![
            "ecs/added-capabilities.guard",
            "ecs/container-insights-off.guard",
            "ecs/deployment-without-rollback.guard",
            "ecs/docker-socket.guard",
            "ecs/exec-enabled.guard",
            "ecs/exec-logging-off.guard",
            "ecs/host-namespaces.guard",
            "ecs/host-network-mode.guard",
            "ecs/mutable-image-tag.guard",
            "ecs/old-platform-version.guard",
            "ecs/privileged-container.guard",
            "ecs/public-ip.guard",
            "ecs/root-user.guard",
            "ecs/secret-in-environment.guard",
            "ecs/shared-task-role.guard",
            "ecs/unapproved-registry.guard",
            "ecs/unencrypted-efs.guard",
            "ecs/unlogged-container.guard",
            "ecs/untagged-resource.guard",
            "ecs/writable-root-filesystem.guard",
        ],
    ),
];

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
