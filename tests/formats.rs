//! The formats for programs, each read back by a reader of its consumer, or by one written after the consumer's rules.

use std::sync::Arc;

use cfnvet::diagnostic::{Certainty, Diagnostic, Fix, RuleInfo, Safety, Severity};
use cfnvet::report::{Format, Report, RunProblem, Style};
use cfnvet::text::{Edit, SourceFile, Span};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::reports::{finding, hazard, label, span};
use crate::support::read;

/// Names with all that a format gives a meaning: spaces, `%`, `:`, `,`, quotes, brackets, Japanese, a line break.
const NAMES: [&str; 3] = ["stacks/a b%20c:1:2,d=名前.yaml", "it's \"<&>\" [x](1) ::error::.yaml", "two\nlines\r%0A.yaml"];

const TEXT: &str = "\u{feff}名: 🚢 前\r\nResources:\r\n  バケット: {Type: 'AWS::S3::Bucket'} # 🚢 x\r\n";

fn rules() -> Vec<RuleInfo> {
    let rule = |code: &'static str, name: &'static str| RuleInfo {
        code: code.into(),
        name: name.into(),
        title: "ECS Exec on an Auto Scaling group capacity provider".into(),
        severity: Severity::Warning,
        page: "# Page\n\nWith `code` and <tags>.\n".into(),
    };
    vec![rule("E0000", "unused-rule"), rule("ECS101", "exec-on-asg-capacity-provider")]
}

/// In each of the files a finding that has everything, and plain ones; over a line break, of no length, and with a fix of two edits.
fn findings() -> Vec<Diagnostic> {
    let mut all = Vec::new();
    for name in NAMES {
        let file = Arc::new(SourceFile::new(name, TEXT));
        let other = Arc::new(SourceFile::new("./other/名 %.yaml", TEXT));
        let mut rich = finding(&file, "バケット", "`バケット` is 100% \"odd\", <and> {0} [more](1): ::a::");
        rich.label = Some("here".into());
        rich.labels = vec![label(&other, "前", "a 🚢 before"), label(&file, "x", "behind one")];
        rich.template_path = vec!["Resources".into(), "バケット".into()];
        rich.logical_id = Some("バケット".into());
        rich.notes = vec!["a fact".into()];
        rich.help = Some("rename\nit".into());
        rich.url = Some("https://example.com/rules".into());
        rich.fix = Some(Fix {
            title: "rename it".into(),
            safety: Safety::Unsafe,
            edits: vec![
                Edit { span: span(&file, "AWS::S3::Bucket"), replacement: "A🚢".into() },
                Edit { span: span(&file, "バケット"), replacement: "Bucket".into() },
                Edit { span: span(&file, " # 🚢 x"), replacement: String::new() },
            ],
            file: Arc::clone(&file),
        });
        let mut lines = finding(&file, "🚢 前\r\nResources:\r\n", "over two breaks");
        lines.severity = Severity::Warning;
        lines.certainty = Certainty::Unknown;
        let mut empty = finding(&file, "", "at the end");
        empty.span = Span::at(TEXT.len() as u32);
        empty.severity = Severity::Info;
        empty.code = "GRD:mine".into();
        all.extend([rich.clone(), rich, lines, empty]);
    }
    all.push(hazard());
    all
}

fn problems() -> Vec<RunProblem> {
    let file = Some(NAMES[0].to_owned());
    vec![
        RunProblem { file, place: None, message: "cannot\nbe read: 100%".into() },
        RunProblem { file: None, place: None, message: "<no>".into() },
    ]
}

/// The files of the findings, and one without.
fn files(findings: &[Diagnostic]) -> Vec<Arc<SourceFile>> {
    let mut files: Vec<Arc<SourceFile>> = findings.iter().map(|finding| Arc::clone(&finding.file)).collect();
    files.dedup_by(|first, second| first.name() == second.name());
    files.push(Arc::new(SourceFile::new("./clean.yaml", "")));
    files
}

