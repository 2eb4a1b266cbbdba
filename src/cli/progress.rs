//! The line that says how far a long run is.

use std::io::{self, IsTerminal, Write};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use crate::check::{Progress, Watch};

/// A run that is over before says nothing.
const PATIENCE: Duration = Duration::from_millis(500);
/// How often the line is written anew.
const INTERVAL: Duration = Duration::from_millis(100);

/// Does `work`, and says on standard error how far it is, where somebody looks and it takes long.
pub(super) fn shown<T>(watch: &Watch, work: impl FnOnce() -> T) -> T {
    if !somebody_looks() {
        return work();
    }
    thread::scope(|scope| {
        // Dropped when the work is done, and when it panics.
        let (running, ended) = mpsc::channel();
        // Where no thread can be started, the run goes on without the line.
        let _ = thread::Builder::new().spawn_scoped(scope, move || show(watch, &ended));
        let result = work();
        drop(running);
        result
    })
}

/// Standard error is a terminal that moves its cursor, and not the log of a build.
#[expect(clippy::disallowed_methods, reason = "TERM and CI say what the terminal is")]
fn somebody_looks() -> bool {
    let is_dumb = || std::env::var_os("TERM").is_none_or(|terminal| terminal == "dumb");
    let is_build = || std::env::var_os("CI").is_some_and(|value| !value.is_empty());
    io::stderr().is_terminal() && !is_dumb() && !is_build()
}

fn show(watch: &Watch, ended: &Receiver<()>) {
    let mut is_shown = false;
    let mut wait = PATIENCE;
    while ended.recv_timeout(wait) == Err(RecvTimeoutError::Timeout) {
        let Progress { checking, done, of } = watch.progress();
        let line = match (of, checking) {
            // They are still being looked for.
            (0, _) => "looking for templates".to_owned(),
            (_, false) => format!("reading {done} of {of} templates"),
            (_, true) => format!("checking {done} of {of} templates"),
        };
        let _ = write!(io::stderr(), "\r\u{1b}[K{line}");
        let _ = io::stderr().flush();
        is_shown = true;
        wait = INTERVAL;
    }
    if is_shown {
        let _ = write!(io::stderr(), "\r\u{1b}[K");
        let _ = io::stderr().flush();
    }
}
