//! The loop: takes what waits, and analyses texts when nothing does.

use std::any::Any;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use gen_lsp_types as lsp;
use lsp_server::{Connection, ErrorCode, Message, Notification, Request, RequestId, Response};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::capabilities::{self, Client};
use super::diagnostics;
use super::documents::Documents;
use super::folder::{Folder, Scan};
use super::queue::{Event, Queue};
use super::{requests, uri};
use crate::check::{Watch, World};
use crate::config::{Baseline, Settings};
use crate::diagnostic::{Diagnostic, fingerprints};
use crate::discover::{self, ConfigSource, PolicyLibrary};
use crate::report::RunProblem;
use crate::text::SourceFile;
use crate::workspace::{self, Parsed};

/// Why an editor cannot be served.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// It was told to end before it began.
    #[error("the editor did not begin with `initialize`")]
    NotInitialized,
}

/// How long the first findings wait for the look through the workspace folder, which may change them.
const PATIENCE: Duration = Duration::from_secs(2);

/// How often changes may end the analysis of a text before one is let through.
const MAX_INTERRUPTIONS: u32 = 3;

/// Serves the editor at the other end of `connection` until it is done: `true` where it said so in order.
///
/// # Errors
///
/// Where what it says is no such conversation.
pub fn serve(connection: Connection) -> Result<bool, ServeError> {
    let Connection { sender, receiver } = connection;
    let queue = Queue::new(receiver);
    let send = move |message: Message| {
        // Where the editor has gone away, the queue says so.
        let _ = sender.send(message);
    };
    let Some(params) = initialize(&queue, &send)? else { return Ok(false) };
    let mut server = Server::new(&params, Box::new(send));
    server.search_all(&queue);
    loop {
        let event = match queue.next(server.patience()) {
            Some(event) => event,
            None => {
                server.work(&queue);
                continue;
            }
        };
        match event {
            Event::Closed => return Ok(false),
            Event::Message(Message::Notification(notification)) if notification.method == "exit" => {
                return Ok(server.is_shut_down);
            }
            event => server.handle(event, &queue),
        }
    }
}

/// Waits for `initialize` and answers it; `None` where the editor leaves before.
fn initialize(queue: &Queue, send: &dyn Fn(Message)) -> Result<Option<Value>, ServeError> {
    loop {
        match queue.next(Duration::from_secs(3600)) {
            Some(Event::Message(Message::Request(request))) if request.method == "initialize" => {
                let answer = capabilities::answer(&Client::new(&request.params));
                send(Response::new_ok(request.id, answer).into());
                return Ok(Some(request.params));
            }
            Some(Event::Message(Message::Request(request))) => {
                let message = "the first request must be `initialize`".to_owned();
                send(Response::new_err(request.id, ErrorCode::ServerNotInitialized as i32, message).into());
            }
            Some(Event::Message(Message::Notification(notification))) if notification.method == "exit" => {
                return Err(ServeError::NotInitialized);
            }
            Some(Event::Closed) => return Ok(None),
            _ => {}
        }
    }
}

/// When texts are analysed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum RunOn {
    /// Whenever they change.
    #[default]
    Type,
    /// When they are opened and saved.
    Save,
}

/// All that the server knows.
pub(super) struct Server {
    send: Box<dyn Fn(Message)>,
    pub(super) client: Client,
    pub(super) documents: Documents,
    /// The workspace folders; the last stands for no folder.
    pub(super) folders: Vec<Folder>,
    /// Open texts that are to be analysed, the most urgent first.
    stale: Vec<String>,
    run_on: RunOn,
    /// What the user has set in the editor.
    options: Value,
    policies: PolicyLibrary,
    /// What was published on config files, by the workspace folder.
    told: BTreeMap<Option<PathBuf>, Vec<(String, Vec<lsp::Diagnostic>)>>,
    /// The question for the configuration that was not answered yet.
    asked: Option<RequestId>,
    questions: i32,
    started: Instant,
    is_shut_down: bool,
}

