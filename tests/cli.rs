//! The binary, run in folders of its own.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use cfnvet::discover;

const TEMPLATE: &str = "Resources:\n  Handle:\n    Type: AWS::CloudFormation::WaitConditionHandle\n";

/// A folder that is removed when the test ends.
struct Folder(tempfile::TempDir);

struct Run {
    status: i32,
    out: String,
    err: String,
}

impl Folder {
    /// Holds [`TEMPLATE`] under each of the names.
    fn with_templates(names: &[&str]) -> Self {
        let folder = Self(tempfile::tempdir().expect("a temporary folder can be made"));
        for name in names {
            folder.write(name, TEMPLATE);
        }
        folder
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        let path = self.path().join(name);
        fs::create_dir_all(path.parent().expect("it is in the folder")).expect("a folder can be made");
        fs::write(path, content).expect("a file can be written");
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cfnvet"));
        command.args(arguments).current_dir(self.path()).env_remove("NO_COLOR");
        command
    }

    fn run(&self, arguments: &[&str]) -> Run {
        self.run_with_input(arguments, "")
    }

    fn run_with_input(&self, arguments: &[&str], input: &str) -> Run {
        let mut command = self.command(arguments);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the binary starts");
        // A run that refuses its arguments does not read its input.
        let _ = child.stdin.take().expect("it is piped").write_all(input.as_bytes());
        let output = child.wait_with_output().expect("it ends");
        let text = |bytes| String::from_utf8(bytes).expect("it prints UTF-8");
        Run { status: output.status.code().expect("no signal"), out: text(output.stdout), err: text(output.stderr) }
    }

    /// The number of templates that a check of `paths` checks.
    fn checked(&self, paths: &[&str]) -> u64 {
        let run = self.run(&[&["check", "--output-format", "json"], paths].concat());
        let document: serde_json::Value = serde_json::from_str(&run.out).expect("it prints JSON");
        document["files_checked"].as_u64().expect("it is a number")
    }

    /// The names of the files found in `paths`, without the folder's own.
    fn found(&self, paths: &[&str]) -> Vec<String> {
        let paths: Vec<PathBuf> = paths.iter().map(|path| self.path().join(path)).collect();
        let discover::Files { sources, problems, .. } = discover::read(&discover::candidates(&paths, false), "");
        assert_eq!(problems, []);
        let root = self.path().to_string_lossy().replace('\\', "/");
        let name = |name: &str| name.replace('\\', "/").replace(&root, "").trim_start_matches('/').to_owned();
        sources.iter().map(|source| name(source.name())).collect()
    }
}

/// The text without the time that a run took.
fn timeless(text: &str) -> String {
    text.lines()
        .map(|line| match line.rsplit_once(" in ") {
            Some((start, _)) if line.starts_with("Checked ") => format!("{start}.\n"),
            _ => format!("{line}\n"),
        })
        .collect()
}

