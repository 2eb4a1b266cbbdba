//! Writes the table of facts that is in the binary, `src/schema/facts.bin`, out of a wheel of cfn-lint.
//!
//! ```text
//! pip download --no-deps cfn-lint==1.58.0 -d DIR
//! cargo run --release --example schema -- WHEEL             write the table
//! cargo run --release --example schema -- --verify WHEEL    compare all that is in the table with the wheel
//! cargo run --release --example schema -- --diff WHEEL      what the table of this wheel would change
//! ```
//!
//! `--patterns` lists the patterns that are not compiled as written. Exits 1 where the table does not say what the wheel says.

#![allow(clippy::disallowed_methods, reason = "a command of the repository reads its arguments and writes files")]

mod compare;
mod patterns;
mod source;
mod write;

use std::collections::BTreeSet;
use std::path::Path;
use std::process::ExitCode;

use cfnvet::schema::{Facts, Keyword, SERVERLESS, Treatment};
use serde_json::{Value, json};
use source::Wheel;

const TABLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/schema/facts.bin");

fn main() -> ExitCode {
    let (options, paths): (Vec<String>, Vec<String>) = std::env::args().skip(1).partition(|argument| argument.starts_with("--"));
    let ([path], [] | [_]) = (paths.as_slice(), options.as_slice()) else {
        eprintln!("usage: schema [--verify | --diff | --patterns] WHEEL");
        return ExitCode::from(2);
    };
    let wheel = match Wheel::read(Path::new(path)) {
        Ok(wheel) => wheel,
        Err(problem) => {
            eprintln!("{path}: {problem}");
            return ExitCode::from(2);
        }
    };
    match options.first().map(String::as_str) {
        None => write_table(&wheel),
        Some("--verify") => verify(&wheel),
        Some("--diff") => {
            let written = std::fs::read(TABLE).expect("the table is in the repository");
            let new = table(&wheel).0;
            let facts = |bytes| Facts::open(bytes).expect("the table has this version's format");
            compare::print(facts(&written), facts(&new));
            ExitCode::SUCCESS
        }
        Some("--patterns") => {
            for (pattern, treatment) in patterns::treated(&wheel.patterns()) {
                println!("{pattern}\n    {treatment}");
            }
            ExitCode::SUCCESS
        }
        Some(option) => {
            eprintln!("unknown option {option}");
            ExitCode::from(2)
        }
    }
}

/// The table of a wheel, and what happened to its patterns.
fn table(wheel: &Wheel) -> (Vec<u8>, String) {
    let distinct = wheel.patterns();
    let treated = patterns::treated(&distinct);
    let left_out = treated.values().filter(|value| value.is_string()).count();
    let summary = format!("{} patterns: {} rewritten, {left_out} left out", distinct.len(), treated.len() - left_out);
    let root = json!({
        "provenance": {"source": wheel.source, "schemaDate": wheel.schema_date, "licence": wheel.licence},
        "regions": wheel.regions,
        "extensions": wheel.extensions,
        "other": wheel.other,
        "lists": wheel.lists,
        "patterns": treated,
    });
    let types = wheel.types.iter().map(|found| write::Type {
        name: &found.name,
        schema: &found.schema,
        return_values: &found.return_values,
        regions: found.regions,
        flags: if found.is_serverless { SERVERLESS } else { 0 },
    });
    (write::table(&root, &types.collect::<Vec<_>>()), summary)
}

fn write_table(wheel: &Wheel) -> ExitCode {
    let (bytes, summary) = table(wheel);
    let faults = faults(wheel, &bytes);
    if !faults.is_empty() {
        eprintln!("not written:\n{}", faults.join("\n"));
        return ExitCode::FAILURE;
    }
    std::fs::write(TABLE, &bytes).expect("the table can be written");
    println!("{}, {} variants of types, {} regions", wheel.source, wheel.types.len(), wheel.regions.len());
    println!("{summary}\n{} bytes", bytes.len());
    ExitCode::SUCCESS
}

fn verify(wheel: &Wheel) -> ExitCode {
    let bytes = std::fs::read(TABLE).expect("the table is in the repository");
    let faults = faults(wheel, &bytes);
    if faults.is_empty() {
        println!("all {} variants of types equal the wheel's", wheel.types.len());
        return ExitCode::SUCCESS;
    }
    println!("{}", faults.join("\n"));
    ExitCode::FAILURE
}

/// Where the table does not say what the wheel says.
fn faults(wheel: &Wheel, bytes: &[u8]) -> Vec<String> {
    let Some(facts) = Facts::open(bytes) else { return vec!["the table has another format".to_owned()] };
    let mut faults = Vec::new();
    let mut count = 0;
    for found in &wheel.types {
        let same = |variant: &cfnvet::schema::Variant| variant.regions.0 == found.regions;
        let Some(variant) = facts.resource_type(&found.name).and_then(|known| known.variants().find(same)) else {
            faults.push(format!("{}: not in the table", found.name));
            continue;
        };
        count += 1;
        let mut schema = cfnvet::schema::table::Value::Object(variant.schema.object()).to_json();
        source::write_references(&mut schema);
        if schema != found.schema {
            faults.push(format!("{}: another schema", found.name));
        }
        let names: BTreeSet<&str> = variant.return_values().map(|value| value.name).collect();
        if names != found.return_values.keys().map(String::as_str).collect() {
            faults.push(format!("{}: other return values", found.name));
        }
        let unread = found.return_values.iter().filter(|(name, pointer)| {
            pointer.is_string() && variant.return_value(name).is_none_or(|value| value.schema.is_none())
        });
        // A provider's own list may name what its schema does not have; that is told and no fault of the table.
        for (name, pointer) in unread {
            eprintln!("note: {}: return value {name} has no schema at {pointer}", found.name);
        }
    }
    if count != facts.resource_types().map(|known| known.variants().count()).sum::<usize>() {
        faults.push("the table has types that the wheel does not have".to_owned());
    }
    let root = |name: &str| facts.table().root().get(name).map(|value| value.to_json());
    for (name, expected) in [("extensions", &wheel.extensions), ("other", &wheel.other), ("lists", &wheel.lists)] {
        let mut read = root(name).unwrap_or_default();
        source::write_references(&mut read);
        if read != *expected {
            faults.push(format!("{name}: other values"));
        }
    }
    if !facts.regions().eq(wheel.regions.iter().map(String::as_str)) {
        faults.push("other regions".to_owned());
    }
    for pattern in wheel.patterns() {
        let left_out =
            facts.treated_patterns().any(|(known, treatment)| known == pattern && matches!(treatment, Treatment::LeftOut(_)));
        // What is left to the other engine need not compile there either.
        if !left_out && facts.pattern(pattern).is_none() {
            faults.push(format!("pattern {pattern}: does not compile"));
        }
    }
    faults
}

/// What a walk over schemas does with each: `visit` gets every schema in `schema`, itself first.
fn each_schema<'a>(schema: &'a Value, visit: &mut impl FnMut(&'a serde_json::Map<String, Value>)) {
    match schema {
        Value::Object(object) => {
            visit(object);
            for (key, value) in object {
                match value {
                    // The keys are names here, not keywords.
                    Value::Object(named) if source::has_names(key) => named.values().for_each(|value| each_schema(value, visit)),
                    _ if [Keyword::Enum, Keyword::Const, Keyword::Default].iter().any(|data| data.as_str() == key) => {}
                    _ => each_schema(value, visit),
                }
            }
        }
        Value::Array(list) => list.iter().for_each(|value| each_schema(value, visit)),
        _ => {}
    }
}
