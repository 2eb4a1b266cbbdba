//! What the README and the pages in `docs/` say is true.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use cfnvet::{config, rules};

use crate::support::{files_below, read, root};

/// The pages for people, beside those of the rules.
fn pages() -> Vec<String> {
    let docs = files_below("docs").into_iter().filter(|path| path.ends_with(".md"));
    ["README.md".to_owned(), "CHANGELOG.md".to_owned()].into_iter().chain(docs).collect()
}

/// The fenced blocks of a page in one language.
fn fences<'p>(page: &'p str, language: &str) -> Vec<&'p str> {
    let parts: Vec<&str> = page.split("\n```").collect();
    // Text and blocks alternate; a block begins with its language.
    let blocks = parts.iter().skip(1).step_by(2);
    blocks.filter_map(|block| block.split_once('\n')).filter(|(info, _)| *info == language).map(|(_, text)| text).collect()
}

/// The text with the time of a run left out.
fn timeless(text: &str) -> String {
    let line = |line: &str| match line.rsplit_once(" in ") {
        Some((start, _)) if line.starts_with("Checked ") => format!("{start}.\n"),
        _ => format!("{line}\n"),
    };
    text.lines().map(line).collect()
}

/// With `INSTA_UPDATE=always`, as for the snapshots, the pages are written anew.
#[test]
fn every_output_shown_is_what_its_command_prints() {
    let mut shown = 0;
    for page in pages() {
        let text = read(&page);
        let mut updated = text.clone();
        for block in fences(&text, "console") {
            for run in block.trim_start().trim_start_matches("$ ").split("\n$ ") {
                let (command, output) = run.split_once('\n').unwrap_or((run, ""));
                let arguments = command.strip_prefix("cargo run --release -- ").or_else(|| command.strip_prefix("cfnvet "));
                let arguments = arguments.unwrap_or_else(|| panic!("{page}: `{command}` is no run of cfnvet"));
                let mut binary = Command::new(env!("CARGO_BIN_EXE_cfnvet"));
                let found = binary.args(arguments.split(' ')).current_dir(root()).output().expect("the binary runs");
                let printed = String::from_utf8(found.stdout).expect("it prints UTF-8");
                if timeless(output.trim_end()) != timeless(printed.trim_end()) {
                    updated = updated.replacen(run, &format!("{command}\n{}", printed.trim_end()), 1);
                }
                shown += 1;
            }
        }
        if updated != text && std::env::var("INSTA_UPDATE").is_ok_and(|update| update == "always") {
            std::fs::write(root().join(&page), &updated).expect("the page can be written");
        } else {
            assert!(
                updated == text,
                "{page} shows outputs that are not those of its commands; this is what they print:\n{updated}"
            );
        }
    }
    assert!(shown > 0, "the README shows what a run looks like");
}

#[test]
fn every_rule_that_is_named_exists() {
    // One page is about rules that are none here.
    for page in pages().into_iter().filter(|page| page != CFN_LINT_RULES) {
        for code in codes(&read(&page)) {
            assert!(rules::find(&code).is_some(), "{page} names {code}, which is no rule");
        }
    }
}

/// `INSTA_UPDATE=always cargo test` writes the list anew.
#[test]
fn the_list_of_rules_is_that_of_the_pages() {
    const PAGE: &str = "docs/rules.md";
    let mut list = String::from(
        "# Rules\n\nGenerated from the rules and their pages. `cfnvet explain RULE` prints a page.\n\nA letter and four digits are a rule of cfn-lint's. Of the others, `ECS` is about ECS, `LNG` about the template language, `XST` about several\nstacks, and `SUP` about suppressions; a policy in Guard's language has `GRD` before its name.\n\n| code | name | severity | what it reports |\n|---|---|---|---|\n",
    );
    let files = files_below("rules");
    for rule in rules::all() {
        let file = files.iter().find(|file| file.ends_with(&format!("/{}.md", rule.name))).expect("each rule has a page");
        list += &format!("| `{}` | [`{}`](../{file}) | {} | {} |\n", rule.code, rule.name, rule.severity.as_str(), rule.title());
    }
    let written = std::fs::read_to_string(root().join(PAGE)).unwrap_or_default();
    if written != list && std::env::var("INSTA_UPDATE").is_ok_and(|update| update == "always") {
        std::fs::write(root().join(PAGE), list).expect("the page can be written");
    } else {
        assert!(written == list, "{PAGE} is out of date: run `INSTA_UPDATE=always cargo test the_list_of_rules`");
    }
}

const CFN_LINT_RULES: &str = "docs/cfn-lint-rules.md";

