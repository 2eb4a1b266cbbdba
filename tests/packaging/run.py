#!/usr/bin/env python3
"""Tries what users install: the wheel, the pre-commit hooks, the GitHub action's scripts, the npm packages, the image's content.

    tests/packaging/run.py [--all] [--required] [--profile PROFILE] [STEP …]

For Linux and macOS. Everything happens in a folder that is removed at the end. pre-commit and maturin come from the package index
that pip is set up for; where it cannot be reached, the steps that need them are left out, and that is said (`--required` makes it a
failure). `--all` adds the steps that compile everything again: the hook that is built from source, and the static binary in an
empty root.
"""

import argparse
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
WARNS = (ROOT / "fixtures/incident/exec-with-provider.yaml").read_bytes()
PASSES = b"""AWSTemplateFormatVersion: '2010-09-09'
Resources:
  Logs:
    Type: AWS::Logs::LogGroup
    Properties:
      RetentionInDays: 30
"""
"""A template in which no rule finds anything."""
VERSION = re.search(r'^version = "(.*)"$', (ROOT / "Cargo.toml").read_text("utf-8"), re.M).group(1)
LIMIT = 0.1
"""Seconds that the tool may take for 200 files of which 10 are templates."""


class Failure(Exception):
    """What was seen is not what must be."""


class LeftOut(Exception):
    """A step that this machine cannot do."""


class Run:
    """One try, in a folder of its own."""

    def __init__(self, folder, arguments):
        self.folder = folder
        self.profile = arguments.profile
        # Nothing of the user's: neither caches, nor settings of Git, nor the repository that a hook of Git runs in.
        self.env = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("GIT_", "GITHUB_", "PRE_COMMIT")) and name != "SKIP"
        }
        self.env |= {
            "PRE_COMMIT_HOME": str(folder / "pre-commit"),
            "PIP_CACHE_DIR": str(folder / "pip"),
            "PIP_DISABLE_PIP_VERSION_CHECK": "1",
            "npm_config_cache": str(folder / "npm"),
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_AUTHOR_NAME": "Test", "GIT_AUTHOR_EMAIL": "test@example.com",
            "GIT_COMMITTER_NAME": "Test", "GIT_COMMITTER_EMAIL": "test@example.com",
            "npm_config_loglevel": "error",
            "NO_COLOR": "1", "PRE_COMMIT_COLOR": "never", "PYTHONUTF8": "1",
        }  # fmt: skip
        self._tools = None
        self._wheel = None
        self._binary = None

    def command(self, *command, cwd=None, status=0, env=None, text=""):
        """Runs a command to its end and gives what it printed; its status must be `status`, where that is not None."""
        command = [str(part) for part in command]
        start = time.monotonic()
        done = subprocess.run(
            command, cwd=cwd or self.folder, env=self.env | (env or {}), input=text, capture_output=True, encoding="utf-8"
        )
        out = done.stdout + done.stderr
        if status is not None and done.returncode != status:
            raise Failure(f"`{' '.join(command)}` ended with {done.returncode}, not {status}, and printed:\n{out}")
        return Output(out, done.returncode, time.monotonic() - start)

    def tools(self):
        """The folder of pre-commit and maturin."""
        if self._tools is None:
            tools = self.folder / "tools"
            self.command(sys.executable, "-m", "venv", tools)
            pip = [tools / "bin/pip", "install", "--quiet", "--timeout", "20", "--retries", "1"]
            installed = self.command(*pip, "pre-commit", "maturin", status=None)
            self._tools = (
                tools / "bin"
                if installed.status == 0
                else LeftOut(f"pip cannot install pre-commit and maturin: {installed.last()}")
            )
        if isinstance(self._tools, LeftOut):
            raise self._tools
        return self._tools

    def wheel(self):
        """The wheel, built from the work tree."""
        if self._wheel is None:
            maturin = [self.tools() / "maturin", "build", "--profile", self.profile, "--out", self.folder / "wheels"]
            built = self.command(*maturin, cwd=ROOT)
            (self._wheel,) = (self.folder / "wheels").glob("*.whl")
            say(f"{self._wheel.name}: {self._wheel.stat().st_size / 1e6:.1f} MB, built in {built.seconds:.0f} s")
        return self._wheel

    def binary(self):
        """cfnvet, built with cargo alone."""
        if self._binary is None:
            built = self.command("cargo", "build", "--profile", self.profile, "--message-format=json", cwd=ROOT)
            messages = [json.loads(line) for line in built.text.splitlines() if line.startswith("{")]
            self._binary = Path(next(found for found in (message.get("executable") for message in messages) if found))
        return self._binary

    def repository(self, name, files):
        """A repository of Git that holds `files`, all staged."""
        folder = self.folder / name
        for path, content in files.items():
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content if isinstance(content, bytes) else content.encode())
        self.command("git", "init", "--quiet", folder)
        self.command("git", "add", "--all", cwd=folder)
        return folder

    def sources(self):
        """What Git knows of this repository, with the changes of the work tree, as a commit of another."""
        listed = self.command("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", cwd=ROOT, status=None)
        if listed.status != 0:
            raise LeftOut("this is no work tree of Git")
        paths = [path for path in listed.text.split("\0") if path and (ROOT / path).is_file()]
        folder = self.repository("sources", {path: (ROOT / path).read_bytes() for path in paths})
        self.command("git", "commit", "--quiet", "--message", "sources", cwd=folder)
        return folder


