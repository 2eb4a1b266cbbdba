//! The formats, from findings made up for the purpose.

use std::sync::{Arc, LazyLock};

use cfnvet::diagnostic::{Certainty, Diagnostic, Fix, Label, Safety, Severity, Witness};
use cfnvet::report::{Format, Report, RunProblem, Style};
use cfnvet::text::{Edit, SourceFile, Span};

/// The span of the first `text` in `file`.
pub(crate) fn span(file: &SourceFile, text: &str) -> Span {
    let start = file.text().find(text).unwrap_or_else(|| panic!("{text:?} is not in the file")) as u32;
    Span::new(start, start + text.len() as u32)
}

pub(crate) fn finding(file: &Arc<SourceFile>, text: &str, message: &str) -> Diagnostic {
    Diagnostic {
        code: "ECS101".into(),
        name: "exec-on-asg-capacity-provider".into(),
        severity: Severity::Error,
        certainty: Certainty::Definite,
        message: message.into(),
        help: None,
        notes: Vec::new(),
        url: None,
        file: Arc::clone(file),
        span: span(file, text),
        label: None,
        template_path: Vec::new(),
        logical_id: None,
        stack_path: Vec::new(),
        labels: Vec::new(),
        when: None,
        fix: None,
        echo_of: None,
    }
}

pub(crate) fn label(file: &Arc<SourceFile>, text: &str, message: &str) -> Label {
    Label { file: Arc::clone(file), span: span(file, text), message: message.into() }
}

/// The files of a run that has checked `number` of them.
fn files(number: usize) -> Vec<Arc<SourceFile>> {
    (0..number).map(|index| Arc::new(SourceFile::new(format!("{index}.yaml"), ""))).collect()
}

static ONE_FILE: LazyLock<Vec<Arc<SourceFile>>> = LazyLock::new(|| files(1));

fn report(diagnostics: &[Diagnostic]) -> Report<'_> {
    Report { diagnostics, files: &ONE_FILE, kind: "template", ..Report::default() }
}

fn full(diagnostics: &[Diagnostic]) -> String {
    Format::Full.render(&report(diagnostics))
}

const SERVICE: &str = "\
AWSTemplateFormatVersion: 2010-09-09
Parameters:
  Exec:
    Type: String
    Default: 'true'
Conditions:
  IsProd: !Equals [!Ref AWS::AccountId, '123456789012']
Resources:
  Provider:
    Type: AWS::ECS::CapacityProvider
    Properties:
      AutoScalingGroupProvider:
        AutoScalingGroupArn: !ImportValue asg-arn
  Cluster:
    Type: AWS::ECS::Cluster

  Attach:
    Type: AWS::ECS::ClusterCapacityProviderAssociations
    Properties:
      Cluster: !Ref Cluster
      CapacityProviders: [!Ref Provider]
      DefaultCapacityProviderStrategy:
        - CapacityProvider: !Ref Provider
          Weight: 1

  Worker:
    Type: AWS::ECS::Service
    Properties:
      Cluster: !Ref Cluster
      TaskDefinition: !ImportValue worker-task
      EnableExecuteCommand: !If [IsProd, false, !Ref Exec]
";

/// Five labels, far apart, two files, everything that a finding can have.
pub(crate) fn hazard() -> Diagnostic {
    let file = Arc::new(SourceFile::new("stacks/service.yaml", SERVICE));
    let parent = Arc::new(SourceFile::new(
        "stacks/network.yaml",
        "Outputs:\n  AsgArn:\n    Value: !GetAtt Asg.AutoScalingGroupARN\n    Export:\n      Name: asg-arn\n",
    ));
    let mut finding = finding(
        &file,
        "EnableExecuteCommand",
        "`Worker` has ECS Exec turned on and its tasks are placed through the capacity provider `Provider`, which is an Auto Scaling group",
    );
    finding.certainty = Certainty::Possible;
    finding.label = Some("`true` where `IsProd` is false".into());
    finding.labels = vec![
        label(&file, "Default: 'true'", "the default turns it on"),
        label(
            &file,
            "DefaultCapacityProviderStrategy",
            "`Worker` names no launch type and no strategy, so the cluster's default one applies",
        ),
        label(&file, "CapacityProvider: !Ref Provider", "it reaches `Provider`"),
        label(&file, "AutoScalingGroupProvider", "which is an Auto Scaling group"),
        label(&parent, "Asg.AutoScalingGroupARN", "this one"),
    ];
    finding.notes = vec![
        "tasks with ECS Exec on that are placed through an Auto Scaling group capacity provider can stay in PROVISIONING until the deployment times out".into(),
    ];
    finding.help = Some("place the service on `FARGATE`, or set `LaunchType: EC2` so that no strategy applies".into());
    finding.when = Some(Witness {
        conditions: [("IsProd".to_owned(), false)].into(),
        parameters: [("Exec".to_owned(), "true".to_owned())].into(),
        order: vec!["`Attach` is created before `Worker`".into()],
        with_defaults: true,
    });
    finding.url = Some("https://example.com/rules/ECS101".into());
    finding.template_path = ["Resources", "Worker", "Properties", "EnableExecuteCommand"].map(str::to_owned).into();
    finding.logical_id = Some("Worker".into());
    finding.stack_path = vec!["Child".into(), "Service".into()];
    finding.fix = Some(Fix {
        title: "turn ECS Exec off".into(),
        safety: Safety::Unsafe,
        edits: vec![Edit { span: span(&file, "!If [IsProd, false, !Ref Exec]"), replacement: "false".into() }],
        file,
    });
    finding
}

