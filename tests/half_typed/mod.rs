//! Half-typed versions of a template, and whether what is outside the broken entry is read as in the whole one.
//!
//! Used by `tests/recovery.rs` and by `examples/half_typed.rs`.

pub mod damage;

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::ops::Range;
use std::sync::Arc;

use cfnvet::check::check;
use cfnvet::config::{Settings, Workspace};
use cfnvet::diagnostic::Diagnostic;
use cfnvet::syntax::{Kind, Style, Tree, parse};
use cfnvet::text::SourceFile;

use damage::Edit;

/// A node as it is compared.
#[derive(Clone, Debug)]
pub struct Item {
    pub start: usize,
    pub end: usize,
    pub parent: usize,
    /// One past the last node in it.
    pub after: usize,
    pub kind: Option<Kind>,
    pub style: Style,
    pub is_key: bool,
    /// Of the keys that lead here, what it is, and its text. Of a list's items the numbers are no part: one that is lost
    /// moves those behind it.
    identity: u64,
}

impl Item {
    pub fn is_collection(&self) -> bool {
        matches!(self.kind, Some(Kind::Mapping | Kind::Sequence))
    }
}

fn hash(value: impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

/// The nodes of `tree`.
pub fn items(tree: &Tree) -> Vec<Item> {
    let mut items: Vec<Item> = Vec::new();
    // The collections that are open: the number, how many children were seen, the path, the last key's path.
    let mut open: Vec<(usize, usize, u64, u64)> = Vec::new();
    for (at, node) in tree.written().enumerate() {
        while open.last().is_some_and(|(number, ..)| items[*number].after <= at) {
            open.pop();
        }
        let (parent, is_key, path) = match open.last_mut() {
            None => (0, false, 0),
            Some((number, seen, path, last)) => {
                let is_key = items[*number].kind == Some(Kind::Mapping) && *seen % 2 == 0;
                *seen += 1;
                if is_key {
                    *last = hash((*path, node.text, node.kind.is_some()));
                }
                let own = if items[*number].kind == Some(Kind::Mapping) { *last } else { hash((*path, "[]")) };
                (*number, is_key, own)
            }
        };
        let scalar = !matches!(node.kind, Some(Kind::Mapping | Kind::Sequence));
        let text = if scalar { node.text } else { "" };
        let tag = (node.tag, node.other_tag);
        items.push(Item {
            start: node.span.start as usize,
            end: node.span.end as usize,
            parent,
            after: at + node.size,
            kind: node.kind,
            style: node.style,
            is_key,
            identity: hash((path, is_key, node.kind, tag, node.style, text)),
        });
        if !scalar {
            open.push((at, 0, path, path));
        }
    }
    items
}

/// A template without a mistake.
pub struct Whole {
    pub name: String,
    pub source: Arc<SourceFile>,
    pub tree: Tree,
    pub items: Vec<Item>,
    findings: Vec<Diagnostic>,
    pub is_json: bool,
}

/// What a broken version does to the rest.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// What is not as in the whole template, outside the broken entry. Empty is good.
    pub differences: Vec<String>,
    /// The nodes in the broken entry that stand on other lines than the mistake.
    pub below: usize,
    /// Of those the ones that are there still.
    pub kept_below: usize,
    /// The number of syntax errors.
    pub problems: usize,
    /// The text is YAML that says something else: there is no mistake to recover from.
    pub reads_otherwise: bool,
}

/// The entry that a mistake is in.
struct Entry {
    /// Its nodes.
    nodes: Range<usize>,
    start: usize,
    end: usize,
}

fn settings() -> Arc<Settings> {
    let mut settings = Settings { workspace: Workspace::Off, ..Settings::default() };
    settings.selection.command_line.select = vec!["ALL".to_owned()];
    settings.severity = cfnvet::diagnostic::Severity::Info;
    Arc::new(settings)
}

fn findings(source: &Arc<SourceFile>) -> Vec<Diagnostic> {
    check(&[Arc::clone(source)], &[settings()], &|_| None).diagnostics
}

/// Rules that find that something is nowhere in the template, or repeats what is somewhere else.
const ABSENCE: [&str; 9] = ["E1010", "E1019", "E1020", "E3005", "E6101", "W2001", "W3005", "W7001", "W8001"];

impl Whole {
    /// `None` where the template has mistakes of its own.
    pub fn new(name: &str, text: &str) -> Option<Self> {
        let source = Arc::new(SourceFile::new(name, text));
        let tree = parse(&source);
        if !tree.problems().is_empty() || tree.len() < 10 {
            return None;
        }
        let is_json = text.trim_start_matches(['\u{feff}', ' ', '\t', '\r', '\n']).starts_with('{');
        let items = items(&tree);
        let findings = findings(&source);
        Some(Self { name: name.to_owned(), source, tree, items, findings, is_json })
    }

    pub fn text(&self) -> &str {
        self.source.text()
    }

