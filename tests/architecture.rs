//! The layers of the library, and what each must not touch, read out of its source.

use std::collections::BTreeSet;
use std::fs;

use crate::support::{files_below, read, root};

/// The modules of the library. Each may use only those before it.
const LAYERS: [&str; 23] = [
    "text",
    "diagnostic",
    "report",
    "config",
    "syntax",
    "schema",
    "template",
    "deployed",
    "conditions",
    "values",
    "graph",
    "validation",
    "workspace",
    "analysis",
    "rules",
    "policy",
    "suppress",
    "check",
    "graph_view",
    "fix",
    "discover",
    "lsp",
    "cli",
];

/// The modules that touch the outside.
const EDGES: [&str; 3] = ["discover", "lsp", "cli"];

/// What only the edges may name.
const OUTSIDE: [&[&str]; 6] = [
    &["std", "fs"],
    &["std", "env"],
    &["std", "net"],
    &["std", "process"],
    &["std", "time", "Instant"],
    &["std", "time", "SystemTime"],
];

const MAX_LINES: usize = 900;

/// What a reader finds at the top of the repository; dotted entries beside these are for tools.
const TOP: [&str; 19] = [
    "Cargo.toml",
    "Cargo.lock",
    "README.md",
    "CHANGELOG.md",
    "LICENSE-APACHE",
    "LICENSE-MIT",
    "action.yml",
    "pyproject.toml",
    "packaging",
    "src",
    "rules",
    "fixtures",
    "tests",
    "docs",
    "benches",
    "examples",
    "fuzz",
    "editors",
    "tools",
];

/// What must be there.
const REQUIRED: [&str; 12] = [
    "Cargo.toml",
    "Cargo.lock",
    "README.md",
    "CHANGELOG.md",
    "LICENSE-APACHE",
    "LICENSE-MIT",
    "src",
    "rules",
    "fixtures",
    "tests",
    "docs",
    ".ci",
];

/// A word or sign of Rust source, with its line.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Token {
    text: String,
    line: usize,
}

/// A path such as `crate::text::Span`, with its line and the inline modules around it.
#[derive(Debug)]
struct Path {
    segments: Vec<String>,
    line: usize,
    depth: usize,
}

/// The words and signs of `source`; comments, strings and lifetimes are left out, `::` is one sign.
fn tokens(source: &str) -> Vec<Token> {
    let characters: Vec<char> = source.chars().collect();
    let (mut tokens, mut line, mut at) = (Vec::new(), 1, 0);
    let starts = |at: usize, text: &str| text.chars().enumerate().all(|(offset, c)| characters.get(at + offset) == Some(&c));
    while let Some(&character) = characters.get(at) {
        let from = at;
        if starts(at, "//") {
            while characters.get(at).is_some_and(|c| *c != '\n') {
                at += 1;
            }
        } else if starts(at, "/*") {
            let mut open = 0;
            loop {
                if starts(at, "/*") {
                    (open, at) = (open + 1, at + 2);
                } else if starts(at, "*/") {
                    (open, at) = (open - 1, at + 2);
                } else {
                    at += 1;
                }
                if open == 0 || at >= characters.len() {
                    break;
                }
            }
        } else if let Some(length) = raw_string(&characters[at..]) {
            at += length;
        } else if character == '"' {
            at += 1;
            while characters.get(at).is_some_and(|c| *c != '"') {
                at += if characters[at] == '\\' { 2 } else { 1 };
            }
            at += 1;
        } else if character == '\'' {
            // A character has its closing quote; a lifetime has none.
            if characters.get(at + 1) == Some(&'\\') {
                at += 3;
                while characters.get(at).is_some_and(|c| *c != '\'') {
                    at += 1;
                }
                at += 1;
            } else if characters.get(at + 2) == Some(&'\'') {
                at += 3;
            } else {
                at += 1;
                while characters.get(at).is_some_and(|c| c.is_alphanumeric() || *c == '_') {
                    at += 1;
                }
            }
        } else if character.is_alphanumeric() || character == '_' {
            while characters.get(at).is_some_and(|c| c.is_alphanumeric() || *c == '_') {
                at += 1;
            }
            tokens.push(Token { text: characters[from..at].iter().collect(), line });
        } else if starts(at, "::") {
            at += 2;
            tokens.push(Token { text: "::".to_owned(), line });
        } else {
            at += 1;
            if !character.is_whitespace() {
                tokens.push(Token { text: character.to_string(), line });
            }
        }
        line += characters[from..at.min(characters.len())].iter().filter(|c| **c == '\n').count();
    }
    tokens
}

