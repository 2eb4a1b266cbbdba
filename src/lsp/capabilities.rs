//! What the editor can do, and what the server offers.

use serde_json::{Value, json};

use crate::text::Encoding;

/// What the editor says of itself, as far as it matters.
#[derive(Clone, Debug, Default)]
pub(super) struct Client {
    pub(super) encoding: Encoding,
    pub(super) related_information: bool,
    pub(super) watches_files: bool,
    pub(super) has_configuration: bool,
    /// Whether symbols may have children.
    pub(super) tree_of_symbols: bool,
    /// Whether edits may name the version of the text they are for.
    pub(super) versioned_edits: bool,
}

impl Client {
    /// Reads the parameters of `initialize`. What has another shape than the protocol says is taken as not said.
    pub(super) fn new(params: &Value) -> Self {
        let is = |path: &str| params.pointer(path).and_then(Value::as_bool).unwrap_or_default();
        let encodings = params.pointer("/capabilities/general/positionEncodings").and_then(Value::as_array);
        let wants_bytes = encodings.is_some_and(|all| all.iter().any(|encoding| encoding == "utf-8"));
        Self {
            encoding: if wants_bytes { Encoding::Utf8 } else { Encoding::Utf16 },
            related_information: is("/capabilities/textDocument/publishDiagnostics/relatedInformation"),
            watches_files: is("/capabilities/workspace/didChangeWatchedFiles/dynamicRegistration"),
            has_configuration: is("/capabilities/workspace/configuration"),
            tree_of_symbols: is("/capabilities/textDocument/documentSymbol/hierarchicalDocumentSymbolSupport"),
            versioned_edits: is("/capabilities/workspace/workspaceEdit/documentChanges"),
        }
    }
}

/// The answer to `initialize`.
pub(super) fn answer(client: &Client) -> Value {
    let encoding = match client.encoding {
        Encoding::Utf8 => "utf-8",
        Encoding::Utf16 => "utf-16",
    };
    json!({
        "capabilities": {
            "positionEncoding": encoding,
            "textDocumentSync": {"openClose": true, "change": 2, "save": {"includeText": false}},
            "hoverProvider": true,
            "completionProvider": {"triggerCharacters": ["!", ":", ".", "{", "$", "\"", "'", "[", ",", " ", "-"]},
            "definitionProvider": true,
            "referencesProvider": true,
            "documentHighlightProvider": true,
            "documentSymbolProvider": true,
            "workspaceSymbolProvider": true,
            "renameProvider": {"prepareProvider": true},
            "codeActionProvider": {"codeActionKinds": ["quickfix", "source.fixAll.cfnvet"]},
            "codeLensProvider": {"resolveProvider": false},
            "documentLinkProvider": {"resolveProvider": false},
            "foldingRangeProvider": true,
            "selectionRangeProvider": true,
            "inlayHintProvider": true,
            "workspace": {"workspaceFolders": {"supported": true, "changeNotifications": true}},
        },
        "serverInfo": {"name": "cfnvet", "version": env!("CARGO_PKG_VERSION")},
    })
}

/// The registration of the files that the server wants to hear of.
pub(super) fn watchers() -> Value {
    let globs = ["**/*.{yaml,yml,json,template}", "**/.cfnvet.yaml", "**/.cfnlintrc*", "**/samconfig.toml", "**/*.guard"];
    let watchers: Vec<Value> = globs.iter().map(|glob| json!({"globPattern": glob})).collect();
    json!({"registrations": [{
        "id": "cfnvet-files",
        "method": "workspace/didChangeWatchedFiles",
        "registerOptions": {"watchers": watchers},
    }]})
}
