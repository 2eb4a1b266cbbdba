#!/usr/bin/env python3
"""Tries the language server with real clients: Neovim, pytest-lsp, and the one of the extension for VS Code.

    tests/editors/run.py [--required] [--binary BINARY] [STEP …]

The server is `target/debug/cfnvet`, as `cargo test` has built it, unless told otherwise. What a machine cannot do is left out, and that is
said; `--required` makes it a failure.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent
PARENT = """\
Resources:
  Child:
    Type: AWS::CloudFormation::Stack
    Properties: {TemplateURL: child.yaml}
Outputs:
  Name: {Value: !GetAtt Child.Outputs.Name}
"""
CHILD = """\
Resources:
  Bucket: {Type: AWS::S3::Bucket}
Outputs:
  Name: {Value: !Ref Bucket}
"""


class Failure(Exception):
    """What was seen is not what must be."""


class LeftOut(Exception):
    """A step that this machine cannot do."""


def command(folder, *words, cwd=None, **env):
    """Runs a command to its end and gives what it printed, with its status."""
    home = {"HOME": str(folder), "XDG_CONFIG_HOME": str(folder / "config"), "XDG_DATA_HOME": str(folder / "data")}
    try:
        done = subprocess.run(
            [str(word) for word in words],
            cwd=cwd or folder, env=os.environ | home | env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, encoding="utf-8", timeout=120,
        )  # fmt: skip
    except subprocess.TimeoutExpired as late:
        raise Failure(f"`{words[0]}` did not end within 120 s; it printed:\n{late.stdout}") from late
    return done.returncode, done.stdout


def neovim(folder, binary):
    """Neovim's built-in client: findings that follow the text, a quick fix, a rename, a jump into another file"""
    if not shutil.which("nvim"):
        raise LeftOut("there is no nvim")
    work = folder / "work"
    work.mkdir()
    shutil.copy2(ROOT / "fixtures/incident/exec-with-provider.yaml", work / "service.yaml")
    (work / "parent.yaml").write_text(PARENT)
    (work / "child.yaml").write_text(CHILD)
    options = ["--headless", "--clean", "-n", "-c", f"luafile {HERE / 'neovim.lua'}", "-c", "cquit 1"]
    status, text = command(folder, "nvim", *options, WORK=str(work), CFNVET=str(binary))
    if status != 0 or "done" not in text.split():
        raise Failure(f"Neovim ended with {status} and printed:\n{text}")


def protocol(folder, binary):
    """pytest-lsp: every request that the server announces, and broken ones, in UTF-16 and UTF-8"""
    if sys.version_info < (3, 10):
        raise LeftOut("pytest-lsp needs Python 3.10")
    venv = folder / "venv"
    status, text = command(folder, sys.executable, "-m", "venv", venv)
    if status != 0:
        raise LeftOut(f"there is no venv: {text.strip()}")
    pip = [venv / "bin/pip", "install", "--quiet", "--disable-pip-version-check", "--timeout", "20", "--retries", "1"]
    status, text = command(folder, *pip, "pytest-lsp==1.0.1")
    if status != 0:
        raise LeftOut(f"pip cannot install pytest-lsp: {text.strip().splitlines()[-1:]}")
    pytest = [venv / "bin/python", "-m", "pytest", "--quiet", "-p", "no:cacheprovider", HERE / "test_protocol.py"]
    status, text = command(folder, *pytest, CFNVET=str(binary), PYTHONDONTWRITEBYTECODE="1")
    if status != 0:
        raise Failure(f"pytest ended with {status}:\n{text}")
    print(f"  {text.strip().splitlines()[-1]}")


def vscode(folder, binary):
    """the extension for VS Code: finding the binary, and its client's protocol over a real server"""
    if not shutil.which("npm") or not shutil.which("node"):
        raise LeftOut("there is no Node.js")
    version = command(folder, "node", "--version")[1]
    if int(version.lstrip("v").split(".")[0]) < 20:
        raise LeftOut(f"the tests need Node.js 20, this is {version.strip()}")
    copy = folder / "vscode"
    shutil.copytree(ROOT / "editors/vscode", copy, ignore=shutil.ignore_patterns("node_modules", "*.vsix"))
    quiet = ["--omit=dev", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    status, text = command(folder, "npm", "ci", *quiet, cwd=copy)
    if status != 0:
        raise LeftOut(f"npm cannot install vscode-languageclient: {text.strip().splitlines()[-1:]}")
    status, text = command(folder, "node", "--test", "test/", cwd=copy, CFNVET=str(binary))
    if status != 0:
        raise Failure(f"node --test ended with {status}:\n{text}")


STEPS = [neovim, protocol, vscode]


def main():
    known = {step.__name__: step for step in STEPS}
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--required", action="store_true", help="fail where a step cannot be done here")
    target = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
    parser.add_argument("--binary", type=Path, default=target / "debug/cfnvet", help="the server")
    parser.add_argument("steps", nargs="*", metavar="STEP", help=", ".join(known))
    arguments = parser.parse_args()
    for name in arguments.steps:
        if name not in known:
            parser.error(f"no step is called {name}")
    binary = arguments.binary.resolve()
    if not binary.is_file():
        parser.error(f"{binary} is not there; cargo build makes it")
    passed, failed, left_out, start = 0, 0, 0, time.monotonic()
    for step in [known[name] for name in arguments.steps] or STEPS:
        print(f"{step.__name__}: {step.__doc__}", flush=True)
        with tempfile.TemporaryDirectory(prefix="cfnvet-editors-") as folder:
            try:
                step(Path(folder).resolve(), binary)
                passed += 1
            except LeftOut as reason:
                left_out += 1
                print(f"  LEFT OUT: {reason}", flush=True)
            except Failure as failure:
                failed += 1
                print(f"  FAILED: {failure}", flush=True)
    print(f"editors: {passed} passed, {failed} failed, {left_out} left out, in {time.monotonic() - start:.0f} s", flush=True)
    return 1 if failed or (left_out and arguments.required) else 0


if __name__ == "__main__":
    sys.exit(main())