/// The length of the raw string that `characters` begin with.
fn raw_string(characters: &[char]) -> Option<usize> {
    let start = match characters {
        ['r', '"' | '#', ..] => 1,
        ['b', 'r', '"' | '#', ..] => 2,
        _ => return None,
    };
    let hashes = characters[start..].iter().take_while(|c| **c == '#').count();
    if characters.get(start + hashes) != Some(&'"') {
        return None;
    }
    let end: Vec<char> = std::iter::once('"').chain(std::iter::repeat_n('#', hashes)).collect();
    let body = start + hashes + 1;
    let found = characters[body..].windows(end.len()).position(|window| window == end)?;
    Some(body + found + end.len())
}

/// The paths of `source`, the trees of `use` written out.
fn paths(source: &str) -> Vec<Path> {
    let tokens = tokens(source);
    let (mut paths, mut at) = (Vec::new(), 0);
    // Whether each open brace is that of an inline module.
    let mut braces: Vec<bool> = Vec::new();
    while let Some(token) = tokens.get(at) {
        match token.text.as_str() {
            "{" => {
                let is_module = at >= 2 && tokens[at - 2].text == "mod";
                braces.push(is_module);
                at += 1;
            }
            "}" => {
                braces.pop();
                at += 1;
            }
            text if is_word(text) => {
                let depth = braces.iter().filter(|is_module| **is_module).count();
                at = path(&tokens, at, &[], depth, &mut paths);
            }
            _ => at += 1,
        }
    }
    paths
}

fn is_word(text: &str) -> bool {
    text.starts_with(|c: char| c.is_alphabetic() || c == '_')
}

/// Reads the path that begins at `at`, below `before`; returns the place after it.
fn path(tokens: &[Token], mut at: usize, before: &[String], depth: usize, out: &mut Vec<Path>) -> usize {
    let mut segments = before.to_vec();
    let line = tokens[at].line;
    let text = |at: usize| tokens.get(at).map_or("", |token| token.text.as_str());
    loop {
        if text(at) == "{" {
            at += 1;
            while !matches!(text(at), "}" | "") {
                at = match text(at) {
                    // A new name is no path.
                    "as" => at + 2,
                    word if is_word(word) || word == "{" => path(tokens, at, &segments, depth, out),
                    _ => at + 1,
                };
            }
            return at + 1;
        }
        segments.push(text(at).to_owned());
        at += 1;
        if text(at) != "::" || !(is_word(text(at + 1)) || text(at + 1) == "{") {
            break;
        }
        at += 1;
    }
    out.push(Path { segments, line, depth });
    at
}

/// The Rust files of the library and the path of modules that each is.
fn modules() -> Vec<(String, Vec<String>)> {
    let files = files_below("src").into_iter().filter(|path| path.ends_with(".rs"));
    let module = |path: &str| {
        let path = path.trim_start_matches("src/").trim_end_matches(".rs");
        path.split('/').map(str::to_owned).filter(|name| name != "mod").collect()
    };
    files.map(|path| (path.clone(), module(&path))).filter(|(_, module): &(_, Vec<String>)| !is_root(module)).collect()
}

fn is_root(module: &[String]) -> bool {
    matches!(module, [only] if only == "lib" || only == "main")
}

/// The path from the crate's root, where `path` is one of this crate.
fn from_root(path: &Path, module: &[String]) -> Option<Vec<String>> {
    match path.segments.first()?.as_str() {
        "crate" => Some(path.segments[1..].to_vec()),
        "super" => {
            let climbs = path.segments.iter().take_while(|segment| *segment == "super").count();
            // Inline modules are climbed out of first.
            let levels = climbs.saturating_sub(path.depth);
            let above = module.len().checked_sub(levels)?;
            Some([&module[..above], &path.segments[climbs..]].concat())
        }
        _ => None,
    }
}

fn layer(name: &str) -> Option<usize> {
    LAYERS.iter().position(|layer| *layer == name)
}

fn assert_none(faults: &[String]) {
    assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
}

#[test]
fn a_module_uses_only_modules_before_it() {
    let mut faults = Vec::new();
    for (file, module) in modules() {
        let Some(own) = layer(&module[0]) else {
            faults.push(format!("{file}:1: `{}` has no place in the layers of tests/architecture.rs", module[0]));
            continue;
        };
        for path in paths(&read(&file)) {
            let Some(used) = from_root(&path, &module).and_then(|path| path.first().cloned()) else { continue };
            match layer(&used) {
                Some(used) if used <= own => {}
                Some(_) => faults.push(format!("{file}:{}: `{}` must not use `{used}`, which is above it", path.line, module[0])),
                None => faults.push(format!("{file}:{}: `{used}` is no layer", path.line)),
            }
        }
    }
    assert_none(&faults);
}

#[test]
fn the_library_declares_its_modules_in_the_order_of_the_layers() {
    let source = read("src/lib.rs");
    let tokens = tokens(&source);
    let declared: Vec<&str> = tokens.windows(2).filter(|pair| pair[0].text == "mod").map(|pair| pair[1].text.as_str()).collect();
    let places: Vec<Option<usize>> = declared.iter().map(|name| layer(name)).collect();
    assert!(places.iter().all(Option::is_some), "src/lib.rs declares a module that is no layer: {declared:?}");
    assert!(places.is_sorted(), "src/lib.rs must declare its modules in the order of the layers: {declared:?}");
}