fn render(format: Format, findings: &[Diagnostic], problems: &[RunProblem]) -> String {
    let (files, rules) = (files(findings), rules());
    let report = Report { diagnostics: findings, problems, rules: &rules, files: &files, kind: "template", ..Report::default() };
    format.render(&report)
}

fn json(format: Format, findings: &[Diagnostic], problems: &[RunProblem]) -> Value {
    serde_json::from_str(&render(format, findings, problems)).expect("it is JSON")
}

/// The place of a line and a column that counts characters, both from 1, after the rules of the format and not by our own index.
fn offset(text: &str, line: &Value, column: &Value) -> usize {
    let number = |value: &Value| usize::try_from(value.as_u64().expect("it is a number")).expect("it fits") - 1;
    let start: usize = text.split_inclusive('\n').take(number(line)).map(str::len).sum();
    let start = if start == 0 { text.len() - text.trim_start_matches('\u{feff}').len() } else { start };
    start + text[start..].chars().take(number(column)).map(char::len_utf8).sum::<usize>()
}

fn decoded(uri: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = uri.as_bytes();
    while let [first, tail @ ..] = rest {
        if *first == b'%' {
            let digits = std::str::from_utf8(&tail[..2]).expect("two digits");
            bytes.push(u8::from_str_radix(digits, 16).expect("hexadecimal digits"));
            rest = &tail[2..];
        } else {
            assert!(first.is_ascii_graphic(), "{uri}: a URI is printable ASCII");
            bytes.push(*first);
            rest = tail;
        }
    }
    String::from_utf8(bytes).expect("UTF-8")
}

