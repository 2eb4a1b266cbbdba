//! `cfnvet check --fix` and `--diff`.

use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::Arc;

use cfnvet::check::Companions;
use cfnvet::diagnostic::{Diagnostic, Safety};
use cfnvet::fix::{self, Reason};
use cfnvet::report::diff;
use cfnvet::text::SourceFile;

use crate::fixable::{self, Examples};
use crate::support::only;

/// A service with a safe fix, of `ECS110`, and an unsafe one, of `ECS406`.
const SERVICE: &str = "Resources:
  Api: # the API
    Type: AWS::ECS::Service
    Properties:
      # how many
      DesiredCount: 2
      TaskDefinition: 'api:1'
      LaunchType: FARGATE
      PlatformVersion: \"1.3.0\"   # old
      EnableExecuteCommand: true
";

struct Folder(tempfile::TempDir);

struct Run {
    status: i32,
    out: String,
    err: String,
}

impl Folder {
    fn with(files: &[(&str, &[u8])]) -> Self {
        let folder = Self(tempfile::tempdir().expect("a temporary folder can be made"));
        for (name, content) in files {
            fs::write(folder.path(name), content).expect("a file can be written");
        }
        folder
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn text(&self, name: &str) -> String {
        String::from_utf8(fs::read(self.path(name)).expect("the file is there")).expect("it is UTF-8")
    }

    fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.0.path()).expect("the folder is there");
        let mut names: Vec<String> =
            entries.map(|entry| entry.expect("it can be read").file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }

    fn run(&self, arguments: &str, input: &str) -> Run {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cfnvet"));
        command.args(arguments.split(' ')).current_dir(self.0.path()).env_remove("NO_COLOR");
        let mut child =
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the binary starts");
        let _ = child.stdin.take().expect("it is piped").write_all(input.as_bytes());
        let output = child.wait_with_output().expect("it ends");
        let text = |bytes| String::from_utf8(bytes).expect("it prints UTF-8");
        Run { status: output.status.code().expect("no signal"), out: text(output.stdout), err: text(output.stderr) }
    }
}

/// What the fix of `ECS110` makes of [`SERVICE`].
fn newer(text: &str) -> String {
    text.replace("\"1.3.0\"", "\"LATEST\"")
}

#[test]
fn random_templates_are_fixed_once_and_for_all() {
    let examples = Examples::new();
    assert!(examples.codes.len() > 20, "{:?}", examples.codes);
    let mut changed = 0;
    for (seed, allowed) in (0..60).flat_map(|seed| [(seed, Safety::Safe), (seed, Safety::Unsafe)]) {
        let (name, text) = examples.template(seed);
        let fixed = fixable::apply(name, &text, allowed);
        changed += fixed.files.len();
        let faults = fixable::faults(name, &text, &fixed, allowed);
        assert!(
            faults.is_empty(),
            "seed {seed}: {}\n{}",
            faults.join("\n"),
            diff::unified(name, &text, fixable::text_after(&fixed, &text))
        );
    }
    assert!(changed > 70, "only {changed} templates had something to fix");
}

#[test]
fn safe_fixes_are_written_and_the_rest_stays_byte_for_byte() {
    let folder = Folder::with(&[("a.yaml", SERVICE.as_bytes())]);
    let run = folder.run("check --select ECS110 --output-format concise --fix a.yaml", "");
    assert_eq!((run.status, run.err.as_str()), (0, ""), "{}", run.out);
    assert!(run.out.contains("Fixed 1 finding in 1 file.\n"), "{}", run.out);
    assert_eq!(folder.text("a.yaml"), newer(SERVICE));
    assert_eq!(folder.names(), ["a.yaml"], "no other file is left behind");
    let again = folder.run("check --select ECS110 --output-format concise --fix a.yaml", "");
    assert!(!again.out.contains("Fixed"), "{}", again.out);
}