impl Server {
    fn new(params: &Value, send: Box<dyn Fn(Message)>) -> Self {
        let mut server = Self {
            send,
            client: Client::new(params),
            documents: Documents::default(),
            folders: vec![Folder::new(None, ConfigSource::Search)],
            stale: Vec::new(),
            run_on: RunOn::default(),
            options: json!({}),
            policies: PolicyLibrary::default(),
            told: BTreeMap::new(),
            asked: None,
            questions: 0,
            started: now(),
            is_shut_down: false,
        };
        let roots = match params.get("workspaceFolders").and_then(Value::as_array) {
            Some(folders) => folders.iter().filter_map(|folder| folder.get("uri")?.as_str()).map(str::to_owned).collect(),
            None => {
                let root = params.get("rootUri").and_then(Value::as_str).map(str::to_owned);
                let path = || Some(uri::of(params.get("rootPath")?.as_str()?).to_string());
                Vec::from_iter(root.or_else(path))
            }
        };
        let options = params.get("initializationOptions");
        server.configure(options.and_then(|options| options.get("cfnvet").or(Some(options))).unwrap_or(&Value::Null));
        for root in roots {
            server.add_folder(&root);
        }
        server
    }

    fn add_folder(&mut self, root: &str) {
        let name = uri::name(&lsp::Uri::from(root.to_owned()));
        if uri::is_file(&name) {
            let root = PathBuf::from(if name.len() > 1 { name.trim_end_matches('/') } else { &name });
            self.folders.insert(self.folders.len() - 1, Folder::new(Some(root.clone()), self.config_source(Some(&root))));
        }
    }

    /// What the user has set in the editor: `config`, the path of a config file, and `run`, `onType` or `onSave`. Whether that is
    /// anything new.
    fn configure(&mut self, options: &Value) -> bool {
        let options = if options.is_object() { options.clone() } else { json!({}) };
        if self.options == options {
            return false;
        }
        self.options = options;
        let is_on_save = self.options.get("run").and_then(Value::as_str) == Some("onSave");
        self.run_on = if is_on_save { RunOn::Save } else { RunOn::Type };
        for index in 0..self.folders.len() {
            let source = self.config_source(self.folders[index].root.as_deref());
            self.folders[index].set_source(source);
        }
        true
    }

    /// Where the config of a folder comes from.
    fn config_source(&self, root: Option<&Path>) -> ConfigSource {
        match self.options.get("config").and_then(Value::as_str).filter(|path| !path.is_empty()) {
            Some(path) => ConfigSource::File(root.map_or_else(|| path.into(), |root| root.join(path))),
            None => ConfigSource::Search,
        }
    }

    /// How long to wait for something to handle before texts are analysed.
    fn patience(&self) -> Duration {
        let Some(next) = self.stale.first() else { return Duration::from_secs(3600) };
        if self.folders[self.folder_of(next)].is_scanned {
            return Duration::ZERO;
        }
        PATIENCE.saturating_sub(now().duration_since(self.started))
    }

    fn handle(&mut self, event: Event, queue: &Queue) {
        match event {
            Event::Message(Message::Request(request)) => self.answer(request),
            Event::Message(Message::Notification(notification)) => {
                let method = notification.method.clone();
                let outcome = catch_unwind(AssertUnwindSafe(|| self.take_note(notification, queue)));
                let fault = match outcome {
                    Ok(Ok(())) => return,
                    Ok(Err(fault)) => fault,
                    Err(panic) => panic_message(&*panic),
                };
                self.log(&format!("{method}: {fault}"));
            }
            Event::Message(Message::Response(response)) => {
                if self.asked.as_ref() == Some(&response.id) {
                    self.asked = None;
                    let options = response.response_result.ok().and_then(|result| result.get(0).cloned());
                    if options.filter(Value::is_object).is_some_and(|options| self.configure(&options)) {
                        self.search_all(queue);
                    }
                }
            }
            Event::Cancelled(id) => {
                let message = "the request was cancelled".to_owned();
                self.send(Response::new_err(id, ErrorCode::RequestCanceled as i32, message));
            }
            Event::Scanned(scan) => self.take_over(*scan),
            Event::Closed => {}
        }
    }