#[test]
fn a_finding_is_shown_with_every_text_that_explains_it() {
    insta::assert_snapshot!(full(&[hazard()]));
}

#[test]
fn a_narrow_terminal_without_unicode_gets_folded_ascii() {
    let style = Style { unicode: false, width: 60, ..Style::default() };
    let report = Format::Full.render(&Report { style, ..report(&[hazard()]) });
    insta::assert_snapshot!(report);
}

#[test]
fn colours_are_escape_codes_and_change_nothing_else() {
    let style = Style { color: true, ..Style::default() };
    let colored = Format::Full.render(&Report { style, ..report(&[hazard()]) });
    assert!(colored.contains("\u{1b}[31m"), "{colored:?}");
    let mut plain = String::new();
    for (index, part) in colored.split("\u{1b}[").enumerate() {
        plain.push_str(if index == 0 { part } else { part.split_once('m').expect("only colours").1 });
    }
    assert_eq!(plain, full(&[hazard()]));
    assert!(!plain.contains('\u{1b}'));
}

#[test]
fn underlines_fit_wide_characters_after_a_byte_order_mark_and_cr_lf() {
    let text = "\u{feff}説明: 名前は日本語です\r\nResources:\r\n  バケット:\r\n    Type: AWS::S3::Bucket # コメント\r\n";
    let file = Arc::new(SourceFile::new("日本.yaml", text));
    let mut first = finding(&file, "説明", "`説明` is no section of a template");
    first.label = Some("no section has this name".into());
    let mut second = finding(&file, "バケット", "the logical ID `バケット` is not alphanumeric");
    second.severity = Severity::Warning;
    second.label = Some("letters and digits of ASCII only".into());
    second.labels = vec![label(&file, "AWS::S3::Bucket", "a bucket"), label(&file, "コメント", "a comment")];
    insta::assert_snapshot!(full(&[first, second]));
}

#[test]
fn labels_on_one_line_do_not_collide() {
    let text = "Resources:\n  A: {Type: AWS::S3::Bucket, Properties: {BucketName: !Sub '${Nme}-x', Tags: []}}\n";
    let file = Arc::new(SourceFile::new("line.yaml", text));
    let mut finding = finding(&file, "${Nme}", "`Nme` is not declared in this template");
    finding.label = Some(
        "no parameter, resource or pseudo parameter has this name, nor has any of the templates given beside this one".into(),
    );
    finding.labels = vec![
        label(&file, "{BucketName: !Sub '${Nme}-x', Tags: []}", "around it"),
        label(&file, "A", "the resource"),
        label(&file, "${Nme}", "the same text"),
        label(&file, "Tags", "beside it"),
    ];
    insta::assert_snapshot!(full(&[finding]));
}