/// Rules of cfn-lint that are no rules here on purpose, and who says instead what they are about.
const NO_RULES: &[(&str, &str)] = &[
    ("E0002", "a rule that fails on a template says so itself, under its own code"),
    ("E0003", "a mistake in the config or on the command line ends the run with status 2, with its place"),
    (
        "E8002",
        "never fires in cfn-lint; a condition that is not declared is told where it is used, by `E1028`, `E1702`, `E3015`, `E6005`, `E8001` or one of `E8004` to `E8006`",
    ),
    ("E8007", "never fires in cfn-lint; `E8001` and `E8004` to `E8006` say what cannot be the name of a condition"),
    ("W2031", "never fires in cfn-lint; `W1030` compares the values of parameters with patterns"),
    ("W3034", "never fires in cfn-lint; `W1030` compares the values of parameters with bounds"),
];

/// `INSTA_UPDATE=always cargo test` writes the list anew.
#[test]
fn the_list_of_cfn_lint_s_rules_says_which_are_here() {
    let all = read("tests/data/cfn-lint-1.58.0-rules.txt");
    let all: Vec<&str> = all.lines().collect();
    let files = files_below("rules");
    let (mut here, mut missing) = (String::new(), Vec::new());
    for code in &all {
        let Some(rule) = rules::find(code) else {
            if !NO_RULES.iter().any(|(known, _)| known == code) {
                missing.push(format!("`{code}`"));
            }
            continue;
        };
        assert!(!NO_RULES.iter().any(|(known, _)| known == code), "{code} is a rule now");
        let file = files.iter().find(|file| file.ends_with(&format!("/{}.md", rule.name))).expect("each rule has a page");
        here += &format!("| `{code}` | [`{}`](../{file}) |\n", rule.name);
    }
    let count = here.lines().count();
    let mut list = format!(
        "# The rules of cfn-lint, and which cfnvet has\n\nGenerated from the rules. cfn-lint 1.58.0 has {}; cfnvet has {count} of them, under the same codes, and others that \
         [the list of all rules](rules.md) has. What the two find differently is in [differences](cfn-lint-differences.md).\n\n\
         ## No rules here\n\n| code | why |\n|---|---|\n",
        all.len(),
    );
    NO_RULES.iter().for_each(|(code, why)| list += &format!("| `{code}` | {why} |\n"));
    if !missing.is_empty() {
        list +=
            &format!("\n## Missing\n\nThese may be named in configs and comments, and find nothing:\n\n{}\n", missing.join(", "));
    }
    list += &format!("\n## Here\n\n| code | rule |\n|---|---|\n{here}");
    let written = std::fs::read_to_string(root().join(CFN_LINT_RULES)).unwrap_or_default();
    if written != list && std::env::var("INSTA_UPDATE").is_ok_and(|update| update == "always") {
        std::fs::write(root().join(CFN_LINT_RULES), list).expect("the page can be written");
    } else {
        assert!(written == list, "{CFN_LINT_RULES} is out of date: run `INSTA_UPDATE=always cargo test the_list_of_cfn_lint`");
    }
}

/// The words that look like a rule's code: `E` or `W` and four digits, or three capitals and three digits.
fn codes(text: &str) -> BTreeSet<String> {
    let words = text.split(|character: char| !character.is_ascii_alphanumeric());
    let is_code = |word: &&str| {
        let letters = word.bytes().take_while(u8::is_ascii_uppercase).count();
        let digits = &word[letters..];
        matches!((letters, digits.len()), (1, 4) | (3, 3)) && digits.bytes().all(|byte| byte.is_ascii_digit())
    };
    words.filter(is_code).map(str::to_owned).collect()
}

#[test]
fn every_relative_link_leads_to_a_file() {
    let rule_pages = files_below("rules").into_iter().filter(|path| path.ends_with(".md"));
    for page in pages().into_iter().chain(rule_pages) {
        let text = read(&page);
        let folder = Path::new(&page).parent().expect("a file is in a folder");
        for link in text.split("](").skip(1).filter_map(|rest| rest.split_once(')')).map(|(link, _)| link) {
            if link.starts_with("https://") || link.starts_with('#') {
                continue;
            }
            let path = link.split('#').next().unwrap_or_default();
            assert!(!path.starts_with('/') && !path.contains("://"), "{page}: the link `{link}` must be relative or https");
            assert!(root().join(folder).join(path).exists(), "{page}: the link `{link}` leads nowhere");
        }
    }
}