    fn answer(&mut self, request: Request) {
        let Request { id, method, params } = request;
        if self.is_shut_down {
            let message = "the server is shut down".to_owned();
            return self.send(Response::new_err(id, ErrorCode::InvalidRequest as i32, message));
        }
        if method == "shutdown" {
            self.is_shut_down = true;
            return self.send(Response::new_ok(id, Value::Null));
        }
        let outcome = catch_unwind(AssertUnwindSafe(|| {
            self.read_all();
            requests::answer(self, &method, &params)
        }));
        let response = match outcome {
            Ok(Ok(result)) => Response::new_ok(id, result),
            Ok(Err(refusal)) => Response::new_err(id, refusal.code as i32, refusal.message),
            Err(panic) => {
                let message = format!("internal error: {}", panic_message(&*panic));
                Response::new_err(id, ErrorCode::InternalError as i32, message)
            }
        };
        self.send(response);
    }

    fn take_note(&mut self, notification: Notification, queue: &Queue) -> Result<(), String> {
        let Notification { method, params } = notification;
        match method.as_str() {
            "initialized" => self.introduce(),
            "textDocument/didOpen" => {
                let opened: lsp::DidOpenTextDocumentParams = read(params)?;
                let document = opened.text_document;
                let name = uri::name(&document.uri);
                let language = document.language_id.to_string();
                self.documents.open(&name, document.uri, document.version, &language, document.text);
                self.changed(&name, true);
            }
            "textDocument/didChange" => {
                let changed: lsp::DidChangeTextDocumentParams = read(params)?;
                let name = uri::name(&changed.text_document.text_document_identifier.uri);
                let encoding = self.client.encoding;
                let document = self.documents.get_mut(&name).ok_or_else(|| format!("{name} is not open"))?;
                document.change(changed.text_document.version, changed.content_changes, encoding);
                self.changed(&name, self.run_on == RunOn::Type);
            }
            "textDocument/didSave" => {
                let saved: lsp::DidSaveTextDocumentParams = read(params)?;
                let name = uri::name(&saved.text_document.uri);
                if let Some(document) = self.documents.get_mut(&name) {
                    document.with_policies = true;
                    self.changed(&name, true);
                }
                if !self.client.watches_files || self.folders.iter().any(|folder| folder.is_config(&name)) {
                    self.search_all(queue);
                }
            }
            "textDocument/didClose" => {
                let closed: lsp::DidCloseTextDocumentParams = read(params)?;
                let name = uri::name(&closed.text_document.uri);
                if let Some(document) = self.documents.close(&name) {
                    self.publish(document.uri, None, Vec::new());
                    self.stale.retain(|stale| *stale != name);
                    // Those that it is linked with see its file from now on.
                    self.relinked(&name);
                }
            }
            "workspace/didChangeWatchedFiles" => self.search_all(queue),
            "workspace/didChangeWorkspaceFolders" => {
                let changed: lsp::DidChangeWorkspaceFoldersParams = read(params)?;
                for removed in changed.event.removed {
                    let name = uri::name(&removed.uri);
                    self.folders.retain(|folder| folder.root != Some(PathBuf::from(name.trim_end_matches('/'))));
                }
                for added in changed.event.added {
                    self.add_folder(added.uri.as_ref());
                }
                self.search_all(queue);
            }
            "workspace/didChangeConfiguration" => {
                match params.pointer("/settings/cfnvet").filter(|options| options.is_object()) {
                    Some(options) => {
                        self.configure(&options.clone());
                        self.search_all(queue);
                    }
                    None => self.ask_for_configuration(),
                }
            }
            // What begins with `$/` may be left aside by anyone.
            _ => {}
        }
        Ok(())
    }

    /// What is said once the editor is ready.
    fn introduce(&mut self) {
        if self.client.watches_files {
            self.ask("client/registerCapability", capabilities::watchers());
        }
        self.ask_for_configuration();
    }

    fn ask_for_configuration(&mut self) {
        if self.client.has_configuration {
            let question = json!({"items": [{"section": "cfnvet"}]});
            self.asked = Some(self.ask("workspace/configuration", question));
        }
    }

    fn ask(&mut self, method: &str, params: Value) -> RequestId {
        self.questions += 1;
        let id = RequestId::from(self.questions);
        self.send(Request { id: id.clone(), method: method.to_owned(), params });
        id
    }

    pub(super) fn send(&self, message: impl Into<Message>) {
        (self.send)(message.into());
    }

