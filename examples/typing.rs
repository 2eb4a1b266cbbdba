//! How long an editor waits: types a part of a template character by character into the language server.
//!
//!     cargo run --profile quick --example typing -- TEMPLATE [CHARACTERS] [CHANGES]
//!
//! Opens the template without CHARACTERS of its middle (1,000), types them with every rule on, and waits for the findings after each;
//! asks for completions after every fourth. Then sends CHANGES (0) more changes, to see whether memory stays as it is. Beside the time
//! on the clock stands, on Linux, the time that the processor spent on the thread that waits for all others, which says more where
//! others use the machine too.

#![allow(clippy::disallowed_methods, reason = "it reads a file and the clock")]

use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use lsp_server::{Connection, Message, Notification, Request};
use serde_json::{Value, json};

fn main() {
    let mut arguments = std::env::args().skip(1);
    let Some(path) = arguments.next() else { return eprintln!("typing TEMPLATE [CHARACTERS] [CHANGES]") };
    let mut number = |default: usize| arguments.next().map_or(default, |text| text.parse().expect("a number"));
    let (characters, changes) = (number(1_000), number(0));
    let text = std::fs::read_to_string(&path).expect("the template can be read");
    let folder = tempfile::tempdir().expect("there is room");
    std::fs::write(folder.path().join(".cfnvet.yaml"), "select: [ALL]\nseverity: info\n").expect("it can be written");
    let name = Path::new(&path).file_name().expect("a file").to_string_lossy().into_owned();
    let uri = format!("file://{}/{name}", folder.path().display());

    let (near, far) = Connection::memory();
    let server = thread::Builder::new()
        .name("server".to_owned())
        .stack_size(16 << 20)
        .spawn(|| cfnvet::lsp::serve(far))
        .expect("a thread starts");
    let editor = Editor { connection: near };
    let root = format!("file://{}", folder.path().display());
    editor.send(Request {
        id: 0.into(),
        method: "initialize".into(),
        params: json!({"capabilities": {}, "workspaceFolders": [{"uri": root, "name": "x"}]}),
    });
    editor.wait(|message| matches!(message, Message::Response(_)));
    editor.tell("initialized", json!({}));

    let middle = (text.len() / 2..text.len()).find(|at| text.is_char_boundary(*at)).unwrap_or(text.len());
    let typed: String = text[middle..].chars().take(characters).collect();
    let mut line = text[..middle].matches('\n').count();
    let start = text[..middle].rfind('\n').map_or(0, |newline| newline + 1);
    let mut character = text[start..middle].encode_utf16().count();
    let opened = format!("{}{}", &text[..middle], &text[middle + typed.len()..]);
    editor
        .tell("textDocument/didOpen", json!({"textDocument": {"uri": uri, "languageId": "yaml", "version": 0, "text": opened}}));
    editor.findings(0);
    let before = memory();

    let (mut findings, mut spent, mut completions) = (Vec::new(), Vec::new(), Vec::new());
    let processor = Processor::of_thread("server");
    let mut version = 0;
    for (at, typed) in typed.chars().enumerate() {
        version += 1;
        let place = json!({"line": line, "character": character});
        let change = json!([{"range": {"start": place, "end": place}, "text": typed.to_string()}]);
        let before = processor.as_ref().map(Processor::spent);
        let begun = Instant::now();
        editor
            .tell("textDocument/didChange", json!({"textDocument": {"uri": uri, "version": version}, "contentChanges": change}));
        editor.findings(version);
        findings.push(begun.elapsed());
        if let (Some(processor), Some(before)) = (&processor, before) {
            spent.push(processor.spent() - before);
        }
        if typed == '\n' {
            (line, character) = (line + 1, 0);
        } else {
            character += typed.len_utf16();
        }
        if at % 4 == 0 {
            let params = json!({"textDocument": {"uri": uri}, "position": {"line": line, "character": character}});
            let begun = Instant::now();
            editor.send(Request { id: version.into(), method: "textDocument/completion".into(), params });
            editor.wait(|message| matches!(message, Message::Response(_)));
            completions.push(begun.elapsed());
        }
    }
    println!("{path}: {} KB, {} characters typed", text.len() / 1000, findings.len());
    show("findings", &mut findings);
    if !spent.is_empty() {
        show("processor", &mut spent);
    }
    show("completions", &mut completions);
    println!("memory      {} MB when opened, {} MB after typing", before, memory());

    for _ in 0..changes {
        version += 1;
        let place = json!({"line": line, "character": character});
        let behind = json!({"line": line, "character": character + 1});
        let (range, text) = if version % 2 == 0 {
            (json!({"start": place, "end": place}), "x")
        } else {
            (json!({"start": place, "end": behind}), "")
        };
        let change = json!([{"range": range, "text": text}]);
        editor
            .tell("textDocument/didChange", json!({"textDocument": {"uri": uri, "version": version}, "contentChanges": change}));
        if version % 100 == 0 {
            editor.findings(version);
        }
    }
    if changes > 0 {
        println!("memory      {} MB after {changes} changes", memory());
    }
    editor.send(Request { id: (-1).into(), method: "shutdown".into(), params: Value::Null });
    editor.tell("exit", Value::Null);
    assert!(server.join().expect("it does not panic").expect("it ends"), "it ends in order");
}

struct Editor {
    connection: Connection,
}

impl Editor {
    fn send(&self, message: impl Into<Message>) {
        self.connection.sender.send(message.into()).expect("the server listens");
    }

    fn tell(&self, method: &str, params: Value) {
        self.send(Notification { method: method.to_owned(), params });
    }

    fn wait(&self, is_it: impl Fn(&Message) -> bool) {
        while !is_it(&self.connection.receiver.recv_timeout(Duration::from_secs(60)).expect("it answers")) {}
    }

    fn findings(&self, version: i32) {
        self.wait(|message| match message {
            Message::Notification(notification) => {
                assert_ne!(notification.method, "window/logMessage", "{}", notification.params);
                notification.params.get("version").and_then(Value::as_i64) == Some(i64::from(version))
            }
            _ => false,
        });
    }
}

fn show(what: &str, times: &mut [Duration]) {
    times.sort_unstable();
    let at = |share: f64| times.get(((times.len() as f64 * share) as usize).min(times.len() - 1)).copied().unwrap_or_default();
    println!("{what:<12}p50 {:.2?}, p99 {:.2?}, max {:.2?}", at(0.5), at(0.99), at(1.0));
}

/// The time that the processor has spent on a thread.
struct Processor(std::path::PathBuf);

impl Processor {
    fn of_thread(name: &str) -> Option<Self> {
        let tasks = std::fs::read_dir("/proc/self/task").ok()?.filter_map(|task| Some(task.ok()?.path()));
        let is_named =
            |task: &std::path::PathBuf| std::fs::read_to_string(task.join("comm")).is_ok_and(|own| own.trim_end() == name);
        tasks.into_iter().find(is_named).map(|task| Self(task.join("schedstat")))
    }

    fn spent(&self) -> Duration {
        // It is counted when the thread has gone to sleep.
        thread::sleep(Duration::from_micros(300));
        let counted = std::fs::read_to_string(&self.0).unwrap_or_default();
        Duration::from_nanos(counted.split(' ').next().and_then(|spent| spent.parse().ok()).unwrap_or_default())
    }
}

/// The memory of this process in MB, where the system says so.
fn memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|kilobytes| kilobytes.parse::<u64>().ok()).unwrap_or_default() / 1000
}