class Output:
    """What a command printed, and how long it took."""

    def __init__(self, text, status, seconds):
        self.text, self.status, self.seconds = text, status, seconds

    def last(self):
        lines = self.text.strip().splitlines()
        return lines[-1] if lines else "it printed nothing"

    def must_say(self, *texts):
        for text in texts:
            if text not in self.text:
                raise Failure(f"`{text}` is not in:\n{self.text}")
        return self


def say(text):
    print(f"    {text}", flush=True)


def must_be(what, seen, wanted):
    if seen != wanted:
        raise Failure(f"{what} is\n{seen!r}, and must be\n{wanted!r}")


# Names that a shell or a careless program stumbles over.
ODD = ["a b.template", "日本 語.yaml", "sub/it's [odd] $HOME.yml"]
OTHERS = {
    "compose.yaml": "services:\n  web: {image: nginx}\n",
    "package.json": '{"name": "x", "version": "1.0.0"}\n',
    "docs/notes.md": "# Notes\n",
    "ci/pipeline.yml": "steps:\n  - run: make\n",
}


def wheel(run):
    """pip installs the wheel, and cfnvet runs"""
    built = run.wheel()
    names = zipfile.ZipFile(built).namelist()
    inside = [name for name in names if ".dist-info/" not in name]
    must_be("what the wheel holds beside its description", inside, [f"cfnvet-{VERSION}.data/scripts/cfnvet"])
    for license in ["LICENSE-APACHE", "LICENSE-MIT"]:
        must_be(f"the number of files {license}", sum(name.endswith(f"/{license}") for name in names), 1)
    clean = run.folder / "clean"
    run.command(sys.executable, "-m", "venv", clean)
    installed = run.command(clean / "bin/pip", "install", "--no-index", "--quiet", built)
    version = run.command(clean / "bin/cfnvet", "--version")
    must_be("`cfnvet --version`", version.text, f"cfnvet {VERSION}\n")
    run.command(clean / "bin/cfnvet", "check", "--isolated", "-", text=PASSES.decode())
    run.command(clean / "bin/cfnvet", "check", "--isolated", "-", text=WARNS.decode(), status=1).must_say("ECS101")
    say(f"installed in {installed.seconds:.1f} s; {version.text.strip()}; status 0 without findings, 1 with")


def sdist(run):
    """the source distribution holds what the wheel is built from, and no more"""
    made = run.command(run.tools() / "maturin", "sdist", "--out", run.folder / "sdist", cwd=ROOT)
    (archive,) = (run.folder / "sdist").glob("*.tar.gz")
    shutil.unpack_archive(archive, run.folder / "unpacked")
    (folder,) = (run.folder / "unpacked").iterdir()
    top = {path.name for path in folder.iterdir() if not path.name.startswith(".")}
    wanted = {
        "Cargo.toml",
        "Cargo.lock",
        "CHANGELOG.md",
        "LICENSE-APACHE",
        "LICENSE-MIT",
        "PKG-INFO",
        "README.md",
        "pyproject.toml",
    }
    must_be("what the source distribution holds", sorted(top), sorted(wanted | {"src", "rules", "benches"}))
    # It is complete where cargo takes every file that the sources include.
    run.command("cargo", "metadata", "--locked", "--no-deps", "--format-version", "1", cwd=folder)
    missing = [name for name in included(ROOT) if not (folder / name).exists()]
    must_be("what the sources include and it has not", missing, [])
    say(f"{archive.name}: {archive.stat().st_size / 1e6:.1f} MB in {made.seconds:.1f} s")


