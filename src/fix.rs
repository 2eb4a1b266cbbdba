//! Applies the fixes that findings carry, until no more can be.
//!
//! Nothing is written here: texts go in and texts come out. Each step is checked with all templates of the run, and taken back
//! unless every file still reads, the finding is gone, and none as bad has come.

use std::cell::OnceCell;
use std::fmt;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::check::{self, Companions, Load, Outcome, Watch};
use crate::config::Settings;
use crate::diagnostic::{Diagnostic, Safety, Severity, fingerprints};
use crate::syntax;
use crate::text::{Edit, SourceFile, Span};

/// What became of the templates of a run.
#[derive(Debug)]
pub struct Fixed {
    /// The files that changed, in the order in which they were given.
    pub files: Vec<Changed>,
    /// How many findings have ended.
    pub ended: usize,
    /// The fixes that were allowed and left, in the order of their findings, which are among those that remain.
    pub left: Vec<Left>,
    /// What is found in the texts as they are now.
    pub outcome: Outcome,
}

/// A file that changed.
#[derive(Debug)]
pub struct Changed {
    /// Its text as it was.
    pub before: Arc<SourceFile>,
    /// Its text as it is to be, under the same name.
    pub after: Arc<SourceFile>,
    /// The fixes, in the order in which they were applied.
    pub applied: Vec<Applied>,
}

/// A fix that was applied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Applied {
    /// The rule's code.
    pub code: String,
    /// What the fix does, as a command.
    pub title: String,
}

/// A fix that was not applied.
#[derive(Debug)]
pub struct Left {
    /// The finding that it would end.
    pub diagnostic: Diagnostic,
    /// Why not.
    pub reason: Reason,
}

/// Why a fix was not applied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The file was read because a template nests it; nobody asked for it to be changed.
    NotGiven,
    /// Its file cannot be read as it is.
    Unreadable,
    /// Its edits overlap or are not in the text.
    Faulty,
    /// The file could not be read any more.
    BreaksSyntax,
    /// The finding would still be there.
    Stays,
    /// Another finding would appear: the code of its rule and its message.
    Brings {
        /// The code.
        code: String,
        /// What it says.
        message: String,
    },
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotGiven => f.write_str("only files that are given are changed"),
            Self::Unreadable => f.write_str("the file has syntax errors"),
            Self::Faulty => f.write_str("its edits do not fit the text"),
            Self::BreaksSyntax => f.write_str("the file could not be read after it"),
            Self::Stays => f.write_str("the finding would stay"),
            Self::Brings { code, message } => write!(f, "it would bring {code}, {message}"),
        }
    }
}

/// Applies the fixes of what is found in `sources`, each with the settings of the same number: the safe ones, or all of them.
///
/// Run again on its result, it changes nothing.
#[must_use]
pub fn apply(
    sources: &[Arc<SourceFile>],
    settings: &[Arc<Settings>],
    companions: &Companions,
    load: Load,
    allowed: Safety,
) -> Fixed {
    let run = Run { settings, companions, load };
    let readable: Vec<OnceCell<bool>> = sources.iter().map(|_| OnceCell::new()).collect();
    let mut state = run.check(sources.to_vec());
    let found = state.outcome.diagnostics.len();
    let mut applied: Vec<Vec<Applied>> = vec![Vec::new(); sources.len()];

    // Every step that is taken leaves fewer findings of one severity and no more of a worse one, so this ends.
    let left = loop {
        let (candidates, mut left) = state.candidates(&readable, allowed);
        let mut open: Vec<&Candidate> = candidates.iter().collect();
        let taken = loop {
            let batch = together(&state.sources, &open);
            if batch.is_empty() {
                break None;
            }
            let trial = run.try_out(&state, &batch);
            if let Some(next) = trial.next {
                break Some((next, trial.taken));
            }
            // What was refused on this text is refused again on it, and tried again on the next.
            left.extend(trial.refused);
            open.retain(|candidate| !batch.iter().any(|tried| std::ptr::eq(*tried, *candidate)));
        };
        let Some((next, taken)) = taken else { break left };
        for candidate in taken {
            let diagnostic = &state.outcome.diagnostics[candidate.findings[0]];
            applied[candidate.file].push(Applied { code: diagnostic.code.to_string(), title: candidate.title.clone() });
        }
        state = next;
    };

    let mut left: Vec<(usize, Reason)> = left;
    left.sort_by_key(|(finding, _)| *finding);
    let left = left.into_iter().map(|(finding, reason)| Left { diagnostic: state.outcome.diagnostics[finding].clone(), reason });
    let left = left.collect();
    let changed = sources.iter().zip(&state.sources).zip(applied).filter(|(_, applied)| !applied.is_empty());
    Fixed {
        files: changed
            .map(|((before, after), applied)| Changed { before: Arc::clone(before), after: Arc::clone(after), applied })
            .collect(),
        ended: found.saturating_sub(state.outcome.diagnostics.len()),
        left,
        outcome: state.outcome,
    }
}

