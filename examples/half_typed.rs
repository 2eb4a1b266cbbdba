//! Breaks templates as somebody who is typing does, and compares what is outside the broken entry with the whole template.
//!
//! ```text
//! cargo run --release --example half_typed -- FOLDER [--seed N] [--count N] [--show N] [--only KIND] [--keep DIR]
//! ```
//!
//! COUNT templates of the folder that have no mistake of their own, each broken at every tenth line in every way of
//! `tests/half_typed/damage.rs`. The nodes of the tree with their places, keys, tags and texts, the comments, and the findings of
//! all rules have to be those of the whole template, but for findings in the resource that holds the broken entry and, where the text
//! ends early, those of what is nowhere in the template; and there may be one syntax error at most. A version that is valid YAML and
//! says something else (a list's item that becomes text of the one above) is counted apart. Prints the share of broken versions in
//! which this holds, and exits 1 where it is below 95 of 100 for a kind and format.

#![allow(clippy::disallowed_methods, reason = "a command of the repository reads files")]

#[allow(dead_code, unreachable_pub)]
#[path = "../tests/half_typed/mod.rs"]
mod half_typed;
#[allow(dead_code, unreachable_pub)]
#[path = "../tests/oracle"]
mod oracle {
    pub mod mutate;
}

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use half_typed::Whole;
use half_typed::damage::{Edit, Mistake};
use oracle::mutate::Random;

#[derive(Default)]
struct Count {
    made: usize,
    good: usize,
    quiet: usize,
    otherwise: usize,
    below: usize,
    kept_below: usize,
    shown: usize,
}

struct Options {
    folder: PathBuf,
    seed: u64,
    count: usize,
    show: usize,
    only: Option<String>,
    keep: Option<PathBuf>,
}

fn main() -> ExitCode {
    let Some(options) = options() else {
        eprintln!("usage: half_typed FOLDER [--seed N] [--count N] [--show N] [--only KIND] [--keep DIR]");
        return ExitCode::from(2);
    };
    let mut paths = Vec::new();
    templates(&options.folder, &mut paths);
    let mut random = Random(options.seed);
    let mut counts: BTreeMap<(&str, Mistake), Count> = BTreeMap::new();
    let mut worst: Vec<(usize, usize, String)> = Vec::new();
    let mut taken = 0;
    while taken < options.count && !paths.is_empty() {
        let path = paths.swap_remove(random.below(paths.len()));
        let Ok(text) = std::fs::read_to_string(&path) else { continue };
        let name = path.strip_prefix(&options.folder).unwrap_or(&path).display().to_string();
        let Some(whole) = Whole::new(&name, &text) else { continue };
        taken += 1;
        let (format, mistakes) = if whole.is_json { ("JSON", Mistake::JSON) } else { ("YAML", Mistake::YAML) };
        let (mut bad, mut made) = (0, 0);
        for &mistake in mistakes {
            let edits = whole.edits(mistake, &mut Random(random.below(usize::MAX) as u64));
            if options.only.as_ref().is_some_and(|only| *only != format!("{mistake:?}") && only != format) {
                continue;
            }
            for edit in edits {
                let count = counts.entry((format, mistake)).or_default();
                let good = add(count, &whole, &edit, &options);
                bad += usize::from(!good);
                made += 1;
            }
        }
        worst.push((bad, made, name));
    }
    println!("{taken} templates, seed {}", options.seed);
    println!("format kind            broken    same outside   no or one error   kept below   valid, reads otherwise");
    let mut fails = false;
    for ((format, mistake), count) in &counts {
        let share = |part: usize, of: usize| 100.0 * part as f64 / of.max(1) as f64;
        println!(
            "{format:6} {:14} {:>7} {:>14.2}% {:>16.2}% {:>11.2}% {:>12}",
            format!("{mistake:?}"),
            count.made,
            share(count.good, count.made),
            share(count.quiet, count.made),
            share(count.kept_below, count.below),
            count.otherwise
        );
        fails |= count.good * 100 < count.made * 95;
    }
    worst.sort_by(|left, right| right.0.cmp(&left.0).then_with(|| left.2.cmp(&right.2)));
    println!("most differences:");
    for (bad, made, name) in worst.iter().take(5).filter(|(bad, ..)| *bad > 0) {
        println!("  {bad:>4} of {made:>5}  {name}");
    }
    if fails || counts.is_empty() { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

/// Counts one broken version; whether everything outside the broken entry is there.
fn add(count: &mut Count, whole: &Whole, edit: &Edit, options: &Options) -> bool {
    let outcome = whole.compare(edit);
    if outcome.reads_otherwise {
        count.otherwise += 1;
        return true;
    }
    let good = outcome.differences.is_empty();
    count.made += 1;
    count.good += usize::from(good);
    count.quiet += usize::from(outcome.problems <= 1);
    count.below += outcome.below;
    count.kept_below += outcome.kept_below;
    if !good && count.shown < options.show {
        count.shown += 1;
        let line = whole.source.position(edit.start as u32).line;
        println!("--- {:?} in {} at line {line}: {} differences", edit.mistake, whole.name, outcome.differences.len());
        for difference in outcome.differences.iter().take(4) {
            println!("    {difference}");
        }
        let text = edit.apply(whole.text());
        let lines: Vec<&str> = text.lines().collect();
        let from = (line as usize).saturating_sub(4);
        for (number, line) in lines.iter().enumerate().skip(from).take(8) {
            println!("{:>6} | {}", number + 1, line.chars().take(110).collect::<String>());
        }
        if let Some(folder) = &options.keep {
            let file = format!("{:?}-{}-{}.yaml", edit.mistake, if whole.is_json { "json" } else { "yaml" }, count.shown);
            std::fs::write(folder.join(file), text).expect("the folder can be written");
        }
    }
    good
}

fn templates(folder: &Path, found: &mut Vec<PathBuf>) {
    let mut entries: Vec<_> = std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() { templates(&path, found) } else { found.push(path) }
    }
}

fn options() -> Option<Options> {
    let mut arguments = std::env::args().skip(1);
    let mut options = Options { folder: PathBuf::new(), seed: 1, count: 500, show: 0, only: None, keep: None };
    let mut folder = None;
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--seed" => options.seed = arguments.next()?.parse().ok()?,
            "--count" => options.count = arguments.next()?.parse().ok()?,
            "--show" => options.show = arguments.next()?.parse().ok()?,
            "--only" => options.only = Some(arguments.next()?),
            "--keep" => options.keep = Some(PathBuf::from(arguments.next()?)),
            _ if folder.is_none() => folder = Some(PathBuf::from(argument)),
            _ => return None,
        }
    }
    options.folder = folder?;
    Some(options)
}
