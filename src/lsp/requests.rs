//! Which request is answered by what.

use std::sync::Arc;

use gen_lsp_types as lsp;
use lsp_server::ErrorCode;
use serde::Deserialize;
use serde_json::{Value, json};

use super::server::{Server, read};
use super::view::{OWN, View};
use super::{actions, completion, hints, hover, lens, links, names, outline, rename, uri};
use crate::analysis::Analysis;
use crate::diagnostic::Diagnostic;

/// Why a request is not answered.
pub(super) struct Refusal {
    pub(super) code: ErrorCode,
    pub(super) message: String,
}

type Answer = Result<Value, Refusal>;

fn refused(code: ErrorCode, message: String) -> Refusal {
    Refusal { code, message }
}

/// The parameters that most requests begin with; what else there is, is left aside.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AtPlace {
    text_document: lsp::TextDocumentIdentifier,
    position: lsp::Position,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct OfDocument {
    text_document: lsp::TextDocumentIdentifier,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct OfRange {
    text_document: lsp::TextDocumentIdentifier,
    range: lsp::Range,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct OfPlaces {
    text_document: lsp::TextDocumentIdentifier,
    positions: Vec<lsp::Position>,
}

/// Which findings a request needs.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Findings {
    /// Those of the text as it is, whatever it takes.
    All,
    /// None, or those that are known.
    Known,
}

pub(super) fn answer(server: &mut Server, method: &str, params: &Value) -> Answer {
    match method {
        "textDocument/hover" => at_place(server, params, Findings::Known, |view, offset, _| Ok(hover::hover(view, offset))),
        "textDocument/completion" => {
            at_place(server, params, Findings::Known, |view, offset, _| Ok(completion::completions(view, offset)))
        }
        "textDocument/definition" => {
            at_place(server, params, Findings::Known, |view, offset, _| Ok(names::definition(view, offset)))
        }
        "textDocument/references" => at_place(server, params, Findings::Known, |view, offset, params| {
            let all = params.pointer("/context/includeDeclaration").and_then(Value::as_bool).unwrap_or(true);
            Ok(names::references(view, offset, all))
        }),
        "textDocument/documentHighlight" => {
            at_place(server, params, Findings::Known, |view, offset, _| Ok(names::highlights(view, offset)))
        }
        "textDocument/prepareRename" => at_place(server, params, Findings::Known, |view, offset, _| {
            rename::prepare(view, offset).map_err(|message| refused(ErrorCode::RequestFailed, message))
        }),
        "textDocument/rename" => at_place(server, params, Findings::Known, |view, offset, params| {
            let new_name = params.get("newName").and_then(Value::as_str);
            let new_name = new_name.ok_or_else(|| refused(ErrorCode::InvalidParams, "`newName` is missing".to_owned()))?;
            rename::rename(view, offset, new_name).map_err(|message| refused(ErrorCode::RequestFailed, message))
        }),
        "textDocument/codeAction" => {
            let asked: OfRange = parameters(params)?;
            let only: Option<Vec<String>> =
                params.pointer("/context/only").and_then(|only| serde_json::from_value(only.clone()).ok());
            with_view(server, &asked.text_document.uri, Findings::All, json!([]), |view| {
                Ok(actions::actions(view, view.span(asked.range), only.as_deref()))
            })
        }
        "textDocument/inlayHint" => {
            let asked: OfRange = parameters(params)?;
            with_view(server, &asked.text_document.uri, Findings::Known, json!([]), |view| {
                Ok(hints::hints(view, view.span(asked.range)))
            })
        }
        "textDocument/documentSymbol" => of_document(server, params, |view| Ok(outline::symbols(view))),
        "textDocument/foldingRange" => of_document(server, params, |view| Ok(outline::folding(view.world.parsed(OWN).written()))),
        "textDocument/documentLink" => of_document(server, params, |view| Ok(links::links(view))),
        "textDocument/codeLens" => of_document(server, params, |view| Ok(lens::lenses(view))),
        "textDocument/selectionRange" => {
            let asked: OfPlaces = parameters(params)?;
            with_view(server, &asked.text_document.uri, Findings::Known, json!([]), |view| {
                let selected = asked.positions.iter().map(|position| outline::selection(view, view.offset(*position)));
                Ok(Value::Array(selected.collect()))
            })
        }
        "workspace/symbol" => {
            let query = params
                .get("query")
                .and_then(Value::as_str)
                .ok_or_else(|| refused(ErrorCode::InvalidParams, "invalid parameters: `query` is missing".to_owned()))?;
            let open = server.documents.iter().filter(|(_, document)| document.is_template);
            let open: Vec<_> = open.filter_map(|(_, document)| document.parsed.as_ref()).collect();
            let on_disk = server.folders.iter().flat_map(|folder| folder.templates());
            let on_disk = on_disk.filter(|(name, _)| server.documents.get(name).is_none()).map(|(_, parsed)| parsed);
            let uri = |name: &str| {
                server.documents.get(name).map_or_else(|| uri::of(name), |document| document.uri.clone()).to_string()
            };
            Ok(outline::workspace_symbols(open.into_iter().chain(on_disk), query, server.client.encoding, &uri))
        }
        _ => Err(refused(ErrorCode::MethodNotFound, format!("there is no `{method}`"))),
    }
}

fn parameters<T: serde::de::DeserializeOwned>(params: &Value) -> Result<T, Refusal> {
    read(params.clone()).map_err(|message| refused(ErrorCode::InvalidParams, message))
}

fn at_place(
    server: &mut Server,
    params: &Value,
    findings: Findings,
    feature: impl FnOnce(&View, u32, &Value) -> Answer,
) -> Answer {
    let asked: AtPlace = parameters(params)?;
    with_view(server, &asked.text_document.uri, findings, Value::Null, |view| feature(view, view.offset(asked.position), params))
}

fn of_document(server: &mut Server, params: &Value, feature: impl FnOnce(&View) -> Answer) -> Answer {
    let asked: OfDocument = parameters(params)?;
    with_view(server, &asked.text_document.uri, Findings::Known, json!([]), feature)
}

/// Asks a feature about an open template; `otherwise` where the text is none.
fn with_view(
    server: &mut Server,
    uri: &lsp::Uri,
    findings: Findings,
    otherwise: Value,
    feature: impl FnOnce(&View) -> Answer,
) -> Answer {
    let name = uri::name(uri);
    let document = server.documents.get(&name);
    let document = document.ok_or_else(|| refused(ErrorCode::InvalidParams, format!("{name} is not open")))?;
    if !document.is_template {
        return Ok(otherwise);
    }
    let findings: Arc<[Diagnostic]> = match findings {
        Findings::All => server.findings(&name),
        Findings::Known => document.findings.clone().unwrap_or_default(),
    };
    let Some(world) = server.world(&name) else { return Ok(otherwise) };
    let templates = world.templates();
    let set = world.link(&templates);
    let view = View {
        client: &server.client,
        documents: &server.documents,
        folder: &server.folders[server.folder_of(&name)],
        world: &world,
        set: &set,
        analysis: Analysis::new(&set, OWN, world.settings(OWN)),
        findings: &findings,
    };
    feature(&view)
}
