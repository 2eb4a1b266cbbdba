//! Every rule's page is executed: its examples are checked with its rule.

use std::collections::BTreeSet;
use std::sync::Arc;

use cfnvet::check::{Companions, ValuesToCheck, Watch, World, check, check_among, inspect};
use cfnvet::config::{self, Settings, Workspace};
use cfnvet::diagnostic::Diagnostic;
use cfnvet::rules::{self, Rule};
use cfnvet::text::SourceFile;

use crate::support::{check_together, files_below, fixed, line, only, wording_faults};

const HEADINGS: [&str; 5] = ["What it reports", "Why", "What to do", "What is not reported", "Sources"];
/// The rule that says a text cannot be read; on any other page it means that an example is broken.
const SYNTAX_ERROR: &str = "E0000";

/// What an example is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Purpose {
    Fires,
    Passes,
    /// A template that the examples of the page are checked together with.
    Beside,
    /// No template: a shell command, a config.
    Other,
}

/// A fenced block of a page.
#[derive(Debug)]
struct Block<'p> {
    language: &'p str,
    purpose: Purpose,
    /// The words behind the language: `fires` or `passes`; in JSON, which has no comments, the lines that the rule reports;
    /// `file=NAME` for a template beside the examples; `workspace=closed` for that setting; `deployment` and `parameters` for files
    /// that give parameters their values.
    words: Vec<&'p str>,
    text: String,
    /// The line of the page that the fence is in.
    at: usize,
}

impl Block<'_> {
    /// What stands behind `key=` in the fence.
    fn attribute(&self, key: &str) -> Option<&str> {
        self.words.iter().find_map(|word| word.strip_prefix(key)?.strip_prefix('='))
    }

    /// The name of an example is `example`, so that a template can nest itself.
    fn file_name(&self) -> String {
        self.attribute("file").map_or_else(|| format!("example.{}", self.language), str::to_owned)
    }

    /// What the rules named report for `text` in place of this block, together with the templates beside it.
    fn check(&self, text: &str, page: &[Block], rules: &[&str]) -> Vec<Diagnostic> {
        // What is unused shows only where the other rules run.
        let mut settings: Settings = only(if rules.contains(&"SUP101") { &["ALL"] } else { rules });
        if let Some(word) = self.attribute("workspace") {
            settings.workspace = match word {
                "closed" => Workspace::Closed,
                "open" => Workspace::Open,
                _ => Workspace::Off,
            };
        }
        let beside = page.iter().filter(|block| block.purpose == Purpose::Beside);
        let mut files: Vec<(String, &str)> = beside.map(|block| (block.file_name(), block.text.as_str())).collect();
        if self.words.contains(&"inspect") {
            // What is deployed, compared with the templates beside it.
            let source = |name: &str, text: &str| Arc::new(SourceFile::new(name, text));
            let templates: Vec<_> = files.iter().map(|(name, text)| source(name, text)).collect();
            return inspect(&[source(&self.file_name(), text)], &templates, &Arc::new(settings)).0;
        }
        if self.words.contains(&"deployment") || self.words.contains(&"parameters") {
            let source = Arc::new(SourceFile::new(self.file_name(), text));
            let is_deployment = self.words.contains(&"deployment");
            let file = ValuesToCheck { source, is_deployment, settings: Arc::new(settings) };
            let companions = Companions { value_files: vec![file], ..Companions::default() };
            return check_among(&[], &[], &companions, &|_| None, &Watch::default()).diagnostics;
        }
        files.push((self.file_name(), text));
        let files: Vec<(&str, &[u8])> = files.iter().map(|(name, text)| (name.as_str(), text.as_bytes())).collect();
        let mut found = check_together(&files, &settings);
        found.retain(|diagnostic| rules.contains(&&*diagnostic.code) && diagnostic.echo_of.is_none());
        found
    }

    /// The lines that a `fires` block says it reports.
    fn expected(&self, code: &str) -> BTreeSet<u32> {
        if self.language == "json" {
            return self.words.iter().flat_map(|word| word.split(',')).filter_map(|line| line.parse().ok()).collect();
        }
        let numbered = (1u32..).zip(self.text.lines());
        numbered.filter(|(_, line)| line.trim_end().ends_with(&format!("# {code}"))).map(|(number, _)| number).collect()
    }

    /// The text without the comments that mark lines.
    fn unmarked(&self, code: &str) -> Vec<&str> {
        let marker = format!("# {code}");
        self.text.lines().map(|line| line.trim_end().strip_suffix(&marker).unwrap_or(line).trim_end()).collect()
    }
}

