//! `malformed-init`: `AWS::CloudFormation::Init` holds what `cfn-init` does not read.

use super::super::{Rule, Scope, Sink, Status};
use super::attribute::{self, Keys, Takes};
use super::shape;
use crate::analysis::Analysis;
use crate::diagnostic::Severity;

pub(super) static RULE: Rule = Rule {
    code: "E3009",
    name: "malformed-init",
    severity: Severity::Error,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/sections/malformed-init.md"),
    scope: Scope::Text,
    options: &[],
    check,
};

const KEY: &str = "AWS::CloudFormation::Init";

/// The keys of a config. Others are not refused: `cfn-init` does not look at them.
///
/// Source: <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-init.html>.
const CONFIG: Keys = &[
    ("commands", Takes::Each(&Takes::Keys(COMMAND))),
    ("files", Takes::Each(&Takes::Keys(FILE))),
    ("groups", Takes::Each(&Takes::Keys(&[("gid", Takes::Text)]))),
    (
        "packages",
        Takes::Keys(&[
            ("apt", PACKAGES),
            ("msi", PACKAGES),
            ("python", PACKAGES),
            ("rpm", PACKAGES),
            ("rubygems", PACKAGES),
            ("yum", PACKAGES),
            ("zypper", PACKAGES),
        ]),
    ),
    (
        "services",
        Takes::Keys(&[
            ("systemd", Takes::Each(&Takes::Keys(SERVICE))),
            ("sysvinit", Takes::Each(&Takes::Keys(SERVICE))),
            ("windows", Takes::Each(&Takes::Keys(SERVICE))),
        ]),
    ),
    ("sources", Takes::Each(&Takes::Text)),
    ("users", Takes::Each(&Takes::Keys(&[("groups", Takes::Texts), ("homeDir", Takes::Text), ("uid", Takes::Text)]))),
];

const COMMAND: Keys = &[
    // A list of words is run without a shell.
    ("command", Takes::TextOrList),
    ("cwd", Takes::Text),
    ("env", Takes::Each(&Takes::Text)),
    ("ignoreErrors", Takes::Text),
    ("test", Takes::Text),
    ("waitAfterCompletion", Takes::Text),
];

const FILE: Keys = &[
    ("authentication", Takes::Any),
    ("content", Takes::TextOrMapping),
    ("context", Takes::Any),
    ("encoding", Takes::OneOf(&["plain", "base64"])),
    ("group", Takes::Text),
    ("mode", Takes::Text),
    ("owner", Takes::Text),
    ("source", Takes::Text),
];

const PACKAGES: Takes = Takes::Each(&Takes::TextOrList);

const SERVICE: Keys = &[
    ("commands", Takes::Texts),
    ("enabled", Takes::Bool),
    ("ensureRunning", Takes::Bool),
    ("files", Takes::Texts),
    ("packages", Takes::Each(&Takes::Texts)),
    ("sources", Takes::Texts),
];

fn check(analysis: &Analysis, sink: &mut Sink) {
    if !analysis.mentions(&[KEY]) || !shape::is_settled(analysis) {
        return;
    }
    let section = analysis.template.resources.node;
    for (_, resource) in section.into_iter().flat_map(shape::written) {
        let Some(init) = resource.value.get("Metadata").and_then(|metadata| metadata.get(KEY)) else { continue };
        if init.function().is_some() || init.is_null() {
            continue;
        }
        if !init.is_mapping() {
            sink.report(shape::wrong_kind(&format!("`{KEY}`"), "a mapping", init));
            continue;
        }
        for (name, config) in shape::written(init) {
            if name == "configSets" || config.value.function().is_some() || !config.value.is_mapping() {
                attribute::read_value(analysis, resource.value, name, config.value, &Takes::Mapping, sink);
                continue;
            }
            for (name, part) in shape::written(config.value) {
                if let Some((_, takes)) = CONFIG.iter().find(|(known, _)| *known == name) {
                    attribute::read_value(analysis, resource.value, name, part.value, takes, sink);
                }
            }
        }
    }
}
