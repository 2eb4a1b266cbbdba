//! `large-template`: a template that is nearly as large as CloudFormation takes.

use super::super::{Finding, Rule, Scope, Sink, Status};
use super::oversized_template::maximum;
use super::{limit, shape};
use crate::analysis::Analysis;
use crate::config::{OptionShape, RuleOption};
use crate::diagnostic::Severity;

pub(super) static RULE: Rule = Rule {
    code: "I1002",
    name: "large-template",
    severity: Severity::Info,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/sections/large-template.md"),
    scope: Scope::Text,
    options: &[RuleOption { name: "max-bytes", shape: OptionShape::Number }],
    check,
};

fn check(analysis: &Analysis, sink: &mut Sink) {
    let (bytes, most) = (analysis.source.text().len(), maximum(analysis, &RULE));
    let Some(root) = analysis.tree.root().filter(|_| bytes <= most && limit::is_near(bytes, most)) else { return };
    sink.report(
        Finding::at(shape::start(root), format!("the template has {bytes} of at most {most} bytes"))
            .help("move resources to nested stacks"),
    );
}