def included(root):
    """The files that `include_str!` and `include_bytes!` name, from the root."""
    found = []
    for source in sorted((root / "src").rglob("*.rs")):
        for name in re.findall(r'include_(?:str|bytes)!\(\s*"([^"]+)"', source.read_text("utf-8")):
            found.append(os.path.relpath((source.parent / name).resolve(), root))
    return found


def hook(run, name, repository, commit, env, first=None):
    """Tries one hook on real repositories: `repository` holds the hook, at `commit`."""
    files = {odd: PASSES for odd in ODD} | OTHERS
    user = run.repository(f"user-{name}", files)
    pre_commit = run.tools() / "pre-commit"

    tried = run.command(pre_commit, "try-repo", repository, name, "--all-files", "--verbose", cwd=user, env=env)
    tried.must_say("Passed", "Checked 3 templates, 3 other files skipped: no findings")
    if first:
        say(f"{first} {tried.seconds:.0f} s")

    config = f"repos:\n  - repo: {repository}\n    rev: {commit}\n    hooks:\n      - id: {name}\n"
    commits(run, name, user, config, env)


def commits(run, name, user, config, env):
    """A commit with a finding is refused, and the same without it passes."""
    pre_commit = run.tools() / "pre-commit"
    (user / ".pre-commit-config.yaml").write_text(config)
    run.command(pre_commit, "install", "--install-hooks", cwd=user, env=env)
    (user / "stacks").mkdir()
    (user / "stacks/運用.template").write_bytes(WARNS)
    run.command("git", "add", "--all", cwd=user)
    refused = run.command("git", "commit", "--message", "a finding", cwd=user, env=env, status=1)
    refused.must_say("Failed", "exit code: 1", "ECS101 exec-on-asg-capacity-provider", "stacks/運用.template:191:7")
    must_be("what is committed", run.command("git", "rev-parse", "--verify", "--quiet", "HEAD", cwd=user, status=1).text, "")
    (user / "stacks/運用.template").write_bytes(PASSES)
    run.command("git", "add", "--all", cwd=user)
    passed = run.command("git", "commit", "--message", "without it", cwd=user, env=env)
    passed.must_say("Passed")
    say(f"{name}: {len(ODD) + 1} templates; a commit with ECS101 refused, one without passed in {passed.seconds:.1f} s")
    # Nothing but files that are no templates.
    (user / "compose.yaml").write_text("services: {}\n")
    run.command("git", "add", "--all", cwd=user)
    run.command("git", "commit", "--message", "no template", cwd=user, env=env).must_say("Passed")


def with_binary(run):
    """The PATH with cfnvet on it."""
    return {"PATH": f"{run.binary().parent}{os.pathsep}{run.env['PATH']}"}


def system_hook(run):
    """the hook `cfnvet-system`, with the binary on the PATH"""
    hooks = {".pre-commit-hooks.yaml": (ROOT / ".pre-commit-hooks.yaml").read_bytes()}
    repository = run.repository("hooks", hooks)
    run.command("git", "commit", "--quiet", "--message", "hooks", cwd=repository)
    commit = run.command("git", "rev-parse", "HEAD", cwd=repository).text.strip()
    hook(run, "cfnvet-system", repository, commit, with_binary(run))

    # Only the files of the commit are passed. Without files, the whole repository is checked, and what it exports is known.
    linked = {name: (ROOT / "fixtures/linked" / name).read_bytes() for name in ["capacity.yaml", "service.yaml"]}
    user = run.repository("user-linked", linked)
    run.command("git", "commit", "--quiet", "--message", "both", cwd=user)
    (user / "service.yaml").write_bytes(linked["service.yaml"] + b"# changed\n")
    run.command("git", "add", "--all", cwd=user)
    config = user / ".pre-commit-config.yaml"
    text = f"repos:\n  - repo: {repository}\n    rev: {commit}\n    hooks:\n      - id: cfnvet-system\n"
    config.write_text(text)
    run.command("git", "add", config, cwd=user)
    pre_commit = [run.tools() / "pre-commit", "run", "--verbose"]
    run.command(*pre_commit, cwd=user, env=with_binary(run)).must_say("Passed", "Checked 1 template, 1 other file skipped")
    config.write_text(text + "        pass_filenames: false\n")
    run.command("git", "add", config, cwd=user)
    refused = run.command(*pre_commit, cwd=user, env=with_binary(run), status=1)
    refused.must_say("service.yaml:10:7", "Checked 2 templates: 1 warning")
    say("cfnvet-system: `pass_filenames: false` links the templates of the whole repository")