fn blocks(page: &str) -> Vec<Block<'_>> {
    let mut blocks = Vec::new();
    let mut open: Option<(Block, &str)> = None;
    for (number, line) in (1..).zip(page.lines()) {
        let trimmed = line.trim_start();
        let indent = &line[..line.len() - trimmed.len()];
        match (&mut open, trimmed.strip_prefix("```")) {
            (None, Some(info)) => {
                let mut words = info.split_whitespace();
                let language = words.next().unwrap_or_default();
                let words: Vec<&str> = words.collect();
                let purpose = match words.first() {
                    Some(&"fires") => Purpose::Fires,
                    Some(&"passes") => Purpose::Passes,
                    Some(word) if word.starts_with("file=") => Purpose::Beside,
                    _ => Purpose::Other,
                };
                open = Some((Block { language, purpose, words, text: String::new(), at: number }, indent));
            }
            (Some(_), Some(_)) => blocks.extend(open.take().map(|(block, _)| block)),
            (Some((block, indent)), None) => {
                block.text.push_str(line.strip_prefix(*indent).unwrap_or(line));
                block.text.push('\n');
            }
            (None, None) => {}
        }
    }
    assert!(open.is_none(), "the last fence is never closed");
    blocks
}

/// Runs `test` on every rule and fails with all that it returns.
fn for_every_rule(test: impl Fn(&Rule) -> Vec<String>) {
    let faults: Vec<String> =
        rules::all().iter().flat_map(|rule| test(rule).into_iter().map(|fault| format!("{}: {fault}", rule.code))).collect();
    assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
}

#[test]
fn every_page_has_a_title_the_five_headings_and_an_example_of_each_kind() {
    for_every_rule(|rule| {
        let mut faults = Vec::new();
        if !rule.page.starts_with("# ") || rule.title().is_empty() || rule.title().ends_with('.') {
            faults.push("the page must begin with `# ` and a title without a full stop".to_owned());
        }
        let mut rest = rule.page.lines();
        for heading in HEADINGS {
            if !rest.any(|line| line == format!("## {heading}")) {
                faults.push(format!("`## {heading}` is missing or not in its place"));
            }
        }
        for purpose in [Purpose::Fires, Purpose::Passes] {
            if !blocks(rule.page).iter().any(|block| block.purpose == purpose) {
                faults.push(format!("no example is marked {purpose:?}"));
            }
        }
        faults
    });
}

#[test]
fn every_fires_block_reports_exactly_the_lines_it_marks() {
    for_every_rule(|rule| {
        let mut faults = Vec::new();
        let page = blocks(rule.page);
        for block in page.iter().filter(|block| block.purpose == Purpose::Fires) {
            let found = block.check(&block.text, &page, &[rule.code]);
            let here = found.iter().filter(|diagnostic| diagnostic.file.name() == block.file_name());
            let found: BTreeSet<u32> = here.map(line).collect();
            let expected = block.expected(rule.code);
            if expected.is_empty() || expected != found {
                faults.push(format!("the example at line {} marks lines {expected:?} and reports {found:?}", block.at));
            }
        }
        faults
    });
}

#[test]
fn no_passes_block_reports_anything() {
    for_every_rule(|rule| {
        let mut faults = Vec::new();
        let page = blocks(rule.page);
        for block in page.iter().filter(|block| block.purpose == Purpose::Passes) {
            for diagnostic in block.check(&block.text, &page, &[rule.code]) {
                let (line, message) = (line(&diagnostic), &diagnostic.message);
                faults.push(format!("the example at line {} reports in its line {line}: {message}", block.at));
            }
        }
        faults
    });
}

