#!/usr/bin/env node
// Lays out the npm packages: `cfnvet`, a launcher, and `@cfnvet/PLATFORM` with the binary of one platform each, which the
// launcher has as optional dependencies, so that npm installs the one that fits.
//
//   node packaging/npm/build.mjs OUT linux-x64=target/release/cfnvet …
//
// Nothing is published; `npm pack` and `npm publish` work in the folders of OUT. On Linux the binary has to be a static one
// (musl), because a package is for every distribution.

import { chmodSync, copyFileSync, cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const PLATFORMS = ["darwin-arm64", "darwin-x64", "linux-arm64", "linux-x64", "win32-arm64", "win32-x64"];

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, "..", "..");

function refuse(message) {
  console.error(`error: ${message}`);
  process.exit(2);
}

/** The value of a key of `[package]` in Cargo.toml. */
function fromCargo(key) {
  const [, section] = readFileSync(join(root, "Cargo.toml"), "utf8").split(/^\[package\]$/m);
  const [, value] = section?.split(/^\[/m)[0].match(new RegExp(`^${key} = "(.*)"$`, "m")) ?? [];
  return value ?? refuse(`Cargo.toml has no ${key}`);
}

function write(folder, description) {
  writeFileSync(join(folder, "package.json"), `${JSON.stringify(description, null, 2)}\n`);
  for (const license of ["LICENSE-APACHE", "LICENSE-MIT"]) {
    copyFileSync(join(root, license), join(folder, license));
  }
}

const [out, ...given] = process.argv.slice(2);
if (!out || given.length === 0) {
  refuse("usage: node packaging/npm/build.mjs OUT PLATFORM=BINARY …");
}
const binaries = given.map((text) => {
  const [, platform, binary] = text.match(/^([^=]+)=(.+)$/) ?? refuse(`${text}: must be PLATFORM=BINARY`);
  if (!PLATFORMS.includes(platform)) refuse(`${platform}: must be one of ${PLATFORMS.join(", ")}`);
  if (!existsSync(binary)) refuse(`${binary}: no such file`);
  return { platform, binary };
});

const version = fromCargo("version");
const common = { version, description: fromCargo("description"), license: fromCargo("license") };

for (const { platform, binary } of binaries) {
  const folder = join(out, platform);
  const [os, cpu] = platform.split("-");
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(join(folder, "bin"), { recursive: true });
  const target = join(folder, "bin", os === "win32" ? "cfnvet.exe" : "cfnvet");
  copyFileSync(binary, target);
  chmodSync(target, 0o755);
  write(folder, { name: `@cfnvet/${platform}`, ...common, os: [os], cpu: [cpu], files: ["bin"], preferUnplugged: true });
}

const folder = join(out, "cfnvet");
rmSync(folder, { recursive: true, force: true });
cpSync(join(here, "cfnvet"), folder, { recursive: true });
copyFileSync(join(root, "README.md"), join(folder, "README.md"));
write(folder, {
  name: "cfnvet",
  ...common,
  keywords: ["cloudformation", "aws", "lint", "ecs", "static-analysis"],
  bin: { cfnvet: "bin/cfnvet.js" },
  files: ["bin"],
  engines: { node: ">=18" },
  optionalDependencies: Object.fromEntries(binaries.map(({ platform }) => [`@cfnvet/${platform}`, version])),
});
console.log(`${out}: cfnvet ${version} for ${binaries.map(({ platform }) => platform).join(", ")}`);
