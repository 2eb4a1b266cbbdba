//! Every fixture, checked with every rule and down to the infos: what is found where, and how the `full` report shows it.
//!
//! The table says what must be found; the snapshots show it as a user reads it.

use std::fs;
use std::sync::Arc;

use cfnvet::diagnostic::Diagnostic;
use cfnvet::report::{Format, Report, Style};
use cfnvet::text::SourceFile;

use crate::support::{check, files_below, line, only, root, wording_faults};

/// A finding, as `line severity CODE certainty logical-ID`; the last is `-` where it is about no resource.
type Finding = &'static str;

struct Fixture {
    path: &'static str,
    findings: &'static [Finding],
    /// Findings that must come and do not yet. One that comes fails the test, so that it is moved to `findings`.
    missing: &'static [Finding],
}

const fn fixture(path: &'static str, findings: &'static [Finding]) -> Fixture {
    Fixture { path, findings, missing: &[] }
}

const FIXTURES: &[Fixture] = &[
    // Alone; what is found in them together is in tests/check.rs.
    fixture("association/association-child.yaml", &[]),
    fixture("association/association-if-attached.yaml", &[]),
    fixture("association/association-nested.yaml", &[]),
    fixture("association/association.yaml", &[]),
    fixture("association/cluster.yaml", &[]),
    fixture("association/service-after.yaml", &["10 info ECS101 unknown Cheese"]),
    fixture("association/service-by-name.yaml", &["10 info ECS101 unknown Cheese"]),
    fixture("association/service.yaml", &["10 info ECS101 unknown Cheese"]),
    fixture("broken/alias-bomb.yaml", &["19 warning ECS101 definite Smith", "28 error E0000 definite -"]),
    fixture(
        "broken/duplicate-key.yaml",
        &["19 warning ECS101 definite Smith", "22 info E0000 definite -", "23 error E0000 definite -"],
    ),
    fixture("broken/half-key.yaml", &["19 warning ECS101 definite Smith", "22 error E0000 definite -"]),
    fixture("broken/half-object.json", &["16 error E0000 definite -", "19 warning ECS101 definite Smith"]),
    fixture("broken/half-resource.yaml", &["16 error E0000 definite -", "22 warning ECS101 definite Smith"]),
    fixture("broken/latin-1.yaml", &["19 warning ECS101 definite Smith", "25 error E0000 definite -"]),
    fixture("broken/missing-colon.yaml", &["19 error E0000 definite -", "20 warning ECS101 definite Smith"]),
    fixture("broken/missing-comma.json", &["19 warning ECS101 definite Smith", "20 error E0000 definite -"]),
    fixture("broken/no-space-after-colon.yaml", &["19 error E0000 definite -", "20 warning ECS101 definite Smith"]),
    fixture("broken/open-bracket.yaml", &["16 error E0000 definite -", "22 warning ECS101 definite Smith"]),
    fixture("broken/open-quote.yaml", &["17 error E0000 definite -", "23 warning ECS101 definite Smith"]),
    fixture("broken/tab.yaml", &["18 error E0000 definite -", "20 warning ECS101 definite Smith"]),
    fixture("broken/too-deep.yaml", &["19 warning ECS101 definite Smith", "23 error E0000 definite -"]),
    fixture("broken/two-documents.yaml", &["19 warning ECS101 definite Smith", "22 error E0000 definite -"]),
    fixture("broken/unknown-alias.yaml", &["19 warning ECS101 definite Smith", "22 error E0000 definite -"]),
    // Nothing of it can be read.
    fixture("broken/utf-16.yaml", &["1 error E0000 definite -"]),
    fixture("incident/as-deployed.yaml", &[]),
    fixture("incident/exec-with-launch-type.yaml", &[]),
    fixture("incident/exec-with-provider.json", &["344 error ECS101 definite Tickets"]),
    fixture("incident/exec-with-provider.yaml", &["191 error ECS101 definite Tickets"]),
    // Alone; what is found in them together is in tests/check.rs.
    fixture("linked/capacity.yaml", &[]),
    fixture("linked/child.yaml", &["13 info ECS101 unknown Worker"]),
    fixture("linked/parent.yaml", &[]),
    fixture("linked/service.yaml", &["10 info ECS101 unknown Proofs"]),
    Fixture {
        path: "shapes/anchors.yaml",
        // The second is shown at the anchor, in another resource than its own.
        findings: &["23 warning ECS101 definite Wheel", "23 warning ECS101 definite Sack"],
        missing: &["32 warning ECS101 definite Sack"],
    },
    fixture("shapes/byte-order-mark.yaml", &["19 warning ECS101 definite Crane"]),
    fixture("shapes/cdk.json", &["140 warning ECS101 definite FleetServiceC5D2190B"]),
    fixture("shapes/conditional.yaml", &["50 warning ECS101 possible Basket"]),
    fixture("shapes/imported-provider.yaml", &["10 info ECS101 unknown Reporter"]),
    fixture("shapes/japanese-crlf.yaml", &["19 warning ECS101 definite Shukka"]),
    fixture(
        "shapes/loop.yaml",
        &[
            "39 warning ECS101 definite BindWorker",
            "39 warning ECS101 definite LayoutWorker",
            "39 warning ECS101 definite PrintWorker",
        ],
    ),
    fixture("shapes/managed-scaling-off.yaml", &["18 info ECS101 definite Rake"]),
    fixture(
        "shapes/merge-keys.yaml",
        // Both at the one line that is merged.
        &["22 warning ECS101 definite Stone", "22 warning ECS101 definite Wheel"],
    ),
    fixture("shapes/open-parameter.yaml", &["20 warning ECS101 possible Guide"]),
    fixture("shapes/parameter.yaml", &["24 warning ECS101 possible Dispatch", "37 error ECS102 definite Inventory"]),
];