#[test]
fn every_file_of_the_library_that_the_architecture_names_is_there() {
    let page = read("docs/architecture.md");
    let quoted = page.split('`').skip(1).step_by(2);
    let paths =
        quoted.filter(|word| ["src/", "tests/", "rules/", "graph/", "fixtures/"].iter().any(|folder| word.starts_with(folder)));
    for path in paths.filter(|path| !path.contains('<')) {
        let places = [root().join(path), root().join("src").join(path)];
        assert!(places.iter().any(|place| place.exists()), "docs/architecture.md names `{path}`, which is not there");
    }
    for module in read("src/lib.rs").lines().filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';')) {
        assert!(page.contains(&format!("\n**`{module}`** ")), "docs/architecture.md must say what `{module}` is for");
    }
}

#[test]
fn every_config_shown_is_one_that_a_run_takes() {
    let keys = config::schema(&crate::config::known_rules())["properties"].as_object().expect("it has keys").clone();
    let mut shown = 0;
    for page in pages() {
        for block in
            fences(&read(&page), "yaml").into_iter().filter(|block| keys.keys().any(|key| block.starts_with(&format!("{key}:"))))
        {
            let reading = config::parse(block, &crate::config::known_rules());
            assert_eq!((reading.errors, reading.warnings), (Vec::new(), Vec::new()), "{page}");
            crate::config::assert_valid(block);
            shown += 1;
        }
    }
    assert!(shown > 1, "the README and the page on configuration show configs");
}

#[test]
fn every_option_in_the_readme_is_one_of_the_command_line() {
    let help = ["check", "graph", "inspect", "init", "man"].map(|command| {
        let help = Command::new(env!("CARGO_BIN_EXE_cfnvet")).args([command, "--help"]).output().expect("the binary runs");
        String::from_utf8(help.stdout).expect("it prints UTF-8")
    });
    let help = help.concat();
    let readme = read("README.md");
    let (use_of_it, _) = readme.split_once("## What it does not do yet").expect("the README has the heading");
    for line in use_of_it.lines().filter(|line| !line.contains("cargo ") && !line.trim_start().starts_with("fix:")) {
        for option in line.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-')).filter(|word| word.starts_with("--")) {
            assert!(option.trim_matches('-').is_empty() || help.contains(option), "README.md: `{option}` is no option");
        }
    }
}

#[test]
fn the_changelog_has_the_version_of_the_package() {
    let heading = format!("## [{}]", env!("CARGO_PKG_VERSION"));
    assert!(read("CHANGELOG.md").lines().any(|line| line.starts_with(&heading)), "CHANGELOG.md must have `{heading}`");
}

#[test]
fn the_readme_asks_for_the_rust_that_cargo_asks_for() {
    let version = env!("CARGO_PKG_RUST_VERSION");
    assert!(read("README.md").contains(&format!("Rust {version} or later")), "README.md must say Rust {version}");
}

#[test]
fn continuous_integration_runs_the_commands_that_the_readme_gives() {
    let (readme, script) = (read("README.md"), read(".ci/run"));
    for command in ["cargo fmt --check", "cargo clippy --all-targets -- -D warnings", "cargo test"] {
        assert!(script.lines().any(|line| line == command), ".ci/run must run `{command}`");
        let named = readme.contains(&format!("`{command}`")) || readme.lines().any(|line| line == command);
        assert!(named, "README.md must name `{command}`");
    }
}

/// Folders that every machine has, and those that examples name.
const KNOWN_FOLDERS: [&str; 8] = ["app", "aws", "etc", "harbor", "orders", "properties", "tmp", "var"];

/// The first folder of each absolute path that a text names.
fn first_folders(text: &str) -> impl Iterator<Item = &str> {
    let is_name = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '.' | '-' | '_');
    text.match_indices('/').filter_map(move |(at, _)| {
        let starts = text[..at].chars().next_back().is_none_or(|before| before.is_whitespace() || "`\"'(=:,<[".contains(before));
        let rest = &text[at + 1..];
        let (name, _) = rest.split_at_checked(rest.find(|letter| !is_name(letter))?).filter(|(_, rest)| rest.starts_with('/'))?;
        (starts && !name.is_empty()).then_some(name)
    })
}

#[test]
fn no_page_holds_an_absolute_path_of_a_machine() {
    for page in pages().into_iter().chain([".ci/run".to_owned(), "Cargo.toml".to_owned()]) {
        let text = read(&page);
        let homes = ["home", "Users", "root"].map(|folder| format!("/{folder}/"));
        for root in homes.iter().map(String::as_str).chain(["file:///", "C:\\"]) {
            assert!(!text.contains(root), "{page} holds a path of one machine: {root}");
        }
        let unknown: Vec<&str> = first_folders(&text).filter(|root| !KNOWN_FOLDERS.contains(root)).collect();
        assert!(unknown.is_empty(), "{page} holds paths of one machine: {unknown:?}");
    }
}
