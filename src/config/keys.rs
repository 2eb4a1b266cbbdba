//! The keys of the config file: one table, from which the file is read, its JSON Schema made and a first file written.

use std::fmt::Write;

use serde_json::{Value, json};

use super::regions::REGIONS;

/// What a key takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// A list of codes, names, beginnings of codes and `ALL`, or a text of them with commas.
    Rules,
    /// One of a few words.
    Word(&'static [&'static str]),
    Regions,
    /// A list of globs, relative to the folder of the file.
    Globs,
    /// A file, relative to the folder of this one.
    Path,
    /// A mapping of globs to rules.
    RulesByGlob,
    /// A mapping of names to texts.
    Texts,
    /// A mapping of rules to their severity and options.
    Entries,
}

/// A key of the config file.
#[derive(Clone, Copy, Debug)]
pub(super) struct Key {
    pub(super) name: &'static str,
    pub(super) shape: Shape,
    /// What it does, in one line.
    about: &'static str,
    /// What it can look like, without the key.
    example: &'static str,
}

pub(super) const SEVERITIES: &[&str] = &["info", "warning", "error"];
pub(super) const FAIL_ON: &[&str] = &["info", "warning", "error", "never"];
pub(super) const LEVELS: &[&str] = &["off", "info", "warning", "error"];
pub(super) const LINKING: &[&str] = &["open", "closed", "off"];

/// Every key, in the order in which a first file has them.
pub(super) const KEYS: &[Key] = &[
    Key {
        name: "select",
        shape: Shape::Rules,
        about: "Run only these rules: codes, names, beginnings of codes (ECS, E30) or ALL. Left out: those that are on by default.",
        example: "[ALL]",
    },
    Key { name: "ignore", shape: Shape::Rules, about: "Do not run these rules.", example: "[ECS102]" },
    Key {
        name: "per-path-ignores",
        shape: Shape::RulesByGlob,
        about: "Do not run these rules on templates that match a glob, relative to this file's folder.",
        example: "\n  legacy/**: [ECS, XST101]",
    },
    Key {
        name: "exclude",
        shape: Shape::Globs,
        about: "Leave out files and folders that match, where a folder or a glob is searched.",
        example: "[vendor/, '*.generated.yaml']",
    },
    Key {
        name: "severity",
        shape: Shape::Word(SEVERITIES),
        about: "Report findings from this level on: info, warning or error.",
        example: "warning",
    },
    Key {
        name: "fail-on",
        shape: Shape::Word(FAIL_ON),
        about: "Exit with 1 for findings from this level on: info, warning, error, or never.",
        example: "warning",
    },
    Key {
        name: "rules",
        shape: Shape::Entries,
        about: "Rules by code or name: their severity (off, info, warning, error), and options that are on the rule's page.",
        example: "\n  ECS101:\n    severity: warning\n    managed-scaling-off: ignore",
    },
    Key {
        name: "regions",
        shape: Shape::Regions,
        about: "The regions that the templates are deployed in. Left out: any.",
        example: "[eu-central-1]",
    },
    Key {
        name: "parameters",
        shape: Shape::Texts,
        about: "Values of template parameters, in place of their defaults.",
        example: "\n  Stage: prod",
    },
    Key {
        name: "parameter-files",
        shape: Shape::Globs,
        about: "Files of such values, as --parameter-file takes them; `parameters` wins over them.",
        example: "[parameters/prod.json]",
    },
    Key {
        name: "workspace",
        shape: Shape::Word(LINKING),
        about: "Imports: open (an export may be elsewhere), closed (it may not), or off (imports are not linked).",
        example: "open",
    },
    Key {
        name: "workspace-roots",
        shape: Shape::Globs,
        about: "Folders and globs of templates to link with though they are not checked, as when a hook names the staged files only.",
        example: "[stacks/]",
    },
    Key {
        name: "stack-names",
        shape: Shape::Texts,
        about: "The names of the stacks that templates are deployed as, by the template's path.",
        example: "\n  stacks/network.yaml: network",
    },
    Key {
        name: "guard",
        shape: Shape::Globs,
        about: "Policies in Guard's language: files, folders and globs of .guard files, and packs of ours (pack:ecs-exec).",
        example: "[policies/]",
    },
    Key {
        name: "registry-schemas",
        shape: Shape::Globs,
        about: "Folders of JSON schemas of resource types that AWS does not have, as their providers give them to the registry.",
        example: "[schemas/]",
    },
    Key {
        name: "override-spec",
        shape: Shape::Path,
        about: "A file that changes the schemas of resource types, as cfn-lint's --override-spec takes it.",
        example: "spec.json",
    },
    Key {
        name: "baseline",
        shape: Shape::Path,
        about: "A file of findings that are not reported, written by --write-baseline.",
        example: ".cfnvet-baseline.json",
    },
];

