// Where the binary is. Knows nothing of VS Code, so that tests can ask it.
'use strict';

const fs = require('node:fs');
const path = require('node:path');

function isRunnable(file) {
  try {
    if (!fs.statSync(file).isFile()) return false;
    fs.accessSync(file, fs.constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** The folders of a workspace in which package managers put programs, nearest first. */
function ownFolders(root, platform) {
  const scripts = platform === 'win32' ? 'Scripts' : 'bin';
  return [
    path.join(root, '.venv', scripts),
    path.join(root, 'venv', scripts),
    path.join(root, 'node_modules', '.bin'),
  ];
}

/**
 * The binary as `{command}`, or `{problem}` in words for the user.
 * A `setting` that leads nowhere is a problem, and nothing else is tried: another version than the chosen one would surprise.
 */
function findBinary({ setting = '', roots = [], isTrusted = true, env = process.env, platform = process.platform }) {
  // What npm writes for Windows are scripts, which cannot be started without a shell.
  const name = platform === 'win32' ? 'cfnvet.exe' : 'cfnvet';
  if (setting && isTrusted) {
    const home = env.HOME || env.USERPROFILE || '';
    const expanded = setting.replace(/^~(?=$|[\\/])/, () => home).replaceAll('${workspaceFolder}', () => roots[0] ?? '');
    const file = path.isAbsolute(expanded) ? expanded : path.resolve(roots[0] ?? '.', expanded);
    return isRunnable(file)
      ? { command: file }
      : { problem: `The setting cfnvet.path is ${setting}, and ${file} is no program that can be run.` };
  }
  const own = isTrusted ? roots.flatMap((root) => ownFolders(root, platform)) : [];
  const searched = (env.PATH ?? env.Path ?? '').split(path.delimiter).filter((folder) => path.isAbsolute(folder));
  for (const folder of [...own, ...searched]) {
    const file = path.join(folder, name);
    if (isRunnable(file)) return { command: file };
  }
  return {
    problem:
      'There is no cfnvet: neither in a virtual environment or node_modules of this workspace, nor on the PATH. ' +
      'Install it with pip, npm or cargo, or say where it is with the setting cfnvet.path.',
  };
}

module.exports = { findBinary };
