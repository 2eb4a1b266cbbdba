//! How fast templates become trees, beside other parsers on the same files.
//!
//! ```text
//! cargo bench --bench parse -- DIR
//! ```
//!
//! For each file the fastest of several passes counts. YAML is compared with saphyr-parser's bare events (no tree, no
//! spans kept), JSON with `serde_json::Value` (no spans).

#![allow(clippy::disallowed_methods, reason = "a bench reads files and a clock")]

use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use cfnvet::syntax::parse;
use cfnvet::text::SourceFile;

const PASSES: usize = 15;

fn files(dir: &Path, found: &mut Vec<PathBuf>) {
    for path in std::fs::read_dir(dir).into_iter().flatten().flatten().map(|entry| entry.path()) {
        if path.is_dir() { files(&path, found) } else { found.push(path) }
    }
}

/// The sum over the files of each one's fastest pass.
fn measure(sources: &[Arc<SourceFile>], run: impl Fn(&Arc<SourceFile>)) -> Duration {
    let fastest = |source: &Arc<SourceFile>| {
        let pass = |_| {
            let start = Instant::now();
            run(source);
            start.elapsed()
        };
        (0..PASSES).map(pass).min().unwrap_or_default()
    };
    sources.iter().map(fastest).sum()
}

fn report(name: &str, bytes: usize, time: Duration, reference: Duration) {
    let speed = bytes as f64 / time.as_secs_f64() / 1e6;
    println!("  {name:<28} {speed:>8.0} MB/s {:>8.2}x", reference.as_secs_f64() / time.as_secs_f64());
}

fn main() {
    let Some(dir) = std::env::args().skip(1).find(|arg| !arg.starts_with('-')) else {
        println!("usage: cargo bench --bench parse -- DIR");
        return;
    };
    let mut paths = Vec::new();
    files(Path::new(&dir), &mut paths);
    let sources = paths
        .iter()
        .filter_map(|path| Some(Arc::new(SourceFile::new(path.display().to_string(), std::fs::read_to_string(path).ok()?))));
    let (json, yaml): (Vec<_>, Vec<_>) = sources
        .filter(|source| parse(source).problems().iter().all(|problem| !problem.kind.is_syntax()))
        .partition(|source| parse(source).is_strict_json());

    let bytes: usize = yaml.iter().map(|source| source.text().len()).sum();
    let events = measure(&yaml, |source| {
        for event in saphyr_parser::Parser::new_from_str(source.text()) {
            if black_box(event).is_err() {
                break;
            }
        }
    });
    let tree = measure(&yaml, |source| drop(black_box(parse(source))));
    println!("{} YAML templates, {bytes} bytes", yaml.len());
    report("saphyr-parser, bare events", bytes, events, events);
    report("cfnvet, tree", bytes, tree, events);

    let bytes: usize = json.iter().map(|source| source.text().len()).sum();
    let value = measure(&json, |source| drop(black_box(serde_json::from_str::<serde_json::Value>(source.text()))));
    let tree = measure(&json, |source| drop(black_box(parse(source))));
    println!("{} JSON templates, {bytes} bytes", json.len());
    report("serde_json::Value", bytes, value, value);
    report("cfnvet, tree", bytes, tree, value);
}
