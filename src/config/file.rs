//! The config file: from what is written to settings, and what is wrong with it.

use super::globs::path_glob;
use super::keys::{KEYS, Key, LEVELS, Shape};
use super::node::{Node, Step, place};
use super::regions::{RegionFault, region};
use super::{ALL_REGIONS, KnownRule, Level, Settings, Workspace, nearest, severity};
use crate::report::ProblemPlace;
use crate::text::nearest_name;

/// What is wrong with a config file, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}{message}", self.start())]
pub struct ConfigError {
    /// Where, where known.
    pub place: Option<ProblemPlace>,
    /// What is wrong.
    pub message: String,
}

impl ConfigError {
    /// The words with the place in front of them, in the file called `name`.
    #[must_use]
    pub fn in_file(&self, name: &str) -> String {
        let space = if self.place.is_some() { "" } else { " " };
        format!("{name}:{space}{self}")
    }

    fn start(&self) -> String {
        self.place.as_ref().map(|place| format!("{}:{}: ", place.line, place.column)).unwrap_or_default()
    }
}

/// What a config file says: what is right in it counts, what is wrong is said.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Reading {
    /// The settings, with the defaults for what is left out or wrong.
    pub settings: Settings,
    /// What is wrong.
    pub errors: Vec<ConfigError>,
    /// What has no effect, or may be wrong.
    pub warnings: Vec<ConfigError>,
}

/// Reads the text of a `.cfnvet.yaml`, given the rules there are.
#[must_use]
pub fn parse(text: &str, rules: &[KnownRule]) -> Reading {
    let mut reader = Reader::new(text, rules);
    if let Some(root) = reader.read("a mapping of settings") {
        reader.settings(&root);
    }
    reader.finish()
}

/// Part of a file, and the way to it.
#[derive(Clone, Debug)]
pub(super) struct At<'n> {
    pub(super) node: &'n Node,
    pub(super) steps: Vec<Step>,
}

impl<'n> At<'n> {
    fn step(&self, node: &'n Node, step: Step) -> Self {
        At { node, steps: self.steps.iter().copied().chain([step]).collect() }
    }
}

/// An entry of a mapping.
pub(super) struct Entry<'n> {
    pub(super) name: String,
    pub(super) key: At<'n>,
    pub(super) value: At<'n>,
}

/// Reads one file.
pub(super) struct Reader<'f> {
    text: &'f str,
    rules: &'f [KnownRule],
    pub(super) reading: Reading,
}

impl<'f> Reader<'f> {
    pub(super) fn new(text: &'f str, rules: &'f [KnownRule]) -> Self {
        Self { text, rules, reading: Reading::default() }
    }

    /// The mapping that the file is; `None` where it is empty or something else.
    pub(super) fn read(&mut self, expected: &str) -> Option<Node> {
        match Node::read(self.text) {
            Ok(Node::Null) => None,
            Ok(node @ Node::Map(_)) => Some(node),
            Ok(node) => {
                self.error(&[], format!("it must be {expected}, not {}", node.kind()));
                None
            }
            Err(error) => {
                self.reading.errors.push(error);
                None
            }
        }
    }

    /// What was read, the faults in the order of the file.
    pub(super) fn finish(mut self) -> Reading {
        let start = |fault: &ConfigError| fault.place.as_ref().map(|place| (place.line, place.column));
        self.reading.errors.sort_by_key(start);
        self.reading.warnings.sort_by_key(start);
        self.reading
    }

    pub(super) fn error(&mut self, steps: &[Step], message: String) {
        self.reading.errors.push(ConfigError { place: place(self.text, steps), message });
    }

    pub(super) fn warning(&mut self, steps: &[Step], message: String) {
        self.reading.warnings.push(ConfigError { place: place(self.text, steps), message });
    }

    fn wrong_kind(&mut self, name: &str, at: &At, expected: &str) {
        let written = if let Node::Number(number) = at.node { format!("`{number}`") } else { at.node.kind().to_owned() };
        self.error(&at.steps, format!("`{name}` must be {expected}, not {written}"));
    }