    fn tell(&self, method: &str, params: Value) {
        self.send(Notification { method: method.to_owned(), params });
    }

    fn log(&self, message: &str) {
        self.tell("window/logMessage", json!({"type": 1, "message": message}));
    }

    /// Looks through all folders again, each on a thread of its own, and reads all config files again.
    fn search_all(&mut self, queue: &Queue) {
        self.policies = PolicyLibrary::default();
        for index in 0..self.folders.len() {
            // What is open has the new settings at once.
            self.folders[index].reread_configs();
            self.forget_trees(index);
            let Some(search) = self.folders[index].search() else { continue };
            let found = queue.sender();
            thread::spawn(move || {
                // The server may have ended meanwhile.
                let _ = found.send(Event::Scanned(Box::new(search.run())));
            });
        }
    }

    fn take_over(&mut self, scan: Scan) {
        let Some(index) = self.folders.iter().position(|folder| folder.root.as_deref() == Some(&*scan.root)) else { return };
        if self.folders[index].take_over(scan) {
            self.forget_trees(index);
        }
    }

    /// What is open in a folder is read and analysed anew.
    fn forget_trees(&mut self, folder: usize) {
        let names: Vec<String> = self.documents.iter().map(|(name, _)| name.to_owned()).collect();
        for name in names {
            if self.folder_of(&name) != folder {
                continue;
            }
            if let Some(document) = self.documents.get_mut(&name) {
                document.parsed = None;
                document.findings = None;
            }
            self.put_in_line(name);
        }
    }

    /// The number of the innermost folder that a document is in.
    pub(super) fn folder_of(&self, name: &str) -> usize {
        let holding = self.folders.iter().enumerate().filter_map(|(index, folder)| Some((folder.holds(name)?, index)));
        holding.max().map_or(self.folders.len() - 1, |(_, index)| index)
    }

    /// A text has changed: it is the next to be analysed, and those it may be linked with come after it.
    fn changed(&mut self, name: &str, is_run: bool) {
        if is_run {
            self.stale.retain(|stale| stale != name);
            self.stale.insert(0, name.to_owned());
            self.relinked(name);
        }
    }

    /// What is linked with a text is analysed again.
    fn relinked(&mut self, name: &str) {
        let folder = self.folder_of(name);
        let mut is_linked = true;
        if let Some(document) = self.documents.get_mut(name) {
            let is_now = has_links(&document.source);
            is_linked = std::mem::replace(&mut document.may_be_linked, is_now) || is_now;
        }
        let others: Vec<String> =
            self.documents.iter().map(|(other, _)| other.to_owned()).filter(|other| other != name).collect();
        for other in others {
            if self.folder_of(&other) != folder {
                continue;
            }
            if let Some(document) = self.documents.get_mut(&other) {
                if !is_linked && !document.parsed.as_ref().is_some_and(|parsed| nests(parsed, name)) {
                    continue;
                }
                document.findings = None;
            }
            self.put_in_line(other);
        }
    }

    fn put_in_line(&mut self, name: String) {
        if !self.stale.contains(&name) {
            self.stale.push(name);
        }
    }

    /// Analyses the next text, if nothing is more urgent.
    fn work(&mut self, queue: &Queue) {
        if self.stale.is_empty() {
            return;
        }
        let name = self.stale.remove(0);
        let folder = self.folder_of(&name);
        if !self.folders[folder].is_current(&name) {
            self.search_all(queue);
        }
        let interrupted = self.documents.get(&name).map_or(0, |document| document.interrupted);
        let stop = || interrupted < MAX_INTERRUPTIONS && queue.has_change();
        let outcome = catch_unwind(AssertUnwindSafe(|| {
            self.read_all();
            self.analyse(&name, &stop)
        }));
        match outcome {
            Ok(Some(findings)) => {
                self.publish_findings(&name, &findings);
                self.tell_config_problems(folder);
            }
            // A change has come in between; after it, the text is analysed again.
            Ok(None) => {
                if let Some(document) = self.documents.get_mut(&name) {
                    document.interrupted += 1;
                }
                self.put_in_line(name);
            }
            Err(panic) => self.log(&format!("{name}: internal error: {}", panic_message(&*panic))),
        }
    }

