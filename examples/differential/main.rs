//! Compares our YAML reader with libyaml, granit-parser and PyYAML, on every template of a directory and on mutations of them.
//!
//! ```text
//! cargo run --release --example differential -- DIR [--mutations N] [--seed S] [--pyyaml PYTHON]
//! ```
//!
//! Exits 1 where a difference has no reason in `docs/yaml-dialect.md`.

#![allow(clippy::disallowed_methods, reason = "a command of the repository reads files and starts Python")]

#[allow(dead_code, unreachable_pub)]
#[path = "../../tests/oracle/mod.rs"]
mod oracle;
#[allow(unreachable_pub)]
mod pyyaml;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use oracle::compare::{Oracle, Verdict, compare};
use oracle::mutate::{Random, mutate};
use pyyaml::PyYaml;

#[derive(Default)]
struct Counts {
    verdicts: BTreeMap<(&'static str, String), usize>,
    unexplained: usize,
    shown: BTreeMap<String, usize>,
}

impl Counts {
    fn add(&mut self, oracle: &'static str, verdict: Verdict, name: &str, text: &str) {
        let class = match verdict {
            Verdict::Same => "same".to_owned(),
            Verdict::BothReject => "both reject".to_owned(),
            Verdict::Meant(reason) => format!("meant: {reason}"),
            Verdict::Different(class, detail) => {
                self.unexplained += 1;
                let shown = self.shown.entry(format!("{oracle} {class}")).or_default();
                *shown += 1;
                if *shown <= 4 {
                    println!("--- {oracle}: {class} in {name}: {detail}");
                    if let Ok(dir) = std::env::var("DIFFERENTIAL_KEEP") {
                        let file = Path::new(&dir).join(format!("{oracle}-{}-{shown}.yaml", class.replace(' ', "-")));
                        std::fs::write(file, text).expect("the directory can be written");
                    }
                }
                format!("DIFFERENT: {class}")
            }
        };
        *self.verdicts.entry((oracle, class)).or_default() += 1;
    }

    fn print(&self, title: &str) {
        println!("{title}");
        for ((oracle, class), count) in &self.verdicts {
            println!("  {oracle:8} {count:>9}  {class}");
        }
    }
}

fn templates(dir: &Path, found: &mut Vec<PathBuf>) {
    let mut entries: Vec<_> = std::fs::read_dir(dir).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() { templates(&path, found) } else { found.push(path) }
    }
}

fn check(counts: &mut Counts, python: &mut Option<PyYaml>, name: &str, text: &str) {
    if let Ok(dir) = std::env::var("DIFFERENTIAL_LAST") {
        // Found again when the reader does not end.
        std::fs::write(Path::new(&dir).join("last.yaml"), text).expect("the directory can be written");
    }
    let read = std::panic::catch_unwind(|| {
        let tree = oracle::ours(text);
        oracle::check_invariants(&tree);
        tree
    });
    let Ok(tree) = read else {
        return counts.add("none", Verdict::Different("panic", String::new()), name, text);
    };
    let libyaml = compare(&tree, &oracle::libyaml::read(text), Oracle::Libyaml);
    let granit = compare(&tree, &oracle::granit::read(text), Oracle::Granit);
    let granit = if libyaml == Verdict::Same { granit.where_libyaml_agrees() } else { granit };
    counts.add("libyaml", libyaml, name, text);
    counts.add("granit", granit, name, text);
    if let Some(python) = python {
        counts.add("PyYAML", compare(&tree, &python.read(text), Oracle::PyYaml), name, text);
    }
}

fn main() -> ExitCode {
    let mut args = std::env::args().skip(1);
    let (mut dir, mut mutations, mut seed, mut python) = (None, 0_usize, 1_u64, None);
    while let Some(arg) = args.next() {
        let mut value = || args.next().expect("the option has a value");
        match arg.as_str() {
            "--mutations" => mutations = value().parse().expect("a number"),
            "--seed" => seed = value().parse().expect("a number"),
            "--pyyaml" => python = Some(PyYaml::start(&value())),
            _ => dir = Some(PathBuf::from(arg)),
        }
    }
    let Some(dir) = dir else {
        eprintln!("usage: differential DIR [--mutations N] [--seed S] [--pyyaml PYTHON]");
        return ExitCode::from(2);
    };
    let mut paths = Vec::new();
    templates(&dir, &mut paths);
    let texts: Vec<(String, String)> = paths
        .iter()
        .filter_map(|path| Some((path.strip_prefix(&dir).ok()?.display().to_string(), std::fs::read_to_string(path).ok()?)))
        .collect();
    let mut whole = Counts::default();
    for (name, text) in &texts {
        check(&mut whole, &mut python, name, text);
    }
    whole.print(&format!("{} templates", texts.len()));
    let mut broken = Counts::default();
    let mut random = Random(seed);
    let small: Vec<_> = texts.iter().filter(|(_, text)| text.len() < 20_000).collect();
    for number in 0..mutations {
        let (name, text) = small[random.below(small.len())];
        let text = mutate(&mut random, text);
        check(&mut broken, &mut python, &format!("{name}, mutation {number}"), &text);
    }
    broken.print(&format!("{mutations} mutations"));
    if whole.unexplained + broken.unexplained > 0 { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}