/// How many of the findings have a safe fix that can be applied when `sources` are what was given, and how many an unsafe one.
#[must_use]
pub fn offered(diagnostics: &[Diagnostic], sources: &[Arc<SourceFile>]) -> (usize, usize) {
    let mut fixable: FxHashMap<*const SourceFile, bool> = FxHashMap::default();
    let (mut safe, mut unsafe_only) = (0, 0);
    for fix in diagnostics.iter().filter_map(|diagnostic| diagnostic.fix.as_ref()) {
        let given = || sources.iter().any(|source| Arc::ptr_eq(source, &fix.file));
        if *fixable.entry(Arc::as_ptr(&fix.file)).or_insert_with(|| given() && reads(&fix.file)) {
            match fix.safety {
                Safety::Safe => safe += 1,
                Safety::Unsafe => unsafe_only += 1,
            }
        }
    }
    (safe, unsafe_only)
}

/// Whether the whole text can be read.
fn reads(source: &Arc<SourceFile>) -> bool {
    source.problem().is_none() && syntax::parse(source).problems().is_empty()
}

/// The texts at one step, and what is found in them.
#[derive(Debug)]
struct State {
    sources: Vec<Arc<SourceFile>>,
    outcome: Outcome,
}

/// A change that one or several findings ask for.
#[derive(Debug)]
struct Candidate {
    /// The number of the file.
    file: usize,
    /// Sorted.
    edits: Vec<Edit>,
    title: String,
    /// The numbers of the findings that it ends.
    findings: Vec<usize>,
}

/// What came of a batch of candidates.
struct Trial<'c> {
    /// The state after those that were taken; `None` where there were none.
    next: Option<State>,
    taken: Vec<&'c Candidate>,
    refused: Vec<(usize, Reason)>,
}

/// What every check of a run needs.
struct Run<'r> {
    settings: &'r [Arc<Settings>],
    companions: &'r Companions,
    load: Load<'r>,
}

impl State {
    /// The fixes that may be applied, and those that are left for a reason that no trial shows.
    fn candidates(&self, readable: &[OnceCell<bool>], allowed: Safety) -> (Vec<Candidate>, Vec<(usize, Reason)>) {
        let mut candidates: Vec<Candidate> = Vec::new();
        let mut left = Vec::new();
        for (finding, diagnostic) in self.outcome.diagnostics.iter().enumerate() {
            let Some(fix) = &diagnostic.fix else { continue };
            if fix.safety == Safety::Unsafe && allowed == Safety::Safe {
                continue;
            }
            let Some(file) = self.sources.iter().position(|source| Arc::ptr_eq(source, &fix.file)) else {
                left.push((finding, Reason::NotGiven));
                continue;
            };
            // A step is taken only if the file can still be read, so this is asked once.
            if !*readable[file].get_or_init(|| reads(&fix.file)) {
                left.push((finding, Reason::Unreadable));
                continue;
            }
            let mut edits = fix.edits.clone();
            edits.sort_by_key(|edit| edit.span);
            if edits.is_empty() || replaced(fix.file.text(), edits.iter()).is_none() {
                left.push((finding, Reason::Faulty));
                continue;
            }
            match candidates.iter_mut().find(|candidate| candidate.file == file && candidate.edits == edits) {
                Some(same) => same.findings.push(finding),
                None => candidates.push(Candidate { file, edits, title: fix.title.clone(), findings: vec![finding] }),
            }
        }
        (candidates, left)
    }
}