    /// Reads the texts that have changed.
    fn read_all(&mut self) {
        for (name, document) in self.documents.iter_mut().filter(|(_, document)| document.parsed.is_none()) {
            let holding = self.folders.iter().enumerate().filter_map(|(index, folder)| Some((folder.holds(name)?, index)));
            let folder = holding.max().map_or(self.folders.len() - 1, |(_, index)| index);
            let settings = self.folders[folder].settings(&document.source);
            document.is_excluded = settings.is_none();
            let source = document.analysed();
            document.parsed = Some(Arc::new(Parsed::new(&source, &settings.unwrap_or_default())));
        }
    }

    /// What is found in an open text; `None` where `stop` ended it.
    fn analyse(&mut self, name: &str, stop: &(dyn Fn() -> bool + Sync)) -> Option<Arc<[Diagnostic]>> {
        let Some(document) = self.documents.get(name) else { return Some(Arc::default()) };
        if let Some(known) = &document.findings {
            return Some(Arc::clone(known));
        }
        if !document.is_template || document.is_excluded {
            return Some(Arc::default());
        }
        let world = self.world(name)?;
        let settings = world.settings(0);
        let policies = match document.with_policies && !settings.guard.is_empty() {
            true => vec![self.policies.policies(&settings.guard)],
            false => Vec::new(),
        };
        let mut findings = world.check(&policies, &Watch::with_stop(stop));
        if stop() {
            return None;
        }
        if let Some(baseline) = &settings.baseline {
            without_baseline(Path::new(baseline), &mut findings);
        }
        let document = self.documents.get_mut(name)?;
        // Who types sees each fault once.
        let own = findings.into_iter().filter(|finding| finding.file.name() == name && finding.echo_of.is_none());
        let own: Arc<[Diagnostic]> = own.collect();
        document.findings = Some(Arc::clone(&own));
        document.interrupted = 0;
        Some(own)
    }

    /// What is found in an open text, however long it takes.
    pub(super) fn findings(&mut self, name: &str) -> Arc<[Diagnostic]> {
        self.analyse(name, &|| false).unwrap_or_default()
    }

    /// An open text, number 0, with the templates that it is or may be linked with; `None` where it is not open.
    pub(super) fn world(&self, name: &str) -> Option<World> {
        let own = self.documents.get(name)?.parsed.clone()?;
        let folder = &self.folders[self.folder_of(name)];
        let is_open = |name: &str| self.documents.get(name).is_some_and(|document| document.parsed.is_some());
        let on_disk = folder.templates().filter(|(other, _)| *other != name && !is_open(other)).map(|(_, parsed)| parsed);
        let index = self.folder_of(name);
        let open = self.documents.iter().filter(|(other, document)| {
            *other != name && document.is_template && !document.is_excluded && self.folder_of(other) == index
        });
        let others: Vec<&Arc<Parsed>> = match folder.root {
            Some(_) => open.filter_map(|(_, document)| document.parsed.as_ref()).chain(on_disk).collect(),
            None => Vec::new(),
        };
        let is_linked = may_be_linked(&own) || others.iter().any(|other| nests(other, name));
        let others = others.into_iter().filter(|other| is_linked && may_be_linked(other)).cloned();
        let load = |path: &str, settings: &Arc<Settings>| {
            let open = self.documents.get(path).and_then(|document| document.parsed.clone());
            open.or_else(|| folder.nested(path, settings))
        };
        Some(World::of(std::iter::once(own).chain(others).collect(), 1, &load))
    }

    fn publish_findings(&self, name: &str, findings: &[Diagnostic]) {
        let Some(document) = self.documents.get(name) else { return };
        let found = findings.iter().map(|found| diagnostics::diagnostic(found, &self.client)).collect();
        self.publish(document.uri.clone(), Some(document.version), found);
    }

    fn publish(&self, uri: lsp::Uri, version: Option<i32>, diagnostics: Vec<lsp::Diagnostic>) {
        let params = lsp::PublishDiagnosticsParams { uri, version, diagnostics };
        self.tell("textDocument/publishDiagnostics", serde_json::to_value(params).unwrap_or_default());
    }

