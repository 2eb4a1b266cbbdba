//! A table of the user's own: schemas of types that AWS does not have, and changes to those that it has.
//!
//! It is made when a run begins, in the format of the table in the binary, and read in the same way. The files are cfn-lint's: those of
//! `registry_schemas` are schemas as a provider of the CloudFormation registry writes them; that of `override_spec` has the keys
//! `IncludeResourceTypes`, `ExcludeResourceTypes` and `Patches`, patches as in RFC 6902 by resource type.

use std::collections::BTreeMap;
use std::sync::Arc;

use json_patch::PatchOperation;
use serde_json::{Map, Value, json};

use super::json::{drop_prose, patterns, read_only_values, write_references};
use super::table::{self, MAX_DEPTH};
use super::write::{self, Type};
use super::{Facts, SERVERLESS, treated};
use crate::report::{ProblemPlace, RunProblem};
use crate::syntax::{self, Node};
use crate::text::SourceFile;

/// A resource type in the regions where it has one schema.
struct OwnType {
    schema: Value,
    return_values: Map<String, Value>,
    regions: u64,
    flags: u16,
}

/// The table of what schemas of other providers and a specification of changes say beside `facts`, and what is wrong with these files;
/// `None` where they say nothing.
#[must_use]
pub fn own_table(
    facts: Facts,
    registry: &[Arc<SourceFile>],
    spec: Option<&Arc<SourceFile>>,
) -> (Option<Vec<u8>>, Vec<RunProblem>) {
    let mut problems = Vec::new();
    let mut types: BTreeMap<String, Vec<OwnType>> = BTreeMap::new();
    for file in registry {
        match registered(file) {
            Ok((name, found)) => drop(types.insert(name, vec![found])),
            Err(problem) => problems.push(problem),
        }
    }
    let mut root = Map::new();
    if let Some(file) = spec {
        change(facts, file, &mut types, &mut root, &mut problems);
    }
    if types.is_empty() && root.is_empty() {
        return (None, problems);
    }
    let schemas = types.values().flatten().map(|found| &found.schema);
    root.insert("patterns".to_owned(), treated(&patterns(schemas)).into());
    let all = types.iter().flat_map(|(name, variants)| variants.iter().map(move |found| (name, found)));
    let all: Vec<Type> = all
        .map(|(name, found)| Type {
            name,
            schema: &found.schema,
            return_values: &found.return_values,
            regions: found.regions,
            flags: found.flags,
        })
        .collect();
    (Some(write::table(&root.into(), &all)), problems)
}

fn problem(file: &SourceFile, node: Option<Node>, message: impl Into<String>) -> RunProblem {
    let place = node.map(|node| {
        let position = file.position(node.span().start);
        ProblemPlace::new(file.text(), position.line as usize, position.column as usize)
    });
    RunProblem { file: Some(file.name().to_owned()), place, message: message.into() }
}

fn json_of(file: &SourceFile) -> Result<Value, RunProblem> {
    serde_json::from_str(file.text()).map_err(|error| {
        let message = error.to_string();
        // The place is told beside the message.
        let message = message.split(" at line ").next().unwrap_or(&message).to_owned();
        let place = (error.line() > 0).then(|| ProblemPlace::new(file.text(), error.line(), error.column().max(1)));
        RunProblem { file: Some(file.name().to_owned()), place, message: format!("not JSON: {message}") }
    })
}

/// A schema of the registry: the name of its type, and what it says.
fn registered(file: &SourceFile) -> Result<(String, OwnType), RunProblem> {
    let mut schema = json_of(file)?;
    let Some(name) = schema.get("typeName").and_then(Value::as_str).map(str::to_owned) else {
        return Err(problem(file, None, "no schema of a resource type: it has no `typeName`"));
    };
    if schema.get("properties").is_some_and(|properties| !properties.is_object()) {
        return Err(problem(file, None, "`properties` must be a mapping"));
    }
    drop_prose(&mut schema);
    if !is_shallow(&schema, MAX_DEPTH) {
        return Err(problem(file, None, format!("the schema is nested deeper than {MAX_DEPTH} levels")));
    }
    let return_values = read_only_values(&schema);
    Ok((name, OwnType { schema, return_values, regions: u64::MAX, flags: 0 }))
}

