//! An editor, as far as the tests need one.

use std::fs;
use std::path::{Path, PathBuf};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use lsp_server::{Connection, Message, Notification, Request, RequestId, Response};
use serde_json::{Value, json};

const PATIENCE: Duration = Duration::from_secs(60);

pub(crate) struct Client {
    connection: Connection,
    server: Option<JoinHandle<bool>>,
    requests: i32,
    /// What came while something else was waited for.
    aside: Vec<Message>,
    /// The workspace folder.
    pub(crate) folder: tempfile::TempDir,
}

impl Client {
    /// An editor that has opened a folder with these files, and is served.
    pub(crate) fn new(files: &[(&str, &str)]) -> Self {
        Self::with(files, json!({}))
    }

    /// The same, which says `extra` in `initialize` too.
    pub(crate) fn with(files: &[(&str, &str)], extra: Value) -> Self {
        let mut client = Self::silent(files);
        let mut params = json!({
            "processId": null,
            "capabilities": {"textDocument": {
                "publishDiagnostics": {"relatedInformation": true},
                "documentSymbol": {"hierarchicalDocumentSymbolSupport": true},
                "completion": {"completionItem": {"snippetSupport": true}},
            }},
            "workspaceFolders": [{"uri": client.uri(""), "name": "folder"}],
        });
        merge(&mut params, extra);
        client.request("initialize", params).expect("the server begins");
        client.notify("initialized", json!({}));
        client
    }

    /// An editor that has said nothing yet.
    pub(crate) fn silent(files: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().expect("there is room");
        for (name, text) in files {
            write(&folder.path().join(name), text);
        }
        let (connection, far) = Connection::memory();
        let server = thread::Builder::new().stack_size(16 << 20);
        let server = server.spawn(|| cfnvet::lsp::serve(far).unwrap_or(false)).expect("a thread starts");
        Self { connection, server: Some(server), requests: 0, aside: Vec::new(), folder }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().canonicalize().expect("it is there").join(name)
    }

    pub(crate) fn uri(&self, name: &str) -> String {
        let path = self.path(name).to_string_lossy().replace('%', "%25").replace(' ', "%20");
        format!("file://{path}").trim_end_matches('/').to_owned()
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        write(&self.path(name), text);
    }

    pub(crate) fn notify(&self, method: &str, params: Value) {
        self.connection.sender.send(Notification { method: method.to_owned(), params }.into()).expect("the server listens");
    }

    pub(crate) fn send(&mut self, method: &str, params: Value) -> RequestId {
        self.requests += 1;
        let id = RequestId::from(self.requests);
        self.connection.sender.send(Request { id: id.clone(), method: method.to_owned(), params }.into()).expect("it listens");
        id
    }

    /// The answer to a request, or the code and words of the error.
    pub(crate) fn request(&mut self, method: &str, params: Value) -> Result<Value, (i32, String)> {
        let id = self.send(method, params);
        self.answer(&id)
    }

    pub(crate) fn answer(&mut self, id: &RequestId) -> Result<Value, (i32, String)> {
        let is_it = |message: &Message| matches!(message, Message::Response(response) if response.id == *id);
        let Message::Response(Response { response_result, .. }) = self.wait(is_it) else { unreachable!() };
        response_result.map_err(|error| (error.code, error.message))
    }

    pub(crate) fn wait(&mut self, is_it: impl Fn(&Message) -> bool) -> Message {
        if let Some(at) = self.aside.iter().position(&is_it) {
            return self.aside.remove(at);
        }
        loop {
            let message = self.connection.receiver.recv_timeout(PATIENCE).expect("the server answers in time");
            if is_it(&message) {
                return message;
            }
            self.aside.push(message);
        }
    }

    pub(crate) fn open(&mut self, name: &str, text: &str) {
        let uri = self.uri(name);
        self.open_uri(&uri, text);
    }

    pub(crate) fn open_uri(&mut self, uri: &str, text: &str) {
        let document = json!({"uri": uri, "languageId": "yaml", "version": 1, "text": text});
        self.notify("textDocument/didOpen", json!({"textDocument": document}));
    }