#[test]
fn every_example_can_be_read_as_a_template() {
    for_every_rule(|rule| {
        let page = blocks(rule.page);
        let examples = page.iter().filter(|block| block.purpose != Purpose::Other);
        let mut faults = Vec::new();
        for block in examples.filter(|block| rule.code != SYNTAX_ERROR || block.purpose == Purpose::Passes) {
            for diagnostic in block.check(&block.text, &[], &[SYNTAX_ERROR]) {
                let (line, message) = (line(&diagnostic), &diagnostic.message);
                faults.push(format!("the example at line {} cannot be read at its line {line}: {message}", block.at));
            }
        }
        faults
    });
}

#[test]
fn the_fix_of_a_page_s_first_example_makes_the_rule_quiet() {
    for_every_rule(|rule| {
        let blocks = blocks(rule.page);
        let Some(first) = blocks.iter().position(|block| block.purpose == Purpose::Fires) else { return Vec::new() };
        let block = &blocks[first];
        let mut found = block.check(&block.text, &blocks, &[rule.code]);
        found.retain(|diagnostic| diagnostic.file.name() == block.file_name());
        if found.iter().all(|diagnostic| diagnostic.fix.is_none()) {
            return Vec::new();
        }
        let mut faults = Vec::new();
        let text = fixed(&block.text, &found);
        let mut left = block.check(&text, &blocks, &[rule.code]);
        left.retain(|diagnostic| diagnostic.file.name() == block.file_name());
        if left.len() > found.iter().filter(|diagnostic| diagnostic.fix.is_none()).count() {
            let messages: Vec<&str> = left.iter().map(|diagnostic| diagnostic.message.as_str()).collect();
            faults.push(format!("the fix of the example at line {} leaves {messages:?}", block.at));
        }

        // Where the next `passes` block is the same template, it must be what the fix makes of it.
        let Some(passes) = blocks[first..].iter().find(|block| block.purpose == Purpose::Passes) else { return faults };
        let mut edited = BTreeSet::new();
        for diagnostic in &found {
            let edits = diagnostic.fix.iter().flat_map(|fix| &fix.edits);
            edited.extend(edits.map(|edit| diagnostic.file.position(edit.span.start).line as usize - 1));
        }
        let (before, after) = (block.unmarked(rule.code), passes.unmarked(rule.code));
        let differs = |index: &usize| before[*index] != after[*index];
        if before.len() == after.len() && (0..before.len()).filter(differs).all(|index| edited.contains(&index)) {
            let marker = format!("# {}", rule.code);
            let fixed: Vec<&str> =
                text.lines().map(|line| line.trim_end().strip_suffix(&marker).unwrap_or(line).trim_end()).collect();
            if fixed != after {
                faults.push(format!("the fix gives another text than the `passes` block at line {}:\n{text}", passes.at));
            }
        }
        faults
    });
}

#[test]
fn two_threads_find_in_a_long_template_what_one_finds() {
    let settings = Arc::new(only(&["ALL"]));
    for_every_rule(|rule| {
        let mut faults = Vec::new();
        for block in blocks(rule.page).iter().filter(|block| block.purpose == Purpose::Fires && block.words.len() == 1) {
            // Blanks at its end make it long.
            let text = format!("{}\n{}", block.text, " \n".repeat(10_000));
            let source = Arc::new(SourceFile::new(block.file_name(), text));
            let (sources, settings) = ([Arc::clone(&source)], [Arc::clone(&settings)]);
            let one = check(&sources, &settings, &|_| None).diagnostics;
            let two = World::read(&sources, &settings, &|_| None).check(&[], &Watch::default());
            let said = |found: &Diagnostic| {
                let Diagnostic { code, severity, certainty, message, span, when, notes, .. } = found;
                format!("{code} {severity:?} {certainty:?} {span:?}: {message} {notes:?} {when:?}")
            };
            if one.iter().map(said).ne(two.iter().map(said)) {
                faults.push(format!("the example at line {} has {} findings and {}", block.at, one.len(), two.len()));
            }
        }
        faults
    });
}

