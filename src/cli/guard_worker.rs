//! `--guard-isolate`: rule files are read and evaluated in other processes of this program, so that one that crashes or never ends
//! takes nothing else down.

use std::io::{self, BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::{CliError, SUCCESS};
use crate::policy::{self, Engine};

/// An engine that evaluates in this process, or in others.
pub(super) fn engine(is_isolated: bool, limit: Duration) -> Engine {
    if !is_isolated {
        return Engine::new(limit, None);
    }
    let workers = Workers::default();
    Engine::new(limit, Some(Arc::new(move |request: &str, limit| workers.ask(request, limit))))
}

/// Answers the requests on standard input, a line each, until there are no more.
pub(super) fn serve() -> Result<u8, CliError> {
    for line in io::stdin().lock().lines() {
        let mut answer = policy::answer(&line?);
        answer.push('\n');
        let mut out = io::stdout().lock();
        out.write_all(answer.as_bytes())?;
        out.flush()?;
    }
    Ok(SUCCESS)
}

/// The processes that have nothing to do; there are as many as there are threads that ask.
#[derive(Default)]
struct Workers {
    idle: Mutex<Vec<Worker>>,
}

impl Workers {
    fn ask(&self, request: &str, limit: Duration) -> Result<Option<String>, String> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut worker = idle.map_or_else(Worker::start, Ok).map_err(|error| format!("no process can be started: {error}"))?;
        let answer = worker.ask(request, limit)?;
        // One that did not answer is ended with its drop.
        if answer.is_some() {
            self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(worker);
        }
        Ok(answer)
    }
}

/// A process that evaluates.
struct Worker {
    child: Child,
    input: ChildStdin,
    answers: Receiver<String>,
}

impl Worker {
    fn start() -> io::Result<Self> {
        let program = std::env::current_exe()?;
        let mut command = Command::new(program);
        command.args(["guard", "worker"]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn()?;
        let pipes = child.stdin.take().zip(child.stdout.take());
        let (input, output) = pipes.ok_or_else(|| io::Error::other("it has no pipes"))?;
        let (sender, answers) = mpsc::channel();
        let read = move || BufReader::new(output).lines().map_while(Result::ok).try_for_each(|line| sender.send(line));
        std::thread::Builder::new().spawn(read)?;
        Ok(Self { child, input, answers })
    }

    /// The answer; `None` where there was none in time.
    fn ask(&mut self, request: &str, limit: Duration) -> Result<Option<String>, String> {
        let sent = self.input.write_all(request.as_bytes()).and_then(|()| self.input.write_all(b"\n"));
        match sent.map_err(|_| RecvTimeoutError::Disconnected).and_then(|()| self.answers.recv_timeout(limit)) {
            Ok(answer) => Ok(Some(answer)),
            Err(RecvTimeoutError::Timeout) => Ok(None),
            Err(RecvTimeoutError::Disconnected) => {
                let how = self.child.wait().map_or_else(|error| error.to_string(), |status| status.to_string());
                Err(format!("the process that evaluates it crashed ({how})"))
            }
        }
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