    /// Replaces the whole text.
    pub(crate) fn change(&mut self, name: &str, version: i32, text: &str) {
        let uri = self.uri(name);
        let changes = json!([{"text": text}]);
        self.notify(
            "textDocument/didChange",
            json!({"textDocument": {"uri": uri, "version": version}, "contentChanges": changes}),
        );
    }

    /// The diagnostics published next for a file at a version.
    pub(crate) fn diagnostics(&mut self, name: &str, version: i64) -> Vec<Value> {
        let uri = self.uri(name);
        self.diagnostics_of(&uri, Some(version))
    }

    pub(crate) fn diagnostics_of(&mut self, uri: &str, version: Option<i64>) -> Vec<Value> {
        let is_it = |message: &Message| match message {
            Message::Notification(notification) => {
                notification.method == "textDocument/publishDiagnostics"
                    && notification.params["uri"] == *uri
                    && notification.params.get("version").and_then(Value::as_i64) == version
            }
            _ => false,
        };
        let Message::Notification(published) = self.wait(is_it) else { unreachable!() };
        published.params["diagnostics"].as_array().expect("a list").clone()
    }

    /// Whether diagnostics of a file came while something else was waited for.
    pub(crate) fn has_published(&self, uri: &str) -> bool {
        self.aside.iter().any(|message| match message {
            Message::Notification(told) => told.method == "textDocument/publishDiagnostics" && told.params["uri"] == *uri,
            _ => false,
        })
    }

    /// The codes and the lines of diagnostics, as `ECS101@4`.
    pub(crate) fn codes(diagnostics: &[Value]) -> Vec<String> {
        let shown = |found: &Value| format!("{}@{}", found["code"].as_str().unwrap_or("-"), found["range"]["start"]["line"]);
        diagnostics.iter().map(shown).collect()
    }

    /// Asks about the place of `|` in `text`, with `mark` taken out, in a file that is open with that text.
    pub(crate) fn at(&mut self, method: &str, name: &str, text: &str, extra: Value) -> Value {
        let (line, character) = place(text);
        let mut params = json!({"textDocument": {"uri": self.uri(name)}, "position": {"line": line, "character": character}});
        merge(&mut params, extra);
        self.request(method, params).unwrap_or_else(|(code, message)| panic!("{method}: {code} {message}"))
    }

    /// Ends in order; whether the server did too.
    pub(crate) fn end(mut self) -> bool {
        let _ = self.request("shutdown", Value::Null);
        self.notify("exit", Value::Null);
        self.server.take().expect("it was started").join().expect("it does not panic")
    }

    /// Goes away without a word; whether the server took that for an end in order.
    pub(crate) fn leave(mut self) -> bool {
        let server = self.server.take().expect("it was started");
        drop(self);
        server.join().expect("it does not panic")
    }

    /// Says `exit` without `shutdown`.
    pub(crate) fn exit(mut self) -> bool {
        self.notify("exit", Value::Null);
        self.server.take().expect("it was started").join().expect("it does not panic")
    }
}

/// The line and character of the `|` in a text of ASCII.
pub(crate) fn place(text: &str) -> (usize, usize) {
    let at = text.find('|').expect("the text has a mark");
    let before = &text[..at];
    (before.matches('\n').count(), at - before.rfind('\n').map_or(0, |newline| newline + 1))
}

/// The text without its mark.
pub(crate) fn plain(text: &str) -> String {
    text.replacen('|', "", 1)
}

fn write(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().expect("it is in a folder")).expect("it can be made");
    fs::write(path, text).expect("it can be written");
}

fn merge(into: &mut Value, extra: Value) {
    match (into, extra) {
        (Value::Object(into), Value::Object(extra)) => {
            for (key, value) in extra {
                merge(into.entry(key).or_insert(Value::Null), value);
            }
        }
        (into, extra) => *into = extra,
    }
}
