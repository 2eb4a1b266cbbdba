//! What is installed with: the hooks, the action, the wheel, the image. What takes pip, npm or Docker is tried by
//! `tests/packaging/run.py`.

use std::collections::BTreeSet;
use std::process::Command;

use serde_yaml::Value;

use crate::support::{files_below, read, root};

fn yaml(name: &str, text: &str) -> Value {
    serde_yaml::from_str(text).unwrap_or_else(|error| panic!("{name} is no YAML: {error}\n{text}"))
}

fn hooks() -> Vec<Value> {
    yaml(".pre-commit-hooks.yaml", &read(".pre-commit-hooks.yaml")).as_sequence().expect("it is a list").clone()
}

/// The YAML blocks of the README and of the page on CI, with the page they are in.
fn yaml_blocks() -> Vec<(&'static str, Value)> {
    let mut found = Vec::new();
    for page in ["README.md", "docs/ci.md"] {
        let text = read(page);
        let blocks = text.split("\n```yaml\n").skip(1);
        let blocks = blocks.map(|rest| rest.split_once("\n```").expect("the block is closed").0);
        found.extend(blocks.map(|block| (page, yaml(page, block))));
    }
    found
}

/// Every mapping inside `value`, itself included.
fn mappings(value: &Value) -> Vec<&serde_yaml::Mapping> {
    match value {
        Value::Mapping(mapping) => std::iter::once(mapping).chain(mapping.values().flat_map(mappings)).collect(),
        Value::Sequence(items) => items.iter().flat_map(mappings).collect(),
        _ => Vec::new(),
    }
}

fn keys(value: &Value) -> BTreeSet<&str> {
    value.as_mapping().into_iter().flat_map(|mapping| mapping.keys()).filter_map(Value::as_str).collect()
}

/// The names after `inputs.` in the expressions of `text`.
fn inputs_used(text: &str) -> BTreeSet<&str> {
    let name = |rest: &'_ str| rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '-')).unwrap_or(rest.len());
    text.split("inputs.").skip(1).map(|rest| &rest[..name(rest)]).collect()
}

#[test]
fn every_hook_runs_a_command_that_cfnvet_has() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    std::fs::write(folder.path().join("other.json"), "{}").expect("a file can be written");
    let hooks = hooks();
    assert_eq!(hooks.iter().map(|hook| &hook["id"]).collect::<Vec<_>>(), ["cfnvet", "cfnvet-system"]);
    for hook in hooks {
        let id = hook["id"].as_str().expect("it is text");
        assert_eq!(hook["require_serial"], true, "{id}: templates of one commit are linked, so one process sees them all");
        assert_eq!(hook["files"], r"(?i)\.(ya?ml|json|template)$", "{id}: the endings are those that a folder is searched for");
        let entry = hook["entry"].as_str().expect("it is text").strip_prefix("cfnvet ").expect("it runs cfnvet");
        let run =
            Command::new(env!("CARGO_BIN_EXE_cfnvet")).args(entry.split(' ')).arg("other.json").current_dir(&folder).output();
        let run = run.expect("the binary runs");
        assert_eq!(run.status.code(), Some(0), "{id}: {}", String::from_utf8_lossy(&run.stderr));
    }
}

#[test]
fn every_hook_that_a_page_shows_exists() {
    let hooks = hooks();
    let mut shown = 0;
    for (page, block) in yaml_blocks() {
        for repository in block["repos"].as_sequence().into_iter().flatten() {
            for hook in repository["hooks"].as_sequence().expect("a repository has hooks") {
                let ours = hooks.iter().find(|ours| ours["id"] == hook["id"]);
                let ours = ours.unwrap_or_else(|| panic!("{page}: no hook is called {:?}", hook["id"]));
                if repository["repo"] == "local" {
                    // Written out in full, it is ours but for where the binary comes from.
                    for key in ["entry", "files", "require_serial"] {
                        assert_eq!(hook[key], ours[key], "{page}: {key}");
                    }
                }
                shown += 1;
            }
        }
    }
    assert!(shown > 3, "the README and the page on CI show hooks");
}