def wheel_hook(run):
    """a local hook that installs the wheel, as docs/ci.md shows it"""
    page = (ROOT / "docs/ci.md").read_text("utf-8")
    (block,) = [block for block in re.findall(r"```yaml\n(.*?)```", page, re.S) if "additional_dependencies" in block]
    if f"cfnvet=={VERSION}" not in block:
        raise Failure(f"docs/ci.md does not install cfnvet=={VERSION}:\n{block}")
    env = {"PIP_FIND_LINKS": str(run.wheel().parent)}
    user = run.repository("user-wheel", {odd: PASSES for odd in ODD} | OTHERS)
    (user / ".pre-commit-config.yaml").write_text(block)
    start = time.monotonic()
    run.command(run.tools() / "pre-commit", "install-hooks", cwd=user, env=env)
    say(f"installed by pre-commit in {time.monotonic() - start:.1f} s")
    commits(run, "wheel", user, block, env)


def rust_hook(run):
    """the hook `cfnvet`, built from source by pre-commit"""
    repository = run.sources()
    commit = run.command("git", "rev-parse", "HEAD", cwd=repository).text.strip()
    # As cargo builds a release, but for the optimisations, which take minutes and show nothing here.
    quick = {
        "CARGO_PROFILE_RELEASE_LTO": "off",
        "CARGO_PROFILE_RELEASE_CODEGEN_UNITS": "16",
        "CARGO_PROFILE_RELEASE_OPT_LEVEL": "0",
    }
    hook(run, "cfnvet", repository, commit, quick, first="built by pre-commit, unoptimised, and run in")


def speed(run):
    """200 files, 10 of them templates"""
    files = {f"templates/{number}.yaml": PASSES for number in range(10)}
    values = "\n".join(f"  key{line}: {{image: nginx, tag: '{line}'}}" for line in range(150))
    files |= {f"other/{number}.yaml": f"services:\n{values}\n" for number in range(100)}
    files |= {f"other/{number}.json": json.dumps({"Resources": list(range(900))}) for number in range(90)}
    user = run.repository("speed", files)
    command = [run.binary(), "check", "--only-templates", *sorted(files)]
    runs = [
        run.command(*command, cwd=user).must_say("Checked 10 templates, 190 other files skipped: no findings") for _ in range(7)
    ]
    best = min(output.seconds for output in runs)
    say(f"the tool took {best * 1000:.0f} ms from start to end, the best of {len(runs)}; it says {runs[0].last()}")
    if best >= LIMIT:
        raise Failure(f"that is over {LIMIT * 1000:.0f} ms")
    env = with_binary(run)
    config = yaml_of_local_hook()
    (user / ".pre-commit-config.yaml").write_text(config)
    run.command("git", "add", "--all", cwd=user)
    whole = run.command(run.tools() / "pre-commit", "run", "--all-files", "--verbose", cwd=user, env=env)
    whole.must_say("Checked 10 templates, 191 other files skipped")
    say(f"`pre-commit run --all-files` took {whole.seconds:.2f} s, {duration(whole)} of them in the hook")


def yaml_of_local_hook():
    """The hook `cfnvet-system`, as a local one."""
    text = (ROOT / ".pre-commit-hooks.yaml").read_text("utf-8")
    (block,) = [block for block in text.split("\n\n") if block.startswith("- id: cfnvet-system")]
    return "repos:\n  - repo: local\n    hooks:\n" + "".join(f"      {line}\n" for line in block.splitlines())


def duration(output):
    return re.search(r"^- duration: (\S+)$", output.text, re.M).group(1)