/// How an editor that knows the YAML language server is told of the schema.
fn editor_line() -> String {
    match env!("CARGO_PKG_REPOSITORY") {
        // No address is known, so the schema is a file that a command makes.
        "" => "# For checks in an editor: `cfnvet config-schema > .cfnvet.schema.json`, and a line\n#   yaml-language-server: $schema=.cfnvet.schema.json\n".to_owned(),
        repository => format!("# yaml-language-server: $schema={repository}/raw/v{}/docs/cfnvet.schema.json\n", env!("CARGO_PKG_VERSION")),
    }
}

/// The JSON Schema of the config file, given the rules there are as code, name and options.
#[must_use]
pub fn schema(rules: &[super::KnownRule]) -> Value {
    let properties: serde_json::Map<String, Value> = KEYS
        .iter()
        .map(|key| {
            let mut shape = key.shape.schema(rules);
            shape["description"] = key.about.into();
            (key.name.to_owned(), shape)
        })
        .collect();
    json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "cfnvet's config file, .cfnvet.yaml",
        // An empty file is a null to YAML.
        "type": ["object", "null"],
        "additionalProperties": false,
        "properties": properties,
    })
}

impl Shape {
    fn schema(self, rules: &[super::KnownRule]) -> Value {
        let words = |words: &[&str]| {
            let mut all: Vec<Value> = words.iter().map(|word| (*word).into()).collect();
            // `off` without quotes is a boolean of YAML 1.1.
            all.extend(words.contains(&"off").then_some(Value::Bool(false)));
            json!({"enum": all})
        };
        let list = || json!({"type": ["array", "string", "null"], "items": {"type": "string"}});
        match self {
            Self::Rules | Self::Globs => list(),
            Self::Word(known) => words(known),
            Self::Regions => {
                let regions: Vec<&str> = REGIONS.to_vec();
                // A region that is newer than this list is taken too.
                let known = json!({"anyOf": [{"enum": regions}, {"type": "string"}]});
                json!({"type": ["array", "string", "null"], "items": known})
            }
            Self::Path => json!({"type": ["string", "null"]}),
            Self::RulesByGlob => json!({"type": ["object", "null"], "additionalProperties": list()}),
            Self::Texts => {
                json!({"type": ["object", "null"], "additionalProperties": {"type": ["string", "integer", "boolean"]}})
            }
            Self::Entries => {
                let entry = |rule: &super::KnownRule| {
                    let mut properties = serde_json::Map::from_iter([("severity".to_owned(), words(LEVELS))]);
                    properties.extend(rule.options.iter().map(|option| (option.name.to_owned(), option.schema())));
                    json!({"type": "object", "additionalProperties": false, "properties": properties})
                };
                let named = |rule: &super::KnownRule| [(rule.code.to_owned(), entry(rule)), (rule.name.to_owned(), entry(rule))];
                // Rules are named in any case, which a schema cannot say: what it does not know has the shape of an entry.
                json!({
                    "type": ["object", "null"],
                    "properties": rules.iter().filter(|rule| !rule.options.is_empty()).flat_map(named).collect::<serde_json::Map<_, _>>(),
                    "additionalProperties": {"type": "object", "properties": {"severity": words(LEVELS)}},
                })
            }
        }
    }
}

/// A first config file: every key, explained. Those in `set`, which cfn-lint's config file says, have the YAML given as their value; the
/// others are commented out.
#[must_use]
pub fn starter(set: &[(&str, String)]) -> String {
    let mut out = format!("{}#\n# The config of cfnvet. What is behind a # is an example.\n", editor_line());
    for key in KEYS {
        let _ = write!(out, "\n# {}\n", key.about);
        match set.iter().find(|(name, _)| *name == key.name) {
            Some((_, value)) => {
                let gap = if value.starts_with('\n') { "" } else { " " };
                let _ = writeln!(out, "# Taken from cfn-lint's config file.\n{}:{gap}{}", key.name, value.trim_end());
            }
            None => {
                let gap = if key.example.starts_with('\n') { "" } else { " " };
                for line in format!("{}:{gap}{}", key.name, key.example).lines() {
                    let _ = writeln!(out, "#{line}");
                }
            }
        }
    }
    out
}