fn findings_in(path: &str) -> Vec<Diagnostic> {
    let path = format!("fixtures/{path}");
    let bytes = fs::read(root().join(&path)).unwrap_or_else(|error| panic!("{path}: {error}"));
    // The rules that the fixtures are made for; the others have examples on their pages.
    check(&path, bytes, &only(&["E0000", "E1001", "ECS101", "ECS102"]))
}

fn described(diagnostic: &Diagnostic) -> String {
    format!(
        "{} {} {} {} {}",
        line(diagnostic),
        diagnostic.severity.as_str(),
        diagnostic.code,
        diagnostic.certainty.as_str(),
        diagnostic.logical_id.as_deref().unwrap_or("-")
    )
}

fn report(diagnostics: &[Diagnostic]) -> String {
    let style = Style { color: false, unicode: true, width: 100 };
    let files = [Arc::new(SourceFile::new("", ""))];
    let report = Report { diagnostics, files: &files, kind: "template", style, ..Report::default() };
    Format::Full.render(&report)
}

#[test]
fn every_fixture_has_exactly_the_findings_the_table_says() {
    let mut faults = Vec::new();
    for fixture in FIXTURES {
        let mut found: Vec<String> = findings_in(fixture.path).iter().map(described).collect();
        let mut expected: Vec<String> = fixture.findings.iter().map(|finding| (*finding).to_owned()).collect();
        for finding in fixture.missing.iter().filter(|missing| found.iter().any(|found| found == *missing)) {
            faults.push(format!("{}: `{finding}` is found now: move it from `missing` to `findings`", fixture.path));
        }
        found.sort();
        expected.sort();
        if found != expected {
            faults.push(format!("{}: expected {expected:#?}, found {found:#?}", fixture.path));
        }
    }
    assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
}

/// Folders of fixtures that tests of their own read.
const ELSEWHERE: [&str; 4] = ["deployed/", "graph/", "guard/", "syntax/"];

#[test]
fn every_fixture_is_in_the_table() {
    let files = files_below("fixtures").into_iter().map(|path| path.trim_start_matches("fixtures/").to_owned());
    let files: Vec<String> = files.filter(|path| !ELSEWHERE.iter().any(|folder| path.starts_with(folder))).collect();
    let table: Vec<&str> = FIXTURES.iter().map(|fixture| fixture.path).collect();
    assert_eq!(files, table);
}

#[test]
fn every_report_is_that_of_the_snapshot() {
    for fixture in FIXTURES {
        let name = fixture.path.replace(['/', '.'], "-");
        let mut settings = insta::Settings::clone_current();
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        settings.bind(|| insta::assert_snapshot!(format!("fixture-{name}"), report(&findings_in(fixture.path))));
    }
}

#[test]
fn every_finding_keeps_to_the_style_of_messages() {
    let found = FIXTURES.iter().flat_map(|fixture| findings_in(fixture.path));
    let faults: Vec<String> = found.flat_map(|diagnostic| wording_faults(&diagnostic)).collect();
    assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
}

#[test]
fn the_json_form_of_the_incident_is_found_like_the_yaml_form() {
    let (yaml, json) = (findings_in("incident/exec-with-provider.yaml"), findings_in("incident/exec-with-provider.json"));
    let told = |found: &[Diagnostic]| -> Vec<_> {
        let words = |diagnostic: &Diagnostic| {
            let mut labels: Vec<String> = diagnostic.labels.iter().map(|label| label.message.clone()).collect();
            labels.sort();
            (diagnostic.message.clone(), diagnostic.template_path.clone(), diagnostic.severity, labels)
        };
        found.iter().map(words).collect()
    };
    assert_eq!(told(&yaml), told(&json));
}

#[test]
fn the_incident_names_the_pinned_image_and_the_group_that_cannot_grow() {
    let found = findings_in("incident/exec-with-provider.yaml");
    let hazard = found.iter().find(|diagnostic| diagnostic.code == "ECS101").expect("the fixture has the hazard");
    let labels: Vec<&str> = hazard.labels.iter().map(|label| label.message.as_str()).collect();
    assert!(labels.iter().any(|label| label.contains("pinned in mapping `Images`")), "{labels:?}");
    assert!(labels.iter().any(|label| label.contains("`Hosts` cannot grow")), "{labels:?}");
}