def steps_of_action():
    """The scripts of action.yml by the names of their steps: the text of each `run: |`."""
    steps, name, lines = {}, None, (ROOT / "action.yml").read_text("utf-8").splitlines()
    for number, line in enumerate(lines):
        if match := re.match(r"    - name: (.*)", line):
            name = match.group(1)
        if line == "      run: |":
            body = []
            for text in lines[number + 1 :]:
                if text.strip() and not text.startswith("        "):
                    break
                body.append(text[8:])
            steps[name] = "\n".join(body) + "\n"
    return steps


def action(run):
    """the scripts of action.yml, as GitHub's runner starts them"""
    if not shutil.which("bash"):
        raise LeftOut("there is no bash")
    scripts = steps_of_action()
    must_be("the steps with a script", sorted(scripts), ["Check", "Install cfnvet", "Name the source"])
    for name, script in scripts.items():
        if "${{" in script:
            raise Failure(f"the script of {name!r} holds an expression: an input could become code")
    work = run.folder / "action"
    work.mkdir()

    def step(name, cwd=None, status=0, **env):
        script = work / "step.sh"
        script.write_text(scripts[name])
        files = {"GITHUB_OUTPUT": str(work / "output"), "GITHUB_PATH": str(work / "path")}
        for file in files.values():
            Path(file).write_text("")
        done = run.command("bash", "--noprofile", "--norc", "-eo", "pipefail", script, cwd=cwd, env=files | env, status=status)
        outputs = dict(line.split("=", 1) for line in (work / "output").read_text().splitlines())
        return done, outputs, (work / "path").read_text()

    source = {"CFNVET_SOURCE": str(ROOT), "CFNVET_ROOT": str(work / "root")}
    _, outputs, _ = step("Name the source", **source)
    _, again, _ = step("Name the source", **source)
    if not re.fullmatch("[0-9a-f]{40,64}", outputs["key"]) or outputs != again:
        raise Failure(f"the source has no lasting key: {outputs}, then {again}")
    must_be("the root", outputs["root"], str(work / "root"))

    # A build that the cache brought is taken as it is.
    brought = work / "root/bin/cfnvet"
    brought.parent.mkdir(parents=True)
    shutil.copy2(run.binary(), brought)
    done, _, path = step("Install cfnvet", **source, CFNVET_VERSION="")
    must_be("what it prints", done.text, f"cfnvet {VERSION}\n")
    must_be("what is added to the PATH", path, f"{brought.parent}\n")
    step("Install cfnvet", **source, CFNVET_VERSION="1.0.0; touch pwned", status=2)[0].must_say("::error::")
    step("Install cfnvet", **source, CFNVET_VERSION="--index-url=x", status=2)
    step("Install cfnvet", **source, **with_binary(run), CFNVET_VERSION="system")

    # A cfnvet that tells its arguments shows what reaches it.
    fake = work / "fake"
    fake.mkdir()
    (fake / "cfnvet").write_text('#!/bin/sh\nprintf "<%s>" "$@"\nexit "${FAKE_STATUS:-0}"\n')
    (fake / "cfnvet").chmod(0o755)
    user = run.repository("user-action", {"a b.yaml": WARNS, "sub/*.yaml": PASSES, "report.sarif": "{}"})
    env = {"PATH": f"{fake}{os.pathsep}{run.env['PATH']}"}
    none = {"CFNVET_PATHS": ".", "CFNVET_ARGS": "", "CFNVET_FAIL_ON": "", "CFNVET_FORMAT": "github", "CFNVET_SARIF": ""}
    done, outputs, _ = step("Check", user, **env, **none)
    must_be("the arguments", done.text, "<check><--output-format=github><--><.>")
    must_be("the outputs", outputs, {"exit-status": "0"})
    hostile = "$(touch pwned) `touch pwned`; touch pwned"
    given = {
        "CFNVET_PATHS": f"a b.yaml\n\n  *\r\n{hostile}\n-x.yaml\n",
        "CFNVET_ARGS": " --severity info\n--select  E*,$HOME ",
        "CFNVET_FAIL_ON": "error",
        "CFNVET_SARIF": "report.sarif",
    }
    done, outputs, _ = step("Check", user, **env, **(none | given), FAKE_STATUS="1", status=1)
    options = "<check><--output-format=github><--output-format=sarif=report.sarif><--fail-on=error>"
    words = "<--severity><info><--select><E*,$HOME>"
    must_be("the arguments", done.text, f"{options}{words}<--><a b.yaml><  *><{hostile}><-x.yaml>")
    must_be("the outputs", outputs, {"exit-status": "1", "sarif": "report.sarif"})
    if list(run.folder.rglob("pwned")):
        raise Failure("an input was run as a script")
    _, outputs, _ = step("Check", user, **env, **none, FAKE_STATUS="2", status=2)
    must_be("the outputs", outputs, {"exit-status": "2"})

    # The real one, in a format that it knows by now.
    help = run.command(run.binary(), "check", "--help").text
    formats = {"CFNVET_FORMAT": "github" if "github" in help else "concise", "CFNVET_SARIF": "x.sarif" if "sarif" in help else ""}
    done, outputs, _ = step("Check", user, **with_binary(run), **(none | formats | {"CFNVET_PATHS": "a b.yaml"}), status=1)
    done.must_say("ECS101")
    must_be("the status", outputs["exit-status"], "1")
    if formats["CFNVET_SARIF"]:
        must_be("the report's version", json.loads((user / "x.sarif").read_text())["version"], "2.1.0")
    step("Check", user, **with_binary(run), **(none | formats | {"CFNVET_PATHS": "sub/*.yaml"}))
    say(f"installs, checks and refuses with status 1 as `{formats['CFNVET_FORMAT']}`; inputs stay inputs")


