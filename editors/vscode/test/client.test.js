// The extension without VS Code: where it finds the binary, and the protocol layer of its client over a real server.
'use strict';

const assert = require('node:assert/strict');
const { spawn } = require('node:child_process');
const { once } = require('node:events');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { test } = require('node:test');
const { pathToFileURL } = require('node:url');
const rpc = require('vscode-languageserver-protocol/node');
const { findBinary } = require('../src/find');
const { DOCUMENTS, FIX_ALL, settings } = require('../src/options');

function folder(t) {
  const made = fs.mkdtempSync(path.join(os.tmpdir(), 'cfnvet-vscode-'));
  t.after(() => fs.rmSync(made, { recursive: true }));
  return made;
}

function program(...parts) {
  const file = path.join(...parts);
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, '', { mode: 0o755 });
  return file;
}

test('the nearest binary is found', (t) => {
  const root = folder(t);
  const ask = (more) => findBinary({ roots: [root], env: { PATH: path.join(root, 'path') }, platform: 'linux', ...more });
  assert.match(ask().problem, /There is no cfnvet/);
  const onPath = program(root, 'path', 'cfnvet');
  assert.deepEqual(ask(), { command: onPath });
  const ofNpm = program(root, 'node_modules', '.bin', 'cfnvet');
  assert.deepEqual(ask(), { command: ofNpm });
  const ofPython = program(root, '.venv', 'bin', 'cfnvet');
  assert.deepEqual(ask(), { command: ofPython });
  const chosen = program(root, 'my tools', 'cfnvet');
  assert.deepEqual(ask({ setting: '${workspaceFolder}/my tools/cfnvet' }), { command: chosen });
  assert.match(ask({ setting: 'gone' }).problem, /cfnvet\.path is gone/);
  assert.deepEqual(ask({ setting: chosen, isTrusted: false }), { command: onPath });
});

test('settings that are empty are not sent', () => {
  const of = (values) => settings((name) => values[name]);
  assert.deepEqual(of({ run: 'onSave', config: '' }), { run: 'onSave' });
  assert.deepEqual(of({ config: 'a.yaml' }), { run: 'onType', config: 'a.yaml' });
  assert.ok(DOCUMENTS.some(({ language }) => language === 'yaml'));
});

test('a session with the server', { skip: !process.env.CFNVET && 'CFNVET does not say where the server is', timeout: 30_000 }, async (t) => {
  const root = folder(t);
  const uri = pathToFileURL(path.join(root, 'a b.yaml')).href;
  const text = 'Resources:\n  A: {Type: AWS::SNS::Topic}\n  B: {Type: AWS::SNS::Topic, Properties: {TopicName: !Ref A}}\n';
  const server = spawn(process.env.CFNVET, ['lsp'], { stdio: ['pipe', 'pipe', 'inherit'] });
  t.after(() => server.kill());
  const connection = rpc.createProtocolConnection(
    new rpc.StreamMessageReader(server.stdout),
    new rpc.StreamMessageWriter(server.stdin),
  );
  t.after(() => connection.dispose());
  const published = new Promise((seen) => connection.onNotification(rpc.PublishDiagnosticsNotification.type, seen));
  connection.listen();
  const { capabilities } = await connection.sendRequest(rpc.InitializeRequest.type, {
    processId: process.pid,
    rootUri: pathToFileURL(root).href,
    capabilities: {},
    initializationOptions: settings(() => ''),
  });
  assert.ok(capabilities.codeActionProvider.codeActionKinds.includes(FIX_ALL));
  await connection.sendNotification(rpc.InitializedNotification.type, {});
  await connection.sendNotification(rpc.DidOpenTextDocumentNotification.type, {
    textDocument: { uri, languageId: 'yaml', version: 1, text },
  });
  assert.equal((await published).uri, uri);
  for (const broken of [{}, { textDocument: 3, position: [] }, { textDocument: { uri }, position: { line: -1 } }]) {
    await assert.rejects(connection.sendRequest('textDocument/hover', broken));
  }
  const textDocument = { uri };
  const edit = await connection.sendRequest(rpc.RenameRequest.type, {
    textDocument,
    position: { line: 1, character: 2 },
    newName: 'Renamed',
  });
  assert.equal(Object.values(edit.changes).flat().length, 2);
  await connection.sendRequest(rpc.ShutdownRequest.type);
  const ended = once(server, 'exit');
  await connection.sendNotification(rpc.ExitNotification.type);
  assert.deepEqual((await ended)[0], 0);
});
