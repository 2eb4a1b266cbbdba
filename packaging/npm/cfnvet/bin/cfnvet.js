#!/usr/bin/env node
// Runs the binary of the package for this platform, with the same arguments, input, output, signals and exit status.
"use strict";

const { spawn } = require("node:child_process");
const os = require("node:os");

const platform = `${process.platform}-${process.arch}`;
const name = `@cfnvet/${platform}`;
const file = process.platform === "win32" ? "cfnvet.exe" : "cfnvet";

let binary;
try {
  binary = require.resolve(`${name}/bin/${file}`);
} catch {
  console.error(`error: cfnvet has no binary for ${platform} here: the optional package ${name} is not installed`);
  process.exit(2);
}

// A signal from the terminal reaches both; one that is sent to this process alone is passed on. Either way this process waits
// for the binary, and ends as it does.
const signals = ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"];
for (const signal of process.platform === "win32" ? ["SIGINT"] : signals) {
  process.on(signal, () => {
    child.kill(signal);
  });
}

const child = spawn(binary, process.argv.slice(2), { stdio: "inherit", windowsHide: true });

child.on("error", (error) => {
  console.error(`error: ${binary} cannot be started: ${error.message}`);
  process.exit(2);
});

child.on("exit", (code, signal) => {
  if (signal === null) {
    process.exit(code);
  }
  process.removeAllListeners(signal);
  try {
    process.kill(process.pid, signal);
  } catch {
    // Windows knows few signals.
  }
  // The signal is on its way; where it does not end the process, the status that a shell gives it does.
  setTimeout(() => process.exit(128 + (os.constants.signals[signal] ?? 0)), 1000);
});