def npm(run):
    """the npm packages, packed and installed"""
    if not shutil.which("node") or not shutil.which("npm"):
        raise LeftOut("there is no Node.js")
    platform = run.command("node", "-p", "`${process.platform}-${process.arch}`").text.strip()
    out = run.folder / "packages"
    run.command("node", ROOT / "packaging/npm/build.mjs", out, f"{platform}={run.binary()}")
    run.command("node", ROOT / "packaging/npm/build.mjs", out / "no", f"plan9-x64={run.binary()}", status=2).must_say(
        "must be one of"
    )
    for name in ["cfnvet", platform]:
        run.command("npm", "pack", "--silent", "--pack-destination", out, out / name)
    archives = sorted(out.glob("*.tgz"))
    must_be(
        "the archives",
        [archive.name for archive in archives],
        sorted([f"cfnvet-{VERSION}.tgz", f"cfnvet-{platform}-{VERSION}.tgz"]),
    )
    user = run.folder / "user-npm"
    user.mkdir()
    (user / "package.json").write_text('{"private": true}')
    (user / "bad.yaml").write_bytes(WARNS)
    run.command("npm", "install", "--offline", "--no-audit", "--no-fund", *archives, cwd=user)
    must_be("`npx cfnvet --version`", run.command("npx", "--offline", "cfnvet", "--version", cwd=user).text, f"cfnvet {VERSION}\n")
    run.command("npx", "--offline", "cfnvet", "check", "bad.yaml", cwd=user, status=1).must_say("ECS101")
    launcher = user / "node_modules/.bin/cfnvet"
    run.command(launcher, "check", "gone.yaml", cwd=user, status=2).must_say("error: gone.yaml: no such file or directory")
    run.command(launcher, "check", "-", cwd=user, text=PASSES.decode())

    # A signal that only the launcher gets ends both. cfnvet waits for its input here.
    if not Path("/proc/self/stat").exists():
        raise LeftOut("signals: there is no /proc to see processes in; all before it passed")
    with subprocess.Popen([launcher, "check", "-"], cwd=user, env=run.env, stdin=subprocess.PIPE) as process:
        child = waited(lambda: children(process.pid))
        process.send_signal(signal.SIGTERM)
        must_be("how the launcher ends", process.wait(timeout=20), -signal.SIGTERM)
        if not waited(lambda: not any(alive(pid) for pid in child)):
            raise Failure(f"cfnvet goes on without its launcher: {child}")

    shutil.rmtree(user / "node_modules/@cfnvet")
    run.command(launcher, "--version", cwd=user, status=2).must_say(f"no binary for {platform}")
    sizes = ", ".join(f"{archive.name} {archive.stat().st_size / 1e6:.2f} MB" for archive in archives)
    say(f"{sizes}; version, statuses 0, 1 and 2, input and signals pass through the launcher")