impl Run<'_> {
    fn check(&self, sources: Vec<Arc<SourceFile>>) -> State {
        let outcome = check::check_among(&sources, self.settings, self.companions, self.load, &Watch::default());
        State { sources, outcome }
    }

    /// Applies as many of `batch`, which do not touch each other, as stand the check.
    fn try_out<'c>(&self, base: &State, batch: &[&'c Candidate]) -> Trial<'c> {
        let mut trial = Trial { next: None, taken: Vec::new(), refused: Vec::new() };
        // A part that is refused is tried again in halves, the first half first.
        let mut parts = vec![batch];
        while let Some(part) = parts.pop() {
            let mut all = trial.taken.clone();
            all.extend(part);
            let reason = match self.step(base, trial.next.as_ref().unwrap_or(base), &all, part) {
                Ok(next) => {
                    trial.next = Some(next);
                    trial.taken = all;
                    continue;
                }
                Err(reason) => reason,
            };
            match part {
                [only] => trial.refused.extend(only.findings.iter().map(|finding| (*finding, reason.clone()))),
                several => {
                    let (first, second) = several.split_at(several.len() / 2);
                    parts.extend([second, first]);
                }
            }
        }
        trial
    }

    /// The state when `all` are applied to `base`; or why `part` of them must not be, when the others lead to `before`.
    fn step(&self, base: &State, before: &State, all: &[&Candidate], part: &[&Candidate]) -> Result<State, Reason> {
        let mut edits: FxHashMap<usize, Vec<&Edit>> = FxHashMap::default();
        for candidate in all {
            edits.entry(candidate.file).or_default().extend(&candidate.edits);
        }
        let mut sources = base.sources.clone();
        for (file, mut edits) in edits {
            edits.sort_by_key(|edit| edit.span);
            let source = &base.sources[file];
            let text = replaced(source.text(), edits.into_iter()).ok_or(Reason::Faulty)?;
            sources[file] = Arc::new(SourceFile::new(source.name(), text));
            if !reads(&sources[file]) {
                return Err(Reason::BreaksSyntax);
            }
        }
        let after = self.check(sources);
        let kept = Matching::new(&before.outcome.diagnostics, &after.outcome.diagnostics);
        // What is left of a worse fault may be a lesser one: a name that is put right makes its entry of `DependsOn` needless.
        let ends = part.iter().flat_map(|candidate| &candidate.findings).map(|of| base.outcome.diagnostics[*of].severity).min();
        let is_as_bad = |new: &&usize| ends.is_none_or(|ends| after.outcome.diagnostics[**new].severity >= ends);
        if let Some(new) = kept.new.iter().find(is_as_bad) {
            let Diagnostic { code, message, .. } = &after.outcome.diagnostics[*new];
            return Err(Reason::Brings { code: code.to_string(), message: message.clone() });
        }
        if weight(&after.outcome.diagnostics) >= weight(&before.outcome.diagnostics) {
            return Err(Reason::Stays);
        }
        // The findings of `part`, which are numbered in `base`, are looked up in what was found just before.
        let since = Matching::new(&base.outcome.diagnostics, &after.outcome.diagnostics);
        let findings = || all.iter().flat_map(|candidate| &candidate.findings);
        let class = |diagnostic: &Diagnostic| (diagnostic.file.name().to_owned(), diagnostic.code.to_string(), keys(diagnostic));
        let count = |diagnostics: &[Diagnostic], of: &_| diagnostics.iter().filter(|other| class(other) == *of).count();
        for finding in part.iter().flat_map(|candidate| &candidate.findings) {
            if since.gone[*finding] {
                continue;
            }
            // Of several that are alike, any may be the one that is left.
            let of = class(&base.outcome.diagnostics[*finding]);
            let ended = findings().filter(|other| class(&base.outcome.diagnostics[**other]) == of).count();
            if count(&after.outcome.diagnostics, &of) + ended > count(&base.outcome.diagnostics, &of) {
                return Err(Reason::Stays);
            }
        }
        Ok(after)
    }
}