#[test]
fn files_the_environment_and_clocks_are_for_the_edges_only() {
    let mut faults = Vec::new();
    for (file, _) in modules().into_iter().filter(|(_, module)| !EDGES.contains(&module[0].as_str())) {
        for path in paths(&read(&file)) {
            let names = |outside: &&&[&str]| {
                let is_whole = path.segments.len() >= outside.len();
                is_whole && path.segments.iter().zip(outside.iter()).all(|(segment, name)| segment == name)
            };
            if let Some(outside) = OUTSIDE.iter().find(names) {
                let (line, outside) = (path.line, outside.join("::"));
                faults.push(format!("{file}:{line}: `{outside}` is for {} only", EDGES.join(", ")));
            }
        }
    }
    assert_none(&faults);
}

#[test]
fn there_is_no_unsafe_code_and_the_crates_forbid_it() {
    let files = files_below("src").into_iter().filter(|path| path.ends_with(".rs"));
    let place = |file: &str, token: &Token| format!("{file}:{}: `unsafe` is forbidden", token.line);
    let faults: Vec<String> = files
        .flat_map(|file| {
            let tokens = tokens(&read(&file));
            tokens.iter().filter(|token| token.text == "unsafe").map(|token| place(&file, token)).collect::<Vec<_>>()
        })
        .collect();
    assert_none(&faults);
    // Cargo.toml only denies it, because a test calls libyaml.
    for file in ["src/lib.rs", "src/main.rs"] {
        assert!(read(file).lines().any(|line| line == "#![forbid(unsafe_code)]"), "{file} must forbid unsafe code");
    }
    let denied = |line: &str| matches!(line, r#"unsafe_code = "deny""# | r#"unsafe_code = "forbid""#);
    assert!(read("Cargo.toml").lines().any(denied), "Cargo.toml must deny or forbid unsafe code");
}

#[test]
fn no_file_of_the_library_is_longer_than_900_lines() {
    let files = files_below("src").into_iter().filter(|path| path.ends_with(".rs"));
    let long = files.map(|file| (read(&file).lines().count(), file)).filter(|(lines, _)| *lines > MAX_LINES);
    let faults: Vec<String> =
        long.map(|(lines, file)| format!("{file}:{lines}: a file of the library has at most {MAX_LINES} lines")).collect();
    assert_none(&faults);
}

#[test]
fn the_top_of_the_repository_holds_what_a_reader_expects() {
    let entries = fs::read_dir(root()).expect("the repository can be read");
    let names: BTreeSet<String> =
        entries.map(|entry| entry.expect("it can be read").file_name().to_string_lossy().into_owned()).collect();
    let ignored = read(".gitignore");
    let is_ignored = |name: &str| ignored.lines().any(|line| line.trim_matches('/') == name);
    for name in names.iter().filter(|name| !name.starts_with('.') && !is_ignored(name)) {
        assert!(TOP.contains(&name.as_str()), "{name}: no entry of this name is expected at the top of the repository");
    }
    for name in REQUIRED {
        assert!(names.contains(name), "{name} is missing at the top of the repository");
    }
}

/// The reader of Rust source above, which the other tests rest on.
#[test]
fn paths_are_read_out_of_use_trees_comments_and_inline_modules() {
    let source = r###"
        //! crate::cli
        use crate::{text::{Span, Edit}, rules::{self}};
        fn f<'a>(x: &'a str) { let _ = ("crate::lsp", r#"crate::fix"#, '"', super::config::parse('\'')); /* crate::check */ }
        mod tests { use super::super::graph; use std::{fs, time::Instant}; }
    "###;
    let read: Vec<(String, usize, usize)> =
        paths(source).into_iter().map(|path| (path.segments.join("::"), path.line, path.depth)).collect();
    for expected in [
        ("crate::text::Span", 3, 0),
        ("crate::text::Edit", 3, 0),
        ("crate::rules::self", 3, 0),
        ("super::config::parse", 4, 0),
        ("super::super::graph", 5, 1),
        ("std::fs", 5, 1),
        ("std::time::Instant", 5, 1),
    ] {
        assert!(read.iter().any(|(path, line, depth)| (path.as_str(), *line, *depth) == expected), "{expected:?} in {read:?}");
    }
    for absent in ["crate::cli", "crate::lsp", "crate::fix", "crate::check"] {
        assert!(!read.iter().any(|(path, ..)| path == absent), "{absent} is in a comment or string");
    }
    let module = ["conditions".to_owned()];
    let path = paths("mod tests { use super::super::graph::x; use super::y; }");
    let roots: Vec<_> = path.iter().filter_map(|path| from_root(path, &module)).map(|path| path.join("::")).collect();
    assert_eq!(roots, ["graph::x", "conditions::y"]);
}
