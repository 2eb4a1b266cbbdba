//! A run watched from outside: how far it is, and where its time goes.
//!
//! Nothing that is found depends on it. The clock is whoever's that made the [`Watch`]; without one, no time is taken.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use rustc_hash::FxHashMap;

use crate::report::timings::Timings;
use crate::rules;

/// A clock: the time since some moment.
pub type Clock<'a> = &'a (dyn Fn() -> Duration + Sync);

/// How far a run is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Whether the templates are being checked; they are read first.
    pub checking: bool,
    /// The number of templates done.
    pub done: usize,
    /// The number of all of them.
    pub of: usize,
}

/// What a run tells whoever watches it, from any thread.
#[derive(Default)]
pub struct Watch<'a> {
    clock: Option<Clock<'a>>,
    stop: Option<&'a (dyn Fn() -> bool + Sync)>,
    checking: AtomicUsize,
    done: AtomicUsize,
    of: AtomicUsize,
    steps: Mutex<Vec<(String, Duration)>>,
    /// Nanoseconds, by the number of the rule.
    rules: Vec<AtomicU64>,
    graph: AtomicU64,
    templates: Mutex<FxHashMap<String, Duration>>,
}

impl std::fmt::Debug for Watch<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Watch").field("progress", &self.progress()).finish_non_exhaustive()
    }
}

impl<'a> Watch<'a> {
    /// A watch that takes times by `clock`.
    #[must_use]
    pub fn with_clock(clock: Clock<'a>) -> Self {
        let rules = rules::all().iter().map(|_| AtomicU64::new(0)).collect();
        Self { clock: Some(clock), rules, ..Self::default() }
    }

    /// A watch that lets the run end before the next rule once `stop` says so. What is found then is not all there is.
    #[must_use]
    pub fn with_stop(stop: &'a (dyn Fn() -> bool + Sync)) -> Self {
        Self { stop: Some(stop), ..Self::default() }
    }

    /// Whether the run is to end.
    pub(super) fn is_stopped(&self) -> bool {
        self.stop.is_some_and(|stop| stop())
    }

    /// How far the run is.
    #[must_use]
    pub fn progress(&self) -> Progress {
        Progress {
            checking: self.checking.load(Ordering::Relaxed) > 0,
            done: self.done.load(Ordering::Relaxed),
            of: self.of.load(Ordering::Relaxed),
        }
    }

    /// What was measured.
    #[must_use]
    pub fn timings(&self) -> Timings {
        let nanoseconds = |counter: &AtomicU64| Duration::from_nanos(counter.load(Ordering::Relaxed));
        let rules = rules::all().iter().zip(&self.rules);
        let rules = rules.map(|(rule, counter)| (format!("{} {}", rule.code, rule.name), nanoseconds(counter)));
        let graph = ("the graph of resources, and their values".to_owned(), nanoseconds(&self.graph));
        let templates = self.templates.lock().unwrap_or_else(PoisonError::into_inner);
        Timings {
            steps: self.steps.lock().unwrap_or_else(PoisonError::into_inner).clone(),
            rules: rules.chain([graph]).collect(),
            templates: templates.iter().map(|(name, time)| (name.clone(), *time)).collect(),
        }
    }

    /// Does `work`, a step of the run.
    pub fn step<T>(&self, name: &str, work: impl FnOnce() -> T) -> T {
        let (result, time) = self.timed(work);
        if let Some(time) = time {
            self.steps.lock().unwrap_or_else(PoisonError::into_inner).push((name.to_owned(), time));
        }
        result
    }

    /// From here on `of` templates are read, or checked.
    pub(super) fn start(&self, checking: bool, of: usize) {
        self.done.store(0, Ordering::Relaxed);
        self.of.store(of, Ordering::Relaxed);
        self.checking.store(usize::from(checking), Ordering::Relaxed);
    }

    /// Does `work`, on one template.
    pub(super) fn template<T>(&self, name: &str, work: impl FnOnce() -> T) -> T {
        let (result, time) = self.timed(work);
        self.done.fetch_add(1, Ordering::Relaxed);
        if let Some(time) = time {
            *self.templates.lock().unwrap_or_else(PoisonError::into_inner).entry(name.to_owned()).or_default() += time;
        }
        result
    }

    /// Does `work`, a rule. The first rule that asks for the graph makes it, for all: `graph` then makes it once more, and what that
    /// takes is not the rule's.
    pub(super) fn rule<T>(&self, number: usize, work: impl FnOnce() -> T, graph: impl FnOnce() -> Option<Duration>) -> T {
        let (result, time) = self.timed(work);
        if let (Some(time), Some(counter)) = (time, self.rules.get(number)) {
            let shared = graph().unwrap_or_default().min(time);
            add(&self.graph, shared);
            add(counter, time - shared);
        }
        result
    }

    /// Does `work`, and says how long it took where there is a clock.
    pub(super) fn timed<T>(&self, work: impl FnOnce() -> T) -> (T, Option<Duration>) {
        let Some(clock) = self.clock else { return (work(), None) };
        let start = clock();
        let result = work();
        (result, Some(clock().saturating_sub(start)))
    }
}

fn add(counter: &AtomicU64, time: Duration) {
    counter.fetch_add(u64::try_from(time.as_nanos()).unwrap_or(u64::MAX), Ordering::Relaxed);
}