    /// The entries of a mapping, each name once.
    pub(super) fn entries<'n>(&mut self, name: &str, at: &At<'n>, expected: &str) -> Vec<Entry<'n>> {
        let entries = match at.node {
            Node::Map(entries) => entries,
            Node::Null => return Vec::new(),
            _ => {
                self.wrong_kind(name, at, expected);
                return Vec::new();
            }
        };
        let mut found: Vec<Entry> = Vec::with_capacity(entries.len());
        for (index, (key, value)) in entries.iter().enumerate() {
            let key = at.step(key, Step::Key(index));
            match key.node.scalar() {
                None => self.error(&key.steps, format!("a key must be a text, not {}", key.node.kind())),
                Some(name) if found.iter().any(|entry| entry.name == name) => {
                    self.error(&key.steps, format!("`{name}` is given twice"));
                }
                Some(name) => found.push(Entry { name, key, value: at.step(value, Step::Value(index)) }),
            }
        }
        found
    }

    fn settings(&mut self, root: &Node) {
        for Entry { name, key, value } in self.entries("the file", &At { node: root, steps: Vec::new() }, "a mapping of settings")
        {
            match KEYS.iter().find(|known| known.name == name) {
                Some(known) => self.setting(known, &value),
                None => {
                    let message = unknown("key", &name, KEYS.iter().map(|key| key.name), "the keys are");
                    self.error(&key.steps, message);
                }
            }
        }
    }

    fn setting(&mut self, key: &Key, at: &At) {
        match (key.shape, key.name) {
            (Shape::Rules, "select") => self.reading.settings.selection.config.select = self.rules(key.name, at),
            (Shape::Rules, _) => self.reading.settings.selection.config.ignore = self.rules(key.name, at),
            (Shape::Regions, _) => self.reading.settings.regions = self.regions(key.name, at),
            (Shape::Word(known), name) => {
                let Some(word) = self.word(name, at, known) else { return };
                let settings = &mut self.reading.settings;
                match name {
                    "severity" => settings.severity = severity(&word).unwrap_or(settings.severity),
                    "fail-on" => settings.fail_on = severity(&word),
                    _ => {
                        settings.workspace = match word.as_str() {
                            "off" => Workspace::Off,
                            "closed" => Workspace::Closed,
                            _ => Workspace::Open,
                        };
                    }
                }
            }
            (Shape::Globs, "exclude") => self.reading.settings.exclude = self.globs(key.name, at),
            (Shape::Globs, "parameter-files") => self.reading.settings.parameter_files = self.paths(key.name, at),
            (Shape::Globs, "registry-schemas") => self.reading.settings.registry_schemas = self.paths(key.name, at),
            (Shape::Globs, "guard") => self.reading.settings.guard = self.paths(key.name, at),
            (Shape::Globs, _) => self.reading.settings.workspace_roots = self.paths(key.name, at),
            (Shape::Path, "override-spec") => self.reading.settings.override_spec = self.path(key.name, at),
            (Shape::Path, name) => self.reading.settings.baseline = self.path(name, at),
            (Shape::RulesByGlob, name) => {
                for entry in self.entries(name, at, "a mapping of globs to rules") {
                    self.check_glob(&entry.name, &entry.key);
                    let rules = self.rules(&entry.name, &entry.value);
                    self.reading.settings.per_path_ignores.push((entry.name, rules));
                }
            }
            (Shape::Texts, "parameters") => self.reading.settings.parameters = self.texts(key.name, at).into_iter().collect(),
            (Shape::Texts, _) => self.reading.settings.stack_names = self.texts(key.name, at).into_iter().collect(),
            (Shape::Entries, name) => {
                for entry in self.entries(name, at, "a mapping of rules") {
                    self.rule(&entry);
                }
            }
        }
    }

    /// What the file says about one rule: its severity, and options that only the rule understands.
    fn rule(&mut self, entry: &Entry) {
        self.check_rule(&entry.name, &entry.key);
        let is_named =
            |rule: &&KnownRule| rule.code.eq_ignore_ascii_case(&entry.name) || rule.name.eq_ignore_ascii_case(&entry.name);
        let known = self.rules.iter().find(is_named).copied();
        let mut options = serde_json::Map::new();
        for inner in self.entries(&entry.name, &entry.value, "a mapping such as `{severity: off}`") {
            if inner.name == "severity" {
                let word = self.word("severity", &inner.value, LEVELS);
                let level = word.and_then(|word| Level::parse(&word));
                self.reading.settings.severity_overrides.extend(level.map(|level| (entry.name.clone(), level)));
                continue;
            }
            let value = inner.value.node.to_json();
            if let Some(rule) = known {
                let Some(option) = rule.options.iter().find(|option| option.name == inner.name) else {
                    let keys = rule.options.iter().map(|option| option.name).chain(["severity"]);
                    let message = unknown("option", &inner.name, keys, "it has");
                    self.error(&inner.key.steps, format!("{}: {message}", rule.code));
                    continue;
                };
                if let Err(fault) = option.check(&value) {
                    let item = fault.item.and_then(|index| self.items(&inner.value).into_iter().nth(index));
                    self.error(&item.as_ref().unwrap_or(&inner.value).steps, format!("{}: {}", rule.code, fault.message));
                    continue;
                }
            }
            options.insert(inner.name, value);
        }
        if !options.is_empty() {
            self.reading.settings.rule_options.insert(entry.name.clone(), serde_json::Value::Object(options));
        }
    }

    /// A list of words, or one text with commas; each with the way to it.
    pub(super) fn words<'n>(&mut self, name: &str, at: &At<'n>, expected: &str) -> Vec<(String, At<'n>)> {
        match at.node {
            Node::Null => Vec::new(),
            Node::Text(text) => {
                text.split(',').map(str::trim).filter(|word| !word.is_empty()).map(|word| (word.to_owned(), at.clone())).collect()
            }
            Node::List(items) => {
                let mut words = Vec::with_capacity(items.len());
                for (index, item) in items.iter().enumerate() {
                    let item = at.step(item, Step::Item(index));
                    match item.node {
                        Node::Text(word) => words.push((word.clone(), item)),
                        _ => self.error(&item.steps, format!("an item of `{name}` must be a text, not {}", item.node.kind())),
                    }
                }
                words
            }
            _ => {
                self.wrong_kind(name, at, expected);
                Vec::new()
            }
        }
    }

    fn rules(&mut self, name: &str, at: &At) -> Vec<String> {
        let words = self.words(name, at, "a list of rules");
        for (word, at) in &words {
            self.check_rule(word, at);
        }
        words.into_iter().map(|(word, _)| word).collect()
    }

    fn check_rule(&mut self, written: &str, at: &At) {
        if let Err(near) = nearest(written, self.rules.iter().map(|rule| (rule.code, rule.name))) {
            let hint = near.map_or_else(|| ", `cfnvet rules` lists them".to_owned(), |near| format!(", did you mean `{near}`?"));
            self.error(&at.steps, format!("unknown rule `{written}`{hint}"));
        }
    }

    pub(super) fn regions(&mut self, name: &str, at: &At) -> Vec<String> {
        let words = self.words(name, at, "a list of regions");
        let mut regions = Vec::with_capacity(words.len());
        for (word, at) in words {
            match region(&word) {
                // cfn-lint's word for all regions it knows.
                _ if word == ALL_REGIONS => continue,
                Ok(()) => {}
                Err(RegionFault::Warning(message)) => self.warning(&at.steps, message),
                Err(RegionFault::Error(message)) => self.error(&at.steps, message),
            }
            regions.push(word);
        }
        regions
    }

    pub(super) fn globs(&mut self, name: &str, at: &At) -> Vec<String> {
        let words = self.words(name, at, "a list of globs");
        for (word, at) in &words {
            self.check_glob(word, at);
        }
        words.into_iter().map(|(word, _)| word).collect()
    }

    /// Folders, files and globs that may lie outside the file's folder.
    pub(super) fn paths(&mut self, name: &str, at: &At) -> Vec<String> {
        self.words(name, at, "a list of folders and globs").into_iter().map(|(word, _)| word).collect()
    }

    /// A file, relative to the folder of this one.
    fn path(&mut self, name: &str, at: &At) -> Option<String> {
        match at.node {
            Node::Text(path) if !path.is_empty() => return Some(path.clone()),
            Node::Null => {}
            _ => self.wrong_kind(name, at, "the path of a file"),
        }
        None
    }

    fn check_glob(&mut self, glob: &str, at: &At) {
        if let Err(message) = path_glob(glob) {
            self.error(&at.steps, message);
        }
    }

    /// One of a few words, in lower case.
    pub(super) fn word(&mut self, name: &str, at: &At, known: &[&str]) -> Option<String> {
        let written = match at.node {
            // `off` without quotes is a boolean of YAML 1.1.
            Node::Bool(value) => if *value { "on" } else { "off" }.to_owned(),
            Node::Text(word) => word.clone(),
            _ => {
                self.wrong_kind(name, at, &one_of(known));
                return None;
            }
        };
        let word = written.to_ascii_lowercase();
        if known.contains(&word.as_str()) {
            return Some(word);
        }
        let hint = nearest_name(&word, known.iter().copied()).map(|near| format!(", did you mean `{near}`?"));
        let hint = hint.unwrap_or_else(|| format!(", it must be {}", one_of(known)));
        self.error(&at.steps, format!("`{name}` cannot be `{written}`{hint}"));
        None
    }

    /// The items of a list; anything else is the only one.
    /// `true` or `false`.
    pub(super) fn flag(&mut self, name: &str, at: &At) -> bool {
        if let Node::Bool(value) = at.node {
            return *value;
        }
        self.wrong_kind(name, at, "true or false");
        false
    }

    pub(super) fn items<'n>(&self, at: &At<'n>) -> Vec<At<'n>> {
        match at.node {
            Node::List(items) => items.iter().enumerate().map(|(index, item)| at.step(item, Step::Item(index))).collect(),
            _ => vec![at.clone()],
        }
    }

    /// Texts by name; CloudFormation takes the value of a parameter as text.
    pub(super) fn texts(&mut self, name: &str, at: &At) -> Vec<(String, String)> {
        let mut texts = Vec::new();
        for entry in self.entries(name, at, "a mapping of names to texts") {
            match entry.value.node.scalar() {
                Some(text) => texts.push((entry.name, text)),
                None => self.wrong_kind(&entry.name, &entry.value, "a text, in quotes"),
            }
        }
        texts
    }
}

/// What is said about a name that is none of `known`.
pub(super) fn unknown<'a>(what: &str, name: &str, known: impl Iterator<Item = &'a str> + Clone, list: &str) -> String {
    match nearest_name(name, known.clone()).or_else(|| nearest_name(&name.replace('_', "-"), known.clone())) {
        Some(near) => format!("unknown {what} `{name}`, did you mean `{near}`?"),
        None => {
            let known: Vec<String> = known.map(|known| format!("`{known}`")).collect();
            format!("unknown {what} `{name}`, {list} {}", known.join(", "))
        }
    }
}

/// "`a`, `b` or `c`".
pub(super) fn one_of(words: &[&str]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    match quoted.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
        _ => quoted.concat(),
    }
}