#[test]
fn every_finding_of_a_page_keeps_to_the_style_of_messages() {
    for_every_rule(|rule| {
        let page = blocks(rule.page);
        let examples = page.iter().filter(|block| block.purpose == Purpose::Fires);
        let found = examples.flat_map(|block| block.check(&block.text, &page, &[rule.code]));
        found.flat_map(|diagnostic| wording_faults(&diagnostic)).collect()
    });
}

#[test]
fn every_config_on_a_page_is_one_and_names_options_the_rule_has() {
    for_every_rule(|rule| {
        let mut faults = Vec::new();
        let mut documented = BTreeSet::new();
        for block in blocks(rule.page).iter().filter(|block| block.language == "yaml" && block.purpose == Purpose::Other) {
            let reading = config::parse(&block.text, &crate::config::known_rules());
            for error in &reading.errors {
                faults.push(format!("the config at line {} cannot be read: {error}", block.at));
            }
            let options = reading.settings.options(rule.code, rule.name).and_then(serde_json::Value::as_object);
            documented.extend(options.into_iter().flat_map(serde_json::Map::keys).cloned());
        }
        let known: BTreeSet<String> = rule.options.iter().map(|option| option.name.to_owned()).collect();
        if documented != known {
            faults.push(format!("the page documents the options {documented:?}, the rule has {known:?}"));
        }
        faults
    });
}

#[test]
fn every_page_belongs_to_a_rule() {
    let pages: Vec<&str> = rules::all().iter().map(|rule| rule.page).collect();
    // The pages of policies stand beside their .guard files and belong to no rule of ours.
    let pages_of_rules = files_below("rules").into_iter().filter(|path| !path.starts_with("rules/policies/"));
    for path in pages_of_rules.filter(|path| path.ends_with(".md")) {
        let text = crate::support::read(&path);
        assert!(pages.contains(&text.as_str()), "{path} is the page of no rule in `rules::all()`");
        let name = path.rsplit('/').next().and_then(|name| name.strip_suffix(".md"));
        let rule = rules::all().iter().find(|rule| rule.page == text);
        assert_eq!(rule.map(|rule| rule.name), name, "{path} must have the name of its rule");
    }
}

#[test]
fn codes_and_names_of_rules_are_unique_and_well_formed() {
    let mut seen = BTreeSet::new();
    for rule in rules::all() {
        let (code, name) = (rule.code, rule.name);
        assert!(seen.insert(code) && seen.insert(name), "{code} {name} is taken");
        let digits = code.trim_start_matches(|character: char| character.is_ascii_uppercase());
        assert!(!digits.is_empty() && digits.len() < code.len(), "{code} must be capitals and digits");
        assert!(digits.bytes().all(|byte| byte.is_ascii_digit()), "{code} must be capitals and digits");
        let is_kebab = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        assert!(name.bytes().all(is_kebab), "{name} must be in kebab case");
        for prefix in ["no-", "check-", "use-"] {
            assert!(!name.starts_with(prefix), "{name} must be the name of the bad thing");
        }
    }
}

/// The reader of pages above, which the other tests rest on.
#[test]
fn examples_say_which_lines_are_reported() {
    let page =
        "text\n\n```json fires 2,3\n{\n}\n```\n\n- item\n\n  ```yaml fires\n  A:\n    B: 1  # X1\n  ```\n\n```sh\nls\n```\n";
    let blocks = blocks(page);
    let told: Vec<_> = blocks.iter().map(|block| (block.language, block.purpose, block.at, block.text.as_str())).collect();
    assert_eq!(
        told,
        [
            ("json", Purpose::Fires, 3, "{\n}\n"),
            ("yaml", Purpose::Fires, 10, "A:\n  B: 1  # X1\n"),
            ("sh", Purpose::Other, 15, "ls\n"),
        ]
    );
    assert_eq!(blocks[0].expected("X1"), BTreeSet::from([2, 3]));
    assert_eq!(blocks[1].expected("X1"), BTreeSet::from([2]));
    assert_eq!(blocks[1].unmarked("X1"), ["A:", "  B: 1"]);
}
