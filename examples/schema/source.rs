//! What a wheel of cfn-lint says, without prose.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::Read;
use std::path::Path;

use cfnvet::schema::json::{dotted, drop_prose, patterns};
use serde_json::{Map, Value, json};
use zip::ZipArchive;

/// A resource type in the regions where it has one schema.
pub(crate) struct Type {
    pub(crate) name: String,
    pub(crate) schema: Value,
    /// Name and pointer of what `Fn::GetAtt` reads; a null where the value can be any text.
    pub(crate) return_values: Map<String, Value>,
    pub(crate) regions: u64,
    pub(crate) is_serverless: bool,
}

pub(crate) struct Wheel {
    pub(crate) source: String,
    pub(crate) schema_date: String,
    pub(crate) licence: String,
    pub(crate) regions: Vec<String>,
    pub(crate) types: Vec<Type>,
    pub(crate) extensions: Value,
    pub(crate) other: Value,
    pub(crate) lists: Value,
}

impl Wheel {
    pub(crate) fn read(path: &Path) -> Result<Self, String> {
        let mut files = files(path)?;
        let mut take = |name: &str| files.remove(name).ok_or_else(|| format!("has no {name}"));
        let version = json(&take("cfnlint/data/schemas/version.json")?)?;
        let return_values = ReturnValues::read(&take("cfnlint/schema/_getatts.py")?)?;
        let metadata = files.iter().find(|(name, _)| name.ends_with(".dist-info/METADATA")).map(|(_, text)| text.as_str());
        let field = |name: &str| metadata?.lines().find_map(|line| line.strip_prefix(name)).map(|value| value.trim().to_owned());
        let release = field("Version:").ok_or("has no version")?;
        let licence = field("License-Expression:").or_else(|| field("License:")).ok_or("has no licence")?;
        let mut providers = BTreeMap::new();
        for (name, text) in &files {
            if let Some(region) = name.strip_prefix("cfnlint/data/schemas/providers/").and_then(|name| name.strip_suffix(".json"))
            {
                let hashes: BTreeMap<String, String> = serde_json::from_str(text).map_err(|error| format!("{name}: {error}"))?;
                providers.insert(region.to_owned(), hashes);
            }
        }
        let serverless = providers.remove("sam").unwrap_or_default();
        let regions: Vec<String> = providers.keys().cloned().collect();
        if regions.is_empty() || regions.len() > 64 {
            return Err(format!("has {} regions, and a set holds 1 to 64", regions.len()));
        }
        // By type, then by schema: the regions, and whether it is of AWS::Serverless.
        let mut variants: BTreeMap<&str, BTreeMap<&str, (u64, bool)>> = BTreeMap::new();
        for (place, hashes) in providers.values().enumerate() {
            for (name, hash) in hashes {
                variants.entry(name).or_default().entry(hash).or_default().0 |= 1 << place;
            }
        }
        for (name, hash) in &serverless {
            variants.entry(name).or_default().entry(hash).or_default().1 = true;
        }
        let mut types = Vec::new();
        for (name, schemas) in variants {
            for (hash, (regions, is_serverless)) in schemas {
                let file = format!("cfnlint/data/schemas/resources/{hash}.json");
                let mut schema = json(files.get(&file).ok_or_else(|| format!("has no {file}"))?)?;
                drop_prose(&mut schema);
                let return_values = return_values.of(name, &schema);
                types.push(Type { name: name.to_owned(), schema, return_values, regions, is_serverless });
            }
        }
        let mut wheel = Self {
            source: format!("cfn-lint {release}"),
            schema_date: version["schema_date"].as_str().ok_or("has no date of the schemas")?.to_owned(),
            licence,
            regions,
            types,
            extensions: Value::Null,
            other: Value::Null,
            lists: Value::Null,
        };
        wheel.extensions = nested(&files, "cfnlint/data/schemas/extensions/")?;
        wheel.other = flat(&files, "cfnlint/data/schemas/other/")?;
        drop_prose_of_each(&mut wheel.other);
        wheel.lists = flat(&files, "cfnlint/data/AdditionalSpecs/")?;
        Ok(wheel)
    }

    /// The distinct patterns of all schemas, the names of pattern properties too.
    pub(crate) fn patterns(&self) -> BTreeSet<&str> {
        patterns(self.types.iter().map(|found| &found.schema).chain([&self.extensions, &self.other]))
    }
}

/// The text files of a wheel.
fn files(path: &Path) -> Result<BTreeMap<String, String>, String> {
    let file = File::open(path).map_err(|error| error.to_string())?;
    let mut archive = ZipArchive::new(file).map_err(|error| error.to_string())?;
    let mut files = BTreeMap::new();
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index).map_err(|error| error.to_string())?;
        let name = entry.name().map_err(|error| error.to_string())?.into_owned();
        let is_wanted = name.ends_with(".json") || name.ends_with("_getatts.py") || name.ends_with("METADATA");
        if is_wanted && !name.starts_with("cfnlint/data/CfnLintCli/") {
            let mut text = String::new();
            entry.read_to_string(&mut text).map_err(|error| format!("{name}: {error}"))?;
            files.insert(name, text);
        }
    }
    Ok(files)
}