#[test]
fn line_breaks_a_byte_order_mark_and_a_missing_last_line_break_are_kept() {
    let text = format!("\u{feff}{}", SERVICE.trim_end().replace('\n', "\r\n"));
    let folder = Folder::with(&[("a.yaml", text.as_bytes())]);
    assert_eq!(folder.run("check --select ECS110 --fix a.yaml", "").status, 0);
    assert_eq!(folder.text("a.yaml"), newer(&text));
}

#[test]
fn a_report_says_how_many_findings_can_be_fixed() {
    let folder = Folder::with(&[("a.yaml", SERVICE.as_bytes())]);
    let run = folder.run("check --select ECS110,ECS406 --severity info --output-format concise a.yaml", "");
    assert_eq!(run.status, 1);
    assert!(run.out.contains("1 can be fixed with --fix, 1 more with --unsafe-fixes.\n"), "{}", run.out);
    let run = folder.run("check --select ECS110,ECS406 --severity info --output-format concise --fix a.yaml", "");
    assert!(run.out.contains("Fixed 1 finding in 1 file. 1 more can be fixed with --unsafe-fixes.\n"), "{}", run.out);
}

#[test]
fn unsafe_fixes_need_fix_or_diff() {
    let folder = Folder::with(&[("a.yaml", SERVICE.as_bytes())]);
    let run = folder.run("check --unsafe-fixes a.yaml", "");
    assert_eq!(run.status, 2);
    assert!(run.err.contains("--fix|--diff"), "{}", run.err);
}

#[test]
fn a_diff_is_printed_and_nothing_is_written() {
    let folder = Folder::with(&[("a.yaml", SERVICE.as_bytes())]);
    let run = folder.run("check --select ECS110 --diff a.yaml", "");
    assert_eq!((run.status, run.err.as_str()), (1, "Would fix 1 finding in 1 file.\n"));
    let expected = "\
--- a.yaml
+++ a.yaml
@@ -6,5 +6,5 @@
       DesiredCount: 2
       TaskDefinition: 'api:1'
       LaunchType: FARGATE
-      PlatformVersion: \"1.3.0\"   # old
+      PlatformVersion: \"LATEST\"   # old
       EnableExecuteCommand: true
";
    assert_eq!(run.out, expected);
    assert_eq!(folder.text("a.yaml"), SERVICE);
    fs::write(folder.path("a.yaml"), newer(SERVICE)).expect("a file can be written");
    let run = folder.run("check --select ECS110 --diff a.yaml", "");
    assert_eq!((run.status, run.out.as_str(), run.err.as_str()), (0, "", ""));
}

#[test]
fn a_diff_keeps_cr_lf_and_says_where_a_last_line_does_not_end() {
    let text = diff::unified("./a b.yaml", "x: 1\r\ny: 2", "x: 1\r\ny: 3");
    assert_eq!(
        text,
        "--- a b.yaml\t\n+++ a b.yaml\t\n@@ -1,2 +1,2 @@\n x: 1\r\n-y: 2\n\\ No newline at end of file\n+y: 3\n\\ No newline at end of file\n"
    );
    assert_eq!(diff::unified("a", "x\n", "x\n"), "");
}

#[test]
fn standard_input_comes_back_fixed_and_the_report_goes_to_standard_error() {
    let folder = Folder::with(&[]);
    let run = folder.run("check --select ECS110 --output-format concise --fix -", SERVICE);
    assert_eq!((run.status, run.out), (0, newer(SERVICE)));
    assert!(run.err.contains("Fixed 1 finding"), "{}", run.err);
    let nothing = "Resources: {}\n# the end";
    let run = folder.run("check --select ECS110 --fix -", nothing);
    assert_eq!((run.status, run.out.as_str()), (0, nothing));
    let run = folder.run("check --fix - a.yaml", nothing);
    assert_eq!(run.status, 2);
    assert!(run.err.contains("`-` cannot be fixed together with other paths"), "{}", run.err);
}