def children(parent):
    """The processes that `parent` has started."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            state = (folder / "stat").read_text().rsplit(")", 1)[1].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(state[1]) == parent and state[0] != "Z":
            found.append(int(folder.name))
    return found


def alive(pid):
    """Whether a process runs; one that has ended and was not yet waited for does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def waited(condition):
    for _ in range(200):
        if result := condition():
            return result
        time.sleep(0.05)
    raise Failure("nothing happened within 10 s")


def image(run):
    """the image's content: what .dockerignore leaves is enough to build, and the static binary runs in an empty root"""
    if sys.platform != "linux" or os.geteuid() != 0:
        raise LeftOut("an empty root takes Linux and the rights of root")
    allowed = [line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")]
    context = run.folder / "context"
    context.mkdir()
    for name in allowed:
        (context / name).parent.mkdir(parents=True, exist_ok=True)
        (shutil.copytree if (ROOT / name).is_dir() else shutil.copy2)(ROOT / name, context / name)
    host = re.search(r"^host: (.*)$", run.command("rustc", "-vV").text, re.M).group(1)
    build = ["cargo", "build", "--profile", run.profile, "--locked", "--bin", "cfnvet", "--target", host]
    env = {"RUSTFLAGS": "-C target-feature=+crt-static", "CARGO_TARGET_DIR": str(run.folder / "static")}
    built = run.command(*build, cwd=context, env=env)
    empty = run.folder / "empty"
    (empty / "work").mkdir(parents=True)
    shutil.copy2(run.folder / "static" / host / run.profile / "cfnvet", empty / "cfnvet")
    (empty / "work/a.yaml").write_bytes(WARNS)
    (empty / "work/b.yaml").write_bytes(PASSES)
    for path in [run.folder, empty, empty / "work"]:
        path.chmod(0o755)

    def inside(*arguments, status=0):
        enter = "import os, sys; os.chroot('.'); os.chdir('/work'); os.setgid(65532); os.setuid(65532); "
        inner = enter + "os.execv('/cfnvet', sys.argv[1:])"
        return run.command(sys.executable, "-c", inner, "cfnvet", *arguments, cwd=empty, status=status)

    must_be("the version", inside("--version").text, f"cfnvet {VERSION}\n")
    inside("check", status=1).must_say("ECS101", "Checked 2 templates")
    inside("check", "b.yaml")
    say(f"built in {built.seconds:.0f} s; alone in an empty root, as user 65532, it finds ECS101 with status 1")


STEPS = [wheel, sdist, system_hook, wheel_hook, speed, action, npm]
LONG_STEPS = [rust_hook, image]


def main():
    known = {step.__name__: step for step in STEPS + LONG_STEPS}
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--all", action="store_true", help="with the steps that compile again")
    parser.add_argument("--required", action="store_true", help="fail where a step cannot be done here")
    parser.add_argument("--profile", default="quick", help="cargo's profile of the wheel and the binary")
    parser.add_argument("steps", nargs="*", metavar="STEP", help=", ".join(known))
    arguments = parser.parse_args()
    for name in arguments.steps:
        if name not in known:
            parser.error(f"no step is called {name}")
    steps = [known[name] for name in arguments.steps] or STEPS + (LONG_STEPS if arguments.all else [])
    for tool in ["cargo", "git"]:
        if not shutil.which(tool):
            print(f"packaging: left out, there is no {tool}")
            return int(arguments.required)
    passed, failed, left_out = 0, 0, 0
    start = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="cfnvet-packaging-") as folder:
        run = Run(Path(folder).resolve(), arguments)
        for step in steps:
            print(f"{step.__name__}: {step.__doc__.splitlines()[0]}", flush=True)
            try:
                step(run)
                passed += 1
            except LeftOut as reason:
                left_out += 1
                say(f"LEFT OUT: {reason}")
            except Failure as failure:
                failed += 1
                say(f"FAILED: {failure}")
    print(f"packaging: {passed} passed, {failed} failed, {left_out} left out, in {time.monotonic() - start:.0f} s", flush=True)
    return 1 if failed or (left_out and arguments.required) else 0


if __name__ == "__main__":
    sys.exit(main())