/// How many findings there are of each severity, the worst first.
fn weight(diagnostics: &[Diagnostic]) -> [usize; 3] {
    [Severity::Error, Severity::Warning, Severity::Info]
        .map(|severity| diagnostics.iter().filter(|diagnostic| diagnostic.severity == severity).count())
}

/// Which findings of two runs are the same.
struct Matching {
    /// For each finding before, whether it is not there any more.
    gone: Vec<bool>,
    /// The findings that were not there before, or not as bad.
    new: Vec<usize>,
}

impl Matching {
    fn new(before: &[Diagnostic], after: &[Diagnostic]) -> Self {
        let mut gone = vec![true; before.len()];
        let mut new: Vec<usize> = (0..after.len()).collect();
        let mut worse = Vec::new();
        // What the finding is about may have changed beside it, so its path or its words are enough where its text is another.
        let texts = [fingerprints(before), fingerprints(after)];
        let paths = [before, after].map(|findings| findings.iter().map(keys).collect::<Vec<_>>());
        let words = [before, after].map(|findings| findings.iter().map(|finding| finding.message.clone()).collect::<Vec<_>>());
        for [of_before, of_after] in [texts, paths, words] {
            let mut known: FxHashMap<(&str, &str, &str), Vec<usize>> = FxHashMap::default();
            for (index, diagnostic) in before.iter().enumerate().rev().filter(|(index, _)| gone[*index]) {
                known.entry((diagnostic.file.name(), &diagnostic.code, &of_before[index])).or_default().push(index);
            }
            new.retain(|index| {
                let diagnostic = &after[*index];
                let same = known.get_mut(&(diagnostic.file.name(), &diagnostic.code, &of_after[*index])).and_then(Vec::pop);
                if let Some(same) = same {
                    gone[same] = false;
                    worse.extend((diagnostic.severity > before[same].severity).then_some(*index));
                }
                same.is_none()
            });
        }
        new.extend(worse);
        new.sort_unstable();
        Self { gone, new }
    }
}

/// The keys that lead to a finding; items of lists change their numbers.
fn keys(diagnostic: &Diagnostic) -> String {
    let keys = diagnostic.stack_path.iter().chain(&diagnostic.template_path);
    let keys: Vec<&str> = keys.map(String::as_str).filter(|key| !key.bytes().all(|byte| byte.is_ascii_digit())).collect();
    keys.join("\n")
}

/// The first of the candidates, and those behind it that touch none before them.
fn together<'c>(sources: &[Arc<SourceFile>], candidates: &[&'c Candidate]) -> Vec<&'c Candidate> {
    let mut taken: Vec<&Candidate> = Vec::new();
    let mut files: FxHashMap<usize, Vec<Span>> = FxHashMap::default();
    for candidate in candidates {
        let spans = files.entry(candidate.file).or_default();
        let text = sources[candidate.file].text();
        let apart = candidate.edits.iter().all(|edit| spans.iter().all(|span| !touch(text, edit.span, *span)));
        if apart {
            spans.extend(candidate.edits.iter().map(|edit| edit.span));
            taken.push(candidate);
        }
    }
    taken
}

/// Whether two places overlap or have nothing but blanks and comments between them: the entries there may be the only ones of
/// a mapping, and each can be removed as long as the other stays.
fn touch(text: &str, one: Span, other: Span) -> bool {
    let (first, second) = if one <= other { (one, other) } else { (other, one) };
    let between = text.get(first.end as usize..second.start as usize);
    between.is_none_or(|between| between.lines().map(str::trim).all(|line| line.is_empty() || line.starts_with('#')))
}

/// `text` with `edits`, which are sorted; `None` where they overlap or are not places of the text.
fn replaced<'e>(text: &str, edits: impl Iterator<Item = &'e Edit>) -> Option<String> {
    let mut result = String::with_capacity(text.len() + 64);
    let mut at = 0;
    let mut last: Option<Span> = None;
    for edit in edits {
        // Nothing says which of two insertions at one place comes first.
        if last.is_some_and(|last| last == edit.span) {
            return None;
        }
        result.push_str(text.get(at..edit.span.start as usize)?);
        text.get(edit.span.range())?;
        result.push_str(&edit.replacement);
        at = edit.span.end as usize;
        last = Some(edit.span);
    }
    result.push_str(text.get(at..)?);
    Some(result)
}
