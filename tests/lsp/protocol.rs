//! The conversation itself: beginning, end, faults, and what the editor and the server agree on.

use serde_json::{Value, json};

use super::client::Client;

const METHOD_NOT_FOUND: i32 = -32601;
const INVALID_PARAMS: i32 = -32602;

#[test]
fn the_server_ends_as_the_editor_does() {
    assert!(Client::new(&[]).end());
    assert!(!Client::new(&[]).exit(), "`exit` without `shutdown`");
    assert!(!Client::new(&[]).leave(), "the editor has gone away");
}

#[test]
fn before_initialize_and_after_shutdown_requests_are_refused() {
    let mut client = Client::silent(&[]);
    assert_eq!(client.request("textDocument/hover", json!({})).unwrap_err().0, -32002);
    let mut client = Client::new(&[]);
    client.request("shutdown", Value::Null).unwrap();
    assert_eq!(client.request("textDocument/hover", json!({})).unwrap_err().0, -32600);
}

#[test]
fn encodings_are_negotiated() {
    let encoding = |offered: Value| {
        let mut client = Client::silent(&[]);
        let params = json!({"capabilities": {"general": {"positionEncodings": offered}}});
        client.request("initialize", params).unwrap()["capabilities"]["positionEncoding"].clone()
    };
    assert_eq!(encoding(json!(["utf-16", "utf-8"])), "utf-8");
    assert_eq!(encoding(json!(["utf-32", "utf-16"])), "utf-16");
    assert_eq!(encoding(Value::Null), "utf-16");
}

#[test]
fn what_is_malformed_or_unknown_is_an_error_and_the_server_lives() {
    let mut client = Client::new(&[]);
    assert_eq!(client.request("textDocument/nonsense", json!({})).unwrap_err().0, METHOD_NOT_FOUND);
    client.open("b.yaml", "Resources: {}");
    for params in [Value::Null, json!(7), json!({"textDocument": 7}), json!([])] {
        assert_eq!(client.request("textDocument/hover", params).unwrap_err().0, INVALID_PARAMS);
    }
    client.notify("textDocument/didOpen", json!({"textDocument": []}));
    client.notify("textDocument/didChange", json!({"textDocument": {"uri": "file:///none", "version": 1}, "contentChanges": []}));
    client.notify("$/nonsense", json!({}));
    client.notify("nonsense", Value::Null);
    client.open("a.yaml", "Resources: [\n");
    assert_eq!(Client::codes(&client.diagnostics("a.yaml", 1)).len(), 0, "no template yet");
    client.change("a.yaml", 2, "AWSTemplateFormatVersion: 2010-09-09\nResources: [\n");
    assert!(!client.diagnostics("a.yaml", 2).is_empty());
    assert!(client.end());
}

#[test]
fn a_request_that_is_cancelled_in_time_is_answered_so() {
    let mut client = Client::new(&[]);
    // While the server reads this, the others come.
    client.open(
        "a.yaml",
        &format!("AWSTemplateFormatVersion: 2010-09-09\nResources:\n{}", "  A: {Type: 'AWS::X::Y'}\n".repeat(20_000)),
    );
    let id = client.send("workspace/symbol", json!({"query": ""}));
    client.notify("$/cancelRequest", json!({"id": 2}));
    match client.answer(&id) {
        Ok(_) => {}
        Err((code, _)) => assert_eq!(code, -32800),
    }
    assert!(client.end());
}
