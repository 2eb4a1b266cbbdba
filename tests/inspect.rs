//! `cfnvet inspect` on saved outputs of the AWS CLI.

use std::process::{Command, Output};

use crate::support::root;

const ALL: [&str; 4] = [
    "fixtures/deployed/services.json",
    "fixtures/deployed/capacity.json",
    "fixtures/deployed/events.json",
    "fixtures/deployed/instances.json",
];

fn inspect(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cfnvet"));
    command.arg("inspect").args(arguments).current_dir(root()).output().expect("the binary runs")
}

fn printed(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).expect("it prints UTF-8")
}

#[test]
fn the_incident_is_found_in_what_people_can_save() {
    let output = inspect(&[&["--output-format", "full"], ALL.as_slice()].concat());
    assert_eq!(output.status.code(), Some(1));
    insta::assert_snapshot!("inspect-incident", printed(&output));
}

#[test]
fn the_order_of_the_files_does_not_matter() {
    let mut reversed = ALL;
    reversed.reverse();
    let concise = |files: &[&str]| printed(&inspect(&[&["--output-format", "concise"], files].concat()));
    assert_eq!(concise(&ALL), concise(&reversed));
}

#[test]
fn a_service_alone_does_not_say_what_its_provider_is() {
    let output = inspect(&["--output-format", "concise", "--severity", "info", ALL[0]]);
    let text = printed(&output);
    assert!(text.contains("services.json:15:7: info ECS101 `booking` has ECS Exec on"), "{text}");
}

#[test]
fn the_template_that_says_otherwise_is_named() {
    let template = "fixtures/deployed/template.yaml";
    let output = inspect(&["--output-format", "concise", ALL[0], "--template", template]);
    let text = printed(&output);
    assert!(text.contains("ECS123 ECS Exec is on in `booking`, and its template does not turn it on"), "{text}");
    assert!(!text.contains("seating"), "{text}");
}

#[test]
fn a_file_in_which_nothing_is_known_is_a_problem() {
    let output = inspect(&["fixtures/incident/as-deployed.yaml"]);
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains("nothing in it is known"), "{said}");
}
