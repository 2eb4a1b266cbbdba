// Starts `cfnvet lsp` and lets VS Code talk with it. Everything else is the server's work.
'use strict';

const vscode = require('vscode');
const { LanguageClient, TransportKind } = require('vscode-languageclient/node');
const { findBinary } = require('./find');
const { DOCUMENTS, FIX_ALL, settings } = require('./options');

let client;
let output;
let trace;
// Starts and stops follow one another: two servers for one window would report everything twice.
let turn = Promise.resolve();

function inTurn(step) {
  turn = turn.then(step).catch((error) => output.error(String(error)));
  return turn;
}

async function start() {
  const own = vscode.workspace.getConfiguration('cfnvet');
  const roots = (vscode.workspace.workspaceFolders ?? []).filter((folder) => folder.uri.scheme === 'file');
  const found = findBinary({
    setting: own.get('path'),
    roots: roots.map((folder) => folder.uri.fsPath),
    isTrusted: vscode.workspace.isTrusted,
  });
  if (found.problem) {
    output.error(found.problem);
    // Not awaited: it stays until the user answers.
    vscode.window.showErrorMessage(found.problem, 'Open Settings').then((chosen) => {
      if (chosen) vscode.commands.executeCommand('workbench.action.openSettings', 'cfnvet.path');
    });
    return;
  }
  output.info(`starting ${found.command} lsp`);
  client = new LanguageClient(
    'cfnvet',
    'cfnvet',
    { command: found.command, args: ['lsp'], transport: TransportKind.stdio },
    {
      documentSelector: DOCUMENTS,
      initializationOptions: settings((name) => own.get(name)),
      synchronize: { configurationSection: 'cfnvet' },
      outputChannel: output,
      traceOutputChannel: trace,
    },
  );
  await client.start();
}

async function stop() {
  const old = client;
  client = undefined;
  await old?.dispose();
}

async function restart() {
  await stop();
  await start();
}

function activate(context) {
  output = vscode.window.createOutputChannel('cfnvet', { log: true });
  trace = vscode.window.createOutputChannel('cfnvet (trace)', { log: true });
  context.subscriptions.push(
    output,
    trace,
    vscode.commands.registerCommand('cfnvet.restart', () => inTurn(restart)),
    vscode.commands.registerCommand('cfnvet.showOutput', () => output.show()),
    vscode.commands.registerCommand('cfnvet.fixAll', () =>
      vscode.commands.executeCommand('editor.action.codeAction', { kind: FIX_ALL, apply: 'first' }),
    ),
    vscode.workspace.onDidChangeConfiguration((change) => {
      if (change.affectsConfiguration('cfnvet.path')) inTurn(restart);
    }),
    vscode.workspace.onDidGrantWorkspaceTrust(() => inTurn(restart)),
  );
  return inTurn(start);
}

function deactivate() {
  return inTurn(stop);
}

module.exports = { activate, deactivate };