#[test]
fn a_minified_file_is_cut_around_each_label() {
    let topics = "\"B\":{\"Type\":\"AWS::SNS::Topic\"},".repeat(300);
    let text = format!("{{\"Resources\":{{{topics}\"Last\":{{\"Type\":\"AWS::S3::Bucket\",\"Properties\":{{\"Nme\":1}}}}}}}}");
    let file = Arc::new(SourceFile::new("mini.json", text));
    let mut finding = finding(&file, "\"Nme\"", "`Nme` is no property of `AWS::S3::Bucket`");
    finding.severity = Severity::Info;
    finding.label = Some("unknown".into());
    finding.labels = vec![label(&file, "\"Resources\"", "in here")];
    insta::assert_snapshot!(full(&[finding]), @r#"
    info ECS101 exec-on-asg-capacity-provider
      ☞ `Nme` is no property of `AWS::S3::Bucket`
       ╭─[mini.json:1:9362]
     1 │ …"},"Last":{"Type":"AWS::S3::Bucket","Properties":{"Nme":1}}}}
       ·                                                    ──┬──
       ·                                                      ╰── unknown
       ╰────
       ╭─[mini.json:1:2]
     1 │ {"Resources":{"B":{"Type":"AWS::SNS::Topic"},"B":{"Type":"AWS:…
       ·  ─────┬─────
       ·       ╰── in here
       ╰────

    Checked 1 template: 1 info.
    "#);
}

#[test]
fn the_end_of_a_file_and_an_empty_file_can_be_pointed_at() {
    let file = Arc::new(SourceFile::new("end.yaml", "Resources:\n"));
    let mut end = finding(&file, "Resources", "there is no resource");
    end.span = Span::at(11);
    end.label = Some("nothing follows".into());
    let empty = finding(&Arc::new(SourceFile::new("empty.yaml", "")), "", "the template is empty");
    insta::assert_snapshot!(full(&[end, empty]), @r"
    error ECS101 exec-on-asg-capacity-provider
      × there is no resource
       ╭─[end.yaml:2:1]
     1 │ Resources:
     2 │ 
       · ▲
       · ╰── nothing follows
       ╰────

    error ECS101 exec-on-asg-capacity-provider
      × the template is empty
       ╭─[empty.yaml:1:1]
     1 │ 
       · ▲
       ╰────

    Checked 1 template: 2 errors.
    ");
}

#[test]
fn a_label_over_many_lines_is_shown_at_its_first() {
    let file = Arc::new(SourceFile::new("s.yaml", SERVICE));
    let mut finding = finding(&file, &SERVICE[SERVICE.find("Provider:").expect("it is there")..], "all of it");
    finding.label = Some("from here on".into());
    let text = full(&[finding]);
    assert!(text.contains("9 │   Provider:") && !text.contains("11 │"), "{text}");
}

#[test]
fn a_label_of_two_lines_is_bracketed() {
    let file = Arc::new(SourceFile::new("s.yaml", SERVICE));
    let mut finding = finding(&file, "Cluster:\n    Type: AWS::ECS::Cluster\n", "an empty cluster");
    finding.label = Some("these two".into());
    insta::assert_snapshot!(full(&[finding]), @r"
    error ECS101 exec-on-asg-capacity-provider
      × an empty cluster
        ╭─[s.yaml:14:3]
     13 │             AutoScalingGroupArn: !ImportValue asg-arn
     14 │ ╭─▶   Cluster:
     15 │ ├─▶     Type: AWS::ECS::Cluster
        · ╰──── these two
        ╰────

    Checked 1 template: 1 error.
    ");
}

#[test]
fn no_format_lets_a_template_send_escape_codes_to_the_terminal() {
    let hostile = "\u{1b}[31m\u{9b}2J\u{202e}\u{7}";
    let file = Arc::new(SourceFile::new(format!("{hostile}.yaml"), format!("{hostile}\rA: {hostile}\n")));
    let mut finding = finding(&file, "A", hostile);
    finding.label = Some(hostile.into());
    finding.labels = vec![label(&file, "A: ", hostile)];
    finding.notes = vec![hostile.into()];
    finding.help = Some(hostile.into());
    finding.stack_path = vec![hostile.into()];
    finding.url = Some(hostile.into());
    finding.when = Some(Witness { parameters: [(hostile.to_owned(), hostile.to_owned())].into(), ..Witness::default() });
    let problems = [RunProblem { file: Some(hostile.into()), place: None, message: hostile.into() }];
    for format in Format::ALL {
        let text = format.render(&Report { problems: &problems, ..report(std::slice::from_ref(&finding)) });
        assert!(!text.contains(['\u{1b}', '\u{9b}', '\u{202e}', '\u{7}', '\r']), "{text:?}");
    }
}

#[test]
fn a_label_outside_the_file_is_shown_at_its_end() {
    let file = Arc::new(SourceFile::new("s.yaml", "Ä: 1\n"));
    let mut finding = finding(&file, "1", "gone");
    finding.span = Span::new(400, 900);
    finding.labels =
        vec![Label { file: Arc::clone(&file), span: Span::new(1, 2), message: "in the middle of a character".into() }];
    assert!(full(&[finding]).contains("s.yaml:2:1"));
}

#[test]
fn concise_is_one_line_a_finding() {
    let mut unknown = hazard();
    unknown.certainty = Certainty::Unknown;
    unknown.when = None;
    insta::assert_snapshot!(Format::Concise.render(&report(&[hazard(), unknown])), @r#"
    stacks/service.yaml:31:7: error ECS101 `Worker` has ECS Exec turned on and its tasks are placed through the capacity provider `Provider`, which is an Auto Scaling group [in nested stack Child/Service] [possible: when `IsProd` is false, `Exec` is "true" and `Attach` is created before `Worker` (the default values lead here too)]
    stacks/service.yaml:31:7: error ECS101 `Worker` has ECS Exec turned on and its tasks are placed through the capacity provider `Provider`, which is an Auto Scaling group [in nested stack Child/Service] [unknown]
    Checked 1 template: 2 errors.
    "#);
}

#[test]
fn json_has_every_field() {
    let problems = [RunProblem { file: None, place: None, message: "a problem".into() }];
    let plain = finding(&Arc::new(SourceFile::new("名.yaml", "\u{feff}名: 前\n")), "前", "plain");
    let text = Format::Json.render(&Report { problems: &problems, ..report(&[hazard(), plain]) });
    serde_json::from_str::<serde_json::Value>(&text).expect("it is JSON");
    insta::assert_snapshot!(text.replace(env!("CARGO_PKG_VERSION"), "[version]"));
}

#[test]
fn json_without_findings_is_a_whole_document() {
    let text = Format::Json.render(&Report { files: &[], ..report(&[]) });
    insta::assert_snapshot!(text.replace(env!("CARGO_PKG_VERSION"), "[version]"), @r#"
    {"version": 1,
    "tool": {"name":"cfnvet","version":"[version]"},
    "files_checked": 0,
    "files_skipped": 0,
    "suppressed": 0,
    "in_baseline": 0,
    "diagnostics": [],
    "problems": []}
    "#);
}

#[test]
fn the_summary_counts() {
    let summary = |report: &Report| Format::Concise.render(report).lines().last().unwrap_or_default().to_owned();
    let elapsed = Some(std::time::Duration::from_micros(300));
    assert_eq!(summary(&Report { elapsed, ..report(&[]) }), "Checked 1 template: no findings in 1 ms.");
    let mut warning = hazard();
    warning.severity = Severity::Warning;
    let all = [hazard(), hazard(), warning];
    let elapsed = Some(std::time::Duration::from_millis(12_345));
    let dozen = files(12);
    let several = Report { elapsed, files: &dozen, ..report(&all) };
    assert_eq!(summary(&several), "Checked 12 templates: 2 errors, 1 warning in 12.3 s.");
}

proptest::proptest! {
    #![proptest_config(proptest::test_runner::Config { failure_persistence: None, ..Default::default() })]

    /// A report that panics would take all findings with it.
    #[test]
    fn any_span_of_any_text_can_be_shown(
        text in "[ a{\\-:\\t\\r\\n\u{feff}\u{1b}ä説🚢\u{301}\u{202e}]{0,60}",
        repeat in 1_usize..12,
        spans in proptest::collection::vec((0_u32..900, 0_u32..900), 1..6),
        unicode in proptest::bool::ANY,
        width in 0_usize..200,
    ) {
        let file = Arc::new(SourceFile::new("a.yaml", text.repeat(repeat)));
        let other = Arc::new(SourceFile::new("b.yaml", text));
        let spans: Vec<Span> = spans.into_iter().map(|(a, b)| Span::new(a.min(b), a.max(b))).collect();
        let mut finding = finding(&file, "", "any");
        finding.span = spans[0];
        finding.label = Some("a label that is long enough to be folded in a narrow terminal".into());
        let place = |(index, span): (usize, &Span)| {
            let file = if index % 3 == 2 { &other } else { &file };
            Label { file: Arc::clone(file), span: *span, message: format!("L{index} {}", "説明".repeat(index * 4)) }
        };
        finding.labels = spans[1..].iter().enumerate().map(place).collect();
        let style = Style { unicode, width, color: false };
        let text = Format::Full.render(&Report { style, ..report(std::slice::from_ref(&finding)) });
        proptest::prop_assert!(!text.contains(['\u{1b}', '\u{202e}', '\r']), "{text:?}");
        proptest::prop_assert!(!text.contains("Failed to read"), "{text}");
        for index in 0..finding.labels.len() {
            proptest::prop_assert_eq!(text.matches(&format!("L{index}")).count(), 1, "{}", text);
        }
    }
}