    /// The smallest entry that the text `range` is in.
    fn entry(&self, range: &Range<usize>) -> Entry {
        let mut best = Entry { nodes: 0..self.items.len(), start: 0, end: self.text().len() };
        let mut last_of: HashMap<usize, usize> = HashMap::new();
        for (at, item) in self.items.iter().enumerate().skip(1) {
            let parent = &self.items[item.parent];
            let before = last_of.insert(item.parent, at).map(|before| &self.items[before]);
            let (start, end, after);
            if parent.kind == Some(Kind::Mapping) {
                if !item.is_key {
                    continue;
                }
                let value = self.items.get(item.after);
                (start, end) = (item.start, value.map_or(item.end, |value| value.end.max(item.end)));
                after = value.map_or(item.after, |value| value.after);
            } else {
                // An item begins at its dash.
                let from = before.map_or(parent.start, |before| before.end);
                let dash =
                    self.text().get(from..item.start).and_then(|gap| gap.find('-')).filter(|_| parent.style == Style::Block);
                (start, end, after) = (dash.map_or(item.start, |dash| from + dash), item.end, item.after);
            }
            if start <= range.start && range.end <= end && end - start <= best.end - best.start {
                best = Entry { nodes: at..after, start, end };
            }
        }
        best
    }

    /// What `edit` does to the rest of the template.
    pub fn compare(&self, edit: &Edit) -> Outcome {
        let text = edit.apply(self.text());
        let source = Arc::new(SourceFile::new(&self.name, &text));
        let tree = parse(&source);
        let broken = items(&tree);
        let mut outcome =
            Outcome { problems: tree.problems().iter().filter(|problem| problem.kind.is_syntax()).count(), ..Outcome::default() };
        let entry = self.entry(&edit.within);
        let cut = edit.is_cut();
        let moved = |at: usize| if at >= edit.end { at + edit.text.len() - (edit.end - edit.start) } else { at };
        let mut excluded = entry.nodes.clone();
        let around = self.items.get(entry.nodes.start).map_or(0, |item| item.parent);
        // A collection of which nothing but the broken entry is there may be missing, its key may not.
        let is_first = around + 1 == entry.nodes.start;
        let is_last = self.items[around].after == entry.nodes.end;
        if around != 0 && is_first && (is_last || cut) {
            excluded.start = around;
        }
        if cut {
            excluded.end = self.items.len();
        }
        // What stands between the texts before and behind the entry is the entry's.
        let scalars = || self.items.iter().enumerate().filter(|(_, item)| !item.is_collection() && item.start < item.end);
        let before = scalars().filter(|(at, _)| *at < excluded.start).map(|(_, item)| item.end).max().unwrap_or(0);
        let after = scalars().find(|(at, _)| *at >= excluded.end).map_or(text.len(), |(_, item)| moved(item.start));
        let region = before..if cut { text.len() } else { after };

        let mut there: HashMap<u64, Vec<(usize, usize)>> = HashMap::new();
        for item in &broken {
            there.entry(item.identity).or_default().push((item.start, item.end));
        }
        let mut take = |item: &Item, place: Option<(usize, usize)>| {
            let places = there.get_mut(&item.identity)?;
            let at = match place {
                Some(place) => places.iter().position(|there| *there == place)?,
                None => 0,
            };
            (!places.is_empty()).then(|| places.remove(at))
        };
        let lines = self.line_of(edit.start).start..self.line_of(edit.end.max(edit.start)).end;
        let mut ancestors = Vec::new();
        for (at, item) in self.items.iter().enumerate() {
            if excluded.contains(&at) {
                continue;
            }
            let is_ancestor = item.is_collection() && at < entry.nodes.start && entry.nodes.start < item.after;
            if is_ancestor {
                ancestors.push(item);
                continue;
            }
            let mut found = take(item, Some((moved(item.start), moved(item.end))));
            if found.is_none() && item.start == item.end {
                // A missing value has no place of its own.
                found = take(item, None);
            }
            if found.is_none() {
                outcome.differences.push(format!("lost {:?} at {}", self.shown(item.start, item.end), self.place(item.start)));
            }
        }
        for item in ancestors {
            if take(item, None).is_none() {
                outcome.differences.push(format!(
                    "lost around: {:?} at {}",
                    self.shown(item.start, item.end),
                    self.place(item.start)
                ));
            }
        }
        for item in self.items[entry.nodes.clone()].iter().filter(|item| !cut && !item.is_collection() && item.start > lines.end)
        {
            outcome.below += 1;
            let same = |there: &&Item| {
                (there.start, there.end) == (moved(item.start), moved(item.end))
                    && there.style == item.style
                    && there.is_key == item.is_key
            };
            outcome.kept_below += usize::from(broken.iter().any(|there| same(&there)));
        }
        for (start, end) in there.into_values().flatten() {
            if start < region.start || end > region.end {
                let slice = text.get(start..end).unwrap_or_default();
                outcome.differences.push(format!("new {:?} at {}", short(slice), source.position(start as u32).line));
            }
        }
        self.compare_comments(&tree, edit, &entry, &moved, &mut outcome);
        self.compare_findings(&source, &region, &entry, edit, &moved, &mut outcome);
        outcome.reads_otherwise = outcome.problems == 0 && !cut && !outcome.differences.is_empty();
        outcome
    }