fn json(text: &str) -> Result<Value, String> {
    serde_json::from_str(text).map_err(|error| error.to_string())
}

/// The files below a folder, by `folder/name` without the ending.
fn flat(files: &BTreeMap<String, String>, folder: &str) -> Result<Value, String> {
    let mut found = Map::new();
    for (name, text) in files {
        if let Some(name) = name.strip_prefix(folder).and_then(|name| name.strip_suffix(".json")) {
            found.insert(name.to_owned(), json(text)?);
        }
    }
    Ok(found.into())
}

/// The files below a folder, by folder, then by name.
fn nested(files: &BTreeMap<String, String>, folder: &str) -> Result<Value, String> {
    let mut found = Map::new();
    let mut flat = flat(files, folder)?;
    drop_prose_of_each(&mut flat);
    for (path, value) in flat.as_object().into_iter().flatten() {
        let (folder, name) = path.split_once('/').ok_or_else(|| format!("{folder}{path} is in no folder of a type"))?;
        let entry = found.entry(folder).or_insert_with(|| json!({}));
        entry.as_object_mut().expect("it was made as an object").insert(name.to_owned(), value.clone());
    }
    Ok(found.into())
}

fn drop_prose_of_each(files: &mut Value) {
    files.as_object_mut().into_iter().flat_map(Map::values_mut).for_each(drop_prose);
}

/// What cfn-lint knows of `Fn::GetAtt` beyond the schemas' read-only properties.
struct ReturnValues {
    /// Types of which every property can be read.
    all: BTreeSet<String>,
    /// Properties that can be read, by type.
    more: BTreeMap<String, Vec<String>>,
}

impl ReturnValues {
    /// Reads two literals out of a Python file: strings in brackets, those before a colon being keys.
    fn read(python: &str) -> Result<Self, String> {
        let literal = |name: &str, end: &str| {
            let start = python.split_once(&format!("\n{name} = ")).ok_or_else(|| format!("_getatts.py has no {name}"))?.1;
            let text = start.split_once(end).ok_or_else(|| format!("{name} in _getatts.py has no end"))?.0;
            Ok::<_, String>(text.split('"').collect::<Vec<_>>())
        };
        let all = literal("_all_property_types", "\n]")?;
        let all: BTreeSet<String> = all.iter().skip(1).step_by(2).map(ToString::to_string).collect();
        let mut more: BTreeMap<String, Vec<String>> = BTreeMap::new();
        let parts = literal("_exceptions", "\n}")?;
        let mut owner = None;
        for pair in parts[1..].chunks(2) {
            if pair.get(1).is_some_and(|after| after.trim_start().starts_with(':')) {
                owner = Some(pair[0].to_owned());
            } else {
                let owner = owner.clone().ok_or("_exceptions in _getatts.py begins with no type")?;
                more.entry(owner).or_default().push(pair[0].to_owned());
            }
        }
        if all.is_empty() || more.is_empty() {
            return Err("_getatts.py has no return values".to_owned());
        }
        Ok(Self { all, more })
    }

    /// Name and pointer of what `Fn::GetAtt` reads of a type.
    fn of(&self, name: &str, schema: &Value) -> Map<String, Value> {
        let mut found = Map::new();
        if self.all.contains(name) {
            for (property, value) in schema["properties"].as_object().into_iter().flatten() {
                leaves(value, schema, &format!("/properties/{property}"), 16, &mut found);
            }
            return found;
        }
        for property in self.more.get(name).into_iter().flatten() {
            found.insert(property.clone(), format!("/properties/{property}").into());
        }
        if matches!(name, "AWS::CloudFormation::Stack" | "AWS::Serverless::Application") {
            found.insert("Outputs.*".to_owned(), Value::Null);
            return found;
        }
        if name == "AWS::CloudFormation::CustomResource" {
            found.insert("*".to_owned(), Value::Null);
        }
        for pointer in schema["readOnlyProperties"].as_array().into_iter().flatten().filter_map(Value::as_str) {
            if name == "AWS::ServiceCatalog::CloudFormationProvisionedProduct" && pointer == "/properties/Outputs" {
                found.insert("Outputs.*".to_owned(), Value::Null);
            } else {
                found.insert(dotted(pointer), pointer.into());
            }
        }
        found
    }
}

/// Every property below a schema that is no object.
fn leaves(value: &Value, root: &Value, path: &str, budget: usize, found: &mut Map<String, Value>) {
    let Some(budget) = budget.checked_sub(1) else { return };
    let is = |value: &Value, kind: &str| {
        value["type"] == kind || value["type"].as_array().is_some_and(|kinds| kinds.iter().any(|name| name == kind))
    };
    if is(value, "object") {
        for (property, value) in value["properties"].as_object().into_iter().flatten() {
            leaves(value, root, &format!("{path}/{property}"), budget, found);
        }
        return;
    }
    if is(value, "array") && (value["items"]["type"] == "object" || value["items"]["type"] == "array") {
        return;
    }
    let referred = value["$ref"].as_str().and_then(|reference| root.pointer(reference.trim_start_matches('#')));
    match referred {
        Some(referred) if !is(value, "array") => leaves(referred, root, path, budget, found),
        _ => {
            found.insert(dotted(path), path.into());
        }
    }
}