#[test]
fn sarif_is_valid_by_the_schema_of_oasis() {
    // The pattern of `language`, which the report does not have, closes a bracket that it did not open.
    let schema = read("tests/data/sarif-schema-2.1.0.json").replace(r"-[a-zA-Z]{2}]?$", r"(-[a-zA-Z]{2})?$");
    let schema: Value = serde_json::from_str(&schema).expect("the schema is JSON");
    let validator = jsonschema::options().should_validate_formats(true).build(&schema).expect("the schema is one");
    for (findings, problems) in [(findings(), problems()), (findings(), Vec::new()), (Vec::new(), Vec::new())] {
        let report = json(Format::Sarif, &findings, &problems);
        let faults: Vec<String> =
            validator.iter_errors(&report).map(|fault| format!("{}: {fault}", fault.instance_path())).collect();
        assert!(faults.is_empty(), "{faults:#?}");
    }
    // The schema is one that can fail.
    let mut wrong = json(Format::Sarif, &findings(), &[]);
    wrong["runs"][0]["results"][0]["level"] = json!("info");
    assert!(!validator.is_valid(&wrong));
    wrong["runs"][0]["results"][0]["level"] = json!("note");
    assert!(validator.is_valid(&wrong));
    wrong["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] = json!("a b%.yaml");
    assert!(!validator.is_valid(&wrong));
}

#[test]
fn sarif_leads_to_the_file_the_text_and_the_rule_of_each_finding() {
    let findings = findings();
    let report = json(Format::Sarif, &findings, &[]);
    let run = &report["runs"][0];
    assert_eq!(run["columnKind"], "unicodeCodePoints");
    let results = run["results"].as_array().expect("it is a list");
    assert_eq!(results.len(), findings.len());
    let check = |location: &Value, file: &SourceFile, span: Span| {
        let artifact = &location["artifactLocation"];
        assert_eq!(artifact["uriBaseId"], "%SRCROOT%");
        let uri = artifact["uri"].as_str().expect("it is a text");
        assert!(!uri.split('/').next().unwrap_or_default().contains(':'), "{uri}: what stands before `:` would be a scheme");
        assert_eq!(decoded(uri), file.name().trim_start_matches("./"));
        let region = &location["region"];
        let start = offset(file.text(), &region["startLine"], &region["startColumn"]);
        let end = offset(file.text(), &region["endLine"], &region["endColumn"]);
        assert_eq!((start, end), (span.start as usize, span.end as usize), "{region}");
    };
    let rules = run["tool"]["driver"]["rules"].as_array().expect("it is a list");
    for (result, finding) in results.iter().zip(&findings) {
        check(&result["locations"][0]["physicalLocation"], &finding.file, finding.span);
        let rule = &rules[usize::try_from(result["ruleIndex"].as_u64().expect("a number")).expect("it fits")];
        assert_eq!((&rule["id"], &result["ruleId"]), (&json!(finding.code), &json!(finding.code)));
        assert_eq!(result["properties"]["certainty"], finding.certainty.as_str());
        let related: Vec<&Value> = result["relatedLocations"].as_array().into_iter().flatten().collect();
        assert_eq!(related.len(), finding.labels.len());
        for (related, label) in related.iter().zip(&finding.labels) {
            check(&related["physicalLocation"], &label.file, label.span);
        }
        // A way is one through several texts, and begins where the finding is.
        let steps: Vec<&Value> = result["codeFlows"][0]["threadFlows"][0]["locations"].as_array().into_iter().flatten().collect();
        assert_eq!(steps.len(), if finding.labels.len() > 1 { finding.labels.len() + 1 } else { 0 });
        if let Some((first, others)) = steps.split_first() {
            check(&first["location"]["physicalLocation"], &finding.file, finding.span);
            for (step, label) in others.iter().zip(&finding.labels) {
                check(&step["location"]["physicalLocation"], &label.file, label.span);
                assert_eq!(step["location"]["message"]["text"], label.message);
            }
        }
        if let Some(fix) = &finding.fix {
            let change = &result["fixes"][0]["artifactChanges"][0];
            let replacements = change["replacements"].as_array().expect("it is a list");
            for (replacement, edit) in replacements.iter().zip(&fix.edits) {
                let place = json!({"artifactLocation": change["artifactLocation"], "region": replacement["deletedRegion"]});
                check(&place, &fix.file, edit.span);
                let inserted = replacement["insertedContent"]["text"].as_str().unwrap_or_default();
                assert_eq!(inserted, edit.replacement);
            }
        }
    }
    let known = rules.iter().find(|rule| rule["id"] == "ECS101").expect("it found something");
    assert!(known["help"]["markdown"].as_str().is_some_and(|page| page.starts_with("# Page")));
    assert!(known["help"]["text"].as_str().is_some_and(|text| text.contains("cfnvet explain ECS101")));
    assert_eq!(known["defaultConfiguration"]["level"], "warning");
    assert!(!rules.iter().any(|rule| rule["id"] == "E0000"), "rules that found nothing are left out");
}

#[test]
fn sarif_fingerprints_stay_when_lines_move_and_tell_findings_of_a_file_apart() {
    let fingerprints = |text: &str| -> Vec<String> {
        let file = Arc::new(SourceFile::new("a.yaml", text));
        let found = [finding(&file, "Type: A", "one"), finding(&file, "Type: A", "two"), finding(&file, "B", "three")];
        let report = json(Format::Sarif, &found, &[]);
        let results = report["runs"][0]["results"].as_array().expect("it is a list");
        let fingerprint = |result: &Value| result["partialFingerprints"]["cfnvet/v1"].as_str().expect("a text").to_owned();
        results.iter().map(fingerprint).collect()
    };
    let before = fingerprints("X: {Type: A, B: 1}");
    assert_eq!(before, fingerprints("# moved\n\nX: {Type:   A, B: 1}".replace("Type:   A", "Type: A").as_str()));
    assert!(before[0] != before[1] && before[1] != before[2] && before[0] != before[2], "{before:?}");
}

#[test]
fn sarif_tells_what_kept_the_run_from_checking() {
    let invocation = |problems: &[RunProblem]| json(Format::Sarif, &[], problems)["runs"][0]["invocations"][0].clone();
    assert_eq!(invocation(&[]), json!({"executionSuccessful": true, "toolExecutionNotifications": []}));
    let failed = invocation(&problems());
    assert_eq!(failed["executionSuccessful"], false);
    let notification = &failed["toolExecutionNotifications"][0];
    assert_eq!(notification["message"]["text"], "cannot\nbe read: 100%");
    let uri = &notification["locations"][0]["physicalLocation"]["artifactLocation"]["uri"];
    assert_eq!(decoded(uri.as_str().expect("it is a text")), NAMES[0]);
}

#[test]
fn a_file_outside_is_an_absolute_uri_in_sarif() {
    let file = Arc::new(SourceFile::new("/tmp/a b:名.yaml", "A: 1\n"));
    let report = json(Format::Sarif, &[finding(&file, "A", "x")], &[]);
    let artifact = &report["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"];
    assert_eq!(artifact, &json!({"uri": "file:///tmp/a%20b%3A%E5%90%8D.yaml"}));
}

/// A command to the runner of GitHub Actions.
struct WorkflowCommand {
    name: String,
    properties: Vec<(String, String)>,
    message: String,
}

impl WorkflowCommand {
    /// As the runner reads it from a line of the log.
    fn read(line: &str) -> Option<Self> {
        let rest = line.strip_prefix("::")?;
        let (head, data) = rest.split_once("::")?;
        let (name, properties) = head.split_once(' ').unwrap_or((head, ""));
        let message = data.replace("%0D", "\r").replace("%0A", "\n").replace("%25", "%");
        let value = |text: &str| {
            let text = text.replace("%0D", "\r").replace("%0A", "\n").replace("%3A", ":").replace("%2C", ",");
            text.replace("%25", "%")
        };
        let pairs = properties.split(',').filter_map(|pair| pair.split_once('='));
        let properties = pairs.map(|(key, text)| (key.to_owned(), value(text))).collect();
        Some(Self { name: name.to_owned(), properties, message })
    }

    fn property(&self, key: &str) -> Option<&str> {
        self.properties.iter().find(|(name, _)| name == key).map(|(_, value)| value.as_str())
    }
}

#[test]
fn github_annotations_are_read_back_as_the_runner_reads_them() {
    let findings = findings();
    let text = render(Format::Github, &findings, &problems());
    let lines: Vec<&str> = text.lines().collect();
    // A summary stands at the end, which is no command.
    assert_eq!(lines.len(), findings.len() + problems().len() + 1, "{text}");
    assert!(WorkflowCommand::read(lines[lines.len() - 1]).is_none());
    for (line, finding) in lines.iter().zip(&findings) {
        let command = WorkflowCommand::read(line).expect("it is a command");
        let property = |key: &str| command.property(key);
        let expected = match finding.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Info => "notice",
        };
        assert_eq!((command.name.as_str(), property("file")), (expected, Some(finding.file.name())));
        let [start, end] = [finding.span.start, finding.span.end].map(|offset| finding.file.position(offset));
        assert_eq!(property("line"), Some(start.line.to_string().as_str()));
        assert_eq!(property("endLine"), Some(end.line.to_string().as_str()));
        // The runner drops all columns of what is not on one line.
        let column = (start.line == end.line).then(|| start.column.to_string());
        assert_eq!(property("col"), column.as_deref());
        assert_eq!(property("title"), Some(format!("{} {}", finding.code, finding.name).as_str()));
        assert!(command.message.contains(&finding.message), "{}", command.message);
    }
    let command = WorkflowCommand::read(lines[findings.len()]).expect("it is a command");
    assert_eq!((command.name.as_str(), command.property("file")), ("error", Some(NAMES[0])));
    assert!(command.message.contains("cannot\\nbe read: 100%"), "{}", command.message);
}