    fn compare_comments(&self, tree: &Tree, edit: &Edit, entry: &Entry, moved: &dyn Fn(usize) -> usize, outcome: &mut Outcome) {
        let own = |start: usize, end: usize| start < entry.end && end > entry.start || start < edit.end && end > edit.start;
        for comment in self.tree.comments() {
            let (start, end) = (comment.start as usize, comment.end as usize);
            let gone = edit.is_cut() && end > entry.start;
            let there =
                || tree.comments().iter().any(|there| there.start as usize == moved(start) && there.end as usize == moved(end));
            if !own(start, end) && !gone && !there() {
                outcome.differences.push(format!("lost comment {:?}", self.shown(start, end)));
            }
        }
    }

    /// The resource, parameter or other entry of a section that the broken entry is in.
    fn section_entry(&self, entry: &Entry) -> Range<usize> {
        let mut at = entry.nodes.start;
        let mut chain = Vec::new();
        while at != 0 && at < self.items.len() {
            chain.push(at);
            at = self.items[at].parent;
        }
        // The root's entry, its value, and an entry of that.
        let number = chain.len().checked_sub(2).or_else(|| chain.len().checked_sub(1)).map(|index| chain[index]);
        let with_key = |at: usize| {
            let item = &self.items[at];
            let key = self.items[..at].last().filter(|key| key.is_key && key.parent == item.parent);
            key.map_or(item.start, |key| key.start)..item.end
        };
        let range = number.map_or(entry.start..entry.end, with_key);
        range.start.min(entry.start)..range.end.max(entry.end)
    }

    /// Findings that touch the broken entry, or the resource that it is in, may depend on it. The others are the same ones.
    fn compare_findings(
        &self,
        source: &Arc<SourceFile>,
        region: &Range<usize>,
        entry: &Entry,
        edit: &Edit,
        moved: &dyn Fn(usize) -> usize,
        outcome: &mut Outcome,
    ) {
        let touches = |range: Range<usize>, start: usize, end: usize| range.start < end && start < range.end;
        let own = self.section_entry(entry);
        let whole_region = own.start..if edit.is_cut() { self.text().len() } else { own.end };
        let region = &(region.start.min(moved(own.start))..region.end.max(moved(own.end)));
        let about = |finding: &Diagnostic, range: &Range<usize>| {
            let labels = finding.labels.iter().map(|label| label.span);
            std::iter::once(finding.span).chain(labels).any(|span| touches(range.clone(), span.start as usize, span.end as usize))
        };
        let mut expected: Vec<(String, usize, String)> = Vec::new();
        for finding in &self.findings {
            if !about(finding, &whole_region) {
                expected.push((finding.code.to_string(), moved(finding.span.start as usize), finding.message.to_string()));
            }
        }
        for finding in findings(source) {
            // A text that ends before `Resources` has none.
            if finding.code == "E0000" || edit.is_cut() && finding.message.contains("has no `Resources`") {
                continue;
            }
            let key = (finding.code.to_string(), finding.span.start as usize, finding.message.to_string());
            if let Some(at) = expected.iter().position(|expected| *expected == key) {
                expected.remove(at);
            } else if !about(&finding, region) && (!edit.is_cut() || outcome.problems > 0) {
                // A text that ends early without a mistake is another template, in which more is unused.
                let line = source.position(finding.span.start).line;
                outcome.differences.push(format!("new finding {} at {line}: {}", key.0, key.2));
            }
        }
        for (code, start, message) in expected {
            // Where the text ends early, what is not there may be what is cut off.
            if edit.is_cut() && ABSENCE.contains(&code.as_str()) {
                continue;
            }
            outcome.differences.push(format!("lost finding {code} at {start}: {message}"));
        }
        if outcome.problems > 1 {
            let line = self.place(edit.start);
            outcome.differences.push(format!("{} syntax errors for one mistake at {line}", outcome.problems));
        }
    }

    pub fn line_of(&self, at: usize) -> Range<usize> {
        let text = self.text().as_bytes();
        let start = text[..at].iter().rposition(|byte| *byte == b'\n').map_or(0, |found| found + 1);
        let end = text[at..].iter().position(|byte| *byte == b'\n').map_or(text.len(), |found| at + found);
        start..end
    }

    fn place(&self, at: usize) -> u32 {
        self.source.position(at as u32).line
    }

    fn shown(&self, start: usize, end: usize) -> String {
        short(self.text().get(start..end).unwrap_or_default())
    }
}

fn short(text: &str) -> String {
    text.chars().take(40).collect()
}