#[test]
fn a_folder_is_searched_for_files_that_look_like_templates() {
    let folder =
        Folder::with_templates(&["b.yaml", "a.YML", "sub/c.template", "sub/d.json", ".hidden/e.yaml", ".git/f.yaml", "g.txt"]);
    folder.write("sub/d.json", r#"{"AWSTemplateFormatVersion": "2010-09-09"}"#);
    folder.write(".readthedocs.yaml", "version: 2\n");
    folder.write("tree.json", r#"{"version": "tree-0.1", "tree": {"Resources": "AWS::S3::Bucket"}}"#);
    folder.write("binary.json", [0xff, 0xfe, 0, 1, 2]);
    assert_eq!(folder.found(&["."]), ["./a.YML", "./b.yaml", "./sub/c.template", "./sub/d.json"]);
    assert_eq!(folder.found(&[".hidden"]), [".hidden/e.yaml"]);
    assert_eq!(folder.checked(&[]), 4);
}

#[test]
fn files_keep_the_order_of_the_arguments_and_appear_once() {
    let folder = Folder::with_templates(&["a.yaml", "b.yaml", "sub/c.yaml"]);
    assert_eq!(folder.found(&["sub", "b.yaml", "", "./b.yaml"]), ["sub/c.yaml", "b.yaml", "a.yaml"]);
}

#[test]
fn git_ignore_files_count_on_every_level() {
    let folder = Folder::with_templates(&[
        "a.yaml",
        "out/b.yaml",
        "sub/out/c.yaml",
        "sub/d.yaml",
        "sub/keep.gen.yaml",
        "sub/e.gen.yaml",
        "sub/deep/f.yaml",
        "g.gen.yaml",
        "other/d.yaml",
    ]);
    folder.write(".gitignore", "/out\n*.gen.yaml\n");
    folder.write("sub/.gitignore", "!keep.gen.yaml\n/d.yaml\n");
    assert_eq!(folder.found(&[""]), ["a.yaml", "other/d.yaml", "sub/deep/f.yaml", "sub/keep.gen.yaml", "sub/out/c.yaml"]);
    // The repository's files count for the folders in it, and not for a file that is named.
    folder.write(".git/HEAD", "");
    folder.write("sub/.gitignore", "");
    assert_eq!(folder.found(&["sub"]), ["sub/d.yaml", "sub/deep/f.yaml", "sub/out/c.yaml"]);
    assert_eq!(folder.found(&["g.gen.yaml"]), ["g.gen.yaml"]);
}

#[test]
fn globs_are_expanded_where_no_shell_has() {
    let folder = Folder::with_templates(&["a.yaml", "x/b.yaml", "x/y/c.yaml", "x/y/c.json", ".hidden/d.yaml", "[odd].yaml"]);
    assert_eq!(folder.found(&["**/*.yaml"]), ["[odd].yaml", "a.yaml", "x/b.yaml", "x/y/c.yaml"]);
    assert_eq!(folder.found(&["x/*.yaml"]), ["x/b.yaml"]);
    assert_eq!(folder.found(&["x/y/c.{yaml,json}"]), ["x/y/c.json", "x/y/c.yaml"]);
    assert_eq!(folder.found(&["[odd].yaml"]), ["[odd].yaml"]);
    assert_eq!(folder.checked(&["./x/**/*.yaml"]), 2);
    let run = folder.run(&["check", "nothing/*.yaml"]);
    assert_eq!((run.status, run.err.as_str()), (2, "error: nothing/*.yaml: no file matches this glob\n"));
}

#[test]
fn a_file_that_is_named_is_checked_whatever_it_looks_like() {
    let folder = Folder::with_templates(&["a.yaml"]);
    folder.write("notes.txt", "nothing of the kind\n");
    assert_eq!(folder.checked(&["notes.txt", "a.yaml"]), 2);
    assert_eq!(folder.checked(&["--only-templates", "notes.txt", "a.yaml"]), 1);
}

#[cfg(unix)]
#[test]
fn links_that_lead_back_are_survived() {
    let folder = Folder::with_templates(&["sub/a.yaml"]);
    std::os::unix::fs::symlink("..", folder.path().join("sub/up")).expect("a link can be made");
    std::os::unix::fs::symlink("loop.yaml", folder.path().join("loop.yaml")).expect("a link can be made");
    std::os::unix::fs::symlink("sub/a.yaml", folder.path().join("link.yaml")).expect("a link can be made");
    assert_eq!(folder.found(&[""]), ["link.yaml", "sub/a.yaml"]);
    assert_eq!(folder.run(&["check", "loop.yaml"]).status, 2);
}

#[test]
fn the_exit_status_is_0_without_findings() {
    let folder = Folder::with_templates(&["a.yaml"]);
    let run = folder.run(&["check", "--select", "ECS"]);
    assert_eq!((run.status, run.err.as_str()), (0, ""));
    insta::assert_snapshot!(timeless(&run.out), @"Checked 1 template: no findings.");
}

#[test]
fn a_path_that_does_not_exist_fails_the_run_but_not_the_others() {
    let folder = Folder::with_templates(&["a.yaml"]);
    let run = folder.run(&["check", "--select", "ECS", "gone.yaml", "a.yaml"]);
    assert_eq!(run.status, 2);
    insta::assert_snapshot!(timeless(&run.out), @"Checked 1 template: no findings, 1 problem.");
    insta::assert_snapshot!(run.err, @"error: gone.yaml: no such file or directory");
    let run = folder.run(&["check", "--output-format", "json", "gone.yaml"]);
    assert!(
        run.out.contains(r#"{"file":"gone.yaml","message":"no such file or directory","line":null,"column":null}"#),
        "{}",
        run.out
    );
}

#[test]
fn a_folder_without_templates_is_said_so() {
    let run = Folder::with_templates(&[]).run(&["check"]);
    assert_eq!((run.status, run.err.as_str()), (0, "warning: no templates found\n"));
}

#[test]
fn files_named_that_are_no_templates_are_counted_where_they_are_skipped() {
    let folder = Folder::with_templates(&["a.yaml", "sub/b.yaml"]);
    for name in ["notes.txt", "compose.yaml", "sub/other.json"] {
        folder.write(name, "{}\n");
    }
    let said = |arguments: &[&str]| {
        let run = folder.run(&[&["check", "--select", "ECS", "--only-templates"], arguments].concat());
        assert_eq!((run.status, run.err.as_str()), (0, ""));
        timeless(&run.out)
    };
    assert_eq!(said(&["a.yaml", "notes.txt", "compose.yaml"]), "Checked 1 template, 2 other files skipped: no findings.\n");
    assert_eq!(said(&["*.yaml"]), "Checked 1 template, 1 other file skipped: no findings.\n");
    // None is what a commit without templates has, so it is nothing to warn of.
    assert_eq!(said(&["notes.txt"]), "Checked 0 templates, 1 other file skipped: no findings.\n");
    // A folder is searched; what it has besides is no news.
    assert_eq!(said(&["sub"]), "Checked 1 template: no findings.\n");
}

#[test]
fn standard_input_is_a_file_with_a_name() {
    let folder = Folder::with_templates(&[]);
    let run = folder.run_with_input(&["check", "-", "--stdin-filename", "x.yaml", "--select", "ECS"], TEMPLATE);
    assert_eq!((run.status, timeless(&run.out).as_str()), (0, "Checked 1 template: no findings.\n"));
    let run = folder.run_with_input(&["check", "-", "--only-templates"], "not: one\n");
    assert_eq!(timeless(&run.out), "Checked 0 templates, 1 other file skipped: no findings.\n");
    // Its config file is that of the folder it says it is in.
    folder.write("sub/.cfnvet.yaml", "selct: []\n");
    let run = folder.run_with_input(&["check", "-", "--stdin-filename", "sub/x.yaml"], TEMPLATE);
    assert!(run.err.starts_with("error: sub/.cfnvet.yaml:1:1: "), "{}", run.err);
}

#[test]
fn unknown_rule_names_on_the_command_line_are_refused() {
    let folder = Folder::with_templates(&["a.yaml"]);
    let run = folder.run(&["check", "--select", "ECS101,exec-on-asg-capacity-providers"]);
    assert_eq!((run.status, run.out.as_str()), (2, ""));
    insta::assert_snapshot!(run.err, @"error: unknown rule `exec-on-asg-capacity-providers` in `--select`, did you mean `exec-on-asg-capacity-provider`?");
    let run = folder.run(&["check", "--ignore", "zzz"]);
    insta::assert_snapshot!(run.err, @"error: unknown rule `zzz` in `--ignore`, `cfnvet rules` lists them");
    assert_eq!(folder.run(&["check", "--select", "ECS", "--ignore", "all,ecs1"]).status, 0);
}

#[test]
fn unknown_rule_names_in_a_config_file_are_a_problem() {
    let folder = Folder::with_templates(&["a.yaml", "b.yaml"]);
    folder.write(".cfnvet.yaml", "ignore: [EXEC-on-asg-capacity-provider]\nrules: {ECS1O1: {severity: off}}\n");
    let run = folder.run(&["check", "--select", "ECS"]);
    assert_eq!(run.status, 2);
    insta::assert_snapshot!(run.err, @r"
    error: .cfnvet.yaml:2:9: unknown rule `ECS1O1`, did you mean `ECS101`?
       ╭─[.cfnvet.yaml:2:9]
     2 │ rules: {ECS1O1: {severity: off}}
       ·         ──────
       ╰────
    ");
    assert_eq!(folder.run(&["check", "--select", "ECS", "--isolated"]).status, 0);
}

#[test]
fn the_nearest_config_file_counts() {
    let folder = Folder::with_templates(&["a.yaml", "sub/deep/b.yaml"]);
    folder.write("sub/.cfnvet.yaml", "severity: loud\n");
    assert_eq!(folder.run(&["check", "--select", "ECS", "a.yaml"]).status, 0);
    let run = folder.run(&["check", "--select", "ECS"]);
    assert_eq!(run.status, 2);
    insta::assert_snapshot!(run.err, @r"
    error: sub/.cfnvet.yaml:1:11: `severity` cannot be `loud`, it must be `info`, `warning` or `error`
       ╭─[sub/.cfnvet.yaml:1:11]
     1 │ severity: loud
       ·           ────
       ╰────
    ");
    folder.write("other.yaml.config", "select: [ECS]\n");
    assert_eq!(folder.run(&["check", "--config", "other.yaml.config"]).status, 0);
    let run = folder.run(&["check", "--config", "gone.yaml"]);
    assert_eq!((run.status, run.err.as_str()), (2, "error: gone.yaml: no such file or directory\n"));
}

#[test]
fn the_config_file_of_cfn_lint_counts_where_there_is_none_of_ours() {
    let folder = Folder::with_templates(&["sub/a.yaml"]);
    folder.write("sub/.cfnlintrc", "ignore_checks: {}\n");
    let run = folder.run(&["check", "--select", "ECS"]);
    assert!(run.err.starts_with("error: sub/.cfnlintrc:1:16: "), "{}", run.err);
    folder.write(".cfnvet.yaml", "");
    assert_eq!(folder.run(&["check", "--select", "ECS"]).status, 0);
}

#[test]
fn a_file_that_is_too_large_is_not_read_whole() {
    let folder = Folder::with_templates(&[]);
    folder.write("large.yaml", vec![b'#'; cfnvet::text::MAX_FILE_BYTES + 1000]);
    let large = discover::candidates(&[folder.path().join("large.yaml")], false);
    let discover::Files { sources, problems, .. } = discover::read(&large, "");
    assert_eq!(problems, []);
    let read = cfnvet::text::DecodeProblem::TooLarge { bytes: cfnvet::text::MAX_FILE_BYTES + 1 };
    assert_eq!(sources[0].problem(), Some(read));
}

#[test]
fn arguments_that_make_no_sense_are_refused() {
    let folder = Folder::with_templates(&["a.yaml"]);
    for arguments in [
        &["check", "--parameter", "novalue"][..],
        &["check", "--output-format", "xml"],
        &["check", "--severity", "fatal"],
        &["check", "--jobs", "0"],
        &["check", "--isolated", "--config", "x"],
        &["chekc"],
        &[],
    ] {
        let run = folder.run(arguments);
        assert_eq!((run.status, run.out.as_str()), (2, ""), "{arguments:?}");
        assert!(!run.err.is_empty(), "{arguments:?}");
    }
}

#[test]
fn colour_is_for_terminals_unless_asked_for() {
    let folder = Folder::with_templates(&["a.yaml"]);
    assert!(!folder.run(&["check", "--select", "ECS"]).out.contains('\u{1b}'));
    let always = ["check", "--select", "ECS", "--color", "always"];
    assert!(folder.run(&always).out.contains('\u{1b}'));
    let output = folder.command(&always).env("NO_COLOR", "1").output().expect("it runs");
    assert!(output.stdout.contains(&0x1b), "what is said on the command line wins over the environment");
}

#[test]
fn the_report_can_go_to_a_file() {
    let folder = Folder::with_templates(&["a.yaml"]);
    let run = folder.run(&["check", "--select", "ECS", "--output-format", "json", "--output-file", "report.json"]);
    assert_eq!((run.status, run.out.as_str()), (0, ""));
    let text = fs::read_to_string(folder.path().join("report.json")).expect("it was written");
    assert!(text.starts_with("{\"version\": 1,"), "{text}");
    let run = folder.run(&["check", "--output-file", "a.yaml/report.json"]);
    assert_eq!(run.status, 2);
    assert!(run.err.starts_with("error: a.yaml/report.json: cannot be written: "), "{}", run.err);
}

#[test]
fn the_number_of_threads_changes_no_byte() {
    let names: Vec<String> = (0..40).map(|number| format!("{number}/t.yaml")).collect();
    let folder = Folder::with_templates(&names.iter().map(String::as_str).collect::<Vec<_>>());
    let run = |jobs| folder.run(&["check", "--output-format", "json", "--jobs", jobs]).out;
    assert_eq!(run("1"), run("3"));
}

#[cfg(unix)]
#[test]
fn a_reader_that_goes_away_is_no_error() {
    let folder = Folder::with_templates(&["a.yaml"]);
    for arguments in [&["check", "--select", "ECS"][..], &["rules"], &["--help"]] {
        let (reader, writer) = std::io::pipe().expect("a pipe can be made");
        drop(reader);
        let output = folder.command(arguments).stdout(writer).stderr(Stdio::piped()).output().expect("it runs");
        assert_eq!((output.status.code(), output.stderr.as_slice()), (Some(0), &b""[..]), "{arguments:?}");
    }
}

#[test]
fn explain_prints_the_page_of_a_code_or_a_name() {
    let folder = Folder::with_templates(&[]);
    let by_code = folder.run(&["explain", "ecs101"]);
    assert_eq!(by_code.status, 0);
    assert!(by_code.out.starts_with("# "), "{}", by_code.out);
    assert_eq!(folder.run(&["explain", "Exec-On-ASG-capacity-provider"]).out, by_code.out);
    let unknown = folder.run(&["explain", "ecs-101"]);
    assert_eq!(unknown.status, 2);
    insta::assert_snapshot!(unknown.err, @"error: unknown rule `ecs-101`, did you mean `ECS101`?");
}

#[test]
fn rules_lists_every_rule() {
    let folder = Folder::with_templates(&[]);
    let run = folder.run(&["rules"]);
    assert!(run.out.starts_with("CODE "), "{}", run.out);
    assert!(run.out.lines().any(|line| line.starts_with("ECS101 ") && line.contains("exec-on-asg-capacity-provider")));
    let json = folder.run(&["rules", "--output-format", "json"]).out;
    let rules: Vec<serde_json::Value> = serde_json::from_str(&json).expect("it is JSON");
    assert!(rules.iter().any(|rule| rule["code"] == "ECS101"));
}

#[test]
fn version_and_help_are_printed() {
    let folder = Folder::with_templates(&[]);
    assert_eq!(folder.run(&["--version"]).out, format!("cfnvet {}\n", env!("CARGO_PKG_VERSION")));
    let help = folder.run(&["check", "--help"]);
    assert_eq!(help.status, 0);
    assert!(help.out.contains("Examples:") && help.out.contains("Exit status:"), "{}", help.out);
}

#[test]
fn names_that_no_template_has_are_said() {
    let folder = Folder::with_templates(&["stacks/a.yaml"]);
    let names = ["--parameter", "Stage=prod", "--stack-name", "stacks/b.yaml=b", "--stack-name", "stacks/a.yaml=a"];
    for command in ["check", "graph"] {
        let run = folder.run(&[&[command, "stacks"], &names[..]].concat());
        assert_eq!(run.status, 0, "{}", run.err);
        let expected = "warning: no template has a parameter `Stage`\n\
                        warning: `--stack-name stacks/b.yaml`: no such template in this run\n";
        assert_eq!(run.err, expected);
    }
}

#[test]
fn a_path_in_the_place_of_a_command_is_answered_with_the_command() {
    let folder = Folder::with_templates(&["a.yaml"]);
    assert!(folder.run(&["a.yaml"]).err.ends_with("To check templates: cfnvet check a.yaml\n"));
    assert!(!folder.run(&["chekc"]).err.contains("To check"));
}

#[test]
fn no_graph_is_printed_of_nothing() {
    let folder = Folder::with_templates(&[]);
    let run = folder.run(&["graph", "a.yaml"]);
    assert_eq!((run.status, run.out.as_str()), (2, ""));
    assert_eq!(run.err, "error: a.yaml: no such file or directory\n");
}