#[test]
fn a_file_with_syntax_errors_is_left_as_it_is_and_that_is_said() {
    let broken = format!("{SERVICE}Outputs:\n  A: [\n");
    let folder = Folder::with(&[("a.yaml", broken.as_bytes()), ("b.yaml", SERVICE.as_bytes())]);
    let run = folder.run("check --select ECS110 --output-format concise --fix a.yaml b.yaml", "");
    assert_eq!(run.status, 1);
    assert!(run.err.contains("a.yaml:9:7: ECS110 is not fixed: the file has syntax errors"), "{}", run.err);
    assert_eq!((folder.text("a.yaml"), folder.text("b.yaml")), (broken, newer(SERVICE)));
}

#[cfg(unix)]
#[test]
fn a_read_only_file_is_a_problem_and_the_others_are_written() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::with(&[("a.yaml", SERVICE.as_bytes()), ("b.yaml", SERVICE.as_bytes())]);
    let mode = |mode| fs::Permissions::from_mode(mode);
    fs::set_permissions(folder.path("a.yaml"), mode(0o444)).expect("they can be set");
    fs::set_permissions(folder.path("b.yaml"), mode(0o640)).expect("they can be set");
    let run = folder.run("check --select ECS110 --output-format concise --fix a.yaml b.yaml", "");
    assert_eq!(run.status, 2);
    assert!(run.err.contains("a.yaml: cannot be written: it is read-only"), "{}", run.err);
    assert!(run.out.contains("a.yaml:9:7:") && run.out.contains("Fixed 1 finding in 1 file."), "{}", run.out);
    assert_eq!((folder.text("a.yaml"), folder.text("b.yaml")), (SERVICE.to_owned(), newer(SERVICE)));
    let kept = fs::metadata(folder.path("b.yaml")).expect("it is there").permissions().mode();
    assert_eq!(kept & 0o777, 0o640);
}

#[cfg(unix)]
#[test]
fn a_link_stays_a_link_and_its_file_is_fixed() {
    let folder = Folder::with(&[("a.yaml", SERVICE.as_bytes())]);
    std::os::unix::fs::symlink("a.yaml", folder.path("link.yaml")).expect("a link can be made");
    // The folder holds the file under both names.
    assert_eq!(folder.run("check --select ECS110 --fix .", "").status, 0);
    assert!(fs::symlink_metadata(folder.path("link.yaml")).expect("it is there").file_type().is_symlink());
    assert_eq!(folder.text("a.yaml"), newer(SERVICE));
}

/// Findings with fixes that no rule makes.
#[test]
fn a_template_that_is_nested_and_not_given_is_not_changed() {
    let parent = Arc::new(SourceFile::new(
        "parent.yaml",
        "Resources:\n  Child:\n    Type: AWS::CloudFormation::Stack\n    Properties:\n      TemplateURL: ./child.yaml\n",
    ));
    let child = Arc::new(SourceFile::new("child.yaml", SERVICE));
    let settings = Arc::new(only(&["ECS110"]));
    let load = |path: &str| (path == "child.yaml").then(|| Arc::clone(&child));
    let fixed = fix::apply(std::slice::from_ref(&parent), &[Arc::clone(&settings)], &Companions::default(), &load, Safety::Safe);
    assert!(fixed.files.is_empty());
    let left: Vec<_> = fixed.left.iter().map(|left| (left.diagnostic.file.name(), &left.reason)).collect();
    assert_eq!(left, [("child.yaml", &Reason::NotGiven)]);

    let both = [parent, Arc::clone(&child)];
    let fixed = fix::apply(&both, &[Arc::clone(&settings), settings], &Companions::default(), &load, Safety::Safe);
    let files: Vec<_> = fixed.files.iter().map(|file| (file.after.name(), file.after.text().to_owned())).collect();
    assert_eq!(files, [("child.yaml", newer(SERVICE))]);
    assert!(fixed.outcome.diagnostics.iter().all(|diagnostic: &Diagnostic| diagnostic.fix.is_none()));
}
