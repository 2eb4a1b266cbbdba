"""The server's whole protocol, asked by pytest-lsp; run.py starts this, with the server in $CFNVET."""

import os
from pathlib import Path

import pytest
import pytest_lsp
from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcException
from pytest_lsp import ClientServerConfig, LanguageClient, client_capabilities

TEMPLATE = """\
Parameters:
  Stage: {Type: String, Default: prod}
Conditions:
  IsProd: !Equals [!Ref Stage, prod]
Resources:
  # 港🚢
  Bucket: {Type: AWS::S3::Bucket, Condition: IsProd}
Outputs:
  Name: {Value: !Sub "🚢 ${Bucket} ${Stage}", Condition: IsProd}
  Other: {Value: !Ref Stage}
"""
UNIT = {"utf-16": "utf-16-le", "utf-8": "utf-8"}


@pytest_lsp.fixture(params=["utf-16", "utf-8"], config=ClientServerConfig(server_command=[os.environ["CFNVET"], "lsp", "--stdio"]))
async def client(request, lsp_client: LanguageClient, tmp_path):
    capabilities = client_capabilities("visual-studio-code")
    capabilities.general.position_encodings = [lsp.PositionEncodingKind(request.param)]
    root = tmp_path.as_uri()
    params = lsp.InitializeParams(capabilities=capabilities, root_uri=root)
    result = await lsp_client.initialize_session(params)
    assert result.capabilities.position_encoding == request.param
    lsp_client.unit, lsp_client.answered, lsp_client.uri = request.param, result.capabilities, (tmp_path / "港 a.yaml").as_uri()
    document = lsp.TextDocumentItem(uri=lsp_client.uri, language_id="yaml", version=1, text=TEMPLATE)
    lsp_client.text_document_did_open(lsp.DidOpenTextDocumentParams(text_document=document))
    await lsp_client.wait_for_notification("textDocument/publishDiagnostics")
    yield
    await lsp_client.shutdown_session()


def place(client, part, inside=0):
    """Where a part of the template begins, in the units that were agreed on."""
    before = TEMPLATE[: TEMPLATE.index(part) + inside]
    line = before.rsplit("\n", 1)[-1].encode(UNIT[client.unit])
    return lsp.Position(before.count("\n"), len(line) // (2 if client.unit == "utf-16" else 1))


def at(client, part, inside=0):
    return {"text_document": lsp.TextDocumentIdentifier(client.uri), "position": place(client, part, inside)}


@pytest.mark.asyncio
async def test_a_rename_counts_in_the_units_that_were_agreed_on(client):
    edit = await client.text_document_rename_async(lsp.RenameParams(new_name="Store", **at(client, "${Bucket}", 2)))
    changes = [change for file in edit.document_changes for change in file.edits]
    places = sorted((change.range.start.line, change.range.start.character) for change in changes)
    expected = [place(client, "Bucket:"), place(client, "${Bucket}", 2)]
    assert places == [(position.line, position.character) for position in expected]


@pytest.mark.asyncio
async def test_places_are_found_behind_multi_byte_text(client):
    found = await client.text_document_definition_async(lsp.DefinitionParams(**at(client, "${Stage}", 2)))
    found = found if isinstance(found, list) else [found]
    assert any((getattr(one, "range", None) or one.target_range).start.line == 1 for one in found)
    asked = lsp.ReferenceParams(context=lsp.ReferenceContext(True), **at(client, "Stage:"))
    assert len(await client.text_document_references_async(asked)) == 4
    assert len(await client.text_document_document_highlight_async(lsp.DocumentHighlightParams(**at(client, "Stage:")))) == 4
    assert await client.text_document_prepare_rename_async(lsp.PrepareRenameParams(**at(client, "Stage:")))
    assert "prod" in (await client.text_document_hover_async(lsp.HoverParams(**at(client, "!Ref Stage}", 6)))).contents.value


@pytest.mark.asyncio
async def test_every_request_that_is_announced_is_answered(client):
    document = lsp.TextDocumentIdentifier(client.uri)
    whole = lsp.Range(lsp.Position(0, 0), lsp.Position(10, 0))
    completions = await client.text_document_completion_async(lsp.CompletionParams(**at(client, "Stage, prod")))
    items = completions if isinstance(completions, list) else completions.items
    assert "Bucket" in [item.label for item in items] or "Stage" in [item.label for item in items]
    symbols = await client.text_document_document_symbol_async(lsp.DocumentSymbolParams(document))
    assert "Resources" in [symbol.name for symbol in symbols]
    assert await client.workspace_symbol_async(lsp.WorkspaceSymbolParams("Bucket"))
    assert await client.text_document_folding_range_async(lsp.FoldingRangeParams(document))
    ranges = await client.text_document_selection_range_async(lsp.SelectionRangeParams(document, [place(client, "Bucket:")]))
    assert len(ranges) == 1
    assert await client.text_document_inlay_hint_async(lsp.InlayHintParams(document, whole))
    assert await client.text_document_code_lens_async(lsp.CodeLensParams(document))
    assert await client.text_document_document_link_async(lsp.DocumentLinkParams(document)) is not None
    context = lsp.CodeActionContext([])
    assert await client.text_document_code_action_async(lsp.CodeActionParams(document, whole, context)) is not None


@pytest.mark.asyncio
async def test_broken_requests_are_refused_and_the_server_lives(client):
    with pytest.raises(JsonRpcException):
        await client.protocol.send_request_async("cfnvet/none", {})
    gone = lsp.TextDocumentIdentifier(Path("/gone.yaml").as_uri())
    with pytest.raises(JsonRpcException):
        await client.text_document_hover_async(lsp.HoverParams(gone, lsp.Position(0, 0)))
    far = lsp.HoverParams(lsp.TextDocumentIdentifier(client.uri), lsp.Position(4_000_000, 4_000_000))
    await client.text_document_hover_async(far)
    assert await client.text_document_document_symbol_async(lsp.DocumentSymbolParams(lsp.TextDocumentIdentifier(client.uri)))