    /// Shows what is wrong with the config files in them, and takes away what no longer is.
    fn tell_config_problems(&mut self, folder: usize) {
        let (problems, warnings) = self.folders[folder].config_problems();
        let mut files: Vec<(String, Vec<lsp::Diagnostic>)> = Vec::new();
        for (problem, severity) in problems
            .iter()
            .map(|problem| (problem, lsp::DiagnosticSeverity::Error))
            .chain(warnings.iter().map(|warning| (warning, lsp::DiagnosticSeverity::Warning)))
        {
            let Some(file) = problem.file.as_ref().and_then(|file| std::path::absolute(file).ok()) else { continue };
            let file = discover::slashed(&file);
            let shown = config_diagnostic(problem, severity);
            match files.iter_mut().find(|(name, _)| *name == file) {
                Some((_, all)) => all.push(shown),
                None => files.push((file, vec![shown])),
            }
        }
        let root = self.folders[folder].root.clone();
        let before = self.told.insert(root, files.clone()).unwrap_or_default();
        for (file, _) in before.iter().filter(|(told, _)| !files.iter().any(|(file, _)| file == told)) {
            self.publish(uri::of(file), None, Vec::new());
        }
        // What is shown already is not sent again.
        for file in files.into_iter().filter(|file| !before.contains(file)) {
            self.publish(uri::of(&file.0), None, file.1);
        }
    }
}

fn config_diagnostic(problem: &RunProblem, severity: lsp::DiagnosticSeverity) -> lsp::Diagnostic {
    let (line, start, width) = problem.place.as_ref().map_or((0, 0, 0), |place| {
        let units = |from: usize, count: usize| place.text.chars().skip(from).take(count).map(char::len_utf16).sum::<usize>();
        (
            place.line.saturating_sub(1),
            units(0, place.column.saturating_sub(1)),
            units(place.column.saturating_sub(1), place.width),
        )
    });
    let at = |character: usize| lsp::Position { line: line as u32, character: character as u32 };
    lsp::Diagnostic {
        range: lsp::Range { start: at(start), end: at(start + width) },
        severity: Some(severity),
        source: Some("cfnvet".to_owned()),
        message: problem.message.clone().into(),
        ..lsp::Diagnostic::default()
    }
}

/// Takes out what a baseline holds. One that cannot be read hides nothing.
fn without_baseline(path: &Path, findings: &mut Vec<Diagnostic>) {
    let Some(baseline) = discover::text(path).ok().and_then(|text| Baseline::parse(&text).ok()) else { return };
    let prints = fingerprints(findings);
    let mut prints = prints.iter();
    findings.retain(|finding| {
        let print = prints.next().map_or("", String::as_str);
        !baseline.contains(&discover::path_from(path, finding.file.name()), &finding.code, print)
    });
}

/// Whether a template has anything by which templates are linked.
fn may_be_linked(parsed: &Parsed) -> bool {
    has_links(&parsed.source)
}

fn has_links(source: &SourceFile) -> bool {
    const WORDS: [&str; 6] =
        ["ImportValue", "Export", "GetStackOutput", "TemplateURL", "AWS::Serverless::Application", "AWS::ECS::"];
    let text = source.text().as_bytes();
    WORDS.iter().any(|word| memchr::memmem::find(text, word.as_bytes()).is_some())
}

/// Whether a template may nest the one called `name`.
fn nests(parsed: &Parsed, name: &str) -> bool {
    let name = workspace::normal(name);
    let file = name.rsplit('/').next().unwrap_or(&name);
    let ends_so = |path: &String| path.rsplit('/').next() == Some(file);
    parsed.nests.iter().any(|(_, path)| *path == name) || parsed.hosted.iter().any(|(_, paths)| paths.iter().any(ends_so))
}

/// The parameters of a message.
pub(super) fn read<T: DeserializeOwned>(params: Value) -> Result<T, String> {
    serde_json::from_value(params).map_err(|error| format!("invalid parameters: {error}"))
}

fn panic_message(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned()).or_else(|| panic.downcast_ref::<String>().cloned());
    text.unwrap_or_else(|| "a panic".to_owned())
}

#[expect(clippy::disallowed_methods, reason = "an editor is not kept waiting for longer than a moment")]
fn now() -> Instant {
    Instant::now()
}