/// The fields that GitLab documents, and no others.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Violation {
    description: String,
    check_name: String,
    fingerprint: String,
    severity: GitlabSeverity,
    location: GitlabLocation,
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(rename_all = "lowercase")]
enum GitlabSeverity {
    Info,
    Minor,
    Major,
    Critical,
    Blocker,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct GitlabLocation {
    path: String,
    lines: GitlabLines,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct GitlabLines {
    begin: u32,
    end: u32,
}

#[test]
fn gitlab_gets_its_fields_a_path_in_the_repository_and_a_fingerprint_of_each() {
    let findings = findings();
    let found: Vec<Violation> =
        serde_json::from_str(&render(Format::Gitlab, &findings, &problems())).expect("it has the fields of GitLab");
    assert_eq!(found.len(), findings.len());
    for (violation, finding) in found.iter().zip(&findings) {
        assert!(violation.description.contains(finding.code.as_ref()) && violation.description.contains(&finding.message));
        assert_eq!(
            (violation.check_name.as_str(), violation.location.path.as_str()),
            (finding.name.as_ref(), finding.file.name())
        );
        let line = |offset| finding.file.position(offset).line;
        let lines = &violation.location.lines;
        assert_eq!((lines.begin, lines.end), (line(finding.span.start), line(finding.span.end)));
        assert!(violation.fingerprint.len() == 16 && violation.fingerprint.bytes().all(|byte| byte.is_ascii_hexdigit()));
        assert!(!matches!(violation.severity, GitlabSeverity::Critical | GitlabSeverity::Blocker));
        assert_eq!(violation.severity == GitlabSeverity::Info, finding.severity == Severity::Info);
    }
    let mut fingerprints: Vec<&str> = found.iter().map(|violation| violation.fingerprint.as_str()).collect();
    fingerprints.sort_unstable();
    fingerprints.dedup();
    assert_eq!(fingerprints.len(), findings.len(), "GitLab shows one finding of each fingerprint");

    let file = Arc::new(SourceFile::new("./a.yaml", "A: 1\n"));
    let dotted = json(Format::Gitlab, &[finding(&file, "A", "x")], &[]);
    assert_eq!(dotted[0]["location"]["path"], "a.yaml");
    assert_eq!(json(Format::Gitlab, &[], &[]), json!([]));
}

/// Well-formed by a strict reader, which the readers of the consumers need not be.
fn xml(text: &str) -> roxmltree::Document<'_> {
    roxmltree::Document::parse(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

#[test]
fn junit_is_read_back_by_the_reader_of_nextest() {
    let findings = findings();
    let text = render(Format::Junit, &findings, &problems());
    xml(&text);
    let report = quick_junit::Report::deserialize_from_str(&text).expect("it is a JUnit report");
    let infos = findings.iter().filter(|finding| finding.severity == Severity::Info).count();
    // Beside the findings, a file without any and two problems.
    assert_eq!((report.tests, report.failures, report.errors), (findings.len() + 3, findings.len() - infos, 2));
    let sum = |count: fn(&quick_junit::TestSuite) -> usize| report.test_suites.iter().map(count).sum::<usize>();
    assert_eq!(sum(|suite| suite.tests), report.tests);
    assert_eq!(sum(|suite| suite.test_cases.len()), report.tests);
    assert_eq!(sum(|suite| suite.failures), report.failures);

    for name in NAMES {
        // The reader leaves out some control characters, such as CR.
        let read = quick_junit::XmlString::new(name);
        let suite = report.test_suites.iter().find(|suite| suite.name == read).expect("each file is a suite");
        let own: Vec<&Diagnostic> = findings.iter().filter(|finding| finding.file.name() == name).collect();
        assert_eq!(suite.test_cases.len(), own.len());
        for (case, finding) in suite.test_cases.iter().zip(own) {
            assert_eq!(case.classname.as_ref(), Some(&read));
            assert!(case.name.as_str().starts_with(finding.code.as_ref()), "{}", case.name.as_str());
            match &case.status {
                quick_junit::TestCaseStatus::NonSuccess { message, ty, description, .. } => {
                    let text = |text: &Option<quick_junit::XmlString>| {
                        text.as_ref().map(|text| text.as_str().to_owned()).unwrap_or_default()
                    };
                    assert!(text(message).starts_with(&finding.message), "{message:?}");
                    assert_eq!(text(ty), finding.severity.as_str());
                    assert!(text(description).contains(&finding.message), "{description:?}");
                }
                _ => assert_eq!(finding.severity, Severity::Info, "an info is no failure"),
            }
        }
    }
    let clean = report.test_suites.iter().find(|suite| suite.name.as_str() == "clean.yaml").expect("each file is a suite");
    assert!(matches!(clean.test_cases[0].status, quick_junit::TestCaseStatus::Success { .. }));
}

#[test]
fn what_xml_cannot_hold_is_replaced() {
    let file = Arc::new(SourceFile::new("a\u{1}\u{9b}\u{202e}\u{ffff}.yaml", "A: 1\n"));
    let found = [finding(&file, "A", "\0 \u{b}\t\u{fffe} 名 ]]> <![CDATA[")];
    for format in [Format::Junit, Format::Checkstyle] {
        let text = render(format, &found, &[]);
        let document = xml(&text);
        let messages: Vec<&str> = document.descendants().filter_map(|node| node.attribute("message")).collect();
        assert!(messages[0].ends_with("名 ]]> <![CDATA["), "{messages:?}");
        let names: Vec<&str> = document.descendants().filter_map(|node| node.attribute("name")).collect();
        assert!(names.contains(&"a\u{fffd}\u{9b}\u{202e}\u{fffd}.yaml"), "{names:?}");
    }
}

#[test]
fn checkstyle_lists_every_file_with_its_findings() {
    let findings = findings();
    let text = render(Format::Checkstyle, &findings, &problems());
    let document = xml(&text);
    let root = document.root_element();
    assert!(root.has_tag_name("checkstyle"));
    let files: Vec<_> = root.children().filter(roxmltree::Node::is_element).collect();
    for name in NAMES {
        let file = files.iter().find(|file| file.attribute("name") == Some(name)).expect("each file is listed");
        let errors = file.children().filter(|node| node.has_tag_name("error") && node.attribute("line").is_some());
        let own = findings.iter().filter(|finding| finding.file.name() == name);
        assert_eq!(errors.clone().count(), own.clone().count());
        for (error, finding) in errors.zip(own) {
            let position = finding.file.position(finding.span.start);
            assert_eq!(error.attribute("line"), Some(position.line.to_string().as_str()));
            assert_eq!(error.attribute("column"), Some(position.column.to_string().as_str()));
            assert_eq!(error.attribute("severity"), Some(finding.severity.as_str()));
            assert_eq!(error.attribute("source"), Some(format!("cfnvet.{}", finding.code).as_str()));
            assert!(error.attribute("message").is_some_and(|message| message.starts_with(&finding.message)));
        }
    }
    let clean = files.iter().find(|file| file.attribute("name") == Some("clean.yaml")).expect("each file is listed");
    assert_eq!(clean.children().count(), 0);
    assert_eq!(text.matches("source=\"cfnvet\"").count(), 2, "problems are errors without a line");
}

/// Reviewdog's messages, as `reviewdog.proto` defines them; its reader refuses fields it does not know.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct DiagnosticResult {
    source: RdSource,
    diagnostics: Vec<RdDiagnostic>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RdSource {
    name: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RdDiagnostic {
    message: String,
    location: RdLocation,
    severity: RdSeverity,
    source: Option<RdSource>,
    code: RdCode,
    #[serde(default)]
    suggestions: Vec<RdSuggestion>,
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(rename_all = "UPPERCASE")]
enum RdSeverity {
    Error,
    Warning,
    Info,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RdLocation {
    path: String,
    range: RdRange,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RdCode {
    value: String,
    url: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RdRange {
    start: RdPosition,
    end: RdPosition,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RdPosition {
    line: usize,
    column: usize,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RdSuggestion {
    range: RdRange,
    text: String,
}

impl RdRange {
    /// Columns count bytes of the line, from 1.
    fn bytes(&self, text: &str) -> std::ops::Range<usize> {
        let offset = |position: &RdPosition| {
            text.split_inclusive('\n').take(position.line - 1).map(str::len).sum::<usize>() + position.column - 1
        };
        offset(&self.start)..offset(&self.end)
    }
}

#[test]
fn rdjson_has_the_messages_of_reviewdog_and_suggestions_that_can_be_applied() {
    let findings = findings();
    let document: DiagnosticResult =
        serde_json::from_str(&render(Format::Rdjson, &findings, &problems())).expect("it has reviewdog's fields");
    assert_eq!((document.source.name.as_str(), document.diagnostics.len()), ("cfnvet", findings.len()));
    for (read, finding) in document.diagnostics.iter().zip(&findings) {
        assert_eq!((read.location.path.as_str(), read.code.value.as_str()), (finding.file.name(), finding.code.as_ref()));
        assert!(read.message.starts_with(&finding.message) && read.source.is_none());
        assert_eq!(read.code.url.as_deref(), finding.url.as_deref());
        let severity = match finding.severity {
            Severity::Error => RdSeverity::Error,
            Severity::Warning => RdSeverity::Warning,
            Severity::Info => RdSeverity::Info,
        };
        assert_eq!(read.severity, severity);
        assert_eq!(read.location.range.bytes(finding.file.text()), finding.span.range());
        let Some(fix) = &finding.fix else {
            assert!(read.suggestions.is_empty());
            continue;
        };
        // Each suggestion stands for itself, so all edits are in one.
        let [suggestion] = read.suggestions.as_slice() else { panic!("{:?}", read.suggestions) };
        let mut suggested = fix.file.text().to_owned();
        suggested.replace_range(suggestion.range.bytes(&suggested), &suggestion.text);
        let mut applied = fix.file.text().to_owned();
        let mut edits = fix.edits.clone();
        edits.sort_by_key(|edit| std::cmp::Reverse(edit.span));
        edits.iter().for_each(|edit| applied.replace_range(edit.span.range(), &edit.replacement));
        assert_eq!(suggested, applied);
    }

    let lines = render(Format::Rdjsonl, &findings, &problems());
    let lines: Vec<RdDiagnostic> = lines.lines().map(|line| serde_json::from_str(line).expect("each line is one")).collect();
    assert_eq!(lines.len(), findings.len());
    assert!(lines.iter().all(|line| line.source.as_ref().is_some_and(|source| source.name == "cfnvet")));
    assert_eq!(render(Format::Rdjsonl, &[], &problems()), "");
}

#[test]
fn json_lines_are_the_findings_of_json() {
    let findings = findings();
    let text = render(Format::JsonLines, &findings, &problems());
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).expect("each line is JSON")).collect();
    assert_eq!(json!(lines), json(Format::Json, &findings, &problems())["diagnostics"]);
    assert_eq!(lines[0]["file"], NAMES[0]);
    assert_eq!(render(Format::JsonLines, &[], &problems()), "");
}

#[test]
fn parseable_is_read_back_by_the_expression_of_editor_plugins() {
    // As editor plugins for cfn-lint have it. The name is taken as far as it goes, so a `:` in it does no harm.
    let expression = regex::Regex::new(r"^(.+?):(\d+):(\d+):(\d+):(\d+):([A-Z]+[\w:]*?):(.*)$").expect("it is an expression");
    let findings = findings();
    let text = render(Format::Parseable, &findings, &problems());
    assert_eq!(text.lines().count(), findings.len());
    for (line, finding) in text.lines().zip(&findings) {
        let parts = expression.captures(line).unwrap_or_else(|| panic!("{line}"));
        let [start, end] = [finding.span.start, finding.span.end].map(|offset| finding.file.position(offset));
        let numbers = [start.line, start.column, end.line, end.column].map(|number| number.to_string());
        assert_eq!(parts[1], *finding.file.name().replace('\n', "\\n").replace('\r', "\\r"));
        assert_eq!([&parts[2], &parts[3], &parts[4], &parts[5]], numbers.each_ref().map(String::as_str));
        assert!(finding.code.starts_with(&parts[6]), "{line}");
        assert!(line.contains(&finding.message), "{line}");
    }
}

/// What the matcher for GitHub Actions reads out of a line.
fn matched(line: &str) -> Option<(Value, Vec<String>)> {
    let document: Value = serde_json::from_str(&read(".github/cfnvet-matcher.json")).expect("it is JSON");
    let matchers = document["problemMatcher"].as_array().expect("it is a list");
    let mut found = matchers.iter().filter_map(|matcher| {
        let pattern = &matcher["pattern"][0];
        let expression = regex::Regex::new(pattern["regexp"].as_str().expect("it is a text")).expect("it is an expression");
        let groups = expression.captures(line)?;
        let group = |key: &str| {
            let number = pattern[key].as_u64();
            number.map_or_else(
                || matcher["severity"].as_str().unwrap_or_default().to_owned(),
                |number| groups[number as usize].to_owned(),
            )
        };
        Some((matcher["owner"].clone(), ["file", "line", "column", "severity", "code", "message"].map(group).to_vec()))
    });
    let first = found.next();
    assert!(found.next().is_none(), "{line}: only one of the matchers takes a line");
    first
}

#[test]
fn the_problem_matcher_reads_the_concise_format() {
    let findings = findings();
    let text = render(Format::Concise, &findings, &[]);
    for (line, finding) in text.lines().zip(&findings) {
        let (owner, parts) = matched(line).unwrap_or_else(|| panic!("{line}"));
        let position = finding.file.position(finding.span.start);
        assert_eq!(owner, if finding.severity == Severity::Info { "cfnvet-info" } else { "cfnvet" });
        assert_eq!(parts[0], finding.file.name().replace('\n', "\\n").replace('\r', "\\r"));
        assert_eq!((&parts[1], &parts[2]), (&position.line.to_string(), &position.column.to_string()));
        assert_eq!(parts[3], if finding.severity == Severity::Info { "notice" } else { finding.severity.as_str() });
        assert_eq!(parts[4], finding.code);
        assert!(parts[5].starts_with(&finding.message), "{line}");
    }
    assert!(matched(text.lines().last().expect("there is a summary")).is_none());
}

#[test]
fn no_format_for_programs_depends_on_the_terminal_or_the_time() {
    let findings = findings();
    let files = files(&findings);
    for format in Format::ALL.into_iter().filter(|format| !matches!(format, Format::Full | Format::Concise | Format::Github)) {
        let text = |elapsed: Option<std::time::Duration>, style: Style| {
            let report = Report { diagnostics: &findings, files: &files, kind: "template", elapsed, style, ..Report::default() };
            format.render(&report)
        };
        let style = Style { color: true, unicode: false, width: 40 };
        assert_eq!(text(None, Style::default()), text(Some(std::time::Duration::from_secs(3)), style), "{}", format.as_str());
    }
}

#[test]
fn statistics_count_what_each_rule_found() {
    let findings = findings();
    let (files, rules) = (files(&findings), rules());
    let report =
        Report { diagnostics: &findings, problems: &[], rules: &rules, files: &files, kind: "template", ..Report::default() };
    insta::assert_snapshot!(Format::Full.render_statistics(&report).expect("it has the shape"), @r"
    COUNT  CODE      SEVERITY  FIXABLE  NAME
       10  ECS101    error           7  exec-on-asg-capacity-provider
        3  GRD:mine  info            0  exec-on-asg-capacity-provider
    Checked 5 templates: 7 errors, 3 warnings, 3 info.
    ");
    let text = Format::Json.render_statistics(&report).expect("it has the shape");
    serde_json::from_str::<Value>(&text).expect("it is JSON");
    insta::assert_snapshot!(text.replace(env!("CARGO_PKG_VERSION"), "[version]"), @r#"
    {"version": 1,
    "tool": {"name":"cfnvet","version":"[version]"},
    "files_checked": 5,
    "files_skipped": 0,
    "statistics": [
    {"code":"ECS101","name":"exec-on-asg-capacity-provider","severity":"error","count":10,"fixable":7},
    {"code":"GRD:mine","name":"exec-on-asg-capacity-provider","severity":"info","count":3,"fixable":0}],
    "problems": []}
    "#);
    for format in Format::ALL {
        assert_eq!(format.render_statistics(&report).is_some(), format.has_statistics());
    }
}
