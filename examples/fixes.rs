//! Makes random templates with findings that have fixes, applies the fixes, and checks what comes out.
//!
//! ```text
//! cargo run --release --example fixes -- [COUNT] [--seed S] [--keep DIR]
//! cargo run --release --example fixes -- --show SEED
//! ```
//!
//! COUNT templates of which at least one fix is applied, for the safe fixes and again for all. Exits 1 where a promise of
//! `docs/fixes.md` is broken; `--keep` writes the templates for which it is, `--show` prints the one of a seed and what all fixes change in it.

#![allow(clippy::disallowed_methods, reason = "a command of the repository reads its arguments and writes files")]

#[allow(dead_code, unreachable_pub)]
#[path = "../tests/fixable/mod.rs"]
mod fixable;
#[allow(dead_code, unreachable_pub)]
#[path = "../tests/oracle"]
mod oracle {
    pub mod mutate;
}

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use cfnvet::diagnostic::Safety;
use cfnvet::report::diff;

fn main() -> ExitCode {
    let (mut count, mut seed, mut keep) = (1_000_usize, 1_u64, None::<PathBuf>);
    let examples = fixable::Examples::new();
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().expect("the option has a value");
        match argument.as_str() {
            "--seed" => seed = value().parse().expect("a number"),
            "--keep" => keep = Some(PathBuf::from(value())),
            "--show" => {
                let (name, text) = examples.template(value().parse().expect("a number"));
                let fixed = fixable::apply(name, &text, Safety::Unsafe);
                let changes = diff::unified(name, &text, fixable::text_after(&fixed, &text));
                println!("{text}\n{changes}");
                return ExitCode::SUCCESS;
            }
            number => count = number.parse().expect("a number"),
        }
    }
    println!("fixes of {} rules: {:?}", examples.codes.len(), examples.codes);
    let mut faulty = 0;
    for (word, allowed) in [("safe", Safety::Safe), ("all", Safety::Unsafe)] {
        faulty += run(&examples, word, allowed, count, seed, keep.as_deref());
    }
    if faulty == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// The number of templates with a fault.
fn run(examples: &fixable::Examples, word: &str, allowed: Safety, count: usize, seed: u64, keep: Option<&Path>) -> usize {
    let (mut fixed_templates, mut made, mut ended, mut faulty) = (0, 0, 0, 0);
    let mut applied: BTreeMap<String, usize> = BTreeMap::new();
    let mut left: BTreeMap<String, (usize, u64)> = BTreeMap::new();
    for own in (seed << 32).. {
        if fixed_templates == count || made == count * 20 {
            break;
        }
        made += 1;
        let (name, text) = examples.template(own);
        let fixed = fixable::apply(name, &text, allowed);
        for stays in &fixed.left {
            left.entry(format!("{}: {}", stays.diagnostic.code, stays.reason)).or_insert((0, own)).0 += 1;
        }
        let faults = fixable::faults(name, &text, &fixed, allowed);
        if !faults.is_empty() {
            faulty += 1;
            println!("--- seed {own}: {}", faults.join("; "));
            if let Some(folder) = keep {
                std::fs::create_dir_all(folder).expect("the folder can be made");
                std::fs::write(folder.join(format!("{own}-{word}-{name}")), &text).expect("the folder can be written");
                let after = fixable::text_after(&fixed, &text);
                std::fs::write(folder.join(format!("{own}-{word}-after-{name}")), after).expect("the folder can be written");
            }
        }
        fixed_templates += usize::from(!fixed.files.is_empty());
        ended += fixed.ended;
        for change in fixed.files.iter().flat_map(|file| &file.applied) {
            *applied.entry(change.code.clone()).or_default() += 1;
        }
    }
    println!("{word}: {fixed_templates} of {made} templates changed, {ended} findings ended, {faulty} templates with a fault");
    println!("  applied: {applied:?}");
    for (reason, (number, own)) in left {
        println!("  left {number} times, as in seed {own}: {reason}");
    }
    faulty
}