/// Reads a specification of changes: patched types go into `types`, and which types there are into `root`.
fn change(
    facts: Facts,
    file: &Arc<SourceFile>,
    types: &mut BTreeMap<String, Vec<OwnType>>,
    root: &mut Map<String, Value>,
    problems: &mut Vec<RunProblem>,
) {
    let spec = match json_of(file) {
        Ok(spec) => spec,
        Err(problem) => return problems.push(problem),
    };
    let tree = syntax::parse(file);
    let Some(spec) = spec.as_object() else {
        return problems.push(problem(file, tree.root(), "must be a mapping, with `Patches` for example"));
    };
    let node_of = |key: &str| tree.root().and_then(|root| root.get(key));
    for (key, own) in [("IncludeResourceTypes", "include"), ("ExcludeResourceTypes", "exclude")] {
        match spec.get(key) {
            None => {}
            Some(Value::Array(names)) if names.iter().all(Value::is_string) => {
                // cfn-lint takes an empty list of those that there are for all.
                root.extend((!names.is_empty()).then(|| (own.to_owned(), json!(names))));
            }
            Some(_) => problems.push(problem(file, node_of(key), format!("`{key}` must be a list of resource types"))),
        }
    }
    let Some(patches) = spec.get("Patches") else { return };
    let Some(patches) = patches.as_object() else {
        return problems.push(problem(file, node_of("Patches"), "`Patches` must be a mapping of resource types to patches"));
    };
    for (name, patch) in patches {
        let node = node_of("Patches").and_then(|patches| patches.get(name));
        let operations: Vec<PatchOperation> = match serde_json::from_value(patch.clone()) {
            Ok(operations) => operations,
            Err(error) => {
                let at = node.and_then(|node| first_that_fails(node, patch)).or(node);
                problems.push(problem(file, at, format!("`{name}`: no JSON Patch: {error}")));
                continue;
            }
        };
        if let Some(operation) = operations.iter().position(|operation| operation.path().tokens().count() >= MAX_DEPTH) {
            let at = node.and_then(|node| node.items().nth(operation)).or(node);
            problems.push(problem(file, at, format!("`{name}`: the path has more than {MAX_DEPTH} parts")));
            continue;
        }
        if !types.contains_key(name) {
            let Some(known) = facts.resource_type(name) else {
                problems.push(problem(file, node, format!("there is no resource type `{name}` to change")));
                continue;
            };
            let variants = known.variants().map(|variant| {
                let mut schema = table::Value::Object(variant.schema.object()).to_json();
                write_references(&mut schema);
                OwnType {
                    schema,
                    return_values: variant.return_value_pointers(),
                    regions: variant.regions.0,
                    flags: if known.is_serverless() { SERVERLESS } else { 0 },
                }
            });
            types.insert(name.clone(), variants.collect());
        }
        // A part that only some regions have is changed in these.
        let mut failure = None;
        let mut is_changed = false;
        for variant in types.get_mut(name).into_iter().flatten() {
            let mut schema = variant.schema.clone();
            match json_patch::patch(&mut schema, &operations) {
                Ok(()) if !is_shallow(&schema, MAX_DEPTH) => {
                    failure = Some((0, format!("the schema would be nested deeper than {MAX_DEPTH} levels")));
                }
                Ok(()) if !schema.is_object() => failure = Some((0, "the schema would be no mapping".to_owned())),
                Ok(()) => {
                    drop_prose(&mut schema);
                    for (value, pointer) in read_only_values(&schema) {
                        variant.return_values.entry(value).or_insert(pointer);
                    }
                    variant.schema = schema;
                    is_changed = true;
                }
                Err(error) => failure = Some((error.operation, format!("`{}`: {}", error.path, error.kind))),
            }
        }
        if let Some((operation, message)) = failure.filter(|_| !is_changed) {
            let at = node.and_then(|node| node.items().nth(operation)).or(node);
            problems.push(problem(file, at, format!("`{name}` cannot be changed: {message}")));
        }
    }
}

/// The first operation of a patch that is none.
fn first_that_fails<'t>(node: Node<'t>, patch: &Value) -> Option<Node<'t>> {
    let is_none = |operation: &Value| serde_json::from_value::<PatchOperation>(operation.clone()).is_err();
    node.items().zip(patch.as_array()?).find(|(_, operation)| is_none(operation)).map(|(node, _)| node)
}

/// Whether a value fits into a table.
fn is_shallow(value: &Value, depth: usize) -> bool {
    let Some(depth) = depth.checked_sub(1) else { return false };
    match value {
        Value::Array(list) => list.iter().all(|value| is_shallow(value, depth)),
        Value::Object(object) => object.values().all(|value| is_shallow(value, depth)),
        _ => true,
    }
}