#[test]
fn every_use_of_the_action_that_a_page_shows_has_inputs_of_it() {
    let action = yaml("action.yml", &read("action.yml"));
    let (inputs, outputs) = (keys(&action["inputs"]), keys(&action["outputs"]));
    let mut shown = 0;
    for (page, block) in yaml_blocks() {
        for step in mappings(&block) {
            let Some(uses) = step.get("uses").and_then(Value::as_str) else { continue };
            let (name, version) = uses.split_once('@').unwrap_or_else(|| panic!("{page}: `{uses}` has no version"));
            if name == "OWNER/cfnvet" {
                assert_eq!(version, concat!("v", env!("CARGO_PKG_VERSION")), "{page}");
                let given = step.get("with").map(keys).unwrap_or_default();
                assert!(given.is_subset(&inputs), "{page}: the action takes {inputs:?}, not {given:?}");
                shown += 1;
            }
        }
    }
    assert!(shown > 1, "the README and the page on CI show the action");
    let page = read("docs/ci.md");
    for name in inputs.iter().chain(&outputs) {
        assert!(page.contains(&format!("`{name}`")), "docs/ci.md does not say what `{name}` of the action is");
    }
}

#[test]
fn the_action_hands_its_inputs_to_scripts_as_variables_only() {
    let text = read("action.yml");
    let action = yaml("action.yml", &text);
    let steps = action["runs"]["steps"].as_sequence().expect("it has steps");
    let scripts: Vec<&str> = steps.iter().filter_map(|step| step["run"].as_str()).collect();
    assert!(scripts.len() > 2, "action.yml has scripts");
    for script in scripts {
        assert!(!script.contains("${{"), "an expression in a script is code that an input may write:\n{script}");
    }
    let declared = keys(&action["inputs"]);
    assert_eq!(inputs_used(&text), declared, "inputs used, and those declared");
    for (name, input) in action["inputs"].as_mapping().expect("they are a mapping") {
        assert!(input["description"].is_string() && input["default"].is_string(), "{name:?} has a description and a default");
    }
}

#[test]
fn every_version_that_the_pages_name_is_that_of_the_package() {
    let pages = read("README.md") + &read("docs/ci.md");
    let ends: &[char] = &[' ', '`', ']', '\n'];
    for before in ["cfnvet==", "rev: v", "cfnvet@v"] {
        let versions: BTreeSet<&str> = pages.split(before).skip(1).filter_map(|rest| rest.split(ends).next()).collect();
        assert_eq!(versions, BTreeSet::from([env!("CARGO_PKG_VERSION")]), "after `{before}`");
    }
}

#[test]
fn the_wheel_takes_its_version_and_description_from_cargo() {
    let project: toml::Table = read("pyproject.toml").parse().unwrap_or_else(|error| panic!("pyproject.toml: {error}"));
    assert_eq!(project["project"]["name"].as_str(), Some(env!("CARGO_PKG_NAME")));
    assert_eq!(project["tool"]["maturin"]["bindings"].as_str(), Some("bin"));
    let dynamic = project["project"]["dynamic"].as_array().expect("it is a list");
    for key in ["version", "description", "license"] {
        assert!(project["project"].get(key).is_none() && dynamic.iter().any(|name| name.as_str() == Some(key)), "{key}");
    }
}

#[test]
fn the_image_is_built_from_everything_that_the_binary_includes() {
    let ignore = read(".dockerignore");
    let taken: Vec<&str> = ignore.lines().filter_map(|line| line.strip_prefix('!')).collect();
    assert!(ignore.lines().any(|line| line == "*"), "nothing else goes to the builder");
    let is_taken = |path: &str| taken.iter().any(|taken| path == *taken || path.starts_with(&format!("{taken}/")));
    let mut included = 0;
    for source in files_below("src").into_iter().filter(|source| source.ends_with(".rs")) {
        for rest in read(&source).split("include_str!(\"").skip(1) {
            let name = rest.split('"').next().expect("a split has a first part");
            let path = root().join(&source).parent().expect("a file is in a folder").join(name);
            let path = path.canonicalize().unwrap_or_else(|error| panic!("{source} includes {name}: {error}"));
            let path = path.strip_prefix(root().canonicalize().expect("it is there")).expect("it is in the repository");
            let path = path.to_string_lossy().replace('\\', "/");
            assert!(is_taken(&path), ".dockerignore leaves out {path}, which {source} includes");
            included += 1;
        }
    }
    assert!(included > 10, "the rules' pages are included");
    for path in ["Cargo.toml", "Cargo.lock", "src/main.rs", "tests/main.rs", "benches/parse.rs", "LICENSE-MIT", "LICENSE-APACHE"]
    {
        assert!(is_taken(path), "{path}");
    }
}
